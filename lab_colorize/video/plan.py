"""What will be done with a film, decided before anything is written: where to, with which encoder, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from io import BytesIO
from itertools import dropwhile, islice, takewhile
from pathlib import Path

import av

from lab_colorize.errors import UsageProblem
from lab_colorize.files.hashing import sha256_of
from lab_colorize.video.encoding import CODECS, Encoding, layout_held
from lab_colorize.video.entry import Entry
from lab_colorize.video.facts import Facts
from lab_colorize.video.fields import deinterlaced
from lab_colorize.video.folder import FrameFolder
from lab_colorize.video.frame import Picture
from lab_colorize.video.join import CONTAINERS, Span, container_for, kept_streams
from lab_colorize.video.options import VideoOptions
from lab_colorize.video.provenance import is_stamped
from lab_colorize.video.source import Decoded, Film
from lab_colorize.video.survey import Survey, survey
from lab_colorize.wording import number_of

Source = Film | FrameFolder


@dataclass(frozen=True, slots=True)
class Plan:
    """One film's way."""

    source: Path
    target: Path
    container: str
    """FFmpeg's name of what the target is written as."""
    survey: Survey
    encoding: Encoding
    span: Span
    stamped: bool
    """Whether it is a result of this tool."""
    kept: tuple[int, ...]
    """Streams that are copied, by the source's index."""
    notes: tuple[str, ...]
    """What could not be kept, in words for a person."""
    fps: Fraction | None
    deinterlace: bool

    @property
    def facts(self) -> Facts:
        """What the film says of itself."""
        return self.survey.facts

    @property
    def picture(self) -> Picture:
        """What its frames have in common."""
        return self.survey.picture

    @property
    def seconds(self) -> float:
        """How long the result will be; 0 where nobody knows."""
        whole = self.facts.seconds
        return max(0.0, min(whole, self.span.end) - self.span.start) if whole else 0.0

    def open(self) -> Source:
        """Open the source once more."""
        return opened(self.source, self.fps)

    def sha256(self) -> str:
        """The hash of the source."""
        with self.open() as film:
            return film.sha256() if isinstance(film, FrameFolder) else sha256_of(self.source)

    def frames(self, film: Source) -> Iterator[Decoded]:
        """The frames that are asked for, from the beginning."""
        return self._spanned(film.frames())

    def _spanned(self, frames: Iterator[Decoded]) -> Iterator[Decoded]:
        if self.deinterlace:
            frames = deinterlaced(frames, self.facts.time_base)
        if self.span.whole:
            return frames
        base = self.facts.time_base
        begun = dropwhile(lambda one: one.pts * base < self.span.start, frames)
        return takewhile(lambda one: one.pts * base < self.span.end, begun)

    def resumed(self, film: Source, entry: Entry) -> Iterator[Decoded]:
        """The frames from a place on: entered there if that finds the very same frame, else read from the beginning."""
        frames = dropwhile(lambda one: one.pts < entry.pts, self._spanned(_entered(film, entry.pts)))
        first = next(frames, None)
        if first is not None and (first.pts, first.checksum) == (entry.pts, entry.checksum):
            yield first
            yield from frames
            return
        with self.open() as again:
            yield from islice(self.frames(again), entry.number, None)


def _entered(film: Source, pts: int) -> Iterator[Decoded]:
    """Frames from before a time on, or none if a film cannot be entered there."""
    try:
        yield from film.frames(at_least=pts)
    except av.error.FFmpegError:
        return


def opened(source: Path, fps: Fraction | None, *, ahead: bool = True) -> Source:
    """A film, or a folder of frames if their rate is given."""
    return FrameFolder(source, fps) if source.is_dir() and fps is not None else Film(source, ahead=ahead)


def plan_for(source: Path, target: Path | None, options: VideoOptions) -> Plan:
    """Look at a film, and decide."""
    with opened(source, options.fps, ahead=False) as film:
        found = survey(film)
        facts, picture = found.facts, found.picture
        gaps = _gaps(film)
        stamped = film.container is not None and is_stamped(film.container.metadata)
    codec = CODECS[options.codec]
    layout = layout_held(codec, picture.layout, picture.width, picture.height)
    interlaced = facts.interlaced and not options.deinterlace
    encoding = Encoding(codec, layout, picture, facts, options, reordered=True, interlaced=interlaced)
    target = target or _usual_target(source, encoding)
    container = container_for(target)
    encoding = replace(encoding, reordered=container != "avi")
    _check(encoding, container, target)
    with opened(source, options.fps) as film:
        kept, left = kept_streams(film, container) if isinstance(film, Film) else ([], [])
    span = Span(options.start, float("inf") if options.duration is None else options.start + options.duration)
    notes = (
        *gaps,
        *(f"{target.suffix} cannot hold {stream}, which was left out" for stream in left),
        *_notes(encoding),
    )
    return Plan(
        source, target, container, found, encoding, span, stamped, tuple(kept), notes, options.fps, options.deinterlace
    )


def _usual_target(source: Path, encoding: Encoding) -> Path:
    """NAME_colorized beside the film, in its own container if that can be written and holds the codec."""
    name = source.with_name(f"{source.name if source.is_dir() else source.stem}_colorized")
    suffix = (
        source.suffix
        if source.suffix.lower() in CONTAINERS and not source.is_dir()
        else ".mp4"
        if source.is_dir()
        else ".mkv"
    )
    if not _holds(CONTAINERS[suffix.lower()], encoding):
        suffix = ".mkv"
    return name.with_name(name.name + suffix)


def _holds(container: str, encoding: Encoding) -> bool:
    try:
        _write_header(container, encoding)
    except (av.error.FFmpegError, ValueError):
        return False
    return True


def _write_header(container: str, encoding: Encoding) -> None:
    with av.open(BytesIO(), "w", format=container) as trial:
        encoding.add_to(trial)
        trial.start_encoding()


def _check(encoding: Encoding, container: str, target: Path) -> None:
    """Refuse now what the encoder or the container would refuse after hours."""
    try:
        _write_header(container, encoding)
    except av.error.FFmpegError as error:
        preset = f" with the preset {encoding.options.preset!r}" if encoding.options.preset else ""
        raise UsageProblem(
            f"The encoder of {encoding.options.codec} does not start{preset}.",
            remedy="Leave --preset and --quality out, or choose another --codec.",
        ) from error
    except ValueError as error:
        raise UsageProblem(
            f"{target.suffix} cannot hold {encoding.options.codec}.", remedy="Choose another name, such as .mkv."
        ) from error


def _gaps(film: Source) -> tuple[str, ...]:
    """What a folder lacks."""
    if isinstance(film, Film) or not film.missing:
        return ()
    return (f"{number_of(film.missing, 'number')} between the first and the last frame have no file",)


def _notes(encoding: Encoding) -> tuple[str, ...]:
    """What the codec cannot hold of the film's levels."""
    film, held = encoding.picture.layout, encoding.layout
    notes = []
    if held.bits < film.bits:
        notes.append(f"{film.bits} bits were rounded to {held.bits}, the most that {encoding.options.codec} takes here")
    if held.chroma == "444" and film.chroma != "444" and (encoding.picture.width % 2 or encoding.picture.height % 2):
        notes.append("an odd number of pixels needs 4:4:4, which not every player plays")
    return tuple(notes)
