"""How a training run looks on standard error: bars on a terminal, one line per epoch elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

from lab_colorize.cli.console import printable
from lab_colorize.wording import named

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from lab_colorize.training.fit import Progress
    from lab_colorize.training.options import Stage
    from lab_colorize.training.run import Event, Exporting, Loaded, Loading, Scheduled

Watcher = Callable[["Event"], None]
PATIENCE = 60.0  # seconds without a line after which a log shows that the run is alive


@contextmanager
def watcher(*, quiet: bool) -> Iterator[Watcher]:
    """Tells what happens as it happens, in the way that suits where it is told."""
    if quiet:
        yield lambda _event: None
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield Terminal(bars)
    else:
        yield Log()


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("{task.fields[figures]}"), console=Console(stderr=True))


class Log:
    """Plain lines: one for what was loaded, one an epoch, one a minute in between."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        """Lines go to `write`, or to standard error."""
        self._write = write or partial(click.echo, err=True)
        self._spoke = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Write a line if the event is worth one."""
        line = _line(event)
        if line is None and time.monotonic() - self._spoke > PATIENCE:
            line = _sign_of_life(event)
        if line is not None:
            self._write(line)
            self._spoke = time.monotonic()


class Terminal:
    """The same lines above a bar that moves."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID = bars.add_task("Starting", total=None, figures="")

    def __call__(self, event: Event) -> None:
        """Move the bar."""
        from lab_colorize.training.fit import Progress
        from lab_colorize.training.run import Loading

        if (line := _line(event)) is not None:
            self._bars.console.print(line, markup=False, highlight=False)
        if isinstance(event, Loading):
            self._bars.update(self._task, description="Reading photos", completed=event.done, total=event.of)
        elif isinstance(event, Progress):
            self._bars.update(
                self._task,
                description=_epoch_name(event).capitalize(),
                completed=event.step,
                total=event.steps,
                figures=_figures(event),
            )


def _line(event: Event) -> str | None:
    """What is worth a line of its own."""
    from lab_colorize.training import fit, run

    if isinstance(event, run.Loaded):
        return _loaded(event)
    if isinstance(event, run.Scheduled):
        return _scheduled(event)
    if isinstance(event, fit.Progress):
        return _epoch(event) if event.metrics else None
    if isinstance(event, run.Exporting):
        return f"Exporting {event.target}"
    return None


def _sign_of_life(event: Event | Loading | Exporting) -> str | None:
    from lab_colorize.training import fit, run

    if isinstance(event, fit.Progress):
        return f"{_epoch_name(event)}, step {event.step}/{event.steps}, {_figures(event)}"
    return f"{event.done} of {event.of} photos read" if isinstance(event, run.Loading) else None


def _loaded(event: Loaded) -> str:
    left_out = {
        "grey or toned": event.grey,
        f"unreadable ({printable(named(event.unreadable))})": len(event.unreadable),
        "copies of validation photos": event.copies,
    }
    without = ", ".join(f"{count} {why}" for why, count in left_out.items() if count)
    streamed = event.train - event.in_memory
    return (
        f"{event.train} training photos, {event.validation} validation photos"
        + (f"; left out: {without}" if without else "")
        + (f"; {streamed} do not fit into memory and are read each time" if streamed else "")
    )


def _scheduled(event: Scheduled) -> str:
    stages = "; ".join(
        f"{stage.epochs:.3g} epochs at side {stage.side}, rate {stage.learning_rate:g}" + _frozen(stage)
        for stage in event.options.stages
    )
    every = event.options.validate_every
    stages += f"; validated every {every} epochs" if every > 1 else ""
    begun = f"; continues after step {event.done}" if event.done else ""
    return f"{event.options.network}, {event.parameters:,} parameters, in {event.options.run}: {stages}{begun}"


def _frozen(stage: Stage) -> str:
    if stage.hints_only:
        return ", only what takes hints learns"
    if not stage.freeze_encoder:
        return ""
    return f", encoder frozen up to {stage.thaw_from}" if stage.thaw_from else ", encoder frozen"


def _epoch(event: Progress) -> str:
    metrics = event.metrics
    assert metrics is not None
    return (
        f"{_epoch_name(event)}, step {event.step}/{event.steps}: loss {event.loss:.5f}, "
        f"PSNR {metrics.psnr:.2f} dB (grey {metrics.grey_psnr:.2f}), a/b error {metrics.ab_error:.1f} "
        f"(grey {metrics.grey_ab_error:.1f}), {event.photos_a_second:.1f} photos/s, {_left(event)}"
    )


def _epoch_name(event: Progress) -> str:
    """The epoch that a step belongs to; it lasts until its last step is done."""
    return f"epoch {math.ceil(event.epoch - 1e-6)}/{math.ceil(event.epochs - 1e-6)}"


def _figures(event: Progress) -> str:
    return f"loss {event.loss:.5f}, {event.photos_a_second:.1f} photos/s, {_left(event)}"


def _left(event: Progress) -> str:
    return f"{timedelta(seconds=round(event.seconds_left))} left"
