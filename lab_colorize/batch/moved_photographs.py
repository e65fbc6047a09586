"""Photographs that were moved or renamed since they were coloured: their results are moved along, edits and all.

A photograph was moved if it is certainly not where the journal has it, and one that the journal does not know has its
contents. Its result is moved only to a name that is free. Whatever cannot be moved is coloured anew.
"""

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

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
from lab_colorize.photos.kinds import format_for_suffix


@dataclass(frozen=True, slots=True)
class Move:
    """A photograph and its result, as the journal has them and as it shall have them."""

    before: Outcome
    after: Outcome

    @property
    def targets(self) -> tuple[str, str]:
        """Where the result is, and where it belongs."""
        return self.before.target or "", self.after.target or ""

    @property
    def farewell(self) -> Outcome:
        """What the journal says of the old names from then on."""
        reason = f"It was moved to {self.after.source}."
        before = self.before
        return Outcome(before.source, before.target, Status.GONE, reason, folder=before.folder, box=before.box)


def find_moves(
    options: BatchOptions, history: History, vanished: Iterable[Outcome], new: Iterable[Task]
) -> tuple[Move, ...]:
    """Recognise photographs that vanished in those that the journal does not know; reads what has their size."""
    by_size: dict[int, list[Outcome]] = defaultdict(list)
    for one in sorted(vanished, key=lambda one: one.source):
        if one.source_size is not None and one.target is not None and history.made.get(one.target) is one:
            by_size[one.source_size].append(one)
    return tuple(move for task in new if (move := _recognised(options, task, by_size)) is not None) if by_size else ()


def _recognised(options: BatchOptions, task: Task, by_size: Mapping[int, list[Outcome]]) -> Move | None:
    source = options.boxes.path(task.source)
    try:
        status = source.stat()
        alike = by_size.get(status.st_size, [])
        sha256 = sha256_of(source) if alike else None
    except OSError:
        return None  # the worker will find out why
    for before in alike:
        after = _after(options, task, before, status.st_mtime_ns)
        if before.source_sha256 == sha256 and _can_follow(options.out, task, before, after):
            alike.remove(before)
            return Move(before, after)
    return None


def _after(options: BatchOptions, task: Task, before: Outcome, mtime_ns: int) -> Outcome:
    """The outcome under the new names; a result keeps its own time where the photograph got another."""
    return replace(
        before,
        source=task.source,
        target=task.target if before.status is Status.DONE else task.source,
        folder=options.boxes.root(task.source),
        box=options.boxes.name(task.source),
        source_mtime_ns=mtime_ns,
        target_mtime_ns=before.target_mtime_ns if mtime_ns == before.source_mtime_ns else before.target_time,
    )


def _can_follow(out: Path, task: Task, before: Outcome, after: Outcome) -> bool:
    """Whether the result is there and its new name is free, or it was moved by a batch that was killed then."""
    old, new = Path(before.target or ""), Path(after.target or "")
    if before.status is Status.DONE and (task.copy_only or not _same_format(old, new)):
        return False
    if is_absent(out / new) or _half_renamed(out / old, out / new):
        return is_regular_file(out / old)
    with suppress(OSError):
        return is_absent(out / old) and is_regular_file(out / new) and sha256_of(out / new) == before.target_sha256
    return False


def _same_format(old: Path, new: Path) -> bool:
    """Whether a result may go by the other name: scan.JPG may become scan.jpeg."""
    kind = format_for_suffix(old.suffix)
    return old.suffix == new.suffix if kind is None else kind is format_for_suffix(new.suffix)


def _half_renamed(old: Path, new: Path) -> bool:
    """Whether a batch was killed while it renamed: a file has both names, or the new one is taken but empty."""
    try:
        there, found = old.lstat(), new.lstat()
    except OSError:
        return False
    both = os.path.samestat(there, found) and found.st_nlink > 1  # one, where a file system ignores case
    return stat.S_ISREG(found.st_mode) and (both or (found.st_size == 0 and not os.path.samestat(there, found)))


def history_after(history: History, moves: Iterable[Move]) -> History:
    """What the journal will tell once the moves are written down."""
    last, made = dict(history.last), dict(history.made)
    for move in moves:
        old, new = move.targets
        del last[move.before.source], made[old]
        last[move.after.source] = made[new] = move.after
    return replace(history, last=last, made=made)


def still_at(moves: Iterable[Move], out: Path, naming: Naming) -> dict[str, str]:
    """Where results and comparisons are until the moves are carried out, by their new names."""
    return {new: old for move in moves for old, new in _pairs(move, naming) if not is_absent(out / old)}


def follow(
    moves: Iterable[Move], out: Path, naming: Naming, write_down: Callable[[Outcome], None]
) -> Iterator[Outcome]:
    """Carry out the moves, each in the journal before the next begins; give those that could not be, as failures."""
    for move in moves:
        result, *comparison = _pairs(move, naming)
        try:
            _rename(out, *result)
        except OutputError as error:
            reason = f"It was {move.before.source}, but its result could not be moved along: {error.what}"
            yield replace(move.after, target=None, status=Status.FAILED, reason=reason, remedy=error.remedy)
            continue
        for beside in comparison:
            with suppress(OutputError):
                _rename(out, *beside)
        write_down(move.after)
        write_down(move.farewell)


def _pairs(move: Move, naming: Naming) -> list[tuple[str, str]]:
    """Old and new name of the result, and of the comparison beside it."""
    (old, new), beside = move.targets, naming.companion_of(move.targets[0])
    companion = naming.companion_of(new)
    return [(old, new)] if beside is None or companion is None else [(old, new), (beside, companion)]


def _rename(out: Path, old: str, new: str) -> None:
    if is_absent(out / old):
        return  # by a batch that was killed before it could write that down; or there is no comparison
    place = make_folder_for(out, new)
    if _half_renamed(out / old, place):
        place.unlink()
    rename_whole(out / old, place)
    remove_empty(out, old)
