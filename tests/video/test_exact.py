"""What is not colour comes through a film as it was: luma, times, sound, subtitles, chapters, tags and shape."""

import shutil
import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest

from .clips import Clip, decoded, make_clip, packets, plane_of

LOSSLESS = {"quality": 0}


def same_lumas(one, other):
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".avi", ".ts"])
def test_luma_times_and_sound_are_the_source_s_in_every_container(suffix, colour, tmp_path):
    source = make_clip(tmp_path / f"film{suffix}", Clip(sound=True, bframes=0 if suffix == ".avi" else 2))
    film = colour(source, **LOSSLESS)
    before, after = decoded(source), decoded(film.target)
    assert film.target.name == f"film_colorized{suffix}"
    assert same_lumas(before.lumas, after.lumas)
    assert [time - after.times[0] for time in after.times] == [time - before.times[0] for time in before.times]
    shift = after.times[0] - before.times[0]
    heard = packets(source, "audio")
    assert [(i, time + shift, length, data) for i, time, length, data in heard] == packets(film.target, "audio")
    assert shift == 0 or suffix == ".ts"  # which cannot hold times before its beginning
    assert film.frames == 24
    assert film.notes == ()


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "gray", "gray10le"])
@pytest.mark.parametrize("codec", ["ffv1", "h264"])
@pytest.mark.parametrize("full", [False, True])
def test_luma_is_kept_bit_for_bit_at_its_depth_and_range(pixels, codec, full, colour, tmp_path):
    source = make_clip(tmp_path / "film.mkv", Clip(frames=4, codec="ffv1", pixels=pixels, full=full))
    film = colour(source, tmp_path / "colour.mkv", codec=codec, **LOSSLESS)
    after = decoded(film.target)
    assert same_lumas(decoded(source).lumas, after.lumas)
    assert after.images[0].color_range == (2 if full else 1)
    assert np.ptp(plane_of(after.images[0], 1)) > 0


@pytest.mark.parametrize(("lines", "matrix", "told"), [(72, 2, 6), (720, 2, 1), (72, 1, 1), (72, 9, 9), (720, 5, 5)])
def test_what_the_matrix_leaves_unsaid_is_settled_by_the_lines_and_tagged(lines, matrix, told, colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=2, size=(128, lines), matrix=matrix))
    film = colour(source)
    assert decoded(film.target).images[0].colorspace == told


def test_times_that_are_not_even_stay_as_they_are_also_the_last_frame_s(colour, tmp_path):
    times = (0, 1, 2, 5, 6, 7, 20, 21, 22, 23, 40, 41)
    source = make_clip(tmp_path / "film.mp4", Clip(frames=12, rate=Fraction(24000, 1001), times=times, sound=True))
    film = colour(source)
    assert decoded(film.target).times == decoded(source).times == [step * Fraction(1001, 24000) for step in times]
    with av.open(str(film.target)) as after:
        stream = after.streams.video[0]
        assert stream.duration * stream.time_base == 42 * Fraction(1001, 24000)


@pytest.mark.parametrize("rate", [Fraction(16), Fraction(24000, 1001), Fraction(30000, 1001)])
def test_rates_of_silents_and_television_are_kept(rate, colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(rate=rate, frames=20))
    film = colour(source)
    with av.open(str(film.target)) as after:
        assert after.streams.video[0].average_rate == rate
    assert decoded(film.target).times == [number / rate for number in range(20)]


def test_subtitles_chapters_attachments_languages_and_tags_are_kept(colour, tmp_path):
    clip = Clip(
        sound=True,
        subtitles=("subrip", "ass"),
        chapters=((0, 1, "Arrival"), (1, 2, "The street")),
        attachment=b"not really a font",
        tags={"title": "A street", "comment": "Digitised in 1998"},
    )
    source = make_clip(tmp_path / "film.mkv", clip)
    film = colour(source)
    assert packets(film.target, "subtitle") == packets(source, "subtitle")
    with av.open(str(source)) as before, av.open(str(film.target)) as after:
        assert [(c["start"], c["end"], c["metadata"]) for c in after.chapters()] == [
            (c["start"], c["end"], c["metadata"]) for c in before.chapters()
        ]
        assert [(s.type, s.language, s.metadata.get("title")) for s in after.streams] == [
            (s.type, s.language, s.metadata.get("title")) for s in before.streams
        ]
        assert [s.disposition for s in after.streams] == [s.disposition for s in before.streams]
        assert after.streams.attachments[0].data == b"not really a font"
        tags = {name.lower(): value for name, value in after.metadata.items()}
    assert tags["title"] == "A street"
    assert tags["comment"].startswith("Digitised in 1998")
    assert "lab-colorize" in tags["comment"]


def test_mov_text_stays_in_mp4_and_is_named_where_matroska_cannot_hold_it(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(subtitles=("mov_text",)))
    assert packets(colour(source).target, "subtitle") == packets(source, "subtitle")
    film = colour(source, tmp_path / "other.mkv")
    assert packets(film.target, "subtitle") == []
    assert any("mov_text" in note and "left out" in note for note in film.notes)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
@pytest.mark.parametrize("rotation", [90, -90, 180])
def test_rotation_and_the_shape_of_pixels_are_kept(suffix, rotation, colour, tmp_path):
    source = make_clip(tmp_path / f"film{suffix}", Clip(frames=3, rotation=rotation, aspect=Fraction(16, 11)))
    film = colour(source)
    with av.open(str(film.target)) as after:
        assert after.streams.video[0].sample_aspect_ratio == Fraction(16, 11)
        assert abs(next(after.decode(video=0)).rotation) == abs(rotation)
    assert decoded(film.target).images[0].rotation == decoded(source).images[0].rotation


def test_fields_are_kept_as_fields_or_made_whole(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(interlaced=True))
    kept = colour(source)
    assert all(image.interlaced_frame for image in decoded(kept.target).images)
    assert decoded(kept.target).times == decoded(source).times
    whole = colour(source, tmp_path / "whole.mp4", deinterlace=True)
    assert not any(image.interlaced_frame for image in decoded(whole.target).images)
    assert decoded(whole.target).times == decoded(source).times


def test_a_part_of_a_film_begins_at_nought_with_its_sound(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=48, sound=True))
    film = colour(source, tmp_path / "part.mp4", start=0.5, duration=1.0, **LOSSLESS)
    before, after = decoded(source), decoded(film.target)
    assert same_lumas(before.lumas[12:36], after.lumas)
    assert after.times == [number / Fraction(24) for number in range(24)]
    heard = [data for _, time, _, data in packets(source, "audio") if 0.5 <= time < 1.5]
    assert [data for *_, data in packets(film.target, "audio")] == heard


def test_the_film_itself_is_not_touched(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(sound=True))
    before = source.read_bytes(), source.stat().st_mtime_ns
    colour(source)
    assert (source.read_bytes(), source.stat().st_mtime_ns) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "film_colorized.mp4"]


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_agrees(colour, tmp_path):
    source = make_clip(tmp_path / "film.mkv", Clip(sound=True, subtitles=("subrip",), frames=30))
    film = colour(source)

    def told(path):
        words = ["-v", "error", "-show_entries", "packet=stream_index,pts_time,duration_time", "-of", "csv"]
        done = subprocess.run(["ffprobe", *words, path], capture_output=True, text=True, check=True)
        return sorted(done.stdout.split())

    assert told(film.target) == told(source)
