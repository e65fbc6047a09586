"""What a batch will do, decided before anything is written: which photograph goes where, and which are due.

Reads times and sizes of files (contents with --checksum), decodes nothing and needs of the model only its recipe.
"""

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from glob import escape
from pathlib import Path

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.edited import EDITED, is_edited
from lab_colorize.batch.journal import History
from lab_colorize.batch.missing_sources import MissingSources
from lab_colorize.batch.names import Naming, folded, is_text, name_targets, same_where_case_is_ignored
from lab_colorize.batch.options import BatchOptions, Recipe
from lab_colorize.batch.other_folders import made_of_another, refuse_to_replace
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.colouring.hints import hints_beside
from lab_colorize.errors import HintsRefused
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.scan import Found, ScanProblem
from lab_colorize.why import about, tell

DONE_BEFORE = "done before"
COPIED = "not coloured but copied as it is"
OTHER_RECIPE = "the model or the options changed"
OTHER_HINTS = "its hints changed"
OTHER_PHOTOGRAPH = "the photograph changed"


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be coloured, or to be copied; paths are relative to FOLDER and to OUT."""

    source: str
    target: str
    copy_only: bool = False


@dataclass(frozen=True)
class Plan:
    """All that a batch will do, in this order, and what it need not or cannot do."""

    boxes: Boxes
    out: Path
    recipe: Recipe
    naming: Naming
    due: tuple[Task, ...]
    up_to_date: tuple[Outcome, ...]  # done or skipped by an earlier batch, and still so
    rejected: tuple[Outcome, ...]  # failed before they are tried
    remade: Mapping[str, str] = field(default_factory=dict)  # source -> why it is due again, though it was done
    superseded: Mapping[str, str] = field(default_factory=dict)  # result of another name, left there -> its successor
    written: Mapping[str, str] = field(default_factory=dict)  # target -> SHA-256 of what a batch last wrote there
    not_to_replace: frozenset[str] = frozenset()  # targets that hold work which was accepted
    known_failures: Mapping[str, Outcome] = field(default_factory=dict)  # source -> the failure that was accepted
    no_failures: tuple[Outcome, ...] = ()  # edited results that an earlier version took for failures
    damaged_lines: tuple[int, ...] = ()  # of the journal
    moved: tuple[Outcome, ...] = ()  # in another folder by now: where they are is still to be written down
    gone: tuple[Outcome, ...] = ()  # to be written down as such
    elsewhere: tuple[str, ...] = ()  # other folders of which OUT holds results


def make_plan(options: BatchOptions, found: Found, history: History, recipe: Recipe, naming: Naming) -> Plan:
    """Give each file its target and judge by the journal whether it is due."""
    copied = dict.fromkeys(found.rest, True) if options.copy_rest else {}
    targets = name_targets(found.photographs, naming.suffix_of, reserved=copied) | {name: name for name in copied}
    clashes = _clashes(targets, naming) | (_unstatable(targets) if options.bag is not None else {})
    check = _JournalCheck(options, history, recipe, naming)
    tasks = [Task(source, targets[source], copied.get(source, False)) for source in sorted(targets.keys() - clashes)]
    still = {task: check.up_to_date(task) for task in tasks}
    edited = {task: made for task in tasks if still[task] is None and (made := check.edited(task)) is not None}
    due = tuple(task for task in tasks if still[task] is None and task not in edited)
    remade = {task.source: why for task in (*due, *edited) if (why := check.outdated(task))}
    for task in tasks:
        with about(str(options.boxes.path(task.source))):
            why = remade.get(task.source, "not done yet") if still[task] is None else DONE_BEFORE
            tell(EDITED if task in edited else why)
    up_to_date = {task.source: before for task, before in still.items() if before is not None}
    known = targets.keys() | {problem.source for problem in found.problems}
    missing = MissingSources(
        options, tuple(one for one in history.last.values() if one.source not in known), up_to_date.values()
    )
    if not options.colorize.overwrite:
        refuse_to_replace(options.out, _of_others(options, history, due, missing.left))
    return Plan(
        options.boxes,
        options.out,
        recipe,
        naming,
        due=due,
        up_to_date=(
            *(_up_to_date(before) for before in up_to_date.values()),
            *(replace(made, status=Status.SKIPPED, reason=EDITED, remedy="") for made in edited.values()),
        ),
        rejected=tuple(_failed(problem) for problem in (*found.problems, *clashes.values())),
        remade=remade,
        superseded=_superseded(options.out, targets, history),
        written=history.written,
        not_to_replace=history.not_to_replace,
        known_failures=history.known_failures,
        no_failures=tuple(made for made in edited.values() if history.last.get(made.source) is not made),
        damaged_lines=history.damaged,
        moved=tuple(_moved(options.boxes, (*up_to_date.values(), *missing.moved))),
        gone=tuple(Outcome(one.source, None, Status.GONE, folder=one.folder, box=one.box) for one in missing.gone),
        elsewhere=tuple(sorted(_elsewhere(options.boxes, history, up_to_date))),
    )


def _of_others(
    options: BatchOptions, history: History, due: Iterable[Task], left: Collection[tuple[str | None, str]]
) -> Iterator[Outcome]:
    """Results of photographs in other folders that stand where those of due ones belong; `left` folders moved here."""
    for task in due:
        made = history.made.get(task.target)
        if made is None or (made.folder, made.box) in left or not os.path.lexists(options.out / task.target):
            continue
        if made_of_another(made, options.boxes.path(task.source), options.boxes.root(task.source)):
            yield made


def _moved(boxes: Boxes, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Outcomes whose photographs lie in another folder by now, with that folder."""
    for one in outcomes:
        box = boxes.holding(one.source)
        if box is not None and (one.folder, one.box) != (str(box.root), box.name):
            yield replace(one, folder=str(box.root), box=box.name)


