"""Coded lightness that was touched is found by the photographs themselves, though the journal was made to match."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.batch.outcome import sealed
from lab_colorize.errors import ExitCode
from lab_colorize.photos.formats.jpeg_digest import lightness_digest
from tests import makers as m


@pytest.fixture(scope="module")
def made(tmp_path_factory, tiny_model):
    """An archive with its OUT: four grey JPEGs, a toned one and a PNG."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "in").mkdir()
    for number in range(4):
        grey = m.pillow(m.grey(70 + number, 90), "JPEG", progressive=bool(number % 2), restart_marker_blocks=4)
        (folder / "in" / f"{number}.jpg").write_bytes(grey)
    (folder / "in" / "toned.jpg").write_bytes(m.pillow(m.grey(), "JPEG", mode="RGB"))
    (folder / "in" / "other.png").write_bytes(m.pillow(m.grey(), "PNG"))
    code, _ = run("batch", folder / "in", "--out", folder / "out", "--model", tiny_model, "-q")
    assert code == ExitCode.OK
    return folder


def run(*words):
    """The command as a user runs it: its exit status, and what it says on standard output."""
    command = [sys.executable, "-m", "lab_colorize", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.fixture
def archive(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "archive"))


def journal(archive):
    lines = map(json.loads, (archive / "out" / JOURNAL_NAME).read_text().splitlines())
    return [{key: said for key, said in line.items() if key != "check"} for line in lines]


def verify(archive, *words):
    return run("verify", archive / "out", "--source", archive / "in", *words)


def forge(archive, name, change, **more):
    """Change a result, and make its line in the journal match."""
    path = archive / "out" / name
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)
    told = {
        "target_sha256": hashlib.sha256(content).hexdigest(),
        "target_size": len(content),
        "lightness_sha256": lightness_digest(bytes(content)),
    }
    lines = [line | told | more if line["target"] == name else line for line in journal(archive)]
    (archive / "out" / JOURNAL_NAME).write_bytes(b"".join(sealed(json.dumps(line).encode() + b"\n") for line in lines))


def in_first_scan(content):
    content[content.index(b"\xff\xda") + 60] ^= 1


def in_quantisation_table(content):
    content[content.index(b"\xff\xdb") + 12] ^= 1


def in_restart_interval(content):
    content[content.index(b"\xff\xdd") + 5] ^= 1


def in_last_scan(content):
    content[-20] ^= 1


def test_the_journal_says_which_way_each_went(archive):
    ways = {line["source"]: line.get("lightness") for line in journal(archive)}
    assert ways == {
        **{f"{number}.jpg": "copied" for number in range(4)},
        "toned.jpg": "encoded anew: it has 3 channels",
        "other.png": None,
    }


def test_the_summary_says_what_was_proven(archive):
    code, said = verify(archive)
    assert code == ExitCode.OK
    assert "4 results hold the coded lightness of their photographs bit for bit" in said
    _, said = verify(archive, "--json")
    kept = {line["path"] for line in map(json.loads, said.splitlines()) if line["lightness_kept"]}
    assert kept == {f"{number}.jpg" for number in range(4)}


@pytest.mark.parametrize("name", ["0.jpg", "1.jpg"], ids=["baseline", "progressive"])
@pytest.mark.parametrize("change", [in_first_scan, in_quantisation_table, in_restart_interval])
def test_one_bit_of_coded_lightness_is_found_though_the_journal_was_forged(archive, name, change):
    forge(archive, name, change)
    code, said = verify(archive)
    assert code == ExitCode.SOME_FAILED
    assert f"changed    result {name}: Its coded lightness is not that of its photograph" in said
    assert "3 results hold the coded lightness" in said


def test_it_is_found_though_the_journal_claims_that_it_was_encoded_anew(archive):
    forge(archive, "0.jpg", in_first_scan, lightness="encoded anew: it was asked for", lightness_sha256=None)
    code, said = verify(archive)
    assert code == ExitCode.SOME_FAILED
    assert "result 0.jpg" in said


def test_colours_are_no_part_of_it(archive):
    """Whoever forges the journal may have other colours; the scan is still in there."""
    forge(archive, "0.jpg", in_last_scan)
    code, said = verify(archive)
    assert code == ExitCode.OK
    assert "4 results hold" in said


def test_a_photograph_that_was_edited_is_no_flaw_of_its_result(archive):
    source = archive / "in/2.jpg"
    source.write_bytes(m.pillow(m.grey(50, 50), "JPEG"))
    _, said = verify(archive)
    assert "changed    source 2.jpg" in said
    assert "changed    result" not in said
    assert "3 results hold" in said
