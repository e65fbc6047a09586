"""--prune: results whose photographs are gone are put aside, into a folder to look through, and never deleted."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from lab_colorize.batch.folders import make_folder_for, remove_empty
from lab_colorize.batch.journal_check import is_regular_file
from lab_colorize.batch.missing_sources import MissingSources
from lab_colorize.batch.names import folded
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.task import Task
from lab_colorize.colouring.names import compare_path
from lab_colorize.errors import OutputError
from lab_colorize.files.writing import rename_whole

PRUNED_NAME = "lab-colorize-pruned"


def left_behind(options: BatchOptions, missing: MissingSources, tasks: Collection[Task]) -> Iterator[Outcome]:
    """Outcomes whose results are there though their photographs are not, in folders of which others are.

    A box that seems empty may be a disk that is not mounted.
    """
    if not missing.vanished:
        return
    roots = {(options.boxes.root(task.source), options.boxes.name(task.source)) for task in tasks}
    belonging = {folded(task.target) for task in tasks}  # where case is ignored, a result may have found its new name
    for one in missing.vanished:
        box = options.boxes.holding(one.source)
        start = (one.folder, one.box) if one.folder is not None or box is None else (str(box.root), box.name)
        if start not in roots or one.target is None or folded(one.target) in belonging:
            continue
        if is_regular_file(options.out / one.target):
            yield one


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
            reason = f"Its photograph is gone, but its result could not be put aside: {error.what}"
            yield replace(one, status=Status.FAILED, reason=reason, remedy=error.remedy)
            continue
        reason = f"Its photograph is gone; the result was put aside into {aside}."
        gone = Outcome(one.source, target, Status.GONE, reason, folder=one.folder, box=one.box)
        write_down(gone)
        yield gone


def _put_aside(options: BatchOptions, target: str, aside: str) -> None:
    rename_whole(options.out / target, make_folder_for(options.place, f"{aside}/{target}"))
    remove_empty(options.out, target)
