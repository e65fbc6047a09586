"""A film of before and after, side by side, without sound: to look at, not to keep."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import av
from av import VideoFrame

from lab_colorize.video.encoding import Encoding
from lab_colorize.video.journal import Journal
from lab_colorize.video.layout import plane
from lab_colorize.video.plan import Plan

_GAP = 8  # pixels between the two


def write_comparison(file: BinaryIO, plan: Plan, journal: Journal) -> None:
    """Write it to an open file, from the segments of a film of which all are there."""
    encoding, base = _doubled(plan.encoding), plan.facts.time_base
    begin = 0 if plan.span.whole else journal.segments[0].begin
    with av.open(file, "w", format=plan.container) as out:
        stream = encoding.add_to(out)
        for after in _frames(journal):
            both = _side_by_side(after, encoding)
            both.pts = round((after.pts or 0) * (after.time_base or base) / base) - begin
            both.time_base = base
            out.mux(stream.encode(both))
        out.mux(stream.encode(None))


def _doubled(encoding: Encoding) -> Encoding:
    width = 2 * encoding.picture.width + _GAP
    return replace(encoding, picture=replace(encoding.picture, width=width), interlaced=False)


def _frames(journal: Journal) -> Iterator[VideoFrame]:
    for segment in journal.segments:
        with av.open(os.fspath(journal.path_of(segment))) as container:
            container.streams.video[0].thread_type = "AUTO"
            yield from container.decode(video=0)


def _side_by_side(after: VideoFrame, encoding: Encoding) -> VideoFrame:
    """Before is after without its colours: the luma is the same."""
    both = VideoFrame(encoding.picture.width, encoding.picture.height, encoding.layout.name)
    dtype = encoding.layout.dtype
    signal = encoding.picture.tags.signal(encoding.layout.bits)
    white, neutral = round(signal.black + signal.luma_levels), signal.neutral
    for index in range(3):
        coloured, wide = plane(after, index, dtype), plane(both, index, dtype)
        wide[...] = white if index == 0 else neutral
        wide[:, -coloured.shape[1] :] = coloured
        if index == 0:
            wide[:, : coloured.shape[1]] = coloured
    return both
