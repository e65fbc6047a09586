"""A film from beginning to end: opened, looked through, coloured segment by segment, and joined. The room's face."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import av

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.names import compare_path
from lab_colorize.errors import AlreadyInColour, OutputError, OutputExists, UnreadableFilm
from lab_colorize.version import __version__
from lab_colorize.video.colouring import Colouring, Pace, Place
from lab_colorize.video.compare import write_comparison
from lab_colorize.video.frame import Frame
from lab_colorize.video.join import Join, lasting
from lab_colorize.video.journal import Journal, Output, Recipe, SegmentFacts, was_made
from lab_colorize.video.options import VideoOptions
from lab_colorize.video.paint import Painter
from lab_colorize.video.plan import Plan, Source, plan_for
from lab_colorize.video.provenance import Provenance
from lab_colorize.video.segments import Length, Segments, Stopped
from lab_colorize.video.source import Decoded, Film
from lab_colorize.wording import number_of
from lab_colorize.workers import keep_opencv_to_one_core

LEAST_MISSING = 0.25  # seconds; containers round, and count the last frame this way or that


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a film is."""

    frames: int
    """Done, also by an earlier run."""
    before: int
    """Of these, by an earlier run."""
    seconds: float
    """Of the film, done."""


@dataclass(frozen=True, slots=True)
class ColouredFilm:
    """A film that was coloured and written."""

    target: Path
    frames: int
    seconds: float
    width: int
    height: int
    source_sha256: str
    target_sha256: str
    frames_in_colour: int
    """Of scenes that have colours of their own, and were left alone."""
    missing_seconds: float
    """What the container promises and could not be decoded."""
    damaged: int
    """Frames that could not be decoded, or not wholly."""
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all of the film is there."""
        return not self.missing_seconds and not self.damaged


class Interrupted(Exception):  # no error
    """The film was stopped between segments; the same command continues."""

    def __init__(self, progress: Progress) -> None:
        super().__init__("stopped")
        self.progress = progress


@dataclass(slots=True)
class Hooks:
    """Who is told, and who may stop it."""

    on_progress: Callable[[Progress], None] = lambda _: None
    on_plan: Callable[[Plan], None] = lambda _: None
    stop: Callable[[], bool] = lambda: False
    length: Length = field(default_factory=Length)


def colorize_video(
    source: Path | str,
    target: Path | str | None = None,
    *,
    colorizer: Colorizer | None = None,
    options: VideoOptions | None = None,
    hooks: Hooks | None = None,
) -> ColouredFilm:
    """Colour a film, or a folder of frames, and write it whole to `target`, with everything else that is in it.

    Run again after an interruption it goes on where it stopped. Raises `lab_colorize.errors`, as `colorize_photo` does;
    `source` is never touched.
    """
    options, hooks, colorizer = options or VideoOptions(), hooks or Hooks(), colorizer or Colorizer()
    source, target = Path(source), None if target is None else Path(target)
    try:
        return _carried_out(source, target, colorizer, options, hooks)
    except av.error.FFmpegError as error:
        raise UnreadableFilm(
            f"{source} cannot be coloured: FFmpeg says {(error.strerror or str(error)).lower()}.",
            remedy="Get an intact copy of the film, or convert it to FFV1 in Matroska first.",
        ) from error


def _carried_out(
    source: Path, target: Path | None, colorizer: Colorizer, options: VideoOptions, hooks: Hooks
) -> ColouredFilm:
    plan = plan_for(source, target, options)
    _refuse(plan, options)
    hooks.on_plan(plan)
    fingerprint = options.fingerprint(_saturation(colorizer, options))
    recipe = Recipe(plan.sha256(), colorizer.model.sha256, fingerprint, __version__)
    with Journal(plan.target, recipe, overwrite=options.overwrite) as journal:
        if journal.made(plan.target) is None:
            _colour(plan, journal, colorizer, options, hooks)
        if not journal.segments:
            raise UnreadableFilm(f"{plan.source} has no frame there.", remedy="Give an earlier --start.")
        if options.compare:
            _compare(plan, journal, overwrite=options.overwrite)
        provenance = Provenance(colorizer.model.name, colorizer.model.sha256)
        film = _told(plan, journal, _join(plan, journal, provenance, overwrite=options.overwrite))
        journal.remove()
    return film


def _refuse(plan: Plan, options: VideoOptions) -> None:
    """Say no before hours of work."""
    if plan.target.exists() and plan.source.exists() and plan.target.samefile(plan.source):
        raise OutputError(f"{plan.target} is the film itself, which is never replaced.", remedy="Choose another name.")
    for path in (compare_path(plan.target), plan.target)[not options.compare :]:
        if os.path.lexists(path) and not options.overwrite and not was_made(path, plan.target):
            raise OutputExists(f"{str(path)!r} exists already.", remedy="Give --overwrite to replace it.")
    if options.force:
        return
    if plan.stamped:
        raise AlreadyInColour(
            f"{plan.source} is a result of lab-colorize and was left alone.", remedy="--force colours it again."
        )
    if plan.survey.in_colour:
        raise AlreadyInColour(
            f"{plan.source} is already in colour and was left alone.", remedy="--force colours it anyway."
        )


def _colour(plan: Plan, journal: Journal, colorizer: Colorizer, options: VideoOptions, hooks: Hooks) -> None:
    """Make all segments that are not there yet."""
    keep_opencv_to_one_core()  # the others encode
    painter = Painter(plan.encoding, _saturation(colorizer, options))
    colouring = Colouring(plan.picture, colorizer, painter, Pace.of(options), force=options.force)
    damaged = journal.segments[-1].damaged if journal.segments else 0
    counted = _Counted(plan, journal, hooks)
    with plan.open() as film:
        segments = Segments(journal, plan.encoding, hooks.length, colouring.pace, lambda: damaged + film.damaged)
        try:
            segments.write(colouring.frames(*_from_here(plan, film, journal)), counted.add, hooks.stop)
        except Stopped:
            raise Interrupted(counted.progress) from None


class _Counted:
    """Frames counted as they come."""

    def __init__(self, plan: Plan, journal: Journal, hooks: Hooks) -> None:
        before = sum(segment.frames for segment in journal.segments)
        self._begin = journal.segments[0].begin if journal.segments else None
        self._base, self._hooks = plan.facts.time_base, hooks
        self.progress = Progress(before, before, 0.0)

    def add(self, frame: Frame) -> None:
        """One more is done."""
        self._begin = frame.pts if self._begin is None else self._begin
        seconds = float((frame.pts - self._begin) * self._base)
        self.progress = Progress(self.progress.frames + 1, self.progress.before, seconds)
        self._hooks.on_progress(self.progress)


def _saturation(colorizer: Colorizer, options: VideoOptions) -> float:
    return colorizer.model.card.saturation if options.saturation is None else options.saturation


def _from_here(plan: Plan, film: Source, journal: Journal) -> tuple[Iterator[Decoded], Place]:
    """The frames that are not done yet, with those before them that decide how they are coloured."""
    if not journal.segments:
        return plan.frames(film), Place()
    last = journal.segments[-1]
    return plan.resumed(film, last.entry), Place(last.next, last.state)


def _join(plan: Plan, journal: Journal, provenance: Provenance, *, overwrite: bool) -> Output:
    """Put all together under the film's name."""
    with plan.open() as film:
        container = film.container
        tags = provenance.tags(lasting(container.metadata) if container is not None else {})
        joining = Join(film if isinstance(film, Film) else None, journal, plan.encoding, plan.container, plan.span)

        def fill(file: BinaryIO) -> int:
            joining.write(file, plan.kept, tags)
            if plan.container in {"mp4", "mov"}:
                file.seek(0, os.SEEK_END)
                file.write(provenance.box())
            return joining.dropped

        return journal.make(plan.target, fill, overwrite=overwrite)


