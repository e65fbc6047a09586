"""A disk that is full, a quota used up, a disk that cannot be written: clear failures, nothing torn, nothing claimed."""

import errno
import hashlib
import itertools
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import pytest

from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.journal import JOURNAL_NAME, Journal, read_journal
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.run import Batch
from lab_colorize.cli.group import main
from lab_colorize.colouring.on_disk import Coloured
from lab_colorize.errors import ExitCode, OutputError
from lab_colorize.files.writing import TEMPORARY_PREFIX, write_whole
from tests.programs import benchmark_called

from .conftest import RECIPE, Archive, arguments, contents_below, picture
from .conftest import Batch as Command

STEPS = ("os.fsync", "os.link", "os.replace", "os.mkdir", "os.utime", "os.write", "Path.open")
REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
FULL = {errno.ENOSPC, errno.EDQUOT}


@pytest.fixture
def real(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive of thirty files whose results are written as real ones are."""
    archive.add(*(f"{number % 4}/{number:02}.jpg" for number in range(30)))
    archive.add("note.txt", "4/film.mov")

    def colour(source: Path, target: Path, *, overwrite: bool) -> Coloured:
        content = source.read_bytes()
        write_whole(target, b"coloured " + content, overwrite=overwrite, like=source)
        hashes = (hashlib.sha256(data).hexdigest() for data in (content, b"coloured " + content))
        return Coloured(target, 4, 3, 1, *hashes, ())

    monkeypatch.setattr(archive.stand_in, "factory", lambda: ColorizerFactory(RECIPE, lambda: colour))
    return archive


def refusing(step: str, code: int, *, after: int = 2) -> Callable[..., Any]:
    """The step as a disk carries it out that is full and stays so, or that refuses every second time, in the end always."""
    honest = getattr(os, step.removeprefix("os."))
    numbers = itertools.count()

    def refuse(*given: Any, **more: Any) -> Any:
        number = next(numbers)
        if number >= after and (after == 0 or code in FULL or number > 20 or number % 2):
            raise OSError(code, os.strerror(code))
        return honest(*given, **more)

    return refuse


@pytest.mark.parametrize("code", REFUSALS, ids=errno.errorcode.get)
@pytest.mark.parametrize("step", STEPS)
def test_what_the_disk_refuses_fails_clearly_and_the_next_run_completes(
    real: Archive, step: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[Outcome] = []
    # What fsync refuses at the very end are the journal's own lines.
    end = pytest.raises(OutputError, match=os.strerror(code)) if step == "os.fsync" else nullcontext()
    with monkeypatch.context() as patch:
        if step == "os.replace":
            patch.setattr(os, "link", refusing("os.link", errno.EPERM, after=0))  # as on FAT
        if step == "Path.open":
            patch.setattr(Path, "open", refusing_to_write(code))
        else:
            patch.setattr(step, refusing(step, code))
        with end, Batch(real.options(copy_rest=True), real.stand_in.factory()) as batch:
            outcomes.extend(batch)
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    full = code in FULL
    assert len(outcomes) < 32 if full else len(outcomes) == 32
    assert 0 < len(failed) <= (2 if full else 31)  # as many as there are workers
    assert all(os.strerror(code) in outcome.reason and outcome.remedy for outcome in failed)
    assert_nothing_is_torn_or_claimed(real)

    again = real.batch(copy_rest=True)
    assert not [outcome for outcome in again.values() if outcome.status is Status.FAILED]
    assert contents_below(real.out) == expected(real)


def test_a_full_disk_ends_the_batch_at_once_and_says_what_is_left(
    batch: Command, tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        picture(tmp_path / f"photos/{number:02}.png", seed=number)
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", refusing("os.link", errno.ENOSPC, after=4))
        ended = batch(
            tmp_path / "photos", tmp_path / "out", tiny_model, "--workers", "1", "--report", tmp_path / "s.html"
        )
    assert ended.returncode == ExitCode.OUTPUT
    assert "No space left on device" in ended.stderr
    done = len(contents_below(tmp_path / "out"))
    assert 0 < done < 8
    assert f"The disk is full, so the batch ended with {12 - done - 1} left." in ended.stderr
    again = batch(tmp_path / "photos", tmp_path / "out", tiny_model)
    assert again.returncode == 0
    assert f"{12 - done} done" in again.stderr


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_it_is_said_how_much_room_is_needed_and_free(
    batch: Command, tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    usage = SimpleNamespace(free=2500)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    picture(tmp_path / "photos/1.bmp", size=(640, 480))
    ended = batch(tmp_path / "photos", tmp_path / "out", tiny_model, *more)
    size = (tmp_path / "photos/1.bmp").stat().st_size
    assert "may not be enough" in ended.stdout + ended.stderr
    assert f"up to about {3 * size / 1e3:.0f} kB; 2 kB are free" in ended.stdout + ended.stderr


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".bmp", ".webp", ".jp2", ".avif"])
def test_no_result_takes_more_room_than_was_said(
    batch: Command, tmp_path: Path, scene: Callable[..., Any], suffix: str
) -> None:
    (tmp_path / "photos").mkdir()
    assert cv2.imwrite(str(tmp_path / f"photos/1{suffix}"), scene(shape=(600, 800)))
    ended = batch(tmp_path / "photos", tmp_path / "out", Path("default"))
    assert ended.returncode == 0, ended.stderr
    said = re.search(r"up to about (\d+(?:\.\d)?) (kB|MB)", ended.stderr)
    assert said is not None
    most = float(said[1]) * {"kB": 1e3, "MB": 1e6}[said[2]]
    assert 0.2 * most < (tmp_path / f"out/1{suffix}").stat().st_size < 1.1 * most


def refusing_to_write(code: int) -> Callable[..., Any]:
    """Path.open, where that disk is to take a new file."""
    honest, refuse = Path.open, refusing("os.stat", code)

    def open_(path: Path, mode: str = "r", *given: Any, **more: Any) -> Any:
        if "x" in mode:
            refuse(os.curdir)
        return honest(path, mode, *given, **more)

    return open_


def assert_nothing_is_torn_or_claimed(archive: Archive) -> None:
    history = read_journal(archive.out)
    assert history.damaged == ()
    there = contents_below(archive.out)
    assert not [name for name in there if Path(name).name.startswith(TEMPORARY_PREFIX)]
    whole = expected(archive)
    assert {name: whole[name] for name in there} == there
    for outcome in history.last.values():
        if outcome.status is not Status.FAILED:
            assert outcome.target is not None
            assert hashlib.sha256(there[outcome.target]).hexdigest() == outcome.target_sha256


def expected(archive: Archive) -> dict[str, bytes]:
    photographs = set(archive.folder.rglob("*.jpg"))
    return {
        path.relative_to(archive.folder).as_posix(): b"coloured " * (path in photographs) + path.read_bytes()
        for path in archive.folder.rglob("*.*")
    }


def test_a_line_that_found_no_room_makes_a_failure_that_the_journal_does_not_deny(
    real: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of the journal must not find a photograph done that was told to have failed."""
    append = Journal.append
    refused: list[str] = []

    def sometimes(journal: Journal, outcome: Outcome) -> None:
        if outcome.source.endswith("7.jpg"):
            refused.append(outcome.source)
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        append(journal, outcome)

    monkeypatch.setattr(Journal, "append", sometimes)
    outcomes = real.batch()
    assert sorted(refused) == sorted(name for name, one in outcomes.items() if one.status is Status.FAILED)
    assert set(read_journal(real.out).last) == outcomes.keys() - set(refused)


@pytest.mark.parametrize("moment", ["mend", "close"])
def test_a_journal_that_cannot_be_finished_is_an_output_that_cannot_be_used(
    real: Archive, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.batch()
    journal = real.out / JOURNAL_NAME
    if moment == "mend":
        journal.write_bytes(journal.read_bytes().removesuffix(b"\n"))
    before = journal.read_bytes()

    def refuse(*_: object) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(os, "write" if moment == "mend" else "fsync", refuse)
    with pytest.raises(OutputError, match=os.strerror(errno.EDQUOT)) as refused:
        real.batch()
    assert refused.value.exit_code is ExitCode.OUTPUT
    monkeypatch.undo()
    assert journal.read_bytes() == before


def test_files_that_may_not_grow_beyond_a_limit_fail_one_by_one(tmp_path: Path, tiny_model: Path) -> None:
    """`ulimit -f` stands for a quota: no file may grow beyond 32 KiB, the journal neither."""
    folder, out = tmp_path / "photos", tmp_path / "out"
    for number in range(60):
        picture(folder / f"{number:02}{'.png' if number % 6 else '.bmp'}", seed=number, size=(160, 120))
    command = [sys.executable, "-m", "lab_colorize", *arguments(folder, out, tiny_model)]
    limit = 32 * 1024

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, preexec_fn=limited)
    assert ended.returncode == ExitCode.OUTPUT, ended.stderr  # in the end the journal itself may not grow
    assert "00.bmp: " in ended.stderr
    assert "File too large" in ended.stderr
    assert "The journal cannot be written" in ended.stderr
    history = read_journal(out)
    assert history.damaged == ()
    assert (out / JOURNAL_NAME).read_bytes().endswith(b"\n")
    done = {one.target: one.target_sha256 for one in history.last.values() if one.status is Status.DONE}
    assert done
    assert (
        done.items() <= {name: hashlib.sha256(data).hexdigest() for name, data in contents_below(out).items()}.items()
    )
    again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert again.returncode == 0, again.stderr
    assert len(contents_below(out)) == 60


def test_a_disk_that_is_too_small_then_has_room_then_is_read_only(tmp_path: Path, tiny_model: Path) -> None:
    benchmark = benchmark_called("full_disk")
    try:
        figures = benchmark.fill_up(tmp_path, str(tiny_model), photos=24, megabytes=0.4, side=120)
    except (PermissionError, FileNotFoundError) as error:
        pytest.skip(f"No disk can be mounted here: {error}")
    assert figures.sound, figures


def test_what_lies_on_a_read_only_disk_can_be_verified(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark = benchmark_called("full_disk")
    picture(tmp_path / "photos/1.jpg")
    try:
        with benchmark.small_disk(tmp_path / "disk", 1) as disk:
            benchmark.batch(tmp_path / "photos", disk, str(tiny_model))
            benchmark.remount(disk, "ro")
            monkeypatch.setattr(sys, "argv", ["lab-colorize", "verify", str(disk)])
            with pytest.raises(SystemExit) as ended:
                main()
    except (PermissionError, FileNotFoundError) as error:
        pytest.skip(f"No disk can be mounted here: {error}")
    assert (ended.value.code, "Results: 1 whole." in capsys.readouterr().out) == (0, True)
