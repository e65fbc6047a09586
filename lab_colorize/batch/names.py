"""Names of results: the source's own, unless a change of format changes the suffix; never one name for two sources.

Where names would meet, those that changed keep their full old name: photo.tif and photo.png become photo.tif.jpg and
photo.png.jpg. A name that did not change is never touched. A changed name avoids all others also where they
differ only in case or in Unicode form, so that an archive made on Linux can be moved to Windows or macOS.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Naming:
    """What names depend on: the suffix that the result of a source gets, and what is written beside a target."""

    suffix_of: Callable[[str], str]
    companion_of: Callable[[str], str | None]  # the comparison, or None without --compare
    ignores_case: bool = False  # OUT would take names that differ only in case for one


def name_targets(
    sources: Iterable[str],
    suffix_of: Callable[[str], str],
    reserved: Iterable[str] = (),
    settled: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Map each source to a target of its own; `suffix_of` gives the suffix that the result of a source gets.

    `reserved` paths are given to no changed name: files that are copied there. What has a name by an earlier batch,
    which `settled` tells, keeps it if that suits: a photograph that is added renames no others.
    """
    sources = sorted(sources)
    targets = {source: _with_suffix(source, suffix_of(source)) for source in sources}
    unchanged = {*sources, *reserved}
    keeping = _keeping(targets, settled or {}, unchanged, suffix_of)
    targets |= keeping
    changed = [source for source in sources if targets[source] != source and source not in keeping]
    kept = {*unchanged, *keeping.values()}
    taken = Counter(folded(path) for path in kept | {folder for path in kept for folder in _folders(path)})
    lengthened: set[str] = set()
    while meeting := _meeting(changed, targets, taken, lengthened):
        for source in meeting:
            base = targets[source] if source in lengthened else source
            targets[source] = base + suffix_of(source)
        lengthened.update(meeting)
    return targets


def _keeping(
    targets: Mapping[str, str], settled: Mapping[str, str], unchanged: Collection[str], suffix_of: Callable[[str], str]
) -> dict[str, str]:
    """The changed names of earlier batches that still suit: of the forms given here, and free of unchanged ones."""
    occupied = {folded(path) for path in unchanged}
    occupied |= {folded(folder) for path in unchanged for folder in _folders(path)}
    keeping: dict[str, str] = {}
    for source, target in settled.items():
        if source not in targets or targets[source] == source or folded(target) in occupied:
            continue
        lengthened = target.startswith(source) and not target.removeprefix(source).replace(suffix_of(source), "")
        if target == targets[source] or lengthened:
            keeping[source] = target
            occupied.add(folded(target))
    return keeping


def folded(path: str) -> str:
    """What a file system that ignores case and Unicode form would take for the same name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def same_where_case_is_ignored(sources: Iterable[str], targets: Mapping[str, str]) -> dict[str, str]:
    """Map each source whose target only differs in case or Unicode form from an earlier one to that earlier source."""
    first: dict[str, str] = {}
    return {
        source: first[key]
        for source in sorted(sources)
        if first.setdefault(key := folded(targets[source]), source) != source
    }


def is_text(name: str) -> bool:
    """Whether a name is UTF-8; names may be of any bytes, which Python keeps as surrogates."""
    return name == name.encode("utf-8", "replace").decode()


def _with_suffix(source: str, suffix: str) -> str:
    return str(PurePosixPath(source).with_suffix(suffix)) if suffix != PurePosixPath(source).suffix else source


def _folders(path: str) -> list[str]:
    return [str(folder) for folder in PurePosixPath(path).parents[:-1]]


def _meeting(changed: Sequence[str], targets: dict[str, str], taken: Counter[str], lengthened: set[str]) -> list[str]:
    """Choose who must take a longer name: all that still can take their full one, else all but the first."""
    groups: dict[str, list[str]] = {}
    for source in changed:
        groups.setdefault(folded(targets[source]), []).append(source)
    meeting: list[str] = []
    for key, group in groups.items():
        occupied = taken[key] > sum(folded(source) == key for source in group)  # by others than themselves
        if len(group) == 1 and not occupied:
            continue
        short = [source for source in group if source not in lengthened]
        meeting += short or (group if occupied else group[1:])
    return meeting
