"""What a batch would do: counted, measured by headers, and an estimate of its time. Writes nothing at all."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.copying import foreign
from lab_colorize.batch.journal import History, read_journal
from lab_colorize.batch.moved_folders import at_new_places
from lab_colorize.batch.options import BatchOptions, recipe_of
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.own_sidecars import OwnSidecars
from lab_colorize.batch.plan import Plan
from lab_colorize.batch.room import Room, room_for
from lab_colorize.batch.run import look, plan_batch
from lab_colorize.batch.task import Task
from lab_colorize.colouring.models import Model, find_model
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import ColorizeError
from lab_colorize.files.scan import Found
from lab_colorize.files.times import same_time
from lab_colorize.photos.kinds import SIDECAR_SUFFIXES, Format
from lab_colorize.wording import of_it
from lab_colorize.workers import WorkerPool, usable_cores

if TYPE_CHECKING:
    from lab_colorize.photos.formats.base import Header

_START = 0.4  # seconds: Python, OpenCV, the model; benchmarks/start.py
_FILES = 0.004  # seconds a photograph: reading, hashing, flushing to the disk, the journal
_SMALL, _LARGE = 192, 512  # sides of the samples, in pixels; the small one shows what does not depend on size
_LEAST_TURNS = 3  # of which the median counts


@dataclass(frozen=True, slots=True)
class Sort:
    """What the time for a photograph depends on, besides its size.

    16 bits take three to ten times as long as 8, and grey JPEGs, whose lightness is copied, half as long as others.
    """

    format: Format
    deep: bool
    coloured: bool = False
    """A JPEG of three channels, toned as a rule."""


@dataclass(frozen=True)
class Share:
    """The photographs of one sort."""

    photographs: int = 0
    megapixels: float = 0.0  # of all pages


@dataclass(frozen=True)
class Measured:
    """The photographs that are due, by their headers."""

    shares: Mapping[Sort, Share]
    unreadable: tuple[Outcome, ...]  # those that will fail instead, and why

    @property
    def photographs(self) -> int:
        """Of all sorts."""
        return sum(share.photographs for share in self.shares.values())

    @property
    def megapixels(self) -> float:
        """Of all sorts."""
        return sum(share.megapixels for share in self.shares.values())


@dataclass(frozen=True)
class Pace:
    """Seconds that one worker takes here: for a photograph however small, and for each megapixel of its sort on top."""

    a_photograph: float
    a_megapixel: Mapping[Sort, float]


@dataclass(frozen=True)
class Carrying:
    """What would become of sidecars, if all went well."""

    carried: tuple[tuple[str, str], ...] = ()  # and where to
    failing: tuple[Outcome, ...] = ()  # that would not be, and why
    following: frozenset[str] = frozenset()  # where those are that would move along from other places
    edited: tuple[str, ...] = ()  # that somebody edited beside their results, and that would be kept
    edits_replaced: frozenset[str] = frozenset()  # that --overwrite would replace


@dataclass(frozen=True)
class Survey:
    """Everything that --dry-run tells."""

    found: Found
    plan: Plan
    measured: Measured
    copies: int
    seconds: float  # an estimate: disks, formats and bit depths differ
    sidecars: Carrying
    left_out: tuple[str, ...]
    room: Room
    own_sidecars: tuple[tuple[str, str], ...]  # that no batch wrote and would move along: old and new names

    @property
    def failing(self) -> tuple[Outcome, ...]:
        """All that will fail for certain."""
        return (*self.measured.unreadable, *self.plan.rejected, *self.sidecars.failing)

    @property
    def edits_replaced(self) -> frozenset[str]:
        """What somebody edited, and --overwrite would replace."""
        failing = {outcome.source for outcome in self.failing}
        targets = frozenset(task.target for task in self.plan.due if task.source not in failing)
        return (targets & self.plan.edits_replaced) | self.sidecars.edits_replaced


def survey(options: BatchOptions, known: History | None = None) -> Survey:
    """Plan as a batch would, measure what is due, and learn the pace by colouring samples of its sorts in memory.

    `known` is what was read of the journal a moment ago.
    """
    found = look(options)
    model = find_model(options.model)
    plan = plan_batch(options, found, recipe_of(model, options.colorize), known)
    blocked = {one.source: one for one in _blocked(options, plan)}
    due = [task for task in plan.due if not task.copy_only and task.source not in blocked]
    measured = measure(options.boxes, due, max_pixels=options.colorize.max_pixels)
    measured = replace(measured, unreadable=(*measured.unreadable, *blocked.values()))
    workers = max(1, min(options.workers, usable_cores(), measured.photographs))
    pace = pace_of(measured.shares, model, options.colorize, workers) if measured.photographs else Pace(0.0, {})
    sidecars = Carrying() if options.copy_rest else _carried(options, found, plan, measured, known)
    own = OwnSidecars(options.out, read_journal(options.out, known)) if plan.moves else None
    own_sidecars = () if own is None else tuple(pair for move in plan.moves for pair in own.along(move))
    return Survey(
        found,
        plan,
        measured,
        sum(task.copy_only and task.source not in blocked for task in plan.due),
        estimate(measured, pace, workers),
        sidecars,
        () if options.copy_rest else tuple(found.rest),
        room_for(plan),
        own_sidecars,
    )


def _blocked(options: BatchOptions, plan: Plan) -> Iterator[Outcome]:
    """What fails for others' files in its way; of the same time, or a copy's size, they may be a batch's after all."""
    for task in plan.due if not options.colorize.overwrite else ():
        target = options.out / task.target
        with suppress(OSError):
            there, photograph = target.lstat(), options.boxes.path(task.source).stat()
            copied = task.copy_only and there.st_size == photograph.st_size
            coloured = not task.copy_only and same_time(photograph.st_mtime_ns, there.st_mtime_ns)
            if there.st_size and not (copied or coloured or task.target in plan.written):
                error = foreign(target)
                yield Outcome(task.source, None, Status.FAILED, error.what, error.remedy)


