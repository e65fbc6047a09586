"""A batch on a cluster: what its workers are sent, how they carry out its jobs, and how they are checked.

Plan and journal stay on the machine where the batch was started; a worker is sent the assignment, the model once, and
job by job what is known of the files that its result may meet.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.fitness import Requirements, Unfit, other_versions, requirements, versions_here
from lab_colorize.batch.options import BatchOptions
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.perform import Assignment, Job, Performer, assignment_of, job_of
from lab_colorize.batch.plan import Plan
from lab_colorize.cluster.connection import LOCAL, Cluster, Worker, connected
from lab_colorize.cluster.pool import ClusterPool, Work
from lab_colorize.cluster.worker import Equipment, HandedBack, equipment
from lab_colorize.errors import ClusterError
from lab_colorize.wording import number_of
from lab_colorize.workers import keep_opencv_to_one_core

_MOST_IN_A_BUNDLE = 16  # photographs; so many of the smallest take about a third of a second
_BYTES_IN_A_BUNDLE = 8 << 20  # three scans of 12 megapixels as JPEG; a large TIFF is work enough to be sent alone
_SECONDS_UNFIT = 1.0  # that a worker which joined later, and is not fit, keeps jobs before it hands them back


class Workplace(Equipment):
    """What each worker of the cluster holds of a batch; a network for each of its threads."""

    def __init__(self, assignment: Assignment, factory: ColorizerFactory, required: Requirements) -> None:
        self.assignment = assignment
        self.factory = factory
        self.required = required

    def make_ready(self) -> None:
        """Find out whether this worker is fit."""
        self.unfit = self.required.unmet(self.factory)
        self._own = threading.local()

    def performer(self) -> Performer:
        """This thread's."""
        if not hasattr(self._own, "performer"):
            self._own.performer = Performer(self.assignment, self.factory.make())
            keep_opencv_to_one_core()
        performer: Performer = self._own.performer
        return performer


@dataclass(frozen=True, slots=True)
class Carried:
    """What comes back of one job."""

    outcome: Outcome
    disk_full: bool = False


def carry_out(workplace: str, bundle: Sequence[Job]) -> list[Carried]:
    """On a worker: carry out jobs one after the other, until the disk is full."""
    here: Workplace = equipment(workplace)
    if here.unfit:
        time.sleep(_SECONDS_UNFIT)
        raise HandedBack
    full: list[None] = []
    performer = replace(here.performer(), on_full=lambda: full.append(None))
    host = socket.gethostname()
    carried: list[Carried] = []
    for job in bundle:
        outcome = performer.perform(job)
        carried.append(Carried(replace(outcome, host=host), disk_full=bool(full)))
        if full:
            break
    return carried


def unfit(workplace: str, dask_worker: Any) -> Unfit | None:
    """On a worker, which Dask hands over by that name: why it is not fit for the work."""
    here: Workplace = dask_worker.plugins[workplace]
    return here.unfit


class Staff:
    """The workers on one batch: checked before the first photograph, and followed as they come and go."""

    def __init__(self, cluster: Cluster, workplace: str, say: Callable[[str], None]) -> None:
        self._cluster = cluster
        self._workplace = workplace
        self._say = say
        self._there: list[Worker] = []
        self._known_unfit: set[Worker] = set()
        self.dashboard = cluster.dashboard

    @property
    def threads(self) -> int:
        """Of all workers together."""
        return sum(worker.threads for worker in self._there)

    def __str__(self) -> str:
        return f"{number_of(len(self._there), 'worker')}, {number_of(self.threads, 'thread')}"

    def check(self) -> None:
        """ClusterError if one of those that are there is not fit."""
        self._there = self._cluster.workers()
        for worker, problem in self._unfit(self._there):
            raise ClusterError(f"The worker {worker} {problem.what}.", remedy=problem.remedy)

    def unfit(self) -> list[str]:
        """The addresses of those that are not; says who joined so, when nobody is left and when somebody is back."""
        before, now = self._there, self._cluster.workers()
        for worker, problem in self._unfit([one for one in now if one not in before and one not in self._known_unfit]):
            self._known_unfit.add(worker)
            self._say(f"The worker {worker} joined but is given no work: it {problem.what}. {problem.remedy}")
        self._there = [worker for worker in now if worker not in self._known_unfit]
        if before and not self._there:
            self._say("No worker is left. The batch continues when one joins; Ctrl-C ends it.")
        elif self._there and not before:
            self._say(f"Going on with {self}.")
        return [worker.address for worker in self._known_unfit]

    def _unfit(self, workers: Sequence[Worker]) -> Iterator[tuple[Worker, Unfit]]:
        answers = self._cluster.ask(unfit, self._workplace, of=workers) if workers else {}
        for worker, problem in answers.items():
            if isinstance(problem, Exception):
                yield worker, Unfit(f"cannot say whether it is fit ({problem})", "Look at its log.")
            elif problem is not None:
                yield worker, problem


