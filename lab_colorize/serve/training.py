"""Training from the page: the `train` command as a process of its own, started, stopped and watched. Trains nothing.

What is known of a run is read from its folder, so that a server that was started anew finds it again. Nothing that a
client says becomes a path: the folder of photographs is the server's, runs and models are numbered, pictures go by
their epoch.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from lab_colorize.serve.options import MINUTES
from lab_colorize.serve.refusals import Refused

LINES = 6  # of the command's own words that are told
PATIENCE = 60  # seconds that a run has to save its work when the server ends
PICTURE = re.compile(r"epoch-(\d+)\.png")
STEP = re.compile(r"step (\d+)/(\d+)")
NOISE = re.compile(r"WARNING: All log messages|[IWE]\d{4} ")  # TensorFlow's own log, which is for its developers
TOLD = ("epoch", "loss", "psnr", "grey_psnr")


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its folder, its log beside it, its model inside."""

    folder: Path

    @property
    def log(self) -> Path:
        """What the command said."""
        return self.folder.with_suffix(".log")

    @property
    def is_finished(self) -> bool:
        """Whether there is a model."""
        return (self.folder / f"{self.folder.name}.tflite").is_file()

    @property
    def can_go_on(self) -> bool:
        """Whether there is something to resume."""
        return (self.folder / "config.toml").is_file() and not self.is_finished

    def lines(self) -> list[str]:
        """The last of what the command said."""
        if not self.log.is_file():
            return []
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if not NOISE.match(line)][-LINES:]

    def history(self) -> list[dict[str, float]]:
        """The figures of each epoch so far."""
        path = self.folder / "history.csv"
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return [{name: float(row[name]) for name in TOLD if row[name]} for row in csv.DictReader(file)]

    def epochs(self) -> list[int]:
        """The epochs that have a picture."""
        names = (PICTURE.fullmatch(path.name) for path in (self.folder / "pictures").glob("epoch-*.png"))
        return sorted(int(found[1]) for found in names if found)

    def picture(self, epoch: int) -> bytes:
        """Some photographs as grey, as the network answered after that epoch, and as they are."""
        if epoch not in self.epochs():
            raise Refused(HTTPStatus.NOT_FOUND, f"There is no picture for epoch {epoch}.")
        return (self.folder / "pictures" / f"epoch-{epoch:03}.png").read_bytes()


class Trainer:
    """The runs on one folder of photographs, one at a time."""

    def __init__(
        self, photographs: Path, config: Path | None = None, runs: Path = Path("runs"), minutes: float = MINUTES
    ) -> None:
        self._photographs = photographs.absolute()
        self._config = config
        self._minutes = minutes
        self._runs = runs.absolute()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self, minutes: float | None = None) -> None:
        """Begin another run of about so many minutes; None is as many as the server was started with."""
        self._require(running=False)
        run = self._run(self._number() + 1)
        words = [str(self._photographs), "--out", str(run.folder), "--name", run.folder.name]
        words += ["--minutes", str(minutes or self._minutes)]
        if self._config is not None:
            words += ["--config", str(self._config)]
        self._launch(run, words, "wb")

    def resume(self) -> None:
        """Resume the run that was stopped last."""
        self._require(running=False)
        run = self._latest()
        if run is None or not run.can_go_on:
            raise Refused(HTTPStatus.CONFLICT, "There is no run to resume.", remedy="Start one.")
        self._launch(run, ["--resume", "--out", str(run.folder)], "ab")

    def stop(self) -> None:
        """Ask the run to save its work and end."""
        self._require(running=True)
        assert self._process is not None
        self._stopping = True
        self._process.terminate()

    def close(self) -> None:
        """End with the server: what was learned is saved."""
        if self._is_running():
            self.stop()
            assert self._process is not None
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:  # its last checkpoint is whole
                self._process.kill()

    def picture(self, epoch: int) -> bytes:
        """A picture of the latest run."""
        run = self._latest()
        if run is None:
            raise Refused(HTTPStatus.NOT_FOUND, "There is no run yet.")
        return run.picture(epoch)

    def told(self) -> dict[str, Any]:
        """Everything that the page shows of the latest run."""
        run = self._latest()
        told: dict[str, Any] = {
            "photographs": self._photographs.name,
            "minutes": self._minutes,
            "state": self._state(run),
        }
        if run is None:
            return told
        lines = run.lines()
        found = next(filter(None, map(STEP.search, reversed(lines))), None)
        step, steps = map(int, found.groups()) if found else (0, 0)
        return told | {
            "name": run.folder.name,
            "step": step,
            "steps": steps,
            "lines": lines,
            "history": run.history(),
            "pictures": run.epochs(),
        }

    def _state(self, run: Run | None) -> str:
        if self._is_running():
            return "stopping" if self._stopping else "running"
        if run is None:
            return "none"
        if run.is_finished:
            return "finished"
        return "stopped" if run.can_go_on else "failed"

    def _require(self, *, running: bool) -> None:
        if self._is_running() is not running:
            raise Refused(
                HTTPStatus.CONFLICT,
                "No training run is in progress." if running else "A training run is already in progress.",
            )

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _launch(self, run: Run, words: list[str], mode: str) -> None:
        self._runs.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "lab_colorize", "train", *words, "--install"]
        self._stopping = False
        log: IO[bytes]
        with run.log.open(mode) as log:
            # A session of its own: Ctrl-C in the server's terminal is the server's to pass on.
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def _latest(self) -> Run | None:
        number = self._number()
        return self._run(number) if number else None

    def _run(self, number: int) -> Run:
        return Run(self._runs / f"{self._stem()}-{number}")

    def _number(self) -> int:
        """Of the latest run, told by its log; 0 if there is none yet."""
        stem = re.escape(self._stem())
        names = (re.fullmatch(rf"{stem}-(\d+)\.log", path.name) for path in self._runs.glob("*.log"))
        return max((int(found[1]) for found in names if found), default=0)

    def _stem(self) -> str:
        """The folder's name, as far as it is fit for a model's."""
        return re.sub(r"[^A-Za-z0-9]+", "-", self._photographs.name).strip("-").lower() or "photographs"
