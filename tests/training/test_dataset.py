"""Which photographs are learned from."""

import cv2
import numpy as np
import pytest

from lab_colorize.errors import NothingToDo
from lab_colorize.training.dataset import counted, fingerprint

from .conftest import fill, load, save, scene


def test_colour_photographs_are_found_in_all_folders_and_counted(photos):
    found = load(photos, short_side=32)
    assert counted(found.examples) == {"harbour": 6, "market": 6}
    assert (found.grey, found.unreadable) == ([], [])


def test_grey_toned_and_unreadable_photographs_are_left_out_and_named(photos):
    grey = scene(1).mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, axis=2)
    save(photos / "grey.png", grey)
    save(photos / "faint.jpg", np.clip(grey + np.array([2, 0, -2]), 0, 255).astype(np.uint8))
    save(photos / "sepia.png", np.clip(grey * [1.0, 0.85, 0.7], 0, 255).astype(np.uint8))
    (photos / "torn.jpg").write_bytes((save(photos / "whole.jpg", scene(90))).read_bytes()[:400])
    (photos / "notes.txt").write_text("no photograph")
    found = load(photos, short_side=32)
    assert sorted(found.grey) == ["faint.jpg", "grey.png", "sepia.png"]
    assert found.unreadable == ["torn.jpg"]
    assert len(found.examples) == 13


def test_linked_photographs_count(tmp_path, photos):
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "one.png").symlink_to(photos / "harbour" / "000.png")
    assert [e.name for e in load(tmp_path / "linked", short_side=32).examples] == ["one.png"]


def test_photographs_are_shrunk_to_the_short_side_and_never_enlarged(tmp_path):
    save(tmp_path / "large.png", scene(0, 90, 120))
    save(tmp_path / "small.png", scene(1, 20, 30))
    large, small = load(tmp_path, short_side=45).examples
    assert large.rgb.shape == (45, 60, 3)
    assert small.rgb.shape == (20, 30, 3)


def test_a_streamed_photograph_is_the_one_that_memory_would_have_held(photos):
    kept = load(photos, short_side=24)
    streamed = load(photos, short_side=24, memory=0)
    assert (kept.kept, streamed.kept) == (12, 0)
    for one, other in zip(kept.examples, streamed.examples, strict=True):
        np.testing.assert_array_equal(one.rgb, other.rgb)


def test_memory_is_filled_and_not_exceeded(photos):
    assert load(photos, short_side=24, memory=3.5 * 24 * 29 * 3).kept == 3


def test_sixteen_bits_become_eight(tmp_path):
    deep = scene(0).astype(np.uint16) * 257
    cv2.imwrite(str(tmp_path / "deep.png"), cv2.cvtColor(deep, cv2.COLOR_RGB2BGR))
    np.testing.assert_array_equal(load(tmp_path, short_side=99).examples[0].rgb, scene(0))


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: folder.mkdir()])
def test_no_folder_or_an_empty_one_is_nothing_to_do(tmp_path, make):
    make(tmp_path / "empty")
    with pytest.raises(NothingToDo):
        load(tmp_path / "empty", short_side=32)


def test_the_run_folder_within_the_photographs_is_not_learned_from(photos):
    fill(photos / "run" / "pictures", 2, first=50)
    assert len(load(photos, short_side=32, apart_from=photos / "run").examples) == 12


def test_fingerprints_tell_photographs_apart(photos):
    before = load(photos, short_side=32, memory=0).examples
    assert fingerprint([before, before[:1]]) == fingerprint([before, before[:1]])
    assert fingerprint([before, before[:1]]) != fingerprint([before, before[:2]])
    save(photos / "harbour" / "000.png", scene(77))
    assert fingerprint([before]) != fingerprint([load(photos, short_side=32, memory=0).examples])
