"""Results in OUT that were made of photographs in another folder: neither replaced nor mixed with others unasked."""

import os
import shlex
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from lab_colorize.batch.boxes import Box, Boxes
from lab_colorize.batch.missing_sources import is_folder
from lab_colorize.batch.names import folded
from lab_colorize.batch.outcome import Outcome
from lab_colorize.errors import OutputExists
from lab_colorize.files.globs import glob_of
from lab_colorize.files.hashing import sha256_of
from lab_colorize.wording import number_of

_TOGETHER = (
    "Colour both folders in one batch, and each is mirrored under its own name: lab-colorize batch FOLDER1 FOLDER2"
    " --out NEW. Or choose another --out"
)
_UNRECOGNISED = (
    "If it is the same archive in another place, give one of its photographs, or folders, its old name for one batch:"
    " the archive is recognised by it. Otherwise choose another --out."
)


def made_of_another(before: Outcome, source: Path, root: str) -> bool:
    """Whether an outcome tells of another photograph than `source`, which is named from the folder `root`.

    A folder may have been moved or copied, or be known under another path: what has the same contents is no other.
    """
    if before.folder in {None, root}:
        return False
    with suppress(OSError):
        if Path(before.folder or "", before.source).samefile(source):
            return False
    try:
        return before.source_sha256 != sha256_of(source)
    except OSError:
        return True  # it cannot be told, and what is in OUT is not to be risked


def refuse_to_replace(out: Path, boxes: Boxes, in_the_way: Iterable[Outcome]) -> None:
    """OutputExists that names the results and where they came from, if there are any."""
    results = sorted(in_the_way, key=lambda one: one.target or "")
    if not results:
        return
    first = results[0]
    box = boxes.holding(first.source)
    together = "" if box is None else f"{_together(box, Path(first.folder or '', first.box))}, or "
    raise OutputExists(
        f"{number_of(len(results), 'result')} in {out}, such as {first.target}, would be replaced by those of other"
        f" photographs of the same name: {'it was' if len(results) == 1 else 'they were'} made from {first.folder}.",
        remedy=f"{together}replace them with --overwrite.",
    )


def refuse_to_mix(out: Path, box: Box, outcomes: Iterable[Outcome], recognised: Collection[str]) -> None:
    """OutputExists if the results of a folder would lie among those of another one.

    It is no other if it was moved or copied: then some of its photographs are `recognised`, or known by their contents.
    """
    others = [one for one in outcomes if one.folder is not None and one.target and box.would_hold(one.source)]
    here, folders = Path(os.path.realpath(box.folder)), {one.folder or "": one for one in others}
    if any(os.path.realpath(Path(folder, box.name)) == str(here) for folder in folders):
        return
    if not others or any(map(box.would_hold, recognised)) or has_some_of(box, others):
        return
    there = Path(others[0].folder or "", box.name or others[0].box)
    place = f"{out / box.name} holds the results of {there}"
    if here.is_relative_to(os.path.realpath(there)):
        remedy = f"Give {there}{only_the_part(here, there)}, or another --out."
    elif box.name:
        remedy = "Rename it, or choose another --out."
    elif is_folder(there):
        remedy = f"{_together(box, there)}."
    else:
        remedy = _UNRECOGNISED
    raise OutputExists(f"{place}: those of {box.folder} would be mixed with them.", remedy=remedy)


def has_some_of(box: Box, outcomes: Iterable[Outcome]) -> bool:
    """Whether photographs that outcomes tell of lie in a box, too, under the same names."""
    for one in outcomes:
        path = box.path(one.source)
        with suppress(OSError):
            if path.stat().st_size == one.source_size and not made_of_another(one, path, str(box.root)):
                return True
    return False


def _together(box: Box, there: Path) -> str:
    """How results of two folders get their places side by side, or apart."""
    name = Path(os.path.normpath(box.root / box.name)).name
    if folded(name) != folded(there.name):
        return _TOGETHER
    return f"Both are called {name}: rename one of them. {_TOGETHER}"


def only_the_part(here: Path, there: Path) -> str:
    """How to choose a folder when the one around it is given."""
    return f" with --include {shlex.quote(glob_of(str(here.relative_to(os.path.realpath(there)))) + '/*')}"
