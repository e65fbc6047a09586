"""Whether the manifest of a bag still tells what the journal tells, and what lies in the payload.

Results are held against their hashes by `verify` itself; here the manifest is, which nobody but other tools reads.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lab_colorize.batch.bag import MANIFEST_NAME, PAYLOAD, TAG_MANIFEST_NAME, is_current, payload, stated
from lab_colorize.batch.finding import Finding, Kind, State
from lab_colorize.batch.journal import History
from lab_colorize.files.hashing import sha256_of

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def is_behind(bag: Path) -> bool:
    """Whether batches wrote to the payload since the manifest was made, as the tag manifest bears out, or none is made.

    That is how a batch that was killed leaves it, and no damage.
    """
    if not (bag / MANIFEST_NAME).exists():
        return not (bag / TAG_MANIFEST_NAME).exists()
    return _is_intact(bag) and not is_current(bag)


def bag_findings(bag: Path, history: History, *, quick: bool) -> Iterator[Finding]:
    """What in the manifest is not as the last batch wrote it. What is foreign is read again, unless `quick`."""
    if is_behind(bag):
        return
    try:
        listed = _listed(bag)
    except OSError as error:
        state = State.MISSING if isinstance(error, FileNotFoundError) else State.UNREADABLE
        yield Finding(Kind.BAG, MANIFEST_NAME, state)
        return
    made = {f"{PAYLOAD}/{target}": sha256 for target, sha256 in history.written.items()}
    files, version, intact = payload(bag), _version(bag), _is_intact(bag)
    for name, file in files.items():
        sha256 = listed.pop(stated(name, version), None)
        if sha256 is None and (name in made or not intact):
            yield Finding(Kind.BAG, name, State.MISSING, "The manifest does not list it.")
        elif sha256 not in {None, made.get(name) or (sha256 if quick else sha256_of(file))}:
            yield Finding(Kind.BAG, name, State.CHANGED, "The manifest has another hash of it.")
    told = {stated(name, version) for name in made}
    for name in listed.keys() - told:
        yield Finding(Kind.BAG, name, State.MISSING, "The manifest lists it, and it is not there.")


def _is_intact(bag: Path) -> bool:
    """Whether the manifest is what was written, as the hash of it tells that was written after it."""
    try:
        line = f"{sha256_of(bag / MANIFEST_NAME)}  {MANIFEST_NAME}\n"
        return line.encode() in (bag / TAG_MANIFEST_NAME).read_bytes()
    except OSError:
        return False


def _listed(bag: Path) -> dict[str, str]:
    """Each name as it is stated, with its hash; a line that is none is as if it were not there."""
    lines = (bag / MANIFEST_NAME).read_bytes().decode("utf-8", "surrogateescape").split("\n")
    return {line[2]: line[1] for line in map(_LINE.fullmatch, lines) if line is not None}


def _version(bag: Path) -> str:
    try:
        return "0.97" if b"BagIt-Version: 0.97" in (bag / "bagit.txt").read_bytes() else "1.0"
    except OSError:
        return "1.0"
