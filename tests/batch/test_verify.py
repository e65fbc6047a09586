"""Verifying finds whatever is no longer as the journal says, and writes nothing."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab_colorize.batch.finding import Finding, State
from lab_colorize.batch.journal import DAMAGED_NAME, JOURNAL_NAME, Journal
from lab_colorize.batch.outcome import Status
from lab_colorize.batch.verify import account_of
from lab_colorize.cli.group import main
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import NothingToDo, OutputError
from lab_colorize.files.writing import TEMPORARY_PREFIX
from lab_colorize.report.sheet_page import sheet_page

from .conftest import Archive, Run, picture


def findings(archive: Archive, *, quick: bool = False, **more: object) -> list[Finding]:
    account = account_of(archive.out, **more)  # type: ignore[arg-type]
    return account.findings(quick=quick, workers=2, on_step=lambda _: None)


def told(archive: Archive, *, quick: bool = False, **more: object) -> dict[str, str]:
    """What is said of each file that is not whole, but for the failure of bad.jpg."""
    found = [one for one in findings(archive, quick=quick, **more) if one.told and one.path != "bad.jpg"]
    return {f"{one.kind} {one.path}": one.state.value for one in found}


def flip(path: Path) -> None:
    """Change one bit, as a disk does that rots: size and times stay."""
    times, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_what_a_batch_made_is_whole(finished: Archive) -> None:
    assert told(finished) == told(finished, quick=True) == {}
    whole = [(str(one.kind), one.path) for one in findings(finished) if one.state is State.WHOLE]
    assert whole == [
        *(("result", path) for path in ("3.png", "a/1.jpg", "a/2.tif")),
        *(("source", path) for path in ("3.png", "a/1.jpg", "a/2.tif", "colour.jpg")),
    ]


def test_failures_are_told_with_their_reasons(finished: Archive) -> None:
    (failed,) = [one for one in findings(finished) if one.state is State.FAILED]
    assert (failed.path, failed.reason, failed.lost) == ("bad.jpg", "bad.jpg is damaged.", True)


def test_a_photograph_that_no_batch_came_to_keeps_the_output_from_being_complete(finished: Archive) -> None:
    (finished.folder / "bad.jpg").unlink()
    (finished.folder / "a/new.jpg").write_bytes((finished.folder / "a/1.jpg").read_bytes())
    assert told(finished) == {"source a/new.jpg": "waiting"}
    assert told(finished, sources=False) == {}
    finished.batch()
    assert told(finished) == {}


def test_an_edit_at_once_is_not_called_damage(finished: Archive) -> None:
    """Its time may still be the old one, as far as file systems keep it; its size is not."""
    source = finished.folder / "a/1.jpg"
    times = source.stat()
    source.write_bytes(source.read_bytes() + b"more")
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    (found,) = [one for one in findings(finished) if one.state is State.CHANGED]
    assert "damaged" not in found.reason


def test_a_missing_result_and_a_missing_photograph_are_found(finished: Archive) -> None:
    (finished.out / "a/1.jpg").unlink()
    (finished.folder / "3.png").unlink()
    assert told(finished) == told(finished, quick=True) == {"result a/1.jpg": "missing", "source 3.png": "missing"}


@pytest.mark.parametrize("side", ["out", "folder"])
def test_one_flipped_bit_is_found_and_called_damage(finished: Archive, side: str) -> None:
    flip(getattr(finished, side) / "a/2.tif")
    (found,) = [one for one in findings(finished) if one.lost and one.path != "bad.jpg"]
    assert found.path == "a/2.tif"
    assert "damaged, not edited" in found.reason
    assert told(finished, quick=True) == {}  # as --help says


def test_what_was_retouched_is_told_from_what_is_damaged(
    finished: Archive, touch_later: Callable[[Path, str], None]
) -> None:
    touch_later(finished.out / "a/1.jpg", "retouched")
    for quick in (False, True):
        (found,) = [one for one in findings(finished, quick=quick) if one.lost and one.path != "bad.jpg"]
        assert (found.path, found.state) == ("a/1.jpg", State.EDITED)
        assert "edited or replaced" in found.reason


def test_what_was_edited_is_still_so_called_after_a_batch_that_kept_it(
    finished: Archive, touch_later: Callable[[Path, str], None]
) -> None:
    touch_later(finished.out / "a/1.jpg", "retouched")
    finished.batch()
    for quick in (False, True):
        (found,) = [one for one in findings(finished, quick=quick) if one.state is State.EDITED]
        assert (found.path, "edited or replaced" in found.reason) == ("a/1.jpg", True)


def test_a_result_whose_size_changed_is_found_quickly_even_under_its_old_time(finished: Archive) -> None:
    times = (finished.out / "3.png").stat()
    (finished.out / "3.png").write_text("cut")
    os.utime(finished.out / "3.png", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert told(finished, quick=True) == {"result 3.png": "edited"}


def test_a_link_in_the_place_of_a_result_is_no_result(finished: Archive) -> None:
    shutil.move(finished.out / "3.png", finished.folder / "moved")
    (finished.out / "3.png").symlink_to(finished.folder / "moved")
    assert told(finished) == {"result 3.png": "changed"}


def test_what_no_batch_wrote_is_foreign_and_a_folder_of_it_is_told_once(finished: Archive) -> None:
    (finished.out / "a/note.txt").touch()
    (finished.out / "sheet/more").mkdir(parents=True)
    for number in range(3):
        (finished.out / f"sheet/more/{number}.jpg").touch()
    (finished.out / "link").symlink_to(finished.folder)
    (finished.out / "empty").mkdir()
    assert told(finished) == {"result a/note.txt": "foreign", "result sheet/": "foreign", "result link": "foreign"}
    assert "A folder of 3 files." in {one.reason for one in findings(finished)}


def test_what_a_killed_batch_left_is_not_untracked(finished: Archive) -> None:
    (finished.out / "a" / f"{TEMPORARY_PREFIX}0123456789abcdef").touch()
    assert set(told(finished).values()) == {"unfinished"}


def test_copies_of_what_later_batches_leave_out_are_whole(run_apart: Run, tmp_path: Path) -> None:
    picture(tmp_path / "p/map.png")
    picture(tmp_path / "p/1.png", seed=1)
    (tmp_path / "p/notes.txt").write_text("Box 7")
    (tmp_path / "skip.toml").write_text('"map.png" = { skip = true }')
    assert run_apart("batch", "p", "--out", "o", "--settings", "skip.toml", "--copy-rest").returncode == 0
    assert run_apart("batch", "p", "--out", "o", "--settings", "skip.toml").returncode == 0
    verified = run_apart("verify", "o")
    assert verified.returncode == 0, verified.stdout
    assert "stale" not in verified.stdout


def test_results_in_a_former_format_are_stale_and_still_held_against_their_hashes(finished: Archive) -> None:
    finished.batch(colorize=ColorizeOptions(format="png"))
    assert told(finished) == {"result a/1.jpg": "stale", "result a/2.tif": "stale"}
    flip(finished.out / "a/1.jpg")
    (finished.out / "a/2.tif").unlink()  # cleared away, which is nobody's loss
    assert told(finished) == {"result a/1.jpg": "changed"}


class TestSeveralFolders:
    """A disk that is not mounted keeps nothing of the others from being checked."""

    @pytest.fixture
    def out(self, run: Run, tmp_path: Path) -> Path:
        for name in ("boxA/1.jpg", "boxB/1.jpg", "boxB/2.jpg", "boxC/1.jpg"):
            picture(tmp_path / name, seed=sum(map(ord, name)))
        assert run("batch", "boxA", "boxB", "boxC", "--out", "o").returncode == 0
        return tmp_path / "o"

    def test_one_that_is_away_is_named_once_and_the_others_are_checked(
        self, run: Run, out: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "boxB").rename(tmp_path / "unmounted")
        flip(tmp_path / "boxC/1.jpg")
        verified = run("verify", "o", "--json")
        found = {f"{one['kind']} {one['path']}": one["state"] for one in map(json.loads, verified.stdout.splitlines())}
        assert verified.returncode == 6
        assert found == {
            "source boxB/": "away",
            "source boxA/1.jpg": "whole",
            "source boxC/1.jpg": "changed",
            **{f"result {name}": "whole" for name in ("boxA/1.jpg", "boxB/1.jpg", "boxB/2.jpg", "boxC/1.jpg")},
        }
        assert f"There is no folder {tmp_path / 'boxB'}. 2 photographs not checked" in run("verify", "o").stdout
        assert "Sources: 1 changed, 1 whole." in run("verify", "o").stdout

    def test_a_box_that_is_away_is_never_accepted(self, run: Run, out: Path, tmp_path: Path) -> None:
        (tmp_path / "boxB").rename(tmp_path / "unmounted")
        before = (out / JOURNAL_NAME).read_bytes()
        assert run("verify", "o", "--accept").returncode == 6
        assert (out / JOURNAL_NAME).read_bytes() == before
        (tmp_path / "unmounted").rename(tmp_path / "boxB")
        assert run("verify", "o").returncode == 0

    def test_where_none_is_there_there_is_nothing_to_check_against(self, run: Run, out: Path, tmp_path: Path) -> None:
        (tmp_path / "all").mkdir()
        for name in ("boxA", "boxB", "boxC"):
            (tmp_path / name).rename(tmp_path / "all" / name)
        refused = run("verify", "o")
        assert refused.returncode == 7
        assert "--source FOLDER" in refused.stderr
        assert run("verify", "o", "--source", "all").returncode == 0
        assert run("verify", "o", "--results-only").returncode == 0


def test_comparisons_are_neither_foreign_nor_called_whole(finished: Archive) -> None:
    (finished.out / "a/1_compare.jpg").touch()
    assert told(finished) == {"result a/1_compare.jpg": "unchecked"}


def test_copies_are_results(finished: Archive) -> None:
    finished.batch(copy_rest=True)
    flip(finished.out / "colour.jpg")
    assert told(finished) == {"result colour.jpg": "changed"}


def test_photographs_that_were_moved_are_looked_for_where_they_are(finished: Archive) -> None:
    moved = finished.folder.rename(finished.folder.with_name("moved"))
    with pytest.raises(NothingToDo, match="is not there"):
        findings(finished)
    assert told(finished, folder=moved) == {}
    flip(moved / "3.png")
    assert told(finished, folder=moved) == {"source 3.png": "changed"}
    assert told(finished, sources=False) == {}


def test_a_batch_from_where_photographs_were_moved_to_knows_them_again_and_tells_verify(finished: Archive) -> None:
    finished.folder = finished.folder.rename(finished.folder.with_name("moved"))
    finished.batch()
    assert finished.asked() == ["bad.jpg"]
    assert told(finished) == {}
    written = (finished.out / JOURNAL_NAME).read_bytes().count(b"\n")
    finished.batch(exclude=("bad.jpg",))
    assert (finished.out / JOURNAL_NAME).read_bytes().count(b"\n") == written


class TestGone:
    """A photograph that was removed for good, with its result, is expected no more once a batch has seen it."""

    def test_what_nobody_can_find_is_gone_and_may_come_back(self, finished: Archive) -> None:
        kept = (finished.folder / "3.png").read_bytes()
        for name in ("3.png", "bad.jpg", "colour.jpg"):  # one done, one failed, one left alone
            (finished.folder / name).unlink()
        finished.batch()
        assert told(finished) == {"source 3.png": "missing"}
        (finished.out / "3.png").unlink()
        assert told(finished) == {"source 3.png": "missing", "result 3.png": "missing"}
        finished.batch()
        assert [one for one in findings(finished) if one.told] == []
        lines = (finished.out / JOURNAL_NAME).read_bytes()
        finished.batch()
        assert (finished.out / JOURNAL_NAME).read_bytes() == lines  # it is said once
        (finished.folder / "3.png").write_bytes(kept)
        assert finished.batch()["3.png"].status is Status.DONE
        assert told(finished) == {}

    def test_what_was_not_chosen_is_not_gone(self, finished: Archive) -> None:
        (finished.out / "3.png").unlink()
        finished.batch(exclude=("3.png",))
        assert told(finished) == {"result 3.png": "missing"}

    def test_what_is_out_of_reach_is_not_gone(self, finished: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        (finished.out / "a/1.jpg").unlink()
        reached = Path.lstat

        def denied(path: Path) -> os.stat_result:
            if path == finished.folder / "a/1.jpg":
                raise PermissionError
            return reached(path)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "lstat", denied)
            finished.batch(exclude=("a",))
        assert told(finished) == {"result a/1.jpg": "missing"}

    def test_what_lies_in_a_folder_that_is_away_is_not_gone(self, finished: Archive) -> None:
        away = finished.folder.rename(finished.folder.with_name("away"))
        (finished.out / "3.png").unlink()
        finished.folder.mkdir()
        finished.add("new.jpg")
        other = Archive(finished.folder.rename(finished.folder.with_name("other")), finished.out)
        other.batch(colorize=ColorizeOptions(overwrite=True))
        away.rename(finished.folder)
        assert told(finished)["result 3.png"] == "missing"

    def test_what_did_not_come_along_when_the_others_were_moved_can_be_gone(self, finished: Archive) -> None:
        (finished.folder / "3.png").unlink()
        finished.folder = finished.folder.rename(finished.folder.with_name("moved"))
        finished.batch()
        assert told(finished) == {"source 3.png": "missing"}
        (finished.out / "3.png").unlink()
        finished.batch()
        assert told(finished) == {}


def test_a_journal_of_an_earlier_version_asks_where_the_photographs_are(finished: Archive) -> None:
    journal = finished.out / JOURNAL_NAME
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        del line["folder"], line["check"]
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    with pytest.raises(NothingToDo, match="earlier version"):
        findings(finished)
    assert told(finished, folder=finished.folder) == {}


def test_while_a_batch_is_at_work_verifying_is_refused(finished: Archive) -> None:
    with Journal(finished.out), pytest.raises(OutputError, match="Another batch"):
        findings(finished)


def test_a_folder_without_a_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo, match="No journal"):
        account_of(tmp_path)
    with pytest.raises(NothingToDo, match="There is no folder"):
        account_of(tmp_path / "nosuch")


def test_an_output_in_which_nothing_was_begun_is_not_called_whole(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    with pytest.raises(NothingToDo, match="is empty"):
        account_of(tmp_path)


class TestCommand:
    """What a person or a program sees of it."""

    def test_of_many_that_wait_the_first_are_listed(
        self, finished: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        finished.add(*(f"new {number:02}.jpg" for number in range(25)))
        assert self.verify(monkeypatch, finished.out) == 6
        said = capsys.readouterr().out
        assert "waiting    source new 19.jpg" in said
        assert "new 20.jpg" not in said
        assert "... and 5 more waiting, which --json lists." in said
        assert self.verify(monkeypatch, finished.out, "--json") == 6
        assert capsys.readouterr().out.count('"waiting"') == 25

    def verify(self, monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
        monkeypatch.setattr("sys.argv", ["lab-colorize", "verify", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    def test_ends_with_6_while_a_photograph_has_no_result(
        self, finished: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = {path: path.stat().st_mtime_ns for path in finished.out.rglob("*")}
        assert self.verify(monkeypatch, finished.out) == 6
        said = capsys.readouterr().out
        assert "failed     source bad.jpg: bad.jpg is damaged." in said
        assert "Results: 3 whole." in said
        assert "Sources: 4 whole, 1 failed." in said
        assert {path: path.stat().st_mtime_ns for path in finished.out.rglob("*")} == before

    def test_ends_with_0_when_all_is_whole(
        self, finished: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (finished.folder / "bad.jpg").write_bytes((finished.folder / "3.png").read_bytes())
        finished.batch()
        assert self.verify(monkeypatch, finished.out) == 0
        assert "Sources: 5 whole." in capsys.readouterr().out

    @pytest.mark.parametrize("name", ["a\nb\x1b[31m.jpg", os.fsdecode(b"caf\xe9.jpg"), "-x.jpg", "\u202egpj.exe.jpg"])
    def test_ends_with_6_when_something_is_lost_and_shows_names_safely(
        self, archive: Archive, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archive.add(name)
        archive.batch()
        flip(archive.out / name)
        assert self.verify(monkeypatch, archive.out, "-q") == 6
        line, remedy = capsys.readouterr().out.splitlines()
        assert line.startswith("changed    result ")
        assert line.isprintable()
        assert "--checksum --overwrite" in remedy

    def test_a_contact_sheet_in_out_is_no_foreign_file(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archive.add("1.jpg")
        archive.batch()
        (archive.out / "sheet.html").write_bytes(sheet_page("photos", []))
        (archive.out / "sheet_thumbnails").mkdir()
        (archive.out / "sheet_thumbnails" / f"{'0' * 32}.jpg").touch()
        (archive.out / "notes.html").write_text("<title>lab-colorize contact sheet</title>")
        assert self.verify(monkeypatch, archive.out) == 0
        said = capsys.readouterr().out
        assert "unchecked  result sheet.html: A contact sheet" in said
        assert "unchecked  result sheet_thumbnails/: The thumbnails of sheet.html." in said
        assert "foreign    result notes.html" in said
        (archive.out / "sheet_thumbnails/letter.txt").write_text("somebody's")
        self.verify(monkeypatch, archive.out)
        assert "foreign    result sheet_thumbnails/" in capsys.readouterr().out

    def test_json_tells_of_every_file(
        self, finished: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.verify(monkeypatch, finished.out, "--json", "--results-only") == 0
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {one["path"]: one["state"] for one in told} == {
            "a/1.jpg": "whole",
            "a/2.tif": "whole",
            "3.png": "whole",
        }

    def test_a_damaged_journal_is_a_loss_until_the_next_batch_puts_its_line_aside(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archive.add("1.jpg", "2.jpg", "3.jpg")
        archive.batch()
        results, journal = archive.results(), archive.out / JOURNAL_NAME
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join([lines[0], lines[1].replace(b'"source"', b'"sauce"'), lines[2]]))
        assert self.verify(monkeypatch, archive.out) == 6
        said = capsys.readouterr().out
        assert "1 line of the journal cannot be read: 2." in said
        assert "The same batch puts it aside, and colours anew" in said
        assert archive.results() == results  # verify wrote nothing
        archive.batch()
        assert self.verify(monkeypatch, archive.out) == 0
        (archive.out / DAMAGED_NAME).unlink()
        assert archive.results() == results

    def test_damage_under_the_old_size_and_time_is_mended_by_the_command_that_verify_tells(
        self, finished: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        results = finished.results()
        flip(finished.out / "a/2.tif")
        self.verify(monkeypatch, finished.out)
        said = capsys.readouterr().out
        assert "changed ones with --checksum --overwrite; --exclude the photographs of results that were edited" in said
        finished.batch(colorize=ColorizeOptions(overwrite=True), checksum=True)
        assert finished.results() == results
        assert told(finished) == {}

    def test_what_is_stale_or_foreign_is_no_loss_and_has_its_advice(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archive.add("1.jpg")
        archive.batch()
        archive.batch(colorize=ColorizeOptions(format="png"))
        (archive.out / "note.txt").touch()
        assert self.verify(monkeypatch, archive.out) == 0
        said = capsys.readouterr().out
        assert "Stale results were left by an earlier --format" in said
        assert "Foreign files were written by no batch" in said
        assert self.verify(monkeypatch, archive.out, "-q") == 0
        assert capsys.readouterr().out == ""

    def test_photographs_that_are_all_away_are_told_in_one_line(
        self, finished: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (finished.folder / "3.png").unlink()
        self.verify(monkeypatch, finished.out)
        assert "None of the photographs" not in capsys.readouterr().out
        shutil.rmtree(finished.folder)
        finished.folder.mkdir()
        assert self.verify(monkeypatch, finished.out) == 6
        assert "None of the photographs is where the batch found it: give --source" in capsys.readouterr().out

    def test_a_folder_that_is_gone_as_a_whole_is_told_from_photographs_that_are_missing(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archive.add("b1/1.jpg", "b1/2.jpg", "b2/3.jpg", "4.jpg")
        archive.batch()
        shutil.rmtree(archive.folder / "b2")
        self.verify(monkeypatch, archive.out)
        said = capsys.readouterr().out
        assert (
            "No photograph is left in b2: mount its disk; the same batch finds what was renamed. If it is gone" in said
        )
        assert "With --prune, it sets aside" not in said  # it does not
        shutil.rmtree(archive.out / "b2")  # as it says
        archive.batch(prune=True)
        for name in ("b1/1.jpg", "4.jpg"):
            assert self.verify(monkeypatch, archive.out) == 0
            (archive.folder / name).unlink()
            self.verify(monkeypatch, archive.out)
            said = capsys.readouterr().out
            assert "No photograph is left" not in said
            assert "With --prune, it sets aside the results of photographs that were removed for good." in said
            archive.batch(prune=True)
