"""What lies in OUT that the journal holds no hash of: foreign files, comparisons, what a killed batch left.

What --prune set aside is nobody's concern here.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from lab_colorize.batch.finding import Finding, Kind, State
from lab_colorize.batch.journal import DAMAGED_NAME, JOURNAL_NAME
from lab_colorize.batch.pruning import PRUNED_NAME
from lab_colorize.colouring.names import compare_path
from lab_colorize.files.contact_sheets import is_contact_sheet, sheet_of
from lab_colorize.files.writing import TEMPORARY_PREFIX
from lab_colorize.wording import number_of


def untracked(out: Path, known: Collection[str]) -> Iterator[Finding]:
    """Everything but the `known` results; a folder that holds none of them is told once."""
    comparisons = {_companion(path) for path in known}
    folders = {str(folder) for path in known for folder in PurePosixPath(path).parents}
    for place, below, names in os.walk(out):
        inside = Path(place).relative_to(out)
        ours = sorted(name for name in below if (inside / name).as_posix() in folders)
        for name in sorted(below):
            if inside == Path() and name == PRUNED_NAME:
                continue
            if name not in ours or Path(place, name).is_symlink():
                yield from _folder(Path(place, name), (inside / name).as_posix())
        below[:] = ours
        for name in sorted(names):
            path = (inside / name).as_posix()
            if path not in known and path not in {JOURNAL_NAME, DAMAGED_NAME}:
                yield _file(Path(place, name), path, comparison=path in comparisons)


def _file(place: Path, path: str, *, comparison: bool) -> Finding:
    if place.name.startswith(TEMPORARY_PREFIX):
        return Finding(Kind.RESULT, path, State.UNFINISHED, "Left by a batch that was killed; the next one removes it.")
    if comparison:
        return Finding(Kind.RESULT, path, State.UNCHECKED, "A comparison, of which the journal records no hash.")
    if is_contact_sheet(place):
        return Finding(Kind.RESULT, path, State.UNCHECKED, "A contact sheet, of which the journal records no hash.")
    return Finding(Kind.RESULT, path, State.FOREIGN)


def _folder(place: Path, path: str) -> Iterator[Finding]:
    if place.is_symlink():
        yield Finding(Kind.RESULT, path, State.FOREIGN, "A link to a folder.")
    elif (sheet := sheet_of(place)) is not None:
        yield Finding(Kind.RESULT, f"{path}/", State.UNCHECKED, f"The thumbnails of {sheet}.")
    elif files := sum(len(names) for _, _, names in os.walk(place)):
        yield Finding(Kind.RESULT, f"{path}/", State.FOREIGN, f"A folder of {number_of(files, 'file')}.")


def _companion(target: str) -> str:
    return compare_path(Path(target)).as_posix()
