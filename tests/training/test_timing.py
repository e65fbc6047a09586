"""How many epochs fit into some minutes, and how often they are validated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.training import config
from lab_colorize.training.options import Stage
from lab_colorize.training.schedule import schedule_for
from lab_colorize.training.timing import LEAST, MOST_VALIDATIONS, VALIDATING, planned

PHOTOS = 60


def options_of(*epochs, every=1):
    stages = tuple(Stage(each, 64, 1e-3) for each in epochs)
    request = {"photos": "photos", "run": "run", "network": "cifar-cnn", "batch_size": 4, "validate_every": every}
    return config.resolved(request, {"stage": stages, "minutes": 1.0})


@given(
    epochs=st.lists(st.floats(0.5, 100), min_size=1, max_size=3),
    every=st.integers(1, 30),
    seconds=st.floats(5, 10_000),
    a_step=st.floats(0.001, 1),
    validating=st.floats(0.001, 30),
)
def test_steps_and_validations_fill_the_time_and_validations_take_little_of_it(
    epochs, every, seconds, a_step, validating
):
    options = options_of(*epochs, every=every)
    learning = sum(epochs) * PHOTOS / options.batch_size * a_step
    plan = planned(options, seconds, learning=learning, validating=validating)
    schedule = schedule_for(plan, PHOTOS)
    ends = len(epochs)
    steps, validations = schedule.total * a_step, schedule.validations * validating
    # Each stage may round up to one step more, and ends with a validation that may come soon after another.
    loose = ends * (a_step + validating)
    assert steps + validations <= seconds + loose or steps <= seconds * LEAST + ends * a_step
    assert steps + validations >= seconds * 0.999 - loose
    assert validations <= VALIDATING * steps + ends * validating
    assert ends <= schedule.validations <= MOST_VALIDATIONS + ends
    assert plan.validate_every >= every
    for before, after in zip(options.stages, plan.stages, strict=True):
        assert after.epochs / before.epochs == pytest.approx(plan.stages[0].epochs / options.stages[0].epochs)
