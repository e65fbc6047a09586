"""The workers, and the places in front of them: how much may wait, and what becomes of those who went away.

Bridges two worlds: requests wait as coroutines of one thread, photographs are coloured in threads of their own. Knows
nothing of photographs or of HTTP.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from lab_colorize.serve.refusals import Busy
from lab_colorize.workers import WorkerPool

Task = TypeVar("Task")
Work = Callable[[Task], Any]


class Abandoned(Exception):
    """Nobody waits for the work any more."""


class Place:
    """The right to one piece of work, and to hold its body while the server holds no more than it may."""

    def __init__(self, queue: Queue[Any]) -> None:
        self._queue = queue
        self.held = 0

    def hold(self, size: int) -> None:
        """Hold so many bytes in all."""
        self._queue.held += size - self.held
        self.held = size
        if self._queue.held > self._queue.most_held:
            raise Busy


class Job(Generic[Task]):
    """A piece of work and the future that waits for it; the task is let go of as soon as it may be."""

    def __init__(self, task: Task) -> None:
        self.task: Task | None = task
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()

    def settle(self, outcome: object) -> None:
        """Hand over what came of it, or what was raised, to who still waits."""
        if self.future.done():
            return
        if isinstance(outcome, Exception):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Queue(Generic[Task]):
    """Workers that carry out tasks, `waiting` of which may wait, their bodies being `most_held` bytes at most."""

    def __init__(self, make_worker: Callable[[], Work[Task]], workers: int, *, waiting: int, most_held: int) -> None:
        self.workers = workers
        self.held = 0
        self.most_held = most_held
        self._make_worker = make_worker
        self._free = workers + waiting
        self._jobs: queue.SimpleQueue[Job[Task] | None] = queue.SimpleQueue()
        self._pool = WorkerPool(iter(self._jobs.get, None), self._worker, workers)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Let the workers begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let them end when all that was asked for is done."""
        self._jobs.put(None)
        self._thread.join()

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A place for as long as a request takes, its answer's way included; Busy if there is none."""
        if self._free == 0:
            raise Busy
        self._free -= 1
        place = Place(self)
        try:
            yield place
        finally:
            self._free += 1
            self.held -= place.held

    async def done(self, task: Task, gone: asyncio.Future[Any]) -> Any:
        """What comes of the task; Abandoned, and no work if it had not begun, once `gone` is done first."""
        job = Job(task)
        self._jobs.put(job)
        try:
            await asyncio.wait({job.future, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not job.future.done():
                raise Abandoned
            return job.future.result()
        finally:
            job.future.cancel()
            job.task = None

    def _run(self) -> None:
        for _ in self._pool.results():
            pass

    def _worker(self) -> Callable[[Job[Task]], bool]:
        work = self._make_worker()

        def carry_out(job: Job[Task]) -> bool:
            if (task := job.task) is not None:
                job.loop.call_soon_threadsafe(job.settle, _outcome(work, task))
            return True

        return carry_out


def _outcome(work: Work[Task], task: Task) -> object:
    try:
        return work(task)
    except Exception as error:  # noqa: BLE001  # it belongs to who waits for the outcome
        return error
