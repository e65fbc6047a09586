"""One thing gets another colour, nothing beside it does, and the hint lies in it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.colour.lab import AB_SCALE
from lab_colorize.training.advice import one_there
from lab_colorize.training.batches import Batches
from lab_colorize.training.dataset import Example
from lab_colorize.training.near_duplicates import image_hash
from lab_colorize.training.options import NO_AUGMENTATION
from lab_colorize.training.recolouring import LEAST, MOST, recoloured

from .conftest import scene

SIDE = 40
seeds = st.integers(0, 2**32)


def ball(seed, light=0.7, ground=-0.7):
    """A grey ball on grey ground, where it lies, its lightness and its colours."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    centre = [int(at) for at in rng.integers(12, 28, 2)]
    cv2.circle(mask, centre, int(rng.integers(6, 11)), 1, -1)
    lightness = np.where(mask, light, ground).astype(np.float32)[..., None]
    colours = rng.uniform(-0.3, 0.3, (2, 2)).astype(np.float32)
    return mask.astype(bool), lightness, colours[mask]


@given(seeds)
def test_one_thing_changes_whole_and_nothing_beside_it(seed):
    thing, lightness, ab = ball(seed)
    changed, place = recoloured(ab, lightness, np.random.default_rng(seed))
    if place is None:  # only the ground was looked at, and that is more than a thing
        np.testing.assert_array_equal(changed, ab)
        return
    np.testing.assert_array_equal((changed != ab).any(axis=-1), thing if thing[place] else ~thing)
    assert LEAST <= (changed != ab).any(axis=-1).mean() <= MOST


def test_things_are_found():
    found = 0
    for seed in range(50):
        _, lightness, ab = ball(seed)
        _, place = recoloured(ab, lightness, np.random.default_rng(seed))
        found += place is not None
    assert found >= 35


@given(seeds)
def test_the_folds_of_a_thing_differ_in_its_new_colour_as_they_did_in_its_old(seed):
    thing, lightness, ab = ball(seed)
    texture = np.random.default_rng(seed).normal(0, 1 / AB_SCALE, ab.shape).astype(np.float32)
    changed, place = recoloured(ab + texture, lightness, np.random.default_rng(seed))
    if place is not None and thing[place]:
        shift = (changed - ab - texture)[thing]
        assert np.ptp(shift, axis=0).max() < 1e-5


@pytest.mark.parametrize("light", [-0.7, -0.66])
def test_what_has_no_outline_in_its_lightness_is_no_thing(light):
    for seed in range(20):
        _, lightness, ab = ball(seed, light=light)
        changed, place = recoloured(ab, lightness, np.random.default_rng(seed))
        assert place is None
        np.testing.assert_array_equal(changed, ab)


@given(seeds)
def test_the_hint_lies_in_the_thing_and_has_its_new_colour(seed):
    _, lightness, ab = ball(seed)
    rng = np.random.default_rng(seed)
    changed, place = recoloured(ab, lightness, rng)
    if place is not None:
        *colour, known = one_there(changed, place, rng)[place]
        assert known == 1
        assert np.abs(colour - changed[place]).max() * AB_SCALE < 15  # jitter is normal


def test_recolouring_is_learnt_only_by_networks_that_take_hints():
    scenes = [scene(seed, 80, 80) for seed in range(4)]
    examples = [Example(f"{n}.png", None, 80, image_hash(rgb), rgb) for n, rgb in enumerate(scenes)]
    often = replace(NO_AUGMENTATION, recolouring=1.0)
    plain, told, untold = (
        Batches(examples, side=64, ab_side=32, size=4, seed=1, augmentation=how, hinted=hinted)[0]
        for how, hinted in ((NO_AUGMENTATION, True), (often, True), (often, False))
    )
    np.testing.assert_array_equal(plain.ab, untold.ab)
    np.testing.assert_array_equal(plain.lightness, told.lightness)
    changed = (plain.ab != told.ab).any(axis=-1)
    assert changed.any()
    np.testing.assert_array_equal(changed.any(axis=(1, 2)), (told.hints[..., 2] > 0).any(axis=(1, 2)))
