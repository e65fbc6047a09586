"""Carrying out: every photograph has an outcome, nothing foreign is lost, nothing is torn."""

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.run import Batch
from lab_colorize.colouring.on_disk import Coloured
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import ModelDamaged, NothingToDo, OutputError, UsageProblem
from lab_colorize.files.writing import TEMPORARY_PREFIX

from .conftest import RECIPE, Archive, written


def statuses(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {name: str(outcome.status) for name, outcome in sorted(outcomes.items())}


def test_one_bad_photograph_never_stops_a_batch(archive: Archive) -> None:
    archive.add("1.jpg", "2.jpg")
    archive.add("bad.jpg", content="bad")
    archive.add("bug.jpg", content="bug")
    archive.add("colour.jpg", content="colour")
    (archive.folder / "gone.jpg").symlink_to("nowhere")
    outcomes = archive.batch()
    assert statuses(outcomes) == {
        "1.jpg": "done",
        "2.jpg": "done",
        "bad.jpg": "failed",
        "bug.jpg": "failed",
        "colour.jpg": "skipped",
        "gone.jpg": "failed",
    }
    assert outcomes["bad.jpg"].remedy == "Scan it again."
    assert set(archive.results()) == {"1.jpg", "2.jpg"}


def test_a_bug_is_a_failure_that_carries_its_traceback(archive: Archive) -> None:
    archive.add("bug.jpg", content="bug")
    outcome = archive.batch()["bug.jpg"]
    assert "a bug: ZeroDivisionError: an accident" in outcome.reason
    assert "in colour" in outcome.traceback


def test_the_journal_has_one_line_for_each_photograph(archive: Archive) -> None:
    name = os.fsdecode(b"caf\xe9\n.jpg")
    archive.add("1.jpg", name)
    archive.add("bad.jpg", content="bad")
    outcomes = archive.batch()
    lines = [json.loads(line) for line in (archive.out / "lab-colorize.jsonl").read_text().splitlines()]
    assert sorted(line["source"] for line in lines) == sorted(["1.jpg", name, "bad.jpg"])
    agreed = {"source", "target", "status", "reason", "source_sha256", "target_sha256", "model", "seconds"}
    assert all(agreed | {"width", "height"} <= line.keys() for line in lines)
    assert outcomes[name].target == name


def test_times_are_carried_and_originals_stay_as_they_are(archive: Archive) -> None:
    archive.add("1.jpg", "a/2.jpg")
    os.utime(archive.folder / "1.jpg", ns=(10**18, 10**18))
    originals = sorted(archive.folder.rglob("*.jpg"))
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in originals]
    archive.batch()
    assert (archive.out / "1.jpg").stat().st_mtime_ns == 10**18
    assert before == [(path.read_bytes(), path.stat().st_mtime_ns) for path in originals]


class TestForeignFiles:
    """Whatever a batch did not write, or somebody changed since, is refused and left."""

    def test_are_not_replaced(self, archive: Archive) -> None:
        archive.add("1.jpg", "2.jpg")
        archive.out.mkdir()
        (archive.out / "1.jpg").write_text("mine")
        os.utime(archive.out / "1.jpg", ns=(10**18, 10**18))  # made at another time than its source
        assert statuses(archive.batch()) == {"1.jpg": "failed", "2.jpg": "done"}
        assert (archive.out / "1.jpg").read_text() == "mine"
        assert archive.asked() == ["2.jpg"]  # refused without the work of colouring it

    def test_are_replaced_if_asked(self, archive: Archive) -> None:
        archive.add("1.jpg")
        archive.out.mkdir()
        (archive.out / "1.jpg").write_text("mine")
        assert statuses(archive.batch(colorize=ColorizeOptions(overwrite=True))) == {"1.jpg": "done"}
        assert (archive.out / "1.jpg").read_text().startswith("coloured")

    def test_a_result_that_was_retouched_is_kept(
        self, archive: Archive, touch_later: Callable[[Path, str], None]
    ) -> None:
        archive.add("1.jpg", "2.jpg")
        archive.batch()
        (archive.out / "1.jpg").write_text("retouched by hand")
        for name in ("1.jpg", "2.jpg"):
            touch_later(archive.folder / name, f"grey, another {name}")
        assert statuses(archive.batch()) == {"1.jpg": "skipped", "2.jpg": "done"}
        assert (archive.out / "1.jpg").read_text() == "retouched by hand"

    def test_one_with_the_time_of_its_source_is_foreign_if_its_contents_are(self, archive: Archive) -> None:
        archive.add("1.jpg")
        archive.out.mkdir()
        (archive.out / "1.jpg").write_text("mine")
        times = (archive.folder / "1.jpg").stat()
        os.utime(archive.out / "1.jpg", ns=(times.st_atime_ns, times.st_mtime_ns))
        assert statuses(archive.batch()) == {"1.jpg": "failed"}
        assert archive.results() == {"1.jpg": b"mine"}


