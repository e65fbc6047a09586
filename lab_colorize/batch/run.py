"""A batch from start to end: looks, plans, takes the lock, lets the workers work, writes each outcome down.

Prints nothing and knows no signals: whoever runs it iterates over outcomes and may call `stop`.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lab_colorize.batch.bag import check_names, names_to_be
from lab_colorize.batch.boxes import merged
from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.damage import is_damage
from lab_colorize.batch.folders import check_folders, clear_folder, clear_temporaries, ignores_case
from lab_colorize.batch.journal import DAMAGED_NAME, JOURNAL_NAME, History, Journal, read_journal
from lab_colorize.batch.moved_photographs import follow
from lab_colorize.batch.names import Naming
from lab_colorize.batch.options import BatchOptions, Recipe
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.own_sidecars import OwnSidecars
from lab_colorize.batch.perform import Job, Performer, assignment_of, job_of
from lab_colorize.batch.plan import Plan, make_plan
from lab_colorize.batch.pruning import PRUNED_NAME, prune
from lab_colorize.colouring.hints import SUFFIX as HINTS_SUFFIX
from lab_colorize.colouring.hints import hints_names
from lab_colorize.colouring.names import compare_path, target_suffix
from lab_colorize.errors import NothingToDo
from lab_colorize.files.films import COMMAND, is_film
from lab_colorize.files.globs import GlobFilter
from lab_colorize.files.scan import Found, Search, scan
from lab_colorize.files.writing import FULL, unwritten
from lab_colorize.photos.contents import format_inside, is_photograph_inside
from lab_colorize.photos.kinds import PHOTO_SUFFIXES, SIDECAR_SUFFIXES
from lab_colorize.wording import number_of
from lab_colorize.workers import WorkerPool

if TYPE_CHECKING:
    from lab_colorize.batch.distributed import Carried, Staff
    from lab_colorize.cluster.pool import ClusterPool

_ROOM_REMEDY = "Free some space or fix its permissions, and run the batch again: nothing is lost."


class Batch:
    """A planned batch that holds the lock on OUT; iterate over it once to carry it out.

    `known` is what was read of the journal a moment ago. `say` hears what a person should know meanwhile: of workers
    on other machines that come and go.
    """

    staff: "Staff | None" = None  # the workers of a cluster, if one does the work

    def __init__(
        self,
        options: BatchOptions,
        factory: ColorizerFactory,
        *,
        known: History | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.options = options
        self.found = look(options)
        self.disk_full = False  # the batch ended because of it
        self.pruned: list[Outcome] = []  # results that were set aside
        self.sidecars = 0  # that were carried along
        self.edited_sidecars: list[str] = []  # that are kept
        self.edits_replaced: list[str] = []  # what somebody had edited, before --overwrite
        self._stopped = False
        self._say = say
        with ExitStack() as stack:
            self._journal = stack.enter_context(Journal(options.out))
            clear_temporaries(options.place)
            history = read_journal(options.out, known)
            self.plan = plan_batch(options, self.found, factory.recipe, history)
            self.own_sidecars = OwnSidecars(options.out, history, self._must_write_down)
            self.plan = self._moved_along(self.plan, history)
            copies_only = all(task.copy_only for task in self.plan.due)
            self._factory = factory.for_copies_only() if copies_only else factory
            elsewhere = options.scheduler is not None and self.plan.due
            self._pool = self._pool_of_cluster(stack) if elsewhere else self._pool_here()
            self._held = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def __iter__(self) -> Generator[Outcome]:
        """Carry out the plan; give outcomes as they come: what is up to date, what is rejected, what is due.

        Closed early, it waits for what is in hand.
        """
        if self.plan.damaged_lines:
            self._journal.put_aside_damaged()
        for outcome in (*self.plan.confirmed, *self.plan.gone, *self.plan.left_alone):
            self._written_down(outcome)
        yield from self.plan.up_to_date
        for outcome in self.plan.rejected:
            yield self._written_down(outcome)
        for outcome in self._pool.results() if self.plan.due else ():
            if outcome.status is not Status.FAILED and outcome.target in self.plan.edits_replaced:
                self.edits_replaced.append(outcome.target)
            yield outcome
        if not (self._stopped or self.options.copy_rest):
            yield from self._sidecars()
        if not self._stopped:
            yield from self._pruned()
        self.own_sidecars.settle()  # where sidecars of the archive, or results, have left their names meanwhile

    def _pruned(self) -> Generator[Outcome]:
        """Put results aside whose photographs are gone, once sidecars have followed theirs; only failures come out."""
        if not (self.options.prune and self.plan.left_behind):
            return
        history = read_journal(self.options.out)
        for outcome in prune(self.plan.left_behind, self.options, history, self._must_write_down):
            if outcome.status is Status.FAILED:
                yield outcome
            else:
                self.pruned.append(outcome)

    def _sidecars(self) -> Generator[Outcome]:
        """Carry sidecars to the names of the results; only failures are anybody's concern."""
        if not any(name.endswith(SIDECAR_SUFFIXES) for name in self.found.rest):
            return
        from lab_colorize.batch.sidecars import Sidecars

        followed = {move.after.source: move.before.source for move in self.plan.moves}
        sidecars = Sidecars(self.options, self.found, read_journal(self.options.out), followed)
        self._put_aside(sidecars.ousted(), sidecars.history)
        moved = {move.after.source for move in sidecars.moves}
        naming = replace(self.plan.naming, companion_of=lambda _: None)  # they have no comparison
        stuck = list(follow(sidecars.moves, self.options.out, naming, self._must_write_down))
        yield from map(self._written_down, stuck)
        self.own_sidecars.settle()
        sidecars = Sidecars(self.options, self.found, read_journal(self.options.out))
        sidecars.count_as_found()
        self.edited_sidecars = list(sidecars.kept())  # before others are replaced, which the journal read here tells of
        lost = {outcome.source for outcome in stuck}
        carried = moved - lost
        for sidecar, made in sidecars.due(lost):
            if self._stopped:
                break
            edited = sidecars.edited(sidecar, made)
            outcome = self._written_down(sidecars.carry(sidecar, made))
            if outcome.status is Status.FAILED:
                yield outcome
                continue
            carried.add(sidecar)
            if edited:
                self.edits_replaced.append(edited)
        self.sidecars = len(carried)

    def stop(self) -> None:
        """Begin no further photograph; the iteration ends with those in hand."""
        self._stopped = True
        self._pool.stop()

    def abandon(self) -> None:
        """Remove the temporary files of what is in hand: the program is about to end without waiting for it."""
        for job in self._pool.in_hand():
            clear_folder((self.options.out / job.task.target).parent)

    def _pool_here(self) -> WorkerPool[Job, Outcome]:
        jobs = (job_of(self.plan, task) for task in self.plan.due)
        return WorkerPool(jobs, self._make_worker, max(1, min(self.options.workers, len(self.plan.due))))

    def _make_worker(self) -> Callable[[Job], Outcome]:
        assignment = assignment_of(self.options, self.plan.recipe)
        performer = Performer(assignment, self._factory.make(), on_full=self._end_for_want_of_room)
        return lambda job: self._written_down(performer.perform(job))

    def _pool_of_cluster(self, stack: ExitStack) -> "ClusterPool[Job, Carried, Outcome]":
        """Only the plan and the journal stay here; workers elsewhere are reached and checked now."""
        from lab_colorize.batch.distributed import at_work

        working = at_work(self.options, self.plan, self._factory, receive=self._received, say=self._say)
        pool, self.staff = stack.enter_context(working)
        return pool

    def _received(self, carried: "Carried") -> Outcome:
        if carried.disk_full:
            self._end_for_want_of_room()
        return self._written_down(carried.outcome)

    def _moved_along(self, plan: Plan, history: History) -> Plan:
        """Move results as their photographs were; what cannot be moved has failed."""
        self._put_aside(plan.ousted, history)
        along = self.own_sidecars.leave
        stuck = tuple(follow(plan.moves, self.options.out, plan.naming, self._must_write_down, along))
        self.own_sidecars.settle()
        for one in plan.farewells:
            self._must_write_down(one)
        sources = {outcome.source for outcome in stuck}
        return replace(
            plan,
            moves=tuple(move for move in plan.moves if move.after.source not in sources),
            up_to_date=tuple(outcome for outcome in plan.up_to_date if outcome.source not in sources),
            due=tuple(task for task in plan.due if task.source not in sources),
            rejected=(*plan.rejected, *stuck),
        )

    def _put_aside(self, ousted: Iterable[Outcome], history: History) -> None:
        """Make room for what moves where these are."""
        for one in prune(ousted, self.options, history, self._must_write_down):
            if one.status is Status.GONE:  # or the move will fail for it
                self.pruned.append(one)

    def _must_write_down(self, outcome: Outcome) -> None:
        """What was done to results is in the journal, or the batch ends here."""
        try:
            self._journal.append(outcome)
        except OSError as error:
            raise unwritten(self.options.out / JOURNAL_NAME, error) from error

    def _end_for_want_of_room(self) -> None:
        """Colour nothing more that could not be kept."""
        self.disk_full = True
        self.stop()

    def _written_down(self, outcome: Outcome) -> Outcome:
        """A result without its line in the journal is no success: the next batch could not know of it."""
        if is_damage(outcome):
            return outcome  # what the journal tells of it holds
        known = self.plan.known_failures.get(outcome.source)
        if known is not None and (outcome.status, outcome.reason) == (Status.FAILED, known.reason):
            outcome = replace(outcome, accepted=known.accepted)
        try:
            self._journal.append(outcome)
        except OSError as error:
            if error.errno in FULL:
                self._end_for_want_of_room()
            if outcome.status is not Status.FAILED:
                reason = f"The journal cannot be written: {error.strerror or error}."
                return replace(outcome, status=Status.FAILED, reason=reason, remedy=_ROOM_REMEDY)
        return outcome


