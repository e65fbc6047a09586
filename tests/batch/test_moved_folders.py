"""Folders that were moved or copied as a whole, edits and all: what the journal told of the old place holds of the new.

What a batch calls gone, and what it expects still, where whole folders are away.
"""

import shutil
from pathlib import Path

import pytest

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.journal import JOURNAL_NAME, read_journal
from lab_colorize.batch.outcome import Status
from lab_colorize.colouring.on_disk import Coloured
from lab_colorize.errors import OutputExists

from .conftest import Archive, Run, contents_below, picture
from .test_plan import planned
from .test_verify import told


@pytest.fixture
def captioned(finished: Archive) -> Archive:
    """Two of its results have captions, and neither is accepted yet; a photograph was in colour, and another failed."""
    finished.add("a/4.jpg")
    finished.batch()
    finished.asked()
    for name in ("a/1.jpg", "a/4.jpg"):
        (finished.out / name).write_text(f"caption of {name}")
    return finished


def moved(archive: Archive) -> None:
    archive.folder = archive.folder.rename(archive.folder.with_name("moved"))


def copied(archive: Archive) -> Path:
    """From now on the archive is its copy; gives the old place."""
    old = archive.folder
    archive.folder = shutil.copytree(old, old.with_name("copy"))
    return old


def swapped(folder: Path, one: str, other: str) -> None:
    (folder / one).rename(folder / "aside")
    (folder / other).rename(folder / one)
    (folder / "aside").rename(folder / other)


def folders_in_journal(archive: Archive) -> set[str | None]:
    return {one.folder for one in read_journal(archive.out).last.values()}


class TestMovedArchive:
    """Edited results are tied to it like all others."""

    def test_all_that_the_journal_tells_goes_along(self, captioned: Archive) -> None:
        (captioned.folder / "3.png").unlink()  # its result stays, and is still known to be without a photograph
        moved(captioned)
        ended = captioned.batch()
        assert {name for name, one in ended.items() if "edited" in one.reason} == {"a/1.jpg", "a/4.jpg"}
        assert folders_in_journal(captioned) == {str(captioned.folder)}
        assert told(captioned) == {
            "result a/1.jpg": "edited",
            "result a/4.jpg": "edited",
            "source 3.png": "missing",
        }
        journal = (captioned.out / JOURNAL_NAME).read_bytes()
        captioned.batch(exclude=("bad.jpg",))
        assert (captioned.out / JOURNAL_NAME).read_bytes() == journal

    def test_what_was_given_up_with_its_result_stays_gone(self, captioned: Archive) -> None:
        (captioned.folder / "3.png").unlink()
        (captioned.out / "3.png").unlink()
        captioned.batch()
        assert "source 3.png" not in told(captioned)
        moved(captioned)
        captioned.batch()
        assert {name for name in told(captioned) if "3.png" in name} == set()

    def test_photographs_that_are_renamed_later_keep_their_captions(self, captioned: Archive) -> None:
        moved(captioned)
        captioned.batch()
        captioned.asked()
        (captioned.folder / "a/1.jpg").rename(captioned.folder / "a/x1.jpg")
        captioned.batch()
        assert captioned.asked() == ["bad.jpg"]
        assert captioned.results()["a/x1.jpg"] == b"caption of a/1.jpg"
        assert "a/1.jpg" not in captioned.results()

    @pytest.mark.parametrize("between", [True, False], ids=["a batch between", "at once"])
    def test_photographs_that_change_names_keep_their_captions(self, captioned: Archive, between: bool) -> None:
        moved(captioned)
        if between:
            captioned.batch()
        swapped(captioned.folder, "a/1.jpg", "a/4.jpg")
        captioned.asked()
        captioned.batch(checksum=True)  # they have one size, and may have one time
        assert captioned.asked() == ["bad.jpg"]
        results = captioned.results()
        assert (results["a/1.jpg"], results["a/4.jpg"]) == (b"caption of a/4.jpg", b"caption of a/1.jpg")

    def test_renumbering_is_recognised_in_the_batch_that_finds_the_folder_moved(self, captioned: Archive) -> None:
        moved(captioned)
        (captioned.folder / "a/1.jpg").rename(captioned.folder / "a/x1.jpg")
        (captioned.folder / "a/4.jpg").rename(captioned.folder / "a/1.jpg")
        captioned.batch(checksum=True)
        assert captioned.asked() == ["bad.jpg"]
        results = captioned.results()
        assert (results["a/x1.jpg"], results["a/1.jpg"]) == (b"caption of a/1.jpg", b"caption of a/4.jpg")
        assert "a/4.jpg" not in results

    def test_a_result_that_stands_though_its_photograph_failed_since_goes_along(self, captioned: Archive) -> None:
        (captioned.out / "3.png").unlink()
        (captioned.folder / "3.png").write_text("bad by now, and longer")
        assert captioned.batch()["3.png"].status is Status.FAILED
        moved(captioned)
        captioned.batch(exclude=("3.png", "bad.jpg"))
        history = read_journal(captioned.out)
        assert (history.last["3.png"].status, history.last["3.png"].folder) == (Status.FAILED, str(captioned.folder))
        assert {one.folder for one in history.made.values()} == {str(captioned.folder)}


