"""What all photograph formats share: what a header tells, the metadata that rides in a file, one picture of it.

Knows no format in particular; each has a module of its own beside this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

INCHES_PER_METRE = 1 / 0.0254
WHOLE_COPY = "Get an intact copy of it."


class Damaged(Exception):
    """The bytes are not a whole file of their format; the message ends the sentence "NAME is damaged: ..."."""

    def __init__(self, what: str, *, remedy: str = WHOLE_COPY) -> None:
        super().__init__(what)
        self.remedy = remedy


class Unsupported(Exception):
    """A sound file of a kind that is not read; the message ends the sentence "NAME is ..."."""

    def __init__(self, what: str, *, remedy: str = "") -> None:
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True)
class Header:
    """What the first bytes of a file claim, learnt without decoding a pixel."""

    width: int  # as stored: `orientation` is not applied
    height: int
    channels: int  # colours as stored: 1 grey, 3 RGB, 4 CMYK
    bits: int  # for each sample
    alpha: bool = False
    orientation: int = 1  # EXIF's 1 to 8
    pages: int = 1
    pixels: int = 0  # of all pages together; 0 stands for width * height
    lossless: bool = False  # of WebP, which may be either: nothing was lost when it was coded
    bare: bool = False  # of JPEG 2000: a codestream without the boxes that hold metadata

    @property
    def seen(self) -> tuple[int, int]:
        """Width and height as a person sees the photograph, upright."""
        return (self.height, self.width) if self.orientation > 4 else (self.width, self.height)

    @property
    def total(self) -> int:
        """The number of pixels that decoding would make."""
        return self.pixels or self.width * self.height


@dataclass(frozen=True)
class Metadata:
    """What a file says beside its pixels: raw blocks, without the wrapping that each format gives them."""

    exif: bytes | None = None  # a TIFF structure, from its II or MM on
    xmp: bytes | None = None  # an XML packet
    iptc: bytes | None = None  # IIM records, as TIFF has them in tag 33723
    icc: bytes | None = None  # a profile
    dpi: tuple[float, float] | None = None  # across, down
    texts: tuple[tuple[bytes, bytes], ...] = ()  # kind, contents: PNG's text chunks, JPEG's comments
    later: tuple["Metadata", ...] = ()  # of a TIFF's second page and those behind it
    notes: tuple[str, ...] = ()  # what could not be carried, in words for a person

    def of_page(self, number: int) -> "Metadata":
        """What is said of one page, the first being 0; of a page that none is known of, nothing."""
        if number == 0:
            return self
        return self.later[number - 1] if number <= len(self.later) else Metadata()


Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Page:
    """One picture, as seen: orientation is already applied."""

    pixels: Samples  # (H, W) grey or (H, W, 3) RGB; white is the highest value of the type
    alpha: Samples | None = None  # (H, W), of the same type; colours are not multiplied by it

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.pixels.shape[0])

    @property
    def depth(self) -> int:
        """Bits of each sample: 8 or 16."""
        return self.pixels.dtype.itemsize * 8


class Parsed(Protocol):
    """An encoded file taken apart once: each part is found when it is first asked for, and kept."""

    @property
    def header(self) -> Header:
        """Size, depth and kind, from the first bytes; Damaged or Unsupported if there are none."""

    @property
    def integrity_error(self) -> str | None:
        """Why the file is not whole, or None if it is."""

    @property
    def metadata(self) -> Metadata:
        """The metadata; blocks that are broken count as absent, nothing is raised."""


class Container(Protocol):
    """What the module of a format offers whose parts have nothing in common that is worth keeping."""

    def header(self, data: bytes) -> Header:
        """Read size, depth and kind from the first bytes; Damaged or Unsupported if there are none."""

    def integrity_error(self, data: bytes) -> str | None:
        """Say why the file is not whole, or None if it is."""

    def metadata(self, data: bytes) -> Metadata:
        """Take out the metadata; blocks that are broken count as absent, nothing is raised."""


class PartByPart:
    """What a format's three functions say of a file."""

    def __init__(self, container: Container, data: bytes) -> None:
        self._container, self._data = container, data

    @cached_property
    def header(self) -> Header:
        """As the format's `header` reads it."""
        return self._container.header(self._data)

    @cached_property
    def integrity_error(self) -> str | None:
        """As the format's `integrity_error` says it."""
        return self._container.integrity_error(self._data)

    @cached_property
    def metadata(self) -> Metadata:
        """As the format's `metadata` finds them."""
        return self._container.metadata(self._data)


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Cut data into pieces of a size; the last may be shorter."""
    return (data[i : i + size] for i in range(0, len(data), size))
