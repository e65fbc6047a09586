"""Hints inside a network: coarser ones keep their colours, and none at all leave no trace."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab_colorize.zoo.hints import Coarser, Spread

SIDE = 8


def as_array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def hints_at(*places, side=SIDE):
    """Hints (1, side, side, 3) with (row, column, a, b) of each place."""
    hints = np.zeros((1, side, side, 3), np.float32)
    for row, column, a, b in places:
        hints[0, row, column] = a, b, 1
    return hints


@settings(deadline=None, max_examples=25)
@given(st.sets(st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1)), max_size=20), st.sampled_from([2, 4]))
def test_a_coarser_cell_knows_the_mean_of_the_hints_in_it(places, factor):
    rng = np.random.default_rng(0)
    hints = hints_at(*((row, column, *rng.uniform(-1, 1, 2)) for row, column in places))
    coarser = as_array(Coarser(factor)(hints))[0]
    for row in range(SIDE // factor):
        for column in range(SIDE // factor):
            inside = hints[0, row * factor : (row + 1) * factor, column * factor : (column + 1) * factor].reshape(-1, 3)
            known = inside[inside[:, 2] > 0]
            expected = (*known[:, :2].mean(axis=0), 1) if len(known) else (0, 0, 0)
            np.testing.assert_allclose(coarser[row, column], expected, atol=1e-5)


@pytest.fixture(scope="module")
def spread():
    layer = Spread(heads=2, width=4)
    layer.build([(None, None, None, 5), (None, None, None, 3)])
    return layer


FEATURES = np.random.default_rng(1).normal(size=(1, SIDE, SIDE, 5)).astype(np.float32)


def test_without_hints_nothing_is_told_anywhere(spread):
    assert not as_array(spread([FEATURES, hints_at()])).any()


def test_one_hint_is_told_everywhere_in_its_own_colour(spread):
    told = as_array(spread([FEATURES, hints_at((2, 3, 0.5, -0.25))])).reshape(SIDE, SIDE, 2, 3)
    certainty = told[..., 2:]
    assert (certainty > 0).all()
    assert (certainty < 1).all()
    np.testing.assert_allclose(told[..., :2], certainty * np.float32([0.5, -0.25]), atol=1e-5)


def test_the_nearer_of_two_hints_counts_more_where_all_looks_alike(spread):
    told = as_array(spread([np.ones_like(FEATURES), hints_at((0, 0, 0.5, 0), (7, 7, -0.5, 0))]))
    assert (told[0, 1, 1, ::3] > 0).all()
    assert (told[0, 6, 6, ::3] < 0).all()


def test_it_agrees_with_attention_written_out(spread):
    hints = hints_at((1, 1, 0.2, 0.1), (5, 6, -0.4, 0.3), (7, 0, 0.0, 0.6))
    query, key, nearness, doubt = (as_array(v) for v in (spread.query, spread.key, spread.nearness, spread.doubt))
    flat, known = FEATURES.reshape(-1, 5), hints.reshape(-1, 3)
    places = np.stack(np.divmod(np.arange(SIDE * SIDE), SIDE), axis=1) / 24
    at = np.flatnonzero(known[:, 2])
    wanted = []
    for head in range(2):
        part = slice(head * 4, head * 4 + 4)
        logits = (flat @ query[:, part]) @ (flat[at] @ key[:, part]).T / 2
        logits -= nearness[head] * np.square(places[:, None] - places[at][None]).sum(axis=-1)
        powers = np.exp(logits)
        shares = powers / (powers.sum(axis=1, keepdims=True) + np.exp(doubt[head]))
        wanted.append(shares @ known[at])
    told = as_array(spread([FEATURES, hints])).reshape(SIDE * SIDE, 6)
    np.testing.assert_allclose(told, np.concatenate(wanted, axis=1), atol=1e-5)
