"""Which format bytes are in, by their content; a file's suffix proves nothing."""

from collections.abc import Callable

from lab_colorize.photos.formats import avif, bmp, gif, heic, jp2, jpeg, jpeg_xl, netpbm, png, psd, tiff, webp
from lab_colorize.photos.formats.base import Container, Damaged, Parsed, PartByPart, Unsupported
from lab_colorize.photos.kinds import Format

_CONTAINERS: dict[Format, Container] = {
    Format.PNG: png,
    Format.WEBP: webp,
    Format.AVIF: avif,
    Format.BMP: bmp,
    Format.JPEG2000: jp2,
    Format.HEIC: heic,
    Format.JPEG_XL: jpeg_xl,
    Format.GIF: gif,
    Format.NETPBM: netpbm,
    Format.PHOTOSHOP: psd,
}

_PARSERS: dict[Format, Callable[[bytes], Parsed]] = {Format.JPEG: jpeg.ParsedJpeg, Format.TIFF: tiff.ParsedTiff}

_TO_TIFF = "Convert it to TIFF, PNG or JPEG first."
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

# Films: Matroska and WebM, Flash, MPEG, ASF; and the boxes that MP4 and QuickTime begin with.
_FILMS = (b"\x1a\x45\xdf\xa3", b"FLV\x01", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"\x30\x26\xb2\x75")
_FILM_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide"})

# Pictures that people may well have, so that the message can name them.
_KNOWN = (
    (b"%PDF-", "a PDF"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"IIRO", "a camera's raw file"),
    (b"IIU\0", "a camera's raw file"),
    (b"II\xbc\x01", "a JPEG XR picture"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\0\0\1\0", "an icon"),
)


def parse(data: bytes, format: Format) -> Parsed:
    """Take a file apart, for all that is going to be asked of it."""
    return _PARSERS[format](data) if format in _PARSERS else PartByPart(_CONTAINERS[format], data)


def recognise(data: bytes) -> Format:
    """Name the format; Unsupported for other pictures, Damaged for what is no picture at all."""
    if not data:
        raise Damaged("it is empty")
    brands = _brands(data)
    signs = (
        (data.startswith(jpeg.SIGNATURE), Format.JPEG),
        (data.startswith(png.SIGNATURE), Format.PNG),
        (data.startswith(tiff.SIGNATURES), Format.TIFF),
        (data[:4] == b"RIFF" and data[8:12] == b"WEBP", Format.WEBP),
        (bool(brands & _AVIF_BRANDS), Format.AVIF),
        (data.startswith(jp2.SIGNATURES), Format.JPEG2000),
        (data.startswith(bmp.SIGNATURE) and bmp.looks_sound(data), Format.BMP),
        (bool(brands & _HEIC_BRANDS), Format.HEIC),
        (data.startswith(jpeg_xl.SIGNATURES), Format.JPEG_XL),
        (data.startswith(gif.SIGNATURES), Format.GIF),
        (data.startswith(psd.SIGNATURE), Format.PHOTOSHOP),
        (netpbm.looks_sound(data), Format.NETPBM),
    )
    for matches, format in signs:
        if matches:
            return format
    _refuse(data)
    raise Damaged("it is not a photograph", remedy="It is another kind of file, or a damaged copy.")


def _refuse(data: bytes) -> None:
    """Name the pictures that are not read."""
    if data.startswith(_FILMS) or (data[:4] == b"RIFF" and data[8:11] == b"AVI") or data[4:8] in _FILM_BOXES:
        raise Unsupported("a film, not a photograph", remedy="`lab-colorize video` colours films.")
    for sign, name in _KNOWN:
        if data.startswith(sign):
            raise Unsupported(f"{name}, which is not supported", remedy=_TO_TIFF)


def _brands(data: bytes) -> frozenset[bytes]:
    """The brands of an ISO media file, its major one and the compatible ones."""
    if data[4:8] != b"ftyp":
        return frozenset()
    size = min(int.from_bytes(data[:4], "big"), 512)
    return frozenset({data[8:12], *(data[at : at + 4] for at in range(16, size, 4))})
