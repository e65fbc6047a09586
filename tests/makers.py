"""Small real photograph files of every kind, made by other libraries than the one under test.

Pillow, tifffile and imagecodecs write them and read results back; OpenCV takes no part.
"""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import piexif  # type: ignore[import-untyped]  # it has no types
import pillow_heif
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

Array = NDArray[Any]

XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="Box 7, plate 12"/>'
    b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
IPTC = b"\x1c\x02\x00\x00\x02\x00\x04" + b"\x1c\x02\x78\x00\x0bThe harbour"  # record version, caption
SRGB_OF_PILLOW: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def grey(height: int = 40, width: int = 56, *, bits: int = 8) -> Array:
    """A scene with every kind of edge; no two of its eight orientations look alike."""
    y, x = np.mgrid[0:height, 0:width]
    level = (0.7 * x / max(1, width - 1) + 0.3 * (y / max(1, height - 1)) ** 2) * 0.9
    level += 0.1 * ((x // 4 + y // 8) % 2)
    scene: Array = np.rint(level * ((1 << bits) - 1)).astype(np.uint16 if bits > 8 else np.uint8)
    return scene


def colour(height: int = 40, width: int = 56, *, bits: int = 8) -> Array:
    """Three different scenes as red, green and blue."""
    first = grey(height, width, bits=bits)
    return np.dstack([first, first[::-1], first[:, ::-1]])


def alpha(height: int = 40, width: int = 56, *, bits: int = 8) -> Array:
    """A frame that fades out, transparent in places."""
    top = (1 << bits) - 1
    ramp = np.minimum(np.arange(width) * 3 / width, 1.0)
    return np.tile(np.rint(ramp * top), (height, 1)).astype(np.uint16 if bits > 8 else np.uint8)


def seen(pixels: Array, orientation: int) -> Array:
    """What a person sees of stored pixels, written down from EXIF's own table, not from the code under test."""
    swapped = pixels.swapaxes(0, 1)
    return {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: swapped,
        6: swapped[:, ::-1],
        7: swapped[::-1, ::-1],
        8: swapped[::-1],
    }[orientation]


def pillow(pixels: Array, kind: str, *, mode: str | None = None, **options: Any) -> bytes:
    """A file by Pillow."""
    file = io.BytesIO()
    picture = Image.fromarray(pixels)
    (picture.convert(mode) if mode else picture).save(file, kind, **options)
    return file.getvalue()


def tiff(*pages: Array, **options: Any) -> bytes:
    """A TIFF by tifffile, a page for each array."""
    file = io.BytesIO()
    with tifffile.TiffWriter(
        file, bigtiff=options.pop("bigtiff", False), byteorder=options.pop("byteorder", "<")
    ) as to:
        for page in pages:
            kind = "rgb" if page.ndim == 3 and page.shape[2] >= 3 else "minisblack"
            to.write(page, **{"photometric": kind, "metadata": None} | options)
    return file.getvalue()


def exif(orientation: int = 1, *, thumbnail: bool = False) -> bytes:
    """An EXIF block with a maker's note, by piexif, from its II or MM on."""
    content: dict[str, Any] = {
        "0th": {
            piexif.ImageIFD.Make: b"Linhof",
            piexif.ImageIFD.Artist: b"A. Nonymous",
            piexif.ImageIFD.Orientation: orientation,
            piexif.ImageIFD.XResolution: (600, 1),
            piexif.ImageIFD.YResolution: (600, 1),
            piexif.ImageIFD.ResolutionUnit: 2,
        },
        "Exif": {
            piexif.ExifIFD.DateTimeOriginal: b"1931:05:17 12:00:00",
            piexif.ExifIFD.MakerNote: b"NOTE" + bytes(range(64)),
            piexif.ExifIFD.ColorSpace: 65535,
            piexif.ExifIFD.PixelXDimension: 56,
            piexif.ExifIFD.PixelYDimension: 40,
        },
        "GPS": {piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((52, 1), (31, 1), (0, 1))},
    }
    if thumbnail:
        content |= {"1st": {piexif.ImageIFD.Compression: 6}, "thumbnail": pillow(grey(8, 8), "JPEG")}
    return bytes(piexif.dump(content)).removeprefix(b"Exif\0\0")


def little_endian_exif(orientation: int = 1) -> bytes:
    """The same photographer, by Pillow, which writes II where piexif writes MM."""
    block = Image.Exif()
    block.endian = "<"
    block[0x010F], block[0x013B], block[0x0112] = "Linhof", "A. Nonymous", orientation
    block.get_ifd(0x8769).update({0x9003: "1931:05:17 12:00:00", 0x927C: b"NOTE" + bytes(range(64))})
    block.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 0.0)})
    return bytes(block.tobytes()).removeprefix(b"Exif\0\0")


