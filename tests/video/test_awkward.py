"""Files that are no film, or not a whole one: each gets an answer, and nothing is left behind."""

import random
import subprocess
import sys
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from lab_colorize.errors import ColorizeError, ExitCode, OutputError, OutputExists, UnreadableFilm, UsageProblem
from lab_colorize.video.source import Film

from .clips import Clip, decoded, luma_of, make_clip


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "lab_colorize", "video", *map(str, words)], capture_output=True, text=True, check=False
    )


def test_empty_files_texts_and_lists_of_what_is_missing_are_named(colour, tmp_path):
    contents = {"empty.mp4": b"", "text.mkv": b"Dear diary\n" * 200, "noise.avi": random.Random(1).randbytes(5000)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFilm, match=name):
            colour(tmp_path / name)
    with pytest.raises(UnreadableFilm, match="No such file"):
        colour(tmp_path / "nothing.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(contents)


def test_a_film_without_its_index_is_called_incomplete(colour, tmp_path):
    whole = make_clip(tmp_path / "film.mp4").read_bytes()
    assert whole.index(b"mdat") < whole.index(b"moov")
    (tmp_path / "cut.mp4").write_bytes(whole[: whole.index(b"moov") - 4])
    with pytest.raises(UnreadableFilm, match="moov"):
        colour(tmp_path / "cut.mp4")


def sound_alone(path, cover=b""):
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mp3", rate=44100)
        picture = None
        if cover:
            picture = out.add_stream("mjpeg", rate=1)
            picture.width, picture.height, picture.pix_fmt = 32, 32, "yuvj420p"
            picture.disposition = av.stream.Disposition.attached_pic
        for start in range(0, 11520, 1152):
            frame = av.AudioFrame.from_ndarray(np.zeros((2, 1152), np.float32), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 44100, start, Fraction(1, 44100)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if picture is not None:
            packet = av.Packet(cover)
            packet.stream, packet.pts, packet.dts = picture, 0, 0
            out.mux(packet)
    return path


def test_sound_alone_and_sound_with_a_cover_are_no_films(colour, tmp_path):
    with pytest.raises(UnreadableFilm, match="no picture"):
        colour(sound_alone(tmp_path / "song.mp3"))
    jpeg = cv2.imencode(".jpg", np.full((32, 32, 3), 90, np.uint8))[1].tobytes()
    with pytest.raises(UnreadableFilm, match="only a cover"):
        colour(sound_alone(tmp_path / "album.mp4", jpeg))


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_of_a_film_that_breaks_off_the_rest_is_kept_and_the_missing_seconds_are_told(share, tmp_path, tiny_model):
    source = make_clip(tmp_path / "film.mkv", Clip(frames=96, sound=True))
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content) * share)])
    done = run(source, "--model", tiny_model)
    assert done.returncode == ExitCode.SOME_FAILED, done.stderr
    assert "missing" in done.stderr
    kept = len(decoded(tmp_path / "film_colorized.mkv").lumas)
    assert 24 < kept < 96


def test_a_film_with_damage_in_its_middle_keeps_its_end(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=96))
    content = bytearray(source.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 600] = random.Random(3).randbytes(600)
    source.write_bytes(content)
    film = colour(source)
    assert decoded(film.target).times[-1] == Fraction(95, 24)


def test_frames_that_change_their_size_are_brought_to_that_of_the_first(colour, tmp_path):
    parts = [
        make_clip(tmp_path / f"{n}.ts", Clip(frames=12, size=size)) for n, size in enumerate([(96, 72), (128, 96)])
    ]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    film = colour(both)
    assert {(image.width, image.height) for image in decoded(film.target).images} == {(96, 72)}
    times = decoded(film.target).times
    assert times == sorted(set(times))
    assert film.frames == 24


@pytest.mark.parametrize("size", [(97, 72), (96, 73), (33, 31)])
def test_odd_sides_are_kept(size, colour, tmp_path):
    source = make_clip(tmp_path / "film.mkv", Clip(frames=3, size=size, codec="ffv1"))
    film = colour(source, quality=0)
    images = decoded(film.target).images
    assert (images[0].width, images[0].height) == size
    assert np.array_equal(luma_of(images[0]), decoded(source).lumas[0])
    assert any("4:4:4" in note for note in film.notes)


