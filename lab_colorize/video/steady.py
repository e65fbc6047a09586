"""Colours held steady: each frame's a and b are the mean of its neighbours', followed along the motion of the picture.

The window is finite and never reaches across a cut, so that a film that is taken up again in the middle gets the very
same colours. Flow is DIS, between neighbours, at the size that the network sees, and its inverse is the way back;
frames further away are reached step by step. A neighbour counts less the further away it is, and the less its luma
fits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import cv2
import numpy as np

from lab_colorize.colour.lab import Pixels, Plane

SIGMA = 2.95  # frames: the Gaussian by which a neighbour counts less
MISFIT = 6.0  # levels of 255 of luma: where a followed neighbour is off by so much it counts 1/e
# Of DIS: followed at the full size, with fewer patches and fewer steps than its preset has, so that it takes 2.3 ms and
# not 4. At half the size (0.8 ms) smear is up to a tenth higher, at a quarter, the preset's own, up to a third more.
_FINEST, _STEPS, _STRIDE = 0, 6, 5
_ROUNDS = 2  # towards the inverse of a flow; more change nothing that can be measured
_LEAST_SIDE = 12  # pixels; DIS follows nothing in narrower strips
_OWN = 1e-3  # a frame without colours of its own, between occlusions, still has some


class Coloured(Protocol):
    """What is steadied."""

    seen: Pixels
    """Luma (h, w), uint8, as the network sees it."""
    small: Plane
    """The same at the size of the colours."""
    ab: Plane | None
    """What the network answered; None where it was not asked."""
    cut: bool
    to_next: Plane | None
    """Where each place of `small` is found in the next frame, as steps (h, w, 2)."""
    to_last: Plane | None
    """The same in the frame before."""


Frame = TypeVar("Frame", bound=Coloured)


def steadied(frames: Iterable[Frame], reach: int) -> Iterator[tuple[Frame, Plane | None]]:
    """Each frame with its steady a and b; None only where no frame within reach has colours.

    A frame waits until `reach` frames after it are there.
    """
    flow = _flow()
    window: deque[Frame] = deque()
    ahead = 0  # frames of the window that were not given out yet
    for frame in frames:
        if window and not frame.cut:
            _link(window[-1], frame, flow)
        window.append(frame)
        ahead += 1
        if ahead > reach:
            yield _at(window, len(window) - ahead, reach)
            ahead -= 1
        while len(window) - ahead > reach:
            window.popleft()
    while ahead:
        yield _at(window, len(window) - ahead, reach)
        ahead -= 1


def _at(window: Sequence[Frame], place: int, reach: int) -> tuple[Frame, Plane | None]:
    return window[place], steady_colours(window, place, reach)


def _flow() -> Callable[[Pixels, Pixels], Plane]:
    create: Any = cv2.DISOpticalFlow_create  # type: ignore[attr-defined]  # its stubs lack it
    method = create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    method.setFinestScale(_FINEST)
    method.setGradientDescentIterations(_STEPS)
    method.setPatchStride(_STRIDE)

    def follow(before: Pixels, after: Pixels) -> Plane:
        if min(before.shape) < _LEAST_SIDE:
            return np.zeros((*before.shape, 2), np.float32)
        return method.calc(before, after, None)

    return follow


def _link(before: Frame, after: Frame, flow: Callable[[Pixels, Pixels], Plane]) -> None:
    before.to_next = _at_size(flow(before.seen, after.seen), before.small.shape)
    after.to_last = _inverse(before.to_next)


def _inverse(steps: Plane) -> Plane:
    """The steps back: from where a place is found to where it was. As good as a flow of its own, in no time."""
    grid = _grid(steps.shape[:2])
    back = -steps
    for _ in range(_ROUNDS):
        back = -_taken(steps, grid + back)
    return back


def _at_size(steps: Plane, shape: tuple[int, ...]) -> Plane:
    """Steps at the size of the colours, measured in its pixels."""
    height, width = shape
    scale = np.array([width / steps.shape[1], height / steps.shape[0]], np.float32)
    return np.asarray(cv2.resize(steps, (width, height), interpolation=cv2.INTER_AREA) * scale)


def steady_colours(window: Sequence[Frame], place: int, reach: int) -> Plane | None:
    """The mean of a frame's own colours and those of the frames within reach of its scene."""
    here = window[place]
    total = np.zeros((*here.small.shape, 2), np.float32)
    weights = np.zeros(here.small.shape, np.float32)
    if here.ab is not None:
        total += here.ab
        weights += 1
    for ways in (
        range(place + 1, min(len(window), place + reach + 1)),
        range(place - 1, max(-1, place - reach - 1), -1),
    ):
        _add_followed(window, place, ways, total, weights)
    return np.asarray(total / weights[..., None], np.float32) if weights.any() else None


def _add_followed(window: Sequence[Frame], place: int, ways: range, total: Plane, weights: Plane) -> None:
    """Add the colours of frames on one side, each followed from the one before it, as far as the scene goes."""
    here = window[place]
    grid = _grid(here.small.shape)
    where = grid
    for number in _as_far_as_coloured(window, ways):
        forward = number > place
        step = window[number - 1].to_next if forward else window[number + 1].to_last
        if step is None:
            return
        where = where + (step if where is grid else _taken(step, where))
        there = window[number]
        if there.ab is None:
            continue
        distance = abs(number - place)
        misfit = (here.small - _taken(there.small, where)) * np.float32(1 / MISFIT)
        weight = np.exp(-misfit * misfit - np.float32(distance**2 / (2 * SIGMA**2))) + np.float32(_OWN / distance)
        # Cubic, because what is between pixels is blurred otherwise, and that is the larger part of smear.
        total += _taken(there.ab, where, cv2.INTER_CUBIC) * weight[..., None]
        weights += weight


def _as_far_as_coloured(window: Sequence[Frame], ways: range) -> range:
    """The same frames without those behind the last that has colours: nobody needs to go there."""
    while ways and window[ways[-1]].ab is None:
        ways = ways[:-1]
    return ways


def _taken(picture: Plane, where: Plane, between: int = cv2.INTER_LINEAR) -> Plane:
    return np.asarray(cv2.remap(picture, where, None, between, borderMode=cv2.BORDER_REPLICATE))


@lru_cache(maxsize=4)
def _grid(shape: tuple[int, ...]) -> Plane:
    height, width = shape
    return np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)
