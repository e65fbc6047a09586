"""Which of the files found are wanted: --include and --exclude, globs as the shell writes them."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
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


def matches(relative: str, globs: Iterable[str]) -> bool:
    """Whether a glob matches the path, its name, or a folder it lies in; `*` crosses `/`, and case is ignored."""
    candidates = list(_candidates(PurePosixPath(unicodedata.normalize("NFC", relative).casefold())))
    return any(fnmatchcase(candidate, glob) for glob in _spellings(globs) for candidate in candidates)


def _candidates(path: PurePosixPath) -> Iterator[str]:
    for part in (path, *path.parents[:-1]):  # the last parent is "."
        yield str(part)
        yield part.name


def _spellings(globs: Iterable[str]) -> Iterator[str]:
    """A keyboard gives composed letters and macOS decomposed names; `**/` also stands for no folder at all."""
    for glob in globs:
        composed = unicodedata.normalize("NFC", glob).casefold().rstrip("/").removeprefix("./")
        yield composed
        yield composed.replace("/**/", "/").removeprefix("**/")
