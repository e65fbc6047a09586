"""Tasks sorted by what the journal says of them: due, done and still so, or edited by somebody since."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

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

    def without(self, tasks: Collection[Task]) -> "Judged":
        """The same but for some that are due, or edited, which are to be judged again."""
        names = {task.source for task in tasks}
        return Judged(
            tuple(task for task in self.due if task.source not in names),
            self.standing,
            {task: made for task, made in self.edited.items() if task.source not in names},
            {source: why for source, why in self.remade.items() if source not in names},
        )

    def __or__(self, other: "Judged") -> "Judged":
        """Both, in the order of their names."""
        return Judged(
            tuple(sorted((*self.due, *other.due), key=lambda task: task.source)),
            {**self.standing, **other.standing},
            {**self.edited, **other.edited},
            {**self.remade, **other.remade},
        )


def judge(tasks: Iterable[Task], check: JournalCheck) -> Judged:
    """Judge all of them, and tell why if somebody asked to be told."""
    still = {task: check.up_to_date(task) for task in tasks}
    undone = [task for task, before in still.items() if before is None]
    edited = {task: made for task in undone if (made := check.edited(task)) is not None}
    remade = {task.source: why for task in undone if (why := check.outdated(task))}
    for task, before in still.items():
        with about(str(check.options.boxes.path(task.source))):
            why = remade.get(task.source, "not done yet") if before is None else DONE_BEFORE
            tell(EDITED if task in edited else why)
    return Judged(
        tuple(task for task in undone if task not in edited),
        {task: before for task, before in still.items() if before is not None},
        edited,
        remade,
    )
