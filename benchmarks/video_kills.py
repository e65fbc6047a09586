"""Films that are killed: a program that colours a film dies at a random moment, and the same command follows.

    python benchmarks/video_kills.py [FILM] [--runs 20] [--frames 180] [--keep FOLDER]

Each run kills (signal 9) up to three programs one after another, at moments from the first look at the film to the
last packet of the joining, and then lets one end. Moments are told by processor time, so that they spread over the
whole work however busy the machine is. Its result must be that of a program that was never killed, packet
for packet. What went to the encoder is logged frame by frame; where a result differs, the first packet that does, the
segments and the first frame that went in differently are printed, and all files are kept.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LENGTHS = ("24", "48")  # of segments, so that there are many
MOST_KILLS = 3

PROGRAM = """
import os, signal, sys, threading, time, zlib
import numpy as np
from lab_colorize import Colorizer
from lab_colorize.video.layout import plane
from lab_colorize.video.paint import Painter
from lab_colorize.video.run import Hooks, colorize_video
from lab_colorize.video.segments import Length

source, target, log, seconds, least, most = sys.argv[1:]
painted = Painter.painted
lines = open(log, "a", buffering=1)

def logged(self, frame, ab):
    new = painted(self, frame, ab)
    sums = [zlib.crc32(np.ascontiguousarray(plane(new, index, self._layout.dtype))) for index in range(3)]
    print(frame.number, new.pts, new.duration, *sums, file=lines)
    return new

Painter.painted = logged
def killer():
    while time.process_time() - began < float(seconds):
        time.sleep(0.0005)
    os.kill(os.getpid(), signal.SIGKILL)

colorizer = Colorizer()
began = time.process_time()
if float(seconds):
    threading.Thread(target=killer, daemon=True).start()
colorize_video(source, target, colorizer=colorizer, hooks=Hooks(length=Length(int(least), int(most))))
print(time.process_time() - began, flush=True)
os._exit(0)
"""

Packet = tuple[int, int, int, bytes]


def main() -> None:
    """Kill, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--frames", type=int, default=180, help="of the film that is made if none is named")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("kills"), help="where a run that differs is kept")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        film = asked.film or made_film(folder, asked.frames)
        longest = coloured(film, folder / "whole.mp4", folder / "whole.log", 0)
        assert longest is not None
        print(f"uninterrupted: {longest:.2f} s of processor time", flush=True)
        moments = random.Random(asked.seed)
        kills = different = 0
        for run in range(asked.runs):
            died, alike = one_run(film, folder, moments, longest)
            kills += died
            different += not alike
            if not alike:
                shutil.copytree(folder, asked.keep / f"seed{asked.seed}-run{run}", dirs_exist_ok=True)
            for left in folder.glob("killed*"):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            print(f"run {run}: {died} kills, {'the same' if alike else 'DIFFERENT'}", flush=True)
    print(f"{asked.runs} runs with {kills} kills: {different} not the same packet for packet")


def one_run(film: Path, folder: Path, moments: random.Random, longest: float) -> tuple[int, bool]:
    """Kills until one program ends; how many there were, and whether its result is that of an uninterrupted one."""
    target, log = folder / "killed.mp4", folder / "killed.log"
    died = 0
    for _ in range(MOST_KILLS):
        ended = coloured(film, target, log, moments.uniform(0.01, longest)) is not None
        died += not ended
        with log.open("a") as lines:
            print("# ended" if ended else "# killed", file=lines)
        if ended or finished(target):
            break
        keep_journal(target, died)
    else:
        coloured(film, target, log, 0)
    return died, same(folder, target, log)


def coloured(film: Path, target: Path, log: Path, seconds: float) -> float | None:
    """The processor time that a program took; None if it was killed before its end, after so many seconds, if not 0."""
    command = [sys.executable, "-c", PROGRAM, film, target, log, str(seconds), *LENGTHS]
    done = subprocess.run([str(part) for part in command], check=False, stdout=subprocess.PIPE, text=True)
    assert done.returncode in {0, -signal.SIGKILL}, done.returncode
    return float(done.stdout) if done.returncode == 0 else None


def finished(target: Path) -> bool:
    """Whether a program was killed only when all was done."""
    return target.exists() and not target.with_name(target.name + ".partial").exists()


def keep_journal(target: Path, number: int) -> None:
    """The journal as a kill left it, to see later what the next program began with."""
    journal = target.with_name(target.name + ".partial") / "journal.jsonl"
    if journal.exists():
        shutil.copy(journal, target.with_name(f"killed.journal{number}"))


def same(folder: Path, target: Path, log: Path) -> bool:
    """Whether two films are the same packet for packet; what differs is told."""
    whole, killed = packets(folder / "whole.mp4"), packets(target)
    if whole == killed:
        return True
    pairs = enumerate(zip(whole, killed, strict=False))
    differing = [number for number, (one, other) in pairs if one != other]
    print(f"  {len(whole)} and {len(killed)} packets; {len(differing)} differ, the first are {differing[:5]}")
    for number in differing[:3]:
        both = (whole[number], killed[number])
        told = (f"pts {pts} dts {dts} key {key} {len(held)} bytes" for pts, dts, key, held in both)
        print(f"   packet {number}: {', '.join(told)}")
    fed = frames_in(folder / "whole.log")
    odd = [line for line in frames_in(log) if line not in set(fed)]
    print(f"   frames that went to the encoder and to no encoder of the whole film: {odd[:3] or 'none'}")
    return False


def frames_in(log: Path) -> list[str]:
    """What was logged of frames."""
    return [line for line in log.read_text().splitlines() if not line.startswith("#")]


def packets(path: Path) -> list[Packet]:
    """Times, whether it is a key, and bytes of every packet of the picture."""
    import av

    with av.open(str(path)) as film:
        found: Any = [one for one in film.demux(video=0) if one.size]
        return [(one.pts, one.dts, int(one.is_keyframe), bytes(one)) for one in found]


def made_film(folder: Path, frames: int) -> Path:
    """A grainy film of 320 x 240 with cuts."""
    sys.path.insert(0, str(ROOT))
    from tests.video.clips import Clip, make_clip

    return make_clip(folder / "film.mp4", Clip(frames=frames, size=(320, 240), cuts=(30, 85, 131)))


if __name__ == "__main__":
    main()
