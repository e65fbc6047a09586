"""Photograph files spoilt in ways that their own grammar makes likely to reach deep into a reader. Used by fuzz.py.

A file is taken apart into what its format is made of (JPEG segments, PNG chunks, TIFF directories, RIFF chunks, ISO
and JPEG 2000 boxes), one part is changed, and lengths and checksums are put right again, so that the damage is not
turned away at the door. Everything follows from the `random.Random` that is handed in.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ODD = (0, 1, 2, 3, 4, 7, 8, 15, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000)
ODD += (0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)

NESTED_BOXES = {b"jp2h": 0, b"res ": 0, b"meta": 4, b"iprp": 0, b"ipco": 0, b"iinf": 6}  # and bytes before the first
TIFF_TAGS = (254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 284, 296, 317, 320, 322, 323, 324, 325)
TIFF_TAGS += (330, 338, 339, 347, 530, 532, 700, 33723, 34377, 34665, 34675, 34853, 40965)

XML_SPLICES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    b"&a;&#0;&#x10FFFF;",
    b"<" * 200,
    b"<a>" * 3000,
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    b"<rdf:Description rdf:about='\"&gt;'>",
    b"</rdf:Description>",
    b"<![CDATA[ ]]>",
    b"<?xpacket end='w'?>",
    b'xmlns="" ',
    b"\xff\xfe",
    b"\0",
)


@dataclass
class Part:
    """A segment, chunk or box."""

    kind: bytes
    body: bytes
    lie: int = 0  # added to the length that the file states


def spoilt(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """One to four changes to a file; `others` lend it parts."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        if not data:
            break
        change = grammatical if rng.random() < 0.7 else plain
        data = change(data, others, rng)
    return data