def _elsewhere(boxes: Boxes, history: History, up_to_date: Collection[str]) -> set[str]:
    """Other folders of which OUT holds results."""
    results = (one for one in history.last.values() if one.target is not None and one.source not in up_to_date)
    here = {str(box.root / box.name) for box in boxes.boxes}
    return {str(Path(one.folder, one.box)) for one in results if one.folder is not None} - here


def _clashes(targets: Mapping[str, str], naming: Naming) -> dict[str, ScanProblem]:
    """Find the sources whose results cannot be kept beside those of others."""
    cased = same_where_case_is_ignored(targets, targets) if naming.ignores_case else {}
    clashes = {source: _cased(source, earlier) for source, earlier in cased.items()}
    taken = {folded(target): source for source, target in targets.items()}
    for source in sorted(targets.keys() - clashes):
        companion = naming.companion_of(targets[source])
        if companion is not None and taken.setdefault(folded(companion), source) != source:
            clashes[source] = _compared(source, companion)
    return clashes


def _superseded(out: Path, targets: Mapping[str, str], history: History) -> dict[str, str]:
    """Find earlier results that will stay where they are, because those of now get other names."""
    taken = set(targets.values())
    renamed = {old: targets[one.source] for old, one in history.made.items() if one.source in targets}
    return {old: new for old, new in sorted(renamed.items()) if old not in taken and os.path.lexists(out / old)}


def _unstatable(sources: Iterable[str]) -> dict[str, ScanProblem]:
    """Find the sources whose names no manifest of a bag can hold."""
    reason = "The manifest of a bag cannot hold its name, which is not UTF-8."
    remedies = {source: f"Rename it, or leave it out with --exclude '{_glob(source)}'." for source in sources}
    return {source: ScanProblem(source, reason, remedies[source]) for source in sources if not is_text(source)}