def _compare(plan: Plan, journal: Journal, *, overwrite: bool) -> None:
    def fill(file: BinaryIO) -> int:
        write_comparison(file, plan, journal)
        return 0

    journal.make(compare_path(plan.target), fill, overwrite=overwrite)


def _told(plan: Plan, journal: Journal, made: Output) -> ColouredFilm:
    frames = sum(segment.frames for segment in journal.segments)
    in_colour = sum(segment.in_colour for segment in journal.segments)
    missing = _missing_seconds(plan, journal.segments)
    notes = list(plan.notes)
    if in_colour:
        notes.append(f"{in_colour} frames are of scenes in colour already, and were left alone")
    damaged = journal.segments[-1].damaged
    if damaged:
        notes.append(f"{number_of(damaged, 'frame')} could not be decoded, or not completely")
    if made.dropped:
        notes.append(f"{number_of(made.dropped, 'packet')} of sound or subtitles had no sensible time")
    if missing:
        notes.append(f"{missing:.1f} s of the picture could not be decoded and are missing")
    return ColouredFilm(
        target=plan.target,
        frames=frames,
        seconds=_length(plan, journal.segments),
        width=plan.picture.width,
        height=plan.picture.height,
        source_sha256=journal.recipe.source_sha256,
        target_sha256=made.sha256,
        frames_in_colour=in_colour,
        missing_seconds=missing,
        damaged=damaged,
        notes=tuple(notes),
    )


def _length(plan: Plan, segments: list[SegmentFacts]) -> float:
    return float((segments[-1].last + segments[-1].last_duration - segments[0].begin) * plan.facts.time_base)


def _missing_seconds(plan: Plan, segments: list[SegmentFacts]) -> float:
    """What the container promises beyond what was decoded."""
    facts, damaged = plan.facts, segments[-1].damaged
    if not plan.span.whole or not (facts.promised or damaged):
        return 0.0
    short = facts.seconds - _length(plan, segments)
    frames = sum(segment.frames for segment in segments)
    lacking = float((facts.frames - frames) / facts.rate) if damaged and facts.frames else 0.0
    longest = max(short, lacking)
    return round(longest, 2) if longest > max(LEAST_MISSING, 2 / float(facts.rate)) else 0.0
