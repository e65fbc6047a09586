"""The formats of photograph files by name and suffix. Opens no file and decodes nothing, so that names cost no time."""

from enum import Enum

from lab_colorize.errors import UsageProblem
from lab_colorize.files.films import FILM_SUFFIXES


class Format(Enum):
    """The formats that are read; the value is the name for people."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    WEBP = "WebP"
    AVIF = "AVIF"
    BMP = "BMP"
    JPEG2000 = "JPEG 2000"
    HEIC = "HEIC"
    JPEG_XL = "JPEG XL"
    GIF = "GIF"
    NETPBM = "PGM or PPM"
    PHOTOSHOP = "Photoshop document"

    @property
    def suffix(self) -> str:
        """The usual suffix of a file in this format, with its dot."""
        return SUFFIXES[self][0]

    @property
    def written(self) -> "Format":
        """The format of the result unless another is asked for: its own, or TIFF, which loses nothing."""
        return Format.TIFF if self in _READ_ONLY else self


# The usual suffix first.
SUFFIXES: dict[Format, tuple[str, ...]] = {
    Format.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    Format.PNG: (".png",),
    Format.TIFF: (".tif", ".tiff"),
    Format.WEBP: (".webp",),
    Format.AVIF: (".avif",),
    Format.BMP: (".bmp", ".dib"),
    Format.JPEG2000: (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
    Format.HEIC: (".heic", ".heif", ".hif"),
    Format.JPEG_XL: (".jxl",),
    Format.GIF: (".gif",),
    Format.NETPBM: (".pgm", ".ppm", ".pnm", ".pbm"),
    Format.PHOTOSHOP: (".psd", ".psb"),
}
_READ_ONLY = frozenset({Format.JPEG_XL, Format.GIF, Format.NETPBM, Format.PHOTOSHOP})
_BY_SUFFIX = {suffix: format for format, suffixes in SUFFIXES.items() for suffix in suffixes}
PHOTO_SUFFIXES = frozenset(_BY_SUFFIX)

# fmt: off
RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
})
# Files that are not opened to see whether they are photographs after all: documents, sidecars, sound, archives; camera
# raw, which begins as a TIFF does; cameras' thumbnails and the copies that editors leave, which would come out twice.
OTHER_SUFFIXES = FILM_SUFFIXES | RAW_SUFFIXES | {
    ".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".xmp", ".pp3", ".dop", ".html", ".htm", ".css", ".js",
    ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".odt", ".ods", ".rtf", ".ini", ".db", ".log", ".md5", ".sha1", ".sha256",
    ".mp3", ".wav", ".flac", ".m4a", ".aac", ".ogg", ".zip", ".7z", ".rar", ".tar", ".gz", ".xz", ".zst", ".iso",
    ".exe", ".thm", ".bak", ".tmp", ".part", ".crdownload",
}
# fmt: on
SIDECAR_SUFFIXES = (".xmp", ".XMP")  # of files that hold the metadata of a photograph beside them
OTHER_ENDINGS = ("~", "_original")  # of names: what editors and exiftool call the file as it was before

MAX_PIXELS = 500_000_000  # a 50 x 60 cm plate at 1200 dpi has 670 million; 500 need 1.5 GB for 8-bit RGB alone


def format_named(name: str) -> Format:
    """The format that people call by a suffix: "jpg", "png", "tif", "webp", "avif" and their likes."""
    found = format_for_suffix("." + name.removeprefix("."))
    if found is None or found in _READ_ONLY:
        raise UsageProblem(f"Unsupported output format {name!r}.", remedy="Use jpg, png, tif, webp or avif.")
    return found


def format_for_suffix(suffix: str) -> Format | None:
    """The format that a suffix promises, in either case; None for others."""
    return _BY_SUFFIX.get(suffix.lower())
