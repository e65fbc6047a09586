"""The command on real photographs: 300 of them, 20 bad, from the first run to the last."""

import errno
import json
import os
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
import tifffile
from click.testing import CliRunner

from lab_colorize.batch import survey
from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.journal import JOURNAL_NAME, history_of
from lab_colorize.batch.survey import Share, Sort, measure, pace_of
from lab_colorize.batch.task import Task
from lab_colorize.cli.group import commands
from lab_colorize.colouring.models import find_model
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.photos.kinds import Format

from .conftest import Archive, Batch, Ended, arguments, picture


def bomb() -> bytes:
    """A PNG whose header claims 60,000 x 60,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk


def add_bad_ones(folder: Path) -> None:
    """Twenty files, of every kind that archives hold, that cannot be coloured."""
    whole = {suffix: next(folder.rglob(f"*{suffix}")).read_bytes() for suffix in (".jpg", ".png", ".tif")}
    bad = folder / "bad"
    bad.mkdir()
    for number in range(2):
        (bad / f"empty{number}.jpg").touch()
        (bad / f"text{number}.jpg").write_text("This is no photograph.")
        (bad / f"bomb{number}.png").write_bytes(bomb())
        (bad / f"lost{number}.tif").symlink_to("nowhere.tif")
        (bad / f"phone{number}.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        (bad / f"noise{number}.webp").write_bytes(os.urandom(500))
        for suffix, content in whole.items():
            (bad / f"cut{number}{suffix}").write_bytes(content[: len(content) * (2 + number) // 4])
    os.mkfifo(bad / "pipe.jpg")
    (bad / "header.bmp").write_bytes(b"BM" + b"\0" * 10)


def batch_apart(*asked: Any) -> Ended:
    """Run the command as a program of its own."""
    command = [sys.executable, "-m", "lab_colorize", *arguments(*asked)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def seconds_of_programs() -> float:
    """The time that programs started from here have worked; unlike the clock's, other programs cannot stretch it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def journal(out: Path) -> list[dict[str, object]]:
    """What its lines say, without their check values."""
    lines = map(json.loads, (out / JOURNAL_NAME).read_text().splitlines())
    return [{key: said for key, said in line.items() if key != "check"} for line in lines]


