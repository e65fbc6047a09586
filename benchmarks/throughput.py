"""How fast `batch` works, against the floor: threads that only decode, convert to three channels and encode.

The floor reads the same files, decodes them grey, makes three channels of one, encodes them in the same format and
quality and writes them; as many threads as the batch has workers. And against the recipe of tutorials: the same network
through Keras `predict` on one photograph at a time, scikit-image's `rgb2lab` and `lab2rgb`, Pillow in and out. All of
them are processes of their own and are timed from start to finish, save that the recipe's clock starts when TensorFlow
is loaded and the network built.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import clock
import cv2
import numpy as np
import scans

Work = Callable[[int], clock.Run]
COMMAND = Path(sys.executable).with_name("lab-colorize")
QUALITY = 95  # what lab-colorize writes unless told otherwise, with chroma at full size
SETS = {"1 MP JPEG": (1, ".jpg"), "4 MP JPEG": (4, ".jpg"), "12 MP JPEG": (12, ".jpg"), "4 MP 16-bit TIFF": (4, ".tif")}
RECIPE_SET = "4 MP JPEG"
RECIPE_PHOTOS = 8  # it takes seconds for each


def main() -> None:
    """Print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--set", choices=SETS, action="append", help="which photographs; all of them otherwise")
    parser.add_argument("--no-reencode", action="store_true", help="leave out the rows with --reencode")
    parser.add_argument("--floor", nargs=3, metavar=("FOLDER", "OUT", "THREADS"), help=argparse.SUPPRESS)
    parser.add_argument("--recipe", nargs=2, metavar=("FOLDER", "OUT"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.floor:
        floor(Path(chosen.floor[0]), Path(chosen.floor[1]), int(chosen.floor[2]))
    elif chosen.recipe:
        recipe(Path(chosen.recipe[0]), Path(chosen.recipe[1]))
    else:
        print(f"{chosen.photos} photographs a set, medians of {chosen.turns} turns\n")
        print("| photographs | workers | photos/s | MP/s | of the floor | of one worker | so the floor | peak memory |")
        print("|---|---|---|---|---|---|---|---|")
        for name in chosen.set or SETS:
            measure(name, chosen.photos, chosen.turns, reencode=not chosen.no_reencode)


def measure(name: str, count: int, turns: int, *, reencode: bool = True) -> None:
    """Print the lines of one set."""
    megapixels, suffix = SETS[name]
    with tempfile.TemporaryDirectory() as folder:
        source = scans.folder_of_scans(Path(folder) / "in", count, megapixels, suffix)
        out = Path(folder) / "out"

        def fresh(words: list[str | Path]) -> clock.Run:
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            return clock.run(words)

        def batch(workers: int, *more: str) -> clock.Run:
            return fresh([COMMAND, "batch", source, "--out", out, "--workers", str(workers), "--quiet", *more])

        def bare(threads: int) -> clock.Run:
            return fresh([sys.executable, __file__, "--floor", source, out, str(threads)])

        anew = [lambda number: batch(number, "--reencode")] if suffix == ".jpg" and reencode else []
        works = {f"{kind} {number}": (work, number) for number in (1, 2) for kind, work in _kinds(batch, anew, bare)}
        runs = clock.by_turns({key: lambda work=work, n=n: work(n) for key, (work, n) in works.items()}, turns)
        for kind, title in (("batch", name), ("anew", f"{name}, --reencode")):
            for workers in (1, 2):
                if f"{kind} {workers}" in runs:
                    print(_row(title, kind, workers, runs=runs, count=count), flush=True)
        if name == RECIPE_SET:
            compare_recipe(source, out, count / clock.median(runs["batch 2"]))


def _kinds(batch: Work, anew: list[Work], bare: Work) -> Iterator[tuple[str, Work]]:
    yield "batch", batch
    yield from (("anew", work) for work in anew)
    yield "floor", bare


def _row(title: str, kind: str, workers: int, *, runs: dict[str, list[clock.Run]], count: int) -> str:
    ours = runs[f"{kind} {workers}"]
    rate = count / clock.median(ours)
    megapixels = SETS[title.partition(",")[0]][0]
    of_floor = clock.ratio(runs[f"floor {workers}"], ours)
    of_one = clock.ratio(runs[f"{kind} 1"], ours)
    floor_of_one = clock.ratio(runs["floor 1"], runs[f"floor {workers}"])
    peak = max(run.peak for run in ours)
    return (
        f"| {title} | {workers} | {rate:.1f} | {rate * megapixels:.0f} | {of_floor:.2f} | {of_one:.2f} |"
        f" {floor_of_one:.2f} | {peak:.0f} MB |"
    )


def compare_recipe(source: Path, out: Path, ours: float) -> None:
    """Print how many times as fast as the recipe two workers are."""
    few = source.with_name("few")
    few.mkdir()
    for photo in sorted(source.iterdir())[:RECIPE_PHOTOS]:
        os.link(photo, few / photo.name)
    words = [sys.executable, __file__, "--recipe", few, out]
    rate = float(subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
    print(f"\nThe recipe of tutorials: {rate:.2f} photos/s; two workers: {ours / rate:.1f} times as fast\n")


def floor(folder: Path, out: Path, threads: int) -> None:
    """Decode, convert, encode, and nothing else."""
    cv2.setNumThreads(1)
    photos = iter(sorted(folder.iterdir()))
    lock = threading.Lock()

    def work() -> None:
        for photo in drawn(photos, lock):
            grey = cv2.imdecode(np.frombuffer(photo.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_ANYDEPTH)
            done, coded = cv2.imencode(photo.suffix, cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), options(photo.suffix))
            assert done
            (out / photo.name).write_bytes(coded.tobytes())

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()


def options(suffix: str) -> list[int]:
    """As lab-colorize encodes: JPEG with chroma at full size, TIFF with deflate and its predictor."""
    if suffix == ".tif":
        return [cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_ADOBE_DEFLATE, cv2.IMWRITE_TIFF_PREDICTOR, 2]
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    return [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]


def drawn(photos: Iterator[Path], lock: threading.Lock) -> Iterator[Path]:
    """One photograph after another, shared between threads."""
    while True:
        with lock:
            photo = next(photos, None)
        if photo is None:
            return
        yield photo


def recipe(folder: Path, out: Path) -> None:
    """What people copy from tutorials, with our network; prints photographs a second."""
    from PIL import Image
    from skimage import color

    from lab_colorize.colouring.models import find_model
    from lab_colorize.zoo.catalog import DEFAULT
    from lab_colorize.zoo.factory import build
    from lab_colorize.zoo.inputs import given

    model = find_model(None)
    side = model.card.side
    network = build(DEFAULT, side=side, encoder_weights="none")
    network.load_weights(model.path.with_suffix(".weights.h5"))
    photos = sorted(folder.iterdir())
    network.predict(given(np.zeros((1, side, side, 1), np.float32), DEFAULT.hints), verbose=0)  # traces the graph
    began = time.perf_counter()
    for photo in photos:
        image = Image.open(photo).convert("RGB")
        lightness = color.rgb2lab(np.array(image) / 255)[..., 0]
        small = color.rgb2lab(np.array(image.resize((side, side))) / 255)[..., 0]
        ab = network.predict(given(small[None, ..., None] / 50 - 1, DEFAULT.hints), verbose=0)[0] * 110
        wide = np.dstack([Image.fromarray(ab[..., i].astype(np.float32)).resize(image.size) for i in (0, 1)])
        joined = color.lab2rgb(np.dstack([lightness, wide]))
        Image.fromarray((joined * 255).astype(np.uint8)).save(out / photo.name, quality=QUALITY)
    print(len(photos) / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
