"""What results are called. Opens no file and loads nothing heavy.

A name goes by the photograph's suffix. Where that does not say in which format the result is written, the format of
its `contents` does, for those who have looked.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lab_colorize.photos.kinds import PHOTO_SUFFIXES, Format, format_for_suffix, format_named


def result_path(
    source: Path, folder: Path | None = None, *, kind: str = "same", contents: Format | None = None
) -> Path:
    """Where `colorize` puts the result of `source` unless told otherwise: NAME_colorized beside it, or in `folder`."""
    return (folder or source.parent) / f"{source.stem}_colorized{target_suffix(source, kind, contents)}"


def misnamed(target: Path, written: Format, *, kind: str = "same") -> tuple[str, ...]:
    """Own up to a name that promises another format: the photograph's own, as a rule, which its result keeps."""
    if kind != "same" or target.suffix.lower() not in PHOTO_SUFFIXES or format_for_suffix(target.suffix) is written:
        return ()
    return (f"the result is {written.value}, whatever its name says",)


def kept_apart(sources: Sequence[Path], results: Sequence[Path]) -> list[Path]:
    """The results, but full old names for those that another format would give one name."""
    counts = Counter(results)
    return [
        path if counts[path] == 1 or path.suffix == one.suffix else path.with_name(f"{one.name}_colorized{path.suffix}")
        for one, path in zip(sources, results, strict=True)
    ]


def compare_path(target: Path) -> Path:
    """Where the comparison that belongs to `target` is put."""
    return target.with_name(f"{target.stem}_compare{target.suffix}")


def target_suffix(source: Path, kind: str, contents: Format | None = None) -> str:
    """The suffix of a result: the source's own, in its own case, unless it is written in another format."""
    own = contents or format_for_suffix(source.suffix)
    if kind == "same" and own is not None and own.written is not own:
        return own.written.suffix
    if kind == "same" or format_for_suffix(source.suffix) is format_named(kind):
        return source.suffix
    return format_named(kind).suffix
