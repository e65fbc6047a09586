"""Where the results of `colorize` go, and in which format: what -o means. Refuses before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lab_colorize.cli.streams import STREAM, refuse_terminal
from lab_colorize.errors import UsageProblem

if TYPE_CHECKING:
    from lab_colorize.colouring.options import ColorizeOptions


def targets_of(photos: Sequence[Path], output: str | None, options: ColorizeOptions) -> list[Path]:
    """Where each result goes; refuses requests in which two would meet, before anything is read."""
    from lab_colorize.colouring.names import kept_apart

    _refuse_mixed_streams(photos, output, options)
    if output is None or _is_folder(output, photos):
        folder = None if output is None else Path(output)
        streams = photos == (STREAM,) and output is None
        targets = [STREAM] if streams else kept_apart(photos, [_result_path(one, folder, options) for one in photos])
    else:
        targets = [Path(output)]
    if STREAM in targets:
        refuse_terminal()
    seen: dict[Path, Path] = {}
    for source, target in zip(photos, targets, strict=True):
        if target in seen:
            twice = f"{source} was named twice." if source == seen[target] else ""
            raise UsageProblem(
                twice or f"{seen[target]} and {source} would both become {target}.",
                remedy=""
                if twice
                else "Colour them in separate calls, each with an -o of its own, or their folder in a batch.",
            )
        seen[target] = source
    return targets


def _result_path(photo: Path, folder: Path | None, options: ColorizeOptions) -> Path:
    from lab_colorize.colouring.names import result_path
    from lab_colorize.photos.contents import format_inside

    return result_path(photo, folder, kind=options.format, contents=format_inside(photo))


def _refuse_mixed_streams(photos: Sequence[Path], output: str | None, options: ColorizeOptions) -> None:
    """Standard output holds one picture and nothing else."""
    if STREAM not in photos and output != str(STREAM):
        return
    if len(photos) > 1:
        raise UsageProblem(
            "Standard input and output each take a single photograph.", remedy="Give files, or `-` by itself."
        )
    if options.compare:
        raise UsageProblem("--compare writes a second file.", remedy="Name a file instead of `-`, or leave it out.")
    if output is not None and output != str(STREAM) and (output.endswith(("/", "\\")) or Path(output).is_dir()):
        raise UsageProblem("What comes from standard input has no name.", remedy="Give -o a file, not a folder.")


def _is_there(output: str) -> bool:
    """OSError for what cannot be looked at: a slash would not help there."""
    try:
        Path(output).stat()
    except FileNotFoundError:
        return False
    return True


def _is_folder(output: str, photos: Sequence[Path]) -> bool:
    if output == str(STREAM):
        return False
    if Path(output).is_dir() or output.endswith(("/", "\\")):
        return True
    if len(photos) == 1:
        return False
    from lab_colorize.photos.kinds import format_for_suffix

    if format_for_suffix(Path(output).suffix) or _is_there(output):
        raise UsageProblem(
            f"{len(photos)} photographs cannot all be written to the one file {output}.", remedy="Give -o a folder."
        )
    raise UsageProblem(f"There is no folder {output}.", remedy=f"To make it, end it in a slash: -o {output}/")


def with_format_of_target(options: ColorizeOptions, output: str | None, targets: Sequence[Path]) -> ColorizeOptions:
    """`-o result.png` asks for PNG as clearly as `--format png` does; both together must agree."""
    from lab_colorize.photos.kinds import format_for_suffix, format_named

    if output is None or len(targets) > 1 or targets[0] == STREAM or targets[0].parent == Path(output):
        return options
    kind = format_for_suffix(targets[0].suffix)
    if options.format != "same":
        if kind not in {None, format_named(options.format)}:
            raise UsageProblem(
                f"{targets[0].name!r} does not match --format {options.format}.", remedy="Leave one of them out."
            )
        return options
    if kind is None or kind.written is not kind:
        raise UsageProblem(
            f"{targets[0].name!r} does not say which format to write.",
            remedy="End it in .jpg, .png, .tif, .webp or .avif, or add --format. To make a folder, end it in a slash:"
            f" -o {output}/",
        )
    return replace(options, format=kind.suffix.lstrip("."))
