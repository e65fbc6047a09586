"""Damage is not an edit: it never replaces what was made of the sound file, nor does a new time alone."""

import json
import os
import shutil
from pathlib import Path

import pytest

from lab_colorize.batch.damage import ROTTED, ROTTED_RESULT
from lab_colorize.batch.journal import JOURNAL_NAME, read_journal
from lab_colorize.batch.options import Recipe
from lab_colorize.batch.outcome import Status
from lab_colorize.files.times import same_time
from tests import makers as m

from .conftest import Archive, Run, contents_below, picture


def rot(path: Path) -> None:
    """Flip a bit in the middle, as a disk does: size and time stay."""
    status, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def later(path: Path) -> None:
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 5_000_000_000))


@pytest.fixture
def box(tmp_path: Path, run: Run) -> Path:
    """A photograph with its sidecar, one in colour and a letter; coloured, and once more with --copy-rest."""
    folder = tmp_path / "in"
    picture(folder / "a.png")
    (folder / "a.xmp").write_bytes(m.XMP)
    (folder / "colour.tif").write_bytes(m.tiff(m.colour()))
    (folder / "letter.txt").write_text("Dear Anna, ...")
    for out, more in (("coloured", []), ("whole", ["--copy-rest"])):
        assert run("batch", "in", "--out", out, *more).returncode == 0
    return folder


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]], ids=str)
@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("a.png", "coloured"),
        ("a.xmp", "coloured"),
        ("colour.tif", "coloured"),
        ("a.png", "whole"),
        ("a.xmp", "whole"),
        ("colour.tif", "whole"),
        ("letter.txt", "whole"),
    ],
)
def test_what_was_made_of_a_sound_file_survives_its_damage(
    tmp_path: Path, run: Run, box: Path, name: str, out: str, overwrite: list[str]
) -> None:
    asked = ["batch", "in", "--out", out, *(["--copy-rest"] if out == "whole" else [])]
    sound, made = (box / name).read_bytes(), contents_below(tmp_path / out)
    journal = (tmp_path / out / JOURNAL_NAME).read_bytes()
    rot(box / name)
    for _ in range(2):
        failed = run(*asked, "--checksum", *overwrite)
        assert failed.returncode == 6
        assert f"  {name}: {ROTTED}\n      Restore it from a backup; what was made of it stays" in failed.stderr
        assert "--accept" not in failed.stderr
        assert run(*asked).returncode == 0
        assert contents_below(tmp_path / out) == made
    assert (tmp_path / out / JOURNAL_NAME).read_bytes() == journal
    assert f"changed    source {name}: {ROTTED}" in run("verify", out).stdout
    assert run("verify", out, "--accept").returncode == 6
    (box / name).write_bytes(sound)  # from a backup, at another time
    later(box / name)
    assert run(*asked).returncode == 0
    assert run("verify", out).returncode == 0
    assert contents_below(tmp_path / out) == made


def test_a_dry_run_tells_what_would_fail_for_damage(tmp_path: Path, run: Run, box: Path) -> None:
    rot(box / "a.png")
    rot(box / "a.xmp")
    assert f"  a.xmp: {ROTTED}" in run("batch", "in", "--out", "coloured", "--checksum", "--dry-run").stdout
    (box / "a.xmp").write_bytes(m.XMP)
    rot(tmp_path / "whole/colour.tif")
    told = run("batch", "in", "--out", "whole", "--copy-rest", "--checksum", "--dry-run").stdout
    assert f"2 would fail:\n  a.png: {ROTTED} Restore it" in told
    assert f"  colour.tif: {ROTTED_RESULT} Give --overwrite to have it made again." in told
    assert "replaced" not in told


