"""What results are called. Opens no file and loads nothing heavy."""

from pathlib import Path

from lab_colorize.photos.kinds import format_for_suffix, format_named


def result_path(source: Path, folder: Path | None = None, *, kind: str = "same") -> Path:
    """Where `colorize` puts the result of `source` unless told otherwise: NAME_colorized beside it, or in `folder`."""
    return (folder or source.parent) / f"{source.stem}_colorized{target_suffix(source, kind)}"


def compare_path(target: Path) -> Path:
    """Where the comparison that belongs to `target` is put."""
    return target.with_name(f"{target.stem}_compare{target.suffix}")


def target_suffix(source: Path, kind: str) -> str:
    """The suffix of a result: the source's own, in its own case, unless another format is asked for."""
    if kind == "same" or format_for_suffix(source.suffix) is format_named(kind):
        return source.suffix
    return format_named(kind).suffix
