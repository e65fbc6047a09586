"""Names and places of every kind: kept as they are, shown safely, and nothing is written where it does not belong."""

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.journal import read_journal
from lab_colorize.batch.outcome import Status
from lab_colorize.batch.verify import account_of
from lab_colorize.cli.console import printable
from lab_colorize.cli.group import main
from lab_colorize.colouring.on_disk import Coloured
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import ExitCode
from lab_colorize.files.writing import write_whole

from .conftest import RECIPE, Archive, Batch, contents_below, picture

NAMES = {
    "of 255 bytes": "n" * 251 + ".jpg",
    "of 254 bytes in letters of two": "\u00e9" * 125 + ".jpg",
    "with a line end": "a\nb.jpg",
    "with a carriage return": "a\rb.jpg",
    "that colours a terminal": "a\x1b[31mb\x9b32m\x07.jpg",
    "written from right to left": "\u202egpj.exe.jpg",
    "in Latin-1": os.fsdecode(b"caf\xe9.jpg"),
    "like an option": "--force.jpg",
    "composed": "\u00e9.jpg",
    "decomposed": "e\u0301.jpg",
    "in capitals": "PHOTO.JPG",
    "in small letters": "photo.jpg",
    "of a device on Windows": "CON.jpg",
    "not allowed on Windows": 'a:b?*"<|>.jpg',
    "with Windows's separator": "a\\b.jpg",
    "with spaces around": " a .jpg",
    "with a percent sign": "100%0A.jpg",
    "with two dots": "..a..jpg",
}
VISIBLE = {kind: name for kind, name in NAMES.items() if not name.startswith(".")}


def safe(text: str) -> bool:
    """Whether text steers no terminal and can be written down anywhere."""
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)


def test_every_name_there_is_stays_as_it_is_and_is_shown_safely(batch: Batch, tmp_path: Path, tiny_model: Path) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    picture(tmp_path / "model.jpg")
    for name in VISIBLE.values():
        for place in (photos, photos / f"{name[:100]}_"):  # folders have such names too
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes((tmp_path / "model.jpg").read_bytes())
    (photos / "a\n\x1b[31m.jpg").write_bytes(b"bad")
    ended = batch(photos, out, tiny_model, "--json")
    lines = ended.stdout.splitlines()
    assert {json.loads(line)["status"] for line in lines} == {"done", "failed"}
    assert f"{len(lines) - 1} done, 0 skipped, 1 failed" in ended.stderr
    assert safe(ended.stdout)
    assert safe(ended.stderr)
    names = {path.relative_to(photos) for path in photos.rglob("*.[jJ][pP][gG]") if path.stat().st_size > 3}
    assert len(names) == 2 * len(VISIBLE)
    assert {path.relative_to(out) for path in out.rglob("*.[jJ][pP][gG]")} == names
    findings = account_of(out).findings(quick=False, workers=2, on_step=lambda _: None)
    assert sum(one.state == "whole" for one in findings) == 4 * len(VISIBLE)
    assert f"0 done, {len(names)} skipped" in batch(photos, out, tiny_model).stderr


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_what_is_shown_fits_on_one_line_and_steers_nothing(name: str) -> None:
    assert safe(printable(name))
    assert "\n" not in printable(name)
    assert printable("\u00e9\u3000\u30c6\u30b9\u30c8 \U0001f469\u200d\U0001f680.jpg").endswith("\u200d\U0001f680.jpg")


def test_a_result_whose_name_would_grow_too_long_fails_with_a_reason(
    batch: Batch, tmp_path: Path, tiny_model: Path
) -> None:
    """photo.tif and photo.jpg would both become photo.jpg, so the first keeps its full old name and a suffix more."""
    long = "t" * 251
    picture(tmp_path / "photos" / f"{long}.jpg")
    (tmp_path / "photos" / f"{long}.tif").write_bytes((tmp_path / "photos" / f"{long}.jpg").read_bytes())
    ended = batch(tmp_path / "photos", tmp_path / "out", tiny_model, "--format", "jpg")
    assert "1 done, 0 skipped, 1 failed" in ended.stderr
    assert "File name too long" in ended.stderr
    assert [path.name for path in (tmp_path / "out").glob("*.jpg")] == [f"{long}.jpg"]