def test_an_archive_of_300_with_20_bad_ones(tmp_path: Path, tiny_model: Path) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    for number in range(280):
        suffix = (".jpg", ".png", ".tif", ".webp")[number % 4]
        picture(folder / f"{number % 7}" / f"{number:03}{suffix}", seed=number)
    add_bad_ones(folder)

    first = batch_apart(folder, out, tiny_model)
    assert first.returncode == 6, first.stderr
    assert "280 done, 0 skipped, 20 failed" in first.stderr
    lines = journal(out)
    assert len(lines) == 300
    assert all(line["reason"] for line in lines if line["status"] == "failed")
    assert not [line for line in lines if "bug" in str(line["reason"])]
    listed = [line.strip().split(": ")[0] for line in first.stderr.split("Failed:\n")[1].splitlines()[:-2:2]]
    assert sorted(listed) == sorted(str(line["source"]) for line in lines if line["status"] == "failed")

    before = seconds_of_programs()
    second = batch_apart(folder, out, tiny_model)
    assert seconds_of_programs() - before < 3
    assert "0 done, 280 skipped (280 done before), 20 failed" in second.stderr
    tried = {line["source"] for line in journal(out)[300:]}
    assert tried == {line["source"] for line in lines if line["status"] == "failed"}

    good = sorted(path for path in folder.rglob("*.*") if path.parent.name != "bad")
    for path in good[:5]:
        (out / path.relative_to(folder)).unlink()
    for path in good[5:10]:
        picture(path, seed=1000)
        os.utime(path, ns=(10**18, 10**18))
    third = batch_apart(folder, out, tiny_model)
    assert "10 done, 270 skipped (270 done before), 20 failed" in third.stderr
    made = {str(line["source"]) for line in journal(out)[320:] if line["status"] == "done"}
    assert made == {path.relative_to(folder).as_posix() for path in good[:10]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("1.jpg", "a/2.tif", "a/3.png"):
        picture(tmp_path / "photos" / name)
    (tmp_path / "photos/note.txt").write_text("about them")
    return tmp_path / "photos"


def test_json_is_one_line_a_photograph_on_standard_output(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    (folder / "bad.jpg").touch()
    first = batch(folder, tmp_path / "out", tiny_model, "--json")
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    assert sorted(lines, key=str) == sorted(journal(tmp_path / "out"), key=str)
    again = batch(folder, tmp_path / "out", tiny_model, "--json", "-q")
    assert sorted(json.loads(line)["status"] for line in again.stdout.splitlines()) == ["failed"] + ["skipped"] * 3


def test_quiet_says_nothing_when_all_is_well(batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path) -> None:
    ended = batch(folder, tmp_path / "out", tiny_model, "-q")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "done" not in ended.stderr


def test_a_dry_run_tells_and_writes_nothing(batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path) -> None:
    (folder / "bad.jpg").touch()
    before = sorted(tmp_path.rglob("*"))
    ended = batch(folder, tmp_path / "out", tiny_model, "--dry-run", "--copy-rest")
    assert ended.returncode == 0
    assert "3 photographs to colour" in ended.stdout
    assert "in colour already, or damaged inside" in ended.stdout  # headers do not tell
    assert "  bad.jpg: It cannot be read" in ended.stdout
    assert "1 other file to copy as it is" in ended.stdout
    assert "1 would fail" in ended.stdout
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_the_journal_is_read_once(
    finished: Archive, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    reading = Mock(wraps=history_of)
    monkeypatch.setattr("lab_colorize.batch.journal.history_of", reading)
    asked = ["batch", str(finished.folder), "--out", str(finished.out), "--model", str(tiny_model), *more]
    CliRunner().invoke(commands, asked)
    assert reading.call_count == 1


def test_a_dry_run_in_json_names_every_file(batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path) -> None:
    told = batch(folder, tmp_path / "out", tiny_model, "--dry-run", "--json").stdout.splitlines()
    actions = {line["source"]: line["action"] for line in map(json.loads, told)}
    assert actions == {"1.jpg": "colour", "a/2.tif": "colour", "a/3.png": "colour", "note.txt": "leave"}


def test_the_pace_is_learnt_for_every_sort(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sorts = [Sort(format, deep=deep) for format in Format for deep in (False, True)]
    monkeypatch.setattr(survey, "_LARGE", 200)
    pace = pace_of(sorts, find_model(tiny_model), ColorizeOptions(), workers=1)
    assert pace.a_megapixel.keys() == set(sorts)
    assert pace.a_photograph > 0


def test_a_dry_run_measures_all_pages_and_the_depth_of_each_sort(archive: Archive) -> None:
    picture(archive.folder / "1.jpg", size=(1000, 500))
    tifffile.imwrite(archive.folder / "2.tif", np.zeros((3, 500, 1000), np.uint16), photometric="minisblack")
    tifffile.imwrite(archive.folder / "3.tif", np.zeros((500, 1000), np.uint16), photometric="minisblack")
    tasks = [Task(path.name, path.name) for path in archive.folder.iterdir()]
    assert measure(Boxes.of([archive.folder]), tasks, max_pixels=10**7).shares == {
        Sort(Format.JPEG, deep=False): Share(1, 0.5),
        Sort(Format.TIFF, deep=True): Share(2, 2.0),
    }


def test_a_dry_run_says_which_results_would_be_replaced_and_why(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    asked = (folder, tmp_path / "out", tiny_model)
    assert "replaced" not in batch(*asked, "--dry-run").stdout
    batch(*asked)
    picture(folder / "1.jpg", seed=1)
    told = batch(*asked, "--dry-run").stdout
    assert "1 photograph to colour" in told
    assert "1 of them again: the photograph changed." in told
    assert "1 file in the output would be replaced, by its new result, unless somebody edited it since." in told
    told = batch(*asked, "--dry-run", "--format", "png").stdout
    assert "3 of them again: the model or the options changed." in told
    assert "1 file in the output would be replaced" in told
    assert "2 earlier results would stay there under another name." in told
    (line, *_) = batch(*asked, "--dry-run", "--json", "--format", "png").stdout.splitlines()
    assert json.loads(line)["reason"] == "the model or the options changed"
    assert "2 earlier results still lie in the output: 1.jpg, a/2.tif." in batch(*asked, "--format", "png").stderr


def test_a_dry_run_tells_programs_of_the_same_failures_as_people(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("no photograph")
    (folder / "nowhere.jpg").symlink_to(folder / "gone")
    asked = (folder, tmp_path / "out", tiny_model, "--dry-run", "--max-pixels", str(64 * 48 - 1))
    lines = [json.loads(line) for line in batch(*asked, "--json").stdout.splitlines()]
    failing = {line["source"]: line["reason"] for line in lines if line["action"] == "fail"}
    assert len(lines) == 7
    assert failing.keys() == {"empty.jpg", "text.jpg", "nowhere.jpg", "1.jpg", "a/2.tif", "a/3.png"}
    people = batch(*asked).stdout
    assert "6 would fail:" in people
    assert all(f"  {source}: {reason}" in people for source, reason in failing.items())


def test_copies_make_the_output_complete(batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    cv2.imwrite(str(folder / "colour.png"), cv2.resize(colours, (64, 48), interpolation=cv2.INTER_CUBIC))
    ended = batch(folder, tmp_path / "out", tiny_model, "--copy-rest")
    assert "3 done, 0 skipped, 0 failed, 2 copied as they are (1 already in colour)." in ended.stderr
    again = batch(folder, tmp_path / "out", tiny_model, "--copy-rest")
    assert "0 done, 5 skipped (5 done before), 0 failed." in again.stderr
    names = {path.relative_to(folder) for path in folder.rglob("*.*")}
    assert {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.*")} - {
        Path(JOURNAL_NAME)
    } == names
    assert (tmp_path / "out/colour.png").read_bytes() == (folder / "colour.png").read_bytes()


def test_a_change_of_format_keeps_apart_what_would_meet(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    picture(folder / "a/2.jpg")
    ended = batch(folder, tmp_path / "out", tiny_model, "--format", "jpg")
    assert ended.returncode == 0, ended.stderr
    assert {path.name for path in (tmp_path / "out/a").iterdir()} == {"2.jpg", "2.tif.jpg", "3.jpg"}


def test_comparisons_stand_beside_results_and_are_made_again_when_missing(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    out = tmp_path / "out"
    assert batch(folder, out, tiny_model, "--compare").returncode == 0
    made = {path.name: path.read_bytes() for path in out.rglob("*.*")}
    assert {"1.jpg", "1_compare.jpg", "2_compare.tif", "3_compare.png"} < made.keys()
    (out / "1_compare.jpg").unlink()
    (out / "a/2.tif").unlink()
    ended = batch(folder, out, tiny_model, "--compare")
    assert "2 done, 1 skipped" in ended.stderr
    (out / JOURNAL_NAME).unlink()
    (out / "1_compare.jpg").unlink()
    assert "3 done" in batch(folder, out, tiny_model, "--compare").stderr  # accepted, with the missing one made
    made.pop(JOURNAL_NAME)
    assert {path.name: path.read_bytes() for path in out.rglob("*.*") if path.name != JOURNAL_NAME} == made


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--workers", "0"], 2, "--workers"),
        (["--model", "no-such"], 4, "no-such"),
        (["--exclude", "*"], 7, "No photograph"),
        (["--out", "/proc/nowhere"], 5, "cannot be used"),
        (["--report", "/proc/sheet.html"], 5, "'/proc/sheet.html' could not be written"),
    ],
)
def test_what_cannot_be_done_ends_with_its_own_status(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path, more: list[str], code: int, said: str
) -> None:
    ended = batch(folder, tmp_path / "out", tiny_model, *more)
    assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out").exists()


def test_o_is_short_for_out(batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path) -> None:
    assert batch(folder, tmp_path / "unused", tiny_model, "-o", str(tmp_path / "out")).returncode == 0
    assert (tmp_path / "out/1.jpg").exists()


def gone_reader() -> int:
    """A pipe that nobody reads from."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.parametrize(("output", "code", "said"), [(gone_reader, 130, ""), (full_disk, 5, "No space left")])
def test_without_a_place_for_its_json_a_batch_stops_in_good_order(
    folder: Path, tmp_path: Path, tiny_model: Path, output: Callable[[], int], code: int, said: str
) -> None:
    for number in range(30):
        picture(folder / f"more/{number}.png", seed=number)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "lab_colorize", *arguments(folder, out, tiny_model, "--json", "--workers", "2")]
    stdout = output()
    ended = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    os.close(stdout)
    assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
    made = {path.relative_to(out).as_posix() for path in out.rglob("*.*")} - {JOURNAL_NAME}
    assert {line["target"] for line in journal(out)} == made
    assert 1 <= len(made) < 33


@pytest.mark.parametrize("messages", [gone_reader, full_disk])
def test_nobody_has_to_read_what_a_batch_says(
    folder: Path, tmp_path: Path, tiny_model: Path, messages: Callable[[], int]
) -> None:
    (folder / "bad.jpg").touch()
    command = [sys.executable, "-m", "lab_colorize", *arguments(folder, tmp_path / "out", tiny_model, "--json")]
    stderr = messages()
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False, timeout=120)
    os.close(stderr)
    assert (ended.returncode, len(ended.stdout.splitlines())) == (6, 4)


def test_a_folder_that_may_not_be_read_is_refused_in_words_of_our_own(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "access", lambda *_: False)  # as for anybody but root
    monkeypatch.setattr(os, "scandir", denied)
    ended = batch(folder, tmp_path / "out", tiny_model)
    assert ended.returncode == 7
    assert f"error: {folder} cannot be opened: Permission denied.\n       Give yourself permission" in ended.stderr


def test_a_damaged_model_is_refused_before_anything_is_made(
    batch: Batch, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    content = bytearray(tiny_model.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "flipped.tflite").write_bytes(content)
    (tmp_path / "flipped.json").write_text(tiny_model.with_suffix(".json").read_text())
    ended = batch(folder, tmp_path / "out", tmp_path / "flipped.tflite")
    assert ended.returncode == 4
    assert not (tmp_path / "out").exists()
