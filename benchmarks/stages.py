"""Where the time of one photograph goes, stage by stage, on one thread; beside it what the floor takes.

Processor time, because other programs on the machine then count less; of each stage the median over the repetitions.
Memory is kept from one photograph for the next as in a batch, but not for the floor, which is measured first.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import blas  # noqa: F401  # before NumPy
import cv2
import numpy as np
import scans

from lab_colorize.colour.chroma import chroma_for
from lab_colorize.colour.join import join
from lab_colorize.colour.lightness import light_through, lightness_through
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.files.writing import write_whole
from lab_colorize.photos.formats.base import Page
from lab_colorize.photos.formats.jpeg import ParsedJpeg
from lab_colorize.photos.grey_jpeg import coloured_jpeg, read_grey_jpeg
from lab_colorize.photos.metadata import Provenance, stamped
from lab_colorize.photos.photo import Photo, encode_photo, read_bytes, read_photo
from lab_colorize.workers import keep_memory_for_the_next, keep_opencv_to_one_core

QUALITY = 95


class Stages:
    """Processor seconds of named pieces of work."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def timed(self, name: str, work: Callable[[], Any]) -> Any:
        """What `work` gives."""
        began = time.thread_time()
        given = work()
        self.seconds[name].append(time.thread_time() - began)
        return given

    def total(self) -> float:
        """The sum of all medians."""
        return sum(map(statistics.median, self.seconds.values()))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megapixels", type=float, default=12)
    parser.add_argument("--turns", type=int, default=9)
    chosen = parser.parse_args()
    keep_opencv_to_one_core()
    ours, anew, floor = Stages(), Stages(), Stages()
    colorizer = Colorizer()
    with tempfile.TemporaryDirectory() as name:
        photo = next(scans.folder_of_scans(Path(name) / "in", 1, chosen.megapixels).iterdir())
        for _ in range(chosen.turns):
            bare(photo, Path(name), floor)
        keep_memory_for_the_next()
        for _ in range(chosen.turns):
            copied(photo, Path(name), colorizer, ours)
            encoded_anew(photo, Path(name), colorizer, anew)
    print(f"A JPEG of {chosen.megapixels:g} megapixels, one thread, medians of {chosen.turns}\n")
    pixels = chosen.megapixels * 1e6
    print("| stage | ms | ns a pixel |\n|---|---|---|")
    for title, stages in (("all stages", ours), ("all stages, --reencode", anew), ("the floor", floor)):
        total = 0.0
        for stage, times in stages.seconds.items():
            seconds = statistics.median(times)
            total += seconds
            print(f"| {stage} | {seconds * 1e3:.1f} | {seconds / pixels * 1e9:.2f} |")
        print(f"| **{title}** | **{total * 1e3:.1f}** | **{total / pixels * 1e9:.2f}** |")


def copied(photo: Path, folder: Path, colorizer: Colorizer, stages: Stages) -> None:
    """What `colorize_photo` does with a grey JPEG, a stage at a time."""
    content = stages.timed("read", lambda: read_bytes(photo))
    grey = stages.timed("take apart, decode at half size", lambda: read_grey_jpeg(ParsedJpeg(content)))
    lightness = lightness_through(grey.half, grey.metadata.icc)
    ab = stages.timed("shrink and predict", lambda: colorizer.colours(lightness))
    blue, red = stages.timed("find Cb and Cr", lambda: chroma_for(grey.half, ab, light_through(None)))
    metadata = stamped(grey.metadata, Provenance(software="stages", model="default", model_sha256="0" * 64))
    coded, _ = stages.timed("encode them, put together", lambda: coloured_jpeg(grey, blue, red, metadata, QUALITY))
    stages.timed("hash source and result", lambda: [hashlib.sha256(each).digest() for each in (content, coded)])
    target = folder / "copied.jpg"
    target.unlink(missing_ok=True)
    stages.timed("write whole", lambda: write_whole(target, coded))


def encoded_anew(photo: Path, folder: Path, colorizer: Colorizer, stages: Stages) -> None:
    """What it does under --reencode."""
    content = stages.timed("read", lambda: read_bytes(photo))
    read = stages.timed("decode, with metadata", lambda: read_photo(content, name=photo.name))
    lightness = lightness_through(read.pages[0].pixels, read.metadata.icc)
    ab = stages.timed("shrink and predict", lambda: colorizer.predict(lightness))
    pixels = stages.timed("join", lambda: join(lightness, ab, np.uint8, blue_first=True))
    provenance = Provenance(software="stages", model="default", model_sha256="0" * 64)
    finished = Photo((Page(pixels, None),), read.format, stamped(read.metadata, provenance))
    coded = stages.timed("encode, with metadata", lambda: encode_photo(finished, quality=QUALITY))
    stages.timed("hash source and result", lambda: [hashlib.sha256(each).digest() for each in (content, coded)])
    target = folder / "out.jpg"
    target.unlink(missing_ok=True)
    stages.timed("write whole", lambda: write_whole(target, coded))


def bare(photo: Path, folder: Path, stages: Stages) -> None:
    """What no tool avoids."""
    content = stages.timed("floor: read", photo.read_bytes)
    grey = stages.timed("floor: decode", lambda: cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE))
    three = stages.timed("floor: three channels", lambda: cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    sampling = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, *sampling]
    _, coded = stages.timed("floor: encode", lambda: cv2.imencode(".jpg", three, options))
    stages.timed("floor: write", lambda: (folder / "floor.jpg").write_bytes(coded.tobytes()))


if __name__ == "__main__":
    main()