def bmp_with_alpha(pixels: Array) -> bytes:
    """A BMP with a version 4 header that names alpha's bits: Pillow writes none."""
    height, width = pixels.shape[:2]
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = (
        struct.pack("<IiiHHIIiiII4I", 108, width, height, 1, 32, 3, 0, 2835, 2835, 0, 0, *masks) + b"BGRs" + bytes(48)
    )
    rows = pixels[::-1, :, [2, 1, 0, 3]].tobytes()
    return b"BM" + struct.pack("<IHHI", 14 + 108 + len(rows), 0, 0, 14 + 108) + header + rows


def png_info(xmp: bytes = XMP) -> PngImagePlugin.PngInfo:
    """XMP as Pillow puts it into a PNG."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return info


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG."""
    found, at = [], 8
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of chunks, with right checksums."""
    parts = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def huge_png(side: int = 60_000) -> bytes:
    """A few bytes that claim thousands of megapixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return png_of([(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b"")])


def small_png(pixels: Array, bits: int, transparent: int | None = None) -> bytes:
    """A grey PNG of 1, 2 or 4 bits, by hand: no library at hand writes 2 and 4."""
    height, width = pixels.shape
    spread = ((pixels[..., None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8).reshape(height, -1)
    rows = b"".join(b"\0" + np.packbits(row).tobytes() for row in spread)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))]
    if transparent is not None:
        chunks.append((b"tRNS", struct.pack(">H", transparent)))
    return png_of([*chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])


def with_app_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    """A JPEG with one more segment, right behind SOI."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload + jpeg[2:]


def grey_profile(curve: bytes, *, space: bytes = b"XYZ ") -> bytes:
    """A grey ICC profile with a given kTRC tag, laid out by hand after ICC.1:2010."""
    return _profile(b"GRAY", space, {b"wtpt": _xyz(0.9642, 1, 0.8249), b"kTRC": curve})


def rgb_profile(curve: bytes, columns: list[tuple[float, float, float]]) -> bytes:
    """An RGB ICC profile of one curve and the columns of a matrix."""
    tags = {b"wtpt": _xyz(0.9642, 1, 0.8249), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    tags |= {name: _xyz(*column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    return _profile(b"RGB ", b"XYZ ", tags)


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in (x, y, z)))


def _profile(colours: bytes, space: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr") -> bytes:
    tags = {
        b"desc": b"desc" + struct.pack(">II", 0, 5) + b"test\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
    } | tags
    at, table, body = 132 + 12 * len(tags), b"", b""
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(tag))
        body += tag + b"\0" * (-len(tag) % 4)
    header = struct.pack(">I4sI", at + len(body), b"\0\0\0\0", 0x04200000) + kind + colours + space
    header += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def gamma_curve(gamma: float) -> bytes:
    """A curv tag of one gamma."""
    return b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256))


def table_curve(values: Array) -> bytes:
    """A curv tag of a table in 0..1."""
    entries = bytes(np.rint(values * 65535).astype(">u2").tobytes())
    return b"curv" + struct.pack(">II", 0, len(values)) + entries


def parametric_curve(kind: int, *parameters: float) -> bytes:
    """A para tag."""
    numbers = struct.pack(f">{len(parameters)}i", *(round(p * 65536) for p in parameters))
    return b"para" + struct.pack(">IHH", 0, kind, 0) + numbers


def read_by_second_library(data: bytes, suffix: str) -> Array:
    """Pixels as another library than OpenCV sees them."""
    readers: dict[str, Callable[[], Any]] = {
        ".tif": lambda: tifffile.imread(io.BytesIO(data)),
        ".png": lambda: imagecodecs.png_decode(data),
        ".jp2": lambda: imagecodecs.jpeg2k_decode(data),
        ".avif": lambda: imagecodecs.avif_decode(data),
        ".heic": lambda: np.asarray(pillow_heif.open_heif(io.BytesIO(data))),
    }
    found: Array = readers[suffix]() if suffix in readers else np.asarray(Image.open(io.BytesIO(data)))
    return found


def photoshop(
    pixels: Array, *, packed: bool = True, large: bool = False, resources: dict[int, bytes] | None = None, mode: int = 0
) -> bytes:
    """A Photoshop document of a merged picture alone, laid out by hand after Adobe's specification."""
    planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    channels, height, width = planes.shape
    head = b"8BPS" + struct.pack(
        ">H6xHIIHH", 1 + large, channels, height, width, pixels.itemsize * 8, mode or (1 if channels == 1 else 3)
    )
    blocks = b"".join(
        b"8BIM" + struct.pack(">HHI", kind, 0, len(block)) + block + b"\0" * (len(block) % 2)
        for kind, block in (resources or {}).items()
    )
    samples = planes.astype(f">u{pixels.itemsize}")
    if packed:
        rows = [bytes(imagecodecs.packbits_encode(row.tobytes())) for plane in samples for row in plane]
        picture = struct.pack(f">{len(rows)}{'I' if large else 'H'}", *map(len, rows)) + b"".join(rows)
    else:
        picture = samples.tobytes()
    layers = bytes(8 if large else 4)
    return head + bytes(4) + struct.pack(">I", len(blocks)) + blocks + layers + struct.pack(">H", packed) + picture


