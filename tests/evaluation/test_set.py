"""What is evaluated: photographs in colour, each once, at the protocol's size, and nothing left out in silence."""

import shutil

import cv2
import numpy as np
import pytest

from lab_colorize.errors import NothingToDo, UsageProblem
from lab_colorize.evaluation import photographs
from lab_colorize.evaluation.photographs import list_photographs, read_set
from lab_colorize.evaluation.settings import Settings, settings_named

from .conftest import SIDE, SMALL, scene, write


def names(photo_set):
    return [photograph.name for photograph in photo_set.photographs]


def test_grey_photographs_are_left_out_and_unreadable_ones_are_listed(colour_folder, tmp_path):
    folder = tmp_path / "photos"
    shutil.copytree(colour_folder, folder)
    grey = scene(9)[..., 0]
    write(folder / "grey.png", grey)
    write(
        folder / "sepia.png", np.stack([np.minimum(grey * 1.1, 255), grey * 0.9, grey * 0.7], axis=-1).astype(np.uint8)
    )
    (folder / "broken.jpg").write_text("no photograph")
    (folder / "notes.txt").write_text("not even called one")
    heard = []
    photo_set = read_set(list_photographs(folder), SMALL, workers=2, on_step=heard.append)
    assert names(photo_set) == ["0.png", "1.png", "2.png", "3.png", "deep/4.png", "deep/5.png"]
    assert photo_set.grey == ("grey.png", "sepia.png")
    assert [one.name for one in photo_set.unreadable] == ["broken.jpg"]
    assert photo_set.unreadable[0].remedy
    assert sorted(heard) == [False] + [True] * 8


def test_a_missing_or_empty_folder_is_nothing_to_do(tmp_path):
    with pytest.raises(NothingToDo, match="no folder"):
        list_photographs(tmp_path / "none")
    with pytest.raises(NothingToDo, match="No photograph"):
        list_photographs(tmp_path)
    write(tmp_path / "grey.png", scene(1)[..., 0])
    with pytest.raises(NothingToDo, match="in colour"):
        read_set(list_photographs(tmp_path), SMALL, workers=1)


def test_a_limit_takes_photographs_evenly_and_always_the_same_ones(tmp_path):
    for number in range(10):
        (tmp_path / f"{number}.jpg").touch()
    assert list_photographs(tmp_path, 3).names == ("0.jpg", "3.jpg", "6.jpg")
    assert (
        list_photographs(tmp_path, 10).names == list_photographs(tmp_path, 99).names == list_photographs(tmp_path).names
    )


def test_what_finds_no_room_is_read_again_and_is_the_same(colour_folder, photo_set, monkeypatch):
    monkeypatch.setattr(photographs, "ROOM", 2 * SIDE * SIDE * 3)
    crowded = read_set(list_photographs(colour_folder), SMALL, workers=1)
    assert [photograph.pixels is None for photograph in crowded.photographs] == [False] * 2 + [True] * 4
    for here, there in zip(crowded.photographs, photo_set.photographs, strict=True):
        assert np.array_equal(crowded.pixels_of(here), photo_set.pixels_of(there))


def test_protocols_resize_by_area_to_a_square_or_leave_the_size():
    pixels = scene(1)
    assert np.array_equal(
        settings_named("40").prepared(pixels), cv2.resize(pixels, (40, 40), interpolation=cv2.INTER_AREA)
    )
    assert np.array_equal(settings_named("full").prepared(pixels), pixels)
    assert (settings_named("256").name, settings_named("full").name) == ("256", "full")


def test_sixteen_bits_become_the_nearest_eight():
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    assert np.array_equal(Settings(None).prepared(levels), np.rint(levels / 257).astype(np.uint8))


@pytest.mark.parametrize("size", ["6", "0", "-1", "big", "", "²"])
def test_sizes_that_make_no_sense_are_refused(size):
    with pytest.raises(UsageProblem):
        settings_named(size)


def test_photographs_too_small_for_ssim_are_listed_not_measured(tmp_path):
    write(tmp_path / "tiny.png", scene(1, 6, 80))
    photo_set = read_set(list_photographs(tmp_path), Settings(None), workers=1)
    assert (names(photo_set), len(photo_set.unreadable)) == ([], 1)
