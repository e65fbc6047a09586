"""Results in OUT that were made of photographs in another folder: never replaced unless --overwrite tells us to."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lab_colorize.batch.outcome import Outcome
from lab_colorize.errors import OutputExists
from lab_colorize.files.hashing import sha256_of
from lab_colorize.wording import number_of


def made_of_another(before: Outcome, source: Path, root: str) -> bool:
    """Whether an outcome tells of another photograph than `source`, which is named from the folder `root`.

    A folder may have been moved or copied, or be known under another path: what has the same contents is no other.
    """
    if before.folder in {None, root}:
        return False
    with suppress(OSError):
        if Path(before.folder or "", before.source).samefile(source):
            return False
    try:
        return before.source_sha256 != sha256_of(source)
    except OSError:
        return True  # it cannot be told, and what is in OUT is not to be risked


def refuse_to_replace(out: Path, in_the_way: Iterable[Outcome]) -> None:
    """OutputExists that names the results and where they came from, if there are any."""
    results = sorted(in_the_way, key=lambda one: one.target or "")
    if not results:
        return
    first = results[0]
    raise OutputExists(
        f"{number_of(len(results), 'result')} in {out}, such as {first.target}, would be replaced by those of other"
        f" photographs of the same name: {'it was' if len(results) == 1 else 'they were'} made from {first.folder}.",
        remedy="Colour both folders in one batch, and each is mirrored under its own name: lab-colorize batch"
        " FOLDER1 FOLDER2 --out NEW. Or choose another --out, or replace them with --overwrite.",
    )
