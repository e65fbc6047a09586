"""What a run is validated on has not been learned from, and depends on nothing but the seed and its own folder."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.errors import TrainingError
from lab_colorize.training.dataset import Example, counted
from lab_colorize.training.near_duplicates import FEW_BITS, _distances, image_hash, near_duplicates
from lab_colorize.training.split import against, split

from .conftest import fill, load, save, scene


def example(name, seed):
    rgb = scene(seed)
    return Example(name, None, 32, image_hash(rgb), rgb)


def folders(sizes):
    return [
        example(f"{folder}/{number:03}.png", 1000 * place + number)
        for place, (folder, size) in enumerate(sizes.items())
        for number in range(size)
    ]


def test_each_top_level_folder_gives_the_same_share():
    parts = split(folders({"a": 30, "b": 10, "c": 20}), 0.2, seed=0)
    assert counted(parts.validation) == {"a": 6, "b": 2, "c": 4}
    assert counted(parts.train) == {"a": 24, "b": 8, "c": 16}


def test_the_seed_fixes_the_split_and_another_gives_another():
    examples = folders({"a": 20})
    assert split(examples, 0.2, 1) == split(examples[::-1], 0.2, 1)
    assert split(examples, 0.2, 1) != split(examples, 0.2, 2)


def test_other_folders_do_not_move_a_photograph_across_the_split():
    alone = split(folders({"a": 20}), 0.2, 0)
    among_others = split(folders({"a": 20, "b": 7}), 0.2, 0)
    names = {e.name for e in among_others.validation if e.stratum == "a"}
    assert names == {e.name for e in alone.validation}


@given(st.integers(0, 99))
def test_one_more_photograph_changes_at_most_one_of_the_others(seed):
    before = {e.name for e in split(folders({"a": 20}), 0.25, seed).validation}
    after = {e.name for e in split(folders({"a": 21}), 0.25, seed).validation}
    assert len(before - after) <= 1


@given(st.integers(0, 99), st.floats(0.05, 0.9), st.integers(2, 6))
def test_both_sides_of_a_split_hold_something(seed, share, count):
    examples = [example(f"folder{number}/photo.png", number) for number in range(count)]
    try:
        parts = split(examples, share, seed)
    except TrainingError:
        return  # every folder's lot fell on validation
    assert parts.train
    assert parts.validation


def test_copies_never_fall_on_both_sides(tmp_path):
    for number in range(20):
        rgb = scene(number, 60, 80)
        save(tmp_path / "a" / f"{number}.png", rgb)
        save(tmp_path / "b" / f"{number}.jpg", rgb, quality=60)
        save(tmp_path / "c" / f"{number}.png", cv2.resize(rgb, (60, 45), interpolation=cv2.INTER_AREA))
    found = load(tmp_path, short_side=40)
    parts = split(found.examples, 0.3, 0)
    held, learned = ({e.name[2:].split(".")[0] for e in part} for part in (parts.validation, parts.train))
    assert not held & learned
    assert len(parts.validation) == 18


def test_different_scenes_are_no_copies():
    hashes = [image_hash(scene(number)) for number in range(200)]
    assert near_duplicates(hashes) == list(range(200))


def test_distances_count_differing_bits():
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**63, (5, 4), np.uint64)
    expected = [[sum((int(x) ^ int(y)).bit_count() for x, y in zip(a, b, strict=True)) for b in bits] for a in bits]
    assert _distances(bits, bits).tolist() == expected
    assert FEW_BITS < 128


def test_training_photographs_that_are_also_in_the_validation_folder_are_dropped(tmp_path):
    train = load(fill(tmp_path / "train", 5), short_side=32).examples
    validation = load(fill(tmp_path / "validation", 3, first=4), short_side=32).examples
    parts = against(train, validation)
    assert parts.dropped == ("004.png",)
    assert len(parts.train) == 4
    with pytest.raises(TrainingError, match="validation"):
        against(validation, validation)


@pytest.mark.parametrize("names", [["one.png"], ["one.png", "copy.png"]])
def test_a_single_photograph_cannot_be_split(names):
    with pytest.raises(TrainingError, match="cannot be split"):
        split([example(name, 0) for name in names], 0.2, 0)
