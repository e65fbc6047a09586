"""How much room the results of a plan will take, and how much there is. An estimate: nothing is decoded for it."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab_colorize.batch.plan import Plan
from lab_colorize.batch.task import Task
from lab_colorize.photos.kinds import Format, format_for_suffix

# What a grey photograph grows by when its colours are added, rounded up from docs/demo/photo.jpg saved in each format.
_GROWTH = {
    Format.JPEG: 1.5,  # 1.1 where the coded lightness is copied
    Format.WEBP: 1.5,
    Format.AVIF: 6.0,
    Format.JPEG2000: 5.0,
}
_LOSSLESS_GROWTH = 3.0  # one channel becomes three
_UNPACKED = 10.0  # from a format that loses something to one that does not


@dataclass(frozen=True, slots=True)
class Room:
    """In bytes."""

    needed: int
    free: int

    @property
    def enough(self) -> bool:
        """Whether all is likely to fit."""
        return self.needed <= self.free


def room_for(plan: Plan) -> Room:
    """What is due will take so much at most; results that it replaces give room back only one by one."""
    return Room(sum(_sizes(plan, plan.due)), _free(plan.out))


def in_units(size: int) -> str:
    """A size as people say it."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{max(1, round(size / 1000))} kB" if size else "nothing"


def _sizes(plan: Plan, tasks: Iterable[Task]) -> Iterable[int]:
    for task in tasks:
        try:
            size = plan.boxes.path(task.source).stat().st_size
        except OSError:
            continue  # it will fail, and take no room
        yield size if task.copy_only else round(size * _growth(task))


def _growth(task: Task) -> float:
    before, after = (format_for_suffix(PurePosixPath(name).suffix) for name in (task.source, task.target))
    if after is None:
        return _LOSSLESS_GROWTH
    if before in _GROWTH and after not in _GROWTH:
        return _UNPACKED
    return _GROWTH.get(after, _LOSSLESS_GROWTH)


def _free(out: Path) -> int:
    """Of the disk that OUT is on, or will be."""
    place = out.absolute()
    while not os.path.lexists(place):
        place = place.parent
    return shutil.disk_usage(place).free
