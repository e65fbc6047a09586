"""XMP sidecars carried along: after the photographs, each to the name of the result that it belongs to by then.

Each has a line of its own in the journal, so that it is verified, edited and set aside like a result, and moves along
with its photograph, edits and all. Photographs without a result have no use for one there; with --copy-rest sidecars
are copied as they are, like all other files.
"""

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from lab_colorize.batch.copying import foreign, refusal
from lab_colorize.batch.damage import ROTTED, damaged, is_rotted
from lab_colorize.batch.edited import is_edited
from lab_colorize.batch.folders import make_folder_for
from lab_colorize.batch.journal import History
from lab_colorize.batch.journal_check import is_regular_file
from lab_colorize.batch.missing_sources import is_absent, is_folder
from lab_colorize.batch.moved_photographs import Move, find_moves, renamed_over, under_new_names
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.task import Task
from lab_colorize.colouring.options import COPIED
from lab_colorize.colouring.sidecars import LARGEST, carried, shared_stems, sidecar_name, sidecar_of
from lab_colorize.errors import ColorizeError, UnreadablePhoto
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.scan import Found
from lab_colorize.files.times import same_time
from lab_colorize.files.writing import write_whole
from lab_colorize.photos.kinds import SIDECAR_SUFFIXES
from lab_colorize.photos.metadata import Provenance
from lab_colorize.version import SOFTWARE
from lab_colorize.wording import of_it

CARRIED = "the sidecar of {}, carried along"


