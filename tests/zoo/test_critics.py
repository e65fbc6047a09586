"""Critics judge colours together with the lightness they belong to."""

import keras
import numpy as np
import pytest

from lab_colorize.errors import UsageProblem
from lab_colorize.zoo.critics import build_critic


def pictures(side, ab_side, count=2):
    rng = np.random.default_rng(0)
    seen = rng.uniform(-1, 1, (count, side, side, 1)).astype(np.float32)
    return seen, rng.uniform(-1, 1, (count, ab_side, ab_side, 2)).astype(np.float32)


def judged(critic, *seen):
    return keras.ops.convert_to_numpy(critic(list(seen), training=False))


@pytest.mark.parametrize(("side", "patches"), [(256, 32), (64, 8), (32, 4), (8, 4)])
def test_a_patch_critic_judges_patches(side, patches):
    assert build_critic("patch", side, side).output_shape == (None, patches, patches, 1)


@pytest.mark.parametrize("side", [8, 32, 128])
def test_an_image_critic_says_one_word_a_picture(side):
    assert build_critic("image", side, side).output_shape == (None, 1)


def test_a_logit_of_the_patch_critic_depends_on_70_pixels_each_way():
    critic = build_critic("patch", 128, 128)
    lightness, ab = pictures(128, 128, 1)
    for row, column in ((20, 20), (60, 64), (100, 30)):
        changed = ab.copy()
        changed[0, row, column] *= -1
        touched = np.argwhere(judged(critic, lightness, ab) != judged(critic, lightness, changed))
        assert 0 < np.ptp(touched[:, 1]) + 1 <= 70 / 8 + 1


@pytest.mark.parametrize("kind", ["patch", "image"])
@pytest.mark.parametrize(("side", "ab_side"), [(32, 32), (32, 8)])
def test_a_critic_minds_the_lightness_as_well_as_the_colour(kind, side, ab_side):
    critic = build_critic(kind, side, ab_side)
    lightness, ab = pictures(side, ab_side)
    first = judged(critic, lightness, ab)
    assert not np.allclose(first, judged(critic, -lightness, ab))
    assert not np.allclose(first, judged(critic, lightness, -ab))


@pytest.mark.parametrize("kind", ["patch", "image"])
def test_a_critic_learns_to_tell_green_from_purple(kind):
    critic = build_critic(kind, 16, 16)
    lightness, _ = pictures(16, 16, 4)
    ab = np.concatenate([np.full((2, 16, 16, 2), sign * 0.4, np.float32) for sign in (-1, 1)])
    truth = np.zeros_like(judged(critic, lightness, ab))
    truth[2:] = 1
    critic.compile(keras.optimizers.Adam(1e-3), keras.losses.BinaryCrossentropy(from_logits=True), run_eagerly=True)
    losses = [critic.train_on_batch([lightness, ab], truth) for _ in range(8)]
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize(("side", "ab_side"), [(2, 2), (48, 32)])
def test_pictures_too_small_or_of_no_whole_ratio_are_refused(side, ab_side):
    with pytest.raises(UsageProblem):
        build_critic("patch", side, ab_side)
