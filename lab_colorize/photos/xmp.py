"""XMP packets gain the provenance of a coloured photograph; what was there stays byte for byte.

The packet is only read as XML, to learn where things stand; the changes are cut into its own bytes. Values
that are no longer true are set right: orientation, colour mode, profile; the old picture's thumbnail goes.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LAB_COLORIZE = "urn:lab-colorize:1.0"
_MM, _EVENT = "http://ns.adobe.com/xap/1.0/mm/", "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
_XAP = "http://ns.adobe.com/xap/1.0/"
_TIFF, _EXIF = "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"

_MOST_ELEMENTS = 300_000
_DEEPEST = 200

_ORIENTATION = (_TIFF, "Orientation")
_RESET = {
    _ORIENTATION: "1",
    (_TIFF, "PhotometricInterpretation"): "2",
    (_TIFF, "SamplesPerPixel"): "3",
    (_EXIF, "ColorSpace"): "1",
    (_PHOTOSHOP, "ColorMode"): "3",
    (_PHOTOSHOP, "ICCProfile"): "sRGB",
}
_OTHER_TONES = {(_EXIF, "ColorSpace"): "65535", (_PHOTOSHOP, "ICCProfile"): "scan"}
_EXCHANGED = (
    ((_TIFF, "ImageWidth"), (_TIFF, "ImageLength")),
    ((_EXIF, "PixelXDimension"), (_EXIF, "PixelYDimension")),
)
_OURS = frozenset(
    (LAB_COLORIZE, name) for name in ("Software", "Model", "ModelSHA256", "Hints", "DigitalSourceTypeBefore")
)
_SOURCE_TYPE = (IPTC_EXT, "DigitalSourceType")
# An extended packet of a JPEG is not carried, so nothing may refer to it.
_EXTENDED = ("http://ns.adobe.com/xmp/note/", "HasExtendedXMP")
_REMOVED = _OURS | {_EXTENDED, _SOURCE_TYPE, (_XAP, "Thumbnails")}
_HISTORY = (_MM, "History")
_SEQUENCES = {(RDF, "Seq"), (RDF, "Bag")}

# A start tag whole: ">" may stand inside quotes.
TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")

# How a packet begins in other encodings than UTF-8: with a mark, or without one with "<".
_CODECS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)

Name = tuple[str, str]  # namespace, local name
Span = tuple[int, int]


class Unusable(Exception):
    """The packet cannot be kept; the message says why."""


@dataclass
class _Found:
    """Where in a packet the things stand that matter here."""

    end: int = -1  # of rdf:RDF's contents
    about: str = ""
    values: dict[Name, tuple[Span, str]] = field(default_factory=dict)  # of simple properties: where, and what
    whole: dict[Name, Span] = field(default_factory=dict)  # properties with all around them
    history_end: int = -1  # of the list's contents


@dataclass
class Reader:
    """Follows expat through a packet and notes the places."""

    packet: bytes
    found: _Found = field(default_factory=_Found)
    path: list[Name] = field(default_factory=list)
    starts: list[Span] = field(default_factory=list)  # of the open elements' start tags
    prefixes: dict[str, list[str]] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)
    elements: int = 0

    def read(self) -> _Found:
        """Read it all; Unusable says why that cannot be."""
        parser = self.parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.finish
        parser.CharacterDataHandler = self.characters
        parser.StartNamespaceDeclHandler = self.declare
        parser.EndNamespaceDeclHandler = self.forget
        parser.StartDoctypeDeclHandler = self.refuse
        try:
            parser.Parse(self.packet, True)  # noqa: FBT003  # expat takes it by place alone
        except expat.ExpatError as problem:
            raise Unusable("it is not well-formed XML") from problem
        if self.found.end < 0:
            raise Unusable("it holds no RDF")
        return self.found

    def refuse(self, *_: object) -> None:
        """Document types allow entities that swell to gigabytes; XMP has no use for them."""
        raise Unusable("it declares a document type")

    def declare(self, prefix: str | None, uri: str | None) -> None:
        """A prefix stands for a namespace from here on."""
        self.prefixes.setdefault(prefix or "", []).append(uri or "")

    def forget(self, prefix: str | None) -> None:
        """It stands for what it stood for before."""
        self.prefixes[prefix or ""].pop()

    def characters(self, text: str) -> None:
        """Text of the element that was opened last."""
        self.text.append(text)

    def start(self, name: str, _: object) -> None:
        """An element opens."""
        at = self.parser.CurrentByteIndex
        tag = TAG.match(self.packet, at)
        if tag is None:
            raise Unusable("it is not well-formed XML")
        self.elements += 1
        if self.elements > _MOST_ELEMENTS or len(self.path) > _DEEPEST:
            raise Unusable(f"it has more than {_MOST_ELEMENTS} elements, or {_DEEPEST} inside one another")
        uri, _, local = name.rpartition(" ")
        self.path.append((uri, local))
        self.starts.append(tag.span())
        self.text.clear()
        if len(self.path) >= 2 and self.path[-2:] == [(RDF, "RDF"), (RDF, "Description")]:
            self.attributes(tag.group(), at)

    def attributes(self, tag: bytes, at: int) -> None:
        """Properties may stand as attributes of a description."""
        for found in ATTRIBUTE.finditer(tag):
            prefix, _, local = found.group(1).decode().rpartition(":")
            name = ((self.prefixes.get(prefix) or [""])[-1], local)
            place = 2 if found.group(2) is not None else 3
            value = found.group(place).decode()
            if name == (RDF, "about"):
                self.found.about = value
            else:
                start, end = found.span(place)
                self.found.values[name] = ((at + start, at + end), value)
                self.found.whole[name] = (at + found.start(), at + found.end())

    def finish(self, _: str) -> None:
        """An element closes: what stands in it is known now."""
        at = self.parser.CurrentByteIndex
        name, tag = self.path.pop(), self.starts.pop()
        empty = self.packet[tag[1] - 2 : tag[1]] == b"/>"
        end = tag[1] if empty else self.packet.index(b">", at) + 1
        if name == (RDF, "RDF") and not empty:
            self.found.end = at
        elif self.path[-2:] == [(RDF, "RDF"), (RDF, "Description")]:
            self.found.whole[name] = (tag[0], end)
            if not empty and b"<" not in self.packet[tag[1] : at]:
                self.found.values[name] = ((tag[1], at), "".join(self.text))
        elif name in _SEQUENCES and self.path[-3:] == [(RDF, "RDF"), (RDF, "Description"), _HISTORY] and not empty:
            self.found.history_end = at


def stamped(
    xmp: bytes | None, source_type: str, facts: Mapping[str, str], *, turned: bool = True, srgb: bool = True
) -> tuple[bytes, tuple[str, ...]]:
    """The packet with provenance, and notes on what could not be kept; `facts` are Software, Model and their kin.

    `turned` pixels are upright, others lie as the packet says already; those not in `srgb` have a profile of their own.
    The same input gives the same bytes, so the event in the history bears no time.
    """
    packet, notes = _EMPTY if xmp is None else as_utf8(xmp), tuple[str, ...]()
    try:
        found = Reader(packet).read()
    except Unusable as reason:
        packet, notes = _EMPTY, (f"its XMP was left out: {reason}",)
        found = Reader(packet).read()
    before = found.values.get((LAB_COLORIZE, "DigitalSourceTypeBefore")) or found.values.get(_SOURCE_TYPE)
    said = dict(facts)
    if before is not None:
        said["DigitalSourceTypeBefore"] = before[1]
    edits = [*_corrections(found, turned=turned, srgb=srgb), *_additions(found, source_type, said)]
    return cut(packet, edits), notes


def is_stamped(xmp: bytes) -> bool:
    """Whether a packet says that this tool gave the photograph its colours."""
    try:
        return LAB_COLORIZE.encode() in xmp and (LAB_COLORIZE, "Model") in Reader(as_utf8(xmp)).read().values
    except Unusable:
        return False


def essence(xmp: bytes) -> bytes:
    """A small packet with the provenance of a stamped one, for places that are too short for all of it."""
    try:
        values = Reader(as_utf8(xmp)).read().values
    except Unusable:
        return _EMPTY
    said = {name: values[(LAB_COLORIZE, name)][1] for uri, name in sorted(_OURS & values.keys()) if uri}
    source_type = values.get(_SOURCE_TYPE, ((0, 0), ""))[1].removeprefix(SOURCE_TYPES)
    return cut(_EMPTY, list(_additions(Reader(_EMPTY).read(), source_type, said)))


def as_utf8(xmp: bytes) -> bytes:
    """Packets may be UTF-16 or UTF-32 too; some writers pad them with zeros."""
    for start, codec in _CODECS:
        if xmp.startswith(start):
            return xmp.decode(codec, "replace").rstrip("\0").encode("utf-8", "replace")
    return xmp.rstrip(b"\0")


def _corrections(found: _Found, *, turned: bool, srgb: bool) -> Iterator[tuple[Span, bytes]]:
    """What is no longer true."""
    true = _RESET | ({} if srgb else _OTHER_TONES)
    if not turned:
        del true[_ORIENTATION]
    for name in _REMOVED & found.whole.keys():
        yield found.whole[name], b""
    for name in true.keys() & found.values.keys():
        yield found.values[name][0], true[name].encode()
    if turned and found.values.get(_ORIENTATION, ((0, 0), "1"))[1].strip() in {"5", "6", "7", "8"}:
        for one, other in _EXCHANGED:
            if one in found.values and other in found.values:
                yield found.values[one][0], _text(found.values[other][1]).encode()
                yield found.values[other][0], _text(found.values[one][1]).encode()


def _additions(found: _Found, source_type: str, said: Mapping[str, str]) -> Iterator[tuple[Span, bytes]]:
    """A description of our own, and an event at the end of the history that is there."""
    event, history = _event(said), ""
    if found.history_end >= 0:
        yield (found.history_end, found.history_end), event.encode()
    elif _HISTORY not in found.whole:
        history = f'<xmpMM:History xmlns:xmpMM="{_MM}"><rdf:Seq>{event}</rdf:Seq></xmpMM:History>'
    ours = "".join(f"<labcolorize:{name}>{_text(value)}</labcolorize:{name}>" for name, value in said.items())
    about = f'"{found.about}"' if '"' not in found.about else f"'{found.about}'"  # as it stood, escapes and all
    description = (
        f'<rdf:Description xmlns:rdf="{RDF}" rdf:about={about}'
        f' xmlns:Iptc4xmpExt="{IPTC_EXT}" xmlns:labcolorize="{LAB_COLORIZE}">'
        f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPES}{_text(source_type)}</Iptc4xmpExt:DigitalSourceType>"
        f"{ours}{history}</rdf:Description>"
    )
    yield (found.end, found.end), description.encode()


def _event(said: Mapping[str, str]) -> str:
    parameters = f"model {said.get('Model')}, SHA-256 {said.get('ModelSHA256')}"
    return (
        f'<rdf:li xmlns:rdf="{RDF}" xmlns:stEvt="{_EVENT}" rdf:parseType="Resource">'
        "<stEvt:action>converted</stEvt:action>"
        f"<stEvt:softwareAgent>{_text(said.get('Software', ''))}</stEvt:softwareAgent>"
        f"<stEvt:parameters>colorized with {_text(parameters)}</stEvt:parameters></rdf:li>"
    )


def cut(packet: bytes, edits: list[tuple[Span, bytes]]) -> bytes:
    """Put each replacement in its place, from the last to the first."""
    for (start, end), instead in sorted(edits, reverse=True):
        packet = packet[:start] + instead + packet[end:]
    return packet


_EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + RDF.encode() + b'"></rdf:RDF></x:xmpmeta>'
    b'<?xpacket end="w"?>'
)


def _text(value: str) -> str:
    """What stands between tags. `xml.sax.saxutils` can do it too, but takes long to load: it brings the web along."""
    return html.escape(value, quote=False)
