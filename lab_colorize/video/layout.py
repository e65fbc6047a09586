"""How the planes of a frame lie in memory: which formats are worked on as they are, and the views on their planes.

A frame that comes out of a decoder is only looked at: the decoder predicts later frames from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from av import VideoFrame

from lab_colorize.colour.lab import Pixels

_PLANAR = re.compile(r"(?:yuvj?(?P<layout>420|422|444|440|411|410)p|gray)(?P<bits>9|10|12|14|16)?(?:le)?")
_STEPS = {"420": (2, 2), "422": (2, 1), "444": (1, 1), "440": (1, 2), "411": (4, 1), "410": (4, 4)}


@dataclass(frozen=True, slots=True)
class Layout:
    """One plane of luma and two of chroma, or none: pixels of chroma's side by luma's, and bits."""

    name: str
    chroma: str | None
    """"420" and its kin; None for grey."""
    bits: int

    @property
    def steps(self) -> tuple[int, int]:
        """Luma pixels across and down for a pixel of chroma."""
        return _STEPS[self.chroma or "444"]

    @property
    def dtype(self) -> Any:
        """What a level is held in."""
        return np.uint8 if self.bits == 8 else np.uint16

    @property
    def bytes(self) -> int:
        """Bytes of a level."""
        return 1 if self.bits == 8 else 2


def layout_of(name: str) -> Layout | None:
    """The layout of a pixel format, or None if its planes are not worked on as they are: packed, RGB, alpha, float."""
    found = _PLANAR.fullmatch(name)
    return Layout(name, found["layout"], int(found["bits"] or 8)) if found else None


def format_called(chroma: str, bits: int) -> str:
    """The pixel format of planes like these."""
    return f"yuv{chroma}p" if bits == 8 else f"yuv{chroma}p{bits}le"


def planar(frame: VideoFrame) -> str:
    """The format that a frame is converted to where its own is not worked on: nearest in depth, of 4:2:0 or better."""
    components = frame.format.components
    bits = 8 if max(part.bits for part in components) <= 8 else 10
    wide = frame.format.chroma_width(frame.width) == frame.width
    tall = frame.format.chroma_height(frame.height) == frame.height
    packed_film = not frame.format.is_rgb and not frame.format.has_palette
    chroma = ("444" if wide else "422") if packed_film and tall else "420"
    return format_called(chroma, bits)


def plane(frame: VideoFrame, index: int, dtype: Any) -> Pixels:
    """A plane as an array (h, w) over its own memory."""
    held: Any = frame.planes[index]
    size = np.dtype(dtype).itemsize
    whole: Any = np.frombuffer(held, dtype)
    return whole[: held.line_size // size * held.height].reshape(held.height, -1)[:, : held.width]
