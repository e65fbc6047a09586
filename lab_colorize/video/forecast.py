"""What would be done with a film, and about how long it takes: some of its frames are coloured and thrown away."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

import av

from lab_colorize.ahead import ahead
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.video.colouring import Colouring, Pace, Place
from lab_colorize.video.options import VideoOptions
from lab_colorize.video.paint import Painter
from lab_colorize.video.plan import Plan, plan_for

_TRIED = 72  # frames


@dataclass(frozen=True, slots=True)
class Forecast:
    """A plan and its time."""

    plan: Plan
    seconds: float
    """It would take; 0 where the film does not say how long it is."""
    exists: bool
    """Whether the target is there already."""


def forecast(source: Path, target: Path | None, options: VideoOptions, colorizer: Colorizer) -> Forecast:
    """Plan, and learn the pace from the film itself. Writes nothing."""
    plan = plan_for(source, target, options)
    frames = plan.seconds * float(plan.facts.rate)
    return Forecast(plan, frames * _seconds_a_frame(plan, options, colorizer), plan.target.exists())


def _seconds_a_frame(plan: Plan, options: VideoOptions, colorizer: Colorizer) -> float:
    colouring = Colouring(plan.picture, colorizer, Painter(plan.encoding, 1.0), Pace.of(options), force=True)
    with plan.open() as film, av.open(BytesIO(), "w", format="nut") as thrown_away:
        stream = plan.encoding.add_to(thrown_away)
        decoded = islice(plan.frames(film), _TRIED)
        start, count = time.perf_counter(), 0
        with closing(ahead(colouring.frames(decoded, Place()), most=3)) as frames:
            for _, image in frames:
                thrown_away.mux(stream.encode(image))
                count += 1
        thrown_away.mux(stream.encode(None))
        return (time.perf_counter() - start) / max(1, count)
