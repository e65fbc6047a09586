"""Where one scene ends and the next begins, from frames as small as thumbnails. Knows nothing of colour."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Protocol, TypeVar

import cv2
import numpy as np

from lab_colorize.colour.lab import Pixels, Plane

SIDES = (48, 36)  # of the thumbnails: grain averages out, and the camera's small motions with it
NEIGHBOURS = 4  # frames on either side whose changes are the measure of a change
CHANGE = 12.0  # mean change of luma, of 255, at a cut; less is motion
FACTOR, MORE = 3.0, 3.0  # a cut is so many times its neighbours' median, and so much more


class Pictured(Protocol):
    """What a cut is found by."""

    thumbnail: Plane
    cut: bool


Frame = TypeVar("Frame", bound=Pictured)


def thumbnail(seen: Pixels) -> Plane:
    """A small picture, 0..255, of a picture of luma."""
    return cv2.resize(seen, SIDES, interpolation=cv2.INTER_AREA).astype(np.float32)


def with_cuts(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The same frames, `cut` set on each that begins a scene; each waits for some that follow it."""
    waiting: deque[Frame] = deque()
    changes: deque[float] = deque()  # of the last frames given out, and of those waiting
    last: Frame | None = None
    for frame in frames:
        changes.append(0.0 if last is None else _change(last, frame))
        waiting.append(frame)
        last = frame
        if len(waiting) > NEIGHBOURS:
            yield _decided(waiting, changes)
    while waiting:
        yield _decided(waiting, changes)


def _decided(waiting: deque[Frame], changes: deque[float]) -> Frame:
    frame = waiting.popleft()
    place = len(changes) - 1 - len(waiting)
    frame.cut = is_cut(changes, place)
    if place >= NEIGHBOURS:
        changes.popleft()
    return frame


def is_cut(changes: Sequence[float], place: int) -> bool:
    """Whether the change at a place, among its neighbours' changes, is a cut."""
    around = [changes[near] for near in range(max(0, place - NEIGHBOURS), min(len(changes), place + NEIGHBOURS + 1))]
    around.remove(changes[place])
    usual = median(around) if around else 0.0
    return changes[place] > max(CHANGE, FACTOR * usual + MORE)


def _change(before: Pictured, after: Pictured) -> float:
    return float(np.abs(after.thumbnail - before.thumbnail).mean())
