"""Inks (CMYK) and CIE Lab to sRGB, at the depth they have. Knows nothing of how samples lie in a file.

Inks through their profile are imagecodecs' matter (LittleCMS), an extra. Without a profile nobody knows what they look
like, and the plain formula of most readers has to do.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour import icc
from lab_colorize.colour.icc import SRGB_PROFILE
from lab_colorize.colour.lab import cubed, encoded, f_of_y
from lab_colorize.photos.formats.base import Damaged, Samples

_TOGETHER = 1 << 20  # pixels that are worked on at a time: as floats they take twelve times the room
_RELATIVE, _BLACK_POINTS = 1, 0x2000  # LittleCMS's numbers: as Photoshop converts, unless told otherwise
_EXACT = 0x100  # not by a coarse table of its own, which is twice as fast and up to 1.6 L* off (measured)
_D50 = np.array([0.9642, 1.0, 0.8249], np.float32)


def rgb_of_inks(inks: Samples, profile: bytes) -> Samples:
    """RGB (H, W, 3) of cyan, magenta, yellow and black (H, W, 4), 0 being no ink."""
    out: NDArray[Any] = np.empty((*inks.shape[:2], 3), inks.dtype)
    for rows in _strips(inks):
        out[rows] = _through(profile, inks[rows]) if profile else _plain(inks[rows])
    return out


def _through(profile: bytes, inks: Samples) -> Samples:
    import imagecodecs

    try:
        found = imagecodecs.cms_transform(
            np.ascontiguousarray(inks),
            profile,
            SRGB_PROFILE,
            colorspace="cmyk",
            outcolorspace="rgb",
            outdtype=inks.dtype,
            intent=_RELATIVE,
            flags=_BLACK_POINTS | _EXACT,
        )
    except (imagecodecs.CmsError, ValueError, RuntimeError):
        raise Damaged("its CMYK profile makes no sense") from None
    return np.asarray(found)


def _plain(inks: Samples) -> Samples:
    """Each ink takes its share of light away, black from all."""
    top = np.iinfo(inks.dtype).max
    paper = (top - inks).astype(np.float32)
    rgb: NDArray[Any] = np.rint(paper[..., :3] * (paper[..., 3:] / np.float32(top))).astype(inks.dtype)
    return rgb


def rgb_of_lab(samples: Samples, *, signed: bool) -> Samples:
    """Grey (H, W) or RGB (H, W, 3) of L* alone (H, W, 1) or L*, a*, b* (H, W, 3), whose white is D50.

    `signed` is TIFF's own way with a* and b*; ICC's has an offset, and at 16 bits another white.
    """
    grey = samples.shape[2] == 1 or _is_neutral(samples, signed=signed)
    out: NDArray[Any] = np.empty(samples.shape[:2] if grey else samples.shape, samples.dtype)
    for rows in _strips(samples):
        light = _light(_lab(samples[rows, :, : 1 if grey else 3], signed=signed))
        levels = np.rint(encoded(np.clip(light, 0, 1)) * np.iinfo(samples.dtype).max)
        out[rows] = levels[..., 0] if grey else levels
    return out


def _is_neutral(samples: Samples, *, signed: bool) -> bool:
    zero = 0 if signed else 1 << (samples.dtype.itemsize * 8 - 1)
    return bool((samples[..., 1:] == zero).all())


def _lab(samples: Samples, *, signed: bool) -> NDArray[np.float32]:
    """L* in 0..100, a* and b* in about -128..128."""
    deep = samples.dtype == np.uint16
    lab = samples.astype(np.float32)
    if signed:
        lab[..., 1:] = samples[..., 1:].view(np.int16 if deep else np.int8)
    else:
        lab[..., 1:] -= 32768 if deep else 128
    white = 65535.0 if signed else 65280.0
    lab[..., 0] *= np.float32(100 / (white if deep else 255.0))
    lab[..., 1:] /= np.float32(256 if deep else 1)
    return lab


def _light(lab: NDArray[np.float32]) -> NDArray[Any]:
    """Linear sRGB (h, w, 3), or luminance (h, w, 1) of L* alone."""
    f = f_of_y(lab[..., :1])
    if lab.shape[2] == 1:
        return cubed(f)
    xyz = cubed(np.concatenate([f + lab[..., 1:2] / 500, f, f - lab[..., 2:] / 200], axis=2)) * _D50
    return xyz @ _xyz_to_srgb().T


def _xyz_to_srgb() -> NDArray[np.float32]:
    """From XYZ relative to D50 to linear sRGB, by the profile that results get."""
    srgb = icc.rgb_to_xyz(SRGB_PROFILE)
    assert srgb is not None
    matrix = srgb.matrix * (_D50 / srgb.matrix.sum(axis=1))[:, None]  # white is white, whatever the profile's rounding
    return np.linalg.inv(matrix).astype(np.float32)


def _strips(samples: Samples) -> list[slice]:
    rows = max(1, _TOGETHER // max(1, samples.shape[1]))
    return [slice(top, top + rows) for top in range(0, samples.shape[0], rows)]