def plain(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Change bytes without regard to what they mean."""
    return rng.choice((_flip, _flip, _truncate, _number, _insert, _cut, _repeat, _splice))(data, others, rng)


def _flip(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    changed = bytearray(data)
    near = len(data) if rng.random() < 0.5 else min(len(data), 200)
    for _ in range(rng.choice((1, 1, 2, 8, 40))):
        changed[rng.randrange(near)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _truncate(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _number(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    """Write a number that programs stumble over."""
    changed, size = bytearray(data), rng.choice((1, 2, 4, 4, 8))
    at = rng.randrange(min(len(data), 400) if rng.random() < 0.5 else len(data))
    value = rng.choice(ODD) & ((1 << 8 * size) - 1)
    changed[at : at + size] = value.to_bytes(size, rng.choice(("little", "big")))
    return bytes(changed)


def _insert(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice((rng.randbytes(rng.randrange(1, 30)), bytes(rng.randrange(1, 5000)))) + data[at:]


def _cut(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randrange(1, max(2, len(data) // 4)) :]


def _repeat(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    piece = data[at : at + rng.randrange(1, 200)]
    return data[:at] + piece * rng.choice((2, 2, 5, 100)) + data[at:]


def _splice(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    other = rng.choice(others)
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def grammatical(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Change one part of a file by its format's rules; bytes that have none are changed plainly."""
    whole = (
        (data[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}, directory_entry),
        (data.lstrip(b"\xef\xbb\xbf \n")[:1] == b"<", packet),
        (data[36:40] == b"acsp", profile),
        (data[:2] == b"BM", bitmap_header),
    )
    for matches, change in whole:
        if matches:
            return change(data, others, rng)
    inner = inside_boxes(data, rng) if data[4:8] in {b"ftyp", b"jP  "} and rng.random() < 0.5 else None
    if inner is not None:
        return inner
    for taken_apart, together in GRAMMARS:
        parts = taken_apart(data)
        if parts:
            _change_part(parts, [part for other in others for part in taken_apart(other)], rng)
            return together(parts)
    return plain(data, others, rng)


def _change_part(parts: list[Part], lent: list[Part], rng: random.Random) -> None:
    """Drop, repeat, exchange, lend, shorten, stretch, lie about, or go inside one part."""
    at = rng.randrange(len(parts))
    part = parts[at]
    what = rng.randrange(14)
    if what == 0:
        del parts[at]
    elif what == 1:
        parts[at:at] = [part] * rng.choice((1, 2, 500))
    elif what == 2:
        other = rng.randrange(len(parts))
        parts[at], parts[other] = parts[other], part
    elif what == 3 and lent:
        parts.insert(at, rng.choice(lent))
    elif what == 4 and part.body:
        parts[at] = Part(part.kind, part.body[: rng.randrange(len(part.body))])
    elif what == 5:
        parts[at] = Part(part.kind, part.body + rng.randbytes(rng.choice((1, 7, 300))))
    elif what == 6:
        parts[at] = Part(part.kind, part.body, lie=rng.choice((-9, -1, 1, 2, 1000, 0x7FFFFFFF)))
    elif what == 7:
        parts.insert(at, rng.choice(_bombs(rng)))
    elif part.body:
        parts[at] = Part(part.kind, _inside(part, rng))


def _inside(part: Part, rng: random.Random) -> bytes:
    """What a part holds, changed by the rules of what it is: EXIF, XMP, a profile, a header, or bytes."""
    body = part.body
    for start in (b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"XML:com.adobe.xmp\0\0\0\0\0", b"JpgTiffExif->JP2"):
        if body.startswith(start):
            return start + spoilt(body[len(start) :], [body], rng)
    if part.kind == b"iCCP":
        name, _, packed = body.partition(b"\0")
        try:
            opened = zlib.decompress(packed[1:])
        except zlib.error:
            return spoilt(body, [body], rng)
        return name + b"\0\0" + zlib.compress(spoilt(opened, [opened], rng))
    if len(body) < 60:  # a header: small numbers that decide much
        return _field(body, range(len(body)), rng, rng.choice(("big", "little")))
    return spoilt(body, [body], rng)


def _bombs(rng: random.Random) -> list[Part]:
    """Small parts that unpack to much, and large ones that say little; for each grammar one that it knows."""
    packed = zlib.compress(bytes(1 << 22))
    text = b"<x:xmpmeta>" + rng.choice(XML_SPLICES) * 50
    return [
        Part(b"iCCP", b"x\0\0" + packed),
        Part(b"zTXt", b"Raw profile type exif\0\0" + packed),
        Part(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed),
        Part(b"tEXt", b"Comment\0" + b"x" * 70_000),
        Part(b"eXIf", b"II*\0\x08\0\0\0" + struct.pack("<H", 5000) + bytes(60_004)),
        Part(b"XMP ", text),
        Part(b"EXIF", b"MM\0*\0\0\0\x08\xff\xff"),
        Part(b"\xe1", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(60_000)),
        Part(b"\xe1", b"http://ns.adobe.com/xap/1.0/\0" + text[:60_000]),
        Part(b"\xe2", b"ICC_PROFILE\0\1\1" + bytes(36) + b"acsp" + b"\xff" * 200),
        Part(b"\xed", b"Photoshop 3.0\x008BIM\x04\x04\xff" + bytes(300)),
        Part(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + text),
        Part(b"colr", b"prof" + bytes(36) + b"acsp"),
    ]


def _field(data: bytes, places: Sequence[int], rng: random.Random, order: str) -> bytes:
    """Write an odd or a nearby number at one of some places."""
    changed, size = bytearray(data), rng.choice((1, 2, 4))
    at = rng.choice(places)
    old = int.from_bytes(data[at : at + size], order)  # type: ignore[arg-type]
    value = rng.choice((rng.choice(ODD), old + 1, old - 1, old * 2, rng.randrange(1 << 16))) % (1 << 8 * size)
    changed[at : at + size] = value.to_bytes(size, order)  # type: ignore[arg-type]
    return bytes(changed)


def directory_entry(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Change a number in a tag directory of a TIFF or EXIF structure, in its place."""
    order = "<" if data[:1] == b"I" else ">"
    big = data[2:4] in {b"+\0", b"\0+"}
    where = _directories(data, order, big=big)
    if not where:
        return plain(data, others, rng)
    at, count = rng.choice(where)
    head, size, room = (8, 20, 8) if big else (2, 12, 4)
    changed = bytearray(data)
    what = rng.randrange(10)
    if what == 0:
        number = rng.choice((0, count + 1, max(0, count - 1), 0xFFFF))
        changed[at : at + head] = struct.pack(order + ("Q" if big else "H"), number)
    elif what == 1:  # the next page: this one again, the first, or anywhere
        following = rng.choice((at, where[0][0], rng.randrange(len(data)), rng.choice(ODD)))
        place = at + head + count * size
        changed[place : place + room] = struct.pack(order + ("Q" if big else "I"), following % (1 << 8 * room))
    else:
        entry = at + head + size * rng.randrange(max(1, count))
        field, width = rng.choice(((0, 2), (2, 2), (4, room), (4, room), (4 + room, room), (4 + room, room), (4, 2)))
        inline = {0: rng.choice(TIFF_TAGS), 2: rng.choice((*range(19), 99))}.get(field, rng.choice(ODD))
        near = int.from_bytes(data[entry + field : entry + field + width], "little" if order == "<" else "big")
        number = rng.choice((inline, inline, rng.randrange(len(data)), near + 1, near - 1, near * 2, near // 2))
        number %= 1 << 8 * width
        changed[entry + field : entry + field + width] = number.to_bytes(width, "little" if order == "<" else "big")
    return bytes(changed)


def _directories(data: bytes, order: str, *, big: bool) -> list[tuple[int, int]]:
    """Offsets and entry counts of the first directories, those that pointers lead to included."""
    head, size, room = ("Q", 20, "Q") if big else ("H", 12, "I")
    found: list[tuple[int, int]] = []
    try:
        ahead = [struct.unpack_from(order + room, data, 8 if big else 4)[0]]
        while ahead and len(found) < 12:
            at = ahead.pop()
            (count,) = struct.unpack_from(order + head, data, at)
            start = at + struct.calcsize(head)
            if not 0 < count < 500 or start + count * size > len(data):
                continue
            found.append((at, count))
            for entry in range(start, start + count * size, size):
                (tag,) = struct.unpack_from(order + "H", data, entry)
                if tag in {330, 34665, 34853, 40965}:
                    ahead += struct.unpack_from(order + room, data, entry + size - struct.calcsize(room))
            (following,) = struct.unpack_from(order + room, data, start + count * size)
            if following:
                ahead.append(following)
    except (struct.error, OverflowError):
        pass
    return found


def packet(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Change an XML packet: at its angles and quotes, where it matters."""
    edges = [at for at, byte in enumerate(data) if byte in b"<>\"'=/"] or [0]
    at, other = rng.choice(edges), rng.choice(edges)
    what = rng.randrange(6)
    if what == 0:
        return data[:at] + rng.choice(XML_SPLICES) + data[at:]
    if what == 1:
        return data[:at] + data[at + 1 :]
    if what == 2:
        return data[: min(at, other)] + data[max(at, other) :]
    if what == 3:
        return data[:at] + data[min(at, other) : max(at, other)] * rng.choice((1, 2, 50)) + data[at:]
    if what == 4:
        codec = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32"))
        return data.decode("utf-8", "replace").encode(codec)
    return plain(data, others, rng)


def bitmap_header(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    """Change a field of a BMP's headers."""
    return _field(data, (2, 10, 14, 18, 22, 26, 28, 30, 34, 46, 54, 66), rng, "little")


def profile(data: bytes, _others: Sequence[bytes], rng: random.Random) -> bytes:
    """Change the tag table of an ICC profile, or the head of a tag."""
    count = min(struct.unpack_from(">I", data.ljust(132, b"\0"), 128)[0], 50)
    places = [0, 16, 20, 36, 128]
    for number in range(count):
        entry = 132 + 12 * number
        places += [entry, entry + 4, entry + 8]
        (at,) = struct.unpack_from(">I", data.ljust(entry + 12, b"\0"), entry + 4)
        places += [place for place in (at, at + 8, at + 10, at + 12, at + 16) if place < len(data)]
    return _field(data, places, rng, "big")


def jpeg_parts(data: bytes) -> list[Part]:
    """Segments up to the first scan; what follows is one part."""
    parts, at = [], 2
    if data[:3] != b"\xff\xd8\xff":
        return []
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in {0xDA, 0xD9}:
        (size,) = struct.unpack_from(">H", data, at + 2)
        parts.append(Part(data[at + 1 : at + 2], data[at + 4 : at + 2 + size]))
        at += 2 + size
    return [*parts, Part(b"", data[at:])]


def jpeg_of(parts: list[Part]) -> bytes:
    """Put segments together; a marker has one byte, and 65,533 bytes are the most that it can hold."""
    out = [b"\xff\xd8"]
    for part in parts:
        if part.kind[1:]:
            continue
        size = (min(len(part.body), 65533) + 2 + part.lie) & 0xFFFF
        out += [struct.pack(">BBH", 0xFF, part.kind[0], size), part.body[:65533]] if part.kind else [part.body]
    return b"".join(out)


def png_parts(data: bytes) -> list[Part]:
    """Chunks."""
    parts, at = [], 8
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return []
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        parts.append(Part(data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    return parts


def png_of(parts: list[Part]) -> bytes:
    """Put chunks together, with right checksums."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", (len(p.body) + p.lie) & 0xFFFFFFFF)
        + _four(p.kind)
        + p.body
        + struct.pack(">I", zlib.crc32(_four(p.kind) + p.body))
        for p in parts
    )


def riff_parts(data: bytes) -> list[Part]:
    """Chunks of a WebP."""
    parts, at = [], 12
    if data[:4] != b"RIFF":
        return []
    while at + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, at + 4)
        parts.append(Part(data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return parts


def riff_of(parts: list[Part]) -> bytes:
    """Put chunks together, padded to even lengths."""
    body = b"WEBP" + b"".join(
        _four(p.kind) + struct.pack("<I", (len(p.body) + p.lie) & 0xFFFFFFFF) + p.body + b"\0" * (len(p.body) % 2)
        for p in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def box_parts(data: bytes) -> list[Part]:
    """Boxes side by side, of AVIF or JPEG 2000."""
    if data[4:8] not in {b"ftyp", b"jP  "}:
        return []
    return _boxes(data)


def _boxes(data: bytes) -> list[Part]:
    parts, at = [], 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        size = size if size >= 8 else len(data) - at
        parts.append(Part(kind, data[at + 8 : at + size]))
        at += size
    return parts


def boxes_of(parts: list[Part]) -> bytes:
    """Put boxes together."""
    heads = (struct.pack(">I4s", (len(p.body) + 8 + p.lie) & 0xFFFFFFFF, _four(p.kind)) for p in parts)
    return b"".join(head + part.body for head, part in zip(heads, parts, strict=True))


def inside_boxes(data: bytes, rng: random.Random) -> bytes | None:
    """Change a box within boxes; None where none holds others."""
    parts = _boxes(data)
    holding = [at for at, part in enumerate(parts) if part.kind in NESTED_BOXES]
    if not holding:
        return None
    at = rng.choice(holding)
    skip = NESTED_BOXES[parts[at].kind]
    head, body = parts[at].body[:skip], parts[at].body[skip:]
    deeper = inside_boxes(body, rng) if rng.random() < 0.6 else None
    if deeper is None:
        inner = _boxes(body)
        if inner:
            _change_part(inner, inner, rng)
        deeper = boxes_of(inner)
    parts[at] = Part(parts[at].kind, head + deeper)
    return boxes_of(parts)


def _four(kind: bytes) -> bytes:
    return kind[:4].ljust(4, b" ")


Grammar = tuple[Callable[[bytes], list[Part]], Callable[[list[Part]], bytes]]
GRAMMARS: tuple[Grammar, ...] = (
    (jpeg_parts, jpeg_of),
    (png_parts, png_of),
    (riff_parts, riff_of),
    (box_parts, boxes_of),
)
