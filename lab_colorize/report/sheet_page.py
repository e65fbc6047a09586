"""What stands on a contact sheet, and where. Reads no photographs."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.report.page import BESIDE, escaped, page


@dataclass(frozen=True, slots=True)
class Entry:
    """One photograph of the journal, and its thumbnail if there is one."""

    outcome: Outcome
    source: str | None
    target: str | None
    """Ways from the sheet to the files."""
    thumbnail: Path | None = None
    size: tuple[int, int] = (0, 0)
    problem: str = ""
    """Why there is no thumbnail."""


def sheet_page(title: str, entries: Sequence[Entry]) -> bytes:
    """The whole page."""
    done = [entry for entry in entries if entry.outcome.status is Status.DONE]
    skipped = [entry for entry in entries if entry.outcome.status is Status.SKIPPED]
    failed = [entry for entry in entries if entry.outcome.status is Status.FAILED]
    body = (
        f'<header><p class="kicker">lab-colorize contact sheet</p><h1>{escaped(title)}</h1>'
        f"<p>{len(done)} coloured, {len(skipped)} left alone, {len(failed)} failed.{_models(done)}</p></header><main>"
        f"{_list('Failed', 'failed', failed)}"
        f'<section id="sheet"><div class="toolbar">{_FILTER}<output id="shown"></output></div>'
        f'<div class="sheet">{"".join(map(_card, done))}</div></section>'
        f"{_list('Left alone', 'skipped', skipped)}</main>"
    )
    return page(f"{title}: contact sheet", body, name="contact_sheet", images=BESIDE)


_FILTER = '<input type="search" id="filter" placeholder="Filter by name" aria-label="Filter photographs by name">'


def _models(done: Sequence[Entry]) -> str:
    """Which models coloured how many; a batch that was run again may have had another one."""
    counts = Counter(entry.outcome.model for entry in done if entry.outcome.model)
    told = ", ".join(f"{count} by {model}" for model, count in counts.most_common())
    return f" {escaped(told)}." if told else ""


def _card(entry: Entry) -> str:
    name = escaped(entry.outcome.source)
    return (
        f'<figure data-name="{name.lower()}" style="width:{entry.size[0] or 300}px">{_picture(entry)}'
        f'<figcaption><span title="{name}">{name}</span>'
        f"{_way('before', entry.source)}{_way('after', entry.target)}</figcaption></figure>"
    )


def _picture(entry: Entry) -> str:
    if entry.thumbnail is None:
        return f'<p class="trouble">{escaped(entry.problem)}</p>'
    path = f"{entry.thumbnail.parent.name}/{entry.thumbnail.name}"
    width, height = entry.size
    alt = escaped(f"{entry.outcome.source}, before and after")
    return f'<img loading="lazy" decoding="async" width="{width}" height="{height}" src="{_url(path)}" alt="{alt}">'


def _way(name: str, path: str | None) -> str:
    return "" if path is None else f'<a href="{_url(path)}">{name}</a>'


def _url(path: str) -> str:
    return quote(os.fsencode(path.replace(os.sep, "/")))


def _list(heading: str, anchor: str, entries: Sequence[Entry]) -> str:
    """Those without pictures, with their reasons; many are folded away, failures never."""
    if not entries:
        return ""
    items = "".join(f"<li>{_reason(entry.outcome)}</li>" for entry in entries)
    unfolded = " open" if anchor == "failed" else ""
    return (
        f'<section id="{anchor}"><details{unfolded}><summary>{heading} ({len(entries)})</summary>'
        f"<ul>{items}</ul></details></section>"
    )


def _reason(outcome: Outcome) -> str:
    """What became of it, its name said once."""
    name = "" if outcome.source in outcome.reason else f"<b>{escaped(outcome.source)}</b> "
    return f"{name}{escaped(outcome.reason)} {escaped(outcome.remedy)}"