def look(options: BatchOptions) -> Found:
    """Look through FOLDER; NothingToDo if nothing in it could be worked on."""
    for box in options.boxes.boxes:
        check_folders(box.folder, options.place)
    found = merged({box: scan(_search(box.folder, options)) for box in options.boxes.boxes})
    if not (found.photographs or found.problems or (options.copy_rest and found.rest)):
        left = f"{number_of(found.others.total() + found.hidden, 'other file')}, {found.not_chosen} not chosen"
        films = not found.not_chosen and any(map(is_film, found.rest))
        remedy = f"`{COMMAND}` colours the films there." if films else "Check the folder and the globs."
        raise NothingToDo(f"No photograph in {options.boxes} ({left}).", remedy=remedy)
    if not options.copy_rest:
        found.take_out(set(_hints_read(options, found)))
    return found


def _hints_read(options: BatchOptions, found: Found) -> Iterator[str]:
    """Files of hints beside photographs, which are read and so not left out."""
    there = {name for name in found.rest if name.endswith(HINTS_SUFFIX)}
    for photograph in found.photographs if there else ():
        if options.settings.of(photograph).hints is None:
            yield from [name for name in hints_names(photograph) if name in there][:1]


def _search(folder: Path, options: BatchOptions) -> Search:
    return Search(
        folder,
        options.place,
        PHOTO_SUFFIXES,
        is_photograph_inside,
        GlobFilter(options.include, options.exclude),
        own_files={JOURNAL_NAME, DAMAGED_NAME, PRUNED_NAME},
        output_mark=JOURNAL_NAME,
        recurse=options.recurse,
        hidden_too=options.copy_rest,
    )


def plan_batch(options: BatchOptions, found: Found, recipe: Recipe, known: History | None = None) -> Plan:
    """Plan with what the journal in OUT tells; writes nothing. OutputError if OUT is a bag that could not hold it."""
    plan = make_plan(options, found, read_journal(options.out, known), recipe, _naming(options))
    if options.bag is not None:
        check_names(names_to_be(options.bag, plan))
    return plan


def _naming(options: BatchOptions) -> Naming:
    return Naming(
        suffix_of=partial(_suffix_of, options),
        companion_of=lambda target: compare_path(Path(target)).as_posix() if options.colorize.compare else None,
        ignores_case=ignores_case(options.out),
    )


def _suffix_of(options: BatchOptions, source: str) -> str:
    contents = format_inside(options.boxes.path(source))
    return target_suffix(Path(source), options.colorize.format, contents)
