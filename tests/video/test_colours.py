"""The colours of a film: those of the formula, within RGB, steady, none in bars, and none over a scene's own."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab_colorize.colour.lab import lab_of
from lab_colorize.errors import AlreadyInColour
from lab_colorize.video.bars import picture_area
from lab_colorize.video.chroma import Chroma
from lab_colorize.video.colouring import Pace, chosen
from lab_colorize.video.options import VideoOptions
from lab_colorize.video.run import colorize_video
from lab_colorize.video.scenes import NEIGHBOURS, with_cuts
from lab_colorize.video.signal import BT601, BT709, BT2020, Signal
from lab_colorize.video.steady import steadied

from .clips import Clip, decoded, make_clip, photograph, plane_of, zoomed

SIGNALS = [
    Signal(*shares, full, bits) for shares in (BT601, BT709, BT2020) for full in (False, True) for bits in (8, 10)
]


def rgb_of(signal, luma, cb, cr):
    """The formula as it is printed in BT.601 and BT.709, as an oracle."""
    y = (luma - signal.black) / signal.luma_levels
    blue, red = ((plane.astype(np.float64) - signal.neutral) / signal.chroma_levels for plane in (cb, cr))
    r, b = y + 2 * (1 - signal.red) * red, y + 2 * (1 - signal.blue) * blue
    return np.stack([r, (y - signal.red * r - signal.blue * b) / (1 - signal.red - signal.blue), b], axis=-1)


def some_luma(signal, seed=0):
    low, high = int(signal.black), int(signal.black + signal.luma_levels)
    dtype = np.uint8 if signal.bits == 8 else np.uint16
    return np.random.default_rng(seed).integers(low, high + 1, (40, 60)).astype(dtype)


@pytest.mark.parametrize("signal", SIGNALS, ids=str)
@settings(max_examples=12)
@given(a=st.floats(-100, 100), b=st.floats(-100, 100))
def test_every_colour_is_within_rgb_at_the_luma_that_is_there(signal, a, b):
    luma = some_luma(signal)
    cb, cr = Chroma(signal).planes(luma, np.full((2, 2, 2), (a, b), np.float32))
    rounding = 1.1 / signal.chroma_levels * 2
    rgb = rgb_of(signal, luma, cb, cr)
    assert rgb.min() >= -rounding
    assert rgb.max() <= 1 + rounding


@pytest.mark.parametrize("signal", SIGNALS, ids=str)
def test_no_colour_is_exactly_neutral(signal):
    for plane in Chroma(signal).planes(some_luma(signal), np.zeros((3, 3, 2), np.float32)):
        assert (plane == signal.neutral).all()


@pytest.mark.parametrize("signal", SIGNALS, ids=str)
@settings(max_examples=12)
@given(a=st.floats(-12, 12), b=st.floats(-12, 12))
def test_colours_are_those_that_were_asked_for(signal, a, b):
    span = signal.luma_levels
    luma = np.linspace(signal.black + 0.35 * span, signal.black + 0.7 * span, 64).astype(some_luma(signal).dtype)[None]
    cb, cr = Chroma(signal).planes(luma, np.full((1, 1, 2), (a, b), np.float32))
    rgb = np.clip(rgb_of(signal, luma, cb, cr), 0, 1)
    lab = lab_of(np.rint(rgb * 65535).astype(np.uint16))
    off = 1.6 if signal.bits == 8 else 0.9  # luma is held, not L*, and 8 bits have steps of half a unit
    assert np.abs(lab[..., 1:] - (a, b)).max() < off


def test_bars_are_neutral_and_left_out_of_what_the_network_sees(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=20, size=(96, 96), bars=14))
    film = colour(source, tmp_path / "bars.mkv", codec="ffv1", saturation=2)
    plain = colour(
        make_clip(tmp_path / "plain.mp4", Clip(frames=20, size=(96, 68))),
        tmp_path / "plain.mkv",
        codec="ffv1",
        saturation=2,
    )
    for image, other in zip(decoded(film.target).images, decoded(plain.target).images, strict=True):
        for index in (1, 2):
            chroma = plane_of(image, index)
            assert (chroma[:7] == 128).all()
            assert (chroma[-7:] == 128).all()
            near = np.abs(chroma[7:-7].astype(int) - plane_of(other, index))
            assert near.mean() < 1


def test_a_dark_film_has_no_bars():
    dark = np.full((60, 80), 20, np.uint8)
    assert picture_area([dark], SIGNALS[0]).shape == (60, 80)
    spot = dark.copy()
    spot[28:32, 38:42] = 200  # a torch at night
    assert picture_area([spot], SIGNALS[0]).shape == (60, 80)


class Still:
    def __init__(self, luma):
        self.thumbnail, self.cut = cv2.resize(luma, (48, 36), interpolation=cv2.INTER_AREA).astype(np.float32), False


def test_cuts_are_found_where_they_are_and_pans_and_flashes_are_none():
    clip = Clip(frames=60, cuts=(13, 40, 41))
    lumas = [clip.luma(number) for number in range(60)]
    cuts = [number for number, frame in enumerate(with_cuts(map(Still, lumas))) if frame.cut]
    assert cuts == [13, 40, 41]
    shaking = [np.roll(clip.luma(5), 3 * (number % 3), axis=1) for number in range(30)]
    assert not any(frame.cut for frame in with_cuts(map(Still, shaking)))


@pytest.mark.parametrize("length", range(NEIGHBOURS * 2 + 2))
def test_short_films_come_through_the_cut_test_whole(length):
    frames = [Still(np.full((36, 48), number, np.uint8)) for number in range(length)]
    assert list(with_cuts(frames)) == frames


def test_scenes_in_colour_are_left_alone_and_toned_ones_are_not(colour, tmp_path):
    clip = Clip(frames=60, cuts=(20, 40), colour=(range(20, 40),))
    source = make_clip(tmp_path / "film.mkv", clip)
    film = colour(source, tmp_path / "colour.mkv", codec="ffv1")
    before, after = decoded(source).images, decoded(film.target).images
    for number in range(60):
        same = all(np.array_equal(plane_of(before[number], i), plane_of(after[number], i)) for i in (1, 2))
        assert same == (20 <= number < 40), number
    assert film.frames_in_colour == 20
    assert any("in colour already" in note for note in film.notes)


def test_a_film_in_colour_and_a_result_are_left_alone_unless_forced(colour, tmp_path):
    source = make_clip(tmp_path / "film.mp4", Clip(frames=20, colour=(range(20),)))
    with pytest.raises(AlreadyInColour):
        colour(source)
    assert list(tmp_path.iterdir()) == [source]
    film = colour(source, force=True)
    with pytest.raises(AlreadyInColour, match="result of lab-colorize"):
        colour(film.target)


ZOOM = 1.01
# The same places of two planes of chroma, two frames apart: where a clip pans, they have moved by one pixel.
MOTIONS = {
    "pan": (1.0, lambda earlier, later: (earlier[:, 1:], later[:, :-1])),
    "zoom": (ZOOM, lambda earlier, later: (zoomed(earlier, ZOOM**2)[2:-2, 2:-2], later[2:-2, 2:-2])),
}


def trembling_along(planes, same_places):
    """Mean change of planes of chroma, 0..255, along a motion that is known."""
    pairs = [same_places(*map(np.float32, two)) for two in zip(planes, planes[2:], strict=False)]
    return np.mean([np.abs(later - earlier).mean() for earlier, later in pairs])


@pytest.mark.parametrize("motion", MOTIONS)
def test_colours_that_tremble_are_held_steady_along_the_motion(motion, colorizer, tmp_path, monkeypatch):
    """A network whose answers tremble, over a motion that is known."""
    chance = np.random.default_rng(4)
    honest = colorizer.predict
    monkeypatch.setattr(colorizer, "predict", lambda seen: honest(seen) + chance.normal(0, 6, 2).astype(np.float32))
    zoom, same_places = MOTIONS[motion]
    source = make_clip(tmp_path / "film.mp4", Clip(frames=40, size=(192, 144), zoom=zoom))
    trembling = {}
    for steady, every in ((0, 1), (8, 1), (8, VideoOptions().every)):
        options = VideoOptions(codec="ffv1", steady=steady, every=every)
        film = colorize_video(source, tmp_path / f"{steady}-{every}.mkv", colorizer=colorizer, options=options)
        planes = [plane_of(image, 1) for image in decoded(film.target).images]
        trembling[steady, every] = trembling_along(planes, same_places)
    alone, *held = trembling.values()
    assert max(held) < 0.4 * alone


class Moving:
    """A frame of a film whose true colours are known: luma of 0..255, a and b of a picture (h, w, 3)."""

    def __init__(self, number, picture):
        self.number, self.cut, self.to_next, self.to_last = number, number == 0, None, None
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        shrunk = cv2.resize(picture, half, interpolation=cv2.INTER_AREA)
        self.seen = np.rint(picture[..., 0]).astype(np.uint8)
        self.small, self.true, self.ab = shrunk[..., 0], shrunk[..., 1:], None


def painted_photograph():
    """The photograph, with colours that go by its larger shapes."""
    luma = photograph()[:360, :480].astype(np.float32)
    shapes = cv2.GaussianBlur(luma, (0, 0), 3)
    return np.dstack([luma, 30 * np.sin(shapes / 25), 30 * np.cos(shapes / 30)])


MOVED = {
    "pan": lambda picture, number: picture[40:184, 60 + 2 * number :][:, :192],
    "zoom in": lambda picture, number: zoomed(picture[90:234, 130:322], 1.01**number),
    "zoom out": lambda picture, number: zoomed(picture, 2.2 * 0.99**number)[90:234, 130:322],
}


@pytest.mark.parametrize("motion", MOVED)
def test_true_colours_that_move_are_hardly_smeared(motion):
    """Colours that are right, along a motion that the flow has to find, stay as they are."""
    options, picture = VideoOptions(), painted_photograph()
    frames = [Moving(number, MOVED[motion](picture, number)) for number in range(41)]
    for frame, asked in chosen(frames, Pace.of(options)):
        frame.ab = frame.true if asked else None
    smear = [np.linalg.norm(ab - frame.true, axis=-1).mean() for frame, ab in steadied(frames, options.steady)]
    assert np.mean(smear) < 0.4


def test_the_network_sees_both_ends_of_every_scene():
    frames = [Moving(number, np.zeros((24, 24, 3), np.uint8)) for number in range(15)]
    frames[6].cut = True
    seen = [frame.number for frame, asked in chosen(frames, Pace(every=4, steady=8)) if asked]
    assert seen == [0, 4, 5, 6, 8, 12, 14]


def test_colours_do_not_cross_a_cut(colour, tmp_path):
    """The last frame before a cut and the first behind it are coloured as they are without the other scene."""
    both = make_clip(tmp_path / "both.mkv", Clip(frames=24, cuts=(12,), codec="ffv1"))
    film = colour(both, tmp_path / "both.colour.mkv", codec="ffv1", every=1)
    first = make_clip(tmp_path / "first.mkv", Clip(frames=12, codec="ffv1"))
    alone = colour(first, tmp_path / "first.colour.mkv", codec="ffv1", every=1)
    images = decoded(film.target).images
    for image, other in zip(images[:12], decoded(alone.target).images, strict=True):
        assert all(np.array_equal(plane_of(image, i), plane_of(other, i)) for i in (1, 2))


def test_the_photograph_that_clips_are_made_of_is_grey():
    assert photograph().ndim == 2
