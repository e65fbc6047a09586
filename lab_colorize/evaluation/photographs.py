"""The set that is evaluated: which photographs of a folder are in colour, and what each looks like at protocol size.

Grey and toned photographs are left out by name, unreadable ones are kept with their reason. Compares nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from lab_colorize.colour.lab import lab_of
from lab_colorize.colour.tone import tone_of
from lab_colorize.errors import NothingToDo, UnreadablePhoto, UsageProblem
from lab_colorize.evaluation.comparison import STRIP
from lab_colorize.evaluation.figures import Bytes
from lab_colorize.evaluation.settings import WINDOW, Settings
from lab_colorize.files.reach import check_opens
from lab_colorize.files.scan import Search, scan
from lab_colorize.photos.kinds import PHOTO_SUFFIXES
from lab_colorize.photos.photo import read_photo
from lab_colorize.wording import number_of
from lab_colorize.workers import WorkerPool

ROOM = 256 << 20  # bytes of pixels kept for the measuring; what finds no room is read a second time


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph in colour."""

    name: str
    """Its path relative to the folder, with "/" on every system."""
    width: int
    height: int
    mean_ab: tuple[float, float]
    """Mean a* and b* of what is measured."""
    pixels: Bytes | None
    """What is measured, while there is room for it."""


@dataclass(frozen=True, slots=True)
class Grey:
    """A photograph without colours of its own: there is nothing to compare with."""

    name: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file under a photograph's name that cannot be read, and what to do about it."""

    name: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Listing:
    """What lies in the folder, before anything is opened."""

    folder: Path
    names: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    passed_over: int
    """How many photographs more there are than a limit allows."""


@dataclass(frozen=True)
class PhotoSet:
    """Everything that was read; each part in the order of names."""

    folder: Path
    settings: Settings
    photographs: tuple[Photograph, ...]
    grey: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def mean_ab(self) -> tuple[float, float]:
        """The one colour, a* and b*, that is nearest to the whole set; every photograph counts alike."""
        a, b = np.mean([photograph.mean_ab for photograph in self.photographs], axis=0)
        return float(a), float(b)

    def pixels_of(self, photograph: Photograph) -> Bytes:
        """What is measured of a photograph."""
        if photograph.pixels is not None:
            return photograph.pixels
        return self.settings.prepared(read_photo(self.folder / photograph.name).pages[0].pixels)


def list_photographs(folder: Path, limit: int | None = None) -> Listing:
    """Find the photographs of a folder and of those below it; with a limit as many, evenly chosen over all names.

    Which of them are grey or unreadable shows only when they are read: a limit counts them like the others.
    """
    try:
        check_opens(folder)
    except NotADirectoryError:
        raise UsageProblem(f"{folder} is a file.", remedy="Give a folder of colour photographs.") from None
    found = scan(Search(folder, folder / ".lab-colorize-none", PHOTO_SUFFIXES))
    if not found.photographs and not found.problems:
        raise NothingToDo(f"No photograph in {folder}.", remedy="Give a folder of colour photographs.")
    names = found.photographs
    if limit is not None and limit < len(names):
        names = [names[number * len(names) // limit] for number in range(limit)]
    problems = (Unreadable(problem.source, problem.reason, problem.remedy) for problem in found.problems)
    return Listing(folder, tuple(names), tuple(problems), len(found.photographs) - len(names))


def read_set(
    listing: Listing, settings: Settings, *, workers: int, on_step: Callable[[bool], None] = lambda _: None
) -> PhotoSet:
    """Read every photograph once; `on_step` hears after each whether it could be read."""
    photographs: list[Photograph] = []
    grey: list[str] = []
    unreadable = list(listing.unreadable)
    room = ROOM
    reading = WorkerPool(listing.names, lambda: lambda name: _read(listing.folder, name, settings), workers)
    for one in reading.results():
        if isinstance(one, Photograph):
            room -= one.pixels.nbytes if one.pixels is not None else 0
            photographs.append(one if room >= 0 else replace(one, pixels=None))
        elif isinstance(one, Grey):
            grey.append(one.name)
        else:
            unreadable.append(one)
        on_step(not isinstance(one, Unreadable))
    if not photographs and not unreadable:
        others = f", {listing.passed_over} not looked at" if listing.passed_over else ""
        raise NothingToDo(
            f"No photograph in {listing.folder} is in colour ({number_of(len(grey), 'grey one')}{others}).",
            remedy=("Raise --limit, or give" if others else "Give")
            + " a folder of colour photographs: their own colours are what results are compared with.",
        )
    return PhotoSet(
        listing.folder,
        settings,
        tuple(sorted(photographs, key=lambda photograph: photograph.name)),
        tuple(sorted(grey)),
        tuple(sorted(unreadable, key=lambda one: one.name)),
    )


def _read(folder: Path, name: str, settings: Settings) -> Photograph | Grey | Unreadable:
    """Look at the first page of one photograph."""
    try:
        page = read_photo(folder / name).pages[0]
    except UnreadablePhoto as error:
        return Unreadable(name, error.what, error.remedy)
    if page.pixels.ndim == 2 or not tone_of(page.pixels).in_colour:
        return Grey(name)
    pixels = settings.prepared(page.pixels)
    if min(pixels.shape[:2]) < WINDOW:
        return Unreadable(name, f"SSIM needs {WINDOW} pixels each way.", "Leave it out, or give --size 256.")
    return Photograph(name, page.width, page.height, _mean_ab(pixels), pixels)


def _mean_ab(pixels: Bytes) -> tuple[float, float]:
    """In strips: all of Lab at once takes sixteen times the room of the pixels."""
    height, width = pixels.shape[:2]
    rows = max(1, STRIP // width)
    sums = [cv2.sumElems(lab_of(pixels[top : top + rows])) for top in range(0, height, rows)]
    _, a, b, _ = np.sum(sums, axis=0) / (height * width)
    return float(a), float(b)
