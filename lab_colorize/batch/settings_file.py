"""The file that --settings names: TOML with a table for each glob, or CSV with a row for each, from a spreadsheet.

"glass/*" = { saturation = 0.7, hints = ["25%,40%=skyblue"] }

files;saturation;skip
glass/*;0.7;
*map*;;yes
"""

import csv
import io
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lab_colorize.batch.settings import Choice, Settings
from lab_colorize.colouring.hints import Hints, hint_from_words, read_hints
from lab_colorize.colouring.options import MOST_SATURATED
from lab_colorize.errors import HintsRefused, UsageProblem

FILES = "files"  # the column of CSV that holds the globs
_YES_AND_NO = {"yes": True, "true": True, "1": True, "x": True, "no": False, "false": False, "0": False}
_DELIMITERS = ",;\t"  # spreadsheets choose by the language that they speak


def read_settings(path: Path) -> Settings:
    """The settings in a file; UsageProblem says what cannot be understood, and where."""
    readers: dict[str, Callable[[str, Path], Iterator[tuple[str, str, Mapping[str, Any]]]]]
    readers = {".toml": _toml, ".csv": _csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UsageProblem(f"The settings {path} are neither TOML nor CSV.", remedy="End the name in .toml or .csv.")
    lines = reader(_text(path), path)
    return Settings(tuple((glob, _choice(said, f"{path}, {where}", path.parent)) for where, glob, said in lines))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        remedy = "Check the name and the permissions of the file."
        raise UsageProblem(f"The settings {path} cannot be read: {error.strerror or error}.", remedy=remedy) from error
    except UnicodeDecodeError as error:
        raise UsageProblem(f"The settings {path} are not UTF-8.", remedy="Save them as UTF-8 text.") from error


def _toml(text: str, path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageProblem(
            f"The settings {path} are not valid TOML: {error}.", remedy='A line reads "glass/*" = { saturation = 0.7 }.'
        ) from error
    for glob, said in tables.items():
        if not isinstance(said, dict) or any(isinstance(value, dict) for value in said.values()):
            raise UsageProblem(
                f'{path}, "{glob}": this says nothing about any file.',
                remedy='Put the glob in quotes, and what it needs in braces: "glass/*" = { saturation = 0.7 }.',
            )
        yield f'"{glob}"', glob, said


def _csv(text: str, path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
    if FILES not in rows.fieldnames:
        raise UsageProblem(
            f"The settings {path} have no column {FILES!r}.",
            remedy=f"The first line names the columns: {FILES} and what is needed of {', '.join(_READ)}.",
        )
    try:
        for row in rows:
            cells = {name: cell.strip() for name, cell in row.items() if isinstance(cell, str) and cell.strip()}
            if None in row:
                raise UsageProblem(
                    f"{path}, line {rows.line_num}: there are more cells than columns.",
                    remedy=f"Put quotes around a cell that holds a {delimiter!r}.",
                )
            if cells:
                yield f"line {rows.line_num}", cells.pop(FILES, ""), cells
    except csv.Error as error:
        raise UsageProblem(f"The settings {path} are not valid CSV: {error}.", remedy="Export them again.") from error


def _choice(said: Mapping[str, Any], where: str, beside: Path) -> Choice:
    read: dict[str, Any] = {}
    for name, value in said.items():
        if name not in _READ:
            raise UsageProblem(f"{where}: {name!r} is not a setting.", remedy=f"Settings are {', '.join(_READ)}.")
        read[name] = _READ[name](value, where, beside)
    return Choice(**read)


def _saturation(value: Any, where: str, _: Path) -> float:
    """Spreadsheets of many languages write 0,7."""
    try:
        number = math.nan if isinstance(value, bool) else float(str(value).replace(",", "."))
    except ValueError:
        number = math.nan
    if not 0 <= number <= MOST_SATURATED:
        raise UsageProblem(
            f"{where}: {value!r} is not a saturation.", remedy=f"Give a number from 0 to {MOST_SATURATED}, such as 0.8."
        )
    return number


def _yes_or_no(value: Any, where: str, _: Path) -> bool:
    read = value if isinstance(value, bool) else _YES_AND_NO.get(str(value).lower())
    if read is None:
        raise UsageProblem(f"{where}: {value!r} is neither yes nor no.", remedy="Give true or false, yes or no.")
    return read


def _model(value: Any, where: str, _: Path) -> str:
    if not isinstance(value, str):
        raise UsageProblem(f"{where}: {value!r} is not a model.", remedy="Give a name from `lab-colorize models`.")
    return value


def _hints(value: Any, where: str, beside: Path) -> Hints:
    """In words, several separated by semicolons, or a file of hints, whose path starts from that of the settings."""
    if isinstance(value, str) and value.lower().endswith(".json"):
        return read_hints(beside / value)
    words = value.split(";") if isinstance(value, str) else value
    try:
        return Hints(tuple(hint_from_words(str(one).strip()) for one in words if str(one).strip()))
    except HintsRefused as error:
        raise HintsRefused(f"{where}: {error.what}", remedy=error.remedy) from error
    except TypeError:
        raise HintsRefused(
            f"{where}: {value!r} are not hints.", remedy='Give text: ["812,430=#5b3a29", "25%,40%=skyblue"].'
        ) from None


_READ: Mapping[str, Callable[[Any, str, Path], Any]] = {
    "saturation": _saturation,
    "force": _yes_or_no,
    "skip": _yes_or_no,
    "model": _model,
    "hints": _hints,
}
