"""Tasks sorted by what the journal says of them: due, done and still so, edited by somebody since, or damaged."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from lab_colorize.batch.damage import ROTTED, ROTTED_RESULT, damaged
from lab_colorize.batch.edited import EDITED
from lab_colorize.batch.journal_check import JournalCheck
from lab_colorize.batch.outcome import Outcome
from lab_colorize.batch.task import Task
from lab_colorize.why import about, tell

DONE_BEFORE = "done before"


@dataclass(frozen=True)
class Judged:
    """Tasks by what the journal says of them."""

    due: tuple[Task, ...]
    standing: Mapping[Task, Outcome]  # up to date
    edited: Mapping[Task, Outcome]  # somebody worked on the result since
    remade: Mapping[str, str]  # source -> why it is due again, or would be if its result were not edited
    damaged: Mapping[Task, Outcome]  # failures: the photograph rotted, or the result

    def without(self, tasks: Collection[Task]) -> "Judged":
        """The same but for some that do not stand, which are to be judged again."""
        names = {task.source for task in tasks}
        return Judged(
            tuple(task for task in self.due if task.source not in names),
            self.standing,
            {task: made for task, made in self.edited.items() if task.source not in names},
            {source: why for source, why in self.remade.items() if source not in names},
            {task: failed for task, failed in self.damaged.items() if task.source not in names},
        )

    def __or__(self, other: "Judged") -> "Judged":
        """Both, in the order of their names."""
        return Judged(
            tuple(sorted((*self.due, *other.due), key=lambda task: task.source)),
            {**self.standing, **other.standing},
            {**self.edited, **other.edited},
            {**self.remade, **other.remade},
            {**self.damaged, **other.damaged},
        )


def judge(tasks: Iterable[Task], check: JournalCheck) -> Judged:
    """Judge all of them, and tell why if somebody asked to be told."""
    due: list[Task] = []
    standing: dict[Task, Outcome] = {}
    edited: dict[Task, Outcome] = {}
    remade: dict[str, str] = {}
    failed: dict[Task, Outcome] = {}
    for task in tasks:
        photograph = check.photograph(task)
        if photograph.change == ROTTED:
            why = ROTTED
            failed[task] = damaged(task.source, why)
        elif (before := check.up_to_date(task, photograph)) is not None:
            why = DONE_BEFORE
            standing[task] = before
        elif check.result_rotted(task):
            why = ROTTED_RESULT
            failed[task] = damaged(task.source, why)
        else:
            if why := check.outdated(task, photograph):
                remade[task.source] = why
            if (made := check.edited(task, photograph)) is not None:
                why = EDITED
                edited[task] = made
            else:
                due.append(task)
        with about(str(check.options.boxes.path(task.source))):
            tell(why or "not done yet")
    return Judged(tuple(due), standing, edited, remade, failed)
