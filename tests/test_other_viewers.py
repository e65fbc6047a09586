"""Results with copied lightness look the same in programs that decode JPEG each in its own way."""

import shutil
import subprocess

import cv2
import numpy as np
import pytest

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.options import ColorizeOptions

from . import makers as m

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
KINDS = {"baseline": (0, 0), "progressive": (1, 0), "restarts": (0, 7), "progressive with restarts": (1, 1)}


@pytest.fixture(scope="module", params=KINDS)
def result(request, tiny_model, tmp_path_factory):
    """A coloured JPEG of odd size on disk."""
    progressive, restart = KINDS[request.param]
    options = [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive, cv2.IMWRITE_JPEG_RST_INTERVAL, restart]
    scene = cv2.GaussianBlur(m.grey(201, 167), (0, 0), 1.5)
    source = cv2.imencode(".jpg", scene, [*options, cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    coloured = colorize_bytes(source, name="x", colorizer=Colorizer(tiny_model), options=ColorizeOptions())
    assert coloured.lightness == "copied"
    path = tmp_path_factory.mktemp("viewers") / "photo.jpg"
    path.write_bytes(coloured.content)
    return path


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, check=True).stdout


def off(pixels, path):
    """How far from what OpenCV makes of the file, at the most and on average."""
    difference = np.abs(pixels.astype(int) - cv2.imread(str(path)))
    return difference.max(), difference.mean()


@pytest.mark.parametrize(
    "words",
    [
        ["djpeg", "-strict", "-outfile", "OUT", "IN"],
        ["gm", "convert", "IN", "OUT"],
        ["vips", "copy", "IN", "OUT"],
    ],
    ids=lambda words: words[0],
)
def test_programs_of_libjpeg_see_the_same(result, words, tmp_path):
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    seen = tmp_path / "seen.ppm"
    run(*({"IN": result, "OUT": seen}.get(word, word) for word in words))
    assert off(cv2.imread(str(seen)), result)[0] <= 1


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_ffmpeg_reads_the_same_planes(result):
    """It has a decoder of its own."""
    words = ["-loglevel", "warning", "-i", result, "-f", "rawvideo", "-pix_fmt", "yuvj420p", "-"]
    planes = np.frombuffer(run("ffmpeg", *words), np.uint8)
    luma = cv2.imread(str(result), cv2.IMREAD_GRAYSCALE)
    halves = planes[luma.size :].reshape(2, -(-luma.shape[0] // 2), -(-luma.shape[1] // 2))
    assert np.abs(planes[: luma.size].reshape(luma.shape).astype(int) - luma).max() <= 1
    ours = cv2.cvtColor(cv2.imread(str(result)), cv2.COLOR_BGR2YCrCb)[..., :0:-1]
    for theirs, plane in zip(halves, cv2.split(ours), strict=True):
        whole = cv2.resize(theirs, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)[: luma.shape[0], : luma.shape[1]]
        assert np.abs(whole.astype(int) - plane)[8:-8, 8:-8].mean() < 1


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_chromium_shows_the_same(result, tmp_path):
    page, seen = tmp_path / "page.html", tmp_path / "seen.png"
    page.write_text(f'<body style="margin: 0"><img style="display: block" src="{result.as_uri()}">')
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb"]
    run(CHROMIUM, *quiet, f"--user-data-dir={tmp_path}", "--window-size=400,400", f"--screenshot={seen}", page.as_uri())
    shown = cv2.imread(str(seen))[:201, :167]
    most, mean = off(shown, result)
    assert mean < 1
    assert most <= 8
