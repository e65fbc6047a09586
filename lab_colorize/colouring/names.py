"""What results are called. Opens no file and loads nothing heavy."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lab_colorize.photos.kinds import format_for_suffix, format_named


def result_path(source: Path, folder: Path | None = None, *, kind: str = "same") -> Path:
    """Where `colorize` puts the result of `source` unless told otherwise: NAME_colorized beside it, or in `folder`."""
    return (folder or source.parent) / f"{source.stem}_colorized{target_suffix(source, kind)}"


def result_paths(sources: Sequence[Path], folder: Path | None = None, *, kind: str = "same") -> list[Path]:
    """The same for several: where another format would give two of them one name, they keep their full old names."""
    paths = [result_path(source, folder, kind=kind) for source in sources]
    counts = Counter(paths)
    return [
        path
        if counts[path] == 1 or path.suffix == source.suffix
        else path.with_name(f"{source.name}_colorized{path.suffix}")
        for source, path in zip(sources, paths, strict=True)
    ]


def compare_path(target: Path) -> Path:
    """Where the comparison that belongs to `target` is put."""
    return target.with_name(f"{target.stem}_compare{target.suffix}")


def target_suffix(source: Path, kind: str) -> str:
    """The suffix of a result: the source's own, in its own case, unless another format is asked for."""
    if kind == "same" or format_for_suffix(source.suffix) is format_named(kind):
        return source.suffix
    return format_named(kind).suffix
