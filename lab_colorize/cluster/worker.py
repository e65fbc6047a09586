"""What is there within a worker process: what it was sent once, and a way to hand back what it cannot do."""

from typing import Any, NoReturn

from distributed import Reschedule, WorkerPlugin, get_worker

from lab_colorize.cluster.allocation import keep_freed_memory


class Equipment(WorkerPlugin):
    """What each worker is sent once, those that join later too, before its first job."""

    def setup(self, worker: object) -> None:  # noqa: ARG002  # Dask's signature
        """Called by Dask on the worker."""
        keep_freed_memory()
        self.make_ready()

    def make_ready(self) -> None:
        """Do what takes a worker's own machine, threads and memory."""


def equipment(name: str) -> Any:
    """What the worker was sent under that name; within a job."""
    return get_worker().plugins[name]


def hand_back() -> NoReturn:
    """End this job without having done it; another worker gets it, or this one again."""
    raise Reschedule
