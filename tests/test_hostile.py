"""Files made to hurt: each ends within seconds, in little memory, as a clear error or as a photograph.

Every file is read in a process of its own, whose memory and time are measured. The thousands: benchmarks/fuzz.py.
"""

import json
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lab_colorize.colour.icc import SRGB_PROFILE
from tests import makers as m

MOST_SECONDS = 5.0  # a child that imports everything takes a third of one
MOST_MIB = 400  # the child alone takes 70; no file here is larger than 64
ADDRESS_SPACE = 4 << 30

READING = """
import json, sys, time
from pathlib import Path
from lab_colorize.errors import ColorizeError
from lab_colorize.photos.metadata import Provenance, stamped
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.photos.photo import read_photo, probe_photo, encode_photo, Photo
start = time.process_time()
try:
    probe_photo(Path(sys.argv[1]))
    photo = read_photo(Path(sys.argv[1]))
    lightness_through(photo.pages[0].pixels, photo.metadata.icc)
    metadata = stamped(photo.metadata, Provenance("test", "none", "00"))
    encode_photo(Photo(photo.pages[:1], photo.format, metadata))
    kind, what = "photograph", "; ".join(metadata.notes)
except ColorizeError as error:
    kind, what = type(error).__name__, error.what
seconds = time.process_time() - start
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"kind": kind, "what": what, "seconds": seconds, "mib": int(peak.split()[1]) / 1024}))
"""


@dataclass(frozen=True)
class End:
    kind: str
    what: str
    seconds: float
    mib: float


@pytest.fixture
def end_of(tmp_path: Path) -> Callable[[bytes], End]:
    """What becomes of a file, in a process that may take four gigabytes of addresses and a minute."""

    def read(data: bytes) -> End:
        path = tmp_path / "hostile"
        path.write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-c", READING, str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE)),
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return End(**json.loads(done.stdout))

    return read


# --- TIFF: a structure of offsets, which can be led in circles and made to say the same thing a million times


def tiff_of(*directories: list[tuple[int, int, int, int]], tail: bytes = b"", circle: bool = False) -> bytes:
    """A little-endian TIFF of pages, one behind the other: (tag, type, count, value or offset) as they stand."""
    at, out = 8, b"II*\0" + struct.pack("<I", 8)
    for number, entries in enumerate(directories):
        at += 2 + 12 * len(entries) + 4
        last = number == len(directories) - 1
        rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        out += struct.pack("<H", len(entries)) + rows + struct.pack("<I", (8 if circle else 0) if last else at)
    return out + tail


def page(width: int = 40, height: int = 40, **more: int) -> list[tuple[int, int, int, int]]:
    """The tags of a grey 8-bit page in one strip at the file's beginning; `t258=16` puts another tag, or replaces it."""
    tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: width * height}
    tags |= {int(name[1:]): value for name, value in more.items()}
    return [(tag, 4, 1, value) for tag, value in sorted(tags.items())]


def million_pages() -> bytes:
    """Thirty megabytes of thumbnails, each of which points to the next."""
    count, size = 1_000_000, 30
    rows = np.zeros(count, [("count", "<u2"), ("one", "V12"), ("two", "V12"), ("next", "<u4")])
    rows["count"] = 2
    rows["one"], rows["two"] = struct.pack("<HHII", 254, 4, 1, 1), struct.pack("<HHII", 256, 4, 1, 1)
    rows["next"] = 8 + size * np.arange(1, count + 1)
    rows["next"][-1] = 0
    return b"II*\0" + struct.pack("<I", 8) + rows.tobytes()


def pages_within_pages() -> bytes:
    """Two megabytes that are read as 60,000 pages of 65,535 tags: each begins at another tag of the same list."""
    pages, tags = 60_000, 65_535
    entry = struct.pack("<HHIHH", 254, 4, 1, 1, 0xFFFF)  # the last two bytes are the next page's number of tags
    following = struct.pack(f"<{pages}I", *(8 + 12 * k for k in range(1, pages)), 0)
    # A page's pointer to the next stands 12 bytes behind the one before it, in the last four bytes of a tag.
    rows = bytearray(entry * (pages + tags + 1))
    table = b"".join(struct.pack("<HHI", 254, 4, 1) + following[4 * k : 4 * k + 4] for k in range(pages))
    rows[12 * tags - 8 : 12 * tags - 8 + len(table)] = table
    return b"II*\0" + struct.pack("<I", 8) + b"\xff\xff" + bytes(rows)


FILL = 32 << 20


