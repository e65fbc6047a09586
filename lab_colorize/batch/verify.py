"""Whether all still is as the journal tells: results and sources by their hashes, and what else lies in OUT.

Reads and never writes, so it works where nothing can be written.
"""

import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from lab_colorize.batch.bag_verify import bag_findings
from lab_colorize.batch.boxes import Box
from lab_colorize.batch.damage import ROTTED
from lab_colorize.batch.finding import Finding, Kind, State
from lab_colorize.batch.journal import JOURNAL_NAME, History, check_unused, read_journal
from lab_colorize.batch.lightness_proof import holds_lightness
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.untracked import untracked
from lab_colorize.colouring.options import COPIED
from lab_colorize.errors import NothingToDo
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.reach import check_opens
from lab_colorize.files.scan import Search, scan
from lab_colorize.files.times import same_time
from lab_colorize.photos.contents import is_photograph_inside
from lab_colorize.photos.kinds import PHOTO_SUFFIXES
from lab_colorize.wording import number_of
from lab_colorize.workers import WorkerPool

_NOT_ITS_LIGHTNESS = (
    "Its coded lightness is not that of its photograph, whatever the journal says: delete it and run the batch again."
)
OWN_IS_GONE = "A file of your own that was accepted; --accept no longer expects it."


@dataclass(frozen=True, slots=True)
class Check:
    """A file, and what the journal says it must be."""

    kind: Kind
    path: str
    place: Path
    sha256: str | None
    size: int | None = None
    time_ns: int | None = None
    stale: bool = False
    made_of: tuple[Path, str | None] | None = None
    """Of a result: its photograph and the hash of it, if it is asked about."""
    own: bool = False
    """Of a result: whether it is a file of somebody's own that was accepted."""
    copied: bool = False
    """Of a result: whether the journal says that the coded lightness was copied."""
    known: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Of a source: all of them by their hashes, to recognise one that has the name of another."""


@dataclass(frozen=True)
class Account:
    """Everything in the journal that has a hash, and what else it tells."""

    out: Path
    history: History
    checks: tuple[Check, ...]
    boxes: frozenset[Box] | None
    """Where the sources are; None if they are not asked about."""
    bag: Path | None = None
    """The bag whose payload OUT is, if it is one."""
    away: tuple[Finding, ...] = ()
    """Folders of photographs that are not there, while others are."""

    @cached_property
    def sources(self) -> dict[str, Check]:
        """What is checked of the sources, by their names."""
        return {check.path: check for check in self.checks if check.kind is Kind.SOURCE}

    @property
    def journal(self) -> Path:
        """The file that all this is told by."""
        return self.out / JOURNAL_NAME

    def findings(self, *, quick: bool, workers: int, on_step: Callable[[bool], None]) -> list[Finding]:
        """Look at every file, `workers` at a time; `on_step` hears after each check whether all was well."""
        found = [*self.away, *self._undone(), *untracked(self.out, self._results())]
        if self.bag is not None:
            found += bag_findings(self.bag, self.history, quick=quick)
        if self.checks:
            look = partial(finding, quick=quick)
            for one in WorkerPool(self.checks, lambda: look, min(workers, len(self.checks))).results():
                found.append(one)
                on_step(not one.lost)
        return sorted(found, key=lambda one: (list(State).index(one.state), one.kind, one.path))

    def _undone(self) -> Iterator[Finding]:
        """Photographs that failed, by the journal's last word, and those that it knows nothing of."""
        if self.boxes is None:
            return
        for outcome in self.history.last.values():
            if outcome.status is Status.FAILED:
                state = State.ACCEPTED if outcome.accepted else State.FAILED
                yield Finding(Kind.SOURCE, outcome.source, state, outcome.reason)
        for box in sorted(self.boxes, key=lambda box: box.folder):
            place = self.bag or self.out
            search = Search(box.folder, place, PHOTO_SUFFIXES, is_photograph_inside, output_mark=JOURNAL_NAME)
            for source in map(box.source, scan(search).photographs):
                if source not in self.history.last:
                    yield Finding(Kind.SOURCE, source, State.WAITING, "No batch has reached it, or it was not chosen.")

    def _results(self) -> set[str]:
        return {check.path for check in self.checks if check.kind is Kind.RESULT}


