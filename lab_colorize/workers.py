"""Worker threads: each with tools of its own, all drawing from one list of jobs, results handed over one by one.

Knows nothing of what the jobs are. No more results wait than twice the number of workers, however many tasks there are.
"""

import ctypes
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_PATIENCE = 0.2  # seconds; Windows delivers Ctrl-C only between waits
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the numbers that <malloc.h> has for them
_PIECE, _KEPT = 32 << 20, 64 << 20  # bytes; the first is the most that glibc takes


def usable_cores() -> int:
    """Count the cores this program may run on, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WorkerPool(Generic[Job, Result]):
    """Threads that carry out jobs; `make_worker` is called once in each and gives what carries out a job.

    Jobs begin when all workers are made: an error of `make_worker` is raised before the first job.
    """

    def __init__(self, jobs: Iterable[Job], make_worker: Callable[[], Callable[[Job], Result]], size: int) -> None:
        self._jobs = iter(jobs)
        self._make_worker = make_worker
        self._drawing = threading.Lock()
        self._made: queue.Queue[Exception | None] = queue.Queue()
        self._begin = threading.Event()
        self._stop = threading.Event()
        self._results: queue.Queue[Result | BaseException | None] = queue.Queue(maxsize=2 * size)
        self._in_hand: dict[int, Job] = {}
        # Daemons, because a second Ctrl-C does not wait for them.
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(size)]

    def results(self) -> Iterator[Result]:
        """Start, and give results as they come, in no order; ends when all is done or what was begun at `stop`."""
        for thread in self._threads:
            thread.start()
        try:
            self._await_workers()
            keep_opencv_to_one_core()
            keep_memory_for_the_next()
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

    def _await_workers(self) -> None:
        for _ in self._threads:
            error = patiently(self._made)
            if error is not None:
                raise error

    def _gather(self) -> Iterator[Result]:
        working = len(self._threads)
        while working:
            result = patiently(self._results)
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
            work = self._make_worker()
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits
            self._made.put(error)
            return
        self._made.put(None)
        self._begin.wait()
        try:
            while (job := self._draw()) is not None:
                self._results.put(work(job))
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


def keep_opencv_to_one_core() -> None:
    """The other cores have workers of their own. Workers that need OpenCV have loaded it by now; hashing needs none."""
    opencv = sys.modules.get("cv2")
    if opencv is not None:
        opencv.setNumThreads(1)


def keep_memory_for_the_next() -> None:
    """What one photograph's pixels took is there for the next one's; in pieces above 32 MB it is given back.

    The C library would return it each time, and the system clear every page of it again: a sixth of a batch's time. It
    would do so with every array above 128 KiB where MALLOC_TRIM_THRESHOLD_ is set, as it is in workers of Dask's nanny.
    """
    with suppress(OSError, AttributeError, TypeError):  # a setting of glibc's own
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, _PIECE)
        mallopt(_TRIM_THRESHOLD, _KEPT)


Item = TypeVar("Item")


def patiently(waiting: "queue.Queue[Item]") -> Item:
    """What comes out of a queue, however long that takes; Ctrl-C is heard meanwhile."""
    while True:
        with suppress(queue.Empty):
            return waiting.get(timeout=_PATIENCE)