class TestCopiedArchive:
    """Its old place may be there still."""

    def test_what_is_the_same_there_holds_of_the_copy_and_the_sidecar_too(self, run: Run, tmp_path: Path) -> None:
        for number in range(3):
            picture(tmp_path / f"old/{number}.jpg", seed=number)
        (tmp_path / "old/0.xmp").write_text(
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
            "</x:xmpmeta>"
        )
        first = run("batch", "old", "--out", "o")
        assert "1 sidecar carried along" in first.stderr
        shutil.copytree(tmp_path / "old", tmp_path / "new")
        (tmp_path / "link").symlink_to(tmp_path / "new")
        for folder in ("new", "new", "link", "new"):
            again = run("batch", folder, "--out", "o")
            assert again.returncode == 0, again.stderr
            assert "3 done before" in again.stderr
            assert "also holds" not in again.stderr
        shutil.rmtree(tmp_path / "old")
        verified = run("verify", "o")
        assert verified.returncode == 0, verified.stdout + verified.stderr

    def test_what_only_the_old_place_holds_is_still_expected_there(self, captioned: Archive) -> None:
        old = copied(captioned)
        (captioned.folder / "a/1.jpg").unlink()
        captioned.batch()
        last = read_journal(captioned.out).last
        assert {name for name, one in last.items() if one.folder == str(old)} == {"a/1.jpg"}
        assert last["a/4.jpg"].folder == str(captioned.folder)

    def test_what_only_the_old_place_held_is_given_up_with_it_by_prune(self, captioned: Archive) -> None:
        old = copied(captioned)
        (captioned.folder / "3.png").unlink()
        captioned.batch()
        shutil.rmtree(old)
        captioned.batch()
        assert folders_in_journal(captioned) == {str(captioned.folder)}
        assert told(captioned)["source 3.png"] == "missing"
        captioned.batch(prune=True)
        assert {name for name in told(captioned) if "3.png" in name} == set()
        assert (captioned.out / "3.png").exists() is False

    def test_no_photograph_of_the_old_place_is_taken_for_another_one_of_its_name(self, captioned: Archive) -> None:
        other = Archive(captioned.folder.with_name("other"), captioned.out)
        shutil.copytree(captioned.folder, other.folder)
        (other.folder / "a/2.tif").write_text("another photograph")
        before = captioned.results()
        with pytest.raises(OutputExists, match=r"a/2\.tif"):
            other.batch()
        assert captioned.results() == before
        other.batch(exclude=("a/2.tif",))
        assert read_journal(captioned.out).last["a/2.tif"].folder == str(captioned.folder)


