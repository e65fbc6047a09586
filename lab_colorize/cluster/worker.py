"""What is there within a worker process: what it was sent once, and a way to hand back what it cannot do."""

from typing import Any

from distributed import WorkerPlugin, get_worker

from lab_colorize.workers import keep_memory_for_the_next


class Equipment(WorkerPlugin):
    """What each worker is sent once, those that join later too, before its first job."""

    def setup(self, worker: object) -> None:  # noqa: ARG002  # Dask's signature
        """Called by Dask on the worker."""
        keep_memory_for_the_next()
        self.make_ready()

    def make_ready(self) -> None:
        """Do what takes a worker's own machine, threads and memory."""


def equipment(name: str) -> Any:
    """What the worker was sent under that name; within a job."""
    return get_worker().plugins[name]


class HandedBack(Exception):  # what happened, rather than what went wrong
    """Raised by a job that was not even tried, because its worker is not fit: another one gets it."""
