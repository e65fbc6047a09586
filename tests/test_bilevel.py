"""Pages of black and white only, such as faxes and line art: nothing to colour, so they are left as they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.on_disk import colorize_photo
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import NothingToColour
from lab_colorize.photos.photo import read_photo

from .batch.conftest import Batch, batch  # noqa: F401  # the fixture

BILEVEL = {
    "fax.tif": {"mode": "1", "compression": "group4"},
    "line.png": {"mode": "1"},
    "line8.tif": {"mode": "L", "compression": "tiff_deflate"},
    "line24.bmp": {"mode": "RGB"},
}


def line_art(shape: tuple[int, int] = (60, 80)) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    smooth = cv2.GaussianBlur(np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32), (0, 0), 3)
    return np.where(smooth > np.median(smooth), 255, 0).astype(np.uint8)


def save(path: Path, mode: str = "L", **more: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(line_art()).convert(mode).save(path, **more)
    return path


@pytest.mark.parametrize("name", BILEVEL)
def test_what_is_black_and_white_only_is_left_alone_and_said_so(name: str, tmp_path: Path, tiny_model: Path) -> None:
    source = save(tmp_path / name, **BILEVEL[name])
    with pytest.raises(NothingToColour, match="black and white only") as left:
        colorize_photo(source, tmp_path / "out" / name, colorizer=Colorizer(tiny_model))
    assert left.value.exit_code == 0
    assert not (tmp_path / "out").exists()


def test_one_grey_anywhere_makes_it_a_photograph(tmp_path: Path, tiny_model: Path) -> None:
    pixels = line_art()
    pixels[13, 17] = 254
    cv2.imwrite(str(tmp_path / "1.png"), pixels)
    assert colorize_photo(tmp_path / "1.png", tmp_path / "2.png", colorizer=Colorizer(tiny_model)).target.exists()


def test_force_tries_it_anyway(tmp_path: Path, tiny_model: Path) -> None:
    source = save(tmp_path / "line.png", "1")
    options = ColorizeOptions(force=True)
    done = colorize_photo(source, tmp_path / "out.png", colorizer=Colorizer(tiny_model), options=options)
    assert np.array_equal(read_photo(done.target).pages[0].pixels[..., 0], line_art())


def test_a_page_of_line_art_among_photographs_stays_as_it_is(tmp_path: Path, tiny_model: Path, scene) -> None:
    grey = Image.fromarray(scene())
    grey.save(tmp_path / "book.tif", save_all=True, append_images=[Image.fromarray(line_art())])
    done = colorize_photo(tmp_path / "book.tif", tmp_path / "out.tif", colorizer=Colorizer(tiny_model))
    assert "black and white only, with no greys to colour and kept as they are: pages 2" in "; ".join(done.notes)
    assert np.array_equal(read_photo(done.target).pages[1].pixels.reshape(60, 80, -1)[..., 0], line_art())


def test_a_batch_counts_them_and_copies_them_with_the_rest(batch: Batch, tmp_path: Path, tiny_model: Path) -> None:  # noqa: F811
    fax = save(tmp_path / "photos/fax.tif", "1", compression="group4")
    plain = batch(tmp_path / "photos", tmp_path / "out", tiny_model)
    assert plain.returncode == 0
    assert "1 skipped (1 black and white only)" in plain.stderr
    complete = batch(tmp_path / "photos", tmp_path / "complete", tiny_model, "--copy-rest")
    assert "1 copied as they are." in complete.stderr
    assert (tmp_path / "complete/fax.tif").read_bytes() == fax.read_bytes()
