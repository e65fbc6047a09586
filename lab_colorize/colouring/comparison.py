"""The picture that shows a photograph and its coloured version side by side, for --compare."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lab_colorize.colour.icc import SRGB_PROFILE
from lab_colorize.colour.join import join
from lab_colorize.colour.lab import Pixels
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.colouring.hint_plane import marked
from lab_colorize.colouring.hints import Hint
from lab_colorize.photos.formats.base import Page
from lab_colorize.photos.photo import Photo, encode_photo, read_photo

GAP = 0.02  # between the two halves, as a share of their width


def comparison(source: bytes, result: bytes, *, max_pixels: int, marks: Sequence[Hint] = ()) -> bytes:
    """The first page before and after, side by side, in the result's own format; `marks` are hints to be shown."""
    before = read_photo(source, max_pixels=max_pixels, accept_truncated=True)
    coloured = read_photo(result, max_pixels=max_pixels)
    after = coloured.pages[0]
    grey = _grey_beside(before, coloured)
    gap = np.full((after.height, max(1, round(after.width * GAP)), 3), np.iinfo(after.pixels.dtype).max, grey.dtype)
    page = Page(np.hstack([grey, gap, marked(after.pixels, marks)]), None)
    return encode_photo(replace(coloured, pages=(page,)), quality=90)


def _grey_beside(before: Photo, coloured: Photo) -> Pixels:
    """The original as it looks under the result's profile, which is sRGB's or has the tones of the original."""
    pixels = before.pages[0].pixels
    if pixels.ndim == 2 and coloured.metadata.icc not in {None, SRGB_PROFILE}:
        return np.asarray(np.dstack([pixels] * 3), np.uint8)
    lightness = lightness_through(pixels, before.metadata.icc)
    return join(lightness, np.zeros((1, 1, 2), np.float32), coloured.pages[0].pixels.dtype)
