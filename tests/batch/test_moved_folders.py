"""Folders that were moved or copied as a whole, edits and all: what the journal told of the old place holds of the new.

What a batch calls gone, and what it expects still, where whole folders are away.
"""

import shutil
from pathlib import Path

import pytest

from lab_colorize.batch.journal import JOURNAL_NAME, read_journal
from lab_colorize.batch.outcome import Status

from .conftest import Archive, Run, picture
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
        old = captioned.folder
        captioned.folder = old.with_name("copy")
        shutil.copytree(old, captioned.folder)
        (captioned.folder / "a/1.jpg").unlink()
        captioned.batch()
        last = read_journal(captioned.out).last
        assert {name for name, one in last.items() if one.folder == str(old)} == {"a/1.jpg"}
        assert last["a/4.jpg"].folder == str(captioned.folder)

    def test_no_photograph_of_the_old_place_is_taken_for_another_one_of_its_name(self, captioned: Archive) -> None:
        from lab_colorize.errors import OutputExists

        other = Archive(captioned.folder.with_name("other"), captioned.out)
        shutil.copytree(captioned.folder, other.folder)
        (other.folder / "a/2.tif").write_text("another photograph")
        before = captioned.results()
        with pytest.raises(OutputExists, match=r"a/2\.tif"):
            other.batch()
        assert captioned.results() == before
        other.batch(exclude=("a/2.tif",))
        assert read_journal(captioned.out).last["a/2.tif"].folder == str(captioned.folder)
