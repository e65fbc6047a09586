"""The journal: the last line holds, a torn one is as if never written, one batch at a time."""

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.batch.journal import DAMAGED_NAME, JOURNAL_NAME, History, Journal, history_of, read_journal
from lab_colorize.batch.outcome import Outcome, Status, read_line, sealed
from lab_colorize.errors import OutputError
from lab_colorize.files.lock import try_lock

from .conftest import Run, contents_below, picture

paths = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=20) | st.binary(min_size=1).map(
    os.fsdecode
)
outcomes = st.builds(
    Outcome,
    source=paths,
    target=st.none() | paths,
    status=st.sampled_from(Status),
    reason=st.text(),
    target_sha256=st.none() | st.sampled_from(["a" * 64, "b" * 64]),
    source_size=st.none() | st.integers(0, 2**63),
    traceback=st.text(),
)


@given(outcomes)
def test_what_is_written_is_read_again(outcome: Outcome) -> None:
    line = outcome.line()
    assert line.count(b"\n") == 1
    assert read_line(line) == outcome


@given(st.lists(outcomes))
def test_the_last_line_on_a_source_holds(lines: list[Outcome]) -> None:
    history = history_of(outcome.line() for outcome in lines)
    of_photographs = [outcome for outcome in lines if outcome.status is not Status.KEPT]
    last = {outcome.source: outcome for outcome in of_photographs}
    assert history.last == {source: outcome for source, outcome in last.items() if outcome.status is not Status.GONE}
    assert history.damaged == ()


def line_of(name: str) -> bytes:
    return Outcome(name, name, Status.DONE, target_sha256="a" * 64).line()


def test_a_line_torn_at_any_byte_is_dropped_and_the_next_one_is_whole() -> None:
    first, second, third = (sealed(line_of(name)) for name in ("é.jpg", "b.jpg", "c.jpg"))
    for end in range(len(second)):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            (out / JOURNAL_NAME).write_bytes(first + second[:end])
            torn = read_journal(out)
            assert torn.damaged == ()
            assert set(torn.last) - {"b.jpg"} == {"é.jpg"}
            with Journal(out) as journal:
                journal.append(Outcome("c.jpg", "c.jpg", Status.DONE, target_sha256="a" * 64))
            whole = second if end == len(second) - 1 else b""  # only its line end was missing
            assert (out / JOURNAL_NAME).read_bytes() == first + whole + third


def test_a_torn_line_longer_than_a_block_is_cut_off(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_NAME).write_bytes(line_of("a.jpg") + b"{" + b"x" * 200_000)
    Journal(tmp_path).close()
    assert (tmp_path / JOURNAL_NAME).read_bytes() == line_of("a.jpg")


@given(st.binary().filter(lambda noise: b"\n" not in noise and noise.strip() and read_line(noise) is None))
def test_damaged_lines_are_passed_over_and_numbered(noise: bytes) -> None:
    history = history_of([line_of("a.jpg"), noise + b"\n", line_of("b.jpg")])
    assert set(history.last) == {"a.jpg", "b.jpg"}
    assert history.damaged == (2,)


