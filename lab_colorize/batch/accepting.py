"""`verify --accept`: edited results, known failures and files of others become what the journal expects, with the date.

So do photographs that were changed after their results were edited: no batch makes such results anew, and somebody who
looks at both may find that they still belong together. Files of others that are gone are expected no longer. What else
is missing, damaged or cannot be read is never accepted.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lab_colorize.batch.damage import ROTTED
from lab_colorize.batch.edited import is_edited
from lab_colorize.batch.finding import Finding, Kind, State
from lab_colorize.batch.journal import Journal
from lab_colorize.batch.lightness_proof import holds_lightness
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.verify import OWN_IS_GONE, Account
from lab_colorize.errors import OutputError
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.writing import unwritten

_ACCEPTED = frozenset(
    {(Kind.RESULT, State.EDITED), (Kind.RESULT, State.FOREIGN), (Kind.SOURCE, State.FAILED)},
)


def acceptable(account: Account, finding: Finding) -> bool:
    """Whether this can become the truth."""
    gone = (finding.state, finding.reason) == (State.MISSING, OWN_IS_GONE)
    return gone or (finding.kind, finding.state) in _ACCEPTED or _is_outlived(account, finding)


def _is_outlived(account: Account, finding: Finding) -> bool:
    """Whether a photograph has other contents now, not those of a renamed one, and a result that is somebody's work."""
    made, check = account.history.last.get(finding.path), account.sources.get(finding.path)
    if (finding.kind, finding.state) != (Kind.SOURCE, State.CHANGED) or finding.reason == ROTTED:
        return False
    if made is None or made.target is None or check is None or not is_edited(account.out / made.target, made):
        return False
    try:
        return sha256_of(check.place) not in check.known
    except OSError:
        return False


def accept(account: Account, taken: Collection[Finding]) -> Counter[State]:
    """Write these, which are acceptable, down in the journal; counts by what they were."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    accepted: Counter[State] = Counter()
    with Journal(account.out) as journal:
        anew = {one.path: _made_of_it_as_it_is(account, one.path) for one in taken if one.state is State.CHANGED}
        for finding in taken:
            for outcome in _outcomes(account, finding, anew):
                try:
                    journal.append(replace(outcome, accepted=now))
                except OSError as error:
                    raise unwritten(account.journal, error) from error
                accepted[finding.state] += 1
    return accepted


def _outcomes(account: Account, finding: Finding, anew: Mapping[str, Outcome]) -> Iterator[Outcome]:
    """What to write down; `anew` has the outcomes of photographs that are accepted as they are now."""
    if finding.state is State.FAILED:
        yield account.history.last[finding.path]
        return
    if finding.state is State.MISSING:
        yield Outcome("", finding.path, Status.GONE)
        return
    result = anew[finding.path].target if finding.kind is Kind.SOURCE else finding.path
    for path in _files(account.out, result or ""):
        made = account.history.made.get(path)
        standing = made is not None and account.history.last.get(made.source) is made
        blank = Outcome("", path, Status.KEPT)
        try:
            outcome = anew.get(made.source, made) if standing and made is not None else blank
            yield _as_it_is(account.out / path, outcome)
        except OSError as error:
            raise _unreadable(account.out / path, error) from error


def _made_of_it_as_it_is(account: Account, source: str) -> Outcome:
    """What was made of a photograph, as if of the one that is there now."""
    place = account.sources[source].place
    try:
        now = place.stat()
        sha256 = sha256_of(place)
    except OSError as error:
        raise _unreadable(place, error) from error
    made = account.history.last[source]
    return replace(made, source_sha256=sha256, source_size=now.st_size, source_mtime_ns=now.st_mtime_ns)


def _unreadable(file: Path, error: OSError) -> OutputError:
    return OutputError(f"{file} cannot be read: {error.strerror or error}.", remedy="Check its permissions.")


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
