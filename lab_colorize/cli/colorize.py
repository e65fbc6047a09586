"""`lab-colorize colorize`: one photograph or several, the model loaded once."""

from __future__ import annotations

import hashlib
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
from lab_colorize.cli.streams import STREAM, called, say_path, to_standard_output
from lab_colorize.cli.targets import targets_of, with_format_of_target
from lab_colorize.errors import AlreadyInColour, ColorizeError, ExitCode, OutputError, UsageProblem

if TYPE_CHECKING:
    from lab_colorize.batch.outcome import Outcome
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.colouring.hints import Hints
    from lab_colorize.colouring.on_disk import Coloured
    from lab_colorize.colouring.options import ColorizeOptions
    from lab_colorize.colouring.result import Result


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
    help="A colour you know, and where: 812,430=#5b3a29, 25%,40%=skyblue (any colour name of CSS), "
    "or 60%,10%=as-is for what stays grey. Can be repeated.",
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

    options = replace(colorize_options(context.params), hints=_hints(hint, hints_file, photos), sidecar=True)
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
    status = source.stat()
    return _facts(done) | {
        "source_sha256": done.source_sha256,
        "source_size": status.st_size,
        "source_mtime_ns": status.st_mtime_ns,
        "target_sha256": done.target_sha256,
        "target_size": target.stat().st_size,
        "hints": done.hints,
    }


def _facts(done: Coloured | Result) -> dict[str, Any]:
    facts = {name: getattr(done, name) for name in ("width", "height", "lightness", "lightness_sha256")}
    return facts | {"reason": "; ".join(done.notes)}


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
    return _facts(result) | {
        "source_sha256": hashlib.sha256(content).hexdigest(),
        "source_size": len(content),
        "target_sha256": hashlib.sha256(result.content).hexdigest(),
        "target_size": len(result.content),
        "hints": str(options.hints),
    }


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
