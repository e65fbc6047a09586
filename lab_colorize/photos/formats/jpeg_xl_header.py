"""The first bits of a JPEG XL codestream: size, orientation, depth, channels and colour space.

As ISO/IEC 18181-1 has them. Reads no further: what follows are pixels.
"""

from dataclasses import dataclass

from lab_colorize.photos.formats.base import Damaged

_SIGNATURE = b"\xff\x0a"
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_GREY, _UNKNOWN_SPACE = 1, 3
_D65, _SRGB_PRIMARIES, _SRGB_CURVE = 1, 1, 13
_ALPHA, _SPOT, _FILTER = 0, 2, 5  # kinds of extra channels
_MOST_EXTRA = 16

# How a number is written: two bits choose one of four, each a constant and so many bits on top.
_Choices = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
_SIDE: _Choices = ((1, 9), (1, 13), (1, 18), (1, 30))
_ENUM: _Choices = ((0, 0), (1, 0), (2, 4), (18, 6))
_DEPTH: _Choices = ((8, 0), (10, 0), (12, 0), (1, 6))
_FLOAT_DEPTH: _Choices = ((32, 0), (16, 0), (24, 0), (1, 6))
_COUNT: _Choices = ((0, 0), (1, 0), (2, 4), (1, 12))
_SHIFT: _Choices = ((0, 0), (3, 0), (4, 0), (1, 3))
_NAME: _Choices = ((0, 0), (0, 4), (16, 5), (48, 10))
_FILTER_NUMBER: _Choices = ((1, 0), (0, 2), (3, 4), (19, 8))


@dataclass
class Codestream:
    """What the header says; the defaults are those of the standard."""

    width: int = 0
    height: int = 0
    orientation: int = 1
    bits: int = 8
    floating: bool = False
    colours: int = 3
    extra_channels: int = 0
    has_alpha: bool = False
    animated: bool = False
    is_srgb: bool = True  # or grey with sRGB's curve


class _Bits:
    """Reads from the lowest bit of each byte on."""

    def __init__(self, data: bytes) -> None:
        self.value = int.from_bytes(data, "little")
        self.left = 8 * len(data)

    def take(self, count: int) -> int:
        """The next bits as a number."""
        if count > self.left:
            raise Damaged("it ends within its header")
        found = self.value & ((1 << count) - 1)
        self.value >>= count
        self.left -= count
        return found

    def flag(self) -> bool:
        """The next bit."""
        return bool(self.take(1))

    def choice(self, choices: _Choices) -> int:
        """A number by one of four ways to write it."""
        constant, more = choices[self.take(2)]
        return constant + self.take(more)


def read_codestream(opening: bytes) -> Codestream:
    """Read the header out of the first bytes; Damaged if it makes no sense."""
    if not opening.startswith(_SIGNATURE):
        raise Damaged("its header makes no sense")
    bits = _Bits(opening[2:])
    found = Codestream(*_size(bits))
    if bits.flag():
        return found
    if bits.flag():
        _extra_fields(bits, found)
    found.floating, found.bits = _depth(bits)
    bits.flag()  # whether 16 bits do for what is worked out on the way
    _channels(bits, found)
    bits.flag()  # XYB, in which libjxl returns sRGB if that is what the colours are
    _colours(bits, found)
    return found


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.flag()
    height = 8 * (1 + bits.take(5)) if small else bits.choice(_SIDE)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return (8 * (1 + bits.take(5)) if small else bits.choice(_SIDE)), height


def _extra_fields(bits: _Bits, found: Codestream) -> None:
    found.orientation = 1 + bits.take(3)
    if bits.flag():
        _size(bits)  # at which it would like to be shown
    if bits.flag():
        raise Damaged("it has a preview, which no program writes")
    found.animated = bits.flag()
    if found.animated:
        bits.choice(((100, 0), (1000, 0), (1, 10), (1, 30)))  # ticks a second
        bits.choice(((1, 0), (1001, 0), (1, 8), (1, 10)))
        bits.choice(((0, 0), (0, 3), (0, 16), (0, 32)))  # repetitions
        bits.flag()


def _depth(bits: _Bits) -> tuple[bool, int]:
    if not bits.flag():
        return False, bits.choice(_DEPTH)
    depth = bits.choice(_FLOAT_DEPTH)
    bits.take(4)
    return True, depth


def _channels(bits: _Bits, found: Codestream) -> None:
    found.extra_channels = bits.choice(_COUNT)
    if found.extra_channels > _MOST_EXTRA:
        raise Damaged(f"it has more than {_MOST_EXTRA} channels besides its colours")
    for _ in range(found.extra_channels):
        found.has_alpha |= _extra_channel(bits) == _ALPHA


def _extra_channel(bits: _Bits) -> int:
    if bits.flag():
        return _ALPHA
    kind = bits.choice(_ENUM)
    _depth(bits)
    bits.choice(_SHIFT)
    bits.take(8 * bits.choice(_NAME))
    if kind == _ALPHA:
        bits.flag()  # whether colours were multiplied by it
    elif kind == _SPOT:
        bits.take(64)
    elif kind == _FILTER:
        bits.choice(_FILTER_NUMBER)
    return kind


def _colours(bits: _Bits, found: Codestream) -> None:
    if bits.flag():
        return
    profile, space = bits.flag(), bits.choice(_ENUM)
    found.colours = 1 if space == _GREY else 3
    if profile or space not in {0, _GREY}:
        found.is_srgb = False
        return
    white = bits.choice(_ENUM)
    if white == 2:
        found.is_srgb = False
        return
    primaries = bits.choice(_ENUM) if space == 0 else _SRGB_PRIMARIES
    gamma = primaries == 2 or bits.flag()
    curve = 0 if gamma else bits.choice(_ENUM)
    found.is_srgb = (white, primaries, curve) == (_D65, _SRGB_PRIMARIES, _SRGB_CURVE)
