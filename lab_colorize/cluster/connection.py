"""The way to a Dask scheduler and its workers: found, counted, asked, handed what they need. Hands out no jobs."""

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future as Answer
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import dask.config
from distributed import Client, Future, LocalCluster

from lab_colorize.cluster.worker import Equipment
from lab_colorize.errors import ClusterError

LOCAL = "local"
Result = TypeVar("Result")

_PATIENCE = 5.0  # seconds for a scheduler to answer
_WAIT_FOR_WORKERS = 60.0  # seconds for the first of them to join


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process, as its scheduler knows it."""

    address: str
    name: str
    host: str
    threads: int

    def __str__(self) -> str:
        return f"{self.name} on {self.host}" if self.name != self.address else self.address


class Cluster:
    """A scheduler that answers, and its workers."""

    def __init__(self, client: Client, named: str) -> None:
        self._client = client
        self._named = named

    @property
    def dashboard(self) -> str:
        """The address of the page that shows the cluster at work; empty if the scheduler has none."""
        services = self._client.scheduler_info(n_workers=0).get("services", {})
        return str(self._client.dashboard_link or "") if "dashboard" in services else ""

    @contextmanager
    def _answering(self) -> Iterator[None]:
        self.check()
        try:
            yield
        except (OSError, TimeoutError) as error:
            raise self.lost() from error

    def check(self) -> None:
        """ClusterError if the scheduler does not answer any more: what it was given is lost with it."""
        if self._client.status != "running":
            raise self.lost()

    def lost(self) -> ClusterError:
        """What to say of a scheduler that went away."""
        return ClusterError(
            f"The scheduler at {self._named} was lost.",
            remedy="What is done is recorded. Start it and its workers again, or leave --scheduler out; "
            "the same command continues.",
        )

    def workers(self) -> list[Worker]:
        """All that are there at this moment."""
        with self._answering():
            told = self._client.scheduler_info(n_workers=-1)["workers"]
        return [_worker(address, facts) for address, facts in told.items()]

    def threads(self) -> dict[str, int]:
        """How many each worker has, by its address: the same in short."""
        with self._answering():
            return dict(self._client.nthreads())

    def ask(
        self, question: Callable[..., Result], *given: object, of: Collection[Worker] | None = None
    ) -> dict[Worker, Result | Exception]:
        """What each worker answers, or the error that kept it from answering."""
        asked = self.workers() if of is None else of
        addresses = [worker.address for worker in asked]
        with self._answering():
            answers = self._client.run(question, *given, workers=addresses, on_error="return")
        return {worker: answers[worker.address] for worker in asked if worker.address in answers}

    @contextmanager
    def provided(self, equipment: Equipment, name: str) -> Iterator[None]:
        """Send all workers what they need for the work: those of now and those that join later, each once."""
        with self._answering():
            self._client.register_plugin(equipment, name=name)
        try:
            yield
        finally:
            with suppress(ClusterError), self._answering():
                self._client.unregister_worker_plugin(name)

    def submit(
        self, work: Callable[..., object], given: Sequence[object], name: str, *, to: Collection[str] | None = None
    ) -> list[Future]:
        """Hand out `work` once for each of what is `given`; `to` certain workers as long as one of them is there."""
        chosen = {} if to is None else {"workers": list(to), "allow_other_workers": True}
        with self._answering():
            return list(self._client.map(work, given, key=name, pure=False, **chosen))

    def gather(self, futures: Sequence[Future]) -> "Answer[list[Any]]":
        """Begin to fetch the results of what is done; those that were lost on the way are left out."""
        fetching = self._client.gather(list(futures), errors="skip", asynchronous=True)
        return asyncio.run_coroutine_threadsafe(fetching, self._client.loop.asyncio_loop)


def _worker(address: str, facts: Mapping[str, Any]) -> Worker:
    return Worker(address, str(facts["name"]), str(facts["host"]), int(facts["nthreads"]))


@contextmanager
def connected(scheduler: str, *, processes: int) -> Iterator[Cluster]:
    """Reach the scheduler at an address, or start one on this machine with so many worker processes.

    ClusterError if it does not answer or has no workers.
    """
    _silence_dask()
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": _PATIENCE}))
        address: str | LocalCluster = scheduler
        if scheduler == LOCAL:
            address = stack.enter_context(_local(processes))
        cluster = Cluster(stack.enter_context(_client(address, scheduler)), scheduler)
        _wait_for_workers(cluster, scheduler)
        yield cluster


def _silence_dask() -> None:
    """What matters of its log is told in our own words."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@contextmanager
def _local(processes: int) -> Iterator[LocalCluster]:
    """Processes of one thread each, whose memory nobody limits: just as the threads of a batch."""
    with (
        dask.config.set({"distributed.worker.memory.terminate": False}),
        LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
            preload=["lab_colorize.cluster.uninterrupted"],
            silence_logs=logging.CRITICAL + 1,
        ) as cluster,
    ):
        yield cluster


@contextmanager
def _client(address: str | LocalCluster, named: str) -> Iterator[Client]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions that differ, which is looked at more closely
        try:
            client = Client(address, timeout=_PATIENCE, set_as_default=False, name="lab-colorize")
        except (OSError, ValueError, ImportError, TypeError) as error:  # the last for tls:// without its settings
            raise ClusterError(
                f"No Dask scheduler answers at {named}.",
                remedy="Check the address, which `dask scheduler` prints when it starts, and that the port is open. "
                "tls:// needs Dask's settings for TLS on this machine too.",
            ) from error
    try:
        yield client
    finally:
        client.close(timeout=_PATIENCE)


def _wait_for_workers(cluster: Cluster, named: str) -> None:
    deadline = time.monotonic() + _WAIT_FOR_WORKERS
    while not cluster.workers():
        if time.monotonic() > deadline:
            raise ClusterError(
                f"The scheduler at {named} has no workers.",
                remedy=f"Start some, such as with `dask worker {named}` on each machine, and run the command again.",
            )
        time.sleep(0.2)
