"""Cataloguing results is normal work: what people do to them is kept, named, and can be accepted as it is."""

import datetime as dt
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from lab_colorize.batch.damage import ROTTED
from lab_colorize.batch.journal import read_journal
from tests import makers as m

from .conftest import Archive, Run, contents_below, picture

needs_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="apt install libimage-exiftool-perl")


@pytest.fixture
def catalogued(run: Run, tmp_path: Path) -> Path:
    """An output with a result that somebody wrote a title into."""
    for name in ("1.jpg", "2.png", "3.tif"):
        picture(tmp_path / "photos" / name, seed=len(name))
    assert run("batch", "photos", "--out", "o").returncode == 0
    title(tmp_path / "o/1.jpg")
    return tmp_path / "o"


def title(result: Path) -> None:
    """Add a comment behind the first marker of a JPEG, as programs that catalogue do."""
    content = result.read_bytes()
    result.write_bytes(content[:2] + b"\xff\xfe\x00\x0eOn the beach" + content[2:])


@needs_exiftool
def test_a_result_captioned_by_exiftool_is_kept_counted_and_accepted(run_apart: Run, tmp_path: Path) -> None:
    picture(tmp_path / "photos/1.jpg")
    picture(tmp_path / "photos/2.jpg", seed=2)
    assert run_apart("batch", "photos", "--out", "o").returncode == 0
    line = ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=On the beach", str(tmp_path / "o/1.jpg")]
    subprocess.run(line, check=True)
    captioned = contents_below(tmp_path / "o")
    again = run_apart("batch", "photos", "--out", "o")
    assert again.returncode == 0, again.stderr
    assert "2 skipped (1 done before, 1 edited since)" in again.stderr
    assert "1.jpg" in again.stderr
    verified = run_apart("verify", "o")
    assert verified.returncode == 6
    assert "edited     result 1.jpg" in verified.stdout
    assert "--accept" in verified.stdout
    accepted = run_apart("verify", "o", "--accept")
    assert accepted.returncode == 0, accepted.stdout
    assert "Accepted: 1 edited result." in accepted.stdout
    assert run_apart("verify", "o").returncode == 0
    assert "2 done before" in run_apart("batch", "photos", "--out", "o", "--checksum").stderr
    assert contents_below(tmp_path / "o") == captioned


@pytest.mark.parametrize("more", [[], ["--checksum"], ["--saturation", "0.5"], ["--compare"]], ids=str)
def test_an_edited_result_is_kept_whatever_the_batch_would_do_anew(run: Run, catalogued: Path, more: list[str]) -> None:
    edited = (catalogued / "1.jpg").read_bytes()
    for _ in range(2):
        again = run("batch", "photos", "--out", "o", *more)
        assert again.returncode == 0, again.stderr
        assert "1 edited since" in again.stderr
        assert (catalogued / "1.jpg").read_bytes() == edited
    told = run("batch", "photos", "--out", "o", "--dry-run", *more)
    assert "1 result was edited since a batch wrote it, and is kept: 1.jpg." in told.stdout


def test_an_edit_that_leaves_the_size_is_noticed_before_the_result_is_replaced(run: Run, catalogued: Path) -> None:
    content = (catalogued / "2.png").read_bytes()
    (catalogued / "2.png").write_bytes(content[:-20] + bytes(20))
    later = (catalogued / "2.png").stat().st_mtime + 60
    os.utime(catalogued / "2.png", (later, later))
    edited = (catalogued / "2.png").read_bytes()
    assert run("batch", "photos", "--out", "o", "--saturation", "0.5").returncode == 0
    assert (catalogued / "2.png").read_bytes() == edited


def test_overwrite_makes_an_edited_result_anew(run: Run, catalogued: Path) -> None:
    edited = (catalogued / "1.jpg").read_bytes()
    assert "1 done" in run("batch", "photos", "--out", "o", "--overwrite").stderr
    assert (catalogued / "1.jpg").read_bytes() != edited


def test_an_edited_result_of_a_changed_photograph_is_kept_and_both_are_said(run: Run, catalogued: Path) -> None:
    picture(catalogued.parent / "photos/1.jpg", seed=9)
    again = run("batch", "photos", "--out", "o")
    assert again.returncode == 0
    assert "the photograph changed" in again.stderr
    assert "--overwrite" in again.stderr


