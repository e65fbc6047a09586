"""Photographs that were moved or renamed since they were coloured: their results are moved along, edits and all.

A photograph was moved if it is certainly not where the journal has it, or another lies there by now, and its contents
are found under a name that the journal does not know them by: photographs may be renumbered, or change names with each
other. A result is moved only to a name that is free, or becomes free. Whatever cannot be moved is coloured anew.
"""

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lab_colorize.batch.edited import is_edited
from lab_colorize.batch.folders import make_folder_for, remove_empty
from lab_colorize.batch.journal import History
from lab_colorize.batch.journal_check import is_regular_file
from lab_colorize.batch.missing_sources import is_absent
from lab_colorize.batch.names import Naming
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.task import Task
from lab_colorize.errors import OutputError
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.writing import rename_whole
from lab_colorize.photos.kinds import SIDECAR_SUFFIXES, format_for_suffix

WAITING_NAME = "lab-colorize-moving"  # a folder in OUT for results whose new names others must leave first


@dataclass(frozen=True, slots=True)
class Move:
    """A photograph and its result, as the journal has them and as it shall have them."""

    before: Outcome
    after: Outcome

    @property
    def targets(self) -> tuple[str, str]:
        """Where the result is, and where it belongs."""
        return self.before.target or "", self.after.target or ""

    def farewell(self, taken: Collection[str]) -> Outcome:
        """What the journal says of the old names from then on, unless another photograph has them already."""
        before, reason = self.before, f"It was moved to {self.after.source}."
        source = "" if before.source in taken else before.source
        return Outcome(source, before.target, Status.GONE, reason, folder=before.folder, box=before.box)