def test_a_result_that_lost_its_line_to_a_crash_is_accepted(archive: Archive) -> None:
    archive.add("1.jpg", "2.jpg")
    archive.batch()
    before = archive.results()
    (archive.out / "lab-colorize.jsonl").write_bytes(b"")
    assert statuses(archive.batch()) == {"1.jpg": "done", "2.jpg": "done"}
    assert archive.results() == before


def test_an_empty_file_left_by_a_crash_is_replaced(archive: Archive) -> None:
    archive.add("1.jpg")
    archive.out.mkdir()
    (archive.out / "1.jpg").touch()
    assert statuses(archive.batch()) == {"1.jpg": "done"}


def test_nothing_is_written_through_a_link_in_out(archive: Archive) -> None:
    archive.add("a/1.jpg", "2.jpg")
    archive.out.mkdir()
    (archive.out / "a").symlink_to(archive.folder / "a")
    before = (archive.folder / "a/1.jpg").read_bytes()
    outcomes = archive.batch(colorize=ColorizeOptions(overwrite=True))
    assert statuses(outcomes) == {"2.jpg": "done", "a/1.jpg": "failed"}
    assert (archive.folder / "a/1.jpg").read_bytes() == before


def test_what_a_crash_left_half_written_is_removed(archive: Archive) -> None:
    archive.add("a/1.jpg")
    (archive.out / "a").mkdir(parents=True)
    (archive.out / "a" / f"{TEMPORARY_PREFIX}12345").write_text("torn")
    (archive.out / "a" / ".other").write_text("not ours")
    archive.batch()
    assert set(archive.results()) == {"a/1.jpg", "a/.other"}


class TestPlaces:
    """Pairs of FOLDER and OUT that could cost originals are refused before anything is written."""

    def test_out_may_lie_inside_and_is_not_read_again(self, archive: Archive) -> None:
        archive.add("1.jpg")
        archive.out = archive.folder / "results"
        assert statuses(archive.batch()) == {"1.jpg": "done"}
        assert statuses(archive.batch()) == {"1.jpg": "skipped"}

    def test_out_must_not_be_the_folder_itself(self, archive: Archive, tmp_path: Path) -> None:
        archive.add("1.jpg")
        (tmp_path / "link").symlink_to(archive.folder)
        for same in (archive.folder, tmp_path / "link", archive.folder / "x" / ".."):
            with pytest.raises(UsageProblem, match="same folder"):
                archive.batch(out=same)

    def test_out_must_not_contain_the_folder(self, archive: Archive, tmp_path: Path) -> None:
        archive.add("1.jpg")
        with pytest.raises(UsageProblem, match="inside"):
            archive.batch(out=tmp_path)

    def test_a_missing_or_empty_folder_is_nothing_to_do_and_leaves_no_out(self, archive: Archive) -> None:
        with pytest.raises(NothingToDo):
            archive.batch(boxes=Boxes.of([archive.folder / "none"]))
        archive.add("note.txt", ".hidden.jpg")
        with pytest.raises(NothingToDo, match="2 other files"):
            archive.batch()
        assert not archive.out.exists()

    def test_an_out_that_is_a_file_is_refused(self, archive: Archive) -> None:
        archive.add("1.jpg")
        archive.out.write_text("")
        with pytest.raises(OutputError):
            archive.batch()