def netpbm(pixels: Array, top: int, *, plain: bool = False, comment: bytes = b"") -> bytes:
    """A PGM or PPM of levels up to any highest one, by hand."""
    kind = (b"2" if plain else b"5") if pixels.ndim == 2 else (b"3" if plain else b"6")
    head = b"P%s\n%s%d %d\n%d\n" % (kind, comment, pixels.shape[1], pixels.shape[0], top)
    if plain:
        return head + b"\n".join(b" ".join(b"%d" % level for level in row.ravel()) for row in pixels) + b"\n"
    return head + bytes(pixels.astype(">u2" if top > 255 else "u1").tobytes())


def heic(pixels: Array, **options: Any) -> bytes:
    """A HEIC by pillow-heif, without loss unless options say otherwise."""
    modes = {2: "L", 3: "RGB"}
    mode = modes[pixels.ndim] if pixels.ndim == 2 or pixels.shape[2] == 3 else "RGBA"
    file = io.BytesIO()
    lossless = {"quality": -1, "chroma": 444} | options
    deep = ";16" if pixels.itemsize == 2 else ""
    pillow_heif.encode(mode + deep, pixels.shape[1::-1], np.ascontiguousarray(pixels).tobytes(), file, **lossless)
    return file.getvalue()


def jpeg_xl(pixels: Array, **options: Any) -> bytes:
    """A JPEG XL by imagecodecs, without loss."""
    return bytes(imagecodecs.jpegxl_encode(pixels, lossless=True, **options))


def box(kind: bytes, contents: bytes) -> bytes:
    """A box of an ISO media file."""
    return struct.pack(">I4s", 8 + len(contents), kind) + contents


def inks_profile() -> bytes:
    """A CMYK ICC profile (version 2, a table of 8 bits with two levels per ink): what each mixture looks like in Lab."""
    levels = np.stack(np.meshgrid(*[[0.0, 1.0]] * 4, indexing="ij"), axis=-1).reshape(16, 4)
    cyan, magenta, yellow, black = levels.T
    paper = 1 - black
    light = 100 * paper * (1 - 0.45 * cyan) * (1 - 0.5 * magenta) * (1 - 0.06 * yellow)
    a = paper * (-35 * cyan + 70 * magenta - 5 * yellow)
    b = paper * (-45 * cyan - 5 * magenta + 85 * yellow)
    nodes = np.stack([light * 255 / 100, a + 128, b + 128], axis=1).round().clip(0, 255).astype(np.uint8)
    identity = np.arange(256, dtype=np.uint8).tobytes()
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + identity * 4 + nodes.tobytes() + identity * 3
    return _profile(b"CMYK", b"Lab ", {b"wtpt": _xyz(0.9642, 1, 0.8249), b"A2B0": table, b"A2B1": table}, b"prtr")
