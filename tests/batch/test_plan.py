"""What is due: exactly what is missing, changed or failed, and nothing that still holds."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lab_colorize.batch.edited import EDITED
from lab_colorize.batch.journal_check import OTHER_PHOTOGRAPH, OTHER_RECIPE
from lab_colorize.batch.judging import DONE_BEFORE
from lab_colorize.batch.options import Recipe
from lab_colorize.batch.outcome import Status
from lab_colorize.batch.plan import Plan
from lab_colorize.batch.run import Batch
from lab_colorize.cli.summary import beforehand
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import OutputExists

from .conftest import Archive

Change = Callable[[Path, str], None]


def test_the_tree_is_mirrored_and_names_stay(finished: Archive) -> None:
    assert set(finished.results()) == {"a/1.jpg", "a/2.tif", "3.png"}


def test_only_what_failed_is_tried_again(finished: Archive) -> None:
    outcomes = finished.batch()
    assert finished.asked() == ["bad.jpg"]
    assert {name: outcome.reason for name, outcome in outcomes.items() if outcome.status is Status.SKIPPED} == {
        "a/1.jpg": DONE_BEFORE,
        "a/2.tif": DONE_BEFORE,
        "3.png": DONE_BEFORE,
        "colour.jpg": "colour.jpg is already in colour.",
    }


def test_what_still_holds_is_not_written_down_again(finished: Archive) -> None:
    before = (finished.out / "lab-colorize.jsonl").read_bytes()
    finished.batch()
    added = (finished.out / "lab-colorize.jsonl").read_bytes().removeprefix(before)
    assert [json.loads(line)["source"] for line in added.splitlines()] == ["bad.jpg"]


def test_a_missing_target_is_made_again(finished: Archive) -> None:
    (finished.out / "a/1.jpg").unlink()
    finished.batch()
    assert finished.asked() == ["1.jpg", "bad.jpg"]


def test_photographs_of_another_folder_are_mentioned_unless_they_are_the_same_ones(finished: Archive) -> None:
    other = Archive(finished.folder.with_name("other"), finished.out)
    other.add("4.png", content="another")
    (note,) = beforehand(planned(other, colorize=ColorizeOptions(overwrite=True)), other.options())
    assert str(finished.folder) in note
    assert not list(beforehand(planned(finished), finished.options()))
    finished.folder = finished.folder.rename(finished.folder.with_name("moved"))
    assert not list(beforehand(planned(finished), finished.options()))
    with pytest.raises(OutputExists, match="would be mixed"):
        other.batch()
    other.add("3.png", content="another")
    with pytest.raises(OutputExists, match=r"3\.png"):
        other.batch()


def planned(archive: Archive, **more: object) -> Plan:
    with Batch(archive.options(**more), archive.stand_in.factory()) as batch:
        return batch.plan


class TestTargets:
    """A result that no longer is what was written counts as done no more, and is replaced only if nobody's work is."""

    def test_an_emptied_one_is_made_again(self, finished: Archive) -> None:
        before = finished.results()
        (finished.out / "a/1.jpg").write_bytes(b"")
        finished.batch()
        assert finished.asked() == ["1.jpg", "bad.jpg"]
        assert finished.results() == before

    @pytest.mark.parametrize(("content", "checksum"), [(b"cut", False), (b"#", True)])
    def test_an_edited_one_stays_until_overwriting_is_asked_for(
        self, finished: Archive, content: bytes, checksum: bool
    ) -> None:
        before, target = finished.results(), finished.out / "a/1.jpg"
        changed = content * len(before["a/1.jpg"]) if checksum else content  # the same size shows in contents alone
        target.write_bytes(changed)
        os.utime(target, ns=(10**18, 10**18))
        for _ in range(2):
            outcome = finished.batch(checksum=checksum)["a/1.jpg"]
            assert (outcome.status, outcome.reason) == (Status.SKIPPED, EDITED)
            assert target.read_bytes() == changed
        finished.batch(checksum=checksum, colorize=ColorizeOptions(overwrite=True))
        assert finished.results() == before

    def test_an_edited_copy_stays_likewise(self, finished: Archive) -> None:
        finished.batch(copy_rest=True)
        (finished.out / "colour.jpg").write_text("retouched")
        assert finished.batch(copy_rest=True)["colour.jpg"].reason == EDITED
        assert (finished.out / "colour.jpg").read_text() == "retouched"
        assert finished.batch()["colour.jpg"].status is Status.SKIPPED  # no copy is asked for

    def test_whose_size_was_never_written_down_only_have_to_be_there(self, finished: Archive) -> None:
        journal = finished.out / "lab-colorize.jsonl"
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
        for line in lines:
            del line["target_size"], line["check"]
        journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
        (finished.out / "a/1.jpg").write_text("cut")
        finished.batch()
        assert finished.asked() == ["bad.jpg"]

    def test_that_stand_unchanged_hold_by_contents_too(self, finished: Archive) -> None:
        finished.batch(checksum=True)
        assert finished.asked() == ["bad.jpg"]


