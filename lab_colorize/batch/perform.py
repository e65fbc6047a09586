"""One task carried out: the only place where an error becomes a failed outcome, so that one file never stops a batch.

A file in the way of a target may be replaced if a batch wrote it (its hash is in the journal) or with --overwrite.
A batch killed between a target's renaming and its line in the journal leaves a target without a line; it carries its
source's time, so such files are coloured once more beside, and accepted if they are the same byte for byte. So are
those of another worker that was thought lost and came first.

What is asked for here may be carried out on another machine: it is small, complete, and needs no plan.
"""

import os
import secrets
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.copying import copy_whole, foreign, refusal
from lab_colorize.batch.damage import ROTTED, damaged, is_rotted
from lab_colorize.batch.folders import make_folder_for
from lab_colorize.batch.missing_sources import is_absent
from lab_colorize.batch.options import BatchOptions, Recipe
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.plan import Plan
from lab_colorize.batch.task import COPIED, Task
from lab_colorize.colouring.names import compare_path
from lab_colorize.errors import AlreadyInColour, ColorizeError, DiskFull, OutputExists
from lab_colorize.files.hashing import same_contents, sha256_of
from lab_colorize.files.times import same_time
from lab_colorize.files.writing import FULL, TEMPORARY_PREFIX
from lab_colorize.wording import of_it

if TYPE_CHECKING:
    from lab_colorize.colouring.on_disk import Coloured

_VANISHED = "It was there when the batch began: see whether its disk is still mounted, or what moved it."


class Colour(Protocol):
    """Colours one photograph file into another; what it raises is a reason, not an accident."""

    def __call__(self, source: Path, target: Path, *, overwrite: bool) -> "Coloured":
        """Write the target whole or raise one of `errors`."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What all tasks of a batch have in common: from where to where, by what recipe, and what is allowed."""

    boxes: Boxes
    out: Path
    recipe: Recipe
    compare: bool = False
    overwrite: bool = False
    copy_rest: bool = False


def assignment_of(options: BatchOptions, recipe: Recipe) -> Assignment:
    """What a batch asks of all its workers, wherever they are."""
    colorize = options.colorize
    return Assignment(
        options.boxes, options.out, recipe, colorize.compare, colorize.overwrite, copy_rest=options.copy_rest
    )


@dataclass(frozen=True, slots=True)
class Job:
    """A task, and what is known of the files that its result, or its copy, may meet."""

    task: Task
    made: Mapping[str, Outcome] = field(default_factory=dict)  # target -> what the journal tells of it
    before: Outcome | None = None  # what was made of the same photograph


def job_of(plan: Plan, task: Task) -> Job:
    """Take along what the plan knows for this task, and no more."""
    known = {place: plan.made[place] for place in (task.source, task.target) if place in plan.made}
    made, root = known.get(task.target), plan.boxes.root(task.source)
    before = made if made is not None and (made.source, made.folder) == (task.source, root) else None
    return Job(task, known, before)


