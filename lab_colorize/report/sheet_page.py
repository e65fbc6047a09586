"""What is on a contact sheet, and where. Reads no photographs."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.files.contact_sheets import GENERATOR
from lab_colorize.report.page import BESIDE, page


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

    @property
    def name(self) -> str:
        """What the photograph is called."""
        return self.outcome.source

    @property
    def folder(self) -> str:
        """The part of its name that may give way to the other, with the slash at its end."""
        return self.name.removesuffix(self.file)

    @property
    def file(self) -> str:
        """The part of its name that a person looks for."""
        return self.name.rpartition("/")[2]

    @property
    def before(self) -> str | None:
        """The way to the photograph, as a link."""
        return _url(self.source)

    @property
    def after(self) -> str | None:
        """The way to the result, as a link."""
        return _url(self.target)

    @property
    def picture(self) -> str | None:
        """The way to the thumbnail, as a link."""
        return None if self.thumbnail is None else _url(f"{self.thumbnail.parent.name}/{self.thumbnail.name}")


def sheet_page(title: str, entries: Sequence[Entry]) -> bytes:
    """The whole page."""
    done = [entry for entry in entries if entry.outcome.status is Status.DONE]
    told = {
        "folder": title,
        "done": done,
        "skipped": [entry.outcome for entry in entries if entry.outcome.status is Status.SKIPPED],
        "failed": [entry.outcome for entry in entries if entry.outcome.status is Status.FAILED],
        "models": _models(done),
        "generator": GENERATOR,
    }
    return page("contact_sheet", f"{title}: contact sheet", told, images=BESIDE)


def _models(done: Sequence[Entry]) -> str:
    """Which models coloured how many; a batch that was run again may have had another one."""
    counts = Counter(entry.outcome.model for entry in done if entry.outcome.model)
    told = ", ".join(f"{count} by {model}" for model, count in counts.most_common())
    return f" {told}." if told else ""


def _url(path: str | None) -> str | None:
    return None if path is None else quote(os.fsencode(path.replace(os.sep, "/")))
