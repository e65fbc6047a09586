"""`lab-colorize evaluate`: figures for models on photographs whose colours are known, and pictures to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab_colorize.cli.console import complain, mention, printable
from lab_colorize.cli.options import FACTOR, finite
from lab_colorize.cli.streams import STREAM, to_standard_output
from lab_colorize.errors import ExitCode, OutputError, UnreadablePhoto, UsageProblem

if TYPE_CHECKING:
    from lab_colorize.evaluation.measure import Evaluation
    from lab_colorize.evaluation.photographs import Listing, PhotoSet

_LISTED = 20  # unreadable photographs named one by one; --json has all

_file = click.Path(path_type=Path, dir_okay=False)


def _strength(context: click.Context, option: click.Parameter, given: str) -> float | None:
    """A factor; None is what each model's card recommends."""
    return None if given == "card" else finite(context, option, FACTOR(given, option, context))


@click.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    metavar="NAME_OR_PATH",
    multiple=True,
    help="Model to evaluate. Can be repeated, to compare models photo by photo.  [default: the shipped one]",
)
@click.option(
    "--size",
    metavar="256|full|N",
    default="256",
    show_default=True,
    help="Resize photographs to a square of this side first, or measure them at their own size.",
)
@click.option(
    "--saturation",
    default="1",
    show_default=True,
    callback=_strength,
    metavar="X|card",
    help="Strength of the colours: 1 is the network's prediction; `card` is what each model's card recommends.",
)
@click.option(
    "--hints",
    metavar="N",
    type=click.IntRange(1, 1000),
    multiple=True,
    help="Also measure with N hints per photograph: its own colours at random places. Can be repeated.",
)
@click.option(
    "--json", "json_file", metavar="FILE", type=_file, help="Write everything as JSON; `-` for standard output."
)
@click.option(
    "--csv",
    "csv_file",
    metavar="FILE",
    type=_file,
    help="Write a table with one line per photograph; `-` for standard output.",
)
@click.option("--report", metavar="FILE.html", type=_file, help="Write an HTML page with plots and pictures.")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    help="Measure at most N photographs, spread evenly over all names; grey and unreadable ones count too.",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Photographs measured at the same time.  [default: one per core]",
)
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def evaluate(
    context: click.Context,
    /,
    *,
    folder: Path,
    models: tuple[str, ...],
    size: str,
    saturation: float | None,
    hints: tuple[int, ...],
    json_file: Path | None,
    csv_file: Path | None,
    report: Path | None,
    limit: int | None,
    workers: int | None,
    quiet: bool,
) -> None:
    """Remove the colour from colour photographs, colour them again, and compare with the truth.

    Every figure is shown beside two baselines: no colour at all, and the one colour that suits the set best. Grey
    photographs are left out. Files named by --json, --csv and --report are replaced if they exist.
    """
    from lab_colorize.cli.steps import counted
    from lab_colorize.evaluation.contenders import contenders_named
    from lab_colorize.evaluation.measure import measure
    from lab_colorize.evaluation.photographs import list_photographs, read_set
    from lab_colorize.evaluation.settings import settings_named
    from lab_colorize.workers import usable_cores

    targets = (json_file, csv_file, report)
    _refuse_unwritable(*targets)
    workers = workers or usable_cores()
    settings = settings_named(size, saturation)
    contenders = contenders_named(models or (None,), saturation, hints)
    listing = list_photographs(folder, limit)
    photo_set = counted(
        len(listing.names), lambda on_step: read_set(listing, settings, workers=workers, on_step=on_step), quiet=quiet
    )
    if photo_set.photographs:
        evaluation = counted(
            len(photo_set.photographs),
            lambda on_step: measure(photo_set, contenders, workers=workers, on_step=on_step),
            quiet=quiet,
        )
        _write(evaluation, *targets)
        if STREAM not in targets:
            _tell(evaluation)
    _mention_limit(listing, len(photo_set.photographs))
    context.exit(_complain_of(photo_set))


def _refuse_unwritable(*targets: Path | None) -> None:
    """Say at once, not after minutes of measuring, that a result would have no place, or take another file's."""
    from lab_colorize.files.writing import check_writable
    from lab_colorize.photos.kinds import PHOTO_SUFFIXES

    if targets.count(STREAM) > 1:
        raise UsageProblem("Standard output can hold only one of the results.", remedy="Name files for the others.")
    for target in targets:
        if target is None or target == STREAM:
            continue
        if target.suffix.lower() in PHOTO_SUFFIXES:
            raise OutputError(f"{target} has a photograph's name.", remedy="Name a .json, .csv or .html file.")
        check_writable(target.absolute().parent, target)


def _write(evaluation: Evaluation, json_file: Path | None, csv_file: Path | None, report: Path | None) -> None:
    from lab_colorize.evaluation.record import csv_of, json_of
    from lab_colorize.report.evaluation import page_of

    _put(json_file, evaluation, json_of)
    _put(csv_file, evaluation, csv_of)
    _put(report, evaluation, page_of)


def _put(target: Path | None, evaluation: Evaluation, form: Callable[[Evaluation], bytes]) -> None:
    from lab_colorize.files.writing import write_whole

    if target == STREAM:
        to_standard_output(form(evaluation))
    elif target is not None:
        write_whole(target, form(evaluation), overwrite=True)


def _tell(evaluation: Evaluation) -> None:
    from lab_colorize.report.text import lines_of

    for line in lines_of(evaluation):
        click.echo(printable(line))


def _mention_limit(listing: Listing, measured: int) -> None:
    """Say why fewer photographs were measured than --limit names, while there are others."""
    if listing.passed_over and measured < len(listing.names):
        mention(
            f"--limit counts grey and unreadable photographs too: it chose {len(listing.names)}, of which "
            f"{measured or 'none'} could be measured; {listing.passed_over} more were not looked at."
        )


def _complain_of(photo_set: PhotoSet) -> ExitCode:
    """List what could not be read; an evaluation that left something out in silence could not be trusted."""
    from lab_colorize.wording import number_of

    for one in photo_set.unreadable[:_LISTED]:
        what = one.reason if one.name in one.reason else f"{one.name}: {one.reason}"
        complain(UnreadablePhoto(what, remedy=one.remedy))
    if others := photo_set.unreadable[_LISTED:]:
        click.echo(f"... and {number_of(len(others), 'more unreadable one')}.", err=True)
    return ExitCode.SOME_FAILED if photo_set.unreadable else ExitCode.OK
