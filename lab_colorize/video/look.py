"""What the network sees of a frame: luma within the bars, upright, at the size and aspect ratio of the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
from av import VideoFrame

from lab_colorize.colour.lab import Pixels
from lab_colorize.video.entry import Entry
from lab_colorize.video.frame import Frame, Picture
from lab_colorize.video.layout import layout_of, planar, plane
from lab_colorize.video.scenes import thumbnail
from lab_colorize.video.source import Decoded

if TYPE_CHECKING:
    from lab_colorize.colouring.models import Card

_FINER = 2  # how many times as large as what is asked for the picture still is when it is halved, which is quick


def alike(decoded: Iterable[Decoded], picture: Picture) -> Iterator[Decoded]:
    """The same frames, each converted that is not of the film's layout and size."""
    for one in decoded:
        one.image = as_planar(one.image, picture)
        yield one


def as_planar(image: VideoFrame, picture: Picture) -> VideoFrame:
    """A frame in the film's layout; most are, and pass as they are."""
    same_size = (image.width, image.height) == (picture.width, picture.height)
    if same_size and image.format.name == picture.layout.name:
        return image
    return image.reformat(
        width=picture.width, height=picture.height, format=picture.layout.name, dst_colorspace=_swscale(picture)
    )


def _swscale(picture: Picture) -> str:
    """The library's name of a matrix."""
    return {1: "ITU709", 9: "ITU2020", 10: "ITU2020"}.get(picture.tags.matrix, "ITU601")


def layout_to_work_on(image: VideoFrame) -> str:
    """The format that the film's frames are worked on in: their own where that can be."""
    return image.format.name if layout_of(image.format.name) else planar(image)


class Look:
    """Shrinks the frames of one film."""

    def __init__(self, picture: Picture, card: Card) -> None:
        from lab_colorize.colouring.frame import shown_size

        self._picture = picture
        height, width = picture.area.shape
        displayed = (height, max(1, round(width * picture.aspect)))
        self._turns = picture.quarter_turns
        upright = displayed if self._turns % 2 == 0 else displayed[::-1]
        shown = shown_size(upright, card)
        self._colours = (shown[1] // card.fraction, shown[0] // card.fraction)
        self._size = (shown[1], shown[0]) if self._turns % 2 == 0 else shown
        self._signal = picture.signal
        self._levels = np.rint(self._signal.luma * 255).astype(np.uint8)

    def at(self, decoded: Iterable[Decoded], *, first: int = 0) -> Iterator[Frame]:
        """Numbered frames with all that later stages look at."""
        for number, one in enumerate(decoded, first):
            yield self._frame(number, one)

    def _frame(self, number: int, one: Decoded) -> Frame:
        luma = plane(one.image, 0, self._picture.layout.dtype)
        levels = np.rot90(shrunk(self._picture.area.of(luma), self._size), self._turns)
        seen = self._levels[levels]
        small = cv2.resize(seen, self._colours, interpolation=cv2.INTER_AREA).astype(np.float32)
        lightness = self._signal.lightness[levels]
        entry = Entry(number, one.pts, one.checksum)
        return Frame(entry, one.image, one.duration, thumbnail(seen), seen, small, lightness)


def shrunk(luma: Pixels, size: tuple[int, int]) -> Pixels:
    """Luma averaged over areas to (width, height), in halves as long as it is much larger: they are quick."""
    width, height = size
    while luma.shape[1] >= 2 * _FINER * width and luma.shape[0] >= 2 * _FINER * height:
        luma = halved(luma)
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA))


def halved(luma: Pixels) -> Pixels:
    """Half as wide and high; an odd line at the edge is left out."""
    height, width = (length // 2 for length in luma.shape)
    return np.asarray(cv2.resize(luma[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA))
