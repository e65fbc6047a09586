"""Photographs to learn from: found, read, checked for colour, and kept decoded as far as memory allows.

Knows nothing of splits and batches; a photograph that does not fit into memory is read again each time it is asked for.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.depth import bits_of, rescaled
from lab_colorize.colour.tone import tone_of
from lab_colorize.errors import NothingToDo, UnreadablePhoto
from lab_colorize.files.scan import Search, scan
from lab_colorize.photos.kinds import PHOTO_SUFFIXES
from lab_colorize.photos.photo import read_photo
from lab_colorize.training.near_duplicates import ImageHash, image_hash

AHEAD = 4  # photographs in work per core while a folder is read: enough to keep cores busy, little enough to hold
NEAR_GREY = 4.0  # mean chroma in Lab units; misty colour photographs start about there
# Stricter than `Tone.in_colour`, which must leave no print uncoloured: that would cost 8% of real colour photographs,
# among them sunsets and forests; this costs 1%.
ONE_TONE = 2.0
TOP = "."  # what the folder itself is called among its top-level folders


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A colour photograph, its short side shrunk to at most `short_side`."""

    name: str
    """Path within its folder, with `/`."""
    path: Path
    short_side: int
    image_hash: ImageHash
    kept: NDArray[np.uint8] | None = field(repr=False)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """Pixels (H, W, 3): from memory if they were kept, else read again; the same either way."""
        return decoded(self.path, self.short_side) if self.kept is None else self.kept

    @property
    def stratum(self) -> str:
        """The top-level folder it lies in."""
        return stratum_of(self.name)


@dataclass(slots=True)
class Found:
    """What a folder held: the photographs worth learning from, and the names of those left out, and why."""

    examples: list[Example] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    grey: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """How many of the examples stay in memory."""
        return sum(example.kept is not None for example in self.examples)


def load(
    folder: Path,
    *,
    short_side: int,
    memory: float,
    apart_from: Path,
    advance: Callable[[int, int], None] = lambda _done, _of: None,
) -> Found:
    """Every colour photograph under `folder` but not under `apart_from`; up to `memory` bytes of them stay decoded."""
    names, found = names_in(folder, apart_from)
    for done, (name, seen) in enumerate(_read(folder, names, short_side), start=1):
        advance(done, len(names))
        if seen is None:
            found.unreadable.append(name)
        elif seen.image_hash is None:
            found.grey.append(name)
        else:
            memory -= seen.rgb.nbytes
            kept = seen.rgb if memory >= 0 else None
            found.examples.append(Example(name, folder / name, short_side, seen.image_hash, kept))
    return found


def teaches(rgb: NDArray[np.uint8]) -> bool:
    """Whether a photograph (H, W, 3) has colours to learn: it is neither near-grey nor toned in one colour."""
    tone = tone_of(rgb)
    return tone.chroma >= NEAR_GREY and (tone.stray >= ONE_TONE or tone.far > 0)


def names_in(folder: Path, apart_from: Path) -> tuple[list[str], Found]:
    """What there is to read, and which folders could not be read; NothingToDo if there is no photograph."""
    if not folder.is_dir():
        raise NothingToDo(f"There is no folder {folder}.", remedy="Give a folder of colour photographs.")
    looked = scan(Search(folder, apart_from, PHOTO_SUFFIXES))
    if not looked.photographs:
        raise NothingToDo(f"There is no photograph in {folder}.", remedy="Give a folder of colour photographs.")
    return looked.photographs, Found(unreadable=[problem.source for problem in looked.problems])


@dataclass(frozen=True, slots=True)
class _Seen:
    """What reading a file gave."""

    rgb: NDArray[np.uint8]
    image_hash: ImageHash | None
    """None where the photograph has no colours to learn."""


def _read(folder: Path, names: Sequence[str], short_side: int) -> Iterator[tuple[str, _Seen | None]]:
    """Names with what was seen of them, in order, by all cores; a bounded number is in work at a time."""
    cores = os.cpu_count() or 1
    waiting: deque[tuple[str, Future[_Seen | None]]] = deque()
    with ThreadPoolExecutor(cores) as pool:
        for name in names:
            waiting.append((name, pool.submit(_seen, folder / name, short_side)))
            if len(waiting) == cores * AHEAD:
                first, future = waiting.popleft()
                yield first, future.result()
        yield from ((name, future.result()) for name, future in waiting)


def _seen(path: Path, short_side: int) -> _Seen | None:
    """All that has to be known of a photograph, found out in the thread that reads it; None for an unreadable one."""
    try:
        rgb = decoded(path, short_side)
    except UnreadablePhoto:
        return None
    return _Seen(rgb, image_hash(rgb) if teaches(rgb) else None)


def decoded(path: Path, short_side: int) -> NDArray[np.uint8]:
    """The photograph as RGB (H, W, 3) uint8, shrunk by area where its short side is longer than `short_side`."""
    pixels: NDArray[Any] = read_photo(path).pages[0].pixels
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    scale = short_side / min(pixels.shape[:2])
    if scale < 1:
        height, width = (max(short_side, round(length * scale)) for length in pixels.shape[:2])
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(rescaled(pixels, bits_of(pixels), 8))


def stratum_of(name: str) -> str:
    """The top-level folder of a name, `.` for photographs beside the folders."""
    top, slash, _ = name.partition("/")
    return top if slash else TOP


def counted(examples: Iterable[Example]) -> dict[str, int]:
    """How many photographs each top-level folder gave."""
    return dict(sorted(Counter(example.stratum for example in examples).items()))


def fingerprint(parts: Iterable[Sequence[Example]]) -> str:
    """What tells whether two sessions of a run learn from the same photographs in the same order."""
    digest = sha256()
    for part in parts:
        for example in part:
            digest.update(example.name.encode("utf-8", "surrogateescape") + b"\0")
            digest.update(example.image_hash.thumbnail.tobytes())
        digest.update(b"\0\0")
    return digest.hexdigest()


def free_memory() -> int:
    """Bytes that may still be used, as far as the system says; a cautious guess where it does not."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 4 << 30
