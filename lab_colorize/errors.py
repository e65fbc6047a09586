"""What can go wrong, as a vocabulary: the class is the cause, the code its exit status, the remedy its way out.

Nothing below the command line prints or exits. It raises one of these; `cli.group` turns it into words
and an exit status in one place. `docs/exit-codes.md` is the user's side of this file.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit statuses that scripts may rely on; they never change their meaning."""

    OK = 0
    BUG = 1
    USAGE = 2
    UNREADABLE = 3
    WEIGHTS = 4
    OUTPUT = 5
    SOME_FAILED = 6
    NOTHING_TO_DO = 7
    CLUSTER = 8
    INTERRUPTED = 130


class ColorizeError(Exception):
    """A failure that a person can understand: what happened to which file, and what to do about it."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    lasting: ClassVar[bool] = False
    """Whether it is the file's own fault, which only another file could mend, and not that of its place."""

    def __init__(self, what: str, *, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".rstrip()


class UsageProblem(ColorizeError):
    """The request cannot be carried out as it was written."""

    exit_code = ExitCode.USAGE


class HintsRefused(ColorizeError):
    """Hints that cannot be followed: badly written, outside the photograph, or for a model that takes none."""

    exit_code = ExitCode.USAGE


class UnreadablePhoto(ColorizeError):
    """A file that is not a photograph, or is not whole, or may not be opened."""

    exit_code = ExitCode.UNREADABLE
    lasting = True


class PhotoOutOfReach(UnreadablePhoto):
    """A file that is not there, or may not be opened, or whose disk fails: nothing is known of what it holds."""

    lasting = False


class UnsupportedFormat(UnreadablePhoto):
    """A real picture, in a format or layout that is not read here."""


class PhotoTooLarge(UnreadablePhoto):
    """The header claims more pixels than the limit; nothing was decoded."""


class UnreadableFilm(ColorizeError):
    """A file that is not a film, or whose picture cannot be decoded."""

    exit_code = ExitCode.UNREADABLE


class AlreadyInColour(ColorizeError):
    """The photograph has colours of its own and was left alone: no failure, so exit status 0."""

    exit_code = ExitCode.OK


class NothingToColour(AlreadyInColour):
    """A page of black and white only, such as a fax or line art: its lightness leaves no room for any colour."""

    WHY: ClassVar[str] = "black and white only, with no greys to colour"


class ModelError(ColorizeError):
    """Weights or card missing, damaged or not of the contract."""

    exit_code = ExitCode.WEIGHTS


class ModelMissing(ModelError):
    """No model of that name or at that path."""


class ModelDamaged(ModelError):
    """The file differs from what its card says, or has another signature."""


class OutputError(ColorizeError):
    """The result could not be put where it belongs; nothing was left half-written."""

    exit_code = ExitCode.OUTPUT


class OutputExists(OutputError):
    """A file is already there and `--overwrite` was not given."""


class DiskFull(OutputError):
    """There is no space left, or none that one may use: whatever comes next would fail as well."""


class NothingToDo(ColorizeError):
    """The folder is missing, or holds no photograph that could be worked on."""

    exit_code = ExitCode.NOTHING_TO_DO


class ClusterError(ColorizeError):
    """Workers on other machines cannot be reached, are not fit for the work, or were lost."""

    exit_code = ExitCode.CLUSTER


class TrainingError(ColorizeError):
    """Training cannot start or go on with what it was given."""

    exit_code = ExitCode.USAGE


class MissingPackage(ColorizeError):
    """An optional part of the tool is not installed."""

    exit_code = ExitCode.USAGE
