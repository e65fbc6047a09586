"""TIFF files as pages: how each page's samples lie, and whether they are all there.

Pixels are `tiff_pixels`' matter, metadata `tiff_metadata`'s, writing `tiff_writing`'s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from lab_colorize.photos.formats import extras, ifd
from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Unsupported
from lab_colorize.photos.formats.tiff_metadata import ICC, page_metadata

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, CMYK, YCBCR = range(7)
CIE_LAB, ICC_LAB = 8, 9  # a* and b* signed, or with an offset
LAB = frozenset({CIE_LAB, ICC_LAB})
UNCOMPRESSED, LZW, JPEG, DEFLATE, PACKBITS = 1, 5, 7, 8, 32773
CCITT = frozenset({2, 3, 4})
ASSOCIATED, UNASSOCIATED = 1, 2  # alpha that colours were multiplied by, and that they were not

_COMPRESSIONS = CCITT | {UNCOMPRESSED, LZW, JPEG, DEFLATE, PACKBITS}
_OLD_DEFLATE = 32946  # the same bytes under an older number
_REDUCED, _IS_MASK = 1, 4  # bits of NewSubfileType
_MOST_SEGMENTS = 1 << 19  # strips and tiles; 500 megapixels in rows of 1000 have as many
_INK_SET, _PROCESS_INKS = 332, 1
_LARGEST_PROFILE = 16 << 20  # bytes
_LARGEST_TILE = 1 << 24  # pixels
_MOST_SAMPLES = 8  # of a pixel; a colour scan with infrared has four or five
_MOST_ENTRIES = 3 << 16  # of a palette of 16 bits
_LARGEST_TOGETHER = 64 << 20  # bytes of all pages' blocks


@dataclass(frozen=True)
class Layout:
    """One page: its size, what its samples mean and where they lie."""

    width: int
    height: int
    bits: int
    samples: int
    photometric: int
    compression: int
    predictor: int
    separate: bool  # each sample in a plane of its own
    extra: tuple[int, ...]  # ExtraSamples
    orientation: int
    reversed_bits: bool
    order: str
    segment: tuple[int, int]  # width and height of a strip or tile
    tiled: bool
    offsets: tuple[int, ...]
    counts: tuple[int, ...]
    palette: tuple[int, ...]
    index: int  # of this page among all, thumbnails included
    profile: bytes = b""  # that says what inks look like

    @property
    def colours(self) -> int:
        """The samples of a pixel that are colour."""
        return self.samples - len(self.extra)

    @property
    def area(self) -> int:
        """The pixels that decoding makes: one tile may be larger than the page."""
        return max(self.width * self.height, self.segment[0] * self.segment[1])

    @property
    def has_alpha(self) -> bool:
        """Whether the first sample beyond the colours is alpha; one without a meaning is not."""
        return self.extra[:1] in {(ASSOCIATED,), (UNASSOCIATED,)}

    @property
    def is_grey(self) -> bool:
        """Grey by kind, or by a palette of nothing but greys."""
        third = len(self.palette) // 3
        red, green, blue = self.palette[:third], self.palette[third : 2 * third], self.palette[2 * third :]
        grey_palette = self.photometric == PALETTE and red == green == blue
        return (
            grey_palette
            or self.photometric in {WHITE_IS_ZERO, BLACK_IS_ZERO}
            or (self.photometric in LAB and self.colours == 1)
        )


class ParsedTiff:
    """A file as its pages' directories: all that is asked of it is in their tags."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._damage: str | None = None

    @cached_property
    def _structure(self) -> ifd.Structure:
        return ifd.structure(self._data)

    @cached_property
    def _pages(self) -> tuple[tuple[int, ifd.Directory], ...]:
        """Every page without thumbnails and masks, with its number among all; what is broken ends them early."""
        return tuple(self._found_pages())

    def _found_pages(self) -> Iterator[tuple[int, ifd.Directory]]:
        try:
            for index, page in enumerate(ifd.chain(self._data, self._structure)):
                if not _Tags(page.entries, self._structure.order).one(254, 0) & (_REDUCED | _IS_MASK):
                    yield index, page
        except Damaged as broken:
            self._damage = str(broken)

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """How every page lies; Damaged or Unsupported where one cannot be read."""
        found, room = list[Layout](), _MOST_SEGMENTS
        for index, page in self._pages:
            found.append(_layout(_Tags(page.entries, self._structure.order), index, room))
            room -= segments_needed(found[-1])
        if self._damage is not None:
            raise Damaged(self._damage)
        if not found:
            raise Unsupported("a TIFF without a page to read, perhaps a camera's raw file", remedy="Develop it first.")
        return tuple(found)

    @cached_property
    def header(self) -> Header:
        """The first page, and how many pixels all pages have together."""
        pages = self.layouts
        first = pages[0]
        return Header(
            first.width,
            first.height,
            channels=1 if first.is_grey else 3,
            bits=16 if first.bits == 16 and first.photometric != PALETTE else 8,
            alpha=first.has_alpha,
            orientation=first.orientation,
            pages=len(pages),
            pixels=sum(page.area for page in pages),
        )

    @cached_property
    def integrity_error(self) -> str | None:
        """Whether every strip and tile of every page lies inside the file."""
        try:
            for page in self.layouts:
                if min(len(page.offsets), len(page.counts)) < segments_needed(page):
                    return "a page lacks strips"
                if any(at + count > len(self._data) for at, count in zip(page.offsets, page.counts, strict=False)):
                    return "it is cut short"
        except Damaged as broken:
            return str(broken)
        return None

    @cached_property
    def metadata(self) -> Metadata:
        """The blocks in every page's tags: of as many pages as there are before one that is broken.

        Pages may share their blocks, so those of later pages are taken only until they are too much together.
        """
        found, taken = list[Metadata](), 0
        for _, page in self._pages:
            found.append(page_metadata(self._data, self._structure, page))
            taken += sum(len(block or b"") for block in (found[-1].exif, found[-1].xmp, found[-1].icc))
            if taken > _LARGEST_TOGETHER:
                break
        return replace(found[0], later=tuple(found[1:])) if found else Metadata()


