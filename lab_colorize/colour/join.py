"""The join: lightness at full size and colour planes enlarged to it become sRGB levels. The one hot loop of the tool.

It runs strip by strip on planes that stay in the cache, and makes no full-size float array. A colour outside sRGB is
mixed with grey; lightness and hue stay. Two ways lead to the levels: `Formula` works Lab's formula out for every pixel,
`Tables` looks its parts up, which an 8-bit grey scan allows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lab_colorize.colour.formula import Formula
from lab_colorize.colour.lab import Pixels, Plane
from lab_colorize.colour.lightness import Grey, Lightness
from lab_colorize.colour.tables import Tables
from lab_colorize.why import tell


def join(lightness: Lightness, ab: Plane, depth: Any = np.uint8, *, blue_first: bool = False) -> Pixels:
    """Make sRGB pixels (H, W, 3) of integer dtype `depth` from L* (H, W) and a*, b* (h, w, 2), which are enlarged.

    With `blue_first` they lie in memory as OpenCV's encoders take them, and need not be turned round for that.
    """
    height, width = lightness.shape
    pixels: Pixels = np.empty((height, width, 3), depth)
    order = slice(None, None, -1 if blue_first else 1)
    tables = Tables.of(lightness, ab, pixels, order) if isinstance(lightness, Grey) else None
    way = tables or Formula(lightness, ab, pixels, order)
    tell("lightness and colours are joined by tables" if tables else "lightness and colours are joined by the formula")
    step = max(1, way.STRIP // width)
    for top in range(0, height, step):
        way.strip(slice(top, min(top + step, height)))
    way.finish()
    return pixels[..., order]