def test_what_is_done_again_is_told_by_why(finished: Archive, touch_later: Change) -> None:
    (finished.out / "a/1.jpg").unlink()
    assert planned(finished).remade == {}
    touch_later(finished.folder / "3.png", "another")
    assert planned(finished).remade == {"3.png": OTHER_PHOTOGRAPH}
    finished.stand_in.recipe = Recipe("stand-in", "0" * 64, "vivid")
    assert planned(finished).remade == dict.fromkeys(("3.png", "a/1.jpg", "a/2.tif"), OTHER_RECIPE)


def test_results_that_another_format_would_leave_are_known_with_their_successors(finished: Archive) -> None:
    assert planned(finished).superseded == {}
    finished.batch(colorize=ColorizeOptions(format="png"))
    assert planned(finished).superseded == {"a/1.png": "a/1.jpg", "a/2.png": "a/2.tif"}
    (finished.out / "a/1.png").unlink()
    assert planned(finished).superseded == {"a/2.png": "a/2.tif"}


def test_a_photograph_that_is_added_renames_no_result_of_another(archive: Archive) -> None:
    archive.add("photo.tif")
    jpg = ColorizeOptions(format="jpg")
    archive.batch(colorize=jpg)
    archive.add("photo.png")
    archive.asked()
    archive.batch(colorize=jpg)
    assert archive.asked() == ["photo.png"]
    assert archive.results().keys() == {"photo.jpg", "photo.png.jpg"}


def test_a_changed_source_is_made_again(finished: Archive, touch_later: Change) -> None:
    touch_later(finished.folder / "3.png", "gray 3.png")  # the same size, another time
    touch_later(finished.folder / "colour.jpg", "grey now")
    outcomes = finished.batch()
    assert finished.asked() == ["3.png", "bad.jpg", "colour.jpg"]
    assert outcomes["colour.jpg"].status is Status.DONE


@pytest.mark.parametrize(("model_sha256", "options"), [("1" * 64, "plain"), ("0" * 64, "vivid")])
def test_another_model_or_other_options_make_everything_due(finished: Archive, model_sha256: str, options: str) -> None:
    finished.stand_in.recipe = Recipe("stand-in", model_sha256, options)
    outcomes = finished.batch()
    assert len(finished.asked()) == 5
    assert outcomes["3.png"].status is Status.DONE  # its target is ours and may be replaced


def test_force_makes_due_what_was_skipped_and_nothing_else(finished: Archive) -> None:
    finished.batch(colorize=ColorizeOptions(force=True))
    assert finished.asked() == ["bad.jpg", "colour.jpg"]


def test_a_changed_format_gives_other_targets(finished: Archive) -> None:
    finished.batch(colorize=ColorizeOptions(format="png"))
    assert finished.asked() == ["1.jpg", "2.tif", "bad.jpg"]  # the recipe of the stand-in is the same
    assert {"a/1.png", "a/2.png", "3.png"} < set(finished.results())


def test_copies_that_were_not_asked_for_before_are_made_now(finished: Archive) -> None:
    finished.batch(copy_rest=True)
    assert finished.asked() == ["bad.jpg", "colour.jpg"]
    assert "colour.jpg" in finished.results()
    finished.batch(copy_rest=True)
    assert finished.asked() == ["bad.jpg"]


def test_a_journal_that_is_lost_costs_a_comparison_not_the_results(finished: Archive) -> None:
    before = finished.results()
    (finished.out / "lab-colorize.jsonl").unlink()
    outcomes = finished.batch()
    assert [outcome.source for outcome in outcomes.values() if outcome.status is Status.FAILED] == ["bad.jpg"]
    assert finished.results() == before


def test_where_case_is_ignored_the_later_of_two_names_fails_before_anything_is_written(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add("A.jpg", "a.jpg", "b.jpg")
    monkeypatch.setattr("lab_colorize.batch.run.ignores_case", lambda _: True)
    outcomes = archive.batch()
    assert {name for name, outcome in outcomes.items() if outcome.status is Status.FAILED} == {"a.jpg"}
    assert set(archive.results()) == {"A.jpg", "b.jpg"}


def test_a_comparison_never_takes_the_place_of_a_result(archive: Archive) -> None:
    archive.add("a.jpg", "a_compare.jpg")
    outcomes = archive.batch(colorize=ColorizeOptions(compare=True))
    assert outcomes["a.jpg"].status is Status.FAILED
    assert "a_compare.jpg" in outcomes["a.jpg"].reason


def test_the_recipe_takes_in_what_has_an_effect_on_results_and_nothing_else() -> None:
    from types import SimpleNamespace
    from typing import Any

    from lab_colorize.batch.options import recipe_of

    model: Any = SimpleNamespace(name="m", sha256="0" * 64, card=SimpleNamespace(saturation=1.15))
    plain = recipe_of(model, ColorizeOptions())
    for idle in (
        {"overwrite": True},
        {"force": True},
        {"accept_truncated": True},
        {"max_pixels": 3},
        {"saturation": 1.15},
        {"compare": True},
    ):
        assert recipe_of(model, ColorizeOptions(**idle)) == plain
    for telling in (
        {"saturation": 1.0},
        {"format": "png"},
        {"quality": 90},
        {"source_type": "humanEdits"},
    ):
        assert recipe_of(model, replace(ColorizeOptions(), **telling)) != plain
