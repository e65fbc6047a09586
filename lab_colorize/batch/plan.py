"""What a batch will do, decided before anything is written: which photograph goes where, and which are due.

Reads times and sizes of files (contents with --checksum), decodes nothing and needs of the model only its recipe.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.clashes import clashing, unfit_for_a_bag
from lab_colorize.batch.edited import EDITED, is_edited
from lab_colorize.batch.journal import History
from lab_colorize.batch.journal_check import JournalCheck
from lab_colorize.batch.judging import DONE_BEFORE, Judged, judge
from lab_colorize.batch.missing_sources import MissingSources, is_folder
from lab_colorize.batch.moved_folders import at_new_places, renamed_with_others
from lab_colorize.batch.moved_photographs import Move, find_moves, history_after, renamed_over, still_at
from lab_colorize.batch.names import Naming, name_targets
from lab_colorize.batch.options import BatchOptions, OwnRecipes, Recipe
from lab_colorize.batch.other_folders import made_of_another, refuse_to_mix, refuse_to_replace
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.pruning import bereft, left_behind
from lab_colorize.batch.settings import LEFT_ALONE
from lab_colorize.batch.task import Task
from lab_colorize.batch.whole_folders import EmptyFolder, gone_or_away
from lab_colorize.files.scan import Found, ScanProblem


@dataclass(frozen=True)
class Plan:
    """All that a batch will do, in this order, and what it need not or cannot do."""

    boxes: Boxes
    out: Path
    recipe: Recipe
    naming: Naming
    due: tuple[Task, ...]
    up_to_date: tuple[Outcome, ...]  # done or skipped by an earlier batch, and still so
    left_alone: tuple[Outcome, ...]  # of these, what the settings say since; to be written down
    rejected: tuple[Outcome, ...]  # failed before they are tried
    remade: Mapping[str, str] = field(default_factory=dict)  # source -> why it is due again, though it was done
    superseded: Mapping[str, str] = field(default_factory=dict)  # result of another name, left there -> its successor
    made: Mapping[str, Outcome] = field(default_factory=dict)  # target -> what was last written or accepted there
    known_failures: Mapping[str, Outcome] = field(default_factory=dict)  # source -> the failure that was accepted
    damaged_lines: tuple[int, ...] = ()  # of the journal
    moves: tuple[Move, ...] = ()  # results to be moved first, as their photographs were
    farewells: tuple[Outcome, ...] = ()  # to be written down with them: what has no result and was moved likewise
    confirmed: tuple[Outcome, ...] = ()  # still so, though the journal has another FOLDER, or time, or a failure
    gone: tuple[Outcome, ...] = ()  # to be written down as such
    left_behind: tuple[Outcome, ...] = ()  # results whose photographs are gone: what --prune puts aside
    ousted: tuple[Outcome, ...] = ()  # the same, where results that are moved belong by now: set aside in any case
    worked_on: frozenset[str] = frozenset()  # targets of these, and of those superseded, that somebody edited
    edits_replaced: frozenset[str] = frozenset()  # targets of what is due that somebody edited, and --overwrite takes
    empty: tuple[EmptyFolder, ...] = ()  # boxes and folders that may be disks which are not mounted
    idle_settings: tuple[str, ...] = ()  # globs that match no photograph
    elsewhere: tuple[str, ...] = ()  # other folders of which OUT holds results

    @cached_property
    def written(self) -> frozenset[str]:
        """Targets that a batch wrote; what was accepted as foreign, none did."""
        return frozenset(target for target, one in self.made.items() if one.status is not Status.KEPT)


def make_plan(options: BatchOptions, found: Found, history: History, recipe: Recipe, naming: Naming) -> Plan:
    """Give each file its target and judge by the journal whether it is due."""
    told, history = history, at_new_places(options.boxes, history)
    tasks, clashes = _tasks(options, found, history, naming)
    known = [task for task in tasks if _is_known(task, history)]
    new = [task for task in tasks if not _is_known(task, history)]
    judged = judge(known, JournalCheck(options, history, recipe, naming))
    missing = _missing(options, found, history)
    over = dict(renamed_over(options, history, (*judged.due, *judged.edited, *judged.damaged, *new)))
    new = list(dict.fromkeys((*new, *over)))
    leaving = {one.target or "" for one in over.values()}
    moves = find_moves(options, history, (*missing.vanished, *over.values()), leaving, new)
    ousted = tuple(_ousted(over.values(), moves))
    judged = judged.without(over)
    missing = missing.without({move.before.source for move in moves})
    history = history_after(history, moves)
    still = still_at(moves, options.out, naming)
    judged |= judge(new, JournalCheck(options, history, recipe, naming, still))
    if not options.colorize.overwrite:
        refuse_to_replace(options.out, options.boxes, _of_others(options, history, judged.due))
        recognised = {task.source for task in judged.standing} | {one.after.source for one in moves if _came_along(one)}
        for box in options.boxes.boxes:
            refuse_to_mix(options.out, box, history.last.values(), recognised)
    left_alone = tuple(_outcomes_left_alone(options, found))
    without = bereft(options, missing)
    left = tuple(left_behind(without, tasks, moves))
    due = (task.target for task in judged.due if options.colorize.overwrite)
    replaced = [history.made[target] for target in due if target in history.made]
    superseded = _superseded(options.out, tasks, history)
    rejected = (*map(_failed, (*found.problems, *clashes.values())), *judged.damaged.values())
    seen = (*found.photographs, *(task.source for task in tasks), *(move.before.source for move in moves))
    farewells = tuple(renamed_with_others(missing, found, moves))
    gone, empty = gone_or_away(missing.without({one.source for one in farewells}), seen)
    return Plan(
        options.boxes,
        options.out,
        recipe,
        naming,
        due=judged.due,
        up_to_date=(*_up_to_date(judged), *left_alone),
        left_alone=tuple(one for one in left_alone if history.last.get(one.source) != one),
        rejected=tuple(sorted(rejected, key=lambda one: one.source)),
        remade=judged.remade,
        superseded=superseded,
        made=history.made,
        known_failures=history.known_failures,
        damaged_lines=history.damaged,
        moves=moves,
        farewells=farewells,
        confirmed=tuple(_confirmed(history_after(told, moves), history, judged)),
        gone=tuple(Outcome(one.source, None, Status.GONE, folder=one.folder, box=one.box) for one in gone),
        left_behind=left,
        ousted=ousted,
        worked_on=frozenset(_edited(options.out, (*left, *ousted, *(history.made[old] for old in superseded)))),
        edits_replaced=frozenset(_edited(options.out, replaced, still)),
        empty=empty,
        idle_settings=tuple(options.settings.unmatched(found.photographs)) if not options.include else (),
        elsewhere=tuple(_elsewhere(options.boxes, history, {task.source for task in judged.standing})),
    )


def _missing(options: BatchOptions, found: Found, history: History) -> MissingSources:
    """What the journal tells of and nothing was found of."""
    copied = found.rest if options.copy_rest else ()
    there = {*found.photographs, *copied, *(problem.source for problem in found.problems)}
    absent = tuple(one for one in history.last.values() if one.source not in there)
    return MissingSources(options, absent)


def _ousted(over: Iterable[Outcome], moves: Collection[Move]) -> Iterator[Outcome]:
    """Results of photographs that are gone, at names to which those of others move."""
    moved, taken = {move.before.source for move in moves}, {move.targets[1] for move in moves}
    return (one for one in over if one.source not in moved and one.target in taken)


def _edited(out: Path, made: Iterable[Outcome], still: Mapping[str, str] | None = None) -> Iterator[str]:
    """Targets of some outcomes that somebody edited; `still` tells where those are that are to be moved."""
    for one in made:
        if one.target and is_edited(out / (still or {}).get(one.target, one.target), one):
            yield one.target


def _is_known(task: Task, history: History) -> bool:
    """Whether the journal tells of a photograph under its name of now, and of more than a failure."""
    return task.source in history.last and history.last[task.source].status is not Status.FAILED


def _tasks(
    options: BatchOptions, found: Found, history: History, naming: Naming
) -> tuple[list[Task], dict[str, ScanProblem]]:
    """What there is to do if nothing is done yet, in order, and the sources whose names stand in the way of it."""
    left = set(_left_alone(options, found))
    copied = {*found.rest, *left} if options.copy_rest else set()
    photographs = [name for name in found.photographs if name not in left]
    settled = {one.source: one.target for one in history.last.values() if one.target and one.status is Status.DONE}
    targets = name_targets(photographs, naming.suffix_of, copied, settled) | {name: name for name in copied}
    clashes = clashing(targets, naming) | (unfit_for_a_bag(targets) if options.bag is not None else {})
    recipes = OwnRecipes(options)
    sources = sorted(targets.keys() - clashes)
    return [
        Task(one, targets[one], one in copied, None if one in copied else recipes.of(one)) for one in sources
    ], clashes


def _left_alone(options: BatchOptions, found: Found) -> list[str]:
    """Photographs that the settings want to be left as they are."""
    return [name for name in found.photographs if options.settings.of(name).skip]


def _outcomes_left_alone(options: BatchOptions, found: Found) -> Iterator[Outcome]:
    """What becomes of them, unless they are copied."""
    for name in () if options.copy_rest else _left_alone(options, found):
        boxes = options.boxes
        yield Outcome(name, None, Status.SKIPPED, LEFT_ALONE, folder=boxes.root(name), box=boxes.name(name))


def _came_along(move: Move) -> bool:
    """Whether the folder is no more that a photograph was in: it was moved as a whole."""
    return not is_folder(Path(move.before.folder or "", move.before.box))


def _of_others(options: BatchOptions, history: History, due: Iterable[Task]) -> Iterator[Outcome]:
    """Results of photographs in other folders that stand where those of due ones belong."""
    for task in due:
        made = history.made.get(task.target)
        if made is None or not os.path.lexists(options.out / task.target):
            continue
        if made_of_another(made, options.boxes.path(task.source), options.boxes.root(task.source)):
            yield made


def _confirmed(told: History, history: History, judged: Judged) -> Iterator[Outcome]:
    """What holds otherwise than the journal tells: in the folder where it is found now, and at its time of now.

    The last word on a photograph comes last.
    """
    for target, one in history.made.items():
        last = history.last.get(one.source)  # none of what is gone, and stays so
        if last is not None and last is not one and _differs(one, told.made.get(target)):
            yield one
    found = {one.source: one for one in (*judged.standing.values(), *judged.edited.values())}
    for source, one in (history.last | found).items():
        if _differs(one, told.last.get(source)):
            yield one


def _differs(one: Outcome, other: Outcome | None) -> bool:
    return one is not other and one != other


def _elsewhere(boxes: Boxes, history: History, up_to_date: Collection[str]) -> Iterator[str]:
    """Other folders whose results lie where those of these do."""
    results = (one for one in history.last.values() if one.target is not None and one.source not in up_to_date)
    mixed = {(one.folder, one.box) for one in results if boxes.holding(one.source) is not None}
    known = [box.root / box.name for box in boxes.boxes]
    for place in sorted(Path(folder, box) for folder, box in mixed if folder is not None):
        if not any(map(place.is_relative_to, known)):
            known.append(place)
            yield str(place)


def _superseded(out: Path, tasks: Iterable[Task], history: History) -> dict[str, str]:
    """Find earlier results that will stay where they are, because those of now get other names."""
    targets = {task.source: task.target for task in tasks}
    taken = set(targets.values())
    renamed = {old: targets[one.source] for old, one in history.made.items() if one.source in targets}
    return {old: new for old, new in sorted(renamed.items()) if old not in taken and os.path.lexists(out / old)}


def _up_to_date(judged: Judged) -> Iterator[Outcome]:
    """What nothing is done about, and why."""
    for before in judged.standing.values():
        reason = before.reason if before.target is None else DONE_BEFORE  # coloured, or copied
        yield replace(before, status=Status.SKIPPED, reason=reason, remedy="")
    for made in judged.edited.values():
        yield replace(made, status=Status.SKIPPED, reason=EDITED, remedy="")


def _failed(problem: ScanProblem) -> Outcome:
    return Outcome(problem.source, None, Status.FAILED, problem.reason, problem.remedy, lasting=problem.lasting)
