"""One film of the coloured segments and of everything else in the source, which is copied packet for packet.

Packets are put in by time, so that no muxer has to hold many. Times of showing are the source's; those of decoding are
the same times in order, less what the encoder needed at most.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.stream import Disposition

from lab_colorize.errors import UsageProblem
from lab_colorize.video.encoding import Encoding, tag
from lab_colorize.video.journal import Journal, SegmentFacts
from lab_colorize.video.source import Film

# Suffixes of films that can be written, with FFmpeg's name of the container.
CONTAINERS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".avi": "avi",
    ".ts": "mpegts",
    ".m2ts": "mpegts",
    ".mts": "mpegts",
    ".webm": "webm",
}
_OPTIONS = {"mpegts": {"mpegts_copyts": "1"}, "avi": {"write_channel_mask": "0"}}
# Of the file, or of the stream as it was: true no longer.
_STALE = frozenset({
    "encoder", "duration", "major_brand", "minor_version", "compatible_brands", "bps", "number_of_frames",
    "number_of_bytes", "_statistics_writing_app", "_statistics_writing_date_utc", "_statistics_tags",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a film that is made, in seconds of the source; it begins at 0 in the result."""

    start: float = 0.0
    end: float = float("inf")

    @property
    def whole(self) -> bool:
        """Whether it is all of the film, which then keeps its own times."""
        return self.start == 0 and self.end == float("inf")

    def holds(self, seconds: Fraction) -> bool:
        """Whether a time is in it."""
        return self.whole or self.start <= seconds < self.end  # sound may begin before 0


def container_for(target: Path) -> str:
    """The container that a name asks for."""
    found = CONTAINERS.get(target.suffix.lower())
    if found is None:
        raise UsageProblem(
            f"{target.name!r} does not say which container to write.",
            remedy=f"End it in {', '.join(CONTAINERS)}.",
        )
    return found


def kept_streams(film: Film, container: str) -> tuple[list[int], list[str]]:
    """Which streams beside the picture the container can hold, and what is left, in words."""
    kept, left = [], []
    for stream in film.container.streams:
        if stream.index == film.index or _is_timecode(stream):
            continue
        if _can_hold(container, stream):
            kept.append(stream.index)
        else:
            left.append(str(film.facts.streams[stream.index]))
    return kept, left


def _is_timecode(stream: Any) -> bool:
    """A track of QuickTime's that its muxer makes anew from the tag of the picture."""
    return stream.type == "data" and "timecode" in stream.metadata


def _can_hold(container: str, stream: Any) -> bool:
    """Whether a header with this stream alone can be written."""
    if stream.type == "attachment":
        return container == "matroska"
    try:
        with av.open(BytesIO(), "w", format=container) as trial:
            trial.add_stream_from_template(stream, opaque=True)
            trial.start_encoding()
    except (av.error.FFmpegError, ValueError):
        return False
    return True


