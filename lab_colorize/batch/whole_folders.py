"""What is gone for good, and the boxes or folders directly in FOLDER of which nothing at all was found.

A disk that is not mounted looks like a box that was given away. So of such a folder nothing is forgotten while a result
of it is there, nor if it never had one: that somebody deleted its results says that it is gone for good. Of a box that
the batch was not even given, --prune has to say so, too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.batch.journal_check import is_regular_file
from lab_colorize.batch.missing_sources import MissingSources, is_absent, is_folder
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.files.scan import Search, scan
from lab_colorize.photos.contents import is_photograph_inside
from lab_colorize.photos.kinds import PHOTO_SUFFIXES


@dataclass(frozen=True, slots=True)
class EmptyFolder:
    """A box, or a folder directly in FOLDER, without a single photograph: its disk may not be mounted."""

    folder: Path
    name: str  # in OUT
    results: int = 0  # that are kept for that
    expected: int = 0  # photographs that are still expected there, if it has no results
    failed: bool = False  # whether some of these failed, and nobody accepted that


def gone_or_away(missing: MissingSources, seen: Iterable[str]) -> tuple[tuple[Outcome, ...], tuple[EmptyFolder, ...]]:
    """What is gone for good, results included, and the folders that may be away.

    `seen` are names of photographs that were found, or were moved elsewhere.
    """
    empty = dict(_empty(missing.options, missing, seen))
    there = cache(is_folder)
    singly: list[Outcome] = []
    given: dict[str, list[Outcome]] = {name: [] for name in empty}
    others: dict[Path, list[Outcome]] = defaultdict(list)
    for one in missing.outcomes:
        place, first = missing.place(one), first_folder(one.source)
        if missing.is_of_this_batch(one):
            (given[first] if first in empty else singly).append(one)
        elif there(place):
            singly += [one] * (one.target is not None)  # of those without results, a batch of that folder judges
        else:
            others[place].append(one)
    kept = {name: outcomes for name, outcomes in given.items() if not _is_given_up(missing, outcomes, asked=True)}
    away = {place: outcomes for place, outcomes in others.items() if not _is_given_up(missing, outcomes, asked=False)}
    gone = (
        *filter(missing.nothing_left, singly),
        *(one for name in given.keys() - kept.keys() for one in given[name]),
        *(one for place in others.keys() - away.keys() for one in others[place]),
    )
    bare = (place for place, outcomes in away.items() if _had_results(outcomes) and _are_bare(missing, outcomes))
    return tuple(sorted(gone, key=lambda one: one.source)), (
        *(_kept(missing.options, empty[name], name, outcomes) for name, outcomes in kept.items()),
        *(_kept(missing.options, place, away[place][0].box, away[place]) for place in sorted(bare)),
    )


def first_folder(source: str) -> str:
    """The box, or the folder directly in FOLDER, that holds a photograph; empty for those in FOLDER itself."""
    return source.rpartition("/")[0].partition("/")[0]


def _empty(options: BatchOptions, missing: MissingSources, seen: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Folders in which nothing was found, and nothing is: not even what was not chosen."""
    missed = (first_folder(one.source) for one in missing.vanished if missing.is_of_this_batch(one))
    names = {box.name for box in options.boxes.boxes} | set(missed)
    for name in sorted(names - set(map(first_folder, seen)) - {""}):
        box = options.boxes.holding(name)
        folder = Path() if box is None else box.folder if box.name else box.folder / name
        found = scan(Search(folder, options.place, PHOTO_SUFFIXES, is_photograph_inside, output_mark=JOURNAL_NAME))
        if is_absent(folder) or not (found.photographs or found.problems):
            yield name, folder


def _is_given_up(missing: MissingSources, outcomes: Collection[Outcome], *, asked: bool) -> bool:
    """Whether somebody said that a whole folder is gone for good; `asked` is whether the batch was given it."""
    had = _had_results(outcomes)
    said = missing.options.prune or (had and asked)
    return bool(outcomes) and said and (had or not any(map(_failed, outcomes))) and _are_bare(missing, outcomes)


def _are_bare(missing: MissingSources, outcomes: Iterable[Outcome]) -> bool:
    return all(map(missing.nothing_left, outcomes))


def _had_results(outcomes: Iterable[Outcome]) -> bool:
    return any(one.target is not None for one in outcomes)


def _failed(one: Outcome) -> bool:
    return one.status is Status.FAILED and not one.accepted


def _kept(options: BatchOptions, folder: Path, name: str, outcomes: Sequence[Outcome]) -> EmptyFolder:
    results = sum(one.target is not None and is_regular_file(options.out / one.target) for one in outcomes)
    failed = any(map(_failed, outcomes)) and not _had_results(outcomes)
    return EmptyFolder(folder, name, results, 0 if results else len(outcomes), failed)
