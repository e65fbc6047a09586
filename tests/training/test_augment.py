"""Geometry moves lightness and colour together; ageing touches lightness alone."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.colour.lab import lab_of
from lab_colorize.errors import UnreadablePhoto
from lab_colorize.training.advice import MOST, some_of
from lab_colorize.training.augment import aged, crop, exposed, sharpened
from lab_colorize.training.batches import Batches
from lab_colorize.training.dataset import Example
from lab_colorize.training.near_duplicates import image_hash
from lab_colorize.training.options import NO_AUGMENTATION, Augmentation

from .conftest import scene

seeds = st.integers(0, 2**32)


def batches(examples, augmentation, **changes):
    settings = {"side": 16, "ab_side": 8, "size": 3, "seed": 5} | changes
    return Batches(examples, augmentation=augmentation, **settings)


@pytest.fixture(scope="module")
def examples():
    return [Example(f"{n}.png", None, 24, image_hash(scene(n)), scene(n, 24, 30)) for n in range(7)]


@given(seeds, st.integers(2, 70), st.integers(3, 90), st.integers(3, 90))
def test_a_crop_is_a_square_of_the_side_asked_for(seed, side, height, width):
    rgb = scene(seed, height, width)
    square = crop(rgb, side, Augmentation(), np.random.default_rng(seed))
    assert square.shape == (side, side, 3)
    assert square.dtype == np.uint8


@pytest.mark.parametrize(("side", "tolerance"), [(40, 0), (20, 12), (60, 12)])
def test_without_augmentation_a_crop_is_the_middle_of_the_photograph_resized(side, tolerance):
    rgb = cv2.GaussianBlur(scene(3, 40, 60), (0, 0), 2)
    expected = cv2.resize(rgb[:, 10:50], (side, side), interpolation=cv2.INTER_LINEAR)
    square = crop(rgb, side, NO_AUGMENTATION, np.random.default_rng(0))
    assert np.abs(square.astype(int) - expected).max() <= tolerance


def test_a_mirrored_crop_is_the_crop_mirrored():
    rgb = scene(3, 40, 40)
    square = crop(rgb, 40, replace(NO_AUGMENTATION, mirror=1.0), np.random.default_rng(0))
    np.testing.assert_array_equal(square, rgb[:, ::-1])


@given(seeds)
def test_crops_show_the_photograph_and_never_a_border(seed):
    rgb = np.full((30, 50, 3), (200, 60, 90), np.uint8)
    square = crop(rgb, 24, Augmentation(rotation=45, aspect=1), np.random.default_rng(seed))
    np.testing.assert_array_equal(square, np.broadcast_to(rgb[0, 0], square.shape))


@given(seeds, st.sampled_from([0.0, 0.35, 1.0]))
def test_aged_lightness_stays_lightness(seed, ageing):
    rng = np.random.default_rng(seed)
    lightness = rng.uniform(-1, 1, (20, 24)).astype(np.float32)
    before = lightness.copy()
    old = aged(lightness, Augmentation(ageing=ageing), rng)
    assert (old.shape, old.dtype) == (lightness.shape, np.float32)
    assert -1 <= old.min() <= old.max() <= 1
    np.testing.assert_array_equal(lightness, before)  # the truth is not written over


def test_ageing_changes_lightness_and_never_the_target(examples):
    young, old = (batches(examples, Augmentation(ageing=ageing))[4] for ageing in (0.0, 1.0))
    np.testing.assert_array_equal(young.target, old.target)
    np.testing.assert_array_equal(young.ab, old.ab)
    assert np.abs(young.lightness - old.lightness).max() > 0.1


def test_a_batch_depends_on_the_seed_and_its_number_alone(examples):
    one, other = batches(examples, Augmentation()), batches(examples, Augmentation())
    assert np.array_equal(one[3].lightness, other[3].lightness)  # whatever was asked before
    _ = other[1], other[9]
    assert np.array_equal(one[3].lightness, other[3].lightness)
    assert not np.array_equal(one[3].lightness, one[4].lightness)
    assert not np.array_equal(one[3].lightness, batches(examples, Augmentation(), seed=6)[3].lightness)


def test_batches_made_ahead_are_the_batches(examples):
    made = batches(examples, Augmentation())
    for index, batch in enumerate(made.ahead(2, 6), start=2):
        np.testing.assert_array_equal(batch.target, made[index].target)


def test_an_epoch_shows_every_photograph_once(examples):
    flat = [replace(e, kept=np.full((20, 20, 3), (200, 30 * n, 60), np.uint8)) for n, e in enumerate(examples)]
    seen = [
        tuple(np.round(batch.ab[0, 0, 0], 3)) for batch in (batches(flat, Augmentation(), size=1)[i] for i in range(7))
    ]
    assert len(set(seen)) == 7


def test_trouble_in_the_maker_reaches_who_waits_for_the_batch(examples):
    broken = [replace(e, kept=None, path=Path("gone.png")) for e in examples]
    with pytest.raises(UnreadablePhoto, match="gone"):
        next(batches(broken, Augmentation()).ahead(0, 2))


def test_whoever_stops_listening_leaves_no_thread_behind(examples):
    from threading import enumerate as threads

    stream = batches(examples, Augmentation()).ahead(0, 1000)
    next(stream)
    stream.close()
    assert not [thread for thread in threads() if thread.name == "batches"]


def test_lightness_and_colour_are_in_range_and_of_one_crop(examples):
    batch = batches(examples, NO_AUGMENTATION, side=16, ab_side=16, size=7)[0]
    assert batch.lightness.shape == (7, 16, 16, 1)
    assert batch.target.shape == (7, 16, 16, 2)
    for plane in (batch.lightness, batch.target):
        assert -1 <= plane.min() <= plane.max() <= 1


def test_an_emulsion_blind_to_red_makes_skies_light_and_lips_dark():
    sky, lips, grey = (np.full((4, 4, 3), colour, np.uint8) for colour in ((90, 140, 220), (190, 80, 80), (128,) * 3))
    always = replace(NO_AUGMENTATION, emulsion=1.0)
    for seed in range(30):
        light, dark, same = (exposed(rgb, always, np.random.default_rng(seed)) for rgb in (sky, lips, grey))
        assert light.mean() > lab_of(sky)[..., 0].mean()
        assert dark.mean() < lab_of(lips)[..., 0].mean()
        assert same.mean() == pytest.approx(lab_of(grey)[..., 0].mean(), abs=0.1)


def test_without_an_emulsion_the_eye_sees(examples):
    assert exposed(examples[0].rgb, NO_AUGMENTATION, np.random.default_rng(0)) is None


def finest_detail(lightness):
    """Power in the upper half of the frequencies that so many pixels can hold."""
    power = np.abs(np.fft.fft2(lightness)) ** 2 / lightness.size
    vertical, horizontal = (np.abs(np.fft.fftfreq(length)) for length in lightness.shape)
    return power[np.maximum(vertical[:, None], horizontal) > 0.25].mean()


@given(seeds)
def test_sharpening_gives_a_small_photograph_the_fine_detail_that_a_reduced_scan_has(seed):
    rng = np.random.default_rng(seed)
    scan = cv2.GaussianBlur(rng.uniform(-1, 1, (384, 384)).astype(np.float32), (0, 0), 2)
    reduced = cv2.resize(scan, (96, 96), interpolation=cv2.INTER_AREA)
    small = cv2.resize(scan, (64, 64), interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, (96, 96), interpolation=cv2.INTER_LINEAR)
    crisp = sharpened(enlarged, replace(NO_AUGMENTATION, sharpening=1.0), rng)
    assert 2 * finest_detail(enlarged) < finest_detail(reduced)
    assert finest_detail(enlarged) < finest_detail(crisp) < 2 * finest_detail(reduced)
    assert crisp.mean() == pytest.approx(enlarged.mean(), abs=0.01)


def test_without_sharpening_the_generator_is_left_where_it_was():
    rng = np.random.default_rng(3)
    plane = np.zeros((8, 8), np.float32)
    assert sharpened(plane, NO_AUGMENTATION, rng) is plane
    assert rng.random() == np.random.default_rng(3).random()


@given(seeds, st.integers(4, 40))
def test_hints_are_true_where_they_are_and_nothing_where_they_are_not(seed, side):
    rng = np.random.default_rng(seed)
    ab = np.broadcast_to(np.float32([0.3, -0.2]), (side, side, 2))
    hints = some_of(ab, 1.0, rng)
    known = hints[..., 2] == 1
    assert known.any()
    assert not hints[~known].any()
    np.testing.assert_allclose(hints[known][:, :2], ab[known], atol=0.15)


def test_few_hints_come_as_often_as_many_and_half_of_the_crops_have_none():
    ab = np.zeros((64, 64, 2), np.float32)
    told = np.array([some_of(ab, 0.5, np.random.default_rng(seed))[..., 2].sum() for seed in range(600)])
    assert 0.4 < (told == 0).mean() < 0.6
    hinted = told[told > 0]
    assert (hinted <= 20).mean() > 0.25
    assert (hinted >= MOST / 2).mean() > 0.25


def test_only_networks_that_take_hints_are_given_any(examples):
    asked = replace(NO_AUGMENTATION, hints=1.0)
    assert batches(examples, asked)[0].hints is None
    assert batches(examples, asked, hinted=True)[0].hints.any()
    assert not batches(examples, NO_AUGMENTATION, hinted=True)[0].hints.any()
