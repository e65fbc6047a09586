"""Each network is taught by what its row says, and nobody else's gradient."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab_colorize.errors import UsageProblem
from lab_colorize.training import config
from lab_colorize.training.adversarial import Adversarial
from lab_colorize.training.batches import Batch
from lab_colorize.training.objectives import LOSSES, loss_named, objective_for
from lab_colorize.training.options import Stage
from lab_colorize.zoo.bins import BINS, SIGMA
from lab_colorize.zoo.catalog import ROWS

FLAT = keras.layers.Conv2D


def tiny_adversarial():
    """A painter of one layer and a critic of one layer."""
    lightness = keras.Input((8, 8, 1))
    painter = keras.Model(lightness, FLAT(2, 1, activation="tanh", name="paint")(lightness))
    ab = keras.Input((8, 8, 2))
    seen = keras.layers.Concatenate()([lightness, ab])
    critic = keras.Model([lightness, ab], FLAT(1, 1, name="judge")(seen))
    return Adversarial(painter, painter, critic)


def batch(seed=0, size=4):
    rng = np.random.default_rng(seed)
    lightness = rng.uniform(-1, 1, (size, 8, 8, 1)).astype(np.float32)
    ab = rng.uniform(-1, 1, (size, 8, 8, 2)).astype(np.float32)
    return Batch(lightness, ab, ab)


def taught(learner, distance, optimizer=None):
    """What one step of plain gradient descent moved: painter's and critic's weights."""
    learner.compile(optimizer or keras.optimizers.SGD(1.0), distance, jit_compile=False)
    given = batch()
    before = [weight.copy() for weight in learner.get_weights()]
    losses = learner.train_on_batch((given.lightness, given.ab), given.target, return_dict=True)
    moved = [after - was for was, after in zip(before, learner.get_weights(), strict=True)]
    return moved[:2], moved[2:], losses


class Nothing(keras.losses.Loss):
    """A distance that is always zero, so that what is left is the critic's business."""

    def call(self, y_true, y_pred):
        return keras.ops.mean(y_pred * 0.0, axis=(1, 2, 3))


@pytest.mark.parametrize("seed", range(6))  # a race between reading and teaching the critic would be lost at times
def test_painter_and_critic_are_taught_by_their_own_losses_alone(seed):
    keras.utils.set_random_seed(seed)
    learner = tiny_adversarial()
    given = batch()
    painter, critic = learner.network, learner.critic
    (kernel, bias), (judge, _) = painter.get_weights(), critic.get_weights()
    of_painter, of_critic, _ = taught(learner, Nothing())

    # The same gradients by hand: logits are linear in lightness and ab, so softplus's slope is the sigmoid.
    painted = np.tanh(given.lightness @ kernel[0, 0] + bias)

    def slopes(ab, wanted):
        seen = np.concatenate([given.lightness, ab], axis=-1)
        logits = seen @ judge[0, 0]
        return seen, (1 / (1 + np.exp(-logits)) - wanted) / logits.size

    (truth_seen, truth), (paint_seen, paint) = slopes(given.ab, 1), slopes(painted, 0)
    by_hand = sum((seen * slope).sum(axis=(0, 1, 2)) for seen, slope in ((truth_seen, truth), (paint_seen, paint))) / 2
    np.testing.assert_allclose(-of_critic[0][0, 0, :, 0], by_hand, atol=1e-5)

    _, wish = slopes(painted, 1)
    into_paint = wish * judge[0, 0, 1:, 0] * (1 - painted**2)
    np.testing.assert_allclose(-of_painter[1], into_paint.sum(axis=(0, 1, 2)), atol=1e-5)


def test_both_losses_are_told_apart():
    _, _, losses = taught(tiny_adversarial(), keras.losses.MeanAbsoluteError(name="distance"))
    assert losses["loss"] == pytest.approx(losses["painter_loss"] + losses["critic_loss"], rel=1e-4)


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"crossentropy", "palette"}))
@settings(max_examples=5)
@given(seed=st.integers(0, 99))
def test_a_loss_is_least_where_the_answer_is_the_truth(name, seed):
    truth = np.random.default_rng(seed).uniform(-1, 1, (2, 3, 3, 2)).astype(np.float32)
    loss = loss_named(name)
    at = [float(loss(truth, truth + np.float32(off))) for off in (0.0, 0.1, 0.4)]
    assert at == sorted(at)
    assert at[0] < 1e-3


@settings(max_examples=5)
@given(seed=st.integers(0, 99))
def test_the_palette_is_held_against_the_bins_around_the_true_colour(seed):
    rng = np.random.default_rng(seed)
    ab = rng.uniform(-0.5, 0.5, (2, 4, 4, 2)).astype(np.float32)
    logits = rng.normal(0, 2, (2, 2, 2, 313)).astype(np.float32)
    mean = ab.reshape(2, 2, 2, 2, 2, 2).mean(axis=(2, 4)) * 110
    wanted = np.exp(-np.square(mean[..., None, :] - BINS).sum(axis=-1) / (2 * SIGMA**2))
    wanted /= wanted.sum(axis=-1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    by_hand = -(wanted * logs).sum(axis=-1).mean()
    assert float(loss_named("palette")(ab, logits)) == pytest.approx(by_hand, rel=1e-4)


def test_the_root_of_the_mean_square_has_a_slope_at_zero():
    value = loss_named("rmse")(np.zeros((1, 2, 2, 2)), np.zeros((1, 2, 2, 2)))
    assert np.isfinite(float(value))


@pytest.mark.parametrize("row", [row for row in ROWS if row.critic != "none"], ids=lambda row: row.name)
def test_a_critic_looks_at_one_side_only(row, options_for):
    sides = (Stage(1, row.smallest, 1e-3), Stage(1, row.smallest * 2, 1e-3))
    options = config.resolved(
        {"photos": options_for().photos, "run": options_for().run, "network": row.name, "encoder_weights": "none"},
        {"stage": sides},
    )
    with pytest.raises(UsageProblem, match="critic"):
        objective_for(None, row, options)  # refused before anything is built around it