def account_of(out: Path, *, sources: bool = True, folder: Path | None = None, bag: Path | None = None) -> Account:
    """Read the journal of OUT; `folder` is where the sources are now, if they were moved."""
    check_opens(out)
    if not (out / JOURNAL_NAME).is_file():
        raise NothingToDo(f"No journal in {out}: no batch wrote there.", remedy="Give the folder that was its --out.")
    check_unused(out)
    history = read_journal(out)
    if history.is_blank and not history.damaged:
        raise NothingToDo(
            f"The journal in {out} is empty: a batch began there and came to no photograph.",
            remedy="Run the same batch again.",
        )
    places = _places(history, folder) if sources else {}
    away = _away(out, places)
    places = {source: box for source, box in places.items() if box not in away}
    checks = (*_results(out, history, places), *_sources(history, places))
    boxes = frozenset(places.values()) if sources else None
    return Account(out, history, checks, boxes, bag, tuple(away.values()))


def _results(out: Path, history: History, places: Mapping[str, Box]) -> Iterator[Check]:
    """Results that stand, and those of earlier batches that are still there."""
    standing = {outcome.target: outcome for outcome in history.last.values() if outcome.target is not None}
    earlier = {target: one for target, one in history.made.items() if target not in standing}
    there = {
        target: one for target, one in earlier.items() if one.status is Status.KEPT or os.path.lexists(out / target)
    }
    for target, outcome in (standing | there).items():
        sha256, size = outcome.target_sha256, outcome.target_size
        yield Check(
            Kind.RESULT,
            target,
            out / target,
            sha256,
            size,
            outcome.target_time,
            stale=target in there and not _still_holds(outcome, history),
            made_of=None if target in there else _made_of(outcome, places),
            own=outcome.status is Status.KEPT,
            copied=outcome.lightness == COPIED,
        )


def _still_holds(made: Outcome, history: History) -> bool:
    """Whether it is all there is of a photograph that failed since, or was copied by --copy-rest and left out since."""
    last = history.last.get(made.source)
    failed_since = last is not None and last.status is Status.FAILED
    return (
        failed_since
        or made.status is Status.KEPT
        or (
            made.status is Status.SKIPPED
            and last is not None
            and (last.status, last.target) == (Status.SKIPPED, None)
            and last.source_sha256 in {None, made.source_sha256}
        )
    )


def _made_of(outcome: Outcome, places: Mapping[str, Box]) -> tuple[Path, str | None] | None:
    """Where the photograph is that a result was coloured from."""
    edited = outcome.accepted and outcome.lightness_sha256 is None
    if outcome.status is not Status.DONE or edited or outcome.source not in places:
        return None
    return places[outcome.source].path(outcome.source), outcome.source_sha256


def _places(history: History, folder: Path | None) -> dict[str, Box]:
    """The folder of each source whose hash is recorded in the journal."""
    known = (outcome for outcome in history.last.values() if outcome.source_sha256 is not None)
    return {outcome.source: _box(folder or _folder(outcome), outcome) for outcome in known}


def _away(out: Path, places: Mapping[str, Box]) -> dict[Box, Finding]:
    """What is to be said of folders that are not there: an unmounted disk is no loss of thousands of files.

    One folder at least must be there.
    """
    photographs = Counter(places.values())
    absent = {box: why for box in photographs if (why := _absence(box.folder))}
    ways = {box: _given_away(out, box, photographs) for box in absent}
    if absent and len(absent) == len(photographs):
        first, why = next(iter(absent.items()))
        raise NothingToDo(
            f"The folder of the photographs is not there: {why}",
            remedy=f"Give --source FOLDER if it was moved, or --results-only.{ways[first]}",
        )
    what_to_do = "mount its disk, or say with --source where all of them are now."
    return {
        box: Finding(
            Kind.SOURCE,
            f"{box.name or '.'}/",
            State.AWAY,
            f"{why} {number_of(photographs[box], 'photograph')} not checked: {what_to_do}{ways[box]}",
        )
        for box, why in absent.items()
    }


