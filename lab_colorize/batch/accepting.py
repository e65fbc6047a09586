"""`verify --accept`: edited results, known failures and files of others become what the journal expects, with the date.

What is missing, damaged or cannot be read is never accepted.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lab_colorize.batch.finding import Finding, Kind, State
from lab_colorize.batch.journal import Journal
from lab_colorize.batch.lightness_proof import holds_lightness
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.verify import Account
from lab_colorize.errors import OutputError
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.writing import unwritten

_ACCEPTED = frozenset(
    {(Kind.RESULT, State.EDITED), (Kind.RESULT, State.FOREIGN), (Kind.SOURCE, State.FAILED)},
)


def acceptable(finding: Finding) -> bool:
    """Whether this can become the truth."""
    return (finding.kind, finding.state) in _ACCEPTED


def accept(account: Account, findings: Sequence[Finding]) -> Counter[State]:
    """Write all that can be accepted down in the journal; counts by what it was."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    accepted: Counter[State] = Counter()
    with Journal(account.out) as journal:
        for finding in filter(acceptable, findings):
            for outcome in _outcomes(account, finding):
                try:
                    journal.append(replace(outcome, accepted=now))
                except OSError as error:
                    raise unwritten(account.journal, error) from error
                accepted[finding.state] += 1
    return accepted


def _outcomes(account: Account, finding: Finding) -> Iterator[Outcome]:
    if finding.kind is Kind.SOURCE:
        yield account.history.last[finding.path]
        return
    for path in _files(account.out, finding.path):
        made = account.history.made.get(path)
        standing = made is not None and account.history.last.get(made.source) is made
        blank = Outcome("", path, Status.KEPT)
        try:
            yield _as_it_is(account.out / path, made if standing and made is not None else blank)
        except OSError as error:
            raise OutputError(
                f"{account.out / path} cannot be read: {error.strerror or error}.", remedy="Check its permissions."
            ) from error


def _files(out: Path, path: str) -> list[str]:
    """The files that a finding stands for: itself, or all in a folder; links are nothing to take a hash of."""
    if not path.endswith("/"):
        return [] if (out / path).is_symlink() else [path]
    found = (Path(folder, name) for folder, _, names in os.walk(out / path) for name in names)
    return sorted(file.relative_to(out).as_posix() for file in found if not file.is_symlink())


def _as_it_is(file: Path, outcome: Outcome) -> Outcome:
    status = file.stat()
    outcome = replace(
        outcome, target_sha256=sha256_of(file), target_size=status.st_size, target_mtime_ns=status.st_mtime_ns
    )
    return outcome if _keeps_lightness(file, outcome) else replace(outcome, lightness="edited", lightness_sha256=None)


def _keeps_lightness(file: Path, outcome: Outcome) -> bool:
    """Whether an edit left the coded lightness of the photograph as it was, as a title does."""
    if outcome.lightness_sha256 is None or outcome.folder is None:
        return False
    source = Path(outcome.folder, outcome.source)
    return bool(holds_lightness(file, source, outcome.source_sha256, claimed=True))
