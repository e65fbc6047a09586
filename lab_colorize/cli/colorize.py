"""`lab-colorize colorize`: one photograph or several, the model loaded once."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab_colorize.cli.console import complain, mention, printable
from lab_colorize.cli.options import colorize_options, shared_options
from lab_colorize.errors import AlreadyInColour, ColorizeError, ExitCode, UsageProblem

if TYPE_CHECKING:
    from lab_colorize.batch.outcome import Outcome
    from lab_colorize.colorizer import ColorizeOptions, Colorizer

STREAM = Path("-")


@click.command()
@click.argument("photos", metavar="PHOTO...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE_OR_FOLDER",
    help="Where to write: a file for one photograph, a folder for several.  [default: NAME_colorized beside it]",
)
@shared_options
@click.pass_context
def colorize(
    context: click.Context,
    /,
    *,
    photos: tuple[Path, ...],
    output: str | None,
    model: str | None,
    as_json: bool,
    quiet: bool,
    **_: Any,
) -> None:
    """Colour photographs. `-` reads standard input and writes standard output.

    The result has the photograph's own size, bit depth, metadata and lightness. Toned prints count as
    black-and-white; photographs that are already in colour are left alone.
    """
    from lab_colorize.colorizer import Colorizer

    options = colorize_options(context.params)
    targets = targets_of(photos, output, options)
    options = with_format_of_target(options, output, targets)
    colorizer = Colorizer(model, threads=2)
    failures: list[ColorizeError] = []
    for source, target in zip(photos, targets, strict=True):
        outcome = _one(source, target, colorizer, options, failures)
        _report(outcome, target, as_json=as_json, quiet=quiet)
    context.exit(exit_status(failures))


def targets_of(photos: Sequence[Path], output: str | None, options: ColorizeOptions) -> list[Path]:
    """Where each result goes; refuses requests in which two would meet, before anything is read."""
    from lab_colorize.colorizer import result_path

    if output is None or _is_folder(output, photos):
        folder = None if output is None else Path(output)
        targets = [STREAM if p == STREAM else result_path(p, folder, kind=options.format) for p in photos]
    else:
        targets = [Path(output)]
    seen: dict[Path, Path] = {}
    for source, target in zip(photos, targets, strict=True):
        if target in seen:
            raise UsageProblem(
                f"{seen[target]} and {source} would both become {target}.", remedy="Colour them in separate calls."
            )
        seen[target] = source
    return targets


def _is_folder(output: str, photos: Sequence[Path]) -> bool:
    if output == str(STREAM):
        return False
    return len(photos) > 1 or output.endswith(("/", "\\")) or Path(output).is_dir()


def with_format_of_target(options: ColorizeOptions, output: str | None, targets: Sequence[Path]) -> ColorizeOptions:
    """`-o result.png` asks for PNG as clearly as `--format png` does."""
    from lab_colorize.photo import format_for_suffix

    if options.format != "same" or output is None or len(targets) > 1 or output == str(STREAM):
        return options
    kind = format_for_suffix(targets[0].suffix)
    if kind is None:
        raise UsageProblem(
            f"{targets[0].name!r} does not say in which format to write.",
            remedy="End it in .jpg, .png, .tif, .webp or .avif, or add --format.",
        )
    return replace(options, format=kind.suffix.lstrip("."))


def _one(
    source: Path, target: Path, colorizer: Colorizer, options: ColorizeOptions, failures: list[ColorizeError]
) -> Outcome:
    """Colour one photograph; a failure is told at once and counted, and the others go on."""
    from lab_colorize.batch.outcome import Outcome, Status

    started = time.monotonic()
    try:
        facts = (
            _streamed(colorizer, options, target) if source == STREAM else _filed(source, target, colorizer, options)
        )
    except AlreadyInColour as error:
        mention(str(error))
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
    from lab_colorize.colorizer import colorize_photo

    target.parent.mkdir(parents=True, exist_ok=True)
    done = colorize_photo(source, target, colorizer=colorizer, options=options)
    return {
        "reason": "; ".join(done.notes),
        "source_sha256": done.source_sha256,
        "target_sha256": done.target_sha256,
        "width": done.width,
        "height": done.height,
    }


def _streamed(colorizer: Colorizer, options: ColorizeOptions, target: Path) -> dict[str, Any]:
    """Standard input to standard output, or to the file that was asked for."""
    from lab_colorize.colorizer import colorize_bytes
    from lab_colorize.photo import write_whole

    content = sys.stdin.buffer.read()
    result = colorize_bytes(content, name="standard input", colorizer=colorizer, options=options)
    if target == STREAM:
        sys.stdout.buffer.write(result.content)
        sys.stdout.buffer.flush()
    else:
        write_whole(target, result.content, overwrite=options.overwrite)
    return {"reason": "; ".join(result.notes)}


def _report(outcome: Outcome, target: Path, *, as_json: bool, quiet: bool) -> None:
    if as_json and target != STREAM:
        click.echo(outcome.line().decode(), nl=False)
    elif outcome.status == "done" and target != STREAM and not quiet:
        click.echo(printable(str(target)))
    if outcome.status == "done" and outcome.reason and not quiet:
        mention(f"{outcome.source}: {outcome.reason}.")


def exit_status(failures: Sequence[ColorizeError]) -> int:
    """The failures' own status if they share one, else that some failed."""
    codes = {failure.exit_code for failure in failures}
    if not codes:
        return ExitCode.OK
    return codes.pop() if len(codes) == 1 else ExitCode.SOME_FAILED