def _absence(folder: Path) -> str:
    """Why a folder cannot be looked into; empty if it can."""
    try:
        check_opens(folder)
    except NothingToDo as problem:
        return problem.what
    except NotADirectoryError:
        return f"{folder} is a file."
    return ""


def _given_away(out: Path, box: Box, boxes: Iterable[Box]) -> str:
    """What to do about a box that is not there and will not be again, if it is one of several."""
    if not box.name or not any(other != box for other in boxes):
        return ""
    results = out / box.name
    delete = f"delete {results} and " if os.path.lexists(results) else ""
    return f" If it is gone for good, {delete}run the batch of the other folders once with --prune."


def _sources(history: History, places: Mapping[str, Box]) -> Iterator[Check]:
    known = {history.last[source].source_sha256 or "": source for source in places}
    for source, box in places.items():
        outcome = history.last[source]
        sha256, size = outcome.source_sha256, outcome.source_size
        yield Check(Kind.SOURCE, source, box.path(source), sha256, size, outcome.source_mtime_ns, known=known)


def _box(folder: Path, outcome: Outcome) -> Box:
    return Box(folder / outcome.box, outcome.box)


def _folder(outcome: Outcome) -> Path:
    if outcome.folder is None:
        raise NothingToDo(
            "The journal does not say where the photographs are: an earlier version wrote it.",
            remedy="Give --source FOLDER, or --results-only.",
        )
    return Path(outcome.folder)


def finding(check: Check, *, quick: bool) -> Finding:
    """Look at one file: at all its bytes, or at its size and time alone if `quick`."""
    try:
        state, reason = _judged(check, quick=quick)
        kept = None if quick or state is not State.WHOLE else _holds_lightness(check)
    except (FileNotFoundError, NotADirectoryError):
        return Finding(check.kind, check.path, State.MISSING, OWN_IS_GONE if check.own else "")
    except OSError as error:
        return Finding(check.kind, check.path, State.UNREADABLE, f"{error.strerror or error}.")
    if kept is False:
        return Finding(check.kind, check.path, State.CHANGED, _NOT_ITS_LIGHTNESS)
    return Finding(check.kind, check.path, state, reason, lightness_kept=bool(kept))


def _holds_lightness(check: Check) -> bool | None:
    """Hold a result against its photograph: hashes in the journal can be forged."""
    if check.made_of is None:
        return None
    source, source_sha256 = check.made_of
    return holds_lightness(check.place, source, source_sha256, claimed=check.copied)


def _judged(check: Check, *, quick: bool) -> tuple[State, str]:
    if check.kind is Kind.RESULT and check.place.is_symlink():
        return State.CHANGED, "It is a link now."
    status = check.place.stat()
    if not stat.S_ISREG(status.st_mode):
        return State.CHANGED, "It is no longer a file."
    if check.sha256 is None:
        return State.UNCHECKED, "The journal records no hash of it."
    same_age = check.time_ns is None or same_time(status.st_mtime_ns, check.time_ns)
    same_shape = same_age and check.size in {None, status.st_size}
    found = check.sha256 if quick else sha256_of(check.place)
    if found != check.sha256 and found in check.known:
        return State.CHANGED, f"Its contents are those that {check.known[found]} had: renamed, or copied."
    if not (same_shape if quick else found == check.sha256):
        edited = check.kind is Kind.RESULT and not same_shape
        only_time = quick and check.size == status.st_size
        return State.EDITED if edited else State.CHANGED, _why(status, rotted=same_shape, only_time=only_time)
    return (State.STALE, "Its photograph has another result now, or needs none.") if check.stale else (State.WHOLE, "")


def _why(status: os.stat_result, *, rotted: bool, only_time: bool) -> str:
    """Tell what was edited from what has rotted: editing gives a file a new time, and mostly a new size."""
    if rotted:
        return ROTTED
    saved = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.st_mtime_ns / 1e9))
    if only_time:
        return f"Saved on {saved}, at its old size: without --quick, its contents are compared."
    return f"Saved on {saved}: edited or replaced."