class Join:
    """The making of one whole film."""

    def __init__(self, film: Film | None, journal: Journal, encoding: Encoding, container: str, span: Span) -> None:
        """Of the segments in the journal, and of what stands beside the picture in `film`, where there is any."""
        self._film, self._journal, self._encoding = film, journal, encoding
        self._container, self._span = container, span
        self._time_base = encoding.facts.time_base
        self.dropped = 0
        """Packets of other streams that could not be copied."""

    def write(self, file: BinaryIO, kept: Sequence[int], metadata: dict[str, str]) -> None:
        """Write it to an open file."""
        first = self._journal.path_of(self._journal.segments[0])
        options = _OPTIONS.get(self._container, {})
        with (
            av.open(os.fspath(first)) as template,
            av.open(file, "w", format=self._container, container_options=options) as out,
        ):
            out.metadata.update(metadata)
            picture, others = self._add_streams(out, template.streams.video[0], kept)
            if self._film is not None and self._span.whole:
                out.set_chapters(self._film.container.chapters())
            for packet in self._merged(self._pictures(picture), self._others(others)):
                self._mux(out, packet, copied=packet.stream is not picture)

    def _mux(self, out: Any, packet: Any, *, copied: bool) -> None:
        try:
            out.mux_one(packet)
        except (av.error.ArgumentError, av.error.InvalidDataError):
            if not copied:
                raise
            self.dropped += 1

    def _add_streams(self, out: Any, template: Any, kept: Sequence[int]) -> tuple[Any, dict[int, Any]]:
        """The stream of the picture, and the others by the source's index; all in the source's order."""
        if self._film is None:
            return self._add_picture(out, template, None), {}
        others = {}
        for stream in self._film.container.streams:
            if stream.index == self._film.index:
                picture = self._add_picture(out, template, stream)
            elif stream.index in kept:
                others[stream.index] = _add_copy(out, stream)
        return picture, others

    def _add_picture(self, out: Any, template: Any, source: Any | None) -> Any:
        stream = out.add_stream_from_template(template, opaque=True)
        context, picture = stream.codec_context, self._encoding.picture
        stream.time_base = self._time_base
        context.framerate = self._encoding.facts.rate
        context.sample_aspect_ratio = picture.aspect
        context.field_order = self._encoding.field_order
        tag(context, picture)
        if picture.quarter_turns:
            stream.set_display_rotation(90 * picture.quarter_turns)
        if source is not None:
            _describe(stream, source)
        return stream

    def _pictures(self, stream: Any) -> Iterator[tuple[Fraction, Any]]:
        """Packets of the picture with their times of decoding, in seconds."""
        lag = max(segment.lag for segment in self._journal.segments)
        begin = 0 if self._span.whole else self._journal.segments[0].begin
        for segment in self._journal.segments:
            for packet, dts, duration in _timed(self._journal.path_of(segment), segment, self._time_base):
                packet.pts, packet.dts, packet.duration = packet.pts - begin, dts - lag - begin, duration
                packet.stream = stream
                yield packet.dts * self._time_base, packet

    def _others(self, streams: dict[int, Any]) -> Iterator[tuple[Fraction, Any]]:
        """Packets of all that is copied, in the order of the source."""
        if self._film is None or not streams:
            return
        sources = [stream for stream in self._film.container.streams if stream.index in streams]
        packets = self._film.container.demux([one for one in sources if one.type != "attachment"])
        last: dict[int, int] = {}
        for packet in _as_far_as_readable(packets):
            time = packet.dts if packet.dts is not None else packet.pts
            if time is None or time < last.get(packet.stream_index, time):
                self.dropped += 1
                continue
            last[packet.stream_index] = time
            if _is_made_anew(packet) or not self._span.holds(time * packet.time_base):
                continue
            self._shift(packet)
            packet.stream = streams[packet.stream_index]
            yield time * packet.time_base, packet

    def _shift(self, packet: Any) -> None:
        if self._span.whole:
            return
        begin = round(self._journal.segments[0].begin * self._time_base / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - begin
        packet.dts = None if packet.dts is None else packet.dts - begin

    @staticmethod
    def _merged(one: Iterator[tuple[Fraction, Any]], other: Iterator[tuple[Fraction, Any]]) -> Iterator[Any]:
        return (packet for _, packet in heapq.merge(one, other, key=lambda timed: timed[0]))


def _is_made_anew(packet: Any) -> bool:
    """Whether this is the end of a subtitle of MP4: its muxer writes one behind every subtitle by itself."""
    return packet.size == 2 and packet.stream.codec_context.codec.name == "mov_text"


def _add_copy(out: Any, stream: Any) -> Any:
    if stream.type == "attachment":
        name, kind = stream.metadata.get("filename", "attachment"), stream.mimetype or "application/octet-stream"
        return out.add_attachment(name, kind, stream.data)
    copy = out.add_stream_from_template(stream, opaque=True)
    _describe(copy, stream)
    return copy


def _describe(stream: Any, source: Any) -> None:
    """Language, title and the like, and whether a player shows it unasked."""
    stream.metadata.update(lasting(source.metadata))
    stream.disposition = Disposition(source.disposition)


def lasting(metadata: dict[str, str]) -> dict[str, str]:
    """Tags that are true of the result, too."""
    return {name: value for name, value in metadata.items() if name.lower().split("-")[0] not in _STALE}


def _timed(path: Path, segment: SegmentFacts, time_base: Fraction) -> Iterator[tuple[Any, int, int]]:
    """A segment's packets in units of the film's time base, with the time of decoding before the lag, and duration."""
    with av.open(os.fspath(path)) as container:
        shown = sorted(_in_units(packet, time_base) for packet in container.demux(video=0) if packet.size)
    until = {early: late - early for early, late in pairwise(shown)} | {segment.last: segment.last_duration}
    order = iter(shown)
    with av.open(os.fspath(path)) as container:
        for packet in container.demux(video=0):
            if packet.size:
                pts = _in_units(packet, time_base)
                packet.time_base = time_base
                packet.pts, packet.dts = pts, None
                yield packet, next(order), until[pts]


def _in_units(packet: Any, time_base: Fraction) -> int:
    return round(packet.pts * packet.time_base / time_base)


def _as_far_as_readable(packets: Iterable[Any]) -> Iterator[Any]:
    """Packets up to where a damaged file ends."""
    try:
        yield from (packet for packet in packets if packet.size)
    except av.error.FFmpegError:
        return