@dataclass(frozen=True)
class _Tags:
    """The numbers behind tags, with defaults as the TIFF standard has them."""

    entries: Mapping[int, ifd.Entry]
    order: str

    def some(self, tag: int, most: int) -> tuple[int, ...]:
        """The first values of a tag: how many there are is the file's word, how many are needed is not."""
        found = self.entries.get(tag)
        return () if found is None else tuple(int(x) for x in found.numbers(self.order, most=most))

    def one(self, tag: int, default: int) -> int:
        return (*self.some(tag, 1), default)[0]


def _layout(tags: _Tags, index: int, room: int) -> Layout:
    """How a page lies that may take up to `room` strips or tiles."""
    width, height = tags.one(256, 0), tags.one(257, 0)
    if not width or not height:
        raise Damaged("a page has no size")
    tiled = 322 in tags.entries
    segment = (tags.one(322, 0), tags.one(323, 0)) if tiled else (width, min(height, tags.one(278, height)))
    if not all(segment):
        raise Damaged("a page is cut into strips of no size")
    if tiled and segment[0] * segment[1] > max(_LARGEST_TILE, width * height):
        raise Damaged("its tiles of {} x {} pixels are larger than the page".format(*segment))
    compression = tags.one(259, UNCOMPRESSED)
    samples = tags.one(277, 1)
    if samples > _MOST_SAMPLES:
        raise Unsupported(f"a TIFF of {samples} channels", remedy="Save the photograph alone, as grey or RGB.")
    layout = Layout(
        width,
        height,
        bits=_same(tags.some(258, _MOST_SAMPLES) or (1,)),
        samples=samples,
        photometric=tags.one(262, BLACK_IS_ZERO),
        compression=DEFLATE if compression == _OLD_DEFLATE else compression,
        predictor=tags.one(317, 1),
        separate=tags.one(284, 1) == 2 and samples > 1,
        extra=tags.some(338, _MOST_SAMPLES),
        orientation=tags.one(274, 1) if 1 <= tags.one(274, 1) <= 8 else 1,
        reversed_bits=tags.one(266, 1) == 2,
        order=tags.order,
        segment=segment,
        tiled=tiled,
        offsets=(),
        counts=(),
        palette=tags.some(320, _MOST_ENTRIES),
        index=index,
        profile=_profile_of_inks(tags),
    )
    _refuse_unreadable(layout, _same(tags.some(339, _MOST_SAMPLES) or (1,)))
    needed = segments_needed(layout)
    if needed > room:
        raise Damaged(f"it is cut into more than {_MOST_SEGMENTS} strips")
    offsets = tags.some(324, needed) or tags.some(273, needed)
    counts = tags.some(325, needed) or tags.some(279, needed)
    return _with_extra(replace(layout, offsets=offsets, counts=counts))


