"""What a batch did, or would do, in words: counts, the failures once more with their remedies, how to go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.plan import COPIED, DONE_BEFORE
from lab_colorize.cli.console import printable
from lab_colorize.cli.progress import in_words
from lab_colorize.errors import ExitCode

if TYPE_CHECKING:
    from lab_colorize.batch.find import Found
    from lab_colorize.batch.options import BatchOptions
    from lab_colorize.batch.run import Batch
    from lab_colorize.batch.survey import Survey

LISTED = 20  # failures shown; the journal has all


@dataclass
class Tally:
    """Outcomes counted as they come; of the failures the first ones are kept to be listed."""

    settled: int  # outcomes of earlier batches, which come first and cost no time
    done: int = 0
    before: int = 0
    in_colour: int = 0
    copied: int = 0
    failed: int = 0
    listed: list[Outcome] = field(default_factory=list)
    bug: Outcome | None = None

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.status is Status.FAILED:
            self._add_failure(outcome)
        elif outcome.status is Status.DONE:
            self.done += 1
        elif outcome.reason == DONE_BEFORE:
            self.before += 1
        elif outcome.reason == COPIED:
            self.copied += 1
        else:
            self.in_colour += 1

    def _add_failure(self, outcome: Outcome) -> None:
        self.failed += 1
        if len(self.listed) < LISTED:
            self.listed.append(outcome)
        if outcome.traceback and self.bug is None:
            self.bug = outcome

    @property
    def tried(self) -> int:
        """How many were tried in this batch."""
        return max(0, self.done + self.before + self.in_colour + self.copied + self.failed - self.settled)

    @property
    def exit_code(self) -> ExitCode:
        """Whether all went well."""
        return ExitCode.SOME_FAILED if self.failed else ExitCode.OK


def summary(tally: Tally, batch: Batch, *, interrupted: bool, quiet: bool) -> Iterator[str]:
    """Line by line; only what went wrong if `quiet`."""
    if not quiet:
        yield counts(tally)
        yield from left_out(batch.found, batch.options)
    if batch.plan.damaged_lines:
        yield f"note: {batch.plan.damaged_lines} lines of the journal could not be read and were passed over."
    yield from _failures(tally, batch)
    if interrupted:
        left = len(batch.plan.due) + len(batch.plan.hopeless) - tally.tried
        yield f"Stopped with {left} left. Run the same command again to go on from here."


def counts(tally: Tally) -> str:
    """How many came to which end."""
    skipped = {"done before": tally.before, "already in colour": tally.in_colour}
    why = ", ".join(f"{count} {reason}" for reason, count in skipped.items() if count)
    copied = f", {tally.copied} copied as they are" if tally.copied else ""
    return f"{tally.done} done, {sum(skipped.values())} skipped{why and f' ({why})'}, {tally.failed} failed{copied}."


def left_out(found: Found, options: BatchOptions) -> Iterator[str]:
    """What lies in the folder and has no part in the output."""
    kinds = {
        "hidden": 0 if options.copy_rest else found.hidden,
        "non-photographs": 0 if options.copy_rest else found.others,
        "not chosen": found.not_chosen,
        "links to folders not followed": found.links_left,
    }
    if any(kinds.values()):
        yield f"Left out: {', '.join(f'{count} {kind}' for kind, count in kinds.items() if count)}."


def _failures(tally: Tally, batch: Batch) -> Iterator[str]:
    if not tally.failed:
        return
    yield click.style("Failed:", fg="red")
    for outcome in tally.listed:
        named = outcome.source in outcome.reason
        yield f"  {printable(outcome.reason if named else f'{outcome.source}: {outcome.reason}')}"
        if outcome.remedy:
            yield f"      {printable(outcome.remedy)}"
    journal = printable(str(batch.options.out / JOURNAL_NAME))
    if tally.failed > len(tally.listed):
        yield f"  ... and {tally.failed - len(tally.listed)} more, which {journal} lists."
    if tally.bug is not None:
        yield f"Traceback of the bug, for its report:\n{tally.bug.traceback}"
    yield "Run the same command again to try the failed ones once more."


def forecast(survey: Survey, options: BatchOptions) -> Iterator[str]:
    """What --dry-run says."""
    measured = survey.measured
    yield (
        f"{measured.photographs} photographs to colour, {measured.megapixels:.1f} megapixels: "
        f"about {in_words(survey.seconds)} with {options.workers} workers"
        " (an estimate from two sample pictures on this machine)."
    )
    if survey.copies:
        yield f"{survey.copies} other files to copy as they are."
    if survey.plan.settled:
        yield f"{len(survey.plan.settled)} settled before."
    yield from left_out(survey.found, options)
    failing = [*measured.unreadable, *(f"{outcome.source}: {outcome.reason}" for outcome in survey.plan.hopeless)]
    if failing:
        yield f"{len(failing)} would fail:"
        yield from (f"  {printable(reason)}" for reason in failing[:LISTED])
    yield "Nothing was written."


def forecast_lines(survey: Survey) -> Iterator[str]:
    """The same for programs: one JSON object a file."""
    for task in survey.plan.due:
        action = "copy" if task.copy_only else "colour"
        yield json.dumps({"source": task.source, "target": task.target, "action": action, "reason": ""})
    for action, outcomes in (("skip", survey.plan.settled), ("fail", survey.plan.hopeless)):
        for outcome in outcomes:
            line = {"source": outcome.source, "target": outcome.target, "action": action, "reason": outcome.reason}
            yield json.dumps(line)
