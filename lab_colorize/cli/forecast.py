"""What a batch would do, in words and for programs: the answer to --dry-run."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lab_colorize.batch.settings import LEFT_ALONE
from lab_colorize.cli.console import printable
from lab_colorize.cli.progress import in_words
from lab_colorize.cli.summary import (
    edited,
    edits_replaced,
    empty_folders,
    gone,
    left_behind,
    left_out,
    moved_along,
    ousted,
    own_sidecars,
    room,
    superseded_edits,
)
from lab_colorize.cli.tally import LISTED
from lab_colorize.files.films import COMMAND, is_film
from lab_colorize.wording import number_of

if TYPE_CHECKING:
    from lab_colorize.batch.options import BatchOptions
    from lab_colorize.batch.survey import Survey

A_FILM = f"It is a film, which `{COMMAND}` colours."
NO_PHOTOGRAPH = "It is hidden, or neither its suffix nor its contents are a photograph's."


def forecast(survey: Survey, options: BatchOptions) -> Iterator[str]:
    """What --dry-run says."""
    measured = survey.measured
    if measured.photographs:
        yield (
            f"{number_of(measured.photographs, 'photograph')} to colour, {measured.megapixels:.1f} megapixels: "
            f"about {in_words(max(1, survey.seconds))} with {number_of(options.workers, 'worker')}, estimated from"
            " sample pictures of these formats on this machine. Some may be in colour already, or damaged inside: that"
            " shows when they are opened."
        )
    else:
        yield "No photograph to colour."
    yield from _replaced(survey, options)
    yield from edits_replaced(survey.edits_replaced, "would be replaced, and the edits lost")
    if survey.plan.due:
        yield room(survey.room)
    yield from empty_folders(survey.plan)
    yield from gone(survey.plan, "would be recorded")
    yield from moved_along(survey.plan, "would be moved along")
    yield from own_sidecars(survey.own_sidecars, "would be moved along")
    yield from ousted(survey.plan)
    asked = "--prune puts {} aside." if options.prune else "--prune would put {} aside."
    yield from left_behind(survey.plan, asked, survey.sidecars.following)
    if survey.copies:
        yield f"{number_of(survey.copies, 'other file')} to copy as {'it is' if survey.copies == 1 else 'they are'}."
    if survey.sidecars.carried:
        yield f"{number_of(len(survey.sidecars.carried), 'sidecar')} to carry along."
    left_alone = sum(one.reason == LEFT_ALONE for one in survey.plan.up_to_date)
    if done := len(survey.plan.up_to_date) - left_alone:
        yield f"{done} already up to date."
    if left_alone:
        yield f"{left_alone} {LEFT_ALONE}."
    yield from edited(survey.plan, survey.sidecars.edited)
    yield from left_out(survey.found, options)
    yield from _failing(survey)
    yield "Nothing was written."


def _failing(survey: Survey) -> Iterator[str]:
    """What would fail for certain; of what was accepted only the number."""
    known = survey.plan.known_failures
    new = [one for one in survey.failing if one.source not in known or known[one.source].reason != one.reason]
    if accepted := len(survey.failing) - len(new):
        yield f"{accepted} would fail again, as accepted."
    if new:
        yield f"{len(new)} would fail:"
    for one in new[:LISTED]:
        yield f"  {printable(f'{one.source}: {one.reason} {one.remedy}'.rstrip())}"


def _replaced(survey: Survey, options: BatchOptions) -> Iterator[str]:
    """What would become of earlier results, and why."""
    plan, failing = survey.plan, {outcome.source for outcome in survey.failing}
    due = [task for task in plan.due if task.source not in failing]
    again = Counter(plan.remade[task.source] for task in due if task.source in plan.remade)
    yield from (f"{count} of them again: {why}." for why, count in again.items())
    ours = [task for task in due if options.colorize.overwrite or task.target in plan.written]
    if replaced := sum(os.path.lexists(options.out / task.target) for task in ours):
        each = "" if replaced == 1 else " each"
        spared = "" if options.colorize.overwrite else ", unless somebody edited it since"
        yield f"{number_of(replaced, 'file')} in the output would be replaced,{each} by its new result{spared}."
    if plan.superseded:
        stay = f"{number_of(len(plan.superseded), 'earlier result')} would stay there under another name."
        yield " ".join((stay, *superseded_edits(plan, plan.superseded)))


def forecast_lines(survey: Survey) -> Iterator[str]:
    """The same for programs: one JSON object a file."""
    failing = {outcome.source for outcome in survey.failing}
    for task in survey.plan.due:
        if task.source in failing:
            continue
        action, why = "copy" if task.copy_only else "colour", survey.plan.remade.get(task.source, "")
        yield json.dumps({"source": task.source, "target": task.target, "action": action, "reason": why})
    for move in survey.plan.moves:
        reason = f"moved along from {move.before.target}, as its photograph was"
        yield json.dumps({"source": move.after.source, "target": move.after.target, "action": "move", "reason": reason})
    moved = {move.after.source for move in survey.plan.moves}
    skipped = [one for one in survey.plan.up_to_date if one.source not in moved]
    for action, outcomes in (("skip", skipped), ("fail", survey.failing)):
        for outcome in outcomes:
            line = {"source": outcome.source, "target": outcome.target, "action": action, "reason": outcome.reason}
            yield json.dumps(line)
    for sidecar, target in survey.sidecars.carried:
        reason = "the sidecar of a photograph"
        yield json.dumps({"source": sidecar, "target": target, "action": "carry", "reason": reason})
    for source in survey.left_out:
        reason = A_FILM if is_film(source) else NO_PHOTOGRAPH
        yield json.dumps({"source": source, "target": None, "action": "leave", "reason": reason})
