"""What `video --dry-run` says: streams, length, what is kept, and the time it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lab_colorize.cli.console import printable
from lab_colorize.cli.progress import in_words
from lab_colorize.cli.video_progress import clock_time

if TYPE_CHECKING:
    from lab_colorize.video.forecast import Forecast


def forecast_lines(found: Forecast, *, as_json: bool) -> Iterator[str]:
    """Line by line."""
    if as_json:
        yield json.dumps(_facts(found))
        return
    plan = found.plan
    facts, picture = plan.facts, plan.picture
    length = clock_time(plan.seconds) if plan.seconds else "of unknown length"
    yield printable(
        f"{plan.source}: {picture.width} x {picture.height}, {float(facts.rate):.3f} frames/s,"
        f" {picture.signal.bits} bits, {facts.codec}, {length}."
    )
    kept = [str(facts.streams[index]) for index in plan.kept]
    yield printable(f"Copied as they are: {', '.join(kept) or 'nothing, there is only the picture'}.")
    yield from (printable(f"note: {note}.") for note in plan.notes)
    if plan.survey.in_colour or plan.stamped:
        yield "It is in colour already and would be left alone; --force colours it anyway."
    yield printable(f"To {plan.target} as {plan.encoding.options.codec}, {plan.encoding.layout.name}.")
    if found.exists:
        yield "That file is there already; --overwrite replaces it."
    if found.seconds:
        yield f"About {in_words(max(1, found.seconds))}, judging by its first frames on this machine."
    yield "Nothing was written."


def _facts(found: Forecast) -> dict[str, object]:
    plan = found.plan
    return {
        "source": str(plan.source),
        "target": str(plan.target),
        "action": "leave" if plan.survey.in_colour or plan.stamped else "colour",
        "width": plan.picture.width,
        "height": plan.picture.height,
        "frames_a_second": float(plan.facts.rate),
        "seconds": plan.seconds,
        "codec": plan.encoding.options.codec,
        "pixel_format": plan.encoding.layout.name,
        "kept": [str(plan.facts.streams[index]) for index in plan.kept],
        "notes": list(plan.notes),
        "seconds_needed": round(found.seconds, 3),
    }
