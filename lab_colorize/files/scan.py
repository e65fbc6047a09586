"""What lies in a folder: photographs by their suffixes, other files, what could not be read. Opens no file itself.

Every real directory is read once. Links to directories are followed after all real ones, so that a photograph keeps
the name it really has; a link to a directory already read, to one that contains FOLDER, or into OUT is not followed.
"""

import heapq
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lab_colorize.files.globs import GlobFilter
from lab_colorize.files.writing import TEMPORARY_PREFIX

# What Synology and QNAP, netatalk, macOS, Linux desktops and Windows leave beside photographs, for themselves alone.
_RUBBISH = frozenset({
    "@eaDir", "@Recycle", ".@__thumb", "#recycle", ".AppleDouble", "__MACOSX", ".thumbnails", ".DS_Store", "Thumbs.db",
})  # fmt: skip

_PAYLOAD = "data"
_BAG = frozenset({"bagit.txt", _PAYLOAD})  # by which a bag (BagIt) is known

_Identity = tuple[int, int]  # device and inode: what a directory is, whatever the path that leads to it


@dataclass(frozen=True, slots=True)
class ScanProblem:
    """Something that is there under a photograph's name, or may hold photographs, and cannot be read."""

    source: str
    reason: str
    remedy: str
    lasting: bool = True
    """Whether only another file, or another name, could mend it."""


@dataclass
class Found:
    """Everything below FOLDER, as sorted relative paths with "/", and the counts of what is left out."""

    photographs: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)  # non-photographs and hidden files
    problems: list[ScanProblem] = field(default_factory=list)
    hidden: int = 0  # a hidden folder counts once, unless hidden files were asked for
    others: Counter[str] = field(default_factory=Counter)  # by suffix, in lower case; "" for those without
    thumbnails: int = 0  # folders and files that NAS and macOS keep beside photographs
    not_chosen: int = 0  # by --include, --exclude or --no-recurse
    outputs: int = 0  # folders that hold the results of a batch
    links_left: int = 0  # not followed: they lead to what was reached without them, round in a circle, or into OUT

    def take_out(self, names: Collection[str]) -> None:
        """Some of the rest have their part in the work after all."""
        self.rest[:] = [name for name in self.rest if name not in names]
        self.others -= Counter(Path(name).suffix.lower() for name in names)


@dataclass(frozen=True)
class Search:
    """Where to look and what counts as a photograph."""

    folder: Path
    out: Path
    suffixes: Collection[str]  # lower case, with the dot
    recognises: Callable[[Path], bool] = lambda _: False  # a photograph by its contents, asked of all other files
    choice: GlobFilter = field(default_factory=GlobFilter)
    own_files: Collection[str] = ()  # what this tool keeps beside its results; passed over without being counted
    output_mark: str = ""  # a file by which a folder further down is known as the output of a batch, and left out whole
    recurse: bool = True
    hidden_too: bool = False  # hidden folders are looked into, and what cannot be copied is a problem


def scan(search: Search) -> Found:
    """Look through the whole folder, in an order that depends on names alone."""
    walk = _Walk(search)
    walk.all()
    walk.found.photographs.sort()
    walk.found.rest.sort()
    walk.found.problems.sort(key=lambda problem: problem.source)
    return walk.found