def _carried(options: BatchOptions, found: Found, plan: Plan, measured: Measured, known: History | None) -> Carrying:
    """What would become of sidecars; none of those that belong to a result count as left out."""
    from lab_colorize.batch.sidecars import Sidecars

    if not any(name.endswith(SIDECAR_SUFFIXES) for name in found.rest):
        return Carrying()
    failing = {outcome.source for outcome in measured.unreadable}
    before = (replace(one, status=Status.DONE) for one in plan.up_to_date if one.target)
    coloured = (Outcome(one.source, one.target, Status.DONE) for one in plan.due if one.source not in failing)
    history = at_new_places(options.boxes, read_journal(options.out, known))
    last = history.last | {one.source: one for one in (*before, *coloured)}
    followed = {move.after.source: move.before.source for move in plan.moves}
    sidecars = Sidecars(options, found, replace(history, last=last), followed)
    sidecars.count_as_found()
    moved = {move.after.source: move.targets[1] for move in sidecars.moves}
    due = list(sidecars.due(moved))
    doomed = tuple(failed for failed in (sidecars.failing(sidecar, made) for sidecar, made in due) if failed)
    lost = {outcome.source for outcome in doomed}
    carried = moved | {sidecar: sidecars.target(sidecar, made) for sidecar, made in due if sidecar not in lost}
    edited = (sidecars.edited(sidecar, made) for sidecar, made in due if sidecar not in lost)
    return Carrying(
        tuple(carried.items()),
        doomed,
        frozenset(move.targets[0] for move in sidecars.moves),
        tuple(sidecars.kept()),
        frozenset(filter(None, edited)),
    )


def measure(boxes: Boxes, tasks: list[Task], *, max_pixels: int) -> Measured:
    """Add up the pixels that the headers claim."""
    from lab_colorize.photos.photo import probe_header

    sizes: dict[Sort, list[int]] = defaultdict(list)
    unreadable: list[Outcome] = []
    for task in tasks:
        try:
            format, header = probe_header(boxes.path(task.source), max_pixels=max_pixels)
        except ColorizeError as error:
            reason = of_it(boxes.path(task.source), error.what)
            unreadable.append(Outcome(task.source, None, Status.FAILED, reason, error.remedy))
        except OSError as error:
            unreadable.append(Outcome(task.source, None, Status.FAILED, f"{error.strerror or error}."))
        else:
            sizes[_sort_of(format, header)].append(header.total)
    shares = {sort: Share(len(pixels), sum(pixels) / 1e6) for sort, pixels in sizes.items()}
    return Measured(shares, tuple(unreadable))


def _sort_of(format: Format, header: "Header") -> Sort:
    return Sort(format, header.bits > 8, format is Format.JPEG and header.channels > 1)


def estimate(measured: Measured, pace: Pace, workers: int) -> float:
    """Seconds for all of it, shared among the workers."""
    sizes = sum(share.megapixels * pace.a_megapixel[sort] for sort, share in measured.shares.items())
    return _START + (measured.photographs * (pace.a_photograph + _FILES) + sizes) / workers


def pace_of(sorts: Collection[Sort], model: Model, options: ColorizeOptions, workers: int) -> Pace:
    """Colour a small sample, and a larger one of each sort, in memory and as many at a time as a batch does."""
    samples = {sort: _sample(sort, _LARGE) for sort in sorts}
    small = _sample(Sort(Format.JPEG, deep=False), _SMALL)
    turns = [sample for sample in (small, *samples.values()) for _ in range(max(_LEAST_TURNS, workers))]
    seconds: dict[bytes, list[float]] = defaultdict(list)
    for sample, taken in WorkerPool(turns, lambda: _stopwatch(small, model, options), workers).results():
        seconds[sample].append(taken)
    least = median(seconds[small])
    megapixels = _LARGE**2 / 1e6
    return Pace(least, {sort: max(0.0, median(seconds[samples[sort]]) - least) / megapixels for sort in sorts})


def _stopwatch(small: bytes, model: Model, options: ColorizeOptions) -> Callable[[bytes], tuple[bytes, float]]:
    """Give a worker what colours a sample and tells the seconds, with a network of its own."""
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.colouring.in_memory import colorize_bytes

    colorizer = Colorizer(model, threads=1)

    def colour(sample: bytes) -> tuple[bytes, float]:
        start = time.perf_counter()
        colorize_bytes(sample, name="sample", colorizer=colorizer, options=options)
        return sample, time.perf_counter() - start

    colour(small)  # the first one also wakes the network up
    return colour


def _sample(sort: Sort, side: int) -> bytes:
    """A grey picture, smooth but for its grain, which compresses as badly as a scan."""
    import cv2
    import numpy as np

    from lab_colorize.photos.formats.base import Metadata, Page
    from lab_colorize.photos.photo import Photo, encode_photo

    random = np.random.default_rng(0)
    smooth = cv2.resize(random.uniform(30, 220, (8, 8)), (side, side), interpolation=cv2.INTER_CUBIC)
    levels = np.clip(smooth + random.normal(0, 4, (side, side)), 0, 255)
    pixels = (levels * 257).astype(np.uint16) if sort.deep else levels.astype(np.uint8)
    pixels = np.dstack([pixels] * 3) if sort.coloured else pixels
    return encode_photo(Photo((Page(pixels, None),), sort.format.written, Metadata()))