class TestCopies:
    """With --copy-rest the output is a complete archive."""

    def test_are_made_of_everything_that_is_not_coloured(self, archive: Archive) -> None:
        archive.add("1.jpg", "a/note.txt", ".hidden/2.jpg", ".profile")
        archive.add("in/colour.jpg", content="colour")
        (archive.folder / "a/note.txt").chmod(0o640)
        outcomes = archive.batch(copy_rest=True)
        assert set(archive.results()) == {"1.jpg", "a/note.txt", ".hidden/2.jpg", ".profile", "in/colour.jpg"}
        assert (archive.out / "in/colour.jpg").read_bytes() == (archive.folder / "in/colour.jpg").read_bytes()
        copy, original = ((place / "a/note.txt").stat() for place in (archive.out, archive.folder))
        assert (copy.st_mtime_ns, copy.st_mode) == (original.st_mtime_ns, original.st_mode)
        assert statuses(outcomes)["a/note.txt"] == "skipped"

    def test_are_not_made_twice_and_follow_their_originals(
        self, archive: Archive, touch_later: Callable[[Path, str], None]
    ) -> None:
        archive.add("note.txt", "other.txt")
        archive.batch(copy_rest=True)
        touch_later(archive.folder / "note.txt", "changed")
        with Batch(archive.options(copy_rest=True), archive.stand_in.factory()) as batch:
            assert [task.source for task in batch.plan.due] == ["note.txt"]
            list(batch)
        assert (archive.out / "note.txt").read_text() == "changed"

    def test_need_no_model(self, archive: Archive) -> None:
        archive.add("note.txt")

        def broken() -> None:
            raise ModelDamaged("No model here.")

        with Batch(archive.options(copy_rest=True), ColorizerFactory(RECIPE, broken)) as batch:  # type: ignore[arg-type]
            assert [outcome.status for outcome in batch] == [Status.SKIPPED]

    @pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no file at hand that opens and cannot be read")
    def test_of_what_cannot_be_read_blame_the_source_and_leave_nothing(self, archive: Archive) -> None:
        (archive.folder / "scan.raw").symlink_to("/proc/self/mem")
        outcome = archive.batch(copy_rest=True)["scan.raw"]
        assert (outcome.status, outcome.reason) == (Status.FAILED, "It could not be read: Input/output error.")
        assert archive.results() == {}

    def test_never_replace_foreign_files(self, archive: Archive) -> None:
        archive.add("note.txt")
        archive.out.mkdir()
        (archive.out / "note.txt").write_text("mine")
        assert statuses(archive.batch(copy_rest=True)) == {"note.txt": "failed"}
        assert archive.results() == {"note.txt": b"mine"}


def test_a_damaged_model_stops_the_batch_before_the_first_photograph(archive: Archive) -> None:
    archive.add("1.jpg", "2.jpg")

    def broken() -> None:
        raise ModelDamaged("The hash differs.")

    with (
        Batch(archive.options(), ColorizerFactory(RECIPE, broken)) as batch,  # type: ignore[arg-type]
        pytest.raises(ModelDamaged),
    ):
        list(batch)
    assert archive.results() == {}


def test_each_worker_has_a_colour_of_its_own(archive: Archive) -> None:
    archive.add(*(f"{number}.jpg" for number in range(20)))
    users: dict[int, set[int]] = {}

    def make_colour() -> Callable[..., Coloured]:
        threads: set[int] = set()
        users[id(threads)] = threads

        def colour(source: Path, target: Path, *, overwrite: bool) -> Coloured:
            threads.add(threading.get_ident())
            time.sleep(0.005)
            return written(source, target, b"x", overwrite=overwrite)

        return colour

    with Batch(archive.options(workers=3), ColorizerFactory(RECIPE, make_colour)) as batch:
        assert len(list(batch)) == 20
    assert [len(threads) for threads in users.values()] == [1, 1, 1]


def test_after_stop_what_is_in_hand_is_finished_and_the_rest_is_done_next_time(archive: Archive) -> None:
    archive.add(*(f"{number:02}.jpg" for number in range(30)))
    with Batch(archive.options(), archive.stand_in.factory()) as batch:
        first = []
        for outcome in batch:
            first.append(outcome)
            batch.stop()
    assert 1 <= len(first) < 30
    assert set(archive.results()) == {outcome.target for outcome in first}
    assert [outcome.status for outcome in archive.batch().values()].count(Status.DONE) == 30 - len(first)


def test_what_nobody_waits_for_any_more_is_still_written_down(archive: Archive) -> None:
    archive.add(*(f"{number:02}.jpg" for number in range(30)))
    with Batch(archive.options(), archive.stand_in.factory()) as batch:
        next(iter(batch))  # and leave
    lines = (archive.out / "lab-colorize.jsonl").read_text().splitlines()
    assert {json.loads(line)["target"] for line in lines} == set(archive.results())


def test_a_second_batch_on_the_same_out_is_refused(archive: Archive) -> None:
    archive.add("1.jpg")
    with Batch(archive.options(), archive.stand_in.factory()), pytest.raises(OutputError, match="Another batch"):
        archive.batch()
    assert statuses(archive.batch()) == {"1.jpg": "done"}


def test_a_photograph_without_its_line_in_the_journal_is_no_success(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add("1.jpg")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("lab_colorize.batch.journal.Journal.append", full)
        assert archive.batch()["1.jpg"].reason == "The journal cannot be written: No space left on device."
    assert statuses(archive.batch()) == {"1.jpg": "done"}
