"""Hints: what a person knows of a photograph's colours, as points with a colour each, in words or in a file.

Says what is well-formed and what is not. How hints reach a network, `hint_plane` knows.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from lab_colorize.errors import HintsRefused
from lab_colorize.files.reach import is_file
from lab_colorize.photos.kinds import PHOTO_SUFFIXES

MOST = 1000  # a person places a few; more than this is a mix-up
AS_IS = "as-is"  # the colour of what is to stay grey
SUFFIX = ".hints.json"
_FORMS = "a name such as skyblue, #5b3a29, rgb(91, 58, 41), lab(27, 12, 16), or as-is for what stays grey"
_NAMES = "The names are those of CSS: https://www.w3.org/TR/css-color-3/#svg-color"
_FUNCTION = re.compile(r"(rgb|lab)\(\s*([^)]*?)\s*\)")
Place = tuple[float, bool]  # how far, and whether in percent


@dataclass(frozen=True, slots=True)
class Hint:
    """A point of the upright photograph and its colour; only hue and chroma count, lightness stays the photograph's.

    `x` and `y` are pixels from the upper left corner, or percent of width and height as text: "25%".
    """

    x: float | str
    y: float | str
    colour: str

    def __post_init__(self) -> None:
        place(self.x)
        place(self.y)
        parsed_colour(self.colour)

    def at(self, width: int, height: int) -> tuple[float, float]:
        """Pixels from left and top, within a photograph of that size."""
        x, y = (_pixels(place(value), length) for value, length in ((self.x, width), (self.y, height)))
        if not (0 <= x <= width and 0 <= y <= height):
            raise HintsRefused(
                f"The hint {self} lies outside the photograph, which has {width} x {height} pixels.",
                remedy="Pixels are counted from the upper left corner of the upright photograph.",
            )
        return x, y

    def __str__(self) -> str:
        return f"{_plain(self.x)},{_plain(self.y)}={self.colour}"


@dataclass(frozen=True, slots=True)
class Hints:
    """Hints for one photograph, and its size where they say on what they were placed."""

    points: tuple[Hint, ...] = ()
    size: tuple[int, int] | None = None
    """Width and height."""

    def __post_init__(self) -> None:
        if len(self.points) > MOST:
            raise HintsRefused(
                f"There are {len(self.points):,} hints for one photograph.", remedy=f"At most {MOST:,} are accepted."
            )

    def __str__(self) -> str:
        return "; ".join(map(str, self.points))

    def check(self, width: int, height: int, name: str) -> None:
        """Refuse hints that were made for a photograph of another size, or that lie outside this one."""
        if self.points and self.size is not None and self.size != (width, height):
            raise HintsRefused(
                f"The hints for {name} were placed on a photograph of {self.size[0]} x {self.size[1]} pixels, "
                f"but it has {width} x {height}.",
                remedy="They are another photograph's, or of another version of it; place them again.",
            )
        for hint in self.points:
            hint.at(width, height)

    def in_percent(self, width: int, height: int) -> Hints:
        """The same places on a smaller version of a photograph of that size."""
        places = ((hint, *hint.at(width, height)) for hint in self.points)
        return Hints(tuple(Hint(f"{100 * x / width}%", f"{100 * y / height}%", hint.colour) for hint, x, y in places))


NO_HINTS = Hints()


def hint_from_words(text: str) -> Hint:
    """The hint that `X,Y=COLOUR` says."""
    places, equals, colour = text.partition("=")
    x, comma, y = places.partition(",")
    if not equals or not comma:
        raise HintsRefused(
            f"{text!r} is not a hint.", remedy="A hint is X,Y=COLOUR: 812,430=#5b3a29 or 25%,40%=skyblue."
        )
    return Hint(x.strip(), y.strip(), colour.strip())


def read_hints(path: Path) -> Hints:
    """The hints in a file: {"width": W, "height": H, "hints": [{"x": X, "y": Y, "colour": "..."}, ...]}."""
    try:
        content = path.read_bytes()
    except OSError as error:
        remedy = "Check the name and the permissions of the file."
        raise HintsRefused(f"The hints {path} cannot be read: {error.strerror}.", remedy=remedy) from error
    return hints_in(content, path)


def hints_in(content: bytes, path: Path) -> Hints:
    """The hints in the bytes of a file, which errors call `path`."""
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _refused_file(path, "it is not valid JSON") from error
    return hints_from(parsed, path)


def hints_from(content: Any, path: Path) -> Hints:
    """The hints in the parsed JSON of a file, which errors call `path`."""
    if not isinstance(content, dict) or not isinstance(content.get("hints"), list):
        raise _refused_file(path, "it has no list of hints")
    if len(content["hints"]) > MOST:
        raise _refused_file(path, f"it has {len(content['hints']):,} hints, and at most {MOST:,} are accepted")
    size = (content.get("width"), content.get("height"))
    if size != (None, None) and not all(type(length) is int and length > 0 for length in size):
        raise _refused_file(path, "its width and height are not numbers of pixels")
    points = tuple(_from_file(entry, number, path) for number, entry in enumerate(content["hints"], start=1))
    return Hints(points, None if size == (None, None) else size)  # type: ignore[arg-type]  # checked above


def _from_file(entry: Any, number: int, path: Path) -> Hint:
    if not isinstance(entry, dict) or not {"x", "y", "colour"} <= entry.keys():
        raise _refused_file(path, f"hint {number} does not have x, y and colour")
    try:
        return Hint(entry["x"], entry["y"], entry["colour"])
    except HintsRefused as error:
        raise HintsRefused(f"{path}, hint {number}: {error.what}", remedy=error.remedy) from error


def _refused_file(path: Path, why: str) -> HintsRefused:
    return HintsRefused(
        f"The hints {path} cannot be understood: {why}.",
        remedy='Such a file looks like this: {"hints": [{"x": 812, "y": 430, "colour": "#5b3a29"}]}.',
    )


def as_json(points: Sequence[Hint], size: tuple[int, int] | None = None) -> dict[str, Any]:
    """What a file of hints holds."""
    said = [{"x": hint.x, "y": hint.y, "colour": hint.colour} for hint in points]
    return ({"width": size[0], "height": size[1]} if size else {}) | {"hints": said}


def hints_path(photograph: Path) -> Path | None:
    """The file of hints beside a photograph: NAME.jpg.hints.json, else NAME.hints.json; None without one."""
    return next((path for path in map(Path, hints_names(str(photograph))) if is_file(path)), None)


def hints_names(photograph: str) -> list[str]:
    """What the file of hints beside a photograph may be called; the first that is there counts."""
    return [photograph + SUFFIX, str(PurePath(photograph).with_suffix("")) + SUFFIX]


def hints_beside(photograph: Path) -> Hints:
    """What the file of hints beside a photograph says; nothing without one."""
    path = hints_path(photograph)
    if path is not None and path.name != photograph.name + SUFFIX:
        _check_owner(path, photograph)
    return NO_HINTS if path is None else read_hints(path)


def _check_owner(path: Path, photograph: Path) -> None:
    """HintsRefused if NAME.hints.json could belong to several photographs."""
    alike = (PurePath(name) for name in os.listdir(photograph.parent))  # noqa: PTH208  # names are all it takes
    sharing = sorted(str(one) for one in alike if one.stem == photograph.stem and one.suffix.lower() in PHOTO_SUFFIXES)
    if sharing[1:]:
        raise HintsRefused(
            f"The hints {path} could belong to {' or '.join(sharing)}, so no photograph follows them.",
            remedy=f"Name them {' or '.join(name + SUFFIX for name in sharing)}.",
        )


def place(value: Any) -> Place:
    """A coordinate: a number, or text of one, perhaps in percent."""
    text = value if isinstance(value, str) else repr(value)  # repr of True is no number
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise HintsRefused(f"{value!r} is not a place.", remedy="Give pixels, such as 812, or percent: 25%.")
    return number, text.endswith("%")


def _pixels(at: Place, length: int) -> float:
    number, percent = at
    return number / 100 * length if percent else number


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as it was said: sRGB levels, or a* and b* themselves."""

    rgb: tuple[int, int, int] | None
    ab: tuple[float, float] | None
    lightness: float | None = None
    """Where L* was said as well; it colours nothing, but the colour can be shown by it."""