def test_what_an_older_version_wrote_down_as_failed_because_it_was_edited_is_no_failure(
    run: Run, catalogued: Path
) -> None:
    with (catalogued / "lab-colorize.jsonl").open("a") as journal:
        failed = {"source": "1.jpg", "target": None, "status": "failed", "reason": "o/1.jpg was changed since."}
        journal.write(json.dumps(failed) + "\n")
    assert run("batch", "photos", "--out", "o").returncode == 0
    assert run("verify", "o", "--accept").returncode == 0
    assert run("verify", "o").returncode == 0


def test_a_result_that_rotted_is_not_taken_for_an_edited_one(run: Run, catalogued: Path) -> None:
    result = catalogued / "3.tif"
    status, content = result.stat(), bytearray(result.read_bytes())
    content[len(content) // 2] ^= 1
    result.write_bytes(content)
    os.utime(result, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run("batch", "photos", "--out", "o", "--checksum").returncode == 6
    accepted = run("verify", "o", "--accept")
    assert accepted.returncode == 6
    assert "changed    result 3.tif: Its contents changed, its time and size did not" in accepted.stdout


class TestAccept:
    """What is there becomes the truth, with the date; what is lost stays lost."""

    def test_an_accepted_edit_is_still_nothing_that_a_batch_may_replace(self, run: Run, catalogued: Path) -> None:
        assert run("verify", "o", "--accept").returncode == 0
        edited = (catalogued / "1.jpg").read_bytes()
        for more in (["--saturation", "0.5"], ["--compare"]):
            again = run("batch", "photos", "--out", "o", *more)
            assert again.returncode == 0, again.stderr
            assert (catalogued / "1.jpg").read_bytes() == edited
        assert run("verify", "o").returncode == 0

    def test_it_is_written_down_with_its_date(self, run: Run, catalogued: Path) -> None:
        run("verify", "o", "--accept")
        accepted = read_journal(catalogued).last["1.jpg"].accepted
        assert dt.datetime.now(tz=dt.UTC) - dt.datetime.fromisoformat(accepted) < dt.timedelta(minutes=5)

    def test_later_damage_to_an_accepted_edit_is_found(self, run: Run, catalogued: Path) -> None:
        run("verify", "o", "--accept")
        result = catalogued / "1.jpg"
        status = result.stat()
        result.write_bytes(result.read_bytes().replace(b"beach", b"bench"))
        os.utime(result, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert run("verify", "o", "--quick").returncode == 0
        verified = run("verify", "o")
        assert verified.returncode == 6
        assert "changed    result 1.jpg: Its contents changed, its time and size did not" in verified.stdout

    def test_a_known_failure_ends_no_batch_with_6_until_something_new_fails(self, run: Run, tmp_path: Path) -> None:
        picture(tmp_path / "photos/1.jpg")
        (tmp_path / "photos/bad.jpg").write_bytes(b"torn")
        failed = run("batch", "photos", "--out", "o")
        assert failed.returncode == 6
        assert "`lab-colorize verify o --accept` accepts those that cannot be fixed." in failed.stderr
        assert run("verify", "o", "--accept").returncode == 0
        for _ in range(2):
            again = run("batch", "photos", "--out", "o")
            assert again.returncode == 0, again.stderr
            assert "1 failed again, as accepted" in again.stderr
        known = run("verify", "o")
        assert known.returncode == 0
        assert "Sources: 1 accepted, 1 whole." in known.stdout
        assert "bad.jpg" not in known.stdout  # nothing that was looked at is said again
        states = [json.loads(line) for line in run("verify", "o", "--json").stdout.splitlines()]
        assert [one["path"] for one in states if one["state"] == "accepted"] == ["bad.jpg"]
        dry = run("batch", "photos", "--out", "o", "--dry-run").stdout
        assert "1 would fail again, as accepted." in dry
        assert "bad.jpg" not in dry
        (tmp_path / "photos/new.jpg").write_bytes(b"")
        again = run("batch", "photos", "--out", "o")
        assert again.returncode == 6
        assert "new.jpg" in again.stderr
        assert "bad.jpg" not in again.stderr
        (tmp_path / "photos/bad.jpg").write_bytes(b"")  # it fails for another reason now
        assert "bad.jpg" in run("batch", "photos", "--out", "o").stderr

    def test_a_known_failure_that_is_mended_is_coloured(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos/bad.jpg").write_bytes(b"torn")
        run("batch", "photos", "--out", "o")
        run("verify", "o", "--accept")
        picture(tmp_path / "photos/bad.jpg")
        assert "1 done" in run("batch", "photos", "--out", "o").stderr
        assert read_journal(tmp_path / "o").last["bad.jpg"].accepted == ""

    def test_files_of_others_are_known_from_then_on_and_watched(self, run: Run, catalogued: Path) -> None:
        (catalogued / "notes.txt").write_text("Found in the attic.")
        (catalogued / "lists").mkdir()
        (catalogued / "lists/a.csv").write_text("1,2")
        accepted = run("verify", "o", "--accept")
        assert "--accept" not in accepted.stdout  # no advice to do what is being done
        assert "Accepted: 1 edited result, 2 files that no batch wrote." in accepted.stdout
        verified = run("verify", "o")
        assert verified.returncode == 0
        assert "notes.txt" not in verified.stdout
        assert "foreign" not in verified.stdout
        (catalogued / "notes.txt").write_text("Found in the cellar.")
        assert "edited     result notes.txt" in run("verify", "o").stdout
        (catalogued / "notes.txt").unlink()
        verified = run("verify", "o")
        assert (verified.returncode, "missing    result notes.txt: A file of your own" in verified.stdout) == (6, True)
        assert "recreates" not in verified.stdout  # no batch does
        assert run("batch", "photos", "--out", "o").returncode == 0
        assert "Accepted: 1 file of your own that is gone." in run("verify", "o", "--accept").stdout
        assert run("verify", "o").returncode == 0

    def test_an_accepted_file_under_the_name_of_a_result_to_be_is_not_replaced(
        self, run: Run, catalogued: Path
    ) -> None:
        (catalogued / "late.jpg").write_text("mine")
        run("verify", "o", "--accept")
        picture(catalogued.parent / "photos/late.jpg")
        assert run("batch", "photos", "--out", "o").returncode == 6
        assert (catalogued / "late.jpg").read_text() == "mine"

    def test_a_file_in_the_way_fails_alike_before_and_after_it_was_accepted(self, run: Run, catalogued: Path) -> None:
        picture(catalogued.parent / "photos/late.jpg")
        (catalogued / "late.jpg").write_text("mine")
        os.utime(catalogued / "late.jpg", (1, 1))
        failed = run("batch", "photos", "--out", "o")
        reason = "late.jpg exists already, and is not what a batch wrote there."
        assert (failed.returncode, reason in failed.stderr) == (6, True)
        assert "1 failure, 1 file that no batch wrote" in run("verify", "o", "--accept").stdout
        dry = run("batch", "photos", "--out", "o", "--dry-run").stdout
        assert "1 would fail again, as accepted." in dry
        assert "late.jpg" not in dry
        again = run("batch", "photos", "--out", "o")
        assert (again.returncode, "1 failed again, as accepted" in again.stderr) == (0, True)
        assert (catalogued / "late.jpg").read_text() == "mine"

    def test_a_dry_run_foretells_no_loss_that_the_batch_refuses(self, run: Run, catalogued: Path) -> None:
        (catalogued / "late.jpg").write_text("mine")
        os.utime(catalogued / "late.jpg", (1, 1))
        run("verify", "o", "--accept")
        picture(catalogued.parent / "photos/late.jpg")
        dry = run("batch", "photos", "--out", "o", "--dry-run").stdout
        assert "1 would fail:" in dry
        assert "late.jpg exists already, and is not what a batch wrote there." in dry
        assert "replaced" not in dry
        dry = run("batch", "photos", "--out", "o", "--dry-run", "--overwrite").stdout
        assert "1 edited file would be replaced, and the edits lost: late.jpg." in dry

    @pytest.mark.parametrize("accepted", [False, True], ids=["foreign", "accepted"])
    def test_nor_does_it_foretell_copies_that_the_batch_refuses(
        self, run: Run, catalogued: Path, accepted: bool
    ) -> None:
        for name, content in (("late.txt", "mine"), ("same.txt", "alike")):
            (catalogued / name).write_text(content)
        if accepted:
            run("verify", "o", "--accept")
        for name, content in (("late.txt", "the archive's"), ("same.txt", "alike")):
            (catalogued.parent / "photos" / name).write_text(content)
        refused = "late.txt exists already, and is not what a batch wrote there."
        dry = run("batch", "photos", "--out", "o", "--copy-rest", "--dry-run").stdout
        done = run("batch", "photos", "--out", "o", "--copy-rest")
        assert ("1 would fail:" in dry, refused in dry, "replaced" in dry) == (True, True, False)
        assert "1 other file to copy as it is." in dry
        assert (done.returncode, refused in done.stderr, "1 failed, 1 copied" in done.stderr) == (6, True, True)

    @pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one after the other"])
    def test_a_photograph_that_changed_after_its_result_was_edited_is_accepted_with_it(
        self, run: Run, catalogued: Path, at_once: bool
    ) -> None:
        edited = (catalogued / "1.jpg").read_bytes()
        told = "1 changed photograph, whose edited result stays"
        if not at_once:
            assert told not in run("verify", "o", "--accept").stdout
        title(catalogued.parent / "photos/1.jpg")
        verified = run("verify", "o")
        assert verified.returncode == 6
        assert (
            "Where results were edited, too, --accept keeps them and takes the photographs as they" in verified.stdout
        )
        accepted = run("verify", "o", "--accept")
        assert (accepted.returncode, told in accepted.stdout) == (0, True)
        verified = run("verify", "o")
        assert (verified.returncode, "edited" in verified.stdout) == (0, False)
        assert "There was nothing to accept." in run("verify", "o", "--accept").stdout
        for more in ([], ["--checksum"]):
            assert "3 done before" in run("batch", "photos", "--out", "o", *more).stderr
        assert (catalogued / "1.jpg").read_bytes() == edited
        picture(catalogued.parent / "photos/1.jpg", seed=9)  # and later changes are seen
        assert run("verify", "o").returncode == 6

    def test_no_other_photograph_is_accepted(self, run: Run, catalogued: Path) -> None:
        picture(catalogued.parent / "photos/2.png", seed=9)  # its result is a batch's, which makes it anew
        photograph = catalogued.parent / "photos/1.jpg"
        status, content = photograph.stat(), bytearray(photograph.read_bytes())
        content[-9] ^= 1  # as a disk does
        photograph.write_bytes(content)
        os.utime(photograph, ns=(status.st_atime_ns, status.st_mtime_ns))
        for told in ("Accepted: 1 edited result.", "There was nothing to accept."):
            accepted = run("verify", "o", "--accept")
            assert (accepted.returncode, told in accepted.stdout) == (6, True)
            assert "Sources: 2 changed, 1 whole." in accepted.stdout

    def test_nor_is_one_that_has_the_name_of_another(self, run: Run, catalogued: Path) -> None:
        photos = catalogued.parent / "photos"
        picture(photos / "4.jpg", seed=4, size=(64, 32))
        run("batch", "photos", "--out", "o")
        (photos / "4.jpg").replace(photos / "1.jpg")
        accepted = run("verify", "o", "--accept")
        assert (accepted.returncode, "photograph, whose" in accepted.stdout) == (6, False)
        assert "1 result moved along" in run("batch", "photos", "--out", "o").stderr

    def test_what_is_missing_stays_missing(self, run: Run, catalogued: Path) -> None:
        (catalogued / "2.png").unlink()
        assert run("verify", "o", "--accept").returncode == 6
        assert run("verify", "o").returncode == 6

    def test_nothing_is_accepted_unseen(self, run: Run, catalogued: Path) -> None:
        assert run("verify", "o", "--accept", "--quick").returncode == 2

    def test_a_bag_is_valid_at_once_and_after_the_batch_that_follows(self, run: Run, tmp_path: Path) -> None:
        picture(tmp_path / "photos/1.jpg")
        run("batch", "photos", "--out", "bag", "--manifest")
        title(tmp_path / "bag/data/1.jpg")
        assert run("verify", "bag", "--accept").returncode == 0
        bagit.Bag(str(tmp_path / "bag")).validate()
        assert run("batch", "photos", "--out", "bag").returncode == 0
        assert run("verify", "bag").returncode == 0


def test_a_manifest_that_somebody_changed_is_not_written_anew_by_accepting(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "photos/1.jpg")
    run("batch", "photos", "--out", "bag", "--manifest")
    manifest = tmp_path / "bag/manifest-sha256.txt"
    changed = manifest.read_text().replace("0", "1")
    manifest.write_text(changed)
    assert run("verify", "bag", "--accept").returncode == 6
    assert manifest.read_text() == changed


def test_only_damaged_photographs_are_to_come_from_a_backup(run: Run, tmp_path: Path) -> None:
    one, other = tmp_path / "photos/1.bmp", tmp_path / "photos/2.bmp"
    for photograph in (one, other):  # uncompressed, so of one size, and copied at the same time
        picture(photograph, seed=int(photograph.stem))
        os.utime(photograph, (1, 1))
    run("batch", "photos", "--out", "o")
    one.rename(tmp_path / "aside")
    other.rename(one)
    (tmp_path / "aside").rename(other)
    verified = run("verify", "o").stdout
    assert "changed    source 1.bmp: Its contents are those that 2.bmp had" in verified
    assert "changed    source 2.bmp: Its contents are those that 1.bmp had" in verified
    assert "moves the results of renumbered ones along (with --checksum where" in verified
    assert "backup" not in verified
    assert "2 results moved along" in run("batch", "photos", "--out", "o", "--checksum").stderr
    assert run("verify", "o").returncode == 0
    one.write_bytes(one.read_bytes()[:-2] + b"  ")
    os.utime(one, (1, 1))
    verified = run("verify", "o").stdout
    assert "Restore damaged photographs from a backup." in verified
    assert "renumbered" not in verified


def test_an_edited_copy_is_kept_too(finished: Archive, touch_later: Callable[[Path, str], None]) -> None:
    finished.batch(copy_rest=True)
    touch_later(finished.out / "colour.jpg", "retouched")
    outcomes = finished.batch(copy_rest=True)
    assert outcomes["colour.jpg"].status == "skipped"
    assert (finished.out / "colour.jpg").read_text() == "retouched"


def test_edits_that_overwrite_takes_are_named_before_and_after(run: Run, tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg", "3.jpg"):
        picture(tmp_path / "photos" / name, seed=int(name[0]))
    (tmp_path / "photos/3.xmp").write_bytes(m.XMP)
    run("batch", "photos", "--out", "o")
    edited = [tmp_path / "o" / name for name in ("1.jpg", "2.jpg")]
    for result in edited:
        title(result)
    (tmp_path / "o/3.xmp").write_bytes(m.XMP + b" ")
    dry = run("batch", "photos", "--out", "o", "--checksum", "--overwrite", "--dry-run").stdout
    assert "3 edited files would be replaced, and the edits lost: 1.jpg, 2.jpg, 3.xmp." in dry
    assert b"On the beach" in edited[0].read_bytes()
    done = run("batch", "photos", "--out", "o", "--checksum", "--overwrite").stderr
    assert "3 edited files replaced, as --overwrite asks: 1.jpg, 2.jpg, 3.xmp." in done
    assert b"On the beach" not in edited[0].read_bytes()
    assert "edited" not in run("batch", "photos", "--out", "o", "--checksum", "--overwrite").stderr


@pytest.mark.parametrize("more", [["--dry-run"], []], ids=str)
def test_what_would_be_coloured_again_but_for_its_edits_is_named_and_sidecars_are_too(
    run: Run, tmp_path: Path, more: list[str]
) -> None:
    for name in ("1.jpg", "2.jpg"):
        picture(tmp_path / "photos" / name, seed=int(name[0]))
    (tmp_path / "photos/2.xmp").write_bytes(m.XMP)
    run("batch", "photos", "--out", "o")
    for name in ("1.jpg", "2.jpg"):
        title(tmp_path / "o" / name)
    (tmp_path / "o/2.xmp").write_bytes(m.XMP + b" ")
    picture(tmp_path / "photos/1.jpg", seed=9)
    ended = run("batch", "photos", "--out", "o", *more)
    told = ended.stdout + ended.stderr
    assert "2 results were edited since a batch wrote them, and are kept: 1.jpg, 2.jpg." in told
    assert "1 sidecar was edited since a batch wrote it, and is kept: 2.xmp." in told
    assert (
        "1 of these would be coloured again (the photograph changed): 1.jpg. --overwrite does that, and the edits are"
        " lost."
    ) in told


def test_after_an_output_was_copied_without_times_damage_is_still_told_from_edits(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "photos/1.jpg")
    picture(tmp_path / "photos/2.bmp")
    run("batch", "photos", "--out", "o")
    for name in ("1.jpg", "2.bmp"):
        os.utime(tmp_path / "o" / name)  # as `cp -r` does
    assert "2 done before" in run("batch", "photos", "--out", "o").stderr
    journal = (tmp_path / "o/lab-colorize.jsonl").read_bytes()
    run("batch", "photos", "--out", "o")
    assert (tmp_path / "o/lab-colorize.jsonl").read_bytes() == journal
    result = tmp_path / "o/2.bmp"
    status, content = result.stat(), result.read_bytes()
    result.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(result, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert f"changed    result 2.bmp: {ROTTED}" in run("verify", "o").stdout
    os.utime(result)  # and this is an edit that leaves the size
    assert "kept: 2.bmp." in run("batch", "photos", "--out", "o").stderr


def test_comparisons_come_and_go_without_colouring_what_is_done(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "photos/1.png")
    run("batch", "photos", "--out", "o")
    result = (tmp_path / "o/1.png").read_bytes()
    assert "1 done again: the comparison was missing." in run("batch", "photos", "--out", "o", "--compare").stderr
    for more in ([], ["--compare"]):
        assert "1 done before" in run("batch", "photos", "--out", "o", *more).stderr
    beside = tmp_path / "o/1_compare.png"
    before = beside.read_bytes()
    beside.unlink()
    assert "1 done before" in run("batch", "photos", "--out", "o").stderr
    assert "1 done again: the comparison was missing." in run("batch", "photos", "--out", "o", "--compare").stderr
    assert beside.read_bytes() == before
    assert (tmp_path / "o/1.png").read_bytes() == result
    picture(tmp_path / "photos/1.png", seed=5)
    run("batch", "photos", "--out", "o")  # the comparison shows another photograph now
    assert "1 done again: the comparison was missing." in run("batch", "photos", "--out", "o", "--compare").stderr
    assert beside.read_bytes() != before


def test_a_result_stays_good_when_its_photograph_fails_later(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "photos/1.jpg")
    run("batch", "photos", "--out", "o")
    (tmp_path / "photos/1.jpg.hints.json").write_text("[{")
    assert run("batch", "photos", "--out", "o").returncode == 6
    verified = run("verify", "o")
    assert verified.returncode == 6
    assert "Results: 1 whole." in verified.stdout
    assert "tale" not in verified.stdout
    assert "The same batch retries what failed; --results-only ignores failures" in verified.stdout
    assert "waiting" not in verified.stdout


def test_edited_results_that_another_format_leaves_behind_are_named(run: Run, catalogued: Path) -> None:
    told = "1 of them was edited, and its new result lacks that: 1.jpg."
    asked = ("batch", "photos", "--out", "o", "--format", "png")
    assert f"2 earlier results would stay there under another name. {told}" in run(*asked, "--dry-run").stdout
    run("verify", "o", "--accept")
    for _ in range(2):
        assert f"in the output: 1.jpg, 3.tif. {told} Delete the old ones unless" in run(*asked).stderr
    title(catalogued / "3.tif")
    told = "2 of them were edited, and their new results lack that: 1.jpg, 3.tif."
    assert told in run(*asked).stderr
