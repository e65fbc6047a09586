"""A film as frames: opened, its picture found, decoded in order with the time of each frame. Never written to.

What a container gets wrong is put right here: times that run backwards or are missing, frames that change their size.
What cannot be decoded is passed over and counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av import VideoFrame
from av.video import VideoStream

from lab_colorize.errors import UnreadableFilm
from lab_colorize.video.entry import checksum
from lab_colorize.video.facts import Facts, StreamFacts

MOST_PIXELS = 16384 * 8704  # twice the area of the largest picture that H.264 or HEVC can hold
_FIELD_ORDERS = {2: True, 4: True, 3: False, 5: False}  # FFmpeg's AV_FIELD_TT, TB, BB, BT: is the top one first?
_USUAL_RATE = Fraction(25)
_FASTEST = 1000  # frames a second; a film that claims more has no rate worth the name


@dataclass(slots=True)
class Decoded:
    """A frame with its time, in units of the film's time base; times only go forward."""

    image: VideoFrame
    pts: int
    duration: int
    checksum: int


class Film:
    """A film that is open for reading."""

    def __init__(self, path: Path, *, ahead: bool = True) -> None:
        """Open it; threads decode `ahead` of the frame that is asked for, which is wasted if few are wanted."""
        self.path = path
        self.damaged = 0
        """Packets and frames that could not be decoded, or not wholly."""
        self.broken_times = 0
        """Frames whose time was missing or ran backwards."""
        self._container = _opened(path)
        try:
            self._stream = _picture_of(self._container, path)
            self._stream.thread_type = "AUTO" if ahead else "SLICE"
            self.facts = _facts(self._container, self._stream)
        except BaseException:
            self._container.close()
            raise

    @property
    def container(self) -> Any:
        """The open container, for what is copied from it."""
        return self._container

    @property
    def index(self) -> int:
        """Which of the streams is coloured."""
        return self._stream.index

    def frames(self, *, at_least: int | None = None) -> Iterator[Decoded]:
        """Every frame in the order in which it is shown; from one before the time `at_least`, if that is given."""
        if at_least is not None:
            self._container.seek(at_least, stream=self._stream)
        clock = _Clock(self.facts, by_dts="avi" in self._container.format.name)
        for frame in self._decoded():
            self.damaged += frame.is_corrupt
            yield Decoded(frame, *clock.time_of(frame), checksum(frame))
        self.broken_times = clock.broken

    def _decoded(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except (av.error.EOFError, StopIteration):
                return
            except (av.error.FFmpegError, ValueError):
                self.damaged += 1
                if self.damaged > _MOST_DAMAGE:
                    return
                continue
            yield from frames

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()


_MOST_DAMAGE = 100_000  # a demuxer that fails without going forward must end, too


class _Clock:
    """Times of frames that only go forward."""

    def __init__(self, facts: Facts, *, by_dts: bool) -> None:
        self._usual = facts.nominal_duration
        self._by_dts = by_dts  # AVI knows no time of showing: what FFmpeg makes up runs backwards around B-frames
        self._last: int | None = None
        self._last_duration = self._usual
        self.broken = 0

    def time_of(self, frame: VideoFrame) -> tuple[int, int]:
        told = frame.dts if self._by_dts else frame.pts
        duration = frame.duration if frame.duration > 0 else self._usual
        if told is None or (self._last is not None and told <= self._last):
            self.broken += self._last is not None or told is None
            told = 0 if self._last is None else self._last + self._last_duration
        self._last, self._last_duration = told, duration
        return told, duration


def _opened(path: Path) -> Any:
    """The container, or an answer that says why not."""
    if path.is_dir():
        raise UnreadableFilm(f"{path} is a folder, not a film.", remedy="Give a film; a folder of frames needs --fps.")
    try:
        if path.stat().st_size == 0:
            raise UnreadableFilm(f"{path} is empty.", remedy="Get an intact copy of the film.")
        path.open("rb").close()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        remedy = "Check the name." if missing else "Check its permissions and the disk."
        raise UnreadableFilm(f"{path} cannot be opened: {error.strerror}.", remedy=remedy) from error
    try:
        return av.open(os.fspath(path), metadata_errors="replace", options={"probesize": "10000000"})
    except (av.error.FFmpegError, ValueError, UnicodeError) as error:
        raise _not_a_film(path, error) from error


def _not_a_film(path: Path, error: Exception) -> UnreadableFilm:
    if _lacks_moov(path):
        return UnreadableFilm(
            f"{path} is an incomplete film: its index (the moov box) is missing, without which no frame can be found.",
            remedy="Get an intact copy; a recording cut off can sometimes be repaired by the camera's own tools.",
        )
    reason = getattr(error, "strerror", None) or str(error)
    return UnreadableFilm(f"{path} is not a film that can be read: {reason}.", remedy="Get an intact copy of the film.")


def _lacks_moov(path: Path) -> bool:
    """Whether these are the boxes of MP4 or QuickTime without the one that says where everything is."""
    names: list[bytes] = []
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while file.tell() + 8 <= size and len(names) < 1000:
            start = file.tell()
            length, name = int.from_bytes(file.read(4)), file.read(4)
            names.append(name)
            length = int.from_bytes(file.read(8)) if length == 1 else length
            if length < 8:
                break
            file.seek(start + length)
    return bool({b"ftyp", b"mdat"} & set(names[:4])) and b"moov" not in names


def _picture_of(container: Any, path: Path) -> VideoStream:
    """The stream to colour: the first that is a moving picture, not the cover of an album."""
    covers = [one for one in container.streams.video if one.disposition & av.stream.Disposition.attached_pic]
    films = [stream for stream in container.streams.video if stream not in covers]
    if not films:
        why = "only a cover picture" if covers else "no picture"
        raise UnreadableFilm(f"{path} has {why}: it is sound or something else.", remedy="Give a film.")
    stream = films[0]
    if stream.codec_context is None:
        raise UnreadableFilm(
            f"{path} has a picture in a codec that this FFmpeg cannot decode.",
            remedy="Convert it with the program that made it, to FFV1 or ProRes for instance.",
        )
    if stream.codec_context.codec_tag in {"encv", "drmi"}:
        raise UnreadableFilm(f"{path} is encrypted.", remedy="Get a copy without protection.")
    _check_size(stream, path)
    return stream


def _check_size(stream: VideoStream, path: Path) -> None:
    width, height = stream.codec_context.width, stream.codec_context.height
    if width < 1 or height < 1:
        raise UnreadableFilm(f"{path} does not give the size of its picture.", remedy="Get an intact copy of the film.")
    if width * height > MOST_PIXELS:
        raise UnreadableFilm(
            f"{path} claims a picture of {width} x {height} pixels, more than any film has.",
            remedy="Get an intact copy of the film.",
        )


def _facts(container: Any, stream: VideoStream) -> Facts:
    time_base = stream.time_base or Fraction(1, 90000)
    rate = _sane(stream.guessed_rate) or _sane(stream.average_rate) or _USUAL_RATE
    order = stream.codec_context.field_order
    promised = _length(stream, time_base)
    return Facts(
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        rate=rate,
        time_base=time_base,
        frames=stream.frames,
        seconds=promised or max(0.0, (container.duration or 0) / av.time_base),
        promised=promised > 0,
        codec=stream.codec_context.codec.name,
        aspect=stream.sample_aspect_ratio or Fraction(1),
        interlaced=order in _FIELD_ORDERS,
        top_first=_FIELD_ORDERS.get(order, True),
        streams=tuple(_stream_facts(one) for one in container.streams),
    )


def _sane(rate: Fraction | None) -> Fraction | None:
    return rate if rate and 0 < rate <= _FASTEST else None


def _length(stream: VideoStream, time_base: Fraction) -> float:
    """Seconds of picture that the container promises, or 0."""
    if stream.duration and stream.duration > 0:
        return float(stream.duration * time_base)
    return _seconds_in_words(stream.metadata.get("DURATION", ""))


def _seconds_in_words(told: str) -> float:
    """Seconds of Matroska's DURATION tag, 00:01:02.500000000."""
    try:
        hours, minutes, seconds = told.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return 0.0


def _stream_facts(stream: Any) -> StreamFacts:
    codec = stream.codec_context.codec.name if stream.codec_context else getattr(stream, "name", None) or "unknown"
    title = stream.metadata.get("title", "") or stream.metadata.get("filename", "")
    return StreamFacts(stream.index, stream.type, codec, stream.metadata.get("language", ""), title)
