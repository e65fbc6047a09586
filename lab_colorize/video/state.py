"""What is known of the colours of a scene that is under way. A value, which a segment hands to the next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the scene that is under way."""

    in_colour: bool = False
    doubted: bool = False
    """Whether the last look said otherwise: one is not enough, because a damaged frame is not a scene."""

    def after(self, colours_seen: bool, *, cut: bool) -> State:  # noqa: FBT001  # what a look says
        """What is known after a look at a frame."""
        if cut or (colours_seen != self.in_colour and self.doubted):
            return State(colours_seen)
        return State(self.in_colour, doubted=colours_seen != self.in_colour)
