"""Films: how steady colours are, how little they smear, how fast they come and in how much memory.

    python benchmarks/video.py FILM...                 # flicker and smear of each
    python benchmarks/video.py --rate [--size 640x480] # against a plain transcode with the same encoder settings
    python benchmarks/video.py --memory                # 100 frames against 5,000 or --long

Flicker is the mean change of a and b from frame to frame along the flow, in Lab units, where nothing is covered. Smear
is the mean change that steadying makes to the true a and b of a film in colour. Both are distances in the plane of a
and b, worked out at the size of the network's answer, with a flow finer than the one that steadies.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).parents[1]
FRAMES = 120  # of each film
MISFIT = 8  # levels of luma; more along the flow is an occlusion


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("films", nargs="*", type=Path)
    parser.add_argument("--rate", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--long", type=int, default=5000, help="frames of the long film of --memory")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "FILM"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one_way(*asked.one)
    if asked.films:
        steadiness(asked.films, asked.frames)
    if asked.rate:
        rates(asked.size, asked.frames)
    if asked.memory:
        memory(asked.size, asked.long)


def steadiness(films: list[Path], count: int) -> None:
    """Print the table of docs/video.md."""
    from lab_colorize.video.options import VideoOptions

    usual = VideoOptions()
    ways = ((0, 1), (usual.steady, 1), (usual.steady, usual.every))
    now = f"every {usual.every}th"
    print(f"| film | frame by frame | every frame | share | {now} (default) | share | true colours | smear | {now} |")
    print("|---|---|---|---|---|---|---|---|---|")
    for path in films:
        alone, *held = (flicker(frames_of(path, count, *way)) for way in ways)
        shares = [f"{one:.2f} | {one / alone:.2f}" for one in held]
        truth = [frames_of(path, count, *way, true=True) for way in ways]
        told = " | | "
        if np.mean([np.abs(ab).mean() for _, ab, _ in truth[0]]) > 1:
            smears = [f"{smear(truth[0], one):.2f}" for one in truth[1:]]
            told = f"{flicker(truth[0]):.2f} | {' | '.join(smears)}"
        print(f"| {path.stem} | {alone:.2f} | {' | '.join(shares)} | {told} |", flush=True)


Seen = list[tuple[Any, Any, bool]]  # luma, ab, whether it begins a scene


def frames_of(path: Path, count: int, steady: int, every: int, *, true: bool = False) -> Seen:
    """Luma and colours of some frames; of the network, or the film's own."""
    from lab_colorize import Colorizer
    from lab_colorize.video.colouring import Colouring, Pace, Place
    from lab_colorize.video.look import Look, alike
    from lab_colorize.video.options import VideoOptions
    from lab_colorize.video.plan import plan_for
    from lab_colorize.video.scenes import with_cuts
    from lab_colorize.video.steady import steadied

    options = VideoOptions(steady=steady, every=every)
    pace = Pace.of(options)
    plan = plan_for(path, Path("unused.mkv"), options)
    painter = Painted()
    colorizer = Colorizer()
    way = Colouring(plan.picture, colorizer, painter, pace, force=True)  # type: ignore[arg-type]
    with plan.open() as film:
        decoded = islice(plan.frames(film), count)
        if true:
            look = Look(plan.picture, colorizer.model.card)
            frames = with_cuts(look.at(alike(decoded, plan.picture)))
            for frame, ab in steadied(with_own_colours(frames, pace), steady):
                painter.painted(frame, ab)
        else:
            for _ in way.frames(decoded, Place()):
                pass
    return painter.seen


def with_own_colours(frames: Iterable[Any], pace: Any) -> Iterator[Any]:
    """The same frames with the film's own colours, at the size of the network's answer and as often as it is asked."""
    from lab_colorize.colour.lab import lab_of
    from lab_colorize.video.colouring import chosen

    for frame, asked in chosen(frames, pace):
        if asked:
            rgb = frame.image.reformat(format="rgb24").to_ndarray()
            frame.ab = lab_of(cv2.resize(rgb, frame.small.shape[::-1], interpolation=cv2.INTER_AREA))[..., 1:]
        yield frame


class Painted:
    """Stands where frames are painted, and keeps their colours."""

    def __init__(self) -> None:
        self.seen: Seen = []

    def painted(self, frame: Any, ab: Any) -> None:
        """Keep one."""
        self.seen.append((frame.seen, ab, frame.cut))


