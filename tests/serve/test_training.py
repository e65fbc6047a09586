"""A training started, watched, stopped and resumed from the page, and its model used on the first one."""

import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest
from selenium.webdriver.common.by import By

from lab_colorize.cli.group import commands
from lab_colorize.errors import ColorizeError, NothingToDo
from lab_colorize.serve.options import ServeOptions
from tests.training.conftest import save, scene

from .conftest import PHOTOGRAPH, running
from .test_page import opened, phone

pytestmark = pytest.mark.xdist_group("browser")
QUICK = 'network = "cifar-cnn"\nside = 8\nbatch_size = 4\n'  # under a second of steps an epoch


@pytest.fixture
def trainer(tmp_path, tiny_model, monkeypatch):
    """A server with photographs to train on, and places of its own for what comes of that."""
    for number in range(8):
        save(tmp_path / f"Family Álbum/{number}.jpg", scene(number))
    (tmp_path / "quick.toml").write_text(QUICK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_COLORIZE_MODELS", str(tmp_path / "models"))
    options = ServeOptions(
        port=0,
        model=str(tiny_model),
        workers=1,
        train=tmp_path / "Family Álbum",
        train_config=tmp_path / "quick.toml",
    )
    with running(options) as server:
        yield server


@pytest.mark.slow
def test_a_training_is_started_watched_stopped_resumed_and_its_model_used(trainer, browser, tmp_path):
    pages = opened(browser, f"http://127.0.0.1:{trainer.port}/", tmp_path)
    page = next(pages)
    page.until(lambda: page.by("train-link").is_displayed())
    page.by("train-link").click()
    page.until(lambda: page.by("told").text == "No model has been trained here yet.")
    assert page.by("photographs").text == "Family Álbum"
    page.run("document.getElementById('minutes').value = 2")
    page.by("start").click()
    page.until(
        lambda: page.by("curves").is_displayed() and page.by("picture").get_attribute("naturalWidth") != "0", within=300
    )
    assert "lbum-1: Training: step " in page.by("told").text
    assert page.by("progress").get_attribute("value") != "0"
    assert page.violations() == []
    page.by("stop").click()
    page.until(lambda: "Stopped" in page.by("told").text, within=120)
    assert not (tmp_path / "runs/family-lbum-1/family-lbum-1.tflite").exists()
    page.by("resume").click()
    page.until(lambda: "Finished" in page.by("told").text, within=500)
    assert "continues after step" in (tmp_path / "runs/family-lbum-1.log").read_text()
    page.open()
    path = tmp_path / "grey.jpg"
    cv2.imwrite(str(path), cv2.cvtColor(scene(9), cv2.COLOR_RGB2GRAY))
    page.choose(path).settled(1)
    before = page.picture("after")
    page.part("model").send_keys("family-lbum-1")
    page.until(lambda: page.states() == ["done"] and np.abs(page.picture("after") - before).max() > 0)
    next(pages, None)


def test_what_makes_no_sense_is_refused(trainer):
    def post(path, more=None):
        return trainer.ask("POST", f"/api/training/{path}", b"", PHOTOGRAPH | (more or {}))

    assert trainer.ask("GET", "/api/training").told == {
        "photographs": "Family Álbum",
        "minutes": 60,
        "state": "none",
    }
    assert post("stop").status == 409
    assert post("resume").status == 409
    assert post("start?minutes=nan").status == 400
    assert post("start?minutes=0").status == 400
    assert post("start?folder=/etc").status == 400
    assert post("start", {"Origin": "https://evil.example"}).status == 403
    assert post("start", {"Content-Type": "text/plain"}).status == 415
    refused = post("start", {"Content-Type": "application/json"})
    assert refused.status == 415
    assert refused.told["remedy"].startswith("Send no body, but the header Content-Type: application/octet-stream;")
    assert trainer.ask("GET", "/api/training/picture?epoch=../../quick.toml").status == 400
    assert trainer.ask("GET", "/api/training/picture?epoch=1").status == 404


def test_a_run_that_cannot_begin_says_why(trainer, browser, tmp_path):
    (tmp_path / "quick.toml").write_text('network = "no-such-network"\n')
    pages = opened(browser, f"http://127.0.0.1:{trainer.port}/train.html", tmp_path)
    page = next(pages)
    page.until(lambda: page.by("start").is_displayed())
    phone(page)
    page.by("start").click()
    page.until(lambda: "It failed" in page.by("told").text, within=60)
    assert "no-such-network" in page.by("lines").text
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    assert page.violations() == []
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    next(pages, None)


def test_the_figures_beside_a_curve_can_be_told_apart(trainer, browser, tmp_path):
    pages = opened(browser, f"http://127.0.0.1:{trainer.port}/train.html", tmp_path)
    page = next(pages)
    script = """const done = arguments[0], svg = document.getElementById('psnr');
        import(`${location.origin}/plot.js`).then(({ plot }) => {
          plot(svg, [{ points: [[1, 12.401], [2, 12.409]], className: 'main' }], 'PSNR');
          done([...svg.querySelectorAll('text')].filter(text => text.getAttribute('text-anchor') === 'end').map(text => text.textContent));
        }, error => done([String(error)]))"""
    figures = page.browser.execute_async_script(script)
    assert len(figures) > 2
    assert len(set(figures)) == len(figures)
    assert all(figure.startswith("12.4") for figure in figures)
    next(pages, None)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"state": "running", "step": 8, "steps": 9}, "a: Training: step 8 of 9. PSNR 12.00 dB after epoch 15, 12.50"),
        ({"state": "running", "step": 9, "steps": 9}, "a: Training: exporting the model …"),
        ({"state": "finished", "step": 9, "steps": 9}, "It is no better than no colour at all: train longer"),
    ],
)
def test_the_state_says_what_the_log_says(trainer, browser, tmp_path, monkeypatch, told, words):
    figures = {"name": "a", "lines": [], "pictures": [], "photographs": "box"}
    figures["history"] = [{"epoch": 14.4, "loss": 1, "psnr": 12, "grey_psnr": 12.5}]
    monkeypatch.setattr("lab_colorize.serve.training.Trainer.told", lambda _self: figures | told)
    pages = opened(browser, f"http://127.0.0.1:{trainer.port}/train.html", tmp_path)
    page = next(pages)
    page.until(lambda: words in page.by("told").text)
    next(pages, None)


