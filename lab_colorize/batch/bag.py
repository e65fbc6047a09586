"""OUT as a bag (BagIt, RFC 8493): results and their journal under OUT/data, their hashes in OUT/manifest-sha256.txt.

What a batch made is listed by the hash it had when it was made, so what rots afterwards is found out, not signed;
whatever else lies in data/ is listed as it is found. The journal is part of the payload: while a batch runs, or after
it was killed, the bag does not validate, and the end of the next batch mends that.
"""

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from lab_colorize.batch.journal import JOURNAL_NAME, Journal, read_journal
from lab_colorize.batch.names import is_text
from lab_colorize.batch.outcome import Outcome
from lab_colorize.batch.plan import Plan
from lab_colorize.errors import OutputError, UsageProblem
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.times import same_time
from lab_colorize.files.writing import write_whole
from lab_colorize.version import SOFTWARE
from lab_colorize.wording import number_of

PAYLOAD = "data"
MANIFEST_NAME = "manifest-sha256.txt"
TAG_MANIFEST_NAME = "tagmanifest-sha256.txt"
_INFO_NAME = "bag-info.txt"
_OWN_INFO = re.compile(rb"(?m)^(Payload-Oxum|Bagging-Date|Bag-Software-Agent):.*\n([ \t].*\n)*")
# Tools that split text as Python does end a line at the first of these, and take the others off its end.
_LINE_ENDS = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|\s$")


def results_folder(out: Path, *, manifest: bool) -> Path:
    """Where results go: OUT itself, or OUT/data if OUT is a bag already or shall become one."""
    if is_bag(out):
        return out / PAYLOAD
    if manifest and (out / JOURNAL_NAME).exists():
        raise UsageProblem(
            f"{out} holds results already; a bag keeps them in a folder called {PAYLOAD}.",
            remedy=f"Make a new folder, move {out} into it under the name {PAYLOAD}, and give the new one as --out.",
        )
    return out / PAYLOAD if manifest else out


def is_bag(out: Path) -> bool:
    """Whether a batch made OUT a bag: its journal lies in the payload."""
    return (out / PAYLOAD / JOURNAL_NAME).is_file() and not (out / JOURNAL_NAME).exists()


def is_current(bag: Path) -> bool:
    """Whether no batch has written to the payload since the manifest was made: it lists the journal as it is."""
    journal = bag / PAYLOAD / JOURNAL_NAME
    line = f"{sha256_of(journal)}  {PAYLOAD}/{JOURNAL_NAME}\n"
    try:
        return line.encode() in (bag / MANIFEST_NAME).read_bytes()
    except OSError:
        return False


def names_to_be(bag: Path, plan: Plan) -> frozenset[str]:
    """What the payload will hold, by its names in the bag: what lies there already, results and their comparisons."""
    targets = {task.target for task in plan.due} | {one.target for one in plan.up_to_date if one.target is not None}
    beside = {companion for target in targets if (companion := plan.naming.companion_of(target)) is not None}
    return frozenset(payload(bag)) | {f"{PAYLOAD}/{target}" for target in targets | beside}


def check_names(names: Collection[str]) -> None:
    """OutputError if a manifest cannot hold them all; before a batch, since the batch would be for nothing."""
    unfit = min((name for name in names if not is_text(name)), default=None)
    if unfit is not None:
        raise OutputError(
            f"The manifest of the bag cannot hold the name '{unfit}': it is not UTF-8.",
            remedy="Take that file out of the bag, or rename it.",
        )


def cautions(names: Collection[str]) -> Iterator[str]:
    """Say which names are stated as the standard asks and still misread by the tools in use."""
    version = _version(names)
    twins = Counter(unicodedata.normalize("NFC", name) for name in names)
    odd = sorted(
        name
        for name in names
        if _LINE_ENDS.search(name)
        or twins[unicodedata.normalize("NFC", name)] > 1
        or re.search("%" if version == "1.0" else "%0[AaDd]", name)
        or sum(name.count(end) for end in "\r\n") > 2  # the bagit tool decodes no more of them
    )
    if odd:
        yield (
            f"{number_of(len(odd), 'name')} in the manifest may be misread by other tools, such as {odd[0]!r}:"
            " bagit.py may refuse the bag. Rename the photographs first if that matters."
        )


def write_bag(bag: Path) -> tuple[str, ...]:
    """Bring manifest and tag files in line with the payload, under its lock; names what is edited and so not valid."""
    with Journal(bag / PAYLOAD):
        files = payload(bag)
        check_names(files)
        version, made = _version(files), read_journal(bag / PAYLOAD).made
        size = sum(path.stat().st_size for path in files.values())
        tags = {
            MANIFEST_NAME: _manifest(made, files, version),
            _INFO_NAME: _info(bag / _INFO_NAME, f"{size}.{len(files)}"),
            "bagit.txt": f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n".encode(),
        }
        for name, content in tags.items():
            write_whole(bag / name, content, overwrite=True)
        hashes = "".join(f"{sha256_of(bag / name)}  {name}\n" for name in sorted(tags))
        write_whole(bag / TAG_MANIFEST_NAME, hashes.encode(), overwrite=True)
    return tuple(target for target, one in sorted(made.items()) if _differs(files.get(f"{PAYLOAD}/{target}"), one))


def payload(bag: Path) -> dict[str, Path]:
    """Every file of the payload by its name in the bag, in order."""
    files = sorted(path for path in (bag / PAYLOAD).rglob("*") if path.is_file())
    return {path.relative_to(bag).as_posix(): path for path in files}


def _differs(file: Path | None, made: Outcome) -> bool:
    """Whether a file has another hash than the manifest gives, as its size or time suggest."""
    if file is None:
        return False
    status = file.stat()
    same = made.target_time is not None and same_time(status.st_mtime_ns, made.target_time)
    return not (same and status.st_size == made.target_size) and sha256_of(file) != made.target_sha256


def _manifest(made: Mapping[str, Outcome], files: dict[str, Path], version: str) -> bytes:
    hashes = {f"{PAYLOAD}/{target}": one.target_sha256 for target, one in made.items()}
    lines = (f"{hashes.get(name) or sha256_of(path)}  {stated(name, version)}\n" for name, path in files.items())
    return "".join(lines).encode()


def _version(names: Collection[str]) -> str:
    """1.0 writes % as %25, which hardly any tool reads back; 0.97 writes names as they are, but for line ends."""
    ends = any(end in name for name in names for end in "\r\n")
    return "0.97" if not ends and any("%" in name for name in names) else "1.0"


def stated(name: str, version: str) -> str:
    """A name as a manifest of that version writes it."""
    if version == "0.97":
        return name
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _info(file: Path, oxum: str) -> bytes:
    """What was written there by hand stays; size, date and maker are brought up to date."""
    kept = _OWN_INFO.sub(b"", file.read_bytes().rstrip() + b"\n") if file.exists() else b""
    date = time.strftime("%Y-%m-%d")
    own = f"Bag-Software-Agent: {SOFTWARE}\nBagging-Date: {date}\nPayload-Oxum: {oxum}\n"
    return kept.lstrip(b"\n") + own.encode()
