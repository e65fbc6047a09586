"""XMP sidecars carried along: after the photographs, each to the name of the result that it belongs to by then.

Each has a line of its own in the journal, so that it is verified, edited and put aside like a result. Photographs
without a result have no use for one there; with --copy-rest sidecars are copied as they are, like all other files.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from lab_colorize.batch.copying import changed, foreign
from lab_colorize.batch.edited import is_edited
from lab_colorize.batch.folders import make_folder_for, remove_empty
from lab_colorize.batch.journal import History
from lab_colorize.batch.missing_sources import is_absent
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.colouring.options import COPIED
from lab_colorize.colouring.sidecars import LARGEST, carried, shared_stems, sidecar_name, sidecar_of
from lab_colorize.errors import ColorizeError, UnreadablePhoto
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.scan import Found
from lab_colorize.files.writing import rename_whole, write_whole
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

    @cached_property
    def pairs(self) -> tuple[tuple[str, Outcome], ...]:
        """Sidecars with what became of their photographs, of those that have a result."""
        others = {name for name in self.found.rest if name.endswith(SIDECAR_SUFFIXES)}
        shared = shared_stems((*self.found.photographs, *self.found.rest))
        known = ((sidecar_of(name, others, shared), self.history.last.get(name)) for name in self.found.photographs)
        return tuple(
            (name, made) for name, made in known if name and made and made.target and made.status is Status.DONE
        )

    def due(self) -> Iterator[tuple[str, Outcome]]:
        """Those of which something has changed since they were carried, if they were."""
        return ((sidecar, made) for sidecar, made in self.pairs if not self._stands(sidecar, made))

    def count_as_found(self) -> None:
        """They are not left out."""
        self.found.take_out({name for name, _ in self.pairs})

    def _stands(self, sidecar: str, made: Outcome) -> bool:
        """Whether it was carried as it is to the result as it is; what somebody edited since stands, too."""
        before = self.history.last.get(sidecar)
        if before is None or before.target != self.target(sidecar, made):
            return False
        place = self.options.out / before.target
        if not self.options.colorize.overwrite and is_edited(place, before):
            return True
        try:
            status = self.options.boxes.path(sidecar).stat()
            there = place.stat().st_size == before.target_size
        except OSError:
            return False
        same = (status.st_size, status.st_mtime_ns) == (before.source_size, before.source_mtime_ns)
        return same and there and before.options == _mark(made)

    def target(self, sidecar: str, made: Outcome) -> str:
        """What a sidecar is called beside the result that it belongs to."""
        return sidecar_name(sidecar, made.source, made.target or "")

    def carry(self, sidecar: str, made: Outcome) -> Iterator[Outcome]:
        """Write one beside its result, and tell what became of it, and of the place where it was before."""
        boxes = self.options.boxes
        blank = Outcome(sidecar, None, Status.FAILED, folder=boxes.root(sidecar), box=boxes.name(sidecar))
        try:
            yield from self._carried(blank, made)
        except ColorizeError as error:
            yield replace(blank, reason=of_it(boxes.path(sidecar), error.what), remedy=error.remedy)
        except OSError as error:
            yield replace(blank, reason=f"{error.strerror or error}.", remedy="Check permissions and disk space.")

    def _carried(self, blank: Outcome, made: Outcome) -> Iterator[Outcome]:
        path, relative = self.options.boxes.path(blank.source), self.target(blank.source, made)
        status, content = path.stat(), path.read_bytes()
        if len(content) > LARGEST:
            raise UnreadablePhoto(f"{path} is longer than {LARGEST >> 20} MB.", remedy="It is no sidecar.")
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
        moved = self._moved_along(sha256, target)
        if moved is not None and is_edited(target, moved):
            yield replace(
                known,
                reason=moved.reason,
                target_sha256=moved.target_sha256,
                target_size=moved.target_size,
                target_mtime_ns=moved.target_time,
            )
        else:
            packet, notes = self._packet(content, made)
            self._check_replaceable(target, packet, moved or self.history.made.get(relative))
            write_whole(target, packet, overwrite=True, like=path)
            reason = "; ".join((CARRIED.format(made.source), *notes))
            digest = hashlib.sha256(packet).hexdigest()
            yield replace(known, target_sha256=digest, target_size=len(packet), reason=reason)
        if moved is not None:
            reason = f"It was moved to {blank.source}."
            yield Outcome(moved.source, moved.target, Status.GONE, reason, folder=moved.folder, box=moved.box)

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
        if written is None or sha256 != written.target_sha256:
            raise foreign(target) if written is None else changed(target)

    def _moved_along(self, sha256: str, target: Path) -> Outcome | None:
        """Move what was carried from another place that is empty by now to its new name, edits and all."""
        before = self.came_from(sha256, target)
        if before is not None:
            old = before.target or ""
            rename_whole(self.options.out / old, target)
            remove_empty(self.options.out, old)
        return before

    def came_from(self, sha256: str, target: Path) -> Outcome | None:
        """What was carried from another place that is empty by now, and is to be moved to a new name."""
        out = self.options.out
        alike = (one for one in self._vanished if one.source_sha256 == sha256 and is_absent(target))
        return next((one for one in alike if not is_absent(out / (one.target or ""))), None)

    @cached_property
    def _vanished(self) -> list[Outcome]:
        """Carried sidecars that are certainly not where they were."""
        return [one for one in self.history.last.values() if _was_carried(one) and self._is_gone(one)]

    def _is_gone(self, one: Outcome) -> bool:
        if one.folder is None or one.target is None:
            return False
        return Path(one.folder, one.box).is_dir() and is_absent(Path(one.folder, one.source))


def _was_carried(one: Outcome) -> bool:
    return one.status is Status.SKIPPED and one.source.endswith(SIDECAR_SUFFIXES) and one.target is not None


def _mark(made: Outcome) -> str:
    """By which a result is known again."""
    return (made.target_sha256 or "")[:16]
