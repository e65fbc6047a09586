"""A Dask scheduler and its workers, each a process of its own, to be started and killed at will."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_ORPHANED = ("--idle-timeout", "900")  # seconds after which it ends by itself, and its workers with it
PATIENCE = 120.0  # seconds for all to have started


class DaskProcesses:
    """Scheduler and workers on this machine; all are killed at the end."""

    def __init__(
        self, folder: Path, workers: int, *, nanny: bool = False, allowed_failures: int = 3, threads: int = 1
    ) -> None:
        self.port = _free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._folder = folder
        self._nanny = nanny
        self._threads = threads
        self._environment = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
        self._log = (folder / "dask.log").open("ab")
        self.workers: list[subprocess.Popen[bytes]] = []
        self._started = 0
        self.start_scheduler()
        for _ in range(workers):
            self.add_worker()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (*self.workers, self.scheduler):
            kill(process)
        self._log.close()

    def start_scheduler(self) -> None:
        """At the address of before, if there was one."""
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", *_ORPHANED
        )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.scheduler.poll() is None, "the scheduler ended"
            assert time.monotonic() < deadline, "no scheduler"
            time.sleep(0.05)

    def add_worker(self) -> subprocess.Popen[bytes]:
        """One more, which joins a few seconds later."""
        self._started += 1
        words = [
            self.address,
            "--nthreads",
            str(self._threads),
            "--no-dashboard",
            "--death-timeout",
            "30",
            "--name",
            f"worker-{self._started}",
        ]
        words += [
            "--memory-limit",
            "0",
            "--local-directory",
            str(self._folder),
            "--nanny" if self._nanny else "--no-nanny",
        ]
        worker = self._start("worker", *words)
        self.workers.append(worker)
        return worker

    def kill_worker(self, worker: subprocess.Popen[bytes]) -> None:
        """As a power cut does."""
        kill(worker)
        self.workers.remove(worker)

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words]
        return subprocess.Popen(
            command, env=self._environment, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def _answers(self) -> bool:
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", self.port)) == 0


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with its children, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
