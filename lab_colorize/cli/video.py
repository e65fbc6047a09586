"""`lab-colorize video`: a film, or a folder of frames, in colour and steady, with its sound."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab_colorize.cli.console import mention
from lab_colorize.cli.options import model, overwrite, quiet, saturation
from lab_colorize.cli.signals import asked_to_stop, ended_by, say_at_once
from lab_colorize.cli.streams import say_path
from lab_colorize.errors import ExitCode

if TYPE_CHECKING:
    from lab_colorize.video.options import VideoOptions
    from lab_colorize.video.run import ColouredFilm

# video.options.CODEC_NAMES once more, because importing the room would load PyAV for `--help`; a test holds them equal.
CODECS = ("h264", "hevc", "av1", "ffv1", "prores")
_FAST_EVERY, _FAST_PRESET = 6, "veryfast"


class Rate(click.ParamType[Fraction]):
    """Frames a second: 16, 23.976 or 24000/1001."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """A fraction; the decimals of television stand for what they round."""
        try:
            rate = Fraction(value)
        except (ValueError, ZeroDivisionError):
            self.fail(f"{value!r} is not a frame rate, such as 16, 23.976 or 24000/1001.", param, ctx)
        television = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
        rate = television if rate != round(rate) and abs(rate - television) < Fraction(1, 500) else rate
        if not 0 < rate <= 1000:
            self.fail("a film has more than 0 and at most 1000 frames per second.", param, ctx)
        return rate


@click.command()
@click.argument("source", metavar="FILM_OR_FOLDER", type=click.Path(path_type=Path, readable=False))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write.  [default: NAME_colorized beside it]",
)
@model
@saturation
@click.option("--codec", type=click.Choice(CODECS), default="h264", show_default=True, help="Video codec.")
@click.option(
    "--quality",
    type=click.IntRange(0, 63),
    metavar="CRF",
    help="CRF of H.264, HEVC and AV1: lower is better; 0 is lossless with H.264 and HEVC.  [default: 18, 20, 28]",
)
@click.option(
    "--preset",
    metavar="NAME",
    help="The encoder's preset: slower ones make smaller files.  [default: medium; 8 for AV1]",
)
@click.option(
    "--steady",
    type=click.IntRange(0, 48),
    default=8,
    show_default=True,
    metavar="FRAMES",
    help="Frames on either side over which colours are smoothed; 0 is off.",
)
@click.option(
    "--every",
    type=click.IntRange(1, 24),
    default=4,
    show_default=True,
    metavar="N",
    help="Show the network every Nth frame; those between share their neighbours' colours.",
)
@click.option("--fast", is_flag=True, help=f"Faster, with less care: --every {_FAST_EVERY} --preset {_FAST_PRESET}.")
@click.option("--deinterlace", is_flag=True, help="Deinterlace the film, instead of keeping its fields.")
@click.option("--fps", type=Rate(), metavar="RATE", help="Frame rate of a folder of numbered frames.")
@click.option(
    "--start", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help="Start this far into the film."
)
@click.option(
    "--duration",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Colour only this much of the film.",
)
@click.option("--compare", is_flag=True, help="Also write a film of before and after, side by side.")
@click.option("--dry-run", is_flag=True, help="Show what would be done and kept, and about how long it would take.")
@overwrite
@click.option("--force", is_flag=True, help="Also colour scenes that are already in colour.")
@click.option("--json", "as_json", is_flag=True, help="Write a JSON object to standard output.")
@quiet
@click.pass_context
def video(context: click.Context, /, *, source: Path, output: Path | None, **given: Any) -> None:
    """Colour a film, with colours held steady. Sound and everything else are kept.

    Luma is encoded as it was decoded; sound, subtitles and chapters are copied. Stop it whenever you like: the same
    command resumes where it stopped. A folder of numbered frames (DPX, TIFF, PNG) needs --fps.
    """
    options = video_options(given)
    if given["dry_run"]:
        _forecast(source, output, options, given)
        return
    context.exit(_carry_out(source, output, options, given))


def video_options(given: dict[str, Any]) -> VideoOptions:
    """The request as a value."""
    from lab_colorize.video.options import VideoOptions

    names = ("codec", "quality", "preset", "saturation", "steady", "every", "deinterlace", "start", "duration")
    told = {name: given[name] for name in (*names, "fps", "compare", "overwrite", "force")}
    if given["fast"]:
        told["every"] = max(told["every"], min(_FAST_EVERY, told["steady"] + 1))
        if told["preset"] is None and told["codec"] in {"h264", "hevc"}:
            told["preset"] = _FAST_PRESET
    return VideoOptions(**told)


def _carry_out(source: Path, output: Path | None, options: VideoOptions, given: dict[str, Any]) -> int:
    from lab_colorize.cli.video_progress import film_progress
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.errors import AlreadyInColour
    from lab_colorize.video.run import Hooks, Interrupted, colorize_video

    colorizer = Colorizer(given["model"])
    try:
        with asked_to_stop(_say_finishing, _end_at_once) as signals, film_progress(quiet=given["quiet"]) as shown:
            hooks = Hooks(on_progress=shown, stop=lambda: bool(signals), on_plan=shown.plan)
            film = colorize_video(source, output, colorizer=colorizer, options=options, hooks=hooks)
    except AlreadyInColour as error:
        _say_left_alone(source, error, given)
        return ExitCode.OK
    except Interrupted as stopped:
        click.echo(
            f"Stopped with {stopped.progress.frames} frames done. Run the same command again to resume from here.",
            err=True,
        )
        return ended_by(signals[0])
    _report(source, film, given)
    return ExitCode.OK if film.complete else ExitCode.SOME_FAILED


def _say_left_alone(source: Path, error: Any, given: dict[str, Any]) -> None:
    if given["as_json"]:
        click.echo(json.dumps({"source": str(source), "status": "skipped", "reason": error.what}))
    elif not given["quiet"]:
        mention(f"{error.what} {error.remedy}")


def _report(source: Path, film: ColouredFilm, given: dict[str, Any]) -> None:
    if given["as_json"]:
        status = "done" if film.complete else "incomplete"
        click.echo(json.dumps({"source": str(source), "status": status, **asdict(film), "target": str(film.target)}))
    elif not given["quiet"]:
        say_path(film.target)
    for note in film.notes:
        if not given["quiet"]:
            mention(f"{source}: {note}.")


def _say_finishing() -> None:
    say_at_once("Finishing the segment in progress. Ctrl-C again stops at once.\n")


def _end_at_once(number: int) -> None:
    """What is in hand has no name yet, and is made again by the next run."""
    os._exit(ended_by(number))


def _forecast(source: Path, output: Path | None, options: VideoOptions, given: dict[str, Any]) -> None:
    from lab_colorize.cli.video_forecast import forecast_lines
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.video.forecast import forecast

    found = forecast(source, output, options, Colorizer(given["model"]))
    for line in forecast_lines(found, as_json=given["as_json"]):
        click.echo(line)