@dataclass(frozen=True)
class _JournalCheck:
    """Whether the journal's last word on a source still holds."""

    options: BatchOptions
    history: History
    recipe: Recipe
    naming: Naming

    def up_to_date(self, task: Task) -> Outcome | None:
        """Give the outcome that still holds, or None if the task is due."""
        before = self.history.last.get(task.source)
        if before is None or before.status is Status.FAILED or not self.target_stands(task, before):
            return None
        if not task.copy_only and not self.same_recipe(before):
            return None
        if not task.copy_only and not self.same_hints(task, before):
            return None
        return before if self.unchanged(task, before) else None

    def edited(self, task: Task) -> Outcome | None:
        """What was made, if somebody worked on it since and nothing tells us to replace that."""
        made = self.history.made.get(task.target)
        if self.options.colorize.overwrite or made is None or made.source != task.source:
            return None
        return made if is_edited(self.options.out / task.target, made) else None

    def outdated(self, task: Task) -> str:
        """Why a task that was done already is due again, if it is not for want of its result."""
        before = self.history.last.get(task.source)
        if before is None or before.status is not Status.DONE or task.copy_only:
            return ""
        if not self.same_recipe(before):
            return OTHER_RECIPE
        if not self.same_hints(task, before):
            return OTHER_HINTS
        return "" if self.unchanged(task, before) else OTHER_PHOTOGRAPH

    def target_stands(self, task: Task, before: Outcome) -> bool:
        """A done one needs its target; a skipped one needs its copy, under its own name, if copies are asked for."""
        if before.status is Status.DONE:
            companion = self.naming.companion_of(task.target)
            beside = companion is None or _is_file(self.options.out / companion)
            return not task.copy_only and before.target == task.target and beside and self.whole(before)
        if self.options.colorize.force and not task.copy_only:
            return False
        return not self.options.copy_rest or (before.target == task.source and self.whole(before))

    def whole(self, before: Outcome) -> bool:
        """Whether what was written still stands as it was: by its size, or by the contents with --checksum."""
        target = self.options.out / (before.target or "")
        if not _is_file(target):
            return False
        try:
            if before.target_size is not None and target.stat().st_size != before.target_size:
                return False
            return not self.options.checksum or before.target_sha256 in {None, sha256_of(target)}
        except OSError:
            return False  # due, and the worker will find out why

    def same_recipe(self, before: Outcome) -> bool:
        return (before.model_sha256, before.options) == (self.recipe.model_sha256, self.recipe.options)

    def same_hints(self, task: Task, before: Outcome) -> bool:
        """Whether the hints beside the photograph are those that its result follows."""
        try:
            return before.hints == str(hints_beside(self.options.boxes.path(task.source)))
        except HintsRefused:
            return False  # due, and the worker will say what is wrong with them

    def unchanged(self, task: Task, before: Outcome) -> bool:
        """As rsync judges: by size and time, or by the contents where --checksum asks for it.

        Also where the result was made in another folder that is still there: two scans may share size and time.
        """
        source, root = self.options.boxes.path(task.source), self.options.boxes.root(task.source)
        elsewhere = before.folder is not None and Path(before.folder, before.box).is_dir()
        if elsewhere and made_of_another(before, source, root):
            return False
        try:
            status = source.stat()
            if status.st_size != before.source_size:
                return False
            if self.options.checksum:
                return before.source_sha256 == sha256_of(source)
        except OSError:
            return False  # due, and the worker will find out why
        return status.st_mtime_ns == before.source_mtime_ns


def _glob(name: str) -> str:
    """A glob that can be typed: where the name is no text it has a ? for each byte."""
    return escape(name).encode("utf-8", "replace").decode()


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _up_to_date(before: Outcome) -> Outcome:
    reason = before.reason if before.target is None else DONE_BEFORE  # coloured, or copied
    return replace(before, status=Status.SKIPPED, reason=reason, remedy="")


def _cased(source: str, earlier: str) -> ScanProblem:
    reason = f"Its name differs from {earlier} only in case or Unicode form, and OUT cannot keep both."
    return ScanProblem(source, reason, "Rename one of them, or choose an --out on a file system that tells them apart.")


def _compared(source: str, companion: str) -> ScanProblem:
    reason = f"Its comparison would be {companion}, which is the result of another photograph."
    return ScanProblem(source, reason, "Colour it alone, or leave --compare out.")


def _failed(problem: ScanProblem) -> Outcome:
    return Outcome(problem.source, None, Status.FAILED, reason=problem.reason, remedy=problem.remedy)
