"""--prune: results whose photographs are gone are set aside, into a folder to look through, and never deleted."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lab_colorize.batch.folders import make_folder_for, remove_empty
from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.batch.journal_check import is_regular_file
from lab_colorize.batch.missing_sources import MissingSources, is_absent
from lab_colorize.batch.moved_photographs import Move, half_renamed
from lab_colorize.batch.names import folded
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.task import Task
from lab_colorize.colouring.names import compare_path
from lab_colorize.errors import OutputError
from lab_colorize.files.scan import Search, scan
from lab_colorize.files.writing import rename_whole
from lab_colorize.photos.contents import is_photograph_inside
from lab_colorize.photos.kinds import PHOTO_SUFFIXES

PRUNED_NAME = "lab-colorize-pruned"


@dataclass(frozen=True, slots=True)
class EmptyFolder:
    """A box, or a folder directly in FOLDER, without a single photograph: its disk may not be mounted."""

    folder: Path
    name: str  # in OUT
    results: int  # that are kept for that


def bereft(options: BatchOptions, missing: MissingSources) -> tuple[Outcome, ...]:
    """Outcomes whose results are there though their photographs are not."""
    here = {(str(box.root), box.name) for box in options.boxes.boxes}
    return tuple(
        one
        for one in missing.vanished
        if ((one.folder, one.box) in here or (one.folder is None and options.boxes.holding(one.source)))
        and one.target is not None
        and is_regular_file(options.out / one.target)
    )


def left_behind(outcomes: Iterable[Outcome], tasks: Collection[Task], moved: Iterable[Move]) -> Iterator[Outcome]:
    """Those in folders of which other photographs are there, or were moved elsewhere."""
    alive = {_first(task.source) for task in tasks} | {_first(move.before.source) for move in moved}
    alive |= {""} if tasks else set()
    belonging = {folded(task.target) for task in tasks}  # where case is ignored, a result may have found its new name
    for one in outcomes:
        if _first(one.source) in alive and folded(one.target or "") not in belonging:
            yield one


def empty_folders(options: BatchOptions, outcomes: Iterable[Outcome], seen: Iterable[str]) -> Iterator[EmptyFolder]:
    """Folders in which nothing was found, and nothing is: not even what was not chosen."""
    results = Counter(_first(one.source) for one in outcomes)
    names = {box.name for box in options.boxes.boxes} | results.keys()
    for name in sorted(names - set(map(_first, seen)) - {""}):
        box = options.boxes.holding(name)
        folder = Path() if box is None else box.folder if box.name else box.folder / name
        found = scan(Search(folder, options.place, PHOTO_SUFFIXES, is_photograph_inside, output_mark=JOURNAL_NAME))
        if is_absent(folder) or not (found.photographs or found.problems):
            yield EmptyFolder(folder, name, results[name])


def _first(source: str) -> str:
    """The box, or the folder directly in FOLDER, that holds a photograph; empty for those in FOLDER itself."""
    return source.rpartition("/")[0].partition("/")[0]


def prune(
    outcomes: Iterable[Outcome], options: BatchOptions, written: Collection[str], write_down: Callable[[Outcome], None]
) -> Iterator[Outcome]:
    """Put results aside, and give what became of each: GONE from OUT, or a failure. `written` are the journal's."""
    aside = f"{PRUNED_NAME}/{time.strftime('%Y-%m-%d_%H%M%S')}"
    for one in outcomes:
        target = one.target or ""
        if not is_regular_file(options.out / target):
            continue  # it followed its photograph meanwhile, as sidecars do
        try:
            _put_aside(options, target, aside)
            beside = compare_path(Path(target)).as_posix()
            if beside not in written and is_regular_file(options.out / beside):
                _put_aside(options, beside, aside)
        except OutputError as error:
            reason = f"Its photograph is gone, but its result could not be set aside: {error.what}"
            yield replace(one, status=Status.FAILED, reason=reason, remedy=error.remedy)
            continue
        reason = f"Its photograph is gone; the result was set aside into {aside}."
        gone = Outcome(one.source, target, Status.GONE, reason, folder=one.folder, box=one.box)
        write_down(gone)
        yield gone


def _put_aside(options: BatchOptions, target: str, aside: str) -> None:
    place = make_folder_for(options.place, f"{aside}/{target}")
    if half_renamed(options.out / target, place):
        place.unlink()
    rename_whole(options.out / target, place)
    remove_empty(options.out, target)
