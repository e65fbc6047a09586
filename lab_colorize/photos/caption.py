"""What an archive wrote about a photograph, for people to read beside it: out of IPTC, XMP or EXIF. Changes nothing."""

import html
import re
import struct

from lab_colorize.photos.formats import ifd
from lab_colorize.photos.formats.base import Damaged, Metadata

LONGEST = 1000  # characters that are shown
_IPTC_CAPTION = b"\x1c\x02\x78"  # record 2, data set 120
_XMP_CAPTION = re.compile(rb"<dc:description\b[^>]*>\s*<rdf:Alt\b[^>]*>\s*<rdf:li\b[^>]*>([^<]*)<")
_IMAGE_DESCRIPTION = 270
_CAMERAS_OWN = frozenset({"OLYMPUS DIGITAL CAMERA", "SONY DSC", "KODAK Digital Still Camera"})


def caption_of(metadata: Metadata) -> str:
    """The caption, or nothing; where several are there, that of the block that archives keep."""
    found = (_of_iptc(metadata.iptc or b""), _of_xmp(metadata.xmp or b""), _of_exif(metadata.exif or b""))
    return next((" ".join(text.split())[:LONGEST] for text in found if text.strip()), "")


def _of_iptc(block: bytes) -> str:
    at = block.find(_IPTC_CAPTION)
    if at < 0 or len(block) < at + 5:
        return ""
    (length,) = struct.unpack_from(">H", block, at + 3)
    if length > 0x7FFF:  # a length of the length: no caption is that long
        return ""
    return _decoded(block[at + 5 : at + 5 + length])


def _of_xmp(packet: bytes) -> str:
    found = _XMP_CAPTION.search(packet)
    return html.unescape(_decoded(found[1])) if found else ""


def _of_exif(block: bytes) -> str:
    try:
        s = ifd.structure(block)
        entry = ifd.directory(block, s, s.first).entries.get(_IMAGE_DESCRIPTION)
    except Damaged:
        return ""
    text = "" if entry is None else _decoded(entry.value.partition(b"\0")[0]).strip()
    return "" if text in _CAMERAS_OWN else text


def _decoded(text: bytes) -> str:
    """UTF-8 as most programs write it, else Latin-1, which anything is."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
