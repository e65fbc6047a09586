"""`lab-colorize batch`: a whole archive, mirrored in colour; run again, it goes on where it stopped."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab_colorize.cli.options import colorize_options, shared_options
from lab_colorize.cli.signals import asked_to_stop, ended_by, say_at_once
from lab_colorize.errors import ExitCode, OutputError, UsageProblem

if TYPE_CHECKING:
    from lab_colorize.batch.journal import History
    from lab_colorize.batch.options import BatchOptions
    from lab_colorize.batch.run import Batch

_SCHEDULER = re.compile(r"local|(tcp|tls|ws|wss|ucx)://\S+")
_FINISHING = "\nFinishing the photographs in progress. Ctrl-C again stops at once.\n"
_STOPPED = "\nStopped at once. Run the same command again to resume.\n"
_SHOW_CURSOR = "\x1b[?25h"  # the progress bar hides it


@click.command()
@click.argument(  # `batch` says better what cannot be read
    "folders", metavar="FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False)
)
@click.option(
    "-o", "--out", metavar="FOLDER", required=True, type=click.Path(path_type=Path), help="Where the results go."
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Photographs coloured at the same time.  [default: one per core, at most 8]",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Colour on the workers of a Dask scheduler, such as tcp://head:8786; `local` starts some on this machine.",
)
@click.option(
    "--dry-run", is_flag=True, help="Show what would be done and about how long it would take; write nothing."
)
@click.option(
    "--include",
    metavar="GLOB",
    multiple=True,
    help="Colour only photographs whose name or path matches GLOB. Can be repeated.",
)
@click.option(
    "--exclude",
    metavar="GLOB",
    multiple=True,
    help="Leave out files and folders whose name or path matches GLOB. Can be repeated.",
)
@click.option(
    "--settings",
    "settings_file",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
    help="TOML or CSV file with settings for some of the photographs (saturation, force, skip, model, hints).",
)
@click.option(
    "--no-recurse", "recurse", flag_value=False, type=bool, default=True, help="Do not descend into subfolders."
)
@click.option("--checksum", is_flag=True, help="Detect changes by content, not by size and time.")
@click.option(
    "--copy-rest",
    is_flag=True,
    help="Also copy every file that is not coloured, so that nothing is missing from the output.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Move results whose photographs are gone into a folder of their own, for you to review; no longer expect boxes"
    " that are gone, results included.",
)
@click.option("--manifest", is_flag=True, help="Make the output a bag (BagIt): results in data/, a manifest beside it.")
@click.option(
    "--report",
    metavar="FILE.html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write a contact sheet of the archive, before and after.",
)
@shared_options
@click.pass_context
def batch(context: click.Context, /, dry_run: bool, as_json: bool, quiet: bool, report: Path | None, **_: Any) -> None:
    """Colour all photographs in a folder, and write the results to another folder of the same structure.

    Several folders are each mirrored under their own name.

    File names stay the same. A journal in the output records what is done: run the same command again, and only what
    is missing, has changed or failed is coloured.
    """
    options, known = batch_options(context.params)
    if report is not None:
        from lab_colorize.report.contact_sheet import check_place

        for box in options.boxes.boxes:
            check_place(box.folder, options.place, report)
    if dry_run:
        _forecast(options, known, as_json=as_json)
        return
    status = _carry_out(options, known, as_json=as_json, quiet=quiet)
    if report is not None and status in {ExitCode.OK, ExitCode.SOME_FAILED}:
        _draw_contact_sheet(options, report, quiet=quiet)
    if options.bag is not None:
        _write_bag(options.bag)
    context.exit(status)


def batch_options(params: dict[str, Any]) -> tuple[BatchOptions, History]:
    """The request as a value, and the journal that was read for it."""
    from lab_colorize.batch.bag import results_folder
    from lab_colorize.batch.journal import read_journal
    from lab_colorize.batch.known_boxes import boxes_for
    from lab_colorize.batch.options import BatchOptions
    from lab_colorize.batch.settings import NO_SETTINGS
    from lab_colorize.batch.settings_file import read_settings

    if params["scheduler"] is not None and not _SCHEDULER.fullmatch(params["scheduler"]):
        raise UsageProblem(
            f"{params['scheduler']!r} is not the address of a scheduler.",
            remedy="Give one such as tcp://head:8786, or `local`.",
        )
    if params["workers"] is not None and params["scheduler"] not in {None, "local"}:
        remedy = "Leave --workers out: `dask worker` says how many threads each has."
        raise UsageProblem("A scheduler elsewhere has workers of its own.", remedy=remedy)
    names = ("model", "include", "exclude", "recurse", "checksum", "copy_rest", "prune", "scheduler")
    given = {name: params[name] for name in names}
    workers = {} if params["workers"] is None else {"workers": params["workers"]}
    folders, place = params["folders"], params["out"]
    if params["scheduler"] is not None:  # workers elsewhere do not know what a relative path starts from
        folders, place = [folder.absolute() for folder in folders], place.absolute()
    out = results_folder(place, manifest=params["manifest"])
    bag = None if out == place else place
    history = read_journal(out)
    options = BatchOptions(
        boxes=boxes_for(folders, out, history),
        colorize=colorize_options(params),
        out=out,
        settings=NO_SETTINGS if params["settings_file"] is None else read_settings(params["settings_file"]),
        bag=bag,
        **given,
        **workers,
    )
    return options, history


def _forecast(options: BatchOptions, known: History, *, as_json: bool) -> None:
    from lab_colorize.batch.survey import survey
    from lab_colorize.cli.console import mention
    from lab_colorize.cli.forecast import forecast, forecast_lines
    from lab_colorize.cli.summary import beforehand

    found = survey(options, known)
    for note in beforehand(found.plan, options):
        mention(note)
    for line in forecast_lines(found) if as_json else forecast(found, options):
        _put_out(f"{line}\n")


def _carry_out(options: BatchOptions, known: History, *, as_json: bool, quiet: bool) -> int:
    from lab_colorize.batch.colorizers import colorizer_factory
    from lab_colorize.batch.room import room_for
    from lab_colorize.batch.run import Batch
    from lab_colorize.cli.console import mention
    from lab_colorize.cli.progress import progress
    from lab_colorize.cli.summary import at_work, beforehand, room, summary
    from lab_colorize.cli.tally import Tally

    with Batch(options, colorizer_factory(options), known=known, say=mention) as running:
        for note in beforehand(running.plan, options, quiet=quiet):
            mention(note)
        if running.plan.due and not quiet:
            mention(room(room_for(running.plan)))
        if running.staff is not None and not quiet:
            mention(at_work(running.staff))
        with (
            progress(len(running.plan.due) + len(running.plan.rejected), quiet=quiet, by=running.staff) as shown,
            asked_to_stop(partial(_finish, running), partial(_end_at_once, running)) as interrupted,
            closing(iter(running)) as outcomes,
        ):
            tally = Tally(up_to_date=len(running.plan.up_to_date), remade=running.plan.remade)
            for outcome in outcomes:
                tally.add(outcome)
                shown(tally)
                if as_json:
                    _put_out(outcome.line())
    for line in summary(tally, running, interrupted=bool(interrupted), quiet=quiet):
        click.echo(line, err=True)
    if interrupted:
        return ended_by(interrupted[0])
    return ExitCode.OUTPUT if running.disk_full else tally.exit_code


def _put_out(line: str | bytes) -> None:
    """Write to standard output; a reader that went away is left to `cli.group`."""
    try:
        click.echo(line, nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        with suppress(OSError):  # or Python would try to flush once more, and exit with a status of its own
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(
            f"Standard output cannot be written: {error.strerror or error}.",
            remedy="Free some space, and run the same command again: it resumes where it stopped.",
        ) from error


def _draw_contact_sheet(options: BatchOptions, report: Path, *, quiet: bool) -> None:
    """Show the whole archive, also what earlier batches did: the journal knows it all."""
    from lab_colorize.batch.journal import read_journal
    from lab_colorize.cli.steps import counted
    from lab_colorize.report.contact_sheet import write_contact_sheet

    def draw(on_step: Callable[[bool], None]) -> None:
        write_contact_sheet(options.boxes, options.out, report, workers=options.workers, on_step=on_step)

    counted(len(read_journal(options.out).last), draw, quiet=quiet)


def _write_bag(bag: Path) -> None:
    """Also after an interruption: what is done by then is a bag of its own."""
    from lab_colorize.batch.bag import write_bag
    from lab_colorize.cli.console import mention
    from lab_colorize.cli.summary import edited_in_bag

    for note in edited_in_bag(bag, write_bag(bag)):
        mention(note)


def _finish(running: Batch) -> None:
    """Finish what is in hand."""
    running.stop()
    say_at_once(_FINISHING)


def _end_at_once(running: Batch, number: int) -> None:
    """End without waiting for threads that are deep in a photograph; targets are never torn, they get names whole."""
    running.abandon()
    say_at_once(_STOPPED)
    if sys.stderr.isatty():
        say_at_once(_SHOW_CURSOR)
    os._exit(ended_by(number))
