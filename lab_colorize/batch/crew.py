"""Worker threads: each with tools of its own, all drawing from one list of tasks, results handed over one by one.

Knows nothing of photographs. No more results wait than twice the number of workers, however many tasks there are.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_PATIENCE = 0.2  # seconds; Windows delivers Ctrl-C only between waits


class Crew(Generic[Job, Result]):
    """Threads that carry out jobs, each on one core; `equip` is called once in each and gives what carries out a job.

    Jobs begin when all are equipped: an error of `equip` is raised before the first job.
    """

    def __init__(self, jobs: Iterable[Job], equip: Callable[[], Callable[[Job], Result]], size: int) -> None:
        self._jobs = iter(jobs)
        self._equip = equip
        self._drawing = threading.Lock()
        self._equipped: queue.Queue[Exception | None] = queue.Queue()
        self._begin = threading.Event()
        self._stop = threading.Event()
        self._results: queue.Queue[Result | BaseException | None] = queue.Queue(maxsize=2 * size)
        self._in_hand: dict[int, Job] = {}
        # Daemons, because a second Ctrl-C does not wait for them.
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(size)]

    def results(self) -> Iterator[Result]:
        """Start, and give results as they come, in no order; ends when all is done or what was begun at `stop`."""
        import cv2  # late: planning a batch needs no OpenCV

        cv2.setNumThreads(1)  # the other cores have workers of their own
        for thread in self._threads:
            thread.start()
        try:
            self._await_equipment()
            self._begin.set()
            yield from self._gather()
        finally:
            self._dismiss()

    def stop(self) -> None:
        """Begin nothing new; what is in hand will be finished."""
        self._stop.set()

    def in_hand(self) -> list[Job]:
        """The jobs being carried out at this moment."""
        return list(self._in_hand.values())

    def _await_equipment(self) -> None:
        for _ in self._threads:
            error = _patiently(self._equipped)
            if error is not None:
                raise error

    def _gather(self) -> Iterator[Result]:
        working = len(self._threads)
        while working:
            result = _patiently(self._results)
            if result is None:
                working -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result

    def _dismiss(self) -> None:
        """Let all threads end: also those that wait to begin, or to hand over a result that nobody wants."""
        self._stop.set()
        self._begin.set()
        while any(thread.is_alive() for thread in self._threads):
            with suppress(queue.Empty):
                self._results.get(timeout=0.01)

    def _work(self) -> None:
        try:
            carry_out = self._equip()
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits
            self._equipped.put(error)
            return
        self._equipped.put(None)
        self._begin.wait()
        try:
            while (job := self._draw()) is not None:
                self._results.put(carry_out(job))
                self._in_hand.pop(threading.get_ident(), None)
        except BaseException as error:  # noqa: BLE001  # raised again by the thread that waits
            self._results.put(error)
        self._results.put(None)

    def _draw(self) -> Job | None:
        with self._drawing:
            if self._stop.is_set() or (job := next(self._jobs, None)) is None:
                return None
            self._in_hand[threading.get_ident()] = job
            return job


Item = TypeVar("Item")


def _patiently(waiting: "queue.Queue[Item]") -> Item:
    while True:
        with suppress(queue.Empty):
            return waiting.get(timeout=_PATIENCE)
