"""Photographs are found by what they hold where their names do not say it, and their results are named so that they do."""

import json
import os
from pathlib import Path

import pytest

from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.colouring.names import result_path
from lab_colorize.files.globs import GlobFilter
from lab_colorize.files.scan import Search, scan
from lab_colorize.photos.contents import format_inside, is_photograph_inside
from lab_colorize.photos.kinds import PHOTO_SUFFIXES, Format
from lab_colorize.photos.photo import probe_photo
from tests import makers as m

from .conftest import Run

JPEG, GIF, PSD = m.pillow(m.grey(), "JPEG"), m.pillow(m.grey(), "GIF"), m.photoshop(m.grey())
TIFF = m.tiff(m.grey())


def fill(folder: Path, **files: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", ["scan001", "scan001.gif", "scan001.001", "SCAN.JPG;1", "plate.1931", "a.dat"])
def test_a_jpeg_is_a_photograph_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    fill(tmp_path, **{name: JPEG})
    assert scan(Search(tmp_path, tmp_path / "out", PHOTO_SUFFIXES, is_photograph_inside)).photographs == [name]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("IMG_1.NEF", TIFF),  # a camera's raw file begins as a TIFF does
        ("IMG_1.THM", JPEG),
        ("scan.jpg_original", JPEG),
        ("scan.jpg~", JPEG),
        ("notes", b"BM is the mark of the collection, P5 2 its shelf."),
        ("P5", b"P5 is missing"),
        ("empty", b""),
        ("page", b"%PDF-1.4"),
        ("film", b"\0\0\0\x18ftypmp42"),
    ],
)
def test_other_files_stay_others(tmp_path: Path, name: str, content: bytes) -> None:
    fill(tmp_path, **{name: content})
    found = scan(Search(tmp_path, tmp_path / "out", PHOTO_SUFFIXES, is_photograph_inside))
    assert (found.photographs, found.rest) == ([], [name])


def test_only_files_whose_names_leave_it_open_are_opened(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(path: Path) -> bool:
        asked.append(path.name)
        return is_photograph_inside(path)

    fill(tmp_path, **{"a.jpg": JPEG, "b": JPEG, ".hidden": JPEG, "c.dat": b"?"})
    (tmp_path / "._b").write_bytes(JPEG)
    os.mkfifo(tmp_path / "pipe")
    chosen = GlobFilter(include=("a*", "b*"))
    assert scan(Search(tmp_path, tmp_path / "out", PHOTO_SUFFIXES, ask, chosen)).photographs == ["a.jpg", "b"]
    assert asked == ["b"]


def test_a_few_bytes_are_read_of_a_file_however_large_it_is(tmp_path: Path) -> None:
    with (tmp_path / "disk").open("wb") as file:
        file.truncate(1 << 40)
    assert not is_photograph_inside(tmp_path / "disk")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_no_photograph(tmp_path: Path) -> None:
    fill(tmp_path, scan=JPEG)
    (tmp_path / "scan").chmod(0)
    assert not is_photograph_inside(tmp_path / "scan")


@pytest.mark.parametrize(
    ("name", "content", "becomes"),
    [
        ("a.gif", GIF, "a_colorized.tif"),
        ("a.gif", JPEG, "a_colorized.gif"),
        ("a", JPEG, "a_colorized"),
        ("a", PSD, "a_colorized.tif"),
        ("a.PGM", m.netpbm(m.grey(), 255), "a_colorized.tif"),
        ("a.heic", m.heic(m.grey()), "a_colorized.heic"),
        ("a.jpg", PSD, "a_colorized.jpg"),  # a name that says it is not looked into
    ],
)
def test_a_result_is_named_after_what_is_written(tmp_path: Path, name: str, content: bytes, becomes: str) -> None:
    fill(tmp_path, **{name: content})
    assert result_path(tmp_path / name, contents=format_inside(tmp_path / name)).name == becomes


def test_the_commands_colour_verify_and_name_them(tmp_path: Path, run: Run) -> None:
    fill(
        tmp_path / "in", **{"scan001": JPEG, "scan002.gif": JPEG, "plate.gif": GIF, "layers.psd": PSD, "note.txt": b"?"}
    )
    (tmp_path / "in/deep").mkdir()
    (tmp_path / "in/deep/plate").write_bytes(m.netpbm(m.grey(), 255))
    done = run("batch", "in", "--out", "out")
    assert done.returncode == 0, done.stderr
    results = {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert results - {JOURNAL_NAME} == {"scan001", "scan002.gif", "plate.tif", "layers.tif", "deep/plate.tif"}
    kinds = {name: probe_photo(tmp_path / "out" / name)[0] for name in results - {JOURNAL_NAME}}
    assert {name for name, kind in kinds.items() if kind is Format.TIFF} == {
        "plate.tif",
        "layers.tif",
        "deep/plate.tif",
    }
    reasons = {
        line["source"]: line["reason"]
        for line in map(json.loads, (tmp_path / "out" / JOURNAL_NAME).read_text().splitlines())
        if line.get("target")
    }
    assert reasons["plate.gif"] == "GIF written as TIFF"
    assert reasons["scan002.gif"] == "the result is JPEG, whatever its name says"
    assert run("verify", "out").returncode == 0
    (tmp_path / "in/scan003").write_bytes(JPEG)
    waiting = run("verify", "out")
    assert waiting.returncode != 0
    assert "scan003" in waiting.stdout + waiting.stderr
    again = run("batch", "in", "--out", "out", "--exclude", "scan003", "--json")
    assert all(json.loads(line)["status"] == "skipped" for line in again.stdout.splitlines())


def test_a_dry_run_reckons_with_them(tmp_path: Path, run: Run) -> None:
    names = {"a.gif": GIF, "b.psd": PSD, "d": JPEG}
    fill(tmp_path / "in", **names)
    done = run("batch", "in", "--out", "out", "--dry-run", "--json")
    told = {line["source"]: (line["target"], line["action"]) for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert told == {name: (f"{name[0]}.tif" if name != "d" else "d", "colour") for name in names}


def test_a_single_photograph_too(tmp_path: Path, run: Run) -> None:
    fill(tmp_path, plate=PSD)
    done = run("plate")
    assert done.stdout.split() == ["plate_colorized.tif"]
    assert "Photoshop document written as TIFF" in done.stderr
    refused = run("plate", "-o", "result.gif")
    assert refused.returncode == 2
    assert "does not say which format" in refused.stderr
