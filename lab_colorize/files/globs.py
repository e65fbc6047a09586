"""Which of the files found are wanted: --include and --exclude, globs as the shell writes them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import escape
from pathlib import PurePosixPath


@dataclass(frozen=True)
class GlobFilter:
    """Exclusion holds for every file and folder; inclusion narrows down the photographs alone."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def excludes(self, relative: str) -> bool:
        """Whether a file or folder is not to be touched at all."""
        return bool(self.exclude) and matches(relative, self.exclude)

    def includes(self, relative: str) -> bool:
        """Whether a photograph is to be coloured."""
        return not self.include or matches(relative, self.include)

    def may_include_below(self, folder: str) -> bool:
        """Whether any photograph in a folder could be chosen, as far as the beginnings of the globs tell."""
        below = f"{_comparable(folder)}/"
        return not self.include or any(_could_match_below(glob, below) for glob in _spellings(self.include))


def glob_of(name: str) -> str:
    """A glob for one name that can be typed: where the name is no text it has a ? for each byte."""
    return escape(name).encode("utf-8", "replace").decode()


_WILD = re.compile(r"[*?\[]")


def _could_match_below(glob: str, folder: str) -> bool:
    """One without a slash is held against names, and any may lie there; others against paths."""
    start = _WILD.split(glob, maxsplit=1)[0]
    return "/" not in glob or start.startswith(folder) or folder.startswith(start)


def matches(relative: str, globs: Iterable[str]) -> bool:
    """Whether a glob matches the path, its name, or a folder it lies in; `*` crosses `/`, and case is ignored."""
    candidates = list(_candidates(PurePosixPath(_comparable(relative))))
    return any(fnmatchcase(candidate, glob) for glob in _spellings(globs) for candidate in candidates)


def _candidates(path: PurePosixPath) -> Iterator[str]:
    for part in (path, *path.parents[:-1]):  # the last parent is "."
        yield str(part)
        yield part.name


def _spellings(globs: Iterable[str]) -> Iterator[str]:
    """A keyboard gives composed letters and macOS decomposed names; `**/` also stands for no folder at all."""
    for glob in globs:
        composed = _comparable(glob).rstrip("/").removeprefix("./")
        yield composed
        yield composed.replace("/**/", "/").removeprefix("**/")


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
