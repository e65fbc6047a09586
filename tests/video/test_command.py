"""The command as a person runs it."""

import json
import subprocess
import sys

import cv2
import pytest
from click.testing import CliRunner

from lab_colorize.cli import video as command
from lab_colorize.video.options import CODEC_NAMES

from .clips import Clip, decoded, make_clip, plane_of


def run(*words, **given):
    program = [sys.executable, "-m", "lab_colorize", *map(str, words)]
    return subprocess.run(program, capture_output=True, text=True, check=False, **given)


def test_the_codecs_of_the_help_are_those_that_there_are():
    assert command.CODECS == CODEC_NAMES


def test_a_film_is_coloured_beside_itself_and_its_path_is_told(tmp_path, tiny_model):
    make_clip(tmp_path / "film.mp4", Clip(frames=4))
    done = run("video", "film.mp4", "--model", tiny_model, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "film_colorized.mp4\n"
    assert len(decoded(tmp_path / "film_colorized.mp4").lumas) == 4


def test_a_dry_run_says_what_is_kept_and_writes_nothing(tmp_path, tiny_model):
    source = make_clip(tmp_path / "film.mkv", Clip(frames=24, sound=True, subtitles=("subrip",)))
    done = run("video", source, "--model", tiny_model, "--dry-run")
    assert done.returncode == 0, done.stderr
    for told in ("96 x 72", "24.000 frames/s", "0:00:01", "audio aac fra Piano", "subtitle", "Nothing was written"):
        assert told in done.stdout
    facts = json.loads(run("video", source, "--model", tiny_model, "--dry-run", "--json").stdout)
    assert facts["action"] == "colour"
    assert facts["seconds_needed"] > 0
    assert list(tmp_path.iterdir()) == [source]


def test_json_tells_what_became_of_the_film(tmp_path, tiny_model):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=5))
    facts = json.loads(run("video", source, "--model", tiny_model, "--json").stdout)
    assert (facts["status"], facts["frames"], facts["width"], facts["missing_seconds"]) == ("done", 5, 96, 0)
    again = run("video", facts["target"], "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["status"] == "skipped"


def test_a_comparison_shows_before_and_after(tmp_path, tiny_model):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=5))
    done = run("video", source, "--model", tiny_model, "--compare", "--quality", "0")
    assert done.returncode == 0, done.stderr
    both = decoded(tmp_path / "film_colorized_compare.mp4")
    after = decoded(tmp_path / "film_colorized.mp4")
    assert both.times == after.times
    for one, other in zip(both.images, after.images, strict=True):
        assert (plane_of(one, 0)[:, :96] == plane_of(other, 0)).all()
        assert (plane_of(one, 0)[:, -96:] == plane_of(other, 0)).all()
        assert (plane_of(one, 1)[:, :48] == 128).all()
        assert (plane_of(one, 1)[:, -48:] == plane_of(other, 1)).all()


@pytest.mark.parametrize(
    ("told", "rate"), [("16", "16"), ("23.976", "24000/1001"), ("29.97", "30000/1001"), ("12.5", "25/2")]
)
def test_rates_are_read_as_people_write_them(told, rate):
    assert str(command.Rate().convert(told, None, None)) == rate


@pytest.mark.parametrize("told", ["0", "-3", "abc", "5/0", "9999"])
def test_rates_that_are_none_are_refused(told):
    done = CliRunner().invoke(command.video, ["film.mp4", "--fps", told])
    assert done.exit_code == 2


def test_without_pyav_the_extra_is_named(tmp_path, monkeypatch):
    (tmp_path / "av").mkdir()
    (tmp_path / "av" / "__init__.py").write_text("raise ImportError(name='av')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = run("video", "film.mp4")
    assert done.returncode == 2
    assert "lab-colorize[video]" in done.stderr
    assert "Traceback" not in done.stderr


def test_progress_is_told_in_frames_speed_and_time_left():
    from lab_colorize.cli.video_progress import FilmProgress
    from lab_colorize.video.run import Progress

    said = []
    clock = iter(range(0, 1000, 10))
    shown = FilmProgress(said.append, 20, lambda: next(clock))
    shown._seconds, shown._rate = 100.0, 25.0
    for frames in (250, 500, 750):
        shown(Progress(frames, 0, frames / 25))
    assert said == ["0:00:20 of 0:01:40, 25.0 frames/s, 1.00 times the film's speed, 80 s left"]


def test_a_batch_names_the_films_that_it_meets_with_this_command(tmp_path, tiny_model, scene):
    (tmp_path / "in").mkdir()
    make_clip(tmp_path / "in" / "reel.mp4", Clip(frames=2))
    cv2.imwrite(str(tmp_path / "in" / "photo.png"), scene())
    done = run("batch", tmp_path / "in", "--out", tmp_path / "out", "--model", tiny_model)
    assert done.returncode == 0, done.stderr
    assert "1 film" in done.stderr
    assert "`lab-colorize video`" in done.stderr
    assert "reel.mp4" in done.stderr
    (tmp_path / "in" / "photo.png").unlink()
    alone = run("batch", tmp_path / "in", "--out", tmp_path / "other", "--model", tiny_model)
    assert alone.returncode == 7
    assert "`lab-colorize video`" in alone.stderr


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".avi"])
def test_a_film_among_photographs_is_named_as_one(suffix, tmp_path, tiny_model):
    film = make_clip(tmp_path / f"reel{suffix}", Clip(frames=2))
    done = run("colorize", film, "--model", tiny_model)
    assert done.returncode == 3
    assert "a film" in done.stderr
    assert "lab-colorize video" in done.stderr
