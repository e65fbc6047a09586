"""How far a film is, on standard error: frames a second, speed against the film's own, time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lab_colorize.cli.progress import in_words

if TYPE_CHECKING:
    from lab_colorize.video.plan import Plan
    from lab_colorize.video.run import Progress

_BETWEEN_LINES = 30.0  # seconds, where nobody watches
_BETWEEN_UPDATES = 0.5


class FilmProgress:
    """Hears of the plan and of every frame, and says a line now and then."""

    def __init__(self, say: Callable[[str], None], between: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._between, self._clock = say, between, clock
        self._seconds, self._rate = 0.0, 25.0
        self._start = self._last = clock()

    def plan(self, plan: Plan) -> None:
        """Learn how long the film is."""
        self._seconds, self._rate = plan.seconds, float(plan.facts.rate)
        self._start = self._last = self._clock()

    def __call__(self, progress: Progress) -> None:
        """A frame is done."""
        now = self._clock()
        if now - self._last >= self._between:
            self._last = now
            self._say(self.line(progress, now - self._start))

    def line(self, progress: Progress, seconds: float) -> str:
        """How far it is, in words."""
        rate = (progress.frames - progress.before) / seconds if seconds > 0 else 0.0
        told = f"{rate:.1f} frames/s, {rate / self._rate:.2f} times the film's speed"
        if not self._seconds:
            return f"{clock_time(progress.seconds)}, {told}"
        left = max(0.0, self._seconds - progress.seconds) * self._rate / rate if rate else 0.0
        return f"{clock_time(progress.seconds)} of {clock_time(self._seconds)}, {told}, {in_words(left)} left"


def clock_time(seconds: float) -> str:
    """A place in a film as players show it."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


@contextmanager
def film_progress(*, quiet: bool) -> Iterator[FilmProgress]:
    """Give what hears of the frames."""
    if quiet:
        yield FilmProgress(lambda _: None, float("inf"))
    elif sys.stderr.isatty():
        yield FilmProgress(lambda line: click.echo(f"\r\x1b[K{line}", nl=False, err=True), _BETWEEN_UPDATES)
        click.echo("\r\x1b[K", nl=False, err=True)
    else:
        yield FilmProgress(lambda line: click.echo(line, err=True), _BETWEEN_LINES)
