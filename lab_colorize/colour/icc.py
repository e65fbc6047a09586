"""ICC profiles: the tone curves of grey and RGB scans, and the sRGB profile that coloured photographs get.

Reads profiles of the kind "curves and a matrix", versions 2 and 4. Whatever is broken or of another kind counts
as no profile.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Curve = Callable[[Floats], Floats]  # 0..1 -> 0..1

_HEADER = 128
_FIXED = 65536.0  # s15Fixed16 numbers have 16 bits behind the point
_LONGEST_CURVE = 1 << 16  # entries; they are 16-bit numbers
_CURVES, _COLUMNS = (b"rTRC", b"gTRC", b"bTRC"), (b"rXYZ", b"gXYZ", b"bXYZ")
_FEWEST_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # of each parametric function


@dataclass(frozen=True)
class RgbProfile:
    """A profile of curves and a matrix: linear = curve(channel); XYZ, relative to D50, = matrix @ linear."""

    curves: tuple[Curve, Curve, Curve]
    matrix: Floats  # (3, 3), columns red, green, blue


def suits(profile: bytes, channels: int) -> bool:
    """Whether a profile describes pixels of so many channels: 1 grey, 3 RGB."""
    return profile[16:20] == {1: b"GRAY", 3: b"RGB "}.get(channels)


def grey_curve(profile: bytes) -> Curve | None:
    """From grey values in 0..1 to linear luminance Y in 0..1, white being 1; None if there is no such curve."""
    curve = _curve(_tags(profile, b"kTRC").get(b"kTRC", b"")) if suits(profile, 1) else None
    if curve is None or profile[20:24] != b"Lab ":
        return curve
    return _through_lightness(curve)


def _through_lightness(curve: Curve) -> Curve:
    """Where the connection space is Lab the curve gives L*/100."""

    def luminance(values: Floats) -> Floats:
        f = (curve(values) * 100.0 + 16.0) / 116.0
        return np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))

    return luminance


def rgb_to_xyz(profile: bytes) -> RgbProfile | None:
    """The curves and the matrix of an RGB profile; None if it has none."""
    if not suits(profile, 3) or profile[20:24] != b"XYZ ":
        return None
    tags = _tags(profile, *_CURVES, *_COLUMNS)
    curves = [_curve(tags.get(name, b"")) for name in _CURVES]
    columns = [_xyz(tags.get(name, b"")) for name in _COLUMNS]
    red, green, blue = curves
    if red is None or green is None or blue is None or any(column is None for column in columns):
        return None
    matrix = np.array(columns, np.float64).T
    return RgbProfile((red, green, blue), matrix) if abs(np.linalg.det(matrix)) > 1e-6 else None


def _tags(profile: bytes, *names: bytes) -> Mapping[bytes, bytes]:
    """Tags by name, those that are asked for: they may overlap, a thousand times; one that points outside is none."""
    if profile[36:40] != b"acsp" or len(profile) < _HEADER + 4:
        return {}
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    room = (len(profile) - _HEADER - 4) // 12
    found = {}
    for number in range(min(count, room)):
        name, at, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + 12 * number)
        if name in names and at + size <= len(profile):
            found[name] = profile[at : at + size]
    return found


def _xyz(tag: bytes) -> tuple[float, float, float] | None:
    if tag[:4] != b"XYZ " or len(tag) < 20:
        return None
    x, y, z = struct.unpack_from(">3i", tag, 8)
    return x / _FIXED, y / _FIXED, z / _FIXED


def _curve(tag: bytes) -> Curve | None:
    if len(tag) < 12:
        return None
    if tag[:4] == b"curv":
        return _sampled(tag)
    return _parametric(tag) if tag[:4] == b"para" else None


def _sampled(tag: bytes) -> Curve | None:
    """No entry: straight. One: a gamma with 8 bits behind the point. More: a table, read between entries."""
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return _straight
    if count > _LONGEST_CURVE or len(tag) < 12 + 2 * count:
        return None
    if count == 1:
        return _power(struct.unpack_from(">H", tag, 12)[0] / 256.0)
    table = np.frombuffer(tag, ">u2", count, 12).astype(np.float64) / 65535.0
    places = np.linspace(0.0, 1.0, count)
    return lambda values: np.interp(values, places, table)


def _straight(values: Floats) -> Floats:
    return np.clip(values, 0.0, 1.0)


def _power(gamma: float) -> Curve | None:
    return (lambda values: np.clip(values, 0.0, 1.0) ** gamma) if gamma > 0 else None


def _parametric(tag: bytes) -> Curve | None:
    """The five functions of ICC.1, section "parametricCurveType", all as one: see `_Parametric`."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    count = _FEWEST_PARAMETERS.get(kind, 0)
    if not count or len(tag) < 12 + 4 * count:
        return None
    p = [number / _FIXED for number in struct.unpack_from(f">{count}i", tag, 12)]
    if p[0] <= 0 or (kind in {1, 2} and p[1] == 0):
        return None
    if kind == 0:
        return _power(p[0])
    if kind in {1, 2}:
        g, a, b = p[:3]
        offset = p[3] if kind == 2 else 0.0
        return _Parametric(g, a, b, slope=0.0, start=-b / a, above=offset, below=offset)
    g, a, b, c, d = p[:5]
    above, below = p[5:] if kind == 4 else (0.0, 0.0)
    return _Parametric(g, a, b, slope=c, start=d, above=above, below=below)


@dataclass(frozen=True)
class _Parametric:
    """(a x + b)**g + above where x >= start, slope x + below elsewhere."""

    g: float
    a: float
    b: float
    slope: float
    start: float
    above: float
    below: float

    def __call__(self, values: Floats) -> Floats:
        curved = np.maximum(self.a * values + self.b, 0.0) ** self.g + self.above
        return np.clip(np.where(values >= self.start, curved, self.slope * values + self.below), 0.0, 1.0)


# A version 2 profile, which every program reads: IEC 61966-2.1 adapted to D50, curves of 1024 entries.
SRGB_PROFILE = (files("lab_colorize.colour") / "srgb.icc").read_bytes()


def with_tones(tone: Curve) -> bytes:
    """SRGB's profile under the name "scan", with another curve in the place of the one that its channels share."""
    old = _tags(SRGB_PROFILE, b"rTRC")[b"rTRC"]
    values = tone(np.linspace(0.0, 1.0, (len(old) - 12) // 2))
    new = old[:12] + np.rint(values * 65535).astype(">u2").tobytes()
    return SRGB_PROFILE.replace(old, new).replace(b"sRGB\0", b"scan\0")