def flicker(seen: Seen) -> float:
    """Mean change of a and b along the flow."""
    changes = []
    method = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    for (before, ab, _), (after, following, cut) in pairwise(seen):
        if cut:
            continue
        back = method.calc(after, before, None)
        grid = np.dstack(np.meshgrid(np.arange(after.shape[1]), np.arange(after.shape[0]))).astype(np.float32)
        where = grid + back
        fits = np.abs(cv2.remap(before, where, None, cv2.INTER_LINEAR).astype(float) - after) < MISFIT
        size = after.shape[::-1]
        moved = cv2.remap(cv2.resize(ab, size), where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        change = np.linalg.norm(cv2.resize(following, size) - moved, axis=-1)
        changes.append(change[fits].mean() if fits.any() else 0.0)
    return float(np.mean(changes))


def smear(truth: Seen, held: Seen) -> float:
    """Mean change that steadying makes."""
    pairs = zip(truth, held, strict=True)
    return float(np.mean([np.linalg.norm(own - steady, axis=-1).mean() for (_, own, _), (_, steady, _) in pairs]))


def rates(size: str, count: int) -> None:
    """Colouring against a plain transcode, in turns, by processor time and by the clock."""
    with tempfile.TemporaryDirectory() as folder:
        path = scan(Path(folder), size, count)
        found: dict[str, list[tuple[float, float]]] = {"plain": [], "colour": []}
        for _ in range(3):
            for way, times in found.items():
                times.append(timed(way, path))
        for number, what in enumerate(("clock", "processor time")):
            plain, colour = (sorted(turn[number] for turn in found[way])[1] for way in ("plain", "colour"))
            told = f"{1000 * plain / count:.1f} and {1000 * colour / count:.1f} ms a frame"
            print(f"{size}, {what}: {told}, {plain / colour:.2f} of the plain transcode's rate")


def memory(size: str, long: int) -> None:
    """Peak memory of a short and a long film."""
    with tempfile.TemporaryDirectory() as folder:
        for count in (100, long):
            path = scan(Path(folder), size, count)
            peaks = {way: peak(way, path) for way in ("plain", "colour")}
            print(f"{size}, {count} frames: plain {peaks['plain']} MB, colour {peaks['colour']} MB")


def scan(folder: Path, size: str, count: int) -> Path:
    """A grainy grey film that pans over a photograph."""
    import av

    width, height = map(int, size.split("x"))
    photograph = cv2.imread(str(ROOT / "docs/demo/photo.jpg"), cv2.IMREAD_GRAYSCALE)
    wide = cv2.resize(photograph, (width + 200, height + 50), interpolation=cv2.INTER_AREA).astype(np.int16)
    random = np.random.default_rng(0)
    grain = [random.normal(0, 4, (height, width)).astype(np.int16) for _ in range(8)]
    path = folder / f"scan{count}.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": "14", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(count):
            left = abs((2 * number) % 400 - 200)
            levels = wide[20 : 20 + height, left : left + width] + grain[number % 8]
            grey = np.clip(levels, 0, 255).astype(np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")))
        out.mux(stream.encode(None))
    return path


def timed(way: str, path: Path) -> tuple[float, float]:
    """Seconds by the clock and of processors, of one way in a program of its own, less its start."""
    told = subprocess.run([sys.executable, __file__, "--one", way, path], capture_output=True, text=True, check=True)
    clock, processors, _ = map(float, told.stdout.split())
    return clock, processors


def peak(way: str, path: Path) -> int:
    """Megabytes at most."""
    told = subprocess.run([sys.executable, __file__, "--one", way, path], capture_output=True, text=True, check=True)
    return round(float(told.stdout.split()[2]))


def one_way(way: str, path: str) -> None:
    """Colour a film, or encode it again, and print seconds and megabytes."""
    from lab_colorize import Colorizer, colorize_video

    colorizer = Colorizer()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.mp4"
        clock, processors = time.perf_counter(), time.process_time()
        if way == "plain":
            plain(Path(path), target)
        else:
            colorize_video(path, target, colorizer=colorizer)
        clock, processors = time.perf_counter() - clock, time.process_time() - processors
    print(clock, processors, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def plain(source: Path, target: Path) -> None:
    """What FFmpeg alone does with the same encoder settings."""
    import av

    from lab_colorize.workers import usable_cores

    with av.open(str(source)) as film, av.open(str(target), "w") as out:
        picture = film.streams.video[0]
        picture.thread_type = "AUTO"
        stream = out.add_stream("libx264", rate=Fraction(24), options={"crf": "18", "preset": "medium"})
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "yuv420p"
        stream.codec_context.time_base = picture.time_base
        stream.codec_context.thread_count = usable_cores()
        for frame in film.decode(picture):
            frame.pict_type = 0
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


if __name__ == "__main__":
    main()
