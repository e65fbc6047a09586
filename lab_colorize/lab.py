"""CIE Lab as this tool uses it: lightness out of pixels, colour joined back. Sole owner of colour ranges.

L is 0 to 100, a and b lie within about 110 of zero; white is D65, primaries are sRGB's. Everything is float32,
because 8-bit Lab loses up to 24 levels on a round trip. Networks see both scaled to [-1, 1].
Nothing here knows of files, models or networks.
"""

from functools import cache
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]

L_SCALE = 50.0  # L*/50 - 1 puts 0..100 on [-1, 1]
AB_SCALE = 110.0  # sRGB reaches |b| = 107.9

# Linear sRGB to XYZ, each row divided by its sum: rows then sum to one, white is (1, 1, 1), and grey stays
# exactly grey. The inverse is derived from it so that a round trip is one, not two roundings.
RGB_TO_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
RGB_TO_XYZ /= RGB_TO_XYZ.sum(axis=1, keepdims=True)
XYZ_TO_RGB = np.linalg.inv(RGB_TO_XYZ)

KNEE = 6 / 29  # below it CIE's cube root gives way to a straight line
STRIP = 1 << 16  # pixels joined at a time: a strip's planes stay within a core's cache


def lightness_of(pixels: Pixels) -> Plane:
    """L* (H, W) in 0..100 of sRGB pixels, (H, W) grey or (H, W, 3) RGB, 8 or 16 bits."""
    if pixels.ndim == 2:
        return lightness_table(pixels.dtype)[pixels]
    return np.ascontiguousarray(lab_of(pixels)[..., 0])


def lab_of(pixels: Pixels) -> Plane:
    """L*, a*, b* (H, W, 3) of sRGB pixels (H, W, 3), 8 or 16 bits."""
    unit = pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
    return cv2.cvtColor(unit, cv2.COLOR_RGB2Lab).astype(np.float32, copy=False)


@cache
def lightness_table(depth: Any) -> Plane:
    """L* of every grey level of an integer dtype: 256 or 65,536 entries, so a grey scan is one look-up."""
    top = np.iinfo(depth).max
    return lightness_of_luminance(linear(np.arange(top + 1) / top))


def lightness_of_luminance(luminance: NDArray[Any]) -> Plane:
    """L* in 0..100 of relative luminance Y in 0..1."""
    cube_root = np.where(luminance > KNEE**3, np.cbrt(luminance), luminance / (3 * KNEE**2) + 4 / 29)
    return (116 * cube_root - 16).astype(np.float32)


def linear(encoded: NDArray[Any]) -> NDArray[Any]:
    """Light, 0..1, of sRGB-encoded values in 0..1."""
    return np.where(encoded > 0.04045, ((encoded + 0.055) / 1.055) ** 2.4, encoded / 12.92)


def encoded(light: NDArray[Any]) -> NDArray[Any]:
    """sRGB-encoded values, 0..1, of light in 0..1."""
    return np.where(light > 0.0031308, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055, light * 12.92)


def network_input(lightness: Plane) -> Plane:
    """L* (H, W) as a network wants it: (1, H, W, 1) in [-1, 1]."""
    return (lightness / np.float32(L_SCALE) - np.float32(1))[None, :, :, None]


def chroma_of_network(ab: Plane) -> Plane:
    """a*, b* (H, W, 2) in Lab units of a network's answer (1, H, W, 2) in [-1, 1]."""
    return ab[0] * np.float32(AB_SCALE)


def enlarged(ab: Plane, shape: tuple[int, int]) -> Plane:
    """a*, b* (h, w, 2) brought to `shape` (H, W) bicubically."""
    height, width = shape
    return cv2.resize(ab, (width, height), interpolation=cv2.INTER_CUBIC)


def join(lightness: Plane, ab: Plane, depth: Any = np.uint8) -> Pixels:
    """sRGB pixels (H, W, 3) of `depth` from L* (H, W) and a*, b* (H, W, 2); L and hue stay, chroma gives way.

    Works strip by strip, so that memory stays flat and every strip's planes stay in the cache.
    """
    height, width = lightness.shape
    pixels = np.empty((height, width, 3), depth)
    rows = max(1, STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, top + rows)
        pixels[strip] = _levels(_light(lightness[strip], ab[strip]), depth)
    return pixels


def _light(lightness: Plane, ab: Plane) -> Plane:
    """Linear RGB (H, W, 3) in 0..1; colours outside sRGB are brought in at constant L and hue."""
    light = _unbounded_light(lightness, ab)
    outside = ((light < -GAMUT_SLACK) | (light > 1 + GAMUT_SLACK)).any(axis=-1)
    if outside.any():
        stray_l, stray_ab = lightness[outside], ab[outside]
        light[outside] = _unbounded_light(stray_l, stray_ab * _gamut_scale(stray_l, stray_ab)[:, None])
    return np.clip(light, 0, 1, out=light)


GAMUT_SLACK = 1e-5  # light beyond the range that rounding leaves, a 40th of a 16-bit level at mid-grey


def _unbounded_light(lightness: Plane, ab: Plane) -> Plane:
    fy = (lightness + np.float32(16)) / np.float32(116)
    f = np.stack([fy + ab[..., 0] / np.float32(500), fy, fy - ab[..., 1] / np.float32(200)], axis=-1)
    xyz = np.where(f > KNEE, f * f * f, np.float32(3 * KNEE**2) * (f - np.float32(4 / 29)))
    return xyz @ XYZ_TO_RGB.T.astype(np.float32)


def _gamut_scale(lightness: Plane, ab: Plane) -> Plane:
    """The largest factor on (N, 2) a*, b*, at most 1, that keeps each colour within sRGB: by bisection."""
    low, high = np.zeros(len(lightness), np.float32), np.ones(len(lightness), np.float32)
    for _ in range(12):  # 1/4096 of the chroma is far below one level
        middle = (low + high) / 2
        light = _unbounded_light(lightness, ab * middle[:, None])
        inside = ((light >= -GAMUT_SLACK) & (light <= 1 + GAMUT_SLACK)).all(axis=-1)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low


def _levels(light: Plane, depth: Any) -> Pixels:
    """Integer sRGB levels of light in 0..1, rounded to the nearest."""
    top = np.iinfo(depth).max
    if depth == np.uint8:  # a table over 16-bit light is within 0.03 levels of the exact curve
        return _eight_bit_table()[(light * np.float32(65535) + np.float32(0.5)).astype(np.uint16)]
    return (encoded(light) * top + 0.5).astype(depth)


@cache
def _eight_bit_table() -> NDArray[np.uint8]:
    return np.rint(encoded(np.arange(65536) / 65535) * 255).astype(np.uint8)
