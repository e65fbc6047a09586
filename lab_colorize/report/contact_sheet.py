"""The contact sheet of a batch: every photograph of an archive before and after, and what failed, from the journal.

The sheet is FILE.html, and beside it the folder FILE_thumbnails with one small picture a photograph, both halves in
one file: inside the page, those of 5,000 photographs would be 100 MB that a browser must hold at once; beside it they
are fetched as they come into sight. Thumbnails are named by what they show, so a later sheet makes only the new ones.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.journal import read_journal
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.errors import ColorizeError, NothingToDo, OutputError, UsageProblem
from lab_colorize.evaluation.figures import Bytes
from lab_colorize.evaluation.settings import Settings
from lab_colorize.files.contact_sheets import is_thumbnail, thumbnails_of
from lab_colorize.files.writing import check_writable, write_whole
from lab_colorize.photos.photo import probe_photo, read_photo
from lab_colorize.report.pictures import fitted, jpeg
from lab_colorize.report.sheet_page import Entry, sheet_page
from lab_colorize.workers import WorkerPool

WIDTH, HEIGHT = 300, 160  # of each half at most, in pixels; rows of one height, but for panoramas
GAP = 4  # of white between the halves
QUALITY = 78


def write_contact_sheet(
    boxes: Boxes, out: Path, file: Path, *, workers: int, on_step: Callable[[bool], None] = lambda _: None
) -> None:
    """Write the sheet of what the journal in `out` tells; `on_step` hears whether each was drawn.

    Whether it may lie there, `check_place` says.
    """
    outcomes = sorted(read_journal(out).last.values(), key=lambda outcome: outcome.source)
    if not outcomes:
        raise NothingToDo(f"No journal in {out}.", remedy="Run the batch first.")
    thumbnails = thumbnails_of(file)
    try:
        thumbnails.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{thumbnails} cannot be made: {error.strerror or error}.") from error
    drawer = _Drawer(boxes, out, file.absolute().parent, thumbnails)
    entries: list[Entry] = []
    for entry in WorkerPool(outcomes, lambda: drawer.entry, workers).results():
        entries.append(entry)
        on_step(not entry.problem)
    entries.sort(key=lambda entry: entry.outcome.source)
    write_whole(file, sheet_page(_heading(boxes), entries), overwrite=True)
    _clear(thumbnails, {entry.thumbnail.name for entry in entries if entry.thumbnail})


def _heading(boxes: Boxes) -> str:
    return ", ".join(box.folder.absolute().name for box in boxes.boxes)


def check_place(folder: Path, out: Path, file: Path) -> None:
    """Refuse a place that cannot be written, or where the next batch would take the thumbnails for photographs.

    `out` is all that the batch writes, a bag as a whole; folders there are made. Call it before the batch, which may
    take days.
    """
    if file.suffix.lower() not in {".html", ".htm"}:
        raise UsageProblem(f"The contact sheet {file} is a web page.", remedy="Give it a name that ends in .html.")
    place = Path(os.path.realpath(file)).parent
    if not place.is_dir() and not _within(place, out):
        raise OutputError(f"There is no folder {file.parent}.", remedy="Create it first, or choose another.")
    if _within(place, folder) and not _within(place, out):
        raise UsageProblem(
            f"The contact sheet {file} would lie among the originals.", remedy="Put it into --out, or elsewhere."
        )
    thumbnails = thumbnails_of(file)
    for folder_of_it, named in ((file.parent, file), (thumbnails, thumbnails)):
        if folder_of_it.exists():
            check_writable(folder_of_it, named)


def _within(place: Path, folder: Path) -> bool:
    return place.is_relative_to(os.path.realpath(folder))


@dataclass(frozen=True)
class _Drawer:
    """Makes the entry of one photograph; shared by all threads, since it holds nothing that changes."""

    boxes: Boxes
    out: Path
    beside: Path
    thumbnails: Path

    def entry(self, outcome: Outcome) -> Entry:
        source = self.path(outcome)
        target = self.out / outcome.target if outcome.status is Status.DONE and outcome.target else None
        links = (_link(source, self.beside), None if target is None else _link(target, self.beside))
        if target is None:
            return Entry(outcome, *links)
        thumbnail = self.thumbnails / _name(outcome)
        try:
            if not thumbnail.exists():
                pair = drawn(_first_page(source), _first_page(target))
                write_whole(thumbnail, jpeg(pair, QUALITY), overwrite=True)
            size = _size(thumbnail)
        except ColorizeError as error:
            return Entry(outcome, *links, problem=error.what)
        return Entry(outcome, *links, thumbnail=thumbnail, size=size)

    def path(self, outcome: Outcome) -> Path:
        """Where its photograph lies: a batch of one folder may show what earlier ones made of others."""
        if outcome.folder is not None:
            return Path(outcome.folder, outcome.source)
        box = self.boxes.holding(outcome.source)
        return Path(outcome.source) if box is None else box.path(outcome.source)


def drawn(before: Bytes, after: Bytes) -> Bytes:
    """Both halves side by side, of one height."""
    after = fitted(after, WIDTH, HEIGHT)
    height, width = after.shape[:2]
    before = cv2.resize(before, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return np.hstack([before, np.full((height, GAP, 3), 255, np.uint8), after])


def _first_page(path: Path) -> Bytes:
    pixels = Settings(side=None).prepared(read_photo(path).pages[0].pixels)
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False) if pixels.ndim == 2 else pixels


def _name(outcome: Outcome) -> str:
    """The same pictures have the same name; what the journal does not know the hash of goes by its own name."""
    shown = (outcome.source_sha256 or outcome.source, outcome.target_sha256 or outcome.target, WIDTH, HEIGHT, QUALITY)
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogateescape")).hexdigest()[:32] + ".jpg"


def _size(thumbnail: Path) -> tuple[int, int]:
    """Width and height of a JPEG that was written here, from its header; the page is laid out before it is loaded."""
    _, width, height = probe_photo(thumbnail)
    return width, height


def _link(path: Path, beside: Path) -> str | None:
    """The way from the sheet to a file; none to another drive."""
    try:
        return os.path.relpath(path.absolute(), beside)
    except ValueError:
        return None


def _clear(thumbnails: Path, wanted: set[str]) -> None:
    """Remove thumbnails that no entry shows any more, and nothing else."""
    for path in thumbnails.iterdir():
        if is_thumbnail(path.name) and path.name not in wanted:
            path.unlink(missing_ok=True)