@dataclass(frozen=True)
class Performer:
    """Carries out the jobs of one batch, with one `colour` that no other thread uses."""

    assignment: Assignment
    colour: Colour
    on_full: Callable[[], None] = lambda: None
    """Told that the disk is full."""

    def perform(self, job: Job) -> Outcome:
        """Carry out one job; whatever happens is an outcome."""
        start = time.perf_counter()
        outcome = self._outcome(job)
        return replace(outcome, seconds=round(time.perf_counter() - start, 3))

    def _outcome(self, job: Job) -> Outcome:
        boxes, source = self.assignment.boxes, job.task.source
        path = boxes.path(source)
        blank = Outcome(source, None, Status.FAILED, folder=boxes.root(source), box=boxes.name(source))
        try:
            blank = _with_stat(blank, path)  # before reading: a later change shows
            if job.before is not None and is_rotted(job.before, path):
                return damaged(source, ROTTED)
            return self._copied(job, blank, COPIED) if job.task.copy_only else self._coloured(job, blank)
        except ColorizeError as error:
            if isinstance(error, DiskFull):
                self.on_full()
            return replace(blank, reason=of_it(path, error.what), remedy=error.remedy, lasting=error.lasting)
        except OSError as error:
            if error.errno in FULL:
                self.on_full()
            remedy = _VANISHED if is_absent(path) else "Check permissions and disk space."
            return replace(blank, reason=f"{error.strerror or error}.", remedy=remedy)
        except MemoryError:
            return replace(blank, reason="Not enough memory.", remedy="Run again with fewer --workers.")
        except Exception as error:  # noqa: BLE001  # a bug must not stop the batch, nor be hidden: it fails, with its trace
            return _bug(blank, error)

    def _coloured(self, job: Job, blank: Outcome) -> Outcome:
        task = job.task
        source, target = self.assignment.boxes.path(task.source), make_folder_for(self.assignment.out, task.target)
        try:
            coloured = self._colour(job, source, target)
        except AlreadyInColour as error:
            return self._left_alone(job, blank, error)
        recipe = task.own_recipe or self.assignment.recipe
        return replace(
            blank,
            target=task.target,
            status=Status.DONE,
            reason="; ".join(coloured.notes),
            source_sha256=coloured.source_sha256,
            target_sha256=coloured.target_sha256,
            target_size=coloured.target.stat().st_size,
            model=recipe.model,
            model_sha256=recipe.model_sha256,
            options=recipe.options,
            width=coloured.width,
            height=coloured.height,
            lightness=coloured.lightness,
            lightness_sha256=coloured.lightness_sha256,
            hints=coloured.hints,
            compared=self.assignment.compare,
        )

    def _colour(self, job: Job, source: Path, target: Path) -> "Coloured":
        if not os.path.lexists(target):
            replaceable = self._companion_replaceable(job, target)
            try:
                return self.colour(source, target, overwrite=replaceable)
            except OutputExists:  # it was not there a moment ago
                if not os.path.lexists(target):
                    raise
        elif self._replaceable(job, target):
            return self.colour(source, target, overwrite=True)
        if not same_time(source.stat().st_mtime_ns, target.lstat().st_mtime_ns):
            raise refusal(target, self._made(job, target))
        return self._accept(job, source, target)

    def _replaceable(self, job: Job, target: Path) -> bool:
        return self.assignment.overwrite or _is_ours(target, self._made(job, target))

    def _companion_replaceable(self, job: Job, target: Path) -> bool:
        """Whether a comparison is left from an earlier result; one beside a target that never was is foreign."""
        companion = self._companion(target)
        if companion is None or not os.path.lexists(companion):
            return False
        made = self._made(job, target)
        if not self.assignment.overwrite and (made is None or made.status is Status.KEPT):
            raise foreign(companion)
        return True

    def _accept(self, job: Job, source: Path, target: Path) -> "Coloured":
        """Colour beside the target and compare; the same bytes are a result that lost its line in the journal."""
        trial = target.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}{target.suffix}")
        beside = self._companion(trial)
        try:
            coloured = self.colour(source, trial, overwrite=False)
            if target.is_symlink() or not same_contents(trial, target):
                raise refusal(target, self._made(job, target))
            if beside is not None and (companion := self._companion(target)) is not None:
                beside.replace(companion)
            return replace(coloured, target=target)
        finally:
            for left in (trial, beside):
                if left is not None:
                    left.unlink(missing_ok=True)

    def _made(self, job: Job, target: Path) -> Outcome | None:
        """What the journal tells of a target."""
        return job.made.get(target.relative_to(self.assignment.out).as_posix())

    def _companion(self, target: Path) -> Path | None:
        """The comparison that is written beside a target, if one is."""
        return compare_path(target) if self.assignment.compare else None

    def _left_alone(self, job: Job, blank: Outcome, error: AlreadyInColour) -> Outcome:
        task = job.task
        recipe, source = task.own_recipe or self.assignment.recipe, self.assignment.boxes.path(task.source)
        blank = replace(blank, model=recipe.model, model_sha256=recipe.model_sha256, options=recipe.options)
        reason = of_it(source, error.what)
        if self.assignment.copy_rest:
            return self._copied(job, blank, f"{reason} Copied as it is.")
        return replace(
            blank, status=Status.SKIPPED, reason=reason, remedy=error.remedy, source_sha256=sha256_of(source)
        )

    def _copied(self, job: Job, blank: Outcome, reason: str) -> Outcome:
        """Copy under the source's own name: nothing changed its format."""
        source = job.task.source
        target = make_folder_for(self.assignment.out, source)
        try:
            overwrite = self._replaceable(job, target)
            copied = copy_whole(self.assignment.boxes.path(source), target, overwrite=overwrite)
        except OutputExists:
            raise refusal(target, self._made(job, target)) from None
        return replace(
            blank,
            target=source,
            status=Status.SKIPPED,
            reason=reason,
            source_sha256=copied,
            target_sha256=copied,
            target_size=target.stat().st_size,
        )


def _with_stat(blank: Outcome, source: Path) -> Outcome:
    status = source.stat()
    return replace(blank, source_size=status.st_size, source_mtime_ns=status.st_mtime_ns)


def _is_ours(target: Path, made: Outcome | None) -> bool:
    """Whether a target still is what a batch wrote: somebody may have retouched it since, and that was accepted.

    An empty file is nobody's work; where a file system has no links, a crash leaves one in the place of a target.
    """
    if target.is_symlink() or not target.is_file() or (made is not None and made.accepted):
        return False
    return target.stat().st_size == 0 or (made is not None and sha256_of(target) == made.target_sha256)


def _bug(blank: Outcome, error: Exception) -> Outcome:
    return replace(
        blank,
        reason=f"An unexpected error, which is a bug: {type(error).__name__}: {error}",
        remedy="Please report it with the traceback that is recorded in the journal.",
        traceback="".join(traceback.format_exception(error)),
        lasting=True,
    )