@pytest.mark.parametrize("codec", ["rawvideo", "mjpeg", "png", "qtrle", "dvvideo"])
def test_old_codecs_and_packed_levels_are_read(codec, colour, tmp_path):
    pixels = {"rawvideo": "uyvy422", "mjpeg": "yuvj420p", "png": "rgb24", "qtrle": "rgb24", "dvvideo": "yuv420p"}[codec]
    size = (720, 576) if codec == "dvvideo" else (96, 72)
    path = tmp_path / "film.mov"
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        for number in range(4):
            grey = np.clip(Clip(size=(96, 72)).luma(number), 16, 235)
            grey = cv2.resize(grey, size)
            image = av.VideoFrame.from_ndarray(np.dstack([grey] * 3), format="rgb24").reformat(format=pixels)
            image.pts, image.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(image))
        out.mux(stream.encode(None))
    film = colour(path)
    assert film.frames == 4
    assert decoded(film.target).times == [Fraction(number, 25) for number in range(4)]


def test_results_are_not_replaced_unasked_and_the_film_never(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=3))
    colour(source)
    with pytest.raises(OutputExists):
        colour(source)
    colour(source, overwrite=True)
    with pytest.raises(OutputError, match="film itself"):
        colour(source, source, overwrite=True)


@pytest.mark.parametrize(
    ("target", "options", "why"),
    [
        ("film.xyz", {}, "container"),
        ("film.webm", {}, "cannot hold h264"),
        ("film.mkv", {"preset": "leisurely"}, "preset"),
        ("film.mkv", {"steady": 2, "every": 9}, "--every"),
        ("film.mkv", {"start": 100.0}, "--start"),
    ],
)
def test_requests_that_cannot_be_met_are_refused_before_any_work(target, options, why, colour, tmp_path):
    (tmp_path / "in").mkdir()
    source = make_clip(tmp_path / "in" / "film.mp4", Clip(frames=3))
    with pytest.raises((UsageProblem, UnreadableFilm)) as refused:
        colour(source, tmp_path / target, **options)
    assert why in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.slow
def test_mutated_containers_end_in_words_and_in_time(tmp_path, tiny_model):
    """In a program of its own, because a decoder in C may take its program down."""
    chance = random.Random(7)
    for suffix in (".mp4", ".mkv", ".avi", ".ts"):
        content = make_clip(tmp_path / f"film{suffix}", Clip(frames=10, sound=True)).read_bytes()
        for number in range(10):
            mutated = bytearray(content)
            for _ in range(chance.choice([1, 5, 40])):
                mutated[chance.randrange(len(mutated))] = chance.randrange(256)
            (tmp_path / f"bad{number}{suffix}").write_bytes(mutated)
    program = """
import sys
from pathlib import Path
from lab_colorize import Colorizer, colorize_video
from lab_colorize.errors import ColorizeError
colorizer = Colorizer(sys.argv[2])
for path in sorted(Path(sys.argv[1]).glob("bad*")):
    try:
        colorize_video(path, colorizer=colorizer)
    except ColorizeError:
        pass
"""
    command = [sys.executable, "-c", program, str(tmp_path), str(tiny_model)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def test_times_that_run_backwards_or_are_missing_go_forward(tmp_path):
    source = make_clip(tmp_path / "film.avi", Clip(frames=24, codec="mpeg4", bframes=2))
    with Film(source) as film:
        times = [one.pts for one in film.frames()]
    assert times == sorted(set(times))
    assert len(times) == 24


def test_every_answer_says_what_to_do(tmp_path, colour):
    (tmp_path / "a.mp4").write_bytes(b"x" * 100)
    with pytest.raises(ColorizeError) as told:
        colour(tmp_path / "a.mp4")
    assert told.value.remedy
    assert told.value.exit_code == ExitCode.UNREADABLE