def _check_versions(cluster: Cluster) -> None:
    """ClusterError if a worker has others than this machine; before it is sent what it could not understand."""
    here = versions_here()
    for worker, there in cluster.ask(versions_here).items():
        if isinstance(there, Exception):
            raise ClusterError(
                f"The worker {worker} cannot work for lab-colorize: {type(there).__name__}: {there}.",
                remedy="Install the same lab-colorize there, with the extra `cluster`, and restart the worker.",
            )
        if problem := other_versions(there, here):
            raise ClusterError(f"The worker {worker} {problem.what}.", remedy=problem.remedy)


@contextmanager
def at_work(
    options: BatchOptions,
    plan: Plan,
    factory: ColorizerFactory,
    *,
    receive: Callable[[Carried], Outcome],
    say: Callable[[str], None],
) -> Iterator[tuple[ClusterPool[Job, Carried, Outcome], Staff]]:
    """Reach the cluster, check it, send it all it needs, and give what hands out the jobs of a plan."""
    assignment = assignment_of(options, plan.recipe)
    workplace = f"lab-colorize {assignment.out}"
    with ExitStack() as held:
        processes = min(options.workers, len(plan.due))
        cluster = held.enter_context(connected(options.scheduler or LOCAL, processes=processes))
        _check_versions(cluster)
        required = held.enter_context(requirements(assignment.boxes, assignment.out, plan.due))
        held.enter_context(cluster.provided(Workplace(assignment, factory, required), workplace))
        staff = Staff(cluster, workplace, say)
        staff.check()
        work = Work(
            "photographs",
            partial(carry_out, workplace),
            receive,
            lambda job, why: Carried(_undone(assignment, job, why)),
            staff.unfit,
        )
        threads = max(1, staff.threads)  # the last worker may have left meanwhile
        yield ClusterPool(cluster, bundles(plan, assignment.boxes, len(plan.due) // (4 * threads)), work), staff


def _undone(assignment: Assignment, job: Job, why: str) -> Outcome:
    source, boxes = job.task.source, assignment.boxes
    remedy = f"Try it alone: lab-colorize colorize {boxes.path(source)}. It may need more memory than a worker has."
    return Outcome(source, None, Status.FAILED, why, remedy, folder=boxes.root(source), box=boxes.name(source))


def bundles(plan: Plan, boxes: Boxes, most: int) -> Iterator[tuple[Job, ...]]:
    """Put small photographs together, for each bundle costs its way; at most so many, that all workers have some."""
    bundle: list[Job] = []
    size = 0
    for task in plan.due:
        weight = _size(boxes.path(task.source))
        if bundle and (size + weight > _BYTES_IN_A_BUNDLE or len(bundle) >= min(most, _MOST_IN_A_BUNDLE)):
            yield tuple(bundle)
            bundle, size = [], 0
        bundle.append(job_of(plan, task))
        size += weight
    if bundle:
        yield tuple(bundle)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # it will fail, which takes no time
