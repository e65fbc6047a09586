"""Interlaced film: two half pictures in a frame, which are kept as they are or made into whole ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av import VideoFrame
from av.filter import Graph

from lab_colorize.video.entry import checksum
from lab_colorize.video.source import Decoded


class FieldMarker:
    """Says of frames that they are interlaced, and which field comes first: encoders ask the frame."""

    def __init__(self, *, top_first: bool) -> None:
        self._order = "tff" if top_first else "bff"
        self._graph: Graph | None = None

    def marked(self, image: VideoFrame) -> VideoFrame:
        """The same frame with the mark."""
        if self._graph is None:
            self._graph = _graph(image, image.time_base or Fraction(1, 25), "setfield", self._order)
        self._graph.push(image)
        return self._graph.pull()  # type: ignore[return-value]  # what went in comes out


def deinterlaced(frames: Iterable[Decoded], time_base: Fraction) -> Iterator[Decoded]:
    """Whole pictures by bwdif, one for each frame and at its time."""
    graph: Graph | None = None
    durations: dict[int, int] = {}
    for one in frames:
        image = one.image
        graph = graph or _graph(image, time_base, "bwdif", "mode=send_frame:deint=all")
        image.pts, image.time_base = one.pts, time_base
        durations[one.pts] = one.duration
        graph.push(image)
        yield from _pulled(graph, durations, time_base)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph, durations, time_base)


def _graph(image: VideoFrame, time_base: Fraction, name: str, arguments: str) -> Graph:
    graph = Graph()
    source = graph.add_buffer(width=image.width, height=image.height, format=image.format, time_base=time_base)
    step, sink = graph.add(name, arguments), graph.add("buffersink")
    source.link_to(step)
    step.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: Graph, durations: dict[int, int], time_base: Fraction) -> Iterator[Decoded]:
    while True:
        try:
            image = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(image, VideoFrame)
        pts = round((image.pts or 0) * (image.time_base or time_base) / time_base)  # bwdif counts in fields
        yield Decoded(image, pts, durations.pop(pts, image.duration), checksum(image))
