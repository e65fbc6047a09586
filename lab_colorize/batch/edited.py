"""Results that people worked on since a batch wrote them: titles, retouching. They are kept, whatever else changed."""

import os
import stat
from pathlib import Path

from lab_colorize.batch.outcome import Outcome
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.times import same_time

EDITED = "edited since, and kept"


def is_edited(result: Path, made: Outcome) -> bool:
    """Whether a result holds somebody's work: other contents than `made` tells, of another size or time.

    Other contents under the old size and time are damage. An empty file is nobody's work. What was accepted once is
    somebody's work for good.
    """
    try:
        status = os.lstat(result)
        if not stat.S_ISREG(status.st_mode) or status.st_size == 0 or made.target_sha256 is None:
            return False
        if made.accepted or made.target_size not in {None, status.st_size}:
            return True
        same_age = made.target_time is not None and same_time(status.st_mtime_ns, made.target_time)
        return not same_age and sha256_of(result) != made.target_sha256
    except OSError:
        return False  # the worker will find out why
