"""PGM, PPM and PBM files (Netpbm): a line of numbers, then samples. They hold no metadata. None is written."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab_colorize.photos.formats.base import Damaged, Header, Metadata, Samples

_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_HEAD = re.compile(rb"P([1-6])" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,9})(?:" + _GAP + rb"(\d{1,5}))?\s")
_HEAD_OF_BITS = re.compile(rb"P([14])" + _GAP + rb"(\d{1,9})" + _GAP + rb"(\d{1,9})\s")
_NUMBERS = re.compile(rb"[\d\s]*")
_COMMENT = re.compile(rb"#[^\r\n]*")
_LONGEST_HEAD = 4096  # bytes, comments included
_TEXT = frozenset({1, 2, 3})  # kinds that write their samples out as numbers
_BITS = frozenset({1, 4})
_COLOUR = frozenset({3, 6})


def looks_sound(data: bytes) -> bool:
    """A letter and a digit are little to go by: two more numbers must follow."""
    return _head(data[:_LONGEST_HEAD]) is not None


def _head(data: bytes) -> re.Match[bytes] | None:
    pattern = _HEAD_OF_BITS if data[1:2] in {b"1", b"4"} else _HEAD
    return pattern.match(data[:_LONGEST_HEAD])


def _claims(data: bytes) -> tuple[int, int, int, int, int]:
    """The kind, width, height, highest level, and where the samples begin."""
    found = _head(data)
    if found is None:
        raise Damaged("its header makes no sense")
    kind, width, height = (int(found[number]) for number in (1, 2, 3))
    top = 1 if kind in _BITS else int(found[4] or 0)
    if not width or not height or not 0 < top < 65536:
        raise Damaged("its header makes no sense")
    return kind, width, height, top, found.end()


def header(data: bytes) -> Header:
    """Read the numbers at the beginning."""
    kind, width, height, top, _ = _claims(data)
    return Header(width, height, 3 if kind in _COLOUR else 1, 16 if top > 255 else 8)


def integrity_error(data: bytes) -> str | None:
    """Check that there are samples enough; those written out as numbers are counted when they are read."""
    kind, width, height, top, start = _claims(data)
    row = -(-width // 8) if kind in _BITS else width * (3 if kind in _COLOUR else 1) * (2 if top > 255 else 1)
    need = width * height if kind in _TEXT else row * height  # a number has a digit at least
    return "it is cut short" if len(data) - start < need else None


def metadata(_data: bytes) -> Metadata:
    """There is none."""
    return Metadata()


def samples(data: bytes) -> Samples:
    """The samples (H, W) or (H, W, 3), stretched so that white is the highest value of their type."""
    kind, width, height, top, start = _claims(data)
    shape = (height, width, 3) if kind in _COLOUR else (height, width)
    if kind == 4:
        rows = np.frombuffer(data, np.uint8, -(-width // 8) * height, start).reshape(height, -1)
        levels = 1 - np.unpackbits(rows, axis=1, count=width)
    elif kind in _TEXT:
        levels = _written_out(data[start:], kind, shape)
    else:
        levels = np.frombuffer(data, ">u2" if top > 255 else "u1", int(np.prod(shape)), start).reshape(shape)
    if int(levels.max()) > top:
        raise Damaged("some of its levels are higher than its header allows")
    return _stretched(levels, top)


def _written_out(text: bytes, kind: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Numbers between white space; the digits of bits may stand without any."""
    text = _COMMENT.sub(b"", text)
    if kind == 1:
        digits = np.frombuffer(b"".join(text.split()), np.uint8)
        found = 1 - np.minimum(digits - np.uint8(ord("0")), 1)
    else:
        if not _NUMBERS.fullmatch(text):
            raise Damaged("its samples are not numbers")
        found = np.minimum(np.fromstring(text, np.int64, sep=" "), 65536).astype(np.uint32)
    need = int(np.prod(shape))
    if found.size < need:
        raise Damaged("it is cut short")
    return found[:need].reshape(shape)


def _stretched(levels: NDArray[Any], top: int) -> Samples:
    dtype = np.uint16 if top > 255 else np.uint8
    full = np.iinfo(dtype).max
    if top == full:
        return np.ascontiguousarray(levels.astype(dtype, copy=False))
    table = np.rint(np.arange(top + 1) * (full / top)).astype(dtype)
    return table[levels]
