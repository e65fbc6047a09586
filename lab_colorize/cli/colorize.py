"""`lab-colorize colorize`: one photograph or several, the model loaded once."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from lab_colorize.cli.console import complain, mention
from lab_colorize.cli.options import colorize_options, shared_options
from lab_colorize.cli.streams import STREAM, called, refuse_terminal, say_path, to_standard_output
from lab_colorize.errors import AlreadyInColour, ColorizeError, ExitCode, OutputError, UsageProblem

if TYPE_CHECKING:
    from lab_colorize.batch.outcome import Outcome
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.colouring.hints import Hints
    from lab_colorize.colouring.options import ColorizeOptions


@click.command()
@click.argument("photos", metavar="PHOTO...", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False))
@click.option(
    "-o",
    "--output",
    metavar="FILE_OR_FOLDER",
    help="Where to write: a file for one photograph, a folder for several.  [default: NAME_colorized beside it]",
)
@click.option(
    "--hint",
    "hint",
    metavar="X,Y=COLOUR",
    multiple=True,
    help="A colour you know, and where: 812,430=#5b3a29 or 25%,40%=skyblue. Can be repeated.",
)
@click.option(
    "--hints",
    "hints_file",
    metavar="FILE.json",
    type=click.Path(path_type=Path, readable=False),
    help="Read hints from a file.",
)
@shared_options
@click.pass_context
def colorize(
    context: click.Context,
    /,
    *,
    photos: tuple[Path, ...],
    output: str | None,
    hint: tuple[str, ...],
    hints_file: Path | None,
    model: str | None,
    as_json: bool,
    quiet: bool,
    **_: Any,
) -> None:
    """Colour photographs. `-` reads standard input and writes standard output.

    The result has the photograph's own size, bit depth, metadata and lightness. Toned prints count as
    black-and-white; photographs that are already in colour are left alone.
    """
    from lab_colorize.colouring.colorizer import Colorizer

    options = replace(colorize_options(context.params), hints=_hints(hint, hints_file, photos))
    targets = targets_of(photos, output, options)
    options = with_format_of_target(options, output, targets)
    if not quiet and context.get_parameter_source("quality") is not ParameterSource.DEFAULT:
        _mention_idle_quality(options)
    colorizer = Colorizer(model, threads=2)
    failures: list[ColorizeError] = []
    for source, target in zip(photos, targets, strict=True):
        outcome = _one(source, target, colorizer, options, failures)
        _report(outcome, source, target, as_json=as_json, quiet=quiet)
    context.exit(exit_status(failures))


def _hints(words: Sequence[str], file: Path | None, photos: Sequence[Path]) -> Hints:
    """What was said of the colours of the one photograph, on the command line and in a file."""
    from lab_colorize.colouring.hints import Hints, hint_from_words, read_hints

    if (words or file) and len(photos) > 1:
        raise UsageProblem(
            "Hints are for one photograph.",
            remedy="Name one, or put NAME.hints.json beside each and use `batch`.",
        )
    written = read_hints(file) if file else Hints()
    return Hints((*written.points, *map(hint_from_words, words)), written.size)


def targets_of(photos: Sequence[Path], output: str | None, options: ColorizeOptions) -> list[Path]:
    """Where each result goes; refuses requests in which two would meet, before anything is read."""
    _refuse_mixed_streams(photos, output, options)
    if output is None or _is_folder(output, photos):
        folder = None if output is None else Path(output)
        streams = photos == (STREAM,) and output is None
        targets = [STREAM] if streams else [_result_path(photo, folder, options) for photo in photos]
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
                remedy="" if twice else "Colour them in separate calls.",
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
        raise UsageProblem("Standard input or output is one photograph alone.", remedy="Name files, or `-` by itself.")
    if options.compare:
        raise UsageProblem("--compare writes a second file.", remedy="Name a file instead of `-`, or leave it out.")
    if output is not None and output != str(STREAM) and (output.endswith(("/", "\\")) or Path(output).is_dir()):
        raise UsageProblem("What comes from standard input has no name.", remedy="Give -o a file, not a folder.")


def _is_folder(output: str, photos: Sequence[Path]) -> bool:
    if output == str(STREAM):
        return False
    if Path(output).is_dir() or output.endswith(("/", "\\")):
        return True
    if len(photos) > 1 and Path(output).suffix:
        from lab_colorize.photos.kinds import format_for_suffix

        if format_for_suffix(Path(output).suffix) or Path(output).exists():
            raise UsageProblem(
                f"{len(photos)} photographs cannot become the one file {output}.", remedy="Give -o a folder."
            )
    return len(photos) > 1


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
            f"{targets[0].name!r} does not say in which format to write.",
            remedy="End it in .jpg, .png, .tif, .webp or .avif, or add --format; a folder ends in a slash.",
        )
    return replace(options, format=kind.suffix.lstrip("."))


def _mention_idle_quality(options: ColorizeOptions) -> None:
    from lab_colorize.photos.kinds import format_named

    if options.format not in {"same", "jpg", "webp", "avif"}:
        mention(f"--quality is for JPEG, WebP and AVIF; {format_named(options.format).value} loses nothing.")


def _one(
    source: Path, target: Path, colorizer: Colorizer, options: ColorizeOptions, failures: list[ColorizeError]
) -> Outcome:
    """Colour one photograph; a failure is told at once and counted, and the others go on."""
    from lab_colorize.batch.outcome import Outcome, Status

    started = time.monotonic()
    carry_out = _streamed if STREAM in {source, target} else _filed
    try:
        facts = carry_out(source, target, colorizer, options)
    except AlreadyInColour as error:
        return Outcome(str(source), None, Status.SKIPPED, error.what, error.remedy)
    except ColorizeError as error:
        failures.append(error)
        complain(error)
        return Outcome(str(source), None, Status.FAILED, error.what, error.remedy)
    return Outcome(
        str(source),
        str(target),
        Status.DONE,
        model=colorizer.model.name,
        model_sha256=colorizer.model.sha256,
        seconds=round(time.monotonic() - started, 3),
        **facts,
    )


def _filed(source: Path, target: Path, colorizer: Colorizer, options: ColorizeOptions) -> dict[str, Any]:
    from lab_colorize.colouring.on_disk import colorize_photo

    _make_folder(target.parent)
    done = colorize_photo(source, target, colorizer=colorizer, options=options)
    return {
        "reason": "; ".join(done.notes),
        "source_sha256": done.source_sha256,
        "target_sha256": done.target_sha256,
        "width": done.width,
        "height": done.height,
        "lightness": done.lightness,
        "lightness_sha256": done.lightness_sha256,
        "hints": done.hints,
    }


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "a file is in its place" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        raise OutputError(f"The folder {folder} cannot be made: {reason}.", remedy="Choose another -o.") from error


def _streamed(source: Path, target: Path, colorizer: Colorizer, options: ColorizeOptions) -> dict[str, Any]:
    """From standard input, to standard output, or both; what is in colour already passes through as it is."""
    from lab_colorize.colouring.in_memory import colorize_bytes
    from lab_colorize.files.writing import write_whole
    from lab_colorize.photos.photo import read_bytes

    content = sys.stdin.buffer.read() if source == STREAM else read_bytes(source)
    try:
        result = colorize_bytes(content, name=called(source), colorizer=colorizer, options=options)
    except AlreadyInColour:
        if target == STREAM:
            to_standard_output(content)
        raise
    if target == STREAM:
        to_standard_output(result.content)
    else:
        write_whole(target, result.content, overwrite=options.overwrite)
    return {"reason": "; ".join(result.notes)}


def _report(outcome: Outcome, source: Path, target: Path, *, as_json: bool, quiet: bool) -> None:
    if as_json and target != STREAM:
        click.echo(outcome.line().decode(), nl=False)
    elif outcome.status == "done" and target != STREAM and not quiet:
        say_path(target)
    if outcome.reason and outcome.status != "failed" and not quiet:
        mention(f"{called(source)}: {outcome.reason}." if outcome.status == "done" else outcome.reason)


def exit_status(failures: Sequence[ColorizeError]) -> int:
    """The failures' own status if they share one, else that some failed."""
    codes = {failure.exit_code for failure in failures}
    if not codes:
        return ExitCode.OK
    return codes.pop() if len(codes) == 1 else ExitCode.SOME_FAILED
