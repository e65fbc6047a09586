"""What a batch would do: counted, measured by headers, and an estimate of its time. Writes nothing at all."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab_colorize.batch.options import BatchOptions, recipe_of, usable_cores
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.plan import Plan, Task
from lab_colorize.batch.run import look, plan_batch
from lab_colorize.batch.words import of_it
from lab_colorize.errors import ColorizeError

if TYPE_CHECKING:
    from lab_colorize.batch.find import Found
    from lab_colorize.models import Model

_SMALL, _LARGE = 256, 1414  # sides of the pictures that are coloured to learn the pace: 0.07 and 2 megapixels


@dataclass(frozen=True)
class Measured:
    """The photographs that are due, by their headers."""

    photographs: int
    megapixels: float
    unreadable: tuple[Outcome, ...]  # those that will fail, and why


@dataclass(frozen=True)
class Pace:
    """Seconds that one worker takes here: for a photograph however small, and for each megapixel on top."""

    a_photograph: float
    a_megapixel: float


@dataclass(frozen=True)
class Survey:
    """Everything that --dry-run tells."""

    found: "Found"
    plan: Plan
    measured: Measured
    copies: int
    seconds: float  # an estimate: disks, formats and bit depths differ
    left_out: tuple[str, ...]

    @property
    def failing(self) -> tuple[Outcome, ...]:
        """All that will fail for certain."""
        return (*self.measured.unreadable, *self.plan.hopeless)


def survey(options: BatchOptions) -> Survey:
    """Plan as a batch would, measure what is due, and learn the pace by colouring two small pictures in memory."""
    from lab_colorize.models import find_model

    found = look(options)
    model = find_model(options.model)
    plan = plan_batch(options, found, recipe_of(model, options.colorize))
    due = [task for task in plan.due if not task.copy_only]
    measured = measure(options.folder, due, max_pixels=options.colorize.max_pixels)
    seconds = estimate(measured, pace_of(model), min(options.workers, usable_cores())) if measured.photographs else 0.0
    left_out = () if options.copy_rest else tuple(found.rest)
    return Survey(found, plan, measured, len(plan.due) - len(due), seconds, left_out)


def measure(folder: Path, tasks: list[Task], *, max_pixels: int) -> Measured:
    """Add up the pixels that the headers claim."""
    from lab_colorize.photo import probe_photo

    photographs, pixels, unreadable = 0, 0, []
    for task in tasks:
        try:
            _, width, height = probe_photo(folder / task.source, max_pixels=max_pixels)
        except ColorizeError as error:
            reason = of_it(folder / task.source, error.what)
            unreadable.append(Outcome(task.source, None, Status.FAILED, reason, error.remedy))
        except OSError as error:
            unreadable.append(Outcome(task.source, None, Status.FAILED, f"{error.strerror or error}."))
        else:
            photographs, pixels = photographs + 1, pixels + width * height
    return Measured(photographs, pixels / 1e6, tuple(unreadable))


def estimate(measured: Measured, pace: Pace, workers: int) -> float:
    """Seconds for all of it, shared among the workers."""
    alone = measured.photographs * pace.a_photograph + measured.megapixels * pace.a_megapixel
    return alone / max(1, min(workers, measured.photographs))


def pace_of(model: "Model") -> Pace:
    """Colour a small and a larger picture from JPEG to JPEG, in memory, and draw a line through both times."""
    small, large = (_seconds_for(side, model) for side in (_SMALL, _LARGE))
    slope = max(0.0, large - small) / ((_LARGE**2 - _SMALL**2) / 1e6)
    return Pace(max(0.0, small - slope * _SMALL**2 / 1e6), slope)


def _seconds_for(side: int, model: "Model") -> float:
    """The better of two, since the first one also wakes the network up."""
    import numpy as np

    from lab_colorize.colorizer import ColorizeOptions, Colorizer, colorize_bytes
    from lab_colorize.metadata import Metadata
    from lab_colorize.photo import Format, Page, Photo, encode_photo

    grain = np.random.default_rng(0).integers(0, 256, (side // 8 + 1, side // 8 + 1), np.uint8)
    pixels = np.kron(grain, np.ones((8, 8), np.uint8))[:side, :side]
    content = encode_photo(Photo((Page(np.ascontiguousarray(pixels), None),), Format.JPEG, Metadata()))
    colorizer = Colorizer(model, threads=1)
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        colorize_bytes(content, name="sample", colorizer=colorizer, options=ColorizeOptions())
        best = min(best, time.perf_counter() - start)
    return best
