"""What can be found out about a file when the output of a batch is verified: values, no files."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Of which side a file is."""

    RESULT = "result"
    SOURCE = "source"
    BAG = "bag"  # in the manifest of the bag that the results are in


class State(StrEnum):
    """What can be said of a file, the worst first."""

    AWAY = "away"  # one of several folders of photographs, with all that is in it: its disk may not be mounted
    MISSING = "missing"
    CHANGED = "changed"
    EDITED = "edited"  # a result that somebody worked on since
    UNREADABLE = "unreadable"
    FAILED = "failed"  # the journal's last word on it
    ACCEPTED = "accepted"  # a failure that somebody accepted
    WAITING = "waiting"  # a photograph that no batch has come to: the batch was stopped, or it is new, or not chosen
    UNFINISHED = "unfinished"  # a temporary file: a batch was killed, and the next one will remove it
    STALE = "stale"  # an earlier result: its photograph has another one by now, or failed since
    FOREIGN = "foreign"  # no batch wrote it
    UNCHECKED = "unchecked"  # a comparison or a contact sheet, whose hash no journal holds
    WHOLE = "whole"


LOSSES = frozenset(
    {State.AWAY, State.MISSING, State.CHANGED, State.EDITED, State.UNREADABLE, State.FAILED, State.WAITING}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one file."""

    kind: Kind
    path: str  # relative to OUT, to the folder of the sources, or to the bag
    state: State
    reason: str = ""
    lightness_kept: bool = False
    """Of a result: whether it was seen to hold the coded lightness of its photograph bit for bit."""

    @property
    def lost(self) -> bool:
        """Whether this is what nobody wants to find: the output is not whole, or not complete."""
        return self.state in LOSSES

    @property
    def told(self) -> bool:
        """Whether it needs a line: what is whole does not, nor what somebody has looked at already."""
        return self.state not in {State.WHOLE, State.ACCEPTED}