class _Walk:
    """A heap of folders still to be read: visible before hidden, real before linked, then by name."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.found = Found()
        self.out = os.path.realpath(search.out)
        self.seen = set(_around(search.folder)) | set(_identity(search.out))
        self.pending: list[tuple[bool, bool, str]] = [(False, False, "")]

    def all(self) -> None:
        while self.pending:
            hidden, linked, relative = heapq.heappop(self.pending)
            self.folder(relative, hidden=hidden, linked=linked)

    def folder(self, relative: str, *, hidden: bool, linked: bool) -> None:
        path = self.search.folder / relative
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) in self.seen or (linked and self.in_out(path)):
                self.found.links_left += linked
                return
            self.seen.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                children = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if self.search.hidden_too or self.search.choice.may_include_below(relative):
                self.found.problems.append(_unopened(relative, error))
            else:
                self.found.not_chosen += 1
            return
        if relative and self.is_output(path, frozenset(entry.name for entry in children)):
            self.found.outputs += 1
            return
        for entry in children:
            self.entry(entry, f"{relative}/{entry.name}".lstrip("/"), hidden=hidden, linked=linked)

    def is_output(self, folder: Path, names: frozenset[str]) -> bool:
        """Whether a folder is the output of a batch: by its mark, or by that in the payload where it is a bag."""
        mark = self.search.output_mark
        bagged = bool(mark) and names >= _BAG and os.path.lexists(folder / _PAYLOAD / mark)
        return mark in names or bagged

    def entry(self, entry: os.DirEntry[str], relative: str, *, hidden: bool, linked: bool) -> None:
        hidden = hidden or entry.name.startswith(".")
        kind = _kind(entry)
        if relative in self.search.own_files or entry.name.startswith(TEMPORARY_PREFIX):
            return  # a former OUT is coloured again: what this tool keeps beside its results is no part of it
        if self.search.choice.excludes(relative):
            self.found.not_chosen += 1
        elif entry.name in _RUBBISH or entry.name.startswith("._"):
            self.found.thumbnails += 1
        elif kind == "folder":
            self.subfolder(relative, hidden=hidden, linked=linked or entry.is_symlink())
        elif entry.is_symlink() and self.in_out(Path(entry.path)):
            self.found.links_left += 1
        else:
            self.file(relative, kind, hidden=hidden)

    def subfolder(self, relative: str, *, hidden: bool, linked: bool) -> None:
        if not self.search.recurse:
            self.found.not_chosen += 1
        elif hidden and not self.search.hidden_too:
            self.found.hidden += 1
        else:
            heapq.heappush(self.pending, (hidden, linked, relative))

    def file(self, relative: str, kind: str, *, hidden: bool) -> None:
        included = self.search.choice.includes(relative)
        photograph = not hidden and Path(relative).suffix.lower() in self.search.suffixes
        if photograph and not included:
            self.found.not_chosen += 1
            return
        if not hidden and not photograph and included and kind == "file":
            photograph = self.search.recognises(self.search.folder / relative)
        self.found.hidden += hidden
        if not hidden and not photograph:
            self.found.others[Path(relative).suffix.lower()] += 1
        if kind == "file":
            (self.found.photographs if photograph else self.found.rest).append(relative)
        elif photograph or self.search.hidden_too:
            remedy = "Put the file itself there, or leave it out with --exclude."
            self.found.problems.append(ScanProblem(relative, f"It is {kind}.", remedy))

    def in_out(self, path: Path) -> bool:
        real = os.path.realpath(path)
        return real == self.out or real.startswith(f"{self.out.rstrip(os.sep)}{os.sep}")


def _kind(entry: os.DirEntry[str]) -> str:
    """Say what an entry is in the end, links followed; anything but "file" and "folder" cannot be read."""
    try:
        if entry.is_dir():
            return "folder"
        if entry.is_file():
            return "file"
        entry.stat()
    except OSError:
        return "a link that leads nowhere" if entry.is_symlink() else "out of reach"
    return "not a file but a device, pipe or socket"


def _identity(path: Path) -> Iterator[_Identity]:
    try:
        status = path.stat()
    except OSError:
        return
    yield status.st_dev, status.st_ino


def _around(folder: Path) -> Iterator[_Identity]:
    """The folders that contain FOLDER: a link to one of them would lead round in a circle."""
    for parent in Path(os.path.realpath(folder)).parents:
        yield from _identity(parent)


def _unopened(relative: str, error: OSError) -> ScanProblem:
    reason = f"This folder cannot be opened: {error.strerror or error}."
    remedy = "Give yourself permission to read it, or leave it out with --exclude."
    return ScanProblem(relative or ".", reason, remedy, lasting=False)
