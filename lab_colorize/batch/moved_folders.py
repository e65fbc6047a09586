"""Folders that were moved or copied since they were coloured: what the journal tells of the old place holds of the new.

All of it is taken over, before anything is judged by it and before photographs are missed. A place is recognised by a
photograph that still has its name there, or by leading to the old one; what is left of an old place that is there no
more goes where others of it went before. Of a folder that is still where it was, only so much is taken as is there no
more, or has the same contents in the new place: two folders may share some photographs.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from lab_colorize.batch.boxes import Box, Boxes
from lab_colorize.batch.journal import History
from lab_colorize.batch.missing_sources import MissingSources, is_absent, is_folder
from lab_colorize.batch.moved_photographs import Move
from lab_colorize.batch.other_folders import has_some_of
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.files.scan import Found


def at_new_places(boxes: Boxes, history: History) -> History:
    """The same history, with the folders of this batch in it where it has those that they were before."""
    before: dict[tuple[Box, str | None, str], list[Outcome]] = defaultdict(list)
    taken_over: set[Box] = set()
    for one in {id(one): one for one in (*history.last.values(), *history.made.values())}.values():
        box = boxes.holding(one.source) if one.status is not Status.KEPT else None
        if box is not None and (one.folder, one.box) != (str(box.root), box.name):
            before[box, one.folder, one.box].append(one)
        elif box is not None:
            taken_over.add(box)
    now = {
        id(one): replace(one, folder=str(box.root), box=box.name)
        for (box, folder, name), outcomes in before.items()
        for one in _that_came_along(box, folder, box.name or name, outcomes, known=box in taken_over)
    }
    if not now:
        return history
    last = {source: now.get(id(one), one) for source, one in history.last.items()}
    return replace(history, last=last, made={target: now.get(id(one), one) for target, one in history.made.items()})


def renamed_with_others(missing: MissingSources, found: Found, moves: Iterable[Move]) -> Iterator[Outcome]:
    """What failed or was skipped, and lies where others of its folder were moved: farewells to the old names."""
    there = {*found.photographs, *found.rest, *(problem.source for problem in found.problems)}
    folders = {_renamed(move.before.source, move.after.source) for move in moves}
    for one in missing.outcomes if folders else ():
        within = ((new, one.source.removeprefix(old)) for old, new in folders if one.source.startswith(old))
        name = next((new + rest for new, rest in within if new + rest in there), None)
        if name is not None and missing.nothing_left(one):
            reason = f"It was moved to {name}."
            yield Outcome(one.source, None, Status.GONE, reason, folder=one.folder, box=one.box)


def _renamed(old: str, new: str) -> tuple[str, str]:
    """What differs at the beginnings of two names, up to the end of a folder."""
    before, after = old.split("/"), new.split("/")
    while before and after and before[-1] == after[-1]:
        before.pop()
        after.pop()
    return "".join(f"{name}/" for name in before), "".join(f"{name}/" for name in after)


def _that_came_along(
    box: Box, folder: str | None, part: str, outcomes: Collection[Outcome], *, known: bool
) -> Iterator[Outcome]:
    """Those of the outcomes, told of `part` of a folder, that hold of what is in the box by now.

    `known` is a box with results in this output: no other archive's would be among them.
    """
    old = None if folder is None else Path(folder, part)
    is_there = old is not None and is_folder(old)
    if is_there and old is not None and os.path.realpath(old) == os.path.realpath(box.root / part):
        yield from outcomes
    elif (known and not is_there) or has_some_of(box, outcomes):
        for one in outcomes:
            if not is_there or is_absent(Path(folder or "", one.source)) or has_some_of(box, (one,)):
                yield one