def _profile_of_inks(tags: _Tags) -> bytes:
    """The profile of a page of inks; that of other pages is a matter of their metadata."""
    found = tags.entries.get(ICC)
    if tags.one(262, BLACK_IS_ZERO) != CMYK:
        return b""
    if tags.one(_INK_SET, _PROCESS_INKS) != _PROCESS_INKS:
        raise Unsupported("a TIFF with inks other than CMYK", remedy="Convert it to RGB first.")
    return b"" if found is None or found.length > _LARGEST_PROFILE else found.value


def _same(values: tuple[int, ...]) -> int:
    if len(set(values)) != 1:
        raise Unsupported("a TIFF whose channels differ in depth", remedy="Convert it to 8 or 16 bits per channel.")
    return values[0]


def _refuse_unreadable(layout: Layout, sample_format: int) -> None:
    """Name the kinds of TIFF that no rule here can read rightly."""
    if sample_format not in {1, 4} or layout.bits > 16:
        kind = {2: f"{layout.bits}-bit signed", 3: "floating-point"}.get(sample_format, f"{layout.bits}-bit")
        raise Unsupported(f"a {kind} TIFF", remedy="Convert it to 8 or 16 bits per channel.")
    if layout.profile:
        extras.needs("imagecodecs", "a CMYK TIFF with a colour profile")
    if layout.photometric not in {WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR, CMYK, *LAB}:
        raise Unsupported("a TIFF in an unsupported colour space", remedy="Convert it to grey or RGB.")
    if layout.compression not in _COMPRESSIONS:
        raise Unsupported(
            f"a TIFF with compression {layout.compression}", remedy="Save it with LZW or deflate compression."
        )
    if layout.bits not in {1, 2, 4, 8, 16} or (layout.photometric in {RGB, CMYK, *LAB} and layout.bits < 8):
        raise Unsupported(f"a {layout.bits}-bit TIFF", remedy="Convert it to 8 or 16 bits per channel.")


def _with_extra(layout: Layout) -> Layout:
    """Some writers leave ExtraSamples out: what is beyond the colours is extra, of unknown meaning."""
    colours = {RGB: 3, YCBCR: 3, CMYK: 4}.get(layout.photometric, 1)
    if layout.photometric in LAB and layout.samples >= 3:  # else L* alone
        colours = 3
    if layout.samples < colours:
        raise Damaged("a page has too few channels")
    extra = (*layout.extra, *(0,) * layout.samples)[: layout.samples - colours]
    return replace(layout, extra=extra)


def segments_needed(page: Layout) -> int:
    """How many strips or tiles cover a page."""
    across, down = (-(-side // part) for side, part in zip((page.width, page.height), page.segment, strict=True))
    return across * down * (page.samples if page.separate else 1)