def test_no_flipped_bit_makes_a_line_say_something_else() -> None:
    outcome = Outcome('é, "check": "1.jpg', "b.jpg", Status.DONE, target_sha256="a" * 64, hints="1,2=red")
    line = sealed(outcome.line())
    assert read_line(line) == read_line(line[:-1]) == outcome
    for bit in range(8 * (len(line) - 1)):
        flipped = bytearray(line)
        flipped[bit // 8] ^= 1 << bit % 8
        assert read_line(bytes(flipped)) in {None, outcome}
        if b', "check": "' in flipped:  # else the check value's own name was hit, and all that the line says is there
            assert read_line(bytes(flipped)) is None


class TestDamagedLines:
    """What cannot be read is put aside by the next batch, whenever that is killed, and nothing else is touched."""

    def journal(self, out: Path) -> tuple[bytes, bytes, list[bytes]]:
        with Journal(out) as journal:
            for name in ("é.jpg", "b.jpg", "c.jpg"):
                journal.append(Outcome(name, name, Status.DONE, target_sha256="a" * 64))
        first, second, third = (out / JOURNAL_NAME).read_bytes().splitlines(keepends=True)
        damaged = [second.replace(b"b.jpg", b"B.jpg"), b"x\n"]
        (out / JOURNAL_NAME).write_bytes(first + damaged[0] + third + damaged[1])
        return first, third, damaged

    def test_are_put_aside(self, tmp_path: Path) -> None:
        first, third, damaged = self.journal(tmp_path)
        assert read_journal(tmp_path).damaged == (2, 4)
        with Journal(tmp_path) as journal:
            journal.put_aside_damaged()
            journal.append(Outcome("d.jpg", "d.jpg", Status.DONE))
        assert (tmp_path / DAMAGED_NAME).read_bytes() == b"".join(damaged)
        history = read_journal(tmp_path)
        assert (set(history.last), history.damaged) == ({"é.jpg", "c.jpg", "d.jpg"}, ())
        blank = b" " * (len(damaged[0]) - 1) + b"\n"
        assert (tmp_path / JOURNAL_NAME).read_bytes().startswith(first + blank + third + b" \n")

    def test_are_not_lost_where_a_batch_is_killed_at_any_of_its_steps(self, tmp_path: Path) -> None:
        first, third, damaged = self.journal(tmp_path)
        whole = first + damaged[0] + third + damaged[1]
        blank = whole.replace(damaged[0], b" " * (len(damaged[0]) - 1) + b"\n")
        for aside, left in ((b"", whole), (damaged[0][:5], whole), (b"".join(damaged), whole), (damaged[0], blank)):
            (tmp_path / DAMAGED_NAME).write_bytes(aside)
            (tmp_path / JOURNAL_NAME).write_bytes(left)
            with Journal(tmp_path) as journal:
                journal.put_aside_damaged()
            assert all(line in (tmp_path / DAMAGED_NAME).read_bytes() for line in damaged)
            kept = (tmp_path / JOURNAL_NAME).read_bytes().splitlines(keepends=True)
            assert [line for line in kept if not line.isspace()] == [first, third]

    def test_are_on_the_disk_before_they_leave_the_journal(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, _, damaged = self.journal(tmp_path)
        seen = []

        def fsync(_: int) -> None:
            seen.append([(tmp_path / name).read_bytes() for name in (DAMAGED_NAME, JOURNAL_NAME)])

        with Journal(tmp_path) as journal:
            monkeypatch.setattr(os, "fsync", fsync)
            journal.put_aside_damaged()
        assert seen[0][0] == b"".join(damaged)
        assert all(line in seen[0][1] for line in damaged)

    def test_a_photograph_whose_line_is_lost_has_its_result_recognised(self, run: Run, tmp_path: Path) -> None:
        for name in ("1.jpg", "2.jpg"):
            picture(tmp_path / "photos" / name)
        run("batch", "photos", "--out", "o", "--workers", "1")
        results, journal = contents_below(tmp_path / "o"), tmp_path / "o" / JOURNAL_NAME
        journal.write_bytes(journal.read_bytes().replace(b'"source": "2.jpg"', b'"source": "3.jpg"'))
        assert run("verify", "o").returncode == 6
        assert "1 photograph to colour" in run("batch", "photos", "--out", "o", "--dry-run").stdout
        told = run("batch", "photos", "--out", "o", "--quiet")
        assert told.returncode == 0
        said = "1 line of the journal could not be read and was put into o/lab-colorize-damaged.jsonl: 2."
        assert said in told.stderr
        assert run("verify", "o").returncode == 0
        assert "journal" not in run("batch", "photos", "--out", "o").stderr
        assert contents_below(tmp_path / "o").items() >= results.items()


@pytest.mark.parametrize("line", [b"[]", b"3", b'{"source": 3, "target": null, "status": "done"}', b"[" * 100_000])
def test_json_that_is_no_outcome_is_a_damaged_line(line: bytes) -> None:
    assert read_line(line) is None


def test_keys_of_later_versions_are_passed_over() -> None:
    assert read_line(b'{"source": "a", "target": null, "status": "failed", "mood": 3}') is not None


def test_no_journal_is_an_empty_history(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none") == History()


def test_what_is_known_of_a_journal_is_not_read_again_unless_it_has_changed(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_NAME).write_bytes(line_of("a.jpg"))
    known = read_journal(tmp_path)
    with Journal(tmp_path) as journal:
        assert read_journal(tmp_path, known) is known
        journal.append(Outcome("b.jpg", "b.jpg", Status.DONE, target_sha256="a" * 64))
        assert set(read_journal(tmp_path, known).last) == {"a.jpg", "b.jpg"}
    (tmp_path / JOURNAL_NAME).unlink()
    assert read_journal(tmp_path, known) == History()


def write_down(journal: Journal, outcomes: Sequence[Outcome]) -> None:
    """Some lines, and then no more."""
    for outcome in outcomes:
        journal.append(outcome)
    raise OutputError("refused")


class TestWhatIsRefusedBeforeTheFirstLine:
    """What is refused before the first line leaves nothing behind."""

    def refused(self, out: Path, *outcomes: Outcome) -> None:
        with pytest.raises(OutputError, match="refused"), Journal(out) as journal:
            write_down(journal, outcomes)

    def test_leaves_no_folder_that_was_made_for_it(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "deep/er")
        assert list(tmp_path.iterdir()) == []

    def test_leaves_what_was_there(self, tmp_path: Path) -> None:
        (tmp_path / "note.txt").touch()
        self.refused(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
        for content in (b"", line_of("a.jpg")):
            (tmp_path / JOURNAL_NAME).write_bytes(content)
            self.refused(tmp_path)
            assert (tmp_path / JOURNAL_NAME).read_bytes() == content

    def test_keeps_what_was_written_down(self, tmp_path: Path) -> None:
        self.refused(tmp_path / "out", Outcome("a.jpg", "a.jpg", Status.DONE, target_sha256="a" * 64))
        assert set(read_journal(tmp_path / "out").last) == {"a.jpg"}

    def test_another_batch_that_opened_it_meanwhile_gets_one_that_is_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def removed_first(descriptor: int) -> bool:
            monkeypatch.undo()
            (tmp_path / JOURNAL_NAME).unlink()
            return try_lock(descriptor)

        monkeypatch.setattr("lab_colorize.batch.journal.try_lock", removed_first)
        with Journal(tmp_path) as journal:
            journal.append(Outcome("a.jpg", "a.jpg", Status.DONE, target_sha256="a" * 64))
        assert set(read_journal(tmp_path).last) == {"a.jpg"}


def test_a_second_batch_is_refused_while_the_first_holds_the_journal(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(OutputError, match="Another batch"):
        Journal(tmp_path)
    Journal(tmp_path).close()


def test_a_killed_batch_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from lab_colorize.batch.journal import Journal;"
        f"journal = Journal(Path({str(tmp_path)!r})); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False)
    assert ended.returncode == -9
    Journal(tmp_path).close()


def test_a_disk_that_fills_up_within_a_line_leaves_none_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with Journal(tmp_path) as journal:
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))
        with pytest.raises(OSError, match="No space"):
            journal.append(Outcome("a.jpg", "a.jpg", Status.DONE))
        monkeypatch.undo()
        assert (tmp_path / JOURNAL_NAME).read_bytes() == b""


def test_a_journal_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / JOURNAL_NAME).touch()
    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(OutputError, match=r"lab-colorize\.jsonl cannot be opened: permission denied"):
        Journal(tmp_path)


def test_an_out_that_cannot_be_used_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be used"):
        Journal(tmp_path / "file" / "out")