def renamed_over(options: BatchOptions, history: History, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
    """Tasks with results that were made of other photographs, which had these names; reads what may have changed."""
    for task in tasks:
        there = (options.boxes.root(task.source), options.boxes.name(task.source))
        for target in (task.target, waiting(task.target)):
            made = history.made.get(target)
            if made is None or made.source != task.source or (made.folder, made.box) != there:
                continue
            if _is_another(options.boxes.path(task.source), made, checksum=options.checksum):
                yield task, made


def _is_another(photograph: Path, made: Outcome, *, checksum: bool) -> bool:
    try:
        status = photograph.stat()
        if status.st_size == made.source_size and status.st_mtime_ns == made.source_mtime_ns and not checksum:
            return False
        return status.st_size != made.source_size or sha256_of(photograph) != made.source_sha256
    except OSError:
        return False  # the worker will find out why


def waiting(target: str) -> str:
    """Where a result is meanwhile."""
    return f"{WAITING_NAME}/{target}"


def find_moves(
    options: BatchOptions, history: History, missed: Iterable[Outcome], leaving: Collection[str], new: Iterable[Task]
) -> tuple[Move, ...]:
    """Recognise photographs that are missed in those under new names; reads what has their size.

    Those whose edited results were set aside are missed, too.
    Results at the names `leaving` will not stay there.
    """
    by_size: dict[int, list[Outcome]] = defaultdict(list)
    for one in sorted(missed, key=lambda one: one.source):
        if one.source_size is not None and one.target is not None and history.made.get(one.target) is one:
            killed = is_absent(options.out / one.target) and is_regular_file(options.out / waiting(one.target))
            by_size[one.source_size].append(replace(one, target=waiting(one.target)) if killed else one)
    for one in () if options.colorize.overwrite else _set_aside(options.out, history):
        by_size[one.source_size or 0].append(one)
    if not by_size:
        return ()
    recognised = (_recognised(options, history, task, by_size, leaving) for task in new)
    return tuple(move for move in recognised if move is not None)


def _set_aside(out: Path, history: History) -> Iterator[Outcome]:
    """What was set aside and lies there still, as if what it was made of had the name of that place."""
    for place, one in history.aside.items():
        status = Status.SKIPPED if place.endswith(SIDECAR_SUFFIXES) else Status.DONE
        if is_regular_file(out / place):
            yield replace(one, source=place, target=place, status=status, folder=None, box="", aside="")


def _recognised(
    options: BatchOptions,
    history: History,
    task: Task,
    by_size: Mapping[int, list[Outcome]],
    leaving: Collection[str],
) -> Move | None:
    source = options.boxes.path(task.source)
    try:
        status = source.stat()
        alike = by_size.get(status.st_size, [])
        sha256 = sha256_of(source) if alike else None
    except OSError:
        return None  # the worker will find out why
    for before in alike:
        after = under_new_names(options, task, before, status.st_mtime_ns)
        if before.source_sha256 == sha256 and _can_follow(options.out, history, task, Move(before, after), leaving):
            alike.remove(before)
            return Move(before, after)
    return None


def under_new_names(options: BatchOptions, task: Task, before: Outcome, mtime_ns: int | None) -> Outcome:
    """The outcome as the journal shall have it; a result keeps its own time where the photograph got another."""
    return replace(
        before.saved_at(mtime_ns),
        source=task.source,
        target=task.target if before.status is Status.DONE or before.source.endswith(SIDECAR_SUFFIXES) else task.source,
        folder=options.boxes.root(task.source),
        box=options.boxes.name(task.source),
    )


def _can_follow(out: Path, history: History, task: Task, move: Move, leaving: Collection[str]) -> bool:
    """Whether the result is there and its new name is free, or it was moved by a batch that was killed then."""
    before, (old, new) = move.before, move.targets
    if before.status is Status.DONE and (task.copy_only or not _same_format(Path(old), Path(new))):
        return False
    if new in leaving or is_absent(out / new) or half_renamed(out / old, out / new):
        return is_regular_file(out / old)
    if not (is_absent(out / old) and is_regular_file(out / new)):
        return False
    with suppress(OSError):
        edited = new not in history.made and is_edited(out / new, before)
        return edited or sha256_of(out / new) == before.target_sha256
    return False


def _same_format(old: Path, new: Path) -> bool:
    """Whether a result may go by the other name: scan.JPG may become scan.jpeg."""
    kind = format_for_suffix(old.suffix)
    return old.suffix == new.suffix if kind is None else kind is format_for_suffix(new.suffix)


def half_renamed(old: Path, new: Path) -> bool:
    """Whether a batch was killed while it renamed: a file has both names, or the new one is taken but empty."""
    try:
        there, found = old.lstat(), new.lstat()
    except OSError:
        return False
    both = os.path.samestat(there, found) and found.st_nlink > 1  # one, where a file system ignores case
    return stat.S_ISREG(found.st_mode) and (both or (found.st_size == 0 and not os.path.samestat(there, found)))


def history_after(history: History, moves: Collection[Move]) -> History:
    """What the journal will tell once the moves are written down."""
    last, made = dict(history.last), dict(history.made)
    for move in moves:
        last.pop(move.before.source, None)
        made.pop(move.targets[0], None)
    for move in moves:
        last[move.after.source] = made[move.targets[1]] = move.after
    return replace(history, last=last, made=made)


def still_at(moves: Iterable[Move], out: Path, naming: Naming) -> dict[str, str]:
    """Where results and comparisons are until the moves are carried out, by their new names."""
    return {new: old for move in moves for old, new in _pairs(move, naming) if not is_absent(out / old)}


def follow(
    moves: Iterable[Move],
    out: Path,
    naming: Naming,
    write_down: Callable[[Outcome], None],
    along: Callable[[Move], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Carry out the moves, each in the journal before the next begins; give those that could not be, as failures.

    `along` takes along what else belongs to a result that has moved.
    """
    for chain in _chains(moves):
        taken: set[str] = set()  # names that photographs of this chain have by now
        stuck: OutputError | None = None
        for move in chain:
            try:
                if stuck is None:
                    _carry_out(out, move, naming)
                    along(move)
            except OutputError as error:
                stuck = error
            if stuck is None:
                taken.add(move.after.source)
                write_down(move.after)
                write_down(move.farewell(taken))
            elif move.after.source != move.before.source:
                reason = f"It was {move.before.source} before, but its result could not be moved along: {stuck.what}"
                yield replace(move.after, target=None, status=Status.FAILED, reason=reason, remedy=stuck.remedy)


def _chains(moves: Iterable[Move]) -> Iterator[list[Move]]:
    """Moves in an order in which each finds its new name free; those in a circle begin with one that waits aside."""
    left = {move.targets[0]: move for move in moves}
    while left:
        _, move = left.popitem()
        chain = [move]
        while (then := left.pop(chain[0].targets[1], None)) is not None:
            chain.insert(0, then)
        old, aside = move.targets[0], waiting(move.targets[0])
        if chain[0].targets[1] == old and len(chain) > 1:
            waits = replace(move.before, target=aside)
            chain = [Move(move.before, waits), *chain[:-1], Move(waits, move.after)]
        yield chain


def _carry_out(out: Path, move: Move, naming: Naming) -> None:
    result, *comparison = _pairs(move, naming)
    rename(out, *result)
    for beside in comparison:
        with suppress(OutputError):
            rename(out, *beside)


def _pairs(move: Move, naming: Naming) -> list[tuple[str, str]]:
    """Old and new name of the result, and of the comparison beside it."""
    (old, new), beside = move.targets, naming.companion_of(move.targets[0])
    companion = naming.companion_of(new)
    return [(old, new)] if beside is None or companion is None else [(old, new), (beside, companion)]


def rename(out: Path, old: str, new: str) -> None:
    """Move a file in OUT to a free name, if it is not there already; OutputError if that cannot be."""
    if is_absent(out / old):
        return  # by a batch that was killed before it could write that down; or there is no comparison
    place = make_folder_for(out, new)
    if half_renamed(out / old, place):
        place.unlink()
    rename_whole(out / old, place)
    remove_empty(out, old)