def tags_that_all_hold_the_file() -> list[tuple[int, int, int, int]]:
    """Of 32 megabytes, five thousand times."""
    return [(40_000 + number, 7, FILL, 8) for number in range(5000)]


def exif_that_holds_the_file() -> bytes:
    """The same tags in the directory that a page has for EXIF."""
    behind = 8 + 2 + 12 * (len(page()) + 1) + 4
    inner = tiff_of(tags_that_all_hold_the_file())[8:]
    return tiff_of([*page(), (34665, 4, 1, behind)], tail=inner + bytes(FILL))


def orientations() -> bytes:
    """Thirty million of them, where one is asked for."""
    return tiff_of(sorted([*page(), (274, 1, 32 << 20, 8)]), tail=b"\x08" * (32 << 20))


def pinhead_tiles() -> bytes:
    """Two million tiles of one pixel."""
    count = 2_000_000
    tags = dict.fromkeys((273, 278, 279))
    entries = [entry for entry in page(count, 1) if entry[0] not in tags]
    at = 8 + 2 + 12 * (len(entries) + 4) + 4
    entries += [(322, 4, 1, 1), (323, 4, 1, 1), (324, 4, count, at), (325, 4, count, at)]
    return tiff_of(sorted(entries), tail=b"\x01\0\0\0" * count)


def bomb(megabytes: int, fill: bytes = b"\0") -> bytes:
    """A few kilobytes that unpack to many megabytes, and then break off."""
    packer = zlib.compressobj()
    start, again = ((packer.compress(fill * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)) for _ in range(2))
    return start + again * (megabytes - 1)


def deflated_strip(megabytes: int, *, width: int, height: int, **more: int) -> bytes:
    """One strip that is a bomb."""
    packed = bomb(megabytes)
    given = page(width, height, t259=8, t279=len(packed), **more)
    at = 8 + 2 + 12 * len(given) + 4
    return tiff_of([(tag, kind, n, at if tag in {273, 324} else value) for tag, kind, n, value in given], tail=packed)


TIFFS: dict[str, tuple[Callable[[], bytes], str]] = {
    "pages in a circle": (lambda: tiff_of(page(), page(), circle=True), "circle"),
    "a million pages": (million_pages, "pages"),
    "pages within pages": (pages_within_pages, "tags"),
    "tags that all hold the file": (
        lambda: tiff_of([*page(), *tags_that_all_hold_the_file()], tail=bytes(FILL)),
        "",
    ),
    "EXIF tags that all hold the file": (exif_that_holds_the_file, ""),
    "thirty million orientations": (orientations, ""),
    "two million tiles of one pixel": (pinhead_tiles, "strips"),
    "a strip that unpacks to a gigabyte": (lambda: deflated_strip(1024, width=40, height=40), ""),
    "a huge tile for a small page": (
        lambda: deflated_strip(600, width=40, height=40, t322=60_000, t323=60_000, t324=0, t325=600_000),
        "60000",
    ),
    "sixty thousand channels": (lambda: deflated_strip(100, width=2000, height=2000, t277=60_000), "channels"),
    "an offset beyond all numbers": (
        lambda: b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(64),
        "tags",
    ),
    "tags beyond all numbers": (lambda: b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1 << 62) + bytes(64), "tags"),
    "strips of more rows than there are pictures": (
        lambda: tiff_of(page(1, 3_000_000, t259=5, t279=100), tail=bytes(200)),
        "",
    ),
}


@pytest.mark.parametrize("name", TIFFS)
def test_a_tiff_made_to_hurt_ends_soon_and_small(name: str, end_of: Callable[[bytes], End]) -> None:
    made, says = TIFFS[name]
    found = end_of(made())
    assert says in found.what
    assert found.kind != "photograph" or not says
    assert found.seconds < MOST_SECONDS
    assert found.mib < MOST_MIB


# --- giant sizes in small files


def avif_sized(side: int) -> bytes:
    data = m.pillow(m.colour(), "AVIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", side, side) + data[at + 8 :]


def jp2_sized(side: int) -> bytes:
    data = m.pillow(m.colour(), "JPEG2000")
    at = data.index(b"\xff\x4f\xff\x51") + 8
    return data[:at] + struct.pack(">II", side, side) + data[at + 8 :]


def webp_sized(side: int) -> bytes:
    data = m.pillow(m.colour(), "WEBP", xmp=m.XMP)
    at = data.index(b"VP8X") + 12
    return data[:at] + (side - 1).to_bytes(3, "little") * 2 + data[at + 6 :]


