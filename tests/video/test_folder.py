"""Folders of numbered frames are films: DPX, TIFF and PNG, of 8, 10 and 16 bits."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from lab_colorize.errors import UnreadableFilm

from .clips import Clip, decoded


def folder_of(path, suffix, *, bits=8, numbers=range(98, 104)):
    path.mkdir()
    for number in numbers:
        luma = Clip().luma(number - 98).astype(np.uint16)
        name = str(path / f"reel2_{number}{suffix}")
        if suffix == ".dpx":
            image = av.VideoFrame.from_ndarray(np.dstack([luma * 257] * 3), format="rgb48le")
            with av.open(name, "w", format="image2") as out:
                stream = out.add_stream("dpx", rate=1)
                stream.width, stream.height, stream.pix_fmt = image.width, image.height, "gbrp10le"
                out.mux(stream.encode(image.reformat(format="gbrp10le")))
                out.mux(stream.encode(None))
        else:
            cv2.imwrite(name, luma * 257 if bits == 16 else luma.astype(np.uint8))
    return path


@pytest.mark.parametrize(("suffix", "bits"), [(".png", 8), (".png", 16), (".tif", 8), (".tif", 16), (".dpx", 10)])
def test_frames_become_a_film_in_the_order_of_their_numbers(suffix, bits, colour, tmp_path):
    folder = folder_of(tmp_path / "frames", suffix, bits=bits)
    film = colour(folder, fps=Fraction(16), quality=0)
    assert film.target == tmp_path / "frames_colorized.mp4"
    after = decoded(film.target)
    assert after.times == [Fraction(number, 16) for number in range(6)]
    top = 1023 if "10" in after.images[0].format.name else 255
    for number, luma in enumerate(after.lumas):
        full = after.images[0].color_range == 2
        scale = top if full else top / 255 * 219 + (top == 1023) * 1.7
        levels = luma / scale - (0 if full else 16 / 219)
        assert np.abs(levels - Clip().luma(number) / 255).max() < 0.01


def test_eight_bits_of_grey_are_kept_bit_for_bit(colour, tmp_path):
    film = colour(folder_of(tmp_path / "frames", ".png"), fps=Fraction(16), quality=0)
    for number, luma in enumerate(decoded(film.target).lumas):
        assert np.array_equal(luma, Clip().luma(number))


def test_gaps_and_damaged_frames_are_told_and_held_over(colour, tmp_path):
    folder = folder_of(tmp_path / "frames", ".png", numbers=[98, 99, 102, 103])
    (folder / "reel2_99.png").write_bytes(b"\x89PNG torn")
    film = colour(folder, fps=Fraction(16), quality=0)
    lumas = decoded(film.target).lumas
    assert len(lumas) == 4
    assert np.array_equal(lumas[0], lumas[1])
    assert any("2 numbers" in note for note in film.notes)
    assert any("1 frame" in note for note in film.notes)


@pytest.mark.parametrize("names", [[], ["a.txt"], ["a1.png", "a2.tif"]])
def test_folders_that_are_no_film_are_named(names, colour, tmp_path):
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UnreadableFilm, match="frames"):
        colour(tmp_path, fps=Fraction(16))


def test_a_folder_without_a_rate_is_told_of_it(colour, tmp_path):
    with pytest.raises(UnreadableFilm, match="--fps"):
        colour(folder_of(tmp_path / "frames", ".png"))
