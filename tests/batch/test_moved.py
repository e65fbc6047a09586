"""Photographs that were moved or removed since they were coloured: results follow them, or can be set aside."""

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lab_colorize.batch.journal import JOURNAL_NAME, Journal, read_journal
from lab_colorize.batch.options import Recipe
from lab_colorize.batch.outcome import Status
from lab_colorize.batch.pruning import PRUNED_NAME
from lab_colorize.colouring.options import ColorizeOptions

from .conftest import Archive, Run, contents_below, picture


@pytest.fixture
def coloured(archive: Archive) -> Archive:
    """Four photographs, coloured."""
    archive.add("1.jpg", "2.jpg", "a/3.jpg", "a/4.jpg")
    archive.batch()
    archive.asked()
    return archive


def move(archive: Archive, old: str, new: str) -> None:
    (archive.folder / new).parent.mkdir(parents=True, exist_ok=True)
    (archive.folder / old).rename(archive.folder / new)


class Killed(BaseException):
    """The end of a process."""


def _killed_at(step: int, patched: pytest.MonkeyPatch, *, links: bool) -> list[int]:
    """Let that many changes to the disk through; those that come later are noted, and end the process."""
    left, late = [step], []

    def guarded(change: Callable[..., Any]) -> Callable[..., Any]:
        def change_or_die(*words: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                late.append(step)
                raise Killed
            return change(*words, **more)

        return change_or_die

    patched.setattr(os, "link", guarded(os.link if links else _no_links))
    for name in ("unlink", "replace", "mkdir", "rmdir"):
        patched.setattr(Path, name, guarded(getattr(Path, name)))
    patched.setattr(Journal, "append", guarded(Journal.append))
    return late


def _no_links(*_: Any, **__: Any) -> None:
    raise OSError(errno.EPERM, "this file system has no links")


def _killed_at_every_step(  # all of it differs between the two who ask
    most: int,
    archive: Archive,
    change: Callable[[Archive], None],
    monkeypatch: pytest.MonkeyPatch,
    *,
    links: bool,
    **options: Any,
) -> Iterator[Archive]:
    """A copy of `archive` for each step: changed, its batch killed there, and the same batch run again, to its end."""
    for step in range(most):
        again = Archive(archive.folder.with_name(f"photos{step}"), archive.out.with_name(f"out{step}"))
        shutil.copytree(archive.folder, again.folder)
        shutil.copytree(archive.out, again.out)
        _tell_of_another_folder(again.out / JOURNAL_NAME, archive.folder, again.folder)
        change(again)
        with monkeypatch.context() as patched:
            killed = _killed_at(step, patched, links=links)
            with suppress(Killed):
                again.batch(**options)
        again.batch(**options)
        assert again.asked() == []
        yield again
        if not killed:
            return
    pytest.fail("It never ended.")


def _tell_of_another_folder(journal: Path, old: Path, new: Path) -> None:
    unsealed = re.sub(', "check": ".*?"', "", journal.read_text())
    journal.write_text(unsealed.replace(json.dumps(str(old)), json.dumps(str(new))))


class TestMoves:
    """What lies elsewhere by now is the same photograph, and is not coloured twice."""

    def test_results_follow_their_photographs_and_nothing_is_coloured(self, coloured: Archive) -> None:
        before = coloured.results()
        move(coloured, "1.jpg", "b/c/1.jpg")
        move(coloured, "a/3.jpg", "b/renamed.jpg")
        ended = coloured.batch()
        assert coloured.asked() == []
        assert {one.status for one in ended.values()} == {Status.SKIPPED}
        assert coloured.results() == {
            "2.jpg": before["2.jpg"],
            "a/4.jpg": before["a/4.jpg"],
            "b/c/1.jpg": before["1.jpg"],
            "b/renamed.jpg": before["a/3.jpg"],
        }
        assert read_journal(coloured.out).last.keys() == {"2.jpg", "a/4.jpg", "b/c/1.jpg", "b/renamed.jpg"}

    def test_after_a_move_the_next_batch_has_nothing_to_do(self, coloured: Archive) -> None:
        move(coloured, "1.jpg", "b/1.jpg")
        coloured.batch()
        journal = (coloured.out / JOURNAL_NAME).read_bytes()
        for more in ({}, {"checksum": True}):
            coloured.batch(**more)
            assert coloured.asked() == []
            assert (coloured.out / JOURNAL_NAME).read_bytes() == journal

    def test_a_folder_that_a_move_empties_goes_too(self, coloured: Archive) -> None:
        move(coloured, "a/3.jpg", "3.jpg")
        move(coloured, "a/4.jpg", "4.jpg")
        coloured.batch()
        assert not (coloured.out / "a").exists()

    def test_edits_move_along(self, coloured: Archive) -> None:
        (coloured.out / "1.jpg").write_bytes(b"with a caption of its own")
        move(coloured, "1.jpg", "b/1.jpg")
        ended = coloured.batch()
        assert "edited" in ended["b/1.jpg"].reason
        assert (coloured.out / "b/1.jpg").read_bytes() == b"with a caption of its own"

    @pytest.mark.parametrize(
        ("new", "coloured_anew"), [("1.JPG", []), ("one.jpeg", []), ("1.png", ["1.png"]), ("1", ["1"])]
    )
    def test_another_suffix_of_the_same_format_is_a_new_name_and_no_more(
        self, archive: Archive, new: str, coloured_anew: list[str]
    ) -> None:
        picture(archive.folder / "1.jpg")
        archive.add("2.jpg")
        archive.batch()
        archive.asked()
        move(archive, "1.jpg", new)
        archive.batch()
        assert archive.asked() == coloured_anew

    def test_a_copy_is_no_move(self, coloured: Archive) -> None:
        shutil.copy2(coloured.folder / "1.jpg", coloured.folder / "copy.jpg")
        coloured.batch()
        assert coloured.asked() == ["copy.jpg"]
        assert (coloured.out / "1.jpg").exists()

    def test_another_photograph_of_the_same_size_and_time_is_no_move(self, coloured: Archive) -> None:
        status = (coloured.folder / "1.jpg").stat()
        (coloured.folder / "1.jpg").unlink()
        (coloured.folder / "9.jpg").write_bytes(b"grey 9.jpg")
        os.utime(coloured.folder / "9.jpg", ns=(status.st_atime_ns, status.st_mtime_ns))
        coloured.batch()
        assert coloured.asked() == ["9.jpg"]
        assert (coloured.out / "1.jpg").exists()

    def test_a_photograph_that_merely_is_not_chosen_was_not_moved(self, coloured: Archive) -> None:
        shutil.copy2(coloured.folder / "1.jpg", coloured.folder / "copy.jpg")
        coloured.batch(exclude=("1.jpg",))
        assert coloured.asked() == ["copy.jpg"]

    def test_no_result_is_moved_onto_what_is_there(self, coloured: Archive) -> None:
        (coloured.out / "b").mkdir()
        (coloured.out / "b/1.jpg").write_bytes(b"somebody's")
        move(coloured, "1.jpg", "b/1.jpg")
        ended = coloured.batch()
        assert ended["b/1.jpg"].status is Status.FAILED
        assert (coloured.out / "b/1.jpg").read_bytes() == b"somebody's"
        assert (coloured.out / "1.jpg").exists()

    def test_twins_move_each_with_a_result_of_its_own(self, archive: Archive) -> None:
        for name in ("1.jpg", "2.jpg"):
            (archive.folder / name).write_bytes(b"grey twin")
        archive.batch()
        move(archive, "1.jpg", "b/1.jpg")
        move(archive, "2.jpg", "b/2.jpg")
        archive.asked()
        archive.batch()
        assert archive.asked() == []
        assert archive.results().keys() == {"b/1.jpg", "b/2.jpg"}

    def test_another_recipe_makes_a_moved_result_anew_in_its_new_place(self, coloured: Archive) -> None:
        move(coloured, "1.jpg", "b/1.jpg")
        coloured.stand_in.recipe = Recipe("other", "1" * 64, "plain")
        coloured.batch()
        assert coloured.asked() == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
        assert coloured.results().keys() == {"2.jpg", "a/3.jpg", "a/4.jpg", "b/1.jpg"}

    def test_copies_move_along_and_photographs_that_are_copied_stay_under_their_own_name(
        self, archive: Archive
    ) -> None:
        archive.add("notes.txt", "film.mp4")
        archive.add("colour.jpg", content="colour")
        archive.batch(copy_rest=True)
        for name in ("notes.txt", "colour.jpg"):
            move(archive, name, f"b/{name}")
        archive.asked()
        archive.batch(copy_rest=True)
        assert archive.asked() == []
        assert archive.results().keys() == {"film.mp4", "b/notes.txt", "b/colour.jpg"}

    def test_a_batch_killed_between_moving_and_writing_that_down_is_made_up_for(self, coloured: Archive) -> None:
        move(coloured, "1.jpg", "b/1.jpg")
        (coloured.out / "b").mkdir()
        (coloured.out / "1.jpg").rename(coloured.out / "b/1.jpg")
        coloured.batch()
        assert coloured.asked() == []
        assert read_journal(coloured.out).last.keys() == {"2.jpg", "a/3.jpg", "a/4.jpg", "b/1.jpg"}

    @pytest.mark.parametrize("links", [True, False], ids=["with links", "without links"])
    def test_a_batch_killed_at_any_step_of_moving_loses_nothing_and_colours_nothing_twice(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch, links: bool
    ) -> None:
        """As after kill -9: from some step on, nothing reaches the disk any more."""
        archive.add("1.jpg", "2.jpg", "3.jpg")
        compared = ColorizeOptions(compare=True)
        archive.batch(colorize=compared)
        for name in ("1", "2", "3"):  # the stand-in writes no comparisons
            (archive.out / f"{name}_compare.jpg").write_bytes(f"beside {name}".encode())
        before = archive.results()

        def moved(again: Archive) -> None:
            for name in ("1.jpg", "2.jpg"):
                move(again, name, f"b/{name}")

        for again in _killed_at_every_step(60, archive, moved, monkeypatch, links=links, colorize=compared):
            assert again.results() == {
                f"b/{name}" if name[0] in "12" else name: content for name, content in before.items()
            }
            assert read_journal(again.out).last.keys() == {"b/1.jpg", "b/2.jpg", "3.jpg"}

    def test_a_result_that_cannot_be_moved_fails_and_is_tried_again(self, coloured: Archive) -> None:
        (coloured.out / "b").write_bytes(b"a file where a folder belongs")
        move(coloured, "1.jpg", "b/1.jpg")
        for _ in range(2):
            ended = coloured.batch()
            assert ended["b/1.jpg"].status is Status.FAILED
            assert "It was 1.jpg" in ended["b/1.jpg"].reason
            assert ended["b/1.jpg"].remedy
        (coloured.out / "b").unlink()
        assert coloured.batch()["b/1.jpg"].status is Status.SKIPPED
        assert coloured.asked() == []

    def test_an_archive_moved_and_rearranged_at_once_is_recognised(self, coloured: Archive) -> None:
        move(coloured, "1.jpg", "b/1.jpg")
        coloured.folder = coloured.folder.rename(coloured.folder.with_name("elsewhere"))
        coloured.batch()
        assert coloured.asked() == []
        assert "b/1.jpg" in coloured.results()


class TestRenumbering:
    """Photographs that take each other's names keep their own results, with what was written into them."""

    NAMES = ("1.jpg", "2.jpg", "3.jpg", "6.jpg")

    @pytest.fixture
    def captioned(self, coloured: Archive) -> dict[bytes, bytes]:
        """The first three photographs, and the caption in the result of each."""
        coloured.add("3.jpg")
        coloured.batch()
        coloured.asked()
        for name in self.NAMES[:3]:
            (coloured.out / name).write_bytes(f"caption of {name}".encode())
        return {(coloured.folder / name).read_bytes(): (coloured.out / name).read_bytes() for name in self.NAMES[:3]}

    def _belong(self, archive: Archive, captions: dict[bytes, bytes]) -> dict[str, bool]:
        """Of each photograph that had a caption, whether it has that."""
        there = {name: archive.folder / name for name in self.NAMES if (archive.folder / name).exists()}
        held = {name: captions.get(path.read_bytes()) for name, path in there.items()}
        return {name: (archive.out / name).read_bytes() == held[name] for name in there if held[name]}

    def test_results_follow_through_a_chain(self, coloured: Archive, captioned: dict[bytes, bytes]) -> None:
        for old, new in (("3", "6"), ("2", "3"), ("1", "2")):
            move(coloured, f"{old}.jpg", f"{new}.jpg")
        coloured.add("1.jpg", content="grey and new")
        ended = coloured.batch()
        assert coloured.asked() == ["1.jpg"]
        assert ended["1.jpg"].status is Status.DONE
        assert self._belong(coloured, captioned) == {"2.jpg": True, "3.jpg": True, "6.jpg": True}
        journal = (coloured.out / JOURNAL_NAME).read_bytes()
        coloured.batch()
        assert coloured.asked() == []
        assert (coloured.out / JOURNAL_NAME).read_bytes() == journal

    def test_results_of_photographs_that_changed_names_change_theirs(
        self, coloured: Archive, captioned: dict[bytes, bytes]
    ) -> None:
        for old, new in (("1", "6"), ("2", "1"), ("3", "2"), ("6", "3")):
            move(coloured, f"{old}.jpg", f"{new}.jpg")
        before = coloured.results().keys()
        for _ in range(2):
            coloured.batch(checksum=True)
            assert coloured.asked() == []
            assert self._belong(coloured, captioned) == {"1.jpg": True, "2.jpg": True, "3.jpg": True}
            assert coloured.results().keys() == before
            assert all(one.source == target == one.target for target, one in read_journal(coloured.out).made.items())

    @pytest.mark.parametrize("links", [True, False], ids=["with links", "without links"])
    @pytest.mark.parametrize("renamed", ["36 23 12", "16 21 62", "23 12"], ids=["chain", "swap", "removed"])
    def test_a_batch_killed_at_any_step_loses_no_caption(
        self,
        coloured: Archive,
        captioned: dict[bytes, bytes],
        monkeypatch: pytest.MonkeyPatch,
        renamed: str,
        links: bool,
    ) -> None:
        def numbered_anew(again: Archive) -> None:
            for old, new in renamed.split():
                (again.folder / f"{old}.jpg").replace(again.folder / f"{new}.jpg")

        for name in ("1", "2", "3"):
            (coloured.out / f"{name}.xmp").write_text(f"sidecar of caption of {name}.jpg")
        for again in _killed_at_every_step(120, coloured, numbered_anew, monkeypatch, links=links, checksum=True):
            belong = self._belong(again, captioned)
            dated = re.compile(rf"(?<={PRUNED_NAME}/)[^/]+/")  # a second may have begun when it was killed
            results = {dated.sub("", name): content for name, content in again.results().items() if content}
            for name, content in results.items():
                if name.endswith(".xmp"):
                    assert content == b"sidecar of " + results[name.replace(".xmp", ".jpg")], (again.out, name)
            assert sum(name.endswith(".xmp") for name in results) == 3
            assert all(belong.values()), (again.out, belong)
            assert len(belong) == (2 if renamed == "23 12" else 3)
            assert set(captioned.values()) <= set(again.results().values())

    def test_the_command_puts_the_result_of_a_removed_one_aside(self, run_apart: Run, run: Run, tmp_path: Path) -> None:
        for number in range(1, 4):
            picture(tmp_path / f"photos/{number}.jpg", seed=number, size=(64, 40 + number))
        assert run("batch", "photos", "--out", "o").returncode == 0
        for number in range(1, 4):
            result = tmp_path / f"o/{number}.jpg"
            result.write_bytes(result.read_bytes() + f"caption {number}".encode())
        (tmp_path / "photos/2.jpg").replace(tmp_path / "photos/1.jpg")
        (tmp_path / "photos/3.jpg").rename(tmp_path / "photos/2.jpg")
        told = "1.jpg (1 edited since a batch wrote it)"
        dry = run("batch", "photos", "--out", "o", "--dry-run").stdout
        assert f"1 result would be set aside, to make way for those of other photographs: {told}" in dry
        again = run_apart("batch", "photos", "--out", "o")
        assert again.returncode == 0, again.stderr
        assert "2 results moved along with photographs that were moved: 2.jpg -> 1.jpg, 3.jpg -> 2.jpg" in again.stderr
        assert f"Put aside, as their photographs are not where they were: 1 result, {told}" in again.stderr
        there = contents_below(tmp_path / "o")
        assert [name.rpartition("/")[2] for name, content in there.items() if content.endswith(b"caption 1")] == [
            "1.jpg"
        ]
        assert there["1.jpg"].endswith(b"caption 2")
        assert there["2.jpg"].endswith(b"caption 3")
        run("verify", "o", "--accept")
        assert run("verify", "o").returncode == 0

    @pytest.mark.parametrize("edited", ["1.jpg", "2.jpg"])
    def test_of_the_one_put_aside_only_its_own_edits_are_told(self, run: Run, tmp_path: Path, edited: str) -> None:
        for number in (1, 2):
            picture(tmp_path / f"photos/{number}.jpg", seed=number, size=(64, 40 + number))
        run("batch", "photos", "--out", "o")
        (tmp_path / "o" / edited).write_bytes((tmp_path / "o" / edited).read_bytes() + b"a caption")
        (tmp_path / "photos/2.jpg").replace(tmp_path / "photos/1.jpg")
        told = f"1.jpg{' (1 edited since a batch wrote it)' if edited == '1.jpg' else ''}."
        dry = run("batch", "photos", "--out", "o", "--dry-run").stdout
        assert f"1 result would be set aside, to make way for those of other photographs: {told}" in dry
        again = run("batch", "photos", "--out", "o", "--overwrite").stderr
        aside = f"Put aside, as their photographs are not where they were: 1 result, {told[:-1]}."
        assert aside in again
        assert ("1 edited file replaced, as --overwrite asks: 1.jpg." in again) == (edited == "2.jpg")


def test_the_command_tells_of_moves_and_verify_finds_all_whole(run_apart: Run, run: Run, tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / f"photos/{number}.jpg", seed=number)
    assert run("batch", "photos", "--out", "o", "--compare").returncode == 0
    (tmp_path / "photos/b").mkdir()
    moved = tmp_path / "photos/b/new.jpg"
    (tmp_path / "photos/0.jpg").rename(moved)
    os.utime(moved, (1e9, 1e9))  # as copying through another machine does
    dry = run("batch", "photos", "--out", "o", "--compare", "--dry-run", "--json")
    actions = {line["source"]: line["action"] for line in map(json.loads, dry.stdout.splitlines())}
    assert actions["b/new.jpg"] == "move"
    assert (tmp_path / "o/0.jpg").exists()
    again = run_apart("batch", "photos", "--out", "o", "--compare")
    assert again.returncode == 0, again.stderr
    assert "0 done, 3 skipped (3 done before), 0 failed" in again.stderr
    assert "1 result moved along with photographs that were moved: 0.jpg -> b/new.jpg." in again.stderr
    assert (tmp_path / "o/b/new_compare.jpg").exists()
    for quick in ([], ["--quick"]):
        verified = run("verify", "o", "--json", *quick)
        assert verified.returncode == 0, verified.stdout
        states = {line["path"]: line["state"] for line in map(json.loads, verified.stdout.splitlines())}
        assert states["b/new.jpg"] == "whole"
        assert not {"0.jpg", "0_compare.jpg"} & states.keys()


def test_a_photograph_that_moves_to_another_box_takes_its_result_along(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "boxA/1.jpg", seed=1)
    picture(tmp_path / "boxA/2.jpg", seed=2)
    picture(tmp_path / "boxB/3.jpg", seed=3)
    assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
    (tmp_path / "boxA/1.jpg").rename(tmp_path / "boxB/1.jpg")
    assert "0 done, 3 skipped" in run("batch", "boxA", "boxB", "--out", "o").stderr
    assert contents_below(tmp_path / "o").keys() == {"boxA/2.jpg", "boxB/1.jpg", "boxB/3.jpg"}


class TestPrune:
    """Results that have lost their photographs are set aside, and kept there."""

    def test_they_are_told_of_and_put_aside_only_when_asked(self, run: Run, run_apart: Run, tmp_path: Path) -> None:
        for number in range(3):
            picture(tmp_path / f"photos/a/{number}.jpg", seed=number)
        assert run("batch", "photos", "--out", "o", "--compare").returncode == 0
        before = contents_below(tmp_path / "o")
        (tmp_path / "photos/a/1.jpg").unlink()
        told = run("batch", "photos", "--out", "o", "--compare")
        assert "1 result has lost its photograph: a/1.jpg. --prune" in told.stderr
        assert contents_below(tmp_path / "o") == before
        assert "a/1.jpg" in run("batch", "photos", "--out", "o", "--prune", "--dry-run").stdout
        assert contents_below(tmp_path / "o") == before
        pruned = run_apart("batch", "photos", "--out", "o", "--compare", "--prune")
        assert pruned.returncode == 0, pruned.stderr
        assert PRUNED_NAME in pruned.stderr
        there = contents_below(tmp_path / "o")
        aside = {name.split("/", 2)[2]: content for name, content in there.items() if name.startswith(PRUNED_NAME)}
        assert aside == {name: before[name] for name in ("a/1.jpg", "a/1_compare.jpg")}
        verified = run("verify", "o")
        assert verified.returncode == 0, verified.stdout
        assert "1.jpg" not in verified.stdout
        assert PRUNED_NAME not in verified.stdout

    def test_a_photograph_that_comes_back_is_coloured_again(self, coloured: Archive) -> None:
        kept = (coloured.folder / "1.jpg").read_bytes()
        (coloured.folder / "1.jpg").unlink()
        coloured.batch(prune=True)
        assert "1.jpg" not in coloured.results()
        (coloured.folder / "1.jpg").write_bytes(kept)
        coloured.batch(prune=True)
        assert coloured.asked() == ["1.jpg"]
        assert "1.jpg" in coloured.results()

    def test_what_is_not_chosen_keeps_its_result(self, coloured: Archive) -> None:
        before = coloured.results()
        coloured.batch(prune=True, exclude=("a",))
        coloured.batch(prune=True, include=("1.jpg",))
        coloured.batch(prune=True, recurse=False)
        assert coloured.results() == before

    def test_a_box_in_which_nothing_is_found_may_be_a_disk_that_is_away(self, run: Run, tmp_path: Path) -> None:
        picture(tmp_path / "boxA/1.jpg", seed=1)
        picture(tmp_path / "boxB/2.jpg", seed=2)
        assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
        before = contents_below(tmp_path / "o")
        (tmp_path / "boxA/1.jpg").unlink()
        assert run("batch", "boxA", "boxB", "--out", "o", "--prune").returncode == 0
        assert contents_below(tmp_path / "o") == before

    @pytest.mark.parametrize("missing", [True, False], ids=["missing", "empty"])
    def test_so_may_a_folder_of_the_archive(self, run: Run, run_apart: Run, tmp_path: Path, missing: bool) -> None:
        for name in ("q/box1/1.jpg", "q/box1/deep/2.jpg", "q/box2/3.jpg", "q/box2/4.jpg"):
            picture(tmp_path / name, seed=len(name))
        assert run("batch", "q", "--out", "o").returncode == 0
        for result in ("o/box1/1.jpg", "o/box2/3.jpg"):
            (tmp_path / result).write_bytes((tmp_path / result).read_bytes() + b"a caption")
        before = contents_below(tmp_path / "o")
        (tmp_path / "q/box1").rename(tmp_path / "away")
        if not missing:
            (tmp_path / "q/box1").mkdir()
        told = f"No photograph was found in {Path('q/box1')}: its 2 results are kept. Mount its disk"
        for quiet in ([], ["--quiet"]):
            again = run_apart("batch", "q", "--out", "o", "--prune", *quiet)
            assert again.returncode == 0
            assert told in again.stderr
            assert contents_below(tmp_path / "o") == before
        (tmp_path / "q/box2/3.jpg").unlink()
        for dry, text in (("--dry-run", "--prune puts it aside"), ("--quiet", "Put aside")):
            again = run("batch", "q", "--out", "o", "--prune", dry)
            lines = [line for line in (again.stdout + again.stderr).splitlines() if "box2/3.jpg" in line]
            assert all("(1 edited since a batch wrote it)" in line and text in line for line in lines)
            assert lines
        shutil.rmtree(tmp_path / "o/box1")
        (tmp_path / "q/box1").mkdir(exist_ok=True)
        assert "2 photographs gone" in run("batch", "q", "--out", "o").stderr
        assert "No photograph" not in run("batch", "q", "--out", "o").stderr

    def test_an_empty_box_is_told_of_but_not_one_of_which_nothing_is_chosen(self, run: Run, tmp_path: Path) -> None:
        picture(tmp_path / "b/box2/1.jpg")
        (tmp_path / "b/box1").mkdir()
        for more in ([], ["--dry-run"]):
            told = run("batch", "b/box1", "b/box2", "--out", "o", *more)
            assert f"No photograph was found in {Path('b/box1')}: if it lies on a disk" in told.stdout + told.stderr
        picture(tmp_path / "b/box1/2.jpg")
        told = run("batch", "b/box1", "b/box2", "--out", "o", "--exclude", "box1")
        assert "No photograph" not in told.stderr

    def test_results_of_other_folders_are_left_alone(self, run: Run, tmp_path: Path) -> None:
        for name in ("boxA/1.jpg", "boxA/2.jpg", "boxB/3.jpg"):
            picture(tmp_path / name, seed=len(name))
        assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
        (tmp_path / "boxA/1.jpg").unlink()
        assert run("batch", "boxB", "--out", "o", "--prune").returncode == 0
        assert contents_below(tmp_path / "o").keys() == {"boxA/1.jpg", "boxA/2.jpg", "boxB/3.jpg"}

    def test_a_result_that_cannot_be_put_aside_fails_and_stays(self, coloured: Archive) -> None:
        (coloured.out / PRUNED_NAME).write_bytes(b"in the way")
        (coloured.folder / "1.jpg").unlink()
        for _ in range(2):
            ended = coloured.batch(prune=True)
            assert ended["1.jpg"].status is Status.FAILED
            assert "could not be set aside" in ended["1.jpg"].reason
            assert "1.jpg" in coloured.results()

    def test_a_bag_stays_valid_and_what_is_put_aside_lies_outside_its_payload(self, run: Run, tmp_path: Path) -> None:
        for number in range(2):
            picture(tmp_path / f"photos/{number}.jpg", seed=number)
        assert run("batch", "photos", "--out", "o", "--manifest").returncode == 0
        (tmp_path / "photos/1.jpg").unlink()
        assert run("batch", "photos", "--out", "o", "--prune").returncode == 0
        assert [path.name for path in (tmp_path / "o" / PRUNED_NAME).rglob("*.jpg")] == ["1.jpg"]
        assert "1.jpg" not in (tmp_path / "o/manifest-sha256.txt").read_text()
        assert run("verify", "o").returncode == 0


class TestEditedResultsSetAside:
    """Working box by box, a photograph may be where this batch does not look: its edited result waits for it."""

    @pytest.fixture
    def renumbered(self, archive: Archive) -> Archive:
        """A/5 with a caption is C/n5 by now, and A/6 is A/5."""
        archive.add("A/5.jpg", "A/6.jpg", "A/7.jpg", "C/1.jpg")
        archive.batch()
        (archive.out / "A/5.jpg").write_bytes(b"caption")
        move(archive, "A/5.jpg", "C/n5.jpg")
        move(archive, "A/6.jpg", "A/5.jpg")
        archive.asked()
        archive.batch(include=("A/*",), checksum=True)
        assert archive.results()["A/5.jpg"] != b"caption"
        assert b"caption" in archive.results().values()
        return archive

    def test_it_comes_back_when_its_photograph_is_found(self, renumbered: Archive) -> None:
        for _ in range(2):
            ended = renumbered.batch()
            assert renumbered.asked() == []
            assert "edited" in ended["C/n5.jpg"].reason
            assert renumbered.results()["C/n5.jpg"] == b"caption"
            assert renumbered.results().keys() == {"A/5.jpg", "A/7.jpg", "C/1.jpg", "C/n5.jpg"}
        assert read_journal(renumbered.out).aside == {}
        assert {one.source for one in read_journal(renumbered.out).last.values()} == renumbered.results().keys()

    def test_it_stays_aside_where_overwriting_would_lose_it(self, renumbered: Archive) -> None:
        renumbered.batch(colorize=ColorizeOptions(overwrite=True))
        assert b"caption" in renumbered.results().values()

    def test_without_it_the_photograph_is_coloured(self, renumbered: Archive) -> None:
        shutil.rmtree(renumbered.out / PRUNED_NAME)
        renumbered.batch()
        assert renumbered.asked() == ["n5.jpg"]

    @pytest.mark.parametrize("links", [True, False], ids=["with links", "without links"])
    def test_a_batch_killed_at_any_step_loses_no_caption(
        self, renumbered: Archive, monkeypatch: pytest.MonkeyPatch, links: bool
    ) -> None:
        for again in _killed_at_every_step(60, renumbered, lambda _: None, monkeypatch, links=links):
            assert again.results()["C/n5.jpg"] == b"caption"

    def test_one_that_prune_set_aside_comes_back_too_in_a_bag_as_elsewhere(self, run: Run, tmp_path: Path) -> None:
        for name in ("A/5.jpg", "A/7.jpg", "C/1.jpg"):
            picture(tmp_path / name, seed=ord(name[0]) + ord(name[2]))
        assert run("batch", "A", "C", "--out", "o", "--manifest").returncode == 0
        result = tmp_path / "o/data/A/5.jpg"
        result.write_bytes(result.read_bytes() + b"caption")
        (tmp_path / "A/5.jpg").rename(tmp_path / "C/n5.jpg")
        said = run("batch", "A", "--out", "o", "--prune").stderr
        assert "Put aside, as their photographs are not where they were: 1 result, A/5.jpg (1 edited" in said
        assert "An edited result comes back as soon as a batch finds its photograph" in said
        assert "C/n5.jpg" in run("batch", "C", "--out", "o", "--dry-run").stdout
        again = run("batch", "C", "--out", "o")
        assert again.returncode == 0, again.stderr
        assert "1 result moved along" in again.stderr
        assert (tmp_path / "o/data/C/n5.jpg").read_bytes().endswith(b"caption")
        assert not (tmp_path / "o" / PRUNED_NAME).exists()
        assert run("verify", "o", "--accept").returncode == 0
        assert run("verify", "o").returncode == 0
