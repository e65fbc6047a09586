"""--prune: results whose photographs are gone are set aside, into a folder to look through, and never deleted.

Of those that somebody edited, and of sidecars, the journal says where they are: a photograph that turns up later gets
its own back.
"""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from lab_colorize.batch.edited import is_edited
from lab_colorize.batch.folders import make_folder_for, remove_empty
from lab_colorize.batch.journal import History
from lab_colorize.batch.journal_check import is_regular_file
from lab_colorize.batch.missing_sources import MissingSources
from lab_colorize.batch.moved_photographs import Move, half_renamed
from lab_colorize.batch.names import folded
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.own_sidecars import OwnSidecars
from lab_colorize.batch.task import Task
from lab_colorize.batch.whole_folders import first_folder
from lab_colorize.colouring.names import compare_path
from lab_colorize.errors import OutputError
from lab_colorize.files.writing import rename_whole
from lab_colorize.photos.kinds import SIDECAR_SUFFIXES

PRUNED_NAME = "lab-colorize-pruned"


def bereft(options: BatchOptions, missing: MissingSources) -> tuple[Outcome, ...]:
    """Outcomes whose results are there though their photographs are not."""
    return tuple(
        one
        for one in missing.vanished
        if missing.is_of_this_batch(one) and one.target is not None and is_regular_file(options.out / one.target)
    )


def left_behind(outcomes: Iterable[Outcome], tasks: Collection[Task], moved: Iterable[Move]) -> Iterator[Outcome]:
    """Those in folders of which other photographs are there, or were moved elsewhere."""
    alive = {first_folder(task.source) for task in tasks} | {first_folder(move.before.source) for move in moved}
    alive |= {""} if tasks else set()
    belonging = {folded(task.target) for task in tasks}  # where case is ignored, a result may have found its new name
    for one in outcomes:
        if first_folder(one.source) in alive and folded(one.target or "") not in belonging:
            yield one


def prune(
    outcomes: Iterable[Outcome], options: BatchOptions, history: History, write_down: Callable[[Outcome], None]
) -> Iterator[Outcome]:
    """Put results aside, with what is beside them, and give what became of each: GONE from OUT, or a failure."""
    own = OwnSidecars(options.out, history, write_down)
    aside = f"{PRUNED_NAME}/{time.strftime('%Y-%m-%d_%H%M%S')}"
    for one in outcomes:
        target = one.target or ""
        made = history.made.get(target)
        if made is None or made.source != one.source or not is_regular_file(options.out / target):
            continue  # it followed its photograph meanwhile, as sidecars do
        is_wanted = one.source.endswith(SIDECAR_SUFFIXES) or _is_work(options.out / target, one)
        try:
            for sidecar in list(own.beside(target)):
                _put_aside(options, sidecar, aside)
                own.forget(sidecar)
            _put_aside(options, target, aside)
            beside = compare_path(Path(target)).as_posix()
            if beside not in history.made and is_regular_file(options.out / beside):
                _put_aside(options, beside, aside)
        except OutputError as error:
            reason = f"Its photograph is not where it was, but its result could not be set aside: {error.what}"
            yield replace(one, status=Status.FAILED, reason=reason, remedy=error.remedy)
            continue
        reason = f"Its photograph is not where it was; the result was set aside into {aside}."
        gone = Outcome(one.source, target, Status.GONE, reason, folder=one.folder, box=one.box)
        if is_wanted:  # as soon as the photograph is found
            place = Path(os.path.relpath(options.place / aside / target, options.out)).as_posix()
            gone = replace(one, status=Status.GONE, reason=reason, aside=place)
        write_down(gone)
        yield gone


def _is_work(result: Path, one: Outcome) -> bool:
    """Whether it is a result that somebody edited; what was merely copied can be copied again."""
    return one.status is Status.DONE and is_edited(result, one)


def _put_aside(options: BatchOptions, target: str, aside: str) -> None:
    place = make_folder_for(options.place, f"{aside}/{target}")
    if half_renamed(options.out / target, place):
        place.unlink()
    rename_whole(options.out / target, place)
    remove_empty(options.out, target)
