"""`lab-colorize train` as people meet it: in a process of its own, killed, stopped, mistaken."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from lab_colorize.colouring.models import MODELS_VARIABLE

from .conftest import fill, history, save, scene

pytestmark = pytest.mark.slow

QUICK = ("--network", "cifar-cnn", "--side", "8", "--batch-size", "4", "--seed", "3")


def checkpoint(run):
    with np.load(run / "last.npz") as file:
        return {name: file[name] for name in file.files if name != "state"}


def wait_for(what, process, seconds=240):
    """Until something is true; a process that ends before is a failure."""
    for _ in range(seconds * 50):
        if what():
            return
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    pytest.fail("waited too long")


@pytest.fixture
def often(tmp_path):
    """A configuration that saves after every step."""
    path = tmp_path / "often.toml"
    path.write_text("checkpoint_minutes = 1e-9\n")
    return path


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been(tmp_path, photos, command, often):
    words = (photos, *QUICK, "--epochs", "30", "--config", often)
    assert command(*words, "--out", "whole").returncode == 0
    process = command(*words, "--out", "killed", wait=False)
    rng = np.random.default_rng()
    wait_for((tmp_path / "killed" / "last.npz").exists, process)
    time.sleep(rng.uniform(0, 1.5))  # somewhere within a step, a save or an epoch's end
    process.kill()
    process.communicate()
    went_on = command(*words, "--out", "killed", "--resume")
    assert went_on.returncode == 0 or "finished" in went_on.stderr, went_on.stderr
    whole, killed = checkpoint(tmp_path / "whole"), checkpoint(tmp_path / "killed")
    for name, value in whole.items():
        np.testing.assert_allclose(killed[name], value, atol=1e-5, err_msg=name)
    assert history(tmp_path / "whole") == history(tmp_path / "killed")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"])
def test_a_run_that_is_interrupted_saves_and_says_how_to_go_on(tmp_path, photos, command, number, status):
    process = command(photos, *QUICK, "--epochs", "10000", "--out", "run", wait=False)
    wait_for((tmp_path / "run" / "history.csv").exists, process)
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == status, err
    assert "--resume --out run" in err
    assert (tmp_path / "run" / "last.npz").exists()
    assert not (tmp_path / "run" / "cifar-cnn.tflite").exists()


def test_a_trained_model_is_installed_found_by_name_and_colours(tmp_path, photos, command):
    home = {MODELS_VARIABLE: str(tmp_path / "models")}
    done = command(photos, *QUICK, "--epochs", "1", "--out", "run", "--name", "harbour", "--install", **home)
    assert done.returncode == 0, done.stderr
    assert "PSNR" in done.stdout
    assert "12 photos" in done.stderr or "10 training photos, 2 validation photos" in done.stderr
    installed = sorted(path.name for path in (tmp_path / "models").iterdir())
    assert installed == ["harbour.json", "harbour.tflite", "harbour.weights.h5"]
    card = json.loads((tmp_path / "run" / "harbour.json").read_text())
    assert card["training"]["seed"] == 3
    assert card["data"]["training"]["by_folder"] == {"harbour": 5, "market": 5}
    assert str(tmp_path) not in json.dumps(card)  # paths of this machine are nobody's business
    grey = save(tmp_path / "grey.png", scene(4).mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, axis=2))
    import subprocess
    import sys

    coloured = subprocess.run(
        [sys.executable, "-m", "lab_colorize", grey, "--model", "harbour", "-o", tmp_path / "coloured.png"],
        env=os.environ | home,
        capture_output=True,
        check=False,
    )
    assert coloured.returncode == 0, coloured.stderr
    again = command("--resume", "--out", "run", "--name", "harbour")
    assert again.returncode == 7
    assert "finished" in again.stderr


@pytest.mark.parametrize(("users", "on"), [({}, True), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, False)])
def test_the_faster_kernels_are_on_unless_the_user_says_otherwise(tmp_path, command, users, on):
    grey_only(tmp_path / "grey")  # refused after TensorFlow was loaded, which says what it is set to
    done = command(tmp_path / "grey", *QUICK, TF_CPP_MIN_LOG_LEVEL="0", **users)
    assert done.returncode == 2, done.stderr
    assert ("oneDNN custom operations are on" in done.stderr) is on


def empty(folder):
    folder.mkdir()


def one_photo(folder):
    fill(folder, 1)


def grey_only(folder):
    for number in range(3):
        save(folder / f"{number}.png", scene(number).mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, axis=2))


def some(folder):
    fill(folder, 4)


@pytest.mark.parametrize(
    ("make", "words", "status", "said"),
    [
        (lambda _folder: None, (), 7, "no folder"),
        (empty, (), 7, "no photograph"),
        (one_photo, (), 2, "1 colour photograph cannot be split"),
        (grey_only, (), 2, "3 are grey"),
        (some, ("--side", "1"), 2, "side of 1"),
        (some, ("--network", "mobilenet"), 2, "mobilenet-unet"),
        (some, ("--epochs", "1", "--minutes", "1"), 2, "minutes"),
        (some, ("--resume",), 2, "--out"),
        (some, ("--config", "nowhere.toml"), 2, "nowhere.toml"),
        (some, ("--validation-folder", "nowhere"), 7, "nowhere"),
        (some, ("--init-from", "nowhere"), 2, "nowhere"),
    ],
)
def test_bad_input_is_refused_in_words(tmp_path, monkeypatch, capsys, make, words, status, said):
    from lab_colorize.cli.group import commands
    from lab_colorize.errors import ColorizeError

    monkeypatch.chdir(tmp_path)
    make(tmp_path / "folder")
    with pytest.raises(ColorizeError) as refused:
        commands.main(["train", "folder", "--network", "cifar-cnn", *words], standalone_mode=False)
    assert refused.value.exit_code == status
    assert said in str(refused.value)
    assert not list(tmp_path.rglob("last.npz"))


def test_a_folder_in_use_is_not_begun_anew(tmp_path, photos, command):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "something").write_text("")
    done = command(photos, *QUICK, "--out", "run")
    assert done.returncode == 5
    assert "--resume" in done.stderr


@pytest.mark.parametrize("missing", ["keras", "tensorflow", "matplotlib"])
def test_what_is_not_installed_is_named_with_the_way_to_install_it(tmp_path, photos, command, missing):
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / f"{missing}.py").write_text(
        f"raise ModuleNotFoundError('No module named {missing}', name={missing!r})\n"
    )
    done = command(
        photos,
        *QUICK,
        PYTHONPATH=os.pathsep.join([str(tmp_path / "without"), *filter(None, [os.environ.get("PYTHONPATH")])]),
    )
    assert done.returncode == 2
    assert missing in done.stderr
    assert "pip install 'lab-colorize[train]'" in done.stderr


def test_progress_is_told_in_plain_lines_where_there_is_no_terminal():
    from lab_colorize.cli.train_progress import Log
    from lab_colorize.training.fit import Progress
    from lab_colorize.training.validation import Metrics

    lines = []
    log = Log(write=lines.append)
    metrics = Metrics(psnr=21.5, grey_psnr=20.0, ab_error=200.0, grey_ab_error=300.0, chroma_share=0.5)
    for step, validated in itertools.product((1, 2), (None, metrics)):
        log(Progress(step, 40, step / 20, 2.0, 0.01, 31.0, 75.0, validated))
    assert len(lines) == 2
    assert "PSNR 21.50 dB (grey 20.00)" in lines[0]
    assert "0:01:15 left" in lines[0]


def test_the_shipped_model_keeps_its_name(tmp_path, photos, command):
    done = command(photos, *QUICK, "--out", "run", "--install", "--name", "default")
    assert done.returncode == 2
    assert "comes with lab-colorize" in done.stderr
    assert not (tmp_path / "run").exists()


def test_what_can_be_refused_at_once_does_not_wait_for_tensorflow(tmp_path):
    (tmp_path / "photos").mkdir()
    program = (
        "import sys; from lab_colorize.cli.group import commands; from lab_colorize.errors import NothingToDo\n"
        "try: commands.main(['train', 'photos'], standalone_mode=False)\n"
        "except NothingToDo: print('keras' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