def bmp_sized(side: int) -> bytes:
    data = m.pillow(m.colour(), "BMP")
    return data[:18] + struct.pack("<ii", side, side) + data[26:]


def jpeg_sized(side: int) -> bytes:
    data = m.pillow(m.grey(), "JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", side, side) + data[at + 4 :]


SIZED: dict[str, Callable[[int], bytes]] = {
    "png": m.huge_png,
    "tiff": lambda side: tiff_of(page(side, side)),
    "webp": webp_sized,
    "jp2": jp2_sized,
    "avif": avif_sized,
    "bmp": bmp_sized,
    "jpeg": jpeg_sized,
}


@pytest.mark.parametrize("kind", SIZED)
def test_a_header_that_claims_gigapixels_is_believed_and_refused(kind: str, end_of: Callable[[bytes], End]) -> None:
    found = end_of(SIZED[kind](60_000))
    assert found.kind == "PhotoTooLarge"
    assert "60000 x 60000" in found.what
    assert found.seconds < 1
    assert found.mib < 150


@pytest.mark.parametrize("kind", sorted(SIZED.keys() - {"avif"}))  # whose frames may be scaled up to any size
def test_a_header_that_claims_more_than_there_is_ends_clearly(kind: str, end_of: Callable[[bytes], End]) -> None:
    found = end_of(SIZED[kind](7_000))
    assert found.kind == "UnreadablePhoto"
    assert found.seconds < MOST_SECONDS
    assert found.mib < 1024


# --- metadata


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    """A small RGB PNG with more chunks."""
    own = m.png_chunks(m.pillow(m.colour(), "PNG"))
    return m.png_of([own[0], *chunks, *own[1:]])


def profile_of_overlapping_tags() -> bytes:
    """Twelve megabytes of zeros that a thousand tags hold, each all of it."""
    tags = b"".join(struct.pack(">III", number, 0, 12 << 20) for number in range(1000))
    return SRGB_PROFILE[:128] + struct.pack(">I", 1000) + tags + bytes(12 << 20)


