"""Sidecars that no batch wrote: what programs that catalogue put beside results, where the archive has none.

They belong to the result whose name they have, and go along where it moves or is set aside. On the way they wait in a
folder of their own until others have left their new names; a batch that is killed then leaves them to the next.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from lab_colorize.batch.journal import History
from lab_colorize.batch.journal_check import is_regular_file
from lab_colorize.batch.moved_photographs import WAITING_NAME as RESULTS_WAITING
from lab_colorize.batch.moved_photographs import Move, rename
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.errors import OutputError
from lab_colorize.photos.kinds import PHOTO_SUFFIXES, SIDECAR_SUFFIXES

WAITING_NAME = "lab-colorize-sidecars"


@dataclass(frozen=True)
class OwnSidecars:
    """Those in OUT, by what the journal told before results moved."""

    out: Path
    history: History
    write_down: Callable[[Outcome], None] = lambda _: None
    leaving: dict[str, str] = field(default_factory=dict)
    """New names, and the ones before, of those that go along."""
    waiting: list[str] = field(default_factory=list)
    """Names that they could not get, for others have them."""

    def beside(self, result: str) -> Iterator[str]:
        """Those of a result; one that could be another result's as well is nobody's."""
        path = PurePosixPath(result)
        stem = str(path.with_suffix(""))
        by_stem = path.suffix.lower() in PHOTO_SUFFIXES and stem not in self._shared
        for name in dict.fromkeys((result, stem) if by_stem else (result,)):
            called = [name + suffix for suffix in SIDECAR_SUFFIXES]
            there = [one for one in called if is_regular_file(self.out / one)]
            if not self._written.intersection(called):
                yield from there[:1]  # where case is ignored, it has both names

    def along(self, move: Move) -> Iterator[tuple[str, str]]:
        """Old and new names of those that a move of their result concerns."""
        from lab_colorize.colouring.sidecars import sidecar_name

        old, new = (target.removeprefix(f"{RESULTS_WAITING}/") for target in move.targets)
        pairs = ((name, sidecar_name(name, old, new)) for name in self.beside(old))
        return ((name, then) for name, then in pairs if name != then)

    def leave(self, move: Move) -> None:
        """Wait for the new names, as the result has moved; OutputError if they cannot."""
        for name, then in list(self.along(move)):
            self._rename(name, f"{WAITING_NAME}/{then}")
            self.leaving[then] = name

    @property
    def moved(self) -> list[tuple[str, str]]:
        """Old and new names of those that have gone along."""
        return [(old, new) for new, old in self.leaving.items() if new not in self.waiting]

    def settle(self) -> None:
        """Give all that wait their names, as far as these are free; also those of a batch that was killed."""
        self.waiting.clear()
        place = self.out / WAITING_NAME
        found = (Path(folder, name).relative_to(place) for folder, _, names in os.walk(place) for name in names)
        for name in sorted(path.as_posix() for path in found):
            try:
                self._rename(f"{WAITING_NAME}/{name}", name)
            except OutputError:
                self.waiting.append(name)

    def forget(self, name: str) -> None:
        """The journal expects it there no longer, if it was accepted."""
        if self._accepted.pop(name, None) is not None:
            self.write_down(Outcome("", name, Status.GONE))

    def _rename(self, old: str, new: str) -> None:
        rename(self.out, old, new)
        if old in self._accepted:
            self._accepted[new] = replace(self._accepted[old], target=new)
            self.write_down(self._accepted[new])
            self.forget(old)

    @cached_property
    def _accepted(self) -> dict[str, Outcome]:
        return {name: one for name, one in self.history.made.items() if one.status is Status.KEPT}

    @cached_property
    def _written(self) -> frozenset[str]:
        sidecars = (name for name in self.history.made if name.endswith(SIDECAR_SUFFIXES))
        return (frozenset(sidecars) - self._accepted.keys()) | self.history.aside.keys()

    @cached_property
    def _shared(self) -> frozenset[str]:
        from lab_colorize.colouring.sidecars import shared_stems

        return shared_stems(one.target for one in self.history.last.values() if one.target is not None)
