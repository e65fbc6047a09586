"""A batch from start to end: looks, plans, takes the lock, lets the crew work, writes each outcome down.

Prints nothing and knows no signals: whoever runs it iterates over outcomes and may call `stop`.
"""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lab_colorize.batch.bag import check_names, names_to_be
from lab_colorize.batch.choice import Choice
from lab_colorize.batch.crew import Crew
from lab_colorize.batch.find import Found, Search, find
from lab_colorize.batch.folders import check_folders, clear_folder, clear_temporaries, ignores_case
from lab_colorize.batch.journal import Journal, read_journal
from lab_colorize.batch.names import Naming
from lab_colorize.batch.options import BatchOptions, Recipe, recipe_of
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.perform import Colour, Performer
from lab_colorize.batch.plan import Plan, Task, make_plan
from lab_colorize.batch.words import number_of
from lab_colorize.errors import NothingToDo

if TYPE_CHECKING:
    from lab_colorize.colorizer import Coloured
    from lab_colorize.models import Model

_ROOM_REMEDY = "Make room or set its permissions right, and run the batch again: nothing is lost."


@dataclass(frozen=True)
class Studio:
    """By what recipe photographs are coloured, and how each worker gets its own `colour`: all that tests replace."""

    recipe: Recipe
    equip: Callable[[], Colour]


class Batch:
    """A planned batch that holds the lock on OUT; iterate over it once to carry it out."""

    def __init__(self, options: BatchOptions, studio: Studio) -> None:
        self.options = options
        self.found = look(options)
        self._studio = studio
        with ExitStack() as stack:
            self._journal = stack.enter_context(Journal(options.out))
            clear_temporaries(options.place)
            self.plan = plan_batch(options, self.found, studio.recipe)
            self._held = stack.pop_all()
        self._crew = Crew(self.plan.due, self._equip, max(1, min(options.workers, len(self.plan.due))))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def __iter__(self) -> Generator[Outcome]:
        """Carry out the plan; give outcomes as they come: what was settled before, what is hopeless, what is due.

        Closed early, it waits for what is in hand.
        """
        for outcome in (*self.plan.moved, *self.plan.gone):
            self._written_down(outcome)
        yield from self.plan.settled
        for outcome in self.plan.hopeless:
            yield self._written_down(outcome)
        if self.plan.due:
            yield from self._crew.results()

    def stop(self) -> None:
        """Begin no further photograph; the iteration ends with those in hand."""
        self._crew.stop()

    def abandon(self) -> None:
        """Remove the temporary files of what is in hand: the program is about to end without waiting for it."""
        for task in self._crew.in_hand():
            clear_folder((self.options.out / task.target).parent)

    def _equip(self) -> Callable[[Task], Outcome]:
        copies_only = all(task.copy_only for task in self.plan.due)
        colour = _colours_nothing if copies_only else self._studio.equip()
        performer = Performer(
            self.plan, colour, overwrite=self.options.colorize.overwrite, copy_rest=self.options.copy_rest
        )
        return lambda task: self._written_down(performer.perform(task))

    def _written_down(self, outcome: Outcome) -> Outcome:
        """A result without its line in the journal is no success: the next batch could not know of it."""
        try:
            self._journal.append(outcome)
        except OSError as error:
            if outcome.status is not Status.FAILED:
                reason = f"The journal cannot be written: {error.strerror or error}."
                return replace(outcome, status=Status.FAILED, reason=reason, remedy=_ROOM_REMEDY)
        return outcome


def look(options: BatchOptions) -> Found:
    """Look through FOLDER; NothingToDo if nothing in it could be worked on."""
    from lab_colorize.photo import PHOTO_SUFFIXES

    check_folders(options.folder, options.place)
    found = find(
        Search(
            options.folder,
            options.place,
            PHOTO_SUFFIXES,
            Choice(options.include, options.exclude),
            recurse=options.recurse,
            hidden_too=options.copy_rest,
        )
    )
    if not (found.photographs or found.troubles or (options.copy_rest and found.rest)):
        left = f"{number_of(found.others + found.hidden, 'other file')}, {found.not_chosen} not chosen"
        raise NothingToDo(f"No photograph in {options.folder} ({left}).", remedy="Check the folder and the globs.")
    return found


def plan_batch(options: BatchOptions, found: Found, recipe: Recipe) -> Plan:
    """Plan with what the journal in OUT tells; writes nothing. OutputError if OUT is a bag that could not hold it."""
    plan = make_plan(options, found, read_journal(options.out), recipe, _naming(options))
    if options.bag is not None:
        check_names(names_to_be(options.bag, plan))
    return plan


def _naming(options: BatchOptions) -> Naming:
    from lab_colorize.colorizer import compare_path, target_suffix

    return Naming(
        suffix_of=lambda source: target_suffix(Path(source), options.colorize.format),
        companion_of=lambda target: compare_path(Path(target)).as_posix() if options.colorize.compare else None,
        ignores_case=ignores_case(options.out),
    )


def real_studio(options: BatchOptions) -> Studio:
    """Colour with the chosen model; ModelError now if it is missing or damaged, long before the first photograph."""
    from lab_colorize.models import find_model

    model = find_model(options.model)
    model.content  # noqa: B018  # read and checked now, and once for all workers
    return Studio(recipe_of(model, options.colorize), lambda: _real_colour(model, options))


def _real_colour(model: "Model", options: BatchOptions) -> Colour:
    """Give a worker its own network; it runs on one thread, since the other cores have photographs of their own."""
    from lab_colorize.colorizer import Colorizer, colorize_photo

    colorizer = Colorizer(model, threads=1)

    def colour(source: Path, target: Path, *, overwrite: bool) -> "Coloured":
        wanted = replace(options.colorize, overwrite=overwrite)
        return colorize_photo(source, target, colorizer=colorizer, options=wanted)

    return colour


def _colours_nothing(source: Path, target: Path, *, overwrite: bool) -> "Coloured":
    raise AssertionError(source, target, overwrite)
