"""CIE Lab as this tool uses it: what L, a and b are, and how they come out of pixels. Sole owner of colour ranges.

L is 0 to 100, a and b lie within about 110 of zero; white is D65, primaries are sRGB's. Everything is float32,
because 8-bit Lab loses up to 24 levels on a round trip. Networks see both scaled to [-1, 1].
`join` is the way back. Nothing here knows of files, models or networks.
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
RGB_TO_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
RGB_TO_XYZ /= RGB_TO_XYZ.sum(axis=1, keepdims=True)
XYZ_TO_RGB = np.linalg.inv(RGB_TO_XYZ)

LIGHT_OF_XYZ = XYZ_TO_RGB.astype(np.float32)
DX, DZ = np.float32(1 / 500), np.float32(-1 / 200)  # a* and b* as f(X) - f(Y) and f(Z) - f(Y)
KNEE = 6 / 29  # below it CIE's cube root gives way to a straight line


def lightness_of(pixels: Pixels) -> Plane:
    """L* (H, W) in 0..100 of sRGB pixels, (H, W) grey or (H, W, 3) RGB, 8 or 16 bits."""
    if pixels.ndim == 2:
        return cv2.LUT(pixels, lightness_table(pixels.dtype))
    luminance = cv2.transform(cv2.LUT(pixels, light_table(pixels.dtype)), RGB_TO_XYZ[1:2])
    return lightness_of_luminance(luminance)


def lab_of(pixels: Pixels) -> Plane:
    """L*, a*, b* (H, W, 3) of sRGB pixels (H, W, 3), 8 or 16 bits.

    Not `cv2.cvtColor`: even from float32 it works through a coarse table and errs by up to 0.4 (OpenCV 5.0).
    """
    f = _cube_root(cv2.transform(cv2.LUT(pixels, light_table(pixels.dtype)), RGB_TO_XYZ))
    return cv2.transform(f, FXYZ_TO_LAB)


FXYZ_TO_LAB = np.array([[0, 116, 0, -16], [500, -500, 0, 0], [0, 200, -200, 0]], np.float64)


@cache
def light_table(depth: Any) -> Plane:
    """Light in 0..1 of every level of an integer dtype, 256 or 65,536."""
    top = np.iinfo(depth).max
    return linear(np.arange(top + 1) / top).astype(np.float32)


@cache
def lightness_table(depth: Any) -> Plane:
    """L* of every grey level of an integer dtype, so that a grey scan is one look-up."""
    top = np.iinfo(depth).max
    return lightness_of_luminance(linear(np.arange(top + 1) / top))


def lightness_of_luminance(luminance: NDArray[Any]) -> Plane:
    """L* in 0..100 of relative luminance Y in 0..1."""
    return (116 * _cube_root(luminance) - 16).astype(np.float32)


def _cube_root(xyz: NDArray[Any]) -> NDArray[Any]:
    """CIE's f: the cube root, and near black the line that touches it."""
    root = cv2.pow(xyz, 1 / 3).reshape(xyz.shape)
    dark = xyz < KNEE**3
    if dark.any():
        np.copyto(root, xyz * (1 / (3 * KNEE**2)) + 4 / 29, where=dark, casting="same_kind")
    return root


def f_of_y(lightness: Plane) -> Plane:
    """f(Y) of L* in 0..100."""
    return lightness * np.float32(1 / 116) + np.float32(16 / 116)


def cubed(f: Plane) -> Plane:
    """CIE's inverse of f: the cube, and below the knee the line that touches it."""
    upper = np.maximum(f, np.float32(KNEE))
    lower = f - upper
    cube = upper * upper
    cube *= upper
    lower *= np.float32(3 * KNEE**2)
    cube += lower
    return cube


def linear(encoded: NDArray[Any]) -> NDArray[Any]:
    """Light, 0..1, of sRGB-encoded values in 0..1."""
    return np.where(encoded > 0.04045, ((encoded + 0.055) / 1.055) ** 2.4, encoded / 12.92)


def encoded(light: NDArray[Any]) -> NDArray[Any]:
    """sRGB-encoded values, 0..1, of light in 0..1."""
    return np.where(light > 0.0031308, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055, light * 12.92)


def levels_of_light(light: Plane, depth: Any) -> Pixels:
    """The nearest sRGB levels of light, of any shape; what is outside 0..1 comes out as anything."""
    if depth == np.uint8:  # a table over 16-bit light errs by at most 0.05 level
        return cv2.LUT((light * np.float32(65535)).astype(np.uint16), _levels_of_16_bits())
    # The curve itself: a table would lose levels in the darks.
    light = np.clip(light, 0, 1)
    curve = cv2.pow(light, 1 / 2.4)
    curve *= np.float32(1.055)
    curve -= np.float32(0.055)
    np.copyto(curve, light * np.float32(12.92), where=light <= np.float32(0.0031308))
    return (curve * np.float32(65535) + np.float32(0.5)).astype(np.uint16)


@cache
def _levels_of_16_bits() -> NDArray[np.uint8]:
    """Entry i stands for light from i to i + 1."""
    return np.rint(encoded((np.arange(65536) + 0.5) / 65536) * 255).astype(np.uint8)


def network_input(lightness: Plane) -> Plane:
    """L* (H, W) as a network wants it: (1, H, W, 1) in [-1, 1]."""
    return (lightness / np.float32(L_SCALE) - np.float32(1))[None, :, :, None]


def chroma_of_network(ab: Plane) -> Plane:
    """a*, b* (H, W, 2) in Lab units of a network's answer (1, H, W, 2) in [-1, 1]."""
    return ab[0] * np.float32(AB_SCALE)
