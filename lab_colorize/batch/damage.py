"""Damage on the disk: other contents under the size and the time that the journal tells. Nobody edits like that.

What the journal tells of such a file still holds, so failures for its sake are never written down: whatever was made
of the sound file stays what every later batch, and `verify`, expect.
"""

from pathlib import Path

from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.times import same_time

ROTTED = "Its contents changed, its time and size did not: damaged, not edited."
ROTTED_RESULT = "Its result is damaged: its contents changed, its time and size did not."
_REMEDIES = {
    ROTTED: (
        "Restore it from a backup; what was made of it stays as it is. If it was changed on purpose, `touch` it: the"
        " next batch then takes it as it is now."
    ),
    ROTTED_RESULT: "Give --overwrite to have it made again.",
}


def is_rotted(before: Outcome, source: Path) -> bool:
    """Whether a photograph, or a sidecar, looks untouched and has other contents; read only if it looks so."""
    time_ns = before.source_mtime_ns
    try:
        now = source.stat()
        untouched = before.source_size == now.st_size and time_ns is not None and same_time(now.st_mtime_ns, time_ns)
        return untouched and before.source_sha256 is not None and before.source_sha256 != sha256_of(source)
    except OSError:
        return False  # whoever reads it will find out why


def damaged(source: str, reason: str) -> Outcome:
    """The failure of a photograph that is damaged, or whose result is."""
    return Outcome(source, None, Status.FAILED, reason, _REMEDIES[reason])


def is_damage(outcome: Outcome) -> bool:
    """Whether this is such a failure."""
    return outcome.status is Status.FAILED and outcome.reason in _REMEDIES