def test_a_damaged_photograph_that_was_touched_is_taken_as_it_is(tmp_path: Path, run: Run, box: Path) -> None:
    (box / "a.png").write_bytes(m.pillow(m.grey(), "PNG"))
    run("batch", "in", "--out", "again")
    changed, before = m.pillow(m.grey()[::-1].copy(), "PNG"), (box / "a.png").stat()
    (box / "a.png").write_bytes(changed + bytes(before.st_size)[len(changed) :])
    os.utime(box / "a.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    later(box / "a.png")
    assert "1 done again: the photograph changed." in run("batch", "in", "--out", "again").stderr


@pytest.mark.parametrize("why", ["the result is missing", "the recipe changed", "an earlier failure"])
def test_nor_is_anything_made_of_a_damaged_photograph_without_checksums(finished: Archive, why: str) -> None:
    """It is read in any case."""
    photograph, result = finished.folder / "a/1.jpg", finished.out / "a/1.jpg"
    if why == "the result is missing":
        result.unlink()
    elif why == "the recipe changed":
        finished.stand_in.recipe = Recipe("stand-in", "0" * 64, "vivid")
    else:
        photograph.rename(finished.folder / "aside")
        photograph.symlink_to(finished.folder / "nowhere.jpg")
        assert finished.batch()["a/1.jpg"].status is Status.FAILED
        photograph.unlink()
        (finished.folder / "aside").rename(photograph)
    made = finished.results().get("a/1.jpg")
    rot(photograph)
    finished.asked()
    for _ in range(2):
        assert finished.batch()["a/1.jpg"].reason == ROTTED
        assert "1.jpg" not in finished.asked()
        assert finished.results().get("a/1.jpg") == made
    rot(photograph)  # the same bit again: it is sound
    assert finished.batch()["a/1.jpg"].status is Status.DONE


def test_a_damaged_result_is_made_again_only_if_asked_for(tmp_path: Path, run: Run, box: Path) -> None:
    made = contents_below(tmp_path / "coloured")
    rot(tmp_path / "coloured/a.png")
    failed = run("batch", "in", "--out", "coloured", "--checksum")
    assert failed.returncode == 6
    assert f"  a.png: {ROTTED_RESULT}\n      Give --overwrite to have it made again." in failed.stderr
    assert "--accept" not in failed.stderr
    assert run("batch", "in", "--out", "coloured", "--checksum", "--overwrite").returncode == 0
    assert contents_below(tmp_path / "coloured") == made


class TestNewTimes:
    """Photographs that come back from a backup with other times are the same photographs."""

    @pytest.mark.parametrize("checksum", [[], ["--checksum"]], ids=str)
    @pytest.mark.parametrize("out", ["coloured", "whole"])
    def test_nothing_is_done_again_and_the_time_is_written_down(
        self, tmp_path: Path, run: Run, box: Path, out: str, checksum: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = contents_below(tmp_path / out)
        asked = ["batch", "in", "--out", out, *(["--copy-rest"] if out == "whole" else [])]
        for path in box.iterdir():
            later(path)
        (box / "a.xmp").unlink()
        assert "No photograph to colour." in run(*asked, "--dry-run", *checksum).stdout
        again = run(*asked, *checksum)
        assert again.returncode == 0
        assert "again" not in again.stderr
        assert contents_below(tmp_path / out) == made
        journal = (tmp_path / out / JOURNAL_NAME).read_bytes()
        hashed: list[Path] = []
        monkeypatch.setattr("lab_colorize.batch.journal_check.sha256_of", lambda path: hashed.append(path) or "")
        run(*asked)
        assert hashed == []
        assert (tmp_path / out / JOURNAL_NAME).read_bytes() == journal

    def test_results_keep_theirs_and_edits_are_still_told_from_damage(self, finished: Archive) -> None:
        later(finished.folder / "a/1.jpg")
        finished.batch()
        told = read_journal(finished.out).last["a/1.jpg"]
        assert told.source_mtime_ns == (finished.folder / "a/1.jpg").stat().st_mtime_ns
        assert told.target_time == (finished.out / "a/1.jpg").stat().st_mtime_ns
        rot(finished.out / "a/1.jpg")
        assert finished.batch(checksum=True)["a/1.jpg"].reason == ROTTED_RESULT

    def test_an_edited_result_is_not_called_outdated(self, tmp_path: Path, run: Run, box: Path) -> None:
        (tmp_path / "coloured/a.png").write_bytes(b"retouched")
        later(box / "a.png")
        for more in (["--dry-run"], [], []):
            told = run("batch", "in", "--out", "coloured", *more)
            assert "1 result was edited since a batch wrote it, and is kept: a.png." in told.stdout + told.stderr
            assert "would be coloured again" not in told.stdout + told.stderr
        lines = (tmp_path / "coloured" / JOURNAL_NAME).read_text().splitlines()
        assert [json.loads(line)["source"] for line in lines].count("a.png") == 2

    def test_only_files_with_other_times_are_read(self, finished: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        later(finished.folder / "3.png")
        shutil.copy2(finished.folder / "3.png", finished.folder / "4.png")
        hashed: list[str] = []
        monkeypatch.setattr(
            "lab_colorize.batch.journal_check.sha256_of", lambda path: hashed.append(path.name) or "another"
        )
        finished.batch()
        assert hashed == ["3.png"]

    def test_a_batch_killed_before_it_wrote_the_time_down_reads_again(self, finished: Archive) -> None:
        journal = finished.out / JOURNAL_NAME
        before = journal.read_bytes()
        later(finished.folder / "3.png")
        finished.batch()
        after = journal.read_bytes()
        for cut in (len(before), len(before) + 40, len(after) - 1):
            journal.write_bytes(after[:cut])
            finished.asked()
            finished.batch()
            assert "3.png" not in finished.asked()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1_700_000_000_123_456_789, 1_700_000_000_123_456_700, True),  # 100 ns, as NTFS
        (1_700_000_000_123_456_789, 1_700_000_000_120_000_000, True),  # exFAT
        (1_700_000_001_123_456_789, 1_700_000_000_000_000_000, True),  # FAT
        (1_700_000_000_123_456_789, 1_700_000_000_323_456_789, False),  # saved a moment later
        (1_700_000_003_123_456_789, 1_700_000_000_000_000_000, False),
    ],
)
def test_times_are_one_where_one_of_them_was_rounded(one: int, other: int, same: bool) -> None:
    assert same_time(one, other) is same_time(other, one) is same
