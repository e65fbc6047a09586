"""A photograph may run twice at the same time, where a worker was thought lost: one result, and no failure."""

import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab_colorize.batch.folders import clear_temporaries
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.perform import Job, Performer, assignment_of
from lab_colorize.batch.task import Task
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.on_disk import Coloured, colorize_photo
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.files.lock import try_lock
from lab_colorize.files.writing import TEMPORARY_PREFIX

from . import deadly
from .conftest import Archive, contents_below, picture


def both_at_once(archive: Archive, task: Task, colours: list[Callable[..., Coloured]], **more: object) -> list[Outcome]:
    assignment = assignment_of(archive.options(**more), deadly.RECIPE)
    archive.out.mkdir()
    performers = [Performer(assignment, colour) for colour in colours]
    with ThreadPoolExecutor(len(performers)) as threads:
        return list(threads.map(lambda performer: performer.perform(Job(task)), performers))


@pytest.mark.parametrize("compare", [False, True], ids=["alone", "with its comparison"])
def test_a_photograph_coloured_twice_at_once_is_one_result_and_two_equal_outcomes(
    archive: Archive, tiny_model: Path, compare: bool
) -> None:
    picture(archive.folder / "1.jpg")
    both_have_begun = threading.Barrier(2)

    def worker() -> Callable[..., Coloured]:
        colorizer, waited = Colorizer(tiny_model), []

        def colour(source: Path, target: Path, *, overwrite: bool) -> Coloured:
            if not waited:
                waited.append(both_have_begun.wait(timeout=30))  # neither has seen a result of the other
            options = ColorizeOptions(overwrite=overwrite, compare=compare)
            return colorize_photo(source, target, colorizer=colorizer, options=options)

        return colour

    outcomes = both_at_once(
        archive, Task("1.jpg", "1.jpg"), [worker(), worker()], colorize=ColorizeOptions(compare=compare)
    )
    assert [(one.status, one.reason) for one in outcomes] == [(Status.DONE, "")] * 2
    assert outcomes[0].target_sha256 == outcomes[1].target_sha256
    assert set(contents_below(archive.out)) == ({"1.jpg", "1_compare.jpg"} if compare else {"1.jpg"})


def test_a_file_copied_twice_at_once_is_no_failure(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.add("note.txt")
    both_have_begun = threading.Barrier(2)
    honest = shutil.copystat

    def copystat(*given: object) -> None:
        both_have_begun.wait(timeout=30)
        honest(*given)

    monkeypatch.setattr("shutil.copystat", copystat)
    task = Task("note.txt", "note.txt", copy_only=True)
    outcomes = both_at_once(archive, task, [deadly.colour, deadly.colour], copy_rest=True)
    assert [one.status for one in outcomes] == [Status.SKIPPED] * 2, outcomes
    assert contents_below(archive.out) == contents_below(archive.folder)


def test_a_file_that_somebody_else_put_there_meanwhile_is_never_replaced(archive: Archive) -> None:
    archive.add("1.jpg")

    def colour(source: Path, target: Path, *, overwrite: bool) -> Coloured:
        if not target.exists():
            target.write_text("mine")
        return deadly.colour(source, target, overwrite=overwrite)

    (outcome,) = both_at_once(archive, Task("1.jpg", "1.jpg"), [colour])
    assert (outcome.status, contents_below(archive.out)) == (Status.FAILED, {"1.jpg": b"mine"})


def test_temporary_files_are_cleared_unless_a_living_writer_holds_them(archive: Archive) -> None:
    place = archive.out / "deep"
    place.mkdir(parents=True)
    left, held = (place / f"{TEMPORARY_PREFIX}{name}" for name in ("left", "held"))
    left.touch()
    with held.open("xb") as writing:
        assert try_lock(writing.fileno())
        clear_temporaries(archive.out)
        assert list(place.iterdir()) == [held]
    clear_temporaries(archive.out)
    assert list(place.iterdir()) == []


def test_a_result_being_written_is_not_cleared_away(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a batch is started anew while a worker of the one before is still finishing."""
    archive.add("1.jpg")
    archive.out.mkdir()
    settled: list[bool] = []
    honest = os.fsync

    def fsync(descriptor: int) -> None:
        if not settled:
            clear_temporaries(archive.out)
        settled.append(True)
        honest(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    deadly.colour(archive.folder / "1.jpg", archive.out / "1.jpg", overwrite=False)
    assert settled
    assert (archive.out / "1.jpg").read_text() == "coloured grey 1.jpg"
