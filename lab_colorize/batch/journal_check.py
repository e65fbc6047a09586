"""Whether the journal's last word on a photograph still holds: its result, its recipe, its hints and its contents.

Judges one file at a time and knows nothing of the others; `plan` asks.
"""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab_colorize.batch.damage import ROTTED, is_rotted
from lab_colorize.batch.edited import is_edited
from lab_colorize.batch.journal import History
from lab_colorize.batch.missing_sources import is_folder
from lab_colorize.batch.names import Naming
from lab_colorize.batch.options import BatchOptions, Recipe
from lab_colorize.batch.other_folders import made_of_another
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.task import Task
from lab_colorize.errors import HintsRefused
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.times import same_time

OTHER_RECIPE = "the model or the options changed"
OTHER_HINTS = "the hints changed"
NO_COMPARISON = "the comparison was missing"
OTHER_PHOTOGRAPH = "the photograph changed"


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph beside what the journal tells of it."""

    outcome: Outcome | None = None  # with the time that the photograph has now, if its contents are the same
    change: str = ""  # what became of it since


@dataclass(frozen=True)
class JournalCheck:
    """Whether the journal's last word on a source still holds."""

    options: BatchOptions
    history: History
    recipe: Recipe
    naming: Naming
    still_at: Mapping[str, str] = field(default_factory=dict)  # target -> where its result is until it is moved

    def up_to_date(self, task: Task, photograph: Photograph) -> Outcome | None:
        """Give the outcome that still holds, or None if the task is due."""
        before = self.history.last.get(task.source)
        if before is None or before.status is Status.FAILED or photograph.change:
            return None
        if not self.target_stands(task, before):
            return None
        if not task.copy_only and not self.same_recipe(task, before):
            return None
        if not task.copy_only and not self.same_hints(task, before):
            return None
        return photograph.outcome and self.at_its_time(photograph.outcome)

    def at_its_time(self, standing: Outcome) -> Outcome:
        """With the time that the result has now: the output may have been copied without times."""
        with suppress(OSError):
            if standing.target is not None:
                now = self.place(standing.target).stat().st_mtime_ns
                return standing if _as_old(standing, now) else replace(standing, target_mtime_ns=now)
        return standing

    def edited(self, task: Task, photograph: Photograph) -> Outcome | None:
        """What was made, if somebody worked on it since and nothing tells us to replace that."""
        made = self.made(task)
        if self.options.colorize.overwrite or made is None or not is_edited(self.place(task.target), made):
            return None
        return photograph.outcome if made is self.before(task) else made

    def result_rotted(self, task: Task) -> bool:
        """Whether what was made looks untouched and has other contents; read with --checksum alone."""
        made, target = self.made(task), self.place(task.target)
        if not self.options.checksum or self.options.colorize.overwrite or made is None or not is_regular_file(target):
            return False
        try:
            same_size = target.stat().st_size == made.target_size
            return same_size and not is_edited(target, made) and sha256_of(target) != made.target_sha256
        except OSError:
            return False  # due, and the worker will find out why

    def outdated(self, task: Task, photograph: Photograph) -> str:
        """Why a task that was done already is due again, if it is not for want of its result."""
        before = self.history.last.get(task.source)
        if before is None or before.status is not Status.DONE or task.copy_only:
            return ""
        if not self.same_recipe(task, before):
            return OTHER_RECIPE
        if not self.same_hints(task, before):
            return OTHER_HINTS
        if photograph.change:
            return photograph.change
        there = is_regular_file(self.place(task.target))
        return NO_COMPARISON if there and not self.compared(task, before) else ""

    def made(self, task: Task) -> Outcome | None:
        """What was last written for a task under the name of now."""
        made = self.history.made.get(task.target)
        return made if made is not None and made.source == task.source else None

    def before(self, task: Task) -> Outcome | None:
        """What the journal tells of the contents of a photograph: its last word, unless that is a failure."""
        last = self.history.last.get(task.source)
        return self.made(task) if last is None or last.status is Status.FAILED else last

    def target_stands(self, task: Task, before: Outcome) -> bool:
        """A done one needs its target; a skipped one needs its copy, under its own name, if copies are asked for.

        A sidecar that was carried along is no copy.
        """
        if before.status is Status.DONE:
            same_name = not task.copy_only and before.target == task.target
            return same_name and self.compared(task, before) and self.whole(before)
        if self.options.colorize_of(task.source).force and not task.copy_only:
            return False
        if not self.options.copy_rest:
            return True
        same = before.accepted or before.target_sha256 == before.source_sha256
        return bool(same) and before.target == task.source and self.whole(before)

    def compared(self, task: Task, before: Outcome) -> bool:
        """Whether the comparison that is asked for is there and was written with the result."""
        companion = self.naming.companion_of(task.target)
        return companion is None or (before.compared and is_regular_file(self.place(companion)))

    def whole(self, before: Outcome) -> bool:
        """Whether what was written still stands as it was: by its size and time, or else by its contents."""
        target = self.place(before.target or "")
        if not is_regular_file(target):
            return False
        try:
            status = target.stat()
            if before.target_size not in {None, status.st_size}:
                return False
            same_age = before.target_size is None or _as_old(before, status.st_mtime_ns)
            return (same_age and not self.options.checksum) or before.target_sha256 in {None, sha256_of(target)}
        except OSError:
            return False  # due, and the worker will find out why

    def place(self, target: str) -> Path:
        """Where a result, or the comparison beside it, is now."""
        return self.options.out / self.still_at.get(target, target)

    def same_recipe(self, task: Task, before: Outcome) -> bool:
        """Whether the result was made with the model and the options of now."""
        recipe = task.own_recipe or self.recipe
        return (before.model_sha256, before.options) == (recipe.model_sha256, recipe.options)

    def same_hints(self, task: Task, before: Outcome) -> bool:
        """Whether the hints for the photograph are those that its result follows."""
        try:
            return before.hints == str(self.options.hints_of(task.source))
        except HintsRefused:
            return False  # due, and the worker will say what is wrong with them

    def photograph(self, task: Task) -> Photograph:
        """Hold it against the journal: its size and time, and the contents where times differ or --checksum is given.

        Also where the result was made in another folder that is still there: two scans may share size and time.
        """
        before, source = self.before(task), self.options.boxes.path(task.source)
        if before is None:
            return Photograph()
        elsewhere = before.folder is not None and is_folder(Path(before.folder, before.box))
        if elsewhere and made_of_another(before, source, self.options.boxes.root(task.source)):
            return Photograph(before, OTHER_PHOTOGRAPH)
        with suppress(OSError):
            status = source.stat()
            same_size = status.st_size == before.source_size
            if same_size and status.st_mtime_ns == before.source_mtime_ns and not self.options.checksum:
                return Photograph(before)
            if same_size and before.source_sha256 == sha256_of(source):
                return Photograph(before.saved_at(status.st_mtime_ns))
        return Photograph(before, ROTTED if is_rotted(before, source) else OTHER_PHOTOGRAPH)


def _as_old(made: Outcome, mtime_ns: int) -> bool:
    return made.target_time is None or same_time(made.target_time, mtime_ns)


def is_regular_file(path: Path) -> bool:
    """Whether a file itself is there, and no link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
