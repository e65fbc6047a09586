"""A screenshot of `evaluate`'s report for the README: its summary table, and beside it the first photographs.

    python benchmarks/report_picture.py FOLDER docs/demo/report.jpg

measures the colour photographs of FOLDER with the shipped model, opens the report in headless Chromium (with its
chromedriver, driven by Selenium), and takes the picture.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import tempfile
from pathlib import Path

import cv2
import numpy as np
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from lab_colorize.cli.group import commands

WIDTH = 780  # of each half, in the page's own pixels
SCALE = 1.25
MARGIN = 40
BYTES = 300_000


def main() -> None:
    """Evaluate, open, take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="colour photographs")
    parser.add_argument("target", type=Path, help="the picture, .jpg")
    parser.add_argument("--model", help="another than the shipped model")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / "report.html"
        model = ["--model", chosen.model] if chosen.model else []
        commands(["evaluate", str(chosen.folder), "--quiet", "--report", str(page), *model], standalone_mode=False)
        picture = screenshot(page)
    chosen.target.write_bytes(small_enough(picture))


def screenshot(page: Path) -> np.ndarray:
    """The page as far down as its table goes, and beside it as much of its photographs."""
    options = ChromeOptions()
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    with Chrome(options=options, service=Service(shutil.which("chromedriver"))) as browser:
        window = {"width": WIDTH, "height": 1000, "deviceScaleFactor": SCALE, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
        browser.get(page.absolute().as_uri())
        height = place_of(browser, "figures")["bottom"] + MARGIN
        top = place_of(browser, "gallery")["top"] - MARGIN
        return np.hstack([clipped(browser, 0, height), clipped(browser, top, height)])


def place_of(browser: Chrome, section: str) -> dict[str, float]:
    """Where a section lies on the page."""
    place: dict[str, float] = browser.execute_script(
        "return document.getElementById(arguments[0]).getBoundingClientRect().toJSON()", section
    )
    return place


def clipped(browser: Chrome, top: float, height: float) -> np.ndarray:
    """A part of the page at its full width."""
    clip = {"x": 0, "y": top, "width": WIDTH, "height": height, "scale": 1}
    asked = {"format": "png", "captureBeyondViewport": True, "clip": clip}
    png = base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", asked)["data"])
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def small_enough(picture: np.ndarray) -> bytes:
    """A JPEG of the best quality that a README should carry."""
    for quality in range(92, 40, -4):
        encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(encoded) <= BYTES:
            return encoded
    raise SystemExit("The picture does not get small enough.")


if __name__ == "__main__":
    main()