@dataclass(frozen=True)
class Sidecars:
    """What there is to carry, and what the journal knows of it."""

    options: BatchOptions
    found: Found
    history: History
    """As it is once the photographs are done."""
    followed: Mapping[str, str] = field(default_factory=dict)
    """Photographs that this batch found under new names, with their old ones."""

    @cached_property
    def pairs(self) -> tuple[tuple[str, Outcome], ...]:
        """Sidecars with what became of their photographs, of those that have a result."""
        others = {name for name in self.found.rest if name.endswith(SIDECAR_SUFFIXES)}
        shared = shared_stems((*self.found.photographs, *self.found.rest))
        known = ((sidecar_of(name, others, shared), self.history.last.get(name)) for name in self.found.photographs)
        return tuple(
            (name, made) for name, made in known if name and made and made.target and made.status is Status.DONE
        )

    def due(self, but: Collection[str] = ()) -> Iterator[tuple[str, Outcome]]:
        """Those of which something has changed since they were carried, if they were; none of some others."""
        return (
            (sidecar, made) for sidecar, made in self.pairs if sidecar not in but and not self._stands(sidecar, made)
        )

    def edited(self, sidecar: str, made: Outcome) -> str:
        """What it is called beside that result, if what is there is somebody's work."""
        target = self.target(sidecar, made)
        there = self.history.made.get(target)
        return target if there is not None and is_edited(self.options.out / target, there) else ""

    def kept(self) -> Iterator[str]:
        """Those that somebody edited beside their results."""
        return (self.target(sidecar, made) for sidecar, made in self.pairs if self._is_kept(sidecar, made))

    def _is_kept(self, sidecar: str, made: Outcome) -> bool:
        """Whether it was carried to that result and edited there, and nothing tells us to replace that."""
        before = self.history.last.get(sidecar)
        there = before is not None and before.target == self.target(sidecar, made)
        return there and not self.options.colorize.overwrite and bool(self.edited(sidecar, made))

    def count_as_found(self) -> None:
        """They are not left out."""
        self.found.take_out({name for name, _ in self.pairs})

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """What was carried for photographs that have other names by now, or of sidecars that have.

        Whoever renumbers photographs renumbers their sidecars: each goes where its photograph went, whatever it says;
        where a batch was killed between the two, it is known by its contents.
        """
        tasks = {made.source: Task(sidecar, self.target(sidecar, made)) for sidecar, made in self.pairs}
        along = list(self._along(tasks))
        settled = {one.source for one, _ in along}
        over = dict(renamed_over(self.options, self.history, tasks.values()))
        new = [one for one in tasks.values() if one.source not in self.history.last]
        leaving = {one.target or "" for one in (*over.values(), *(one for one, _ in along))}
        moves = [
            Move(one, self._under(task, one))
            for one, task in along
            if task.target in leaving or is_absent(self.options.out / task.target)
        ]
        gone = [one for one in self._vanished if one.source not in settled]
        missed = (*gone, *(one for one in over.values() if one.source not in settled))
        given = {task for _, task in along}
        free = [one for one in dict.fromkeys((*new, *over)) if one not in given]
        return (*moves, *find_moves(self.options, self.history, missed, leaving, free))

    def _along(self, tasks: Mapping[str, Task]) -> Iterator[tuple[Outcome, Task]]:
        """What was carried for photographs under their old names, and where it belongs by now."""
        carried = {one.source: one for one in self.history.last.values() if _was_carried(one)}
        for new, old in self.followed.items():
            one, task = carried.get(sidecar_of(old, carried.keys()) or ""), tasks.get(new)
            if one is not None and task is not None and is_regular_file(self.options.out / (one.target or "")):
                yield one, task

    def _under(self, task: Task, one: Outcome) -> Outcome:
        """The outcome under its new names; somebody's work there stands for the sidecar as it is now."""
        options = self.options
        moved = under_new_names(options, task, one, one.source_mtime_ns)
        if not is_edited(options.out / (one.target or ""), one):
            return moved
        try:
            path = options.boxes.path(task.source)
            status, sha256 = path.stat(), sha256_of(path)
        except OSError:
            return moved  # `carry` will find out why
        moved = under_new_names(options, task, one, status.st_mtime_ns)
        return replace(moved, source_sha256=sha256, source_size=status.st_size)

    def ousted(self) -> Iterator[Outcome]:
        """What was carried for others, at names to which something moves: their photographs are gone."""
        leaving = {move.targets[0] for move in self.moves}
        for move in self.moves:
            there = self.history.made.get(move.targets[1])
            if there is not None and there.target not in leaving:
                yield there

    def _stands(self, sidecar: str, made: Outcome) -> bool:
        """Whether it was carried as it is to the result as it is; what somebody edited since stands, too."""
        before = self.history.last.get(sidecar)
        if before is None or before.target != self.target(sidecar, made):
            return False
        place = self.options.out / before.target
        if self._is_kept(sidecar, made):
            return True
        source = self.options.boxes.path(sidecar)
        try:
            status = source.stat()
            there = place.stat().st_size == before.target_size
            if self.options.checksum:
                there = there and (sha256_of(source), sha256_of(place)) == (before.source_sha256, before.target_sha256)
        except OSError:
            return False
        same = (status.st_size, status.st_mtime_ns) == (before.source_size, before.source_mtime_ns)
        return same and there and before.options == _mark(made)

    def failing(self, sidecar: str, made: Outcome) -> Outcome | None:
        """The failure to carry it that can be foreseen; what is in the way with its time may have been carried."""
        if self._is_rotted(sidecar, made):
            return damaged(sidecar, ROTTED)
        target = self.target(sidecar, made)
        written, place = self.history.made.get(target), self.options.out / target
        if self.options.colorize.overwrite or not (written is None or written.accepted):
            return None
        with suppress(OSError):
            if not same_time(self.options.boxes.path(sidecar).stat().st_mtime_ns, place.lstat().st_mtime_ns):
                error = refusal(place, written)
                return Outcome(sidecar, None, Status.FAILED, error.what, error.remedy)
        return None

    def _is_rotted(self, sidecar: str, made: Outcome) -> bool:
        """Whether it is damaged since it was carried to that result."""
        carried = self.history.made.get(self.target(sidecar, made))
        if carried is None or carried.source != sidecar:
            return False
        return is_rotted(carried, self.options.boxes.path(sidecar))

    def target(self, sidecar: str, made: Outcome) -> str:
        """What a sidecar is called beside the result that it belongs to."""
        return sidecar_name(sidecar, made.source, made.target or "")

    def carry(self, sidecar: str, made: Outcome) -> Outcome:
        """Write one beside its result, and tell what became of it."""
        boxes = self.options.boxes
        blank = Outcome(sidecar, None, Status.FAILED, folder=boxes.root(sidecar), box=boxes.name(sidecar))
        try:
            return self._carried(blank, made)
        except ColorizeError as error:
            reason = of_it(boxes.path(sidecar), error.what)
            return replace(blank, reason=reason, remedy=error.remedy, lasting=error.lasting)
        except OSError as error:
            return replace(blank, reason=f"{error.strerror or error}.", remedy="Check permissions and disk space.")

    def _carried(self, blank: Outcome, made: Outcome) -> Outcome:
        path, relative = self.options.boxes.path(blank.source), self.target(blank.source, made)
        status, content = path.stat(), path.read_bytes()
        if len(content) > LARGEST:
            raise UnreadablePhoto(f"{path} is longer than {LARGEST >> 20} MB.", remedy="It is not a sidecar.")
        if self._is_rotted(blank.source, made):
            return damaged(blank.source, ROTTED)
        target = make_folder_for(self.options.out, relative)
        sha256 = hashlib.sha256(content).hexdigest()
        known = replace(
            blank,
            target=relative,
            status=Status.SKIPPED,
            source_sha256=sha256,
            source_size=status.st_size,
            source_mtime_ns=status.st_mtime_ns,
            options=_mark(made),
        )
        packet, notes = self._packet(content, made)
        self._check_replaceable(target, packet, self.history.made.get(relative))
        write_whole(target, packet, overwrite=True, like=path)
        reason = "; ".join((CARRIED.format(made.source), *notes))
        digest = hashlib.sha256(packet).hexdigest()
        return replace(known, target_sha256=digest, target_size=len(packet), reason=reason)

    def _packet(self, content: bytes, made: Outcome) -> tuple[bytes, tuple[str, ...]]:
        """What it says beside the result; the pixels of a copied scan lie as they did."""
        from lab_colorize.photos.photo import probe_header

        options, size = self.options.colorize, (made.width or 1, made.height or 1)
        provenance = Provenance(SOFTWARE, made.model or "", made.model_sha256 or "", options.source_type, made.hints)
        orientation = 1
        if made.lightness != COPIED:
            path = self.options.boxes.path(made.source)
            orientation = probe_header(path, max_pixels=options.max_pixels)[1].orientation
        return carried(content, provenance, size=size, orientation=orientation)

    def _check_replaceable(self, target: Path, packet: bytes, written: Outcome | None) -> None:
        """What is there must be what a batch wrote, or what this one would: a crash may have come before its line."""
        if self.options.colorize.overwrite or not os.path.lexists(target):
            return
        if target.is_symlink() or not target.is_file():
            raise foreign(target)
        sha256 = sha256_of(target)
        if sha256 == hashlib.sha256(packet).hexdigest():
            return
        if written is None or written.accepted or sha256 != written.target_sha256:
            raise refusal(target, written)

    @cached_property
    def _vanished(self) -> list[Outcome]:
        """Carried sidecars that are certainly not where they were."""
        return [one for one in self.history.last.values() if _was_carried(one) and self._is_gone(one)]

    def _is_gone(self, one: Outcome) -> bool:
        if one.folder is None or one.target is None:
            return False
        return is_folder(Path(one.folder, one.box)) and is_absent(Path(one.folder, one.source))


def _was_carried(one: Outcome) -> bool:
    return one.status is Status.SKIPPED and one.source.endswith(SIDECAR_SUFFIXES) and one.target is not None


def _mark(made: Outcome) -> str:
    """By which a result is known again."""
    return (made.target_sha256 or "")[:16]
