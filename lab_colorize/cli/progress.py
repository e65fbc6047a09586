"""How far a batch is, on standard error: a bar on a terminal, a plain line now and then elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lab_colorize.cli.tally import Tally

Shown = Callable[["Tally"], None]

_SECONDS_BETWEEN_LINES = 30.0
_SHARE_BETWEEN_LINES = 0.05
_LEAST_SECONDS_BETWEEN_LINES = 1.0  # a quick batch fills no log


@contextmanager
def progress(total: int, *, quiet: bool, by: object = None) -> Iterator[Shown]:
    """Give what shows the tally after each outcome, and `by` whom, if that is said."""
    if quiet or total == 0:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar(total, by) as shown:
            yield shown
    else:
        yield Lines(total, by=by).show


@contextmanager
def _bar(total: int, by: object) -> Iterator[Shown]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        *([TextColumn("{task.fields[by]}")] if by else []),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
    )
    start = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("", total=total, rate="", by=by, failed="")

        def show(tally: Tally) -> None:
            rate = rate_in_words(tally.tried, time.monotonic() - start)
            bar.update(line, completed=tally.tried, rate=rate, failed=f"{tally.failed} failed" if tally.failed else "")

        yield show


class Lines:
    """A plain line every half minute, or every twentieth of a longer batch."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic, *, by: object = None) -> None:
        self._total = total
        self._by = by
        self._clock = clock
        self._start = self._last = clock()
        self._told = 0

    def show(self, tally: Tally) -> None:
        """Write a line if it is time for one."""
        now = self._clock()
        waited = now - self._last
        share = (tally.tried - self._told) / self._total
        if waited >= _SECONDS_BETWEEN_LINES or (
            share >= _SHARE_BETWEEN_LINES and waited >= _LEAST_SECONDS_BETWEEN_LINES
        ):
            self._last, self._told = now, tally.tried
            click.echo(self._line(tally, now - self._start), err=True)

    def _line(self, tally: Tally, seconds: float) -> str:
        left = seconds / max(1, tally.tried) * (self._total - tally.tried)
        rate = rate_in_words(tally.tried, seconds)
        by = f", {self._by}" if self._by else ""
        return f"{tally.tried} of {self._total}, {rate}, {in_words(left)} left, {tally.failed} failed{by}"


def rate_in_words(count: int, seconds: float) -> str:
    """Photographs a second, or a minute if they are slow."""
    rate = count / seconds if seconds > 0 else 0.0
    return f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.1f}/min"


def in_words(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
