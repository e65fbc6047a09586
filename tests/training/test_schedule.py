"""How long a run is, and how fast it learns when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.training.options import Stage
from lab_colorize.training.schedule import FLOOR, Schedule, rate_at


@given(st.integers(1, 40), st.integers(1, 200), st.integers(1, 64), st.integers(1, 5))
def test_each_validated_epoch_ends_with_the_step_that_shows_its_last_photograph(epochs, photos, batch, every):
    schedule = Schedule((Stage(epochs, 64, 1e-3),), photos, batch, every)
    over = [(step, schedule.epoch(0, step)) for step in sorted(schedule.ends(0))]
    assert over[-1] == (schedule.steps(0), epochs)
    for step, epoch in over:
        assert (step - 1) * batch < epoch * photos <= step * batch
    if batch <= photos:  # else one step ends several
        assert [epoch for _, epoch in over] == sorted({*range(every, epochs + 1, every), epochs})


@given(st.floats(0.01, 30), st.integers(1, 200), st.integers(1, 64))
def test_a_stage_is_as_many_full_batches_as_its_epochs_need(epochs, photos, batch):
    schedule = Schedule((Stage(epochs, 64, 1e-3),), photos, batch, validate_every=1)
    assert (schedule.steps(0) - 1) * batch < epochs * photos <= schedule.steps(0) * batch + 1e-3
    assert max(schedule.ends(0)) == schedule.steps(0)
    counts = [schedule.epoch(0, step) for step in range(schedule.steps(0) + 1)]
    assert counts == sorted(counts)
    assert counts[-1] == epochs


@given(st.integers(2, 3000), st.floats(1e-6, 1))
def test_the_rate_rises_to_its_highest_and_falls_to_nearly_nothing(steps, highest):
    rates = [rate_at(step, steps, highest) for step in range(steps)]
    top = int(np.argmax(rates))
    assert rates[top] == pytest.approx(highest)
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert min(rates) > 0
    assert rate_at(steps, steps, highest) == pytest.approx(highest * FLOOR)


def test_epochs_are_counted_over_all_stages():
    schedule = Schedule((Stage(2, 64, 1e-3), Stage(0.5, 128, 1e-4)), photos=80, batch_size=8, validate_every=1)
    assert [schedule.steps(0), schedule.steps(1), schedule.total] == [20, 5, 25]
    assert [schedule.epoch(0, 10), schedule.epoch(1, 0), schedule.epoch(1, 5)] == [1.0, 2.0, 2.5]
    assert schedule.epoch(0, 7) == 0.7
    assert (sorted(schedule.ends(0)), sorted(schedule.ends(1)), schedule.validations) == ([10, 20], [5], 3)
    assert schedule.work_left(0, 15) == 5 + 4 * 5


def test_few_photographs_can_be_validated_more_seldom_than_each_epoch():
    schedule = Schedule((Stage(120, 64, 1e-3),), photos=8, batch_size=8, validate_every=40)
    assert sorted(schedule.ends(0)) == [40, 80, 120]