@pytest.mark.slow
def test_the_server_ends_with_its_training_and_what_was_learned_is_kept(tmp_path, tiny_model, monkeypatch):
    from lab_colorize.serve.training import Trainer

    for number in range(8):
        save(tmp_path / f"photos/{number}.jpg", scene(number))
    (tmp_path / "quick.toml").write_text(QUICK)
    monkeypatch.setenv("LAB_COLORIZE_MODELS", str(tmp_path / "models"))
    trainer = Trainer(tmp_path / "photos", tmp_path / "quick.toml", tmp_path / "runs")
    trainer.start(5)
    _until(lambda: trainer.told()["history"])
    trainer.close()
    assert trainer.told()["state"] == "stopped"
    assert Trainer(tmp_path / "photos", None, tmp_path / "runs").told()["state"] == "stopped"


def _until(condition):
    import time

    for _ in range(1200):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError


def test_without_the_option_there_is_no_such_page(server, browser, tmp_path):
    for path in ("/train.html", "/train.js", "/plot.js", "/api/training"):
        assert server.ask("GET", path).status == 404
    assert not any("training" in path for path in server.ask("GET", "/openapi.json").told["paths"])
    pages = opened(browser, f"http://127.0.0.1:{server.port}/", tmp_path)
    page = next(pages)
    page.until(lambda: page.by("drop").is_displayed())
    assert not page.browser.find_element(By.ID, "train-link").is_displayed()
    next(pages, None)


def test_a_folder_that_is_not_there_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(NothingToDo, match="no folder"):
        ServeOptions(train=tmp_path / "nowhere")


@pytest.fixture
def asked_to_serve(tmp_path, monkeypatch):
    """The options with which a server would be started by the command line, or the words with which it is refused."""
    asked = []
    monkeypatch.setattr("lab_colorize.serve.server.serve", lambda options, **_kwargs: asked.append(options))
    monkeypatch.setattr("signal.signal", lambda *_args: None)

    def ask(config):
        (tmp_path / "options.toml").write_text(config)
        words = ["serve", "--train", str(tmp_path / "box"), "--train-config", str(tmp_path / "options.toml")]
        try:
            commands(words, standalone_mode=False)
        except ColorizeError as error:
            return str(error)
        return asked.pop()

    (tmp_path / "box").mkdir()
    return ask


def test_what_cannot_be_trained_is_refused_when_the_server_is_started(asked_to_serve, tmp_path, monkeypatch):
    assert asked_to_serve("") == f"There is no photograph in {tmp_path / 'box'}. Give a folder of colour photographs."
    save(tmp_path / "box/a.jpg", scene(0))
    assert asked_to_serve("").train_minutes == 60
    assert "there is no option 'minute'" in asked_to_serve("minute = 1")
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    way_out = "Training needs tensorflow, which is not installed. pip install 'lab-colorize[train]'"
    assert asked_to_serve("") == way_out


def test_the_page_shows_how_long_the_configuration_trains(asked_to_serve, tiny_model, browser, tmp_path, monkeypatch):
    save(tmp_path / "box/a.jpg", scene(0))
    options = replace(asked_to_serve("minutes = 1.5"), port=0, model=str(tiny_model), workers=1)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    with running(options) as server:
        pages = opened(browser, f"http://127.0.0.1:{server.port}/train.html", tmp_path)
        page = next(pages)
        page.until(lambda: page.by("minutes").get_property("value") == "1.5")
        page.by("minutes").clear()
        page.by("minutes").send_keys("3")
        asked = "return performance.getEntriesByName(`${location.origin}/api/training`).length"
        before = page.run(asked)
        page.until(lambda: page.run(asked) > before + 1)
        assert page.by("minutes").get_property("value") == "3"
        next(pages, None)