class TestLinks:
    """Links lead out of the tree for reading at most, and never for writing."""

    def outside(self, tmp_path: Path) -> Path:
        (tmp_path / "outside/deep").mkdir(parents=True)
        for name in ("1.jpg", "deep/2.jpg"):
            (tmp_path / "outside" / name).write_text(f"grey {name}")
        return tmp_path / "outside"

    def test_absolute_links_in_the_archive_are_read_and_their_results_stay_in_out(
        self, archive: Archive, tmp_path: Path
    ) -> None:
        outside = self.outside(tmp_path)
        before = contents_below(outside)
        (archive.folder / "link.jpg").symlink_to(outside / "1.jpg")
        (archive.folder / "deep").symlink_to(outside / "deep")
        (archive.folder / "up").symlink_to(Path("..") / "outside" / "deep" / "..")
        archive.batch()
        assert set(archive.results()) == {"link.jpg", "deep/2.jpg", "up/1.jpg"}
        assert contents_below(outside) == before

    @pytest.mark.parametrize("overwrite", [False, True])
    @pytest.mark.parametrize("relative", [False, True])
    def test_links_in_out_are_never_written_through(
        self, archive: Archive, tmp_path: Path, overwrite: bool, relative: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outside = self.outside(tmp_path)
        before = contents_below(outside)
        archive.add("1.jpg", "deep/2.jpg", "deeper/still/3.jpg", "note.txt")
        (archive.out / "deeper").mkdir(parents=True)
        for link, place in {"1.jpg": "1.jpg", "deep": "deep", "deeper/still": "deep", "note.txt": "new"}.items():
            there = outside / place
            (archive.out / link).symlink_to(os.path.relpath(there, (archive.out / link).parent) if relative else there)

        def colour(source: Path, target: Path, *, overwrite: bool) -> Coloured:
            write_whole(target, b"coloured", overwrite=overwrite)
            return Coloured(target, 4, 3, 1, "0" * 64, "0" * 64)

        monkeypatch.setattr(archive.stand_in, "factory", lambda: ColorizerFactory(RECIPE, lambda: colour))
        outcomes = archive.batch(copy_rest=True, colorize=ColorizeOptions(overwrite=overwrite))
        assert contents_below(outside) == before
        failed = {name for name, outcome in outcomes.items() if outcome.status is Status.FAILED}
        through_folders = {"deep/2.jpg", "deeper/still/3.jpg"}
        assert failed == through_folders if overwrite else failed == through_folders | {"1.jpg", "note.txt"}
        assert (archive.out / "1.jpg").is_symlink() is not overwrite  # the link itself is replaced, if that was asked


def test_a_disk_that_allows_fewer_names_fails_those_it_refuses(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an archive from Linux is coloured onto a stick for Windows."""
    archive.add("plain.jpg", 'who?".jpg', "a:b/1.jpg")

    def colour(source: Path, target: Path, *, overwrite: bool) -> Coloured:
        write_whole(target, b"coloured", overwrite=overwrite)
        return Coloured(target, 4, 3, 1, "0" * 64, "0" * 64)

    def particular(honest: Any, name_at: int) -> Any:
        def step(*given: Any, **more: Any) -> Any:
            if re.search('[<>:"|?*]', Path(given[name_at]).name):
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            return honest(*given, **more)

        return step

    monkeypatch.setattr(os, "link", particular(os.link, 1))
    monkeypatch.setattr(os, "mkdir", particular(os.mkdir, 0))
    monkeypatch.setattr(archive.stand_in, "factory", lambda: ColorizerFactory(RECIPE, lambda: colour))
    outcomes = archive.batch()
    assert {name: outcome.status.value for name, outcome in outcomes.items()} == {
        "plain.jpg": "done",
        'who?".jpg': "failed",
        "a:b/1.jpg": "failed",
    }
    assert all("names are not allowed" in one.remedy for one in outcomes.values() if one.status is Status.FAILED)
    assert set(archive.results()) == {"plain.jpg"}
    assert read_journal(archive.out).damaged == ()


def test_a_single_photograph_whose_result_would_have_too_long_a_name_says_so(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """NAME_colorized has ten bytes more than NAME."""
    photo = tmp_path / f"{'n' * 245}.jpg"
    picture(photo)
    monkeypatch.setattr("sys.argv", ["lab-colorize", str(photo), "--model", str(tiny_model)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == ExitCode.OUTPUT
    assert "255 bytes" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [photo]