def parsed_colour(text: Any) -> Colour:
    """The colour that `text` names."""
    import webcolors

    if not isinstance(text, str):
        raise _no_colour(text)
    said = text.strip().lower()
    if said == AS_IS:
        return Colour(None, (0.0, 0.0))
    if match := _FUNCTION.fullmatch(said):
        return _function(match[1], match[2], text)
    try:
        levels = webcolors.hex_to_rgb(said) if said.startswith("#") else webcolors.name_to_rgb(said)
    except ValueError as error:
        raise _no_colour(text) from error
    return Colour((levels.red, levels.green, levels.blue), None)


def _function(kind: str, arguments: str, text: str) -> Colour:
    try:
        numbers = [float(part) for part in re.split(r"[\s,]+", arguments.replace("%", " ")) if part]
        first, second, third = numbers
    except ValueError as error:
        raise _no_colour(text) from error
    if kind == "lab":
        if not all(abs(number) <= 128 for number in numbers):
            raise _no_colour(text)
        return Colour(None, (second, third), first)
    if not all(0 <= number <= 255 for number in numbers):
        raise _no_colour(text)
    return Colour((round(first), round(second), round(third)), None)


def _no_colour(text: Any) -> HintsRefused:
    return HintsRefused(f"{text!r} is not a colour.", remedy=f"A colour is {_FORMS}. {_NAMES}")