def profile_of_a_long_curve() -> bytes:
    """One curve of seven million entries, three times over."""
    curve = b"curv" + struct.pack(">II", 0, 7 << 20) + bytes(14 << 20)
    column, names = b"XYZ \0\0\0\0", (b"rXYZ", b"gXYZ", b"bXYZ")
    at = 128 + 4 + 12 * 6
    columns = [column + struct.pack(">3i", *(65536 * (name == other) for other in names)) for name in names]
    tags = [struct.pack(">4sII", name, at + 20 * number, 20) for number, name in enumerate(names)]
    tags += [struct.pack(">4sII", name, at + 60, len(curve)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return b"".join((SRGB_PROFILE[:128], struct.pack(">I", 6), *tags, *columns, curve))


def packed(text: bytes) -> bytes:
    return zlib.compress(text, 1)


def webp_with(kind: bytes, contents: bytes) -> bytes:
    data = m.pillow(m.colour(), "WEBP", xmp=m.XMP)
    more = kind + struct.pack("<I", len(contents)) + contents + b"\0" * (len(contents) % 2)
    at = data.index(b"XMP ")
    body = data[8:at] + more
    return b"RIFF" + struct.pack("<I", len(body)) + body


def many_descriptions() -> bytes:
    return m.XMP.replace(b"</rdf:RDF>", b"<a/>" * 3_500_000 + b"</rdf:RDF>")


def long_words() -> bytes:
    return m.XMP.replace(b"</rdf:RDF>", b"<a>" + b"&amp;a" * 2_500_000 + b"</a></rdf:RDF>")


METADATA: dict[str, tuple[Callable[[], bytes], str]] = {
    "a profile of a thousand tags that are all of it": (
        lambda: png_with((b"iCCP", b"x\0\0" + packed(profile_of_overlapping_tags()))),
        "",
    ),
    "a profile of an endless curve": (lambda: png_with((b"iCCP", b"x\0\0" + packed(profile_of_a_long_curve()))), ""),
    "a thousand texts that unpack to 30 MB each": (
        lambda: png_with(*[(b"zTXt", b"Raw profile type exif\0\0" + packed(bytes(30 << 20)))] * 1000),
        "",
    ),
    "a text of 15 million words": (
        lambda: png_with((b"zTXt", b"Raw profile type iptc\0\0" + packed(b"\niptc\n 9\n" + b"a " * (15 << 20)))),
        "",
    ),
    "XMP that unpacks to a gigabyte": (
        lambda: png_with((b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb(1024, b" "))),
        "",
    ),
    "EXIF of 20 MB": (
        lambda: png_with((b"eXIf", m.exif(6) + bytes(20 << 20))),
        "exif metadata are longer than 16 MB",
    ),
    "XMP of 20 MB": (lambda: webp_with(b"XMP ", m.XMP + b" " * (20 << 20)), "xmp metadata are longer than 16 MB"),
    "XMP of three million elements": (lambda: webp_with(b"XMP ", many_descriptions()), "elements"),
    "XMP of long text": (lambda: webp_with(b"XMP ", long_words()), ""),
    "XMP of deep elements": (lambda: webp_with(b"XMP ", b"<a>" * 2_000_000), "inside one another"),
    "a profile cut off": (lambda: png_with((b"iCCP", b"x\0\0" + packed(SRGB_PROFILE[:140]))), ""),
    "a profile of four thousand million tags": (
        lambda: png_with((b"iCCP", b"x\0\0" + packed(SRGB_PROFILE[:128] + b"\xff" * 4000))),
        "",
    ),
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_made_to_hurt_cost_little(name: str, end_of: Callable[[bytes], End]) -> None:
    made, says = METADATA[name]
    found = end_of(made())
    assert found.kind == "photograph"
    assert says in found.what
    assert found.seconds < MOST_SECONDS
    assert found.mib < MOST_MIB


# --- chains of many parts


def avif_with_endless_extents() -> bytes:
    """Items whose extents take no bytes: sixty thousand each."""
    entries = struct.pack(">HHH", 1, 0, 0xFFFF) * 2000
    iloc = struct.pack(">I", 0) + b"\0\0" + struct.pack(">H", 2000) + entries
    box = struct.pack(">I4s", 8 + len(iloc), b"iloc") + iloc
    meta = struct.pack(">I4sI", 12 + len(box), b"meta", 0) + box
    return m.pillow(m.colour(), "AVIF")[:32].ljust(32, b"\0")[: int.from_bytes(b"\0\0\0\x20")] + meta


PNG = m.pillow(m.grey(), "PNG")
JP2 = m.pillow(m.colour(), "JPEG2000")
EMPTY_CHUNK = m.png_of([(b"abCd", b"")])[8:]
CHAINS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: b"\xff\xd8" + b"\xff\xe0\0\x02" * 8_000_000 + m.pillow(m.grey(), "JPEG")[2:],
    "jpeg scan": lambda: m.pillow(m.grey(), "JPEG")[:-2] + b"\xff\0" * 16_000_000,
    "png": lambda: EMPTY_CHUNK.join([PNG[:33], *[b""] * 2_000_000, PNG[33:]]),
    "webp": lambda: webp_with(b"abcd\0\0\0\0" * 4_000_000, b""),
    "jp2": lambda: JP2[:12] + b"\0\0\0\x08free" * 4_000_000 + JP2[12:],
    "bare jp2": lambda: JP2.partition(b"jp2c")[2][:-2] + b"\xff\x64\0\x02" * 15_000_000,
    "avif": lambda: m.pillow(m.colour(), "AVIF") + b"\0\0\0\x08free" * 4_000_000,
    "avif extents": avif_with_endless_extents,
}


@pytest.mark.parametrize("kind", CHAINS)
def test_a_file_of_millions_of_parts_ends_soon(kind: str, end_of: Callable[[bytes], End]) -> None:
    found = end_of(CHAINS[kind]())
    assert found.seconds < MOST_SECONDS
    assert found.mib < MOST_MIB


# --- words


def test_libraries_say_nothing_between_our_words(tmp_path: Path, tiny_model: Path) -> None:
    """Libjpeg and libpng complain on descriptor 2, of these files for sure."""
    whole = m.pillow(np.random.default_rng(0).integers(0, 256, (80, 80), dtype=np.uint8), "JPEG")
    (tmp_path / "spoilt.jpg").write_bytes(whole[:-900] + whole[-2:])
    (tmp_path / "spoilt.png").write_bytes(m.png_of([(k, c[:90] if k == b"IDAT" else c) for k, c in m.png_chunks(PNG)]))
    names = ["spoilt.jpg", "spoilt.png", "missing.jpg"]
    command = [sys.executable, "-m", "lab_colorize", *names, "--model", str(tiny_model)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert "missing.jpg" in done.stderr
    assert "spoilt.png" in done.stderr
    assert not [line for line in done.stderr.splitlines() if not line.startswith(("error: ", "       ", "note: "))]
