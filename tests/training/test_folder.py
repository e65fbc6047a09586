"""A run folder belongs to one run, and one process at a time works in it."""

from dataclasses import replace

import pytest

from lab_colorize.errors import NothingToDo, OutputError, OutputExists, TrainingError
from lab_colorize.training.folder import claimed, resumed, stored, write_config
from lab_colorize.training.options import Stage


@pytest.fixture
def options(options_for):
    options = options_for()
    options.run.mkdir()
    write_config(options)
    return options


def flags(options, **asked):
    return {"photos": options.photos, "network": None, "epochs": None, "freeze_encoder": None} | asked


def test_what_was_written_is_what_goes_on(options):
    assert stored(options.run) == options
    assert resumed(options.run, flags(options), None) == options


def test_the_same_command_with_resume_goes_on(options):
    again = flags(options, network="cifar-cnn", epochs=2.0, side=8, batch_size=4, seed=3)
    assert resumed(options.run, again, None) == options


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"network": "unet-512"}, "network cifar-cnn, not of unet-512"),
        ({"network": "gan", "side": 32}, "network"),
        ({"seed": 4}, "seed"),
        ({"epochs": 9.0}, "stages"),
        ({"side": 16}, "stages"),
        ({"loss": "mae"}, "loss"),
        ({"freeze_encoder": 1.0}, "freeze-encoder"),
    ],
)
def test_a_folder_of_another_run_is_refused(options, asked, named):
    with pytest.raises(Exception, match=named):
        resumed(options.run, flags(options, **asked), None)


def test_another_configuration_is_refused(options):
    with pytest.raises(TrainingError, match="stages"):
        resumed(options.run, flags(options), {"network": "cifar-cnn", "stage": (Stage(1, 8, 1e-3),)})


def test_what_decides_no_weights_may_change(options):
    changed = resumed(options.run, flags(options, install=True, export_weights="int8", name="harbour"), None)
    assert changed == replace(options, install=True, export_weights="int8", name="harbour")


def test_minutes_that_became_epochs_do_not_become_others_on_resume(options):
    measured = replace(options, minutes=5.0, stages=(Stage(123.4, 8, 1e-3),), validate_every=12)
    write_config(measured)
    assert resumed(options.run, flags(options, minutes=5.0), None) == measured
    file = {"network": "cifar-cnn", "side": 8, "batch_size": 4, "seed": 3}
    assert resumed(options.run, flags(options, minutes=5.0), file) == measured
    assert resumed(options.run, flags(options), None) == measured
    with pytest.raises(TrainingError, match="minutes"):
        resumed(options.run, flags(options, minutes=6.0), None)


def test_a_folder_with_something_in_it_is_no_place_for_a_new_run(options):
    with pytest.raises(OutputExists, match="not empty"), claimed(options.run, resume=False):
        pass


def test_a_folder_without_a_run_cannot_be_resumed(tmp_path):
    with pytest.raises(NothingToDo, match="no run"):
        resumed(tmp_path, {}, None)


def test_two_runs_in_one_folder_are_refused(tmp_path):
    with (
        claimed(tmp_path / "run", resume=False),
        pytest.raises(OutputError, match="Another"),
        claimed(tmp_path / "run", resume=False),
    ):
        pass
    with claimed(tmp_path / "run", resume=False):
        pass  # the lock went with its holder


def test_a_run_folder_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError), claimed(tmp_path / "file" / "run", resume=False):
        pass


def test_a_run_that_never_began_leaves_no_folder(tmp_path):
    with pytest.raises(NothingToDo), claimed(tmp_path / "runs" / "one", resume=False):
        raise NothingToDo("No photographs.")
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_folder_that_was_there_before_stays(tmp_path):
    with pytest.raises(NothingToDo), claimed(tmp_path, resume=False):
        raise NothingToDo("No photographs.")
    assert tmp_path.is_dir()
