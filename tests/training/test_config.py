"""What is asked for on the command line and in files becomes one complete set of options."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab_colorize.errors import UsageProblem
from lab_colorize.training import config
from lab_colorize.training.options import NO_AUGMENTATION, Augmentation, Stage
from lab_colorize.zoo.catalog import DEFAULT, ROWS

ASKED = {"photos": Path("photos"), "run": Path("run")}
positive = st.floats(1e-9, 1e6)
stages = st.builds(
    Stage,
    epochs=positive,
    side=st.sampled_from([32, 64, 320]),
    learning_rate=positive,
    freeze_encoder=st.booleans(),
    thaw_from=st.sampled_from(["", "block7_expand_conv"]),
    hints_only=st.booleans(),
)
names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="/\\")).filter(bool)


@settings(max_examples=25)  # each writes a file
@given(
    stage=st.lists(stages, min_size=1, max_size=3),
    seed=st.integers(0, 2**31),
    photos=names,
    validation=st.floats(0.001, 0.999),
    minutes=st.none() | positive,
    augmentation=st.sampled_from([Augmentation(), NO_AUGMENTATION]),
)
def test_a_written_configuration_reads_back_as_the_same_options(
    tmp_path_factory, stage, seed, photos, validation, minutes, augmentation
):
    before = replace(
        config.resolved(ASKED, {}),
        stages=tuple(stage),
        seed=seed,
        photos=Path(photos),
        validation=validation,
        minutes=minutes,
        augmentation=augmentation,
    )
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_text(config.written(before), encoding="utf-8")
    assert config.resolved({"run": Path("run")}, config.read(file)) == before


def test_a_folder_whose_name_is_no_text_reads_back(tmp_path):
    before = replace(config.resolved(ASKED, {}), photos=Path("caf\udce9"))
    file = tmp_path / "config.toml"
    file.write_bytes(config.written(before).encode("utf-8", "surrogateescape"))
    assert config.resolved({"run": Path("run")}, config.read(file)) == before


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_rows_defaults_are_valid_options(row):
    options = config.resolved(ASKED | {"network": row.name}, {})
    assert sum(stage.epochs for stage in options.stages) == row.epochs
    assert {stage.side for stage in options.stages} == {row.side}
    assert (options.loss, options.optimizer, options.batch_size) == (row.loss, row.optimizer, row.batch_size)


def test_the_command_line_outranks_the_file_and_the_file_the_row():
    file = {"batch_size": 5, "seed": 7}
    options = config.resolved(ASKED | {"seed": 9, "loss": None}, file)
    assert (options.batch_size, options.seed, options.loss) == (5, 9, DEFAULT.loss)


def test_the_default_freezes_the_encoder_first_and_then_trains_all_at_a_tenth_of_the_rate():
    frozen, all_of_it = config.resolved(ASKED, {}).stages
    assert (frozen.freeze_encoder, frozen.epochs) == (True, DEFAULT.frozen_epochs)
    assert not all_of_it.freeze_encoder
    assert all_of_it.learning_rate == pytest.approx(frozen.learning_rate / 10)


def test_a_random_encoder_is_never_frozen():
    options = config.resolved(ASKED | {"encoder_weights": "none"}, {})
    assert [stage.freeze_encoder for stage in options.stages] == [False]


def test_a_run_goes_on_from_the_shipped_model_unless_it_is_told_where_to_start():
    assert config.resolved(ASKED, {}).init_from == "default"
    assert config.resolved(ASKED | {"init_from": "mine"}, {}).init_from == "mine"
    for started in (ASKED | {"encoder_weights": "none"}, ASKED | {"network": "mobilenet-unet"}):
        assert config.resolved(started, {}).init_from is None


def test_what_colours_already_learns_more_slowly():
    rates = [config.resolved(ASKED | start, {}).stages[0].learning_rate for start in ({}, {"encoder_weights": "a.npz"})]
    assert rates == [pytest.approx(DEFAULT.learning_rate * config.FINE_TUNING), DEFAULT.learning_rate]


def test_freezing_for_more_epochs_than_there_are_freezes_throughout():
    options = config.resolved(ASKED | {"epochs": 2, "freeze_encoder": 9}, {})
    assert options.stages == (Stage(2, DEFAULT.side, DEFAULT.learning_rate * config.FINE_TUNING, freeze_encoder=True),)


def test_the_command_line_bends_a_files_stages_and_keeps_their_proportions():
    file = {"stage": (Stage(3, 64, 1e-3, freeze_encoder=True), Stage(1, 128, 1e-4))}
    first, second = config.resolved(ASKED | {"epochs": 8, "side": 96, "learning_rate": 1e-2}, file).stages
    assert (first.epochs, second.epochs) == (6, 2)
    assert (first.side, second.side) == (96, 96)
    assert (first.learning_rate, second.learning_rate) == (1e-2, pytest.approx(1e-3))


def test_minutes_on_the_command_line_outrank_epochs_in_the_file():
    assert config.resolved(ASKED | {"minutes": 3.0}, {"epochs": 5.0}).minutes == 3.0


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("bach_size = 4", "bach_size"),
        ("batch_size = 'four'", "batch_size"),
        ("batch_size = true", "batch_size"),
        ("loss = 'hinge'", "hinge"),
        ("loss = ", "TOML"),
        ("run = 'elsewhere'", "run"),
        ("[[stage]]\nside = 64", "stage"),
        ("[augmentation]\nrotate = 3", "rotate"),
        ("stage = 3", "stage"),
    ],
)
def test_a_mistake_in_a_configuration_is_named(tmp_path, content, word):
    file = tmp_path / "config.toml"
    file.write_text(content)
    with pytest.raises(UsageProblem, match=word):
        config.read(file)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"side": 100}, "side of 100"),
        ({"network": "resnet-9000"}, "resnet-9000"),
        ({"epochs": 1.0, "minutes": 1.0}, "minutes"),
        ({"validation": 1.5}, "validation"),
        ({"name": "../elsewhere"}, "name"),
        ({"batch_size": 0}, "batch_size"),
    ],
)
def test_impossible_options_are_refused(asked, word):
    with pytest.raises(UsageProblem, match=word):
        config.resolved(ASKED | asked, {})


def test_stages_and_a_schedule_beside_them_contradict_each_other():
    with pytest.raises(UsageProblem, match="stage"):
        config.resolved(ASKED, {"stage": (Stage(1, 32, 1),), "epochs": 3.0})


@pytest.mark.parametrize(
    ("part", "hints", "recolouring", "learns"),
    [
        ("default", 0.5, 0, False),
        ("default-continued", 0.2, 0, True),
        ("default-crisp", 0.12, 0, True),
        ("default-studio", 0.12, 0, True),
        ("default-recoloured", 1.0, 0.5, False),
    ],
)
def test_the_recipes_of_the_shipped_model_are_ones_that_train_reads(part, hints, recolouring, learns):
    options = config.resolved(ASKED, config.read(Path(__file__).parents[2] / f"docs/recipes/{part}.toml"))
    assert options.network == DEFAULT.name
    assert (options.augmentation.hints, options.augmentation.recolouring) == (hints, recolouring)
    assert all(bool(stage.thaw_from) == learns for stage in options.stages)
