"""What a person is told while a batch runs and when it ends."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab_colorize.batch.damage import ROTTED, damaged
from lab_colorize.batch.journal_check import OTHER_RECIPE
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.survey import Measured, Pace, Share, Sort, estimate
from lab_colorize.batch.task import Task
from lab_colorize.cli import progress as shown
from lab_colorize.cli.summary import summary
from lab_colorize.cli.tally import LISTED, Tally
from lab_colorize.files.scan import Found
from lab_colorize.photos.kinds import Format

LEFT = Found(hidden=3, others=Counter({".txt": 2}))
OUT = Path("out")


def failure(number: int, **more: Any) -> Outcome:
    return Outcome(f"{number}.jpg", None, Status.FAILED, reason="It is empty.", remedy="Scan it again.", **more)


def told(
    tally: Tally,
    *,
    found: Found = LEFT,
    copy_rest: bool = False,
    out: Path = OUT,
    damaged: tuple[int, ...] = (),
    superseded: dict[str, str] | None = None,
    gone: tuple[Outcome, ...] = (),
    **more: Any,
) -> str:
    due = [Task(f"{number}.jpg", f"{number}.jpg") for number in range(30)]
    batch: Any = SimpleNamespace(
        found=found,
        disk_full=False,
        pruned=[],
        sidecars=0,
        edited_sidecars=[],
        edits_replaced=[],
        own_sidecars=SimpleNamespace(moved=[], waiting=[]),
        options=SimpleNamespace(copy_rest=copy_rest, out=out, place=out, prune=False),
        plan=SimpleNamespace(
            due=due,
            up_to_date=(),
            rejected=[],
            damaged_lines=damaged,
            superseded=superseded or {},
            gone=gone,
            moves=(),
            empty=(),
            left_behind=(),
            worked_on=frozenset(),
        ),
    )
    return "\n".join(summary(tally, batch, **{"interrupted": False, "quiet": False} | more))


def test_failures_are_listed_with_their_remedies_up_to_a_limit() -> None:
    tally = Tally(up_to_date=0)
    for number in reversed(range(LISTED + 5)):  # as they finish, not by name
        tally.add(failure(number))
    assert [one.source for one in tally.listed] == sorted(failure(number).source for number in range(LISTED + 5))[
        :LISTED
    ]
    text = told(tally, quiet=True)
    assert text.count("It is empty.") == text.count("Scan it again.") == LISTED
    assert "and 5 more, which out/lab-colorize.jsonl lists" in text
    tally.add(damaged("0.jpg", ROTTED))  # which leaves no line in the journal
    assert "and 6 more, which `verify` lists" in told(tally)
    assert tally.exit_code == 6


def test_a_bug_shows_its_traceback() -> None:
    tally = Tally(up_to_date=0)
    tally.add(failure(1, traceback="Traceback: here"))
    assert "Traceback: here" in told(tally)


def test_names_never_break_the_lines_or_the_terminal() -> None:
    tally = Tally(up_to_date=0)
    tally.add(Outcome("a\n\x1b[31m\udcff.jpg", None, Status.FAILED, reason="It is empty."))
    assert "a\\n\\x1b[31m\\xff.jpg: It is empty." in told(tally)


def test_an_interrupted_batch_says_what_is_left_and_how_to_go_on() -> None:
    tally = Tally(up_to_date=0)
    tally.add(Outcome("a.jpg", "a.jpg", Status.DONE))
    assert "Stopped with 29 left. Run the same command again" in told(tally, interrupted=True)


def test_what_was_left_out_is_counted() -> None:
    assert "Left out: 3 hidden, 2 non-photographs." in told(Tally(up_to_date=0))


def test_what_was_left_out_is_counted_by_suffix() -> None:
    found = Found(others=Counter({".psd": 12, ".gif": 3, "": 40}))
    assert "By suffix: 40 without suffix, 12 .psd, 3 .gif." in told(Tally(up_to_date=0), found=found)
    many = Found(others=Counter({f".{number}": 1 for number in range(10)}))
    assert " and 2 other suffixes." in told(Tally(up_to_date=0), found=many)


def test_what_was_left_out_is_named_as_far_as_there_is_room() -> None:
    found = Found(others=Counter({".gif": 2, ".psd": 1, ".txt": 1}), rest=["a\n.psd", "b.txt", "c.gif", "d.gif"])
    assert "Such as a\\n.psd, b.txt, c.gif and more; --dry-run --json names every such file." in told(
        Tally(0), found=found
    )
    assert "Such as" not in told(Tally(0), found=found, copy_rest=True)


def test_one_is_never_called_many() -> None:
    text = told(Tally(up_to_date=0), found=Found(others=Counter({"": 1}), links_left=1), damaged=(7,))
    assert "Left out: 1 non-photograph, 1 link to a folder already visited." in text
    assert "1 line of the journal could not be read and was put into out/lab-colorize-damaged.jsonl: 7." in text


def test_what_another_model_or_other_options_made_due_again_is_said_in_one_line() -> None:
    tally = Tally(up_to_date=0, remade=dict.fromkeys(("1.jpg", "2.jpg"), OTHER_RECIPE))
    for number in range(3):
        tally.add(Outcome(f"{number}.jpg", f"{number}.jpg", Status.DONE))
    assert "2 done again: the model or the options changed." in told(tally)
    assert "again" not in told(Tally(up_to_date=0, done=3))


def test_results_that_another_format_left_are_told_unless_they_are_all_there_is(tmp_path: Path) -> None:
    superseded = {"a.jpg": "a.png", "b.jpg": "b.png"}
    assert "earlier" not in told(Tally(0), out=tmp_path, superseded=superseded)
    (tmp_path / "b.png").touch()
    assert "1 earlier result still lies in the output: b.jpg." in told(Tally(0), out=tmp_path, superseded=superseded)
    (tmp_path / "a.png").touch()
    assert "2 earlier results still lie in the output: a.jpg, b.jpg." in told(
        Tally(0), out=tmp_path, superseded=superseded
    )


def test_what_is_gone_is_said_even_if_quiet() -> None:
    gone = (Outcome("a.jpg", None, Status.GONE),)
    assert "1 photograph gone, and without results here: a.jpg." in told(Tally(0), gone=gone, quiet=True)
    assert "gone" not in told(Tally(0))


def test_an_output_that_should_be_complete_says_what_it_lacks(tmp_path: Path) -> None:
    tally = Tally(up_to_date=0)
    for number in range(3):
        tally.add(failure(number))
    (tmp_path / "0.jpg").write_text("an earlier result")
    assert "2 failed and are missing in the output" in told(tally, copy_rest=True, out=tmp_path)
    (tmp_path / "1.jpg").write_text("an earlier result")
    assert "1 failed and is missing in the output" in told(tally, copy_rest=True, out=tmp_path)
    assert "missing" not in told(tally, out=tmp_path)


def test_plain_lines_come_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    clock: Iterator[float] = iter([0.0, 0.5, 2.0, 2.1, 40.0])
    lines = shown.Lines(100, lambda: next(clock))
    for done in (10, 20, 25, 26):
        tally = Tally(up_to_date=7, before=7, done=done - 1, failed=1)
        lines.show(tally)
    assert capsys.readouterr().err.splitlines() == [
        "20 of 100, 10.0/s, 8 s left, 1 failed",
        "26 of 100, 39.0/min, 114 s left, 1 failed".replace("114 s", "2 min"),
    ]


def test_the_bar_shows_count_and_failures_and_heeds_no_color(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for name, value in {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "120"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    with shown.progress(10, quiet=False) as show:
        show(Tally(up_to_date=0, done=4, failed=1))
    said = capsys.readouterr().err
    assert "5/10" in said
    assert "1 failed" in said
    assert "\x1b[31m" not in said


def test_nothing_is_shown_if_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with shown.progress(10, quiet=True) as show:
        show(Tally(up_to_date=0, done=10))
    assert capsys.readouterr().err == ""


def test_the_estimate_counts_photographs_and_megapixels_and_shares_them_out() -> None:
    jpeg, deep = Sort(Format.JPEG, deep=False), Sort(Format.TIFF, deep=True)
    pace = Pace(0.1, {jpeg: 0.2, deep: 1.0})
    nothing = estimate(Measured({}, ()), pace, workers=2)
    files = estimate(Measured({jpeg: Share(1, 0)}, ()), pace, workers=1) - nothing - 0.1
    assert 0 < files < 0.01 < nothing < 1
    both = Measured({jpeg: Share(10, 20.0), deep: Share(2, 3.0)}, ())
    assert estimate(both, pace, workers=2) == pytest.approx(nothing + (1.2 + 4 + 3 + 12 * files) / 2)
