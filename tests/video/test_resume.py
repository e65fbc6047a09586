"""A film can be stopped at any moment: the same command goes on, and the result is that of one run."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

import lab_colorize.files.writing
from lab_colorize import Colorizer
from lab_colorize.errors import OutputError, OutputExists
from lab_colorize.files.hashing import sha256_of
from lab_colorize.video.options import VideoOptions
from lab_colorize.video.run import Hooks, Interrupted, colorize_video

from .clips import Clip, decoded, make_clip, packets
from .conftest import SHORT

# Lossless, because x264's macroblock tree, which works behind CRF, now and then decides otherwise on such small frames.
LOSSLESS = VideoOptions(quality=0)
CLIP = Clip(frames=90, sound=True, cuts=(30, 47), colour=(range(47, 62),))
# Run as a program of its own, which is killed some seconds after its work begins.
PROGRAM = """
import os, signal, sys, threading
from lab_colorize import Colorizer, VideoOptions
from lab_colorize.video.run import Hooks, colorize_video
from lab_colorize.video.segments import Length
colorizer = Colorizer(sys.argv[3])
if len(sys.argv) > 4:
    threading.Timer(float(sys.argv[4]), os.kill, (os.getpid(), signal.SIGKILL)).start()
options = VideoOptions(quality=0)
colorize_video(sys.argv[1], sys.argv[2], colorizer=colorizer, options=options, hooks=Hooks(length=Length(8, 16)))
os._exit(0)
"""


def everything(path):
    return [packets(path, kind) for kind in ("video", "audio")]


@pytest.fixture(scope="module", params=[".mp4", ".mkv", ".avi"])
def film(request, tmp_path_factory, tiny_model):
    """A film and what one run makes of it."""
    folder = tmp_path_factory.mktemp("film")
    source = make_clip(folder / f"film{request.param}", CLIP)
    whole = folder / f"whole{request.param}"
    colorize_video(source, whole, colorizer=Colorizer(tiny_model), options=LOSSLESS, hooks=Hooks(length=SHORT))
    return source, everything(whole)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_film_that_was_killed_again_and_again_is_the_same_packet_for_packet(film, tiny_model, tmp_path):
    source, whole = film
    target = tmp_path / f"colour{source.suffix}"
    command = [sys.executable, "-c", PROGRAM, str(source), str(target), str(tiny_model)]
    chance = random.Random(source.suffix)
    for _ in range(8):
        killed = subprocess.run([*command, str(chance.uniform(0, 0.4))], check=False)
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL
        assert not target.exists() or everything(target) == whole
    if not target.exists():
        subprocess.run(command, check=True)
    assert everything(target) == whole
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("stop_after", [1, 20, 40, 60])
def test_a_stop_finishes_the_segment_in_hand_and_the_next_run_goes_on_behind_it(film, stop_after, colorizer, tmp_path):
    source, whole = film
    target = tmp_path / f"colour{source.suffix}"
    seen = []
    hooks = Hooks(length=SHORT, on_progress=seen.append, stop=lambda: len(seen) >= stop_after)
    with pytest.raises(Interrupted) as stopped:
        colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=hooks)
    assert stop_after <= stopped.value.progress.frames < 90
    again = []
    hooks = Hooks(length=SHORT, on_progress=again.append)
    colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=hooks)
    assert len(seen) + len(again) == 90
    assert everything(target) == whole


def test_a_film_that_cannot_be_entered_in_the_middle_is_read_from_its_beginning(film, colorizer, tmp_path, monkeypatch):
    from lab_colorize.video import plan

    source, whole = film
    target = tmp_path / f"colour{source.suffix}"
    seen = []
    hooks = Hooks(length=SHORT, on_progress=seen.append, stop=lambda: len(seen) > 40)
    with pytest.raises(Interrupted):
        colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=hooks)
    monkeypatch.setattr(plan, "_entered", lambda *_: iter(()))
    colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=Hooks(length=SHORT))
    assert everything(target) == whole


def test_parts_made_with_other_options_are_not_mixed_in_nor_thrown_away_unasked(colorizer, tmp_path):
    source, target = make_clip(tmp_path / "film.mp4", CLIP), tmp_path / "colour.mp4"
    seen = []
    hooks = Hooks(length=SHORT, on_progress=seen.append, stop=lambda: len(seen) > 20)
    with pytest.raises(Interrupted):
        colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=hooks)
    other = VideoOptions(quality=0, saturation=0.5)
    with pytest.raises(OutputExists, match="other options"):
        colorize_video(source, target, colorizer=colorizer, options=other)
    assert len(list((tmp_path / "colour.mp4.partial").glob("*.nut"))) >= 1
    colorize_video(source, target, colorizer=colorizer, options=VideoOptions(quality=0, saturation=0.5, overwrite=True))
    assert len(decoded(target).lumas) == 90


def test_a_damaged_segment_and_a_torn_journal_are_made_again(film, colorizer, tmp_path):
    source, whole = film
    target = tmp_path / f"colour{source.suffix}"
    seen = []
    hooks = Hooks(length=SHORT, on_progress=seen.append, stop=lambda: len(seen) > 50)
    with pytest.raises(Interrupted):
        colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=hooks)
    parts = target.with_name(target.name + ".partial")
    segments = sorted(parts.glob("*.nut"))
    os.truncate(segments[1], segments[1].stat().st_size - 1)
    journal = parts / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=Hooks(length=SHORT))
    assert everything(target) == whole


class Killed(BaseException):
    """Stands in for a kill at a certain moment."""


def killed(*_, **__):
    raise Killed


@pytest.fixture(scope="module")
def short_film(tmp_path_factory, tiny_model):
    """A short film, and the packets of what one run makes of it."""
    source = make_clip(tmp_path_factory.mktemp("film") / "film.mp4", Clip(frames=24, sound=True, cuts=(10,)))
    whole = source.with_name("whole.mp4")
    colorize_video(source, whole, colorizer=Colorizer(tiny_model), options=LOSSLESS, hooks=Hooks(length=SHORT))
    return source, everything(whole)


ENDS = {
    "the comparison is there": "lab_colorize.video.run._join",
    "the film has no name yet": "lab_colorize.files.writing._name",
    "the film is there": "lab_colorize.video.journal.Journal.remove",
    "the segments are gone": "lab_colorize.video.journal.shutil.rmtree",
}


@pytest.mark.parametrize("end", ENDS)
def test_after_a_kill_at_the_end_the_same_command_ends_it_and_colours_nothing_again(
    end, short_film, colorizer, tmp_path, monkeypatch
):
    source, whole = short_film
    target, beside = tmp_path / "colour.mp4", tmp_path / "colour_compare.mp4"
    options = replace(LOSSLESS, compare=True)
    with monkeypatch.context() as patch:
        if end == "the film has no name yet":
            name = lab_colorize.files.writing._name
            patch.setattr(ENDS[end], lambda new, path, **how: killed() if path == target else name(new, path, **how))
        else:
            patch.setattr(ENDS[end], killed)
        with pytest.raises(Killed):
            colorize_video(source, target, colorizer=colorizer, options=options, hooks=Hooks(length=SHORT))
    assert target.exists() == (end in {"the film is there", "the segments are gone"})
    again = []
    hooks = Hooks(length=SHORT, on_progress=again.append)
    told = colorize_video(source, target, colorizer=colorizer, options=options, hooks=hooks)
    assert not again
    assert (told.frames, told.target_sha256) == (24, sha256_of(target))
    assert everything(target) == whole
    assert sorted(tmp_path.iterdir()) == [target, beside]


def test_a_film_that_somebody_else_put_there_is_not_taken_for_the_result(short_film, colorizer, tmp_path, monkeypatch):
    source, _ = short_film
    target = tmp_path / "colour.mp4"
    with monkeypatch.context() as patch:
        patch.setattr("lab_colorize.video.journal.Journal.remove", killed)
        with pytest.raises(Killed):
            colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=Hooks(length=SHORT))
    target.write_bytes(target.read_bytes()[::-1])
    with pytest.raises(OutputExists, match=r"colour\.mp4' exists"):
        colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=Hooks(length=SHORT))


def test_a_kill_while_the_journal_is_opened_again_loses_no_segment(short_film, colorizer, tmp_path, monkeypatch):
    source, whole = short_film
    target = tmp_path / "colour.mp4"
    seen, again = [], []
    hooks = Hooks(length=SHORT, on_progress=seen.append, stop=lambda: bool(seen))
    with pytest.raises(Interrupted):
        colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=hooks)
    journal = tmp_path / "colour.mp4.partial" / "journal.jsonl"
    with journal.open("ab") as torn:
        torn.write(b'{"name": "0000')
    with monkeypatch.context() as patch:
        patch.setattr("lab_colorize.video.journal.Journal._append", killed)
        with pytest.raises(Killed):
            colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=Hooks(length=SHORT))
    hooks = Hooks(length=SHORT, on_progress=again.append)
    colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=hooks)
    assert len(seen) + len(again) == 24
    assert everything(target) == whole


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
@pytest.mark.parametrize("room", [3_000, 30_000])
def test_where_room_runs_out_nothing_is_torn_and_the_same_command_goes_on(room, colorizer, tiny_model, tmp_path):
    """A limit on the size of files stands in for a full disk: both refuse a write in the middle."""
    source, target = make_clip(tmp_path / "film.mp4", CLIP), tmp_path / "colour.mp4"
    program = f"import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
    command = [sys.executable, "-c", program + PROGRAM, str(source), str(target), str(tiny_model)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "OutputError" in done.stderr, done.stderr
    assert not target.exists()
    colorize_video(source, target, colorizer=colorizer, options=LOSSLESS, hooks=Hooks(length=SHORT))
    assert len(decoded(target).lumas) == 90
    assert sorted(path.name for path in tmp_path.iterdir()) == ["colour.mp4", "film.mp4"]


def test_two_programs_do_not_write_one_film(tiny_model, tmp_path):
    source, target = make_clip(tmp_path / "film.mp4", CLIP), tmp_path / "colour.mp4"
    command = [sys.executable, "-c", PROGRAM, str(source), str(target), str(tiny_model)]
    first = subprocess.Popen(command)
    try:
        while not (tmp_path / "colour.mp4.partial" / "journal.jsonl").exists():
            time.sleep(0.01)
        with pytest.raises(OutputError, match="another program"):
            colorize_video(source, target, colorizer=Colorizer(tiny_model), options=LOSSLESS)
    finally:
        first.wait()
    assert first.returncode == 0


def test_ctrl_c_ends_the_command_with_its_own_status_and_says_how_to_go_on(tiny_model, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=300, cuts=(250,)))
    command = [sys.executable, "-m", "lab_colorize", "video", str(source), "--model", str(tiny_model), "--json"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    parts = tmp_path / "film_colorized.mp4.partial"
    while not list(parts.glob(".lab-colorize-*")) and running.poll() is None:
        time.sleep(0.01)
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate()
    assert running.returncode == 143
    assert "250 frames done" in said
    assert "same command" in said
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["frames"] == 300
    assert not parts.exists()