class TestFoldersThatMayBeAway:
    """A disk that is not mounted is no reason to expect less, whether its photographs had results or not."""

    def test_photographs_that_failed_for_a_lost_disk_are_still_expected(
        self, run: Run, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add("b1/1.jpg", *(f"b2/{number}.jpg" for number in range(3)))
        honest, away = archive.stand_in.colour, archive.folder.with_name("away")

        def lost(source: Path, target: Path, *, overwrite: bool) -> Coloured:
            if (archive.folder / "b2").exists():
                (archive.folder / "b2").rename(away)
            return honest(source, target, overwrite=overwrite)

        with monkeypatch.context() as patched:
            patched.setattr(archive.stand_in, "colour", lost)
            done, *failed = archive.batch(workers=1).values()
        assert [one.status for one in (done, *failed)] == [Status.DONE, *[Status.FAILED] * 3]
        assert all("whether its disk is still mounted" in one.remedy for one in failed)
        for more in ({}, {"prune": True}):
            (place,) = planned(archive, **more).empty
            assert (place.folder, place.expected, place.failed) == (archive.folder / "b2", 3, True)
            archive.batch(**more)
            assert told(archive) == {f"source b2/{number}.jpg": "failed" for number in range(3)}
        assert run("verify", str(archive.out), "--accept").returncode == 0  # it is gone for good
        archive.batch(prune=True)
        assert read_journal(archive.out).last.keys() == {"b1/1.jpg"}
        away.rename(archive.folder / "b2")
        archive.asked()
        archive.batch()
        assert archive.asked() == ["0.jpg", "1.jpg", "2.jpg"]

    def test_skipped_ones_too_until_somebody_says_otherwise(self, archive: Archive) -> None:
        archive.add("b1/1.jpg")
        archive.add("b2/2.jpg", content="colour")
        archive.batch()
        (archive.folder / "b2").rename(archive.folder.with_name("away"))
        archive.batch()
        assert told(archive) == {"source b2/2.jpg": "missing"}
        archive.batch(prune=True)
        assert told(archive) == {}

    def test_a_folder_whose_results_somebody_deleted_is_gone_with_all_that_was_in_it(self, archive: Archive) -> None:
        archive.add("b1/1.jpg", "b2/2.jpg")
        archive.add("b2/bad.jpg", content="bad")
        archive.add("b2/colour.jpg", content="colour")
        archive.batch()
        shutil.rmtree(archive.folder / "b2")
        (kept,) = planned(archive).empty
        assert (kept.results, kept.expected) == (1, 0)
        archive.batch()
        assert len(read_journal(archive.out).last) == 4
        shutil.rmtree(archive.out / "b2")
        archive.batch()
        assert read_journal(archive.out).last.keys() == {"b1/1.jpg"}

    def test_the_command_says_what_is_expected_and_what_to_do(self, run: Run, tmp_path: Path) -> None:
        for name in ("q/b1/1.jpg", "q/b2/2.jpg"):
            picture(tmp_path / name, seed=len(name))
        (tmp_path / "q/b2/2.jpg").write_bytes(b"no photograph")
        assert run("batch", "q", "--out", "o").returncode == 6
        (tmp_path / "q/b2").rename(tmp_path / "away")
        for more in (["--dry-run"], ["--quiet"]):
            again = run("batch", "q", "--out", "o", *more)
            said = f"No photograph was found in {Path('q/b2')}: 1 photograph without a result is still expected there."
            assert f"{said} Mount its disk; if it is gone for good, `verify --accept`" in again.stdout + again.stderr
            assert "gone, and without" not in again.stdout + again.stderr


class TestBoxes:
    """One of several folders is renamed, or given away."""

    @pytest.fixture
    def boxes(self, archive: Archive) -> Archive:
        archive.add("boxA/1.jpg", "boxB/1.jpg")
        archive.add("boxB/colour.jpg", content="colour")
        archive.add("boxB/bad.jpg", content="bad")
        archive.batch(boxes=self.given(archive, "boxA", "boxB"))
        archive.asked()
        return archive

    def given(self, archive: Archive, *names: str) -> Boxes:
        return Boxes.under_own_names([archive.folder / name for name in names])

    def test_all_that_is_known_of_a_renamed_box_follows_it(self, boxes: Archive) -> None:
        (boxes.folder / "boxB").rename(boxes.folder / "boxBB")
        assert planned(boxes, boxes=self.given(boxes, "boxA", "boxBB")).gone == ()
        boxes.batch(boxes=self.given(boxes, "boxA", "boxBB"))
        assert boxes.asked() == ["bad.jpg", "colour.jpg"]
        assert read_journal(boxes.out).last.keys() == {"boxA/1.jpg", "boxBB/1.jpg", "boxBB/colour.jpg", "boxBB/bad.jpg"}
        (boxes.folder / "boxBB/bad.jpg").write_text("grey")
        boxes.batch(boxes=self.given(boxes, "boxBB"))
        assert told(boxes) == {}

    def test_so_it_does_where_a_folder_of_an_archive_is_renamed(self, boxes: Archive) -> None:
        archive = Archive(boxes.folder, boxes.out.with_name("of the archive"))
        archive.batch()
        (archive.folder / "boxB").rename(archive.folder / "deep")
        archive.batch()
        last = read_journal(archive.out).last
        assert last.keys() == {"boxA/1.jpg", "deep/1.jpg", "deep/colour.jpg", "deep/bad.jpg"}
        assert "It was moved to deep/colour.jpg." in (archive.out / JOURNAL_NAME).read_text()

    def test_one_photograph_that_moved_out_of_a_box_that_is_away_takes_no_others_along(self, boxes: Archive) -> None:
        (boxes.folder / "boxB/1.jpg").rename(boxes.folder / "boxA/2.jpg")
        (boxes.folder / "boxB").rename(boxes.folder / "unmounted")
        boxes.batch(boxes=self.given(boxes, "boxA"))
        assert {"boxB/colour.jpg", "boxB/bad.jpg"} < read_journal(boxes.out).last.keys()

    def test_one_that_is_given_away_is_expected_until_its_results_are_deleted_and_prune_is_given(
        self, run: Run, tmp_path: Path
    ) -> None:
        for name in ("boxA/1.jpg", "boxC/1.jpg", "boxC/2.jpg"):
            picture(tmp_path / name, seed=sum(map(ord, name)))
        assert run("batch", "boxA", "boxC", "--out", "o").returncode == 0
        (tmp_path / "boxC").rename(tmp_path / "away")
        before = contents_below(tmp_path / "o")
        assert run("batch", "boxA", "--out", "o", "--prune").returncode == 0
        assert contents_below(tmp_path / "o") == before
        verified = run("verify", "o")
        assert verified.returncode == 6
        way = "If it is gone for good, delete o/boxC and run the batch of the other folders once with --prune."
        assert way in verified.stdout
        shutil.rmtree(tmp_path / "o/boxC")
        again = run("batch", "boxA", "--out", "o")
        said = (
            f"No photograph was found in {tmp_path / 'boxC'}: 2 photographs without a result are still expected there."
        )
        assert f"{said} Mount its disk; if it is gone for good, a batch with --prune records that." in again.stderr
        verified = run("verify", "o")
        assert verified.returncode == 6
        assert "gone for good, run the batch" in verified.stdout
        assert "2 photographs gone" in run("batch", "boxA", "--out", "o", "--prune").stderr
        assert run("verify", "o").returncode == 0
