"""Jobs carried out by the workers of a cluster, results taken in one by one: the face of `workers.WorkerPool`.

Knows nothing of what the jobs are. They come from an iterator, in bundles, and no more bundles are out than twice the
threads of the cluster, however many jobs there are. Dask sends a bundle whose worker is lost to another. A bundle that
lost all the workers it met is opened: each of its jobs is sent once more with nothing else under way, so that the one
that stops its workers is known from those that were beside it.
"""

import queue
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from distributed import Future, KilledWorker

from lab_colorize.cluster.connection import Cluster
from lab_colorize.cluster.worker import HandedBack
from lab_colorize.errors import ClusterError, ColorizeError
from lab_colorize.wording import number_of

Job = TypeVar("Job")
Carried = TypeVar("Carried")
Result = TypeVar("Result")
Bundle = Sequence[Job]

_PATIENCE = 0.2  # seconds; Windows delivers Ctrl-C only between waits
_SECONDS_BETWEEN_COUNTS = 1.0  # of workers, who come and go


@dataclass(frozen=True)
class Work(Generic[Job, Carried, Result]):
    """What is to be done with each job, and what becomes of the results."""

    name: str
    """On the scheduler's pages."""
    carry_out: Callable[[Bundle[Job]], Sequence[Carried]]
    """Called on a worker, with a bundle; may give fewer results than there are jobs."""
    receive: Callable[[Carried], Result]
    """Called here with what came of a job as soon as it comes, whether anybody waits for the result or not."""
    undone: Callable[[Job, str], Carried]
    """Called here with a job that no worker can finish, and why."""
    unfit: Callable[[], Collection[str]] = tuple
    """Called here when workers came or went: the addresses of those that can do nothing."""


class ClusterPool(Generic[Job, Carried, Result]):
    """Carries out bundles of jobs on a cluster; ClusterError if its scheduler is lost."""

    def __init__(self, cluster: Cluster, bundles: Iterable[Bundle[Job]], work: Work[Job, Carried, Result]) -> None:
        self._cluster = cluster
        self._bundles = iter(bundles)
        self._work = work
        self._threads: Mapping[str, int] = {}  # of each worker, by its address
        self._unfit: Collection[str] = ()
        self._counted = -_SECONDS_BETWEEN_COUNTS
        self._out: dict[Future, Bundle[Job]] = {}
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._handed_back: deque[Bundle[Job]] = deque()
        self._suspects: deque[Job] = deque()
        self._alone = False  # what is out is a suspect
        self._any_done = False
        self._stopped = False

    def results(self) -> Iterator[Result]:
        """Start, and give results as they come, in no order; ends when all is done or what was begun at `stop`."""
        try:
            while self._hand_out():
                yield from self._take_in()
        except GeneratorExit:  # closed early: what is in hand is received all the same
            self._stopped = True
            while self._out:
                self._take_in()
            raise

    def stop(self) -> None:
        """Begin nothing new; what is in hand will be finished."""
        self._stopped = True

    def in_hand(self) -> list[Job]:
        """Nothing: this program carries out no job itself, and who does finishes it even without this program."""
        return []

    def _hand_out(self) -> bool:
        """Fill the window; False if nothing is out and nothing left to do."""
        self._look_after_workers()
        while not (self._out or self._fit() or self._stopped):
            time.sleep(_PATIENCE)
            self._look_after_workers()
        if not self._stopped:
            bundles = self._next_bundles(max(0, 2 * sum(self._fit().values()) - len(self._out)))
            self._alone = not bundles and not self._out and bool(self._suspects)
            if self._alone:
                bundles = [(self._suspects.popleft(),)]
            self._submit(bundles)
        return bool(self._out)

    def _next_bundles(self, most: int) -> list[Bundle[Job]]:
        again = [self._handed_back.popleft() for _ in range(min(most, len(self._handed_back)))]
        return [*again, *islice(self._bundles, most - len(again))]

    def _fit(self) -> dict[str, int]:
        """The threads of each worker that can do something."""
        return {worker: threads for worker, threads in self._threads.items() if worker not in self._unfit}

    def _submit(self, bundles: Sequence[Bundle[Job]]) -> None:
        if not bundles:
            return
        to = self._fit() if self._unfit else None
        futures = self._cluster.submit(self._work.carry_out, bundles, self._work.name, to=to)
        self._out.update(zip(futures, bundles, strict=True))
        for future in futures:
            future.add_done_callback(self._done.put)

    def _take_in(self) -> list[Result]:
        """The results of all that is done by now, of one bundle at least."""
        done = self._next_done()
        values = self._gathered(done)
        carried = [one for value in values.values() for one in value]
        self._any_done = self._any_done or bool(carried)
        for future in done:
            bundle = self._out.pop(future)
            if future not in values:
                carried += self._undone(bundle, future)
        return [self._work.receive(one) for one in carried]

    def _next_done(self) -> list[Future]:
        """Wait for one, and take what came meanwhile; all of them, if nobody is there to finish what was begun."""
        while not self._deserted():
            with suppress(queue.Empty):
                done = [self._done.get(timeout=_PATIENCE)]
                while not self._done.empty():
                    done.append(self._done.get())
                return done
            self._look_after_workers()
        return list(self._out)

    def _gathered(self, done: Sequence[Future]) -> dict[Future, Sequence[Carried]]:
        """What came of those that did not fail. One whose worker was lost with the result is done once more."""
        while not self._deserted():
            there = [future for future in done if future.status not in {"error", "cancelled"}]
            values = self._fetched(there)
            self._cluster.check()
            if len(values) == len(there):
                return dict(zip(there, values, strict=True))
        return {}

    def _fetched(self, there: Sequence[Future]) -> list[Sequence[Carried]]:
        """All of them, or none if the way to the scheduler was cut meanwhile; whether it is lost will show."""
        fetching = self._cluster.gather(there)
        while not self._deserted():
            if wait([fetching], timeout=_PATIENCE).done:
                with suppress(OSError):
                    return fetching.result()
                time.sleep(_PATIENCE)
                return []
            self._look_after_workers()
        return []

    def _undone(self, bundle: Bundle[Job], future: Future) -> list[Carried]:
        """What becomes of jobs that came back without results: tried alone, left to the next time, or given up."""
        self._cluster.check()
        if self._deserted():
            return []
        error = future.exception() if future.status == "error" else None
        if isinstance(error, HandedBack):
            self._handed_back.append(bundle)
            return []
        if isinstance(error, ColorizeError):
            raise error
        if error is not None and not (self._any_done or isinstance(error, KilledWorker)):
            raise ClusterError(  # no job's fault, if none has come to an end yet
                f"Workers cannot do the work: {_why(error)}", remedy="Look at their logs."
            )
        if not self._alone:
            self._suspects.extend(bundle)
            return []
        return [self._work.undone(job, _why(error)) for job in bundle]

    def _deserted(self) -> bool:
        """Whether nothing new is wanted, and no worker there that could finish what was begun."""
        return self._stopped and not self._fit()

    def _look_after_workers(self) -> None:
        """Now and then: the window follows their number, and somebody may want to know."""
        self._cluster.check()
        if time.monotonic() - self._counted < _SECONDS_BETWEEN_COUNTS:
            return
        threads = self._cluster.threads()
        self._counted = time.monotonic()
        if threads != self._threads:
            self._threads = threads
            self._unfit = self._work.unfit()


def _why(error: BaseException | None) -> str:
    if isinstance(error, KilledWorker):
        return f"{number_of(error.allowed_failures + 1, 'worker')} died while colouring it."
    return f"{type(error).__name__}: {error}" if error else "It was cancelled on the scheduler."
