"""Regions of a photograph that XMP names, mostly faces: turned with the pixels. Touches nothing else of a packet.

Those of the Metadata Working Group (MWG), which Lightroom, digiKam, Picasa and exiftool write, and Microsoft's. The
group means the pixels as stored, and so does Lightroom; Picasa writes what it sees. The size that regions say they
were made for tells which, unless the photograph is square or upside down: then the group's word holds.
"""

from dataclasses import dataclass, field, replace

from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import Metadata
from lab_colorize.photos.xmp import ATTRIBUTE, Name, Reader, Span, Unusable, as_utf8, cut

_MWG = "http://www.metadataworkinggroup.com/schemas/regions/"
_AREA, _DIMENSIONS = "http://ns.adobe.com/xmp/sType/Area#", "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
_MICROSOFT = "http://ns.microsoft.com/photo/1.2/t/Region#"
_RECTANGLE = (_MICROSOFT, "Rectangle")
_AREA_OF, _MADE_FOR = (_MWG, "Area"), (_MWG, "AppliedToDimensions")
_NEAR = 0.02  # of a ratio of sides: thumbnails are rounded

Value = tuple[Span, str]  # where it stands, and what
Point = tuple[float, float]
DOES_NOT_FIT = "its face regions were made for a photograph of another shape, and were left as they are"


def upright(metadata: Metadata, sizes: tuple[tuple[int, int], ...]) -> Metadata:
    """Metadata of pages that were turned upright to these sizes, width and height, with their regions turned alike."""
    first, *others = (_page(metadata.of_page(number), size) for number, size in enumerate(sizes))
    return replace(first, later=tuple(others))


def _page(metadata: Metadata, size: tuple[int, int]) -> Metadata:
    if metadata.xmp is None:
        return metadata
    packet, notes = turned(metadata.xmp, ifd.orientation(metadata.exif), size)
    return replace(metadata, xmp=packet, notes=(*metadata.notes, *notes))


def turned(packet: bytes, orientation: int, size: tuple[int, int]) -> tuple[bytes, tuple[str, ...]]:
    """A packet with its regions turned as pixels of that orientation were, to this size; and notes for a person."""
    before, packet = packet, as_utf8(packet)
    if orientation == 1 or (_MWG.encode() not in packet and _MICROSOFT.encode() not in packet):
        return before, ()
    reader = _RegionReader(packet)
    try:
        reader.read()
    except Unusable:
        return before, ()
    stored = (size[1], size[0]) if orientation > 4 else size
    shapes = {made_for for group in reader.made_for if (made_for := _shape(group))}
    if any(not _near(shape, stored) for shape in shapes):
        seen_already = all(_near(shape, size) for shape in shapes)
        return before, () if seen_already else (DOES_NOT_FIT,)
    return cut(packet, reader.edits(orientation)), ()


def _shape(group: dict[str, Value]) -> Point | None:
    width, height = _number(group.get("w")), _number(group.get("h"))
    return (width, height) if width and height and width > 0 and height > 0 else None


def _near(shape: Point, size: tuple[int, int]) -> bool:
    return abs(shape[0] * size[1] / (shape[1] * size[0]) - 1) < _NEAR


def _number(value: Value | None) -> float | None:
    try:
        return float(value[1]) if value is not None else None
    except ValueError:
        return None


def turned_point(point: Point, orientation: int) -> Point:
    """Where a point in 0..1 of the stored pixels is when they are upright, EXIF's orientation applied."""
    x, y = point
    return {
        1: (x, y),
        2: (1 - x, y),
        3: (1 - x, 1 - y),
        4: (x, 1 - y),
        5: (y, x),
        6: (1 - y, x),
        7: (1 - y, 1 - x),
        8: (y, 1 - x),
    }[orientation]


@dataclass
class _RegionReader(Reader):
    """Also notes where the numbers of regions stand, as attributes or as elements."""

    areas: list[dict[str, Value]] = field(default_factory=list)
    made_for: list[dict[str, Value]] = field(default_factory=list)
    rectangles: list[Value] = field(default_factory=list)

    def start(self, name: str, attributes: object) -> None:
        super().start(name, attributes)
        element, at = self.path[-1], self.starts[-1][0]
        if element == _AREA_OF:
            self.areas.append({})
        elif element == _MADE_FOR:
            self.made_for.append({})
        for found in ATTRIBUTE.finditer(self.packet[slice(*self.starts[-1])]):
            prefix, _, local = found.group(1).decode().rpartition(":")
            place = 2 if found.group(2) is not None else 3
            span = (at + found.start(place), at + found.end(place))
            self.value(((self.prefixes.get(prefix) or [""])[-1], local), (span, found.group(place).decode()))

    def finish(self, name: str) -> None:
        at, opened = self.parser.CurrentByteIndex, self.starts[-1][1]
        if self.packet[opened - 2 : opened] != b"/>" and b"<" not in self.packet[opened:at]:
            self.value(self.path[-1], ((opened, at), "".join(self.text)))
        super().finish(name)

    def value(self, name: Name, value: Value) -> None:
        """A value, which belongs to the region or the size whose element is open."""
        if name[0] == _AREA and _AREA_OF in self.path[-3:]:
            self.areas[-1][name[1]] = value
        elif name[0] == _DIMENSIONS and _MADE_FOR in self.path[-3:]:
            self.made_for[-1][name[1]] = value
        elif name == _RECTANGLE:
            self.rectangles.append(value)

    def edits(self, orientation: int) -> list[tuple[Span, bytes]]:
        """What to write in the place of what."""
        changed = [one for area in self.areas for one in _area(area, orientation)]
        changed += [one for rectangle in self.rectangles for one in _rectangle(rectangle, orientation)]
        if orientation > 4:
            changed += [one for size in self.made_for if "w" in size and "h" in size for one in _swapped(size)]
        return changed


def _area(area: dict[str, Value], orientation: int) -> list[tuple[Span, bytes]]:
    """A centre and, as a rule, a size; all in shares of the sides."""
    x, y = _number(area.get("x")), _number(area.get("y"))
    if x is None or y is None or area.get("unit", ((0, 0), "normalized"))[1].strip() != "normalized":
        return []
    across, down = turned_point((x, y), orientation)
    changed = [(area["x"][0], _written(across)), (area["y"][0], _written(down))]
    return changed + (_swapped(area) if orientation > 4 and "w" in area and "h" in area else [])


def _swapped(group: dict[str, Value]) -> list[tuple[Span, bytes]]:
    return [(group["w"][0], group["h"][1].encode()), (group["h"][0], group["w"][1].encode())]


def _rectangle(rectangle: Value, orientation: int) -> list[tuple[Span, bytes]]:
    """Microsoft's left, top, width and height."""
    try:
        left, top, width, height = map(float, rectangle[1].split(","))
    except ValueError:
        return []
    across, down = turned_point((left + width / 2, top + height / 2), orientation)
    width, height = (height, width) if orientation > 4 else (width, height)
    numbers = (across - width / 2, down - height / 2, width, height)
    return [(rectangle[0], b", ".join(map(_written, numbers)))]


def _written(number: float) -> bytes:
    return f"{round(number, 9):.9g}".encode()
