"""How long a run is, and how fast it learns when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.training.options import Stage
from lab_colorize.training.schedule import FLOOR, Schedule, judged_after, rate_at


@given(st.integers(1, 500), st.floats(0.1, 50))
def test_verdicts_are_evenly_spread_and_the_last_ends_the_stage(steps, epochs):
    ends = sorted(judged_after(steps, epochs))
    assert ends[-1] == steps
    assert len(ends) == max(1, min(steps, round(epochs)))
    assert max(np.diff([0, *ends])) - min(np.diff([0, *ends])) <= 1


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
    assert (sorted(schedule.ends(0)), sorted(schedule.ends(1)), schedule.verdicts) == ([10, 20], [5], 3)
    assert schedule.work_left(0, 15) == 5 + 4 * 5


def test_few_photographs_can_be_judged_more_seldom_than_each_epoch():
    schedule = Schedule((Stage(120, 64, 1e-3),), photos=8, batch_size=8, validate_every=40)
    assert sorted(schedule.ends(0)) == [40, 80, 120]
