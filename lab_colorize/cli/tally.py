"""Outcomes counted as they come, for the progress bar and for the summary. Says nothing itself."""

from bisect import insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from lab_colorize.batch.damage import is_damage
from lab_colorize.batch.edited import EDITED
from lab_colorize.batch.judging import DONE_BEFORE
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.settings import LEFT_ALONE
from lab_colorize.batch.task import COPIED
from lab_colorize.errors import ExitCode, NothingToColour

LISTED = 20  # failures shown; the journal has all


@dataclass
class Tally:
    """Outcomes counted as they come; the first failures by name are kept whole, to be listed."""

    up_to_date: int  # outcomes of earlier batches, which come first and cost no time
    remade: Mapping[str, str] = field(default_factory=dict)  # source -> why it is done again
    done: int = 0
    again: Counter[str] = field(default_factory=Counter)  # of those done, by why
    before: int = 0
    edited: int = 0  # results that somebody worked on, and that are kept
    known: int = 0  # of those that failed: as was accepted
    left_alone: int = 0  # because the settings say so
    in_colour: int = 0
    bilevel: int = 0  # black and white only, so that there is nothing to colour
    copied: int = 0
    colours_copied: int = 0  # of those copied: in colour already
    failed: int = 0
    lasting: int = 0  # of those failed: by the file's own fault
    damaged: int = 0  # of those failed: damaged since, which the journal has no line of
    failures: list[str] = field(default_factory=list)  # the sources of those failed
    listed: list[Outcome] = field(default_factory=list)
    bug: Outcome | None = None

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.status is Status.FAILED and outcome.accepted:
            self.known += 1
        elif outcome.status is Status.FAILED:
            self._add_failure(outcome)
        elif outcome.status is Status.DONE:
            self.done += 1
            if outcome.source in self.remade:
                self.again[self.remade[outcome.source]] += 1
        elif outcome.reason == DONE_BEFORE:
            self.before += 1
        elif outcome.reason == EDITED:
            self.edited += 1
        elif outcome.reason == LEFT_ALONE:
            self.left_alone += 1
        elif outcome.target is not None:
            self.copied += 1
            self.colours_copied += outcome.reason != COPIED and NothingToColour.WHY not in outcome.reason
        elif NothingToColour.WHY in outcome.reason:
            self.bilevel += 1
        else:
            self.in_colour += 1

    def _add_failure(self, outcome: Outcome) -> None:
        self.failed += 1
        self.lasting += outcome.lasting
        self.damaged += is_damage(outcome)
        self.failures.append(outcome.source)
        insort(self.listed, outcome, key=lambda one: one.source)
        del self.listed[LISTED:]
        if outcome.traceback and self.bug is None:
            self.bug = outcome

    @property
    def tried(self) -> int:
        """How many were tried in this batch."""
        skipped = (self.before, self.edited, self.left_alone, self.in_colour, self.bilevel)
        ends = (self.done, *skipped, self.copied, self.failed, self.known)
        return max(0, sum(ends) - self.up_to_date)

    @property
    def exit_code(self) -> ExitCode:
        """Whether all went well."""
        return ExitCode.SOME_FAILED if self.failed else ExitCode.OK
