"""The command: what it prints, writes and answers, as a person and a script see it."""

import csv
import json
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from lab_colorize.cli.group import commands
from lab_colorize.errors import ColorizeError, ExitCode, NothingToDo, UsageProblem

from .conftest import scene, write


@pytest.fixture
def run(tiny_model):
    """Runs the command within this process; errors are raised as the boundary would see them."""

    def go(*words):
        arguments = ["evaluate", *map(str, words), "--model", str(tiny_model), "--size", "48"]
        return CliRunner().invoke(commands, arguments)

    return go


def test_figures_go_to_standard_output_and_files_where_they_were_asked_for(run, colour_folder, tmp_path):
    files = [tmp_path / name for name in ("all.json", "all.csv", "page.html")]
    done = run(colour_folder, "--json", files[0], "--csv", files[1], "--report", files[2])
    assert done.exit_code == ExitCode.OK, done.output
    assert "PSNR of the mean MSE" in done.stdout
    assert all(path.stat().st_size > 500 for path in files)
    assert json.loads(files[0].read_text())["folder"] == str(colour_folder)


@pytest.mark.parametrize("form", ["--json", "--csv", "--report"])
def test_a_dash_is_standard_output_which_then_holds_nothing_else(run, colour_folder, tmp_path, monkeypatch, form):
    monkeypatch.chdir(tmp_path)
    done = run(colour_folder, form, "-")
    assert done.exit_code == ExitCode.OK, done.output
    assert not list(tmp_path.iterdir())
    if form == "--json":
        assert len(json.loads(done.stdout)["photographs"]) == 6
    elif form == "--csv":
        assert [len(line) for line in csv.reader(done.stdout.splitlines())] == [4 + 3 * 9] * 7
    else:
        assert done.stdout.startswith("<!doctype html>")
        assert done.stdout.rstrip().endswith("</html>")


def test_two_results_do_not_meet_in_standard_output(run, colour_folder):
    done = run(colour_folder, "--json", "-", "--csv", "-")
    assert isinstance(done.exception, UsageProblem)
    assert done.stdout == ""


def test_unreadable_photographs_are_named_and_the_others_are_measured(run, colour_folder, tmp_path):
    folder = tmp_path / "photos"
    shutil.copytree(colour_folder, folder)
    (folder / "broken.jpg").write_text("no photograph")
    write(folder / "grey.png", scene(1)[..., 0])
    done = run(folder)
    assert done.exit_code == ExitCode.SOME_FAILED
    assert "broken.jpg" in done.stderr
    assert "6 photographs measured, 1 grey one left out, 1 unreadable." in done.stdout


def test_of_many_unreadable_photographs_the_first_are_named_and_the_others_counted(run, tmp_path, monkeypatch):
    monkeypatch.setattr("lab_colorize.cli.evaluate._LISTED", 2)
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_text("no photograph")
    told = run(tmp_path, "--quiet").stderr
    assert ("1.jpg" in told, "2.jpg" in told) == (True, False)
    assert told.endswith("... and 1 more unreadable one.\n")


def test_a_folder_of_unreadable_photographs_alone_is_no_success(run, tmp_path):
    (tmp_path / "broken.jpg").write_text("no photograph")
    assert run(tmp_path).exit_code == ExitCode.SOME_FAILED


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_an_empty_or_missing_folder_is_nothing_to_do(run, tmp_path, folder):
    (tmp_path / "empty").mkdir()
    done = run(tmp_path / folder)
    assert isinstance(done.exception, ColorizeError)
    assert done.exception.exit_code == ExitCode.NOTHING_TO_DO


def test_a_result_that_has_no_place_is_refused_before_anything_is_measured(run, colour_folder, tmp_path):
    for file in (tmp_path / "none" / "all.json", tmp_path / "photo.jpg"):
        done = run(colour_folder, "--json", file)
        assert isinstance(done.exception, ColorizeError)
        assert done.exception.exit_code == ExitCode.OUTPUT
        assert done.stdout == ""


