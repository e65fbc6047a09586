"""--verbose says why a photograph is treated as it is, and nothing says so unasked."""

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from lab_colorize.cli.group import commands


@pytest.fixture
def told(tmp_path, tiny_model, scene):
    """What `colorize` puts on standard error for a picture of a suffix, depth and colour."""

    def colorize(suffix, *, words=("--verbose",), dtype=np.uint8, colour=False):
        pixels = scene(0, (90, 120)).astype(dtype) * (257 if dtype == np.uint16 else 1)
        if colour:
            pixels = cv2.applyColorMap(pixels, cv2.COLORMAP_HSV)
        photo = tmp_path / f"photo{suffix}"
        photo.write_bytes(cv2.imencode(suffix, pixels)[1].tobytes())
        done = CliRunner().invoke(commands, ["colorize", str(photo), "--model", str(tiny_model), "--overwrite", *words])
        assert done.exit_code == 0
        assert all(line.startswith(str(photo)) for line in done.stderr.splitlines() if not line.startswith("note: "))
        return done.stderr

    return colorize


def test_a_grey_scan_says_its_tone_its_frame_and_its_way(told):
    said = told(".png")
    for words in ("PNG, 120 x 90, grey, 8 bits", "page 1: grey", "the network tiny sees", "joined by tables"):
        assert words in said


def test_sixteen_bits_go_by_the_formula(told):
    assert "joined by the formula" in told(".png", dtype=np.uint16)


def test_a_grey_jpeg_says_that_its_lightness_is_copied(told):
    assert "coded lightness is copied" in told(".jpg")
    assert "was asked for" in told(".jpg", words=("--verbose", "--reencode"))


def test_a_photograph_in_colour_says_by_which_figures_it_is_that(told):
    said = told(".png", colour=True)
    assert "page 1: in colour" in said
    assert "the network" not in said


def test_nothing_is_said_unasked_nor_after_a_command_that_was_asked(told):
    assert told(".png")
    assert told(".png", words=()) == ""


def test_a_batch_says_what_it_leaves_as_it_is(tmp_path, tiny_model, scene):
    (tmp_path / "in").mkdir()
    cv2.imwrite(str(tmp_path / "in/a.png"), scene(0, (90, 120)))
    words = ["batch", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--model", str(tiny_model), "-v"]
    first, second = (CliRunner().invoke(commands, words).stderr for _ in range(2))
    assert f"{tmp_path / 'in/a.png'}: not done yet" in first
    assert "joined by tables" in first
    assert f"{tmp_path / 'in/a.png'}: done before" in second
