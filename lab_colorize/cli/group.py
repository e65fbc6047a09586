"""The group of commands, `colorize` when none is named, and the only place that turns errors into exit statuses.

A command is imported when it is asked for, and imports what it works with only once it runs. `--help` imports none of
them, which keeps it nearly as fast as click itself.
"""

from __future__ import annotations

import difflib
import errno
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from lab_colorize.cli.console import complain
from lab_colorize.cli.quiet import keep_standard_error
from lab_colorize.errors import ColorizeError, ExitCode, OutputError
from lab_colorize.files.reach import out_of_reach
from lab_colorize.version import __version__

DEFAULT = "colorize"
COMMANDS = {  # in the order in which a newcomer meets them
    DEFAULT: "Colour photographs.",
    "batch": "Colour a whole folder of photographs into another.",
    "video": "Colour a film.",
    "verify": "Check that the output of a batch is complete and intact.",
    "serve": "Colour photographs in the browser.",
    "train": "Train a model on colour photographs.",
    "evaluate": "Measure how good models are.",
    "models": "List the models to colour with, and the networks to train.",
}
MEANINGS = {
    ExitCode.OK: "success",
    ExitCode.BUG: "a bug",
    ExitCode.USAGE: "an invalid request",
    ExitCode.UNREADABLE: "a photograph cannot be read",
    ExitCode.WEIGHTS: "the model is missing or damaged",
    ExitCode.OUTPUT: "the result cannot be written",
    ExitCode.SOME_FAILED: "some failed, the others are done",
    ExitCode.NOTHING_TO_DO: "nothing to do",
    ExitCode.CLUSTER: "the cluster cannot be used or was lost",
    ExitCode.INTERRUPTED: "interrupted",
}
STATUSES = ", ".join(f"{code:d} {meaning}" for code, meaning in MEANINGS.items())


class OutputGone(ColorizeError):
    """The program that read our output ended first: its good right, but work may be left."""

    exit_code = ExitCode.INTERRUPTED


class Commands(click.Group):
    """Finds a command by its file's name; what is no command is a photograph to colour."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All commands."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"lab_colorize.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what the system refuses is told apart from a bug, which click does not.

        That is a reader of our output that went away, or a place that cannot be reached. Code below asks whether a
        path is there without a guard of its own, unless it knows better what to say.
        """
        try:
            try:
                return super().invoke(ctx)
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()
        except BrokenPipeError as error:
            raise OutputGone("Output pipe closed; what was not done yet is left undone.") from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise OutputError("There is no space left for the output.", remedy="Free some space.") from error
            if error.filename is None:
                raise
            raise out_of_reach(error) from error

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `lab-colorize photo.jpg` as `lab-colorize colorize photo.jpg`."""
        if args and args[0] not in COMMANDS and args[0] not in {"--help", "-h", "--version"}:
            _refuse_misspelt(args[0])
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


def _refuse_misspelt(word: str) -> None:
    """A plain word close to a command's name that is no file was surely meant for it."""
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    if close and word.isalpha() and not Path(word).exists():
        raise click.UsageError(f"There is no command and no photograph called {word!r}. Did you mean {close[0]!r}?")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=f"`lab-colorize PHOTO` is short for `lab-colorize colorize PHOTO`.\n\nExit status: {STATUSES}.",
)
@click.version_option(__version__, prog_name="lab-colorize")
def commands() -> None:
    """Colour black-and-white photographs, one or a whole archive, and keep their own lightness."""


def main() -> NoReturn:
    """Run the command line and exit with a status of `errors.ExitCode`."""
    # `evaluate` multiplies larger matrices than the join, in workers side by side; threads of BLAS would only spin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1:2] != ["train"]:  # TensorFlow's reports are worth having
        keep_standard_error()
    sys.exit(_run())


def _run() -> int:
    try:
        return int(commands.main(prog_name="lab-colorize", standalone_mode=False) or 0)
    except OutputGone as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python would try to flush once more, and complain
        return error.exit_code
    except ColorizeError as error:
        complain(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
