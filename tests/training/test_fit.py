"""Runs repeat, stop and go on; what was reached is never lost."""

import resource
import signal
import time
from contextlib import contextmanager
from dataclasses import asdict, replace

import numpy as np
import pytest

from lab_colorize.errors import ExitCode, OutputError, TrainingError
from lab_colorize.training import checkpoint, folder
from lab_colorize.training.fit import Interrupted

from .conftest import after, fill, history, session

pytestmark = pytest.mark.slow


def weights(training):
    return training.objective.learner.get_weights()


def assert_same(one, other, tolerance=0.0):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, atol=tolerance, rtol=0)


def test_the_same_seed_gives_the_same_history_twice(options_for):
    one, other = (session(options_for(run, epochs=3.0)) for run in ("one", "other"))
    assert (one.options.run / "history.csv").read_text() == (other.options.run / "history.csv").read_text()
    assert_same(weights(one), weights(other))


def test_another_seed_gives_another_history(options_for):
    one, other = (session(options_for(run=f"run{seed}", seed=seed)) for seed in (1, 2))
    assert history(one.options.run) != history(other.options.run)


@pytest.mark.parametrize("step", [1, 4, 7])
def test_a_run_stopped_after_any_step_goes_on_as_if_it_had_not_been(options_for, step):
    stages = [{"epochs": 2.0, "side": 8, "learning_rate": 1e-3}, {"epochs": 1.0, "side": 12, "learning_rate": 1e-4}]
    stages = tuple(folder.config.Stage(**stage) for stage in stages)
    whole = session(replace(options_for("whole"), stages=stages))
    options = replace(options_for("halves"), stages=stages)
    with pytest.raises(Interrupted) as stopped:
        session(options, stop=after(step - 1))
    assert stopped.value.exit_code == ExitCode.INTERRUPTED
    assert "--resume" in stopped.value.remedy
    assert checkpoint.read(options.run).state.total == step
    halves = session(options)
    assert_same(weights(whole), weights(halves), 1e-5)
    assert_same(whole.average.values, halves.average.values, 1e-5)
    assert history(whole.options.run) == history(options.run)
    assert halves.state.total == whole.state.total


def test_every_epoch_is_in_the_history_once(options_for):
    training = session(options_for(epochs=4.0))
    rows = history(training.options.run)
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert {"loss", "psnr", "grey_psnr", "ab_error", "grey_ab_error"} <= rows[0].keys()


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_last_good_weights(options_for):
    options = options_for(optimizer="sgd")
    with pytest.raises(Interrupted):
        session(options, stop=after(2))
    good = checkpoint.read(options.run)
    hot = replace(options, stages=(replace(options.stages[0], learning_rate=1e38),))
    with pytest.raises(TrainingError, match="no longer") as stopped:
        session(hot)
    assert "last good weights are kept" in stopped.value.what
    kept = checkpoint.read(options.run)
    assert kept.state == good.state
    assert_same(kept.weights, good.weights)


@contextmanager
def no_room_for(size):
    """No file may become so large; Linux has no other disk that is full for one process alone."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_the_checkpoint_before_whole(options_for):
    options = options_for()
    with no_room_for(1 << 18), pytest.raises(OutputError, match="would have been the first"):
        session(options, stop=after(0))
    with pytest.raises(Interrupted):
        session(options, stop=after(2))
    before = (options.run / "last.npz").read_bytes()
    with no_room_for(len(before) // 2), pytest.raises(OutputError, match=r"one before it is whole|weights"):
        session(options)
    assert (options.run / "last.npz").read_bytes() == before
    assert not list(options.run.glob(".lab-colorize-*"))
    session(options)


def test_photographs_that_changed_meanwhile_are_refused(options_for, photos):
    options = options_for()
    with pytest.raises(Interrupted):
        session(options, stop=after(1))
    fill(photos / "market", 1, first=99)
    with pytest.raises(TrainingError, match="not those"):
        session(options)


def test_minutes_become_epochs_that_are_stored(options_for):
    options = options_for(minutes=0.05, epochs=None)
    training = session(options)
    assert folder.stored(options.run) == training.options
    assert training.options.minutes == 0.05
    assert training.options.stages != options.stages
    assert 0.3 < training.state.seconds < 60  # three seconds were asked for, on a machine that others use


def test_what_is_written_after_an_epoch_is_part_of_the_minutes(options_for, monkeypatch):
    slow, saved = 0.3, []

    def save(folder, *words):
        time.sleep(slow)  # as a disk that is in no hurry
        saved.append(folder)

    monkeypatch.setattr(checkpoint, "save", save)
    options = options_for(minutes=0.1, epochs=None)
    training = session(options)
    real = [folder for folder in saved if folder == options.run]
    assert len(real) * slow < 3  # of six seconds
    assert len(training.state.history) >= 1
    assert (options.run / "best.weights.h5").exists()


def test_trying_how_long_things_take_leaves_nothing_behind(options_for):
    options = options_for(minutes=0.02, epochs=None)
    options.run.mkdir()
    (options.run / folder.TRIAL_NAME).mkdir()  # of a process that was killed meanwhile
    (options.run / folder.TRIAL_NAME / "last.npz").touch()
    folder.require_fresh(options.run)
    session(options)
    assert not (options.run / folder.TRIAL_NAME).exists()


def test_the_mean_of_a_few_steps_is_not_where_they_began(options_for):
    training = session(options_for(epochs=1.0))
    begun = session(options_for("other", epochs=4.0, averaging=0.0))
    now, first = training.average.values[0], begun.average.values[0]
    assert np.abs(now - first).max() < 0.1
    assert begun.state.total == 10  # no step that is a mean's turn
    np.testing.assert_array_equal(begun.average.values[0], weights(begun)[0])  # without averaging: the last step's


def test_what_was_seen_is_drawn(options_for):
    run = session(options_for(epochs=2.0)).options.run
    assert (run / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in (run / "pictures").iterdir()) == ["epoch-001.png", "epoch-002.png"]


def test_the_history_of_a_first_version_is_read_by_its_present_names():
    told = asdict(checkpoint.State("photos")) | {"history": [{"psnr": 20.0, "colourfulness": 0.5}]}
    assert checkpoint._state(told).history == [{"psnr": 20.0, "chroma_share": 0.5}]
