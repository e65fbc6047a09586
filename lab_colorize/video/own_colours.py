"""Has a scene colours of its own? Then it is left alone: a film may mix. Tinted and toned scenes have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from av import VideoFrame

from lab_colorize.colour.tone import LOOKED_AT, tone_of
from lab_colorize.video.frame import Frame
from lab_colorize.video.state import State

EVERY = 12  # frames between looks within a scene


def judged(frames: Iterable[Frame], state: State, *, begin: int = 0) -> Iterator[Frame]:
    """The same frames, those marked that have colours of their own; `state` is what is known before frame `begin`."""
    for frame in frames:
        frame.known_before = state
        begins = frame.cut or frame.number == 0
        if frame.number >= begin and (begins or frame.number % EVERY == 0):
            state = state.after(has_colours(frame.image), cut=begins)
        frame.in_colour = state.in_colour
        yield frame


def has_colours(image: VideoFrame) -> bool:
    """Whether a frame is in colour, and not just toned."""
    if image.format.name.startswith("gray"):
        return False
    scale = min(1.0, LOOKED_AT / max(image.width, image.height))
    width, height = (max(2, round(length * scale)) for length in (image.width, image.height))
    small = image.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    pixels: Any = np.ascontiguousarray(small.to_ndarray())
    return tone_of(pixels).in_colour