@pytest.mark.parametrize("factor", ["nan", "99", "cards"])
def test_a_saturation_that_makes_no_sense_is_refused(run, colour_folder, factor):
    assert run(colour_folder, "--saturation", factor).exit_code == ExitCode.USAGE


def test_each_model_can_be_measured_as_its_card_recommends(run, colour_folder):
    assert "as each card recommends" in run(colour_folder, "--saturation", "card").stdout


def test_a_limit_is_kept(run, colour_folder):
    assert "1 photograph measured, 0 grey ones" in run(colour_folder, "--limit", 1).stdout
    assert "2 photographs measured" in run(colour_folder, "--limit", 2).stdout


def test_the_ten_worst_are_told_of_where_there_are_others(run, colour_folder, tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    assert "ten worst" not in run(colour_folder, "--report", page).stdout + page.read_text()
    monkeypatch.setattr("lab_colorize.evaluation.summary.WORST", 5)  # of six
    assert "Mean of the ten worst" in run(colour_folder, "--report", page).stdout
    assert "median · mean of the ten worst" in page.read_text()


def test_what_a_limit_spent_on_photographs_that_cannot_be_measured_is_said(run, colour_folder, tmp_path):
    folder = tmp_path / "photos"
    shutil.copytree(colour_folder, folder)
    (folder / "!first.jpg").write_text("no photograph")
    assert "chose 1, of which none could be measured; 6 more" in run(folder, "--limit", 1).stderr
    assert "chose 2, of which 1 could be measured; 5 more" in run(folder, "--limit", 2).stderr
    assert "--limit" not in run(folder, "--limit", 7).stderr
    assert "--limit" not in run(colour_folder, "--limit", 2).stderr


def test_a_limit_that_chose_grey_photographs_alone_says_that_there_are_others(run, colour_folder, tmp_path):
    folder = tmp_path / "photos"
    shutil.copytree(colour_folder, folder)
    write(folder / "!first.png", scene(1)[..., 0])
    done = run(folder, "--limit", 1)
    assert isinstance(done.exception, NothingToDo)
    assert "(1 grey one, 6 not looked at). Raise --limit" in str(done.exception)


def test_as_a_program_it_loads_neither_tensorflow_nor_keras(colour_folder, tiny_model, tmp_path):
    words = [
        "evaluate",
        str(colour_folder),
        "--model",
        str(tiny_model),
        "--size",
        "48",
        "--report",
        str(tmp_path / "a.html"),
    ]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "lab_colorize", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"tensorflow", "keras"}
    assert "cv2" in loaded


def test_without_a_terminal_nothing_but_plain_lines_is_written_and_quiet_writes_none(run, colour_folder):
    assert "\x1b" not in run(colour_folder).output
    assert run(colour_folder, "--quiet").stderr == ""


def test_hints_drawn_from_the_truth_are_measured_beside_none(colour_folder, hinted_model, tmp_path):
    files = [tmp_path / name for name in ("all.json", "page.html")]
    words = ["--hints", "3", "--hints", "200", "--json", files[0], "--report", files[1]]
    arguments = ["evaluate", colour_folder, "--model", hinted_model, "--size", "48", *words]
    done = CliRunner().invoke(commands, list(map(str, arguments)))
    assert done.exit_code == ExitCode.OK, done.output
    summary = json.loads(files[0].read_text())["summary"]
    psnrs = [summary[label]["psnr"]["mean"] for label in ("hinted", "hinted, 3 hints", "hinted, 200 hints")]
    assert psnrs == sorted(psnrs)
    assert psnrs[-1] > psnrs[0] + 1


def test_hints_for_a_model_that_takes_none_are_refused(run, colour_folder):
    assert isinstance(run(colour_folder, "--hints", "5").exception, UsageProblem)
