"""What a request may ask for: one table that is read by, and that the description of the interface is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any

from starlette.datastructures import QueryParams

from lab_colorize.colouring.hints import Hints, hint_from_words
from lab_colorize.colouring.options import FORMATS, MOST_SATURATED, ColorizeOptions
from lab_colorize.errors import HintsRefused
from lab_colorize.serve.refusals import Refused

LONGEST_NAME = 255
MINUTES_RANGE = (0.1, 10_000)
MOST_PIXELS = 1_000_000  # to a side
SMALLEST_PREVIEW, LARGEST_PREVIEW = 16, 4096


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query: how it is read, and how it is described."""

    name: str
    means: str
    schema: Mapping[str, Any]
    """Of JSON Schema, as OpenAPI has it."""
    read: Callable[[str], Any]
    """What its text stands for; ValueError if it is invalid."""


def _name(text: str) -> str:
    """The last part of a name; a path, which means nothing here, is cut off."""
    name = text.replace("\\", "/").rpartition("/")[2]
    if len(name) > LONGEST_NAME:
        raise ValueError(text)
    return name or "photograph"


def _format(text: str) -> str:
    return FORMATS[FORMATS.index(text.lower())]


def _hints(text: str) -> Hints:
    try:
        return Hints(tuple(hint_from_words(one.strip()) for one in text.split(";")))
    except HintsRefused as error:
        if not text.rstrip().endswith("="):
            raise
        raise HintsRefused(
            error.what, remedy=f"In an address # is written %23, and % is %25. {error.remedy}"
        ) from error


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else -1
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def _real(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def _truth(text: str) -> bool:
    return {"true": True, "false": False, "1": True, "0": False}[text.lower()]


def _number(low: float, high: float) -> dict[str, Any]:
    return {"type": "number", "minimum": low, "maximum": high}


def _integer(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


NAME = Parameter(
    "name", "The name that messages and the result use.", {"type": "string", "maxLength": LONGEST_NAME}, _name
)
MODEL = Parameter("model", "One of the models that /api/about lists.", {"type": "string"}, str)
SATURATION = Parameter(
    "saturation",
    "Scale of the colours: 0 is grey, 1 the network's own answer; by default what the model's card recommends.",
    _number(0, MOST_SATURATED),
    _real(0, MOST_SATURATED),
)
FORMAT = Parameter("format", "File format of the result.", {"type": "string", "enum": list(FORMATS)}, _format)
QUALITY = Parameter("quality", "Quality of JPEG, WebP and AVIF results.", _integer(1, 100), _whole(1, 100))
FORCE = Parameter("force", "Also colour a photograph that is already in colour.", {"type": "boolean"}, _truth)
ACCEPT_TRUNCATED = Parameter(
    "accept_truncated",
    "Colour what can be read of a damaged JPEG instead of refusing it.",
    {"type": "boolean"},
    _truth,
)
HINTS = Parameter(
    "hints",
    "Known colours as X,Y=COLOUR, separated by semicolons; in an address # is written %23, and % is %25: "
    "812,430=%235b3a29;25%25,40%25=skyblue.",
    {"type": "string"},
    _hints,
)
LONGEST = Parameter(
    "longest",
    "Ask for a preview instead: a JPEG whose longer side has at most this many pixels.",
    _integer(SMALLEST_PREVIEW, LARGEST_PREVIEW),
    _whole(SMALLEST_PREVIEW, LARGEST_PREVIEW),
)
MINUTES = Parameter("minutes", "About how long to train.", _number(*MINUTES_RANGE), _real(*MINUTES_RANGE))
EPOCH = Parameter("epoch", "The epoch whose picture is wanted.", _integer(1, 99999), _whole(1, 99999))
OF_COLORIZE = (NAME, MODEL, SATURATION, HINTS, FORMAT, QUALITY, FORCE, ACCEPT_TRUNCATED, LONGEST)
OF_ORIGINAL = (NAME, ACCEPT_TRUNCATED, LONGEST)
OF_HINTS = (
    NAME,
    Parameter("photograph", "The name that messages call the photograph.", NAME.schema, _name),
    Parameter("width", "Pixels from left to right, upright.", _integer(1, MOST_PIXELS), _whole(1, MOST_PIXELS)),
    Parameter("height", "Pixels from top to bottom, upright.", _integer(1, MOST_PIXELS), _whole(1, MOST_PIXELS)),
)


def values_of(query: QueryParams, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The values of a query by name; an unknown, repeated or invalid parameter is refused."""
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    for name, text in query.multi_items():
        if name not in known or name in values:
            why = "given twice" if name in values else "unknown"
            raise _invalid(f"The parameter {name!r} is {why}.", f"Known parameters: {', '.join(known)}.")
        try:
            values[name] = known[name].read(text)
        except (ValueError, KeyError):
            parameter = known[name]
            remedy = f"{_allowed(parameter.schema)} {parameter.means}".strip()
            raise _invalid(f"{text!r} is not a valid value for {name!r}.", remedy) from None
    return values


def _allowed(schema: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    if "enum" in schema:
        return f"Give one of {', '.join(schema['enum'])}."
    if "minimum" in schema:
        kind = "a whole number" if schema["type"] == "integer" else "a number"
        return f"Give {kind} from {schema['minimum']:,.10g} to {schema['maximum']:,.10g}."
    if "maxLength" in schema:
        return f"Give at most {schema['maxLength']} characters."
    return "Give true or false." if schema["type"] == "boolean" else ""


def required(query: QueryParams, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The same, but each must be there."""
    values = values_of(query, parameters)
    for parameter in parameters:
        if parameter.name not in values:
            raise _invalid(f"The parameter {parameter.name!r} is missing.", parameter.means)
    return values


def options_of(values: Mapping[str, Any], *, max_pixels: int) -> ColorizeOptions:
    """Those of the values that say how a photograph is coloured."""
    chosen = {field.name: values[field.name] for field in fields(ColorizeOptions) if field.name in values}
    return ColorizeOptions(**chosen, max_pixels=max_pixels)


def _invalid(what: str, remedy: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, what, remedy=remedy)
