"""Reads and colours thousands of spoilt files: each must end as a photograph or as a clear error, soon and in bounds.

    python benchmarks/fuzz.py [--files 20000] [--seed 0] [--processes 1] [--model NAME_OR_PATH]
    python benchmarks/fuzz.py --only NUMBER          # one file again, in this process, with its traceback
    python benchmarks/fuzz.py --grey-jpegs           # grey JPEGs alone, each coloured around its coded lightness
    python benchmarks/fuzz.py --from 8000            # files 8000 to 19999, where an earlier run ended

Files are made from small photographs in every format by `mutations.py`, each from the seed and its number alone, so a
number is all that is needed to see it again. Each is read, its metadata taken and stamped and written again; every
tenth goes through `colorize_photo`, file to file. That happens in processes of their own: one that dies, or is silent
for too long, names its file. Seconds are those of the processor, so that a busy machine makes no findings; memory is
the highest that the process held during a file (Linux). Exit 1 for a finding.
"""

from __future__ import annotations

import argparse
import io
import itertools
import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]  # the makers of the tests, and the mutator

import mutations  # noqa: E402

from lab_colorize.colour import icc  # noqa: E402
from lab_colorize.colouring.colorizer import Colorizer  # noqa: E402
from lab_colorize.colouring.on_disk import colorize_photo  # noqa: E402
from lab_colorize.colouring.options import COPIED, ColorizeOptions  # noqa: E402
from lab_colorize.errors import ColorizeError  # noqa: E402
from lab_colorize.photos import exif  # noqa: E402
from lab_colorize.photos.formats.base import Damaged, Metadata, Unsupported  # noqa: E402
from lab_colorize.photos.formats.recognition import recognise  # noqa: E402
from lab_colorize.photos.kinds import Format  # noqa: E402
from lab_colorize.photos.metadata import Provenance, read_metadata, stamped  # noqa: E402
from lab_colorize.photos.photo import Photo, encode_photo, probe_photo, read_photo  # noqa: E402
from tests import makers as m  # noqa: E402

MOST_PIXELS = 50_000_000
MOST_SECONDS = 10.0  # of the processor
MOST_SILENCE = 600.0  # seconds by the clock, for one that waits for what never comes
MOST_BYTES = 1 << 30
LUMA = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
LONGEST = 64 << 20  # bytes: parts that are repeated again and again make files that measure the disk
TELL_EVERY = 1000  # files
WHOLE_EVERY = 10  # of so many files one is coloured from file to file
STAMP = Provenance("lab-colorize fuzz", "none", "0" * 64)
TINY = ROOT / "tests" / "models" / "tiny.tflite"


def seeds() -> list[bytes]:
    """Small sound photographs of every format and many kinds, most with all metadata that the format holds."""
    grey, colour, deep, clear = m.grey(), m.colour(), m.colour(bits=16), m.alpha()
    block, profile = m.exif(6, thumbnail=True), m.SRGB_OF_PILLOW
    everything: dict[str, Any] = {"exif": b"Exif\0\0" + block, "xmp": m.XMP, "icc_profile": profile}
    iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(m.IPTC).to_bytes(4, "big") + m.IPTC
    tags = [(700, 1, len(m.XMP), m.XMP, True), (33723, 7, len(m.IPTC), m.IPTC, True), (274, 3, 1, 6, True)]
    info = m.png_info()
    info.add_text("Copyright", "Box 7")
    info.add_itxt("Description", "Gda\u0144sk", zip=True)
    full = Photo(read_photo(m.tiff(colour)).pages, Format.TIFF, Metadata(block, m.XMP, m.IPTC, profile, (300, 300)))
    return [
        m.with_app_segment(m.pillow(grey, "JPEG", **everything, comment=b"plate 12"), 0xED, iptc),
        m.pillow(colour, "JPEG", **everything, progressive=True),
        m.pillow(colour, "JPEG", mode="CMYK"),
        m.pillow(m.grey(300, 400), "JPEG"),
        m.pillow(grey, "PNG", exif=block, pnginfo=info, icc_profile=profile, dpi=(300, 300)),
        m.pillow(np.dstack([colour, clear]), "PNG", exif=block, pnginfo=info),
        bytes(imagecodecs.png_encode(deep)),
        m.pillow(grey, "PNG", mode="P"),
        m.small_png(grey >> 6, 2, 1),
        encode_photo(full),
        m.tiff(grey, colour, deep, extratags=tags, iccprofile=m.grey_profile(m.gamma_curve(2.2))),
        m.tiff(deep, byteorder=">", compression="lzw", predictor=True, extratags=tags),
        m.tiff(colour, bigtiff=True, compression="deflate", rowsperstrip=7),
        m.tiff(colour, tile=(16, 16), compression="packbits"),
        m.tiff(grey > 127),
        m.tiff(grey, compression="jpeg", compressionargs={"level": 90}),
        m.pillow(colour, "TIFF", compression="jpeg"),
        _saved(Image.fromarray(grey > 127), "TIFF", compression="group4"),
        _saved(Image.fromarray(grey > 127), "TIFF", compression="group3"),
        _saved(Image.fromarray(grey).convert("P"), "TIFF"),
        m.pillow(colour, "WEBP", **everything),
        m.pillow(np.dstack([colour, clear]), "WEBP", lossless=True, **everything),
        m.pillow(colour, "AVIF", **everything),
        m.pillow(np.dstack([colour, clear]), "AVIF"),
        bytes(imagecodecs.avif_encode(deep >> 6, bitspersample=10)),
        encode_photo(Photo(full.pages, Format.JPEG2000, full.metadata)),
        m.pillow(np.dstack([colour, clear]), "JPEG2000"),
        bytes(imagecodecs.jpeg2k_encode(deep, level=0, codecformat="j2k")),
        m.pillow(colour, "BMP"),
        m.pillow(grey > 127, "BMP"),
        m.bmp_with_alpha(np.dstack([colour, clear])),
        *other_formats(),
    ]


def other_formats() -> list[bytes]:
    """The same in the formats that are read, and written as TIFF or by an extra."""
    grey, colour, deep, clear = m.grey(), m.colour(), m.colour(bits=16), m.alpha()
    block, profile = m.exif(6, thumbnail=True), m.SRGB_OF_PILLOW
    resources = {0x0404: m.IPTC, 0x0424: m.XMP, 0x0422: block, 0x040F: profile}
    palette = Image.fromarray(colour).quantize(64)
    return [
        _saved(palette, "GIF", transparency=5, save_all=True, append_images=[palette.rotate(90)], comment=b"plate 12"),
        m.pillow(grey, "GIF", interlace=1),
        m.netpbm(deep, 4095, comment=b"# plate 12\n"),
        m.netpbm(colour, 255, plain=True),
        m.photoshop(colour, resources=resources),
        m.photoshop(m.colour(41, 57), large=True),
        m.photoshop(deep, packed=False),
        m.heic(colour, exif=b"Exif\0\0" + block, xmp=m.XMP, icc_profile=profile),
        m.heic(np.dstack([deep, clear.astype(np.uint16) * 257])),
        m.jpeg_xl(np.dstack([colour, clear]), usecontainer=True),
        m.jpeg_xl(grey),
        m.tiff(np.dstack([colour, grey]), photometric="separated", iccprofile=m.inks_profile(), compression="lzw"),
        m.tiff(np.dstack([deep, clear.astype(np.uint16) * 257]), photometric="separated"),
        m.tiff(deep, photometric="cielab", compression="deflate", predictor=True),
        m.tiff(colour, photometric="icclab", rowsperstrip=7),
    ]


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def grey_jpegs() -> list[bytes]:
    """Small grey JPEGs of every kind whose coded lightness is copied, in part with metadata."""
    coded = []
    for number, (progressive, restart) in enumerate(itertools.product((0, 1), (0, 1, 7))):
        options = [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive, cv2.IMWRITE_JPEG_RST_INTERVAL, restart]
        options += [cv2.IMWRITE_JPEG_OPTIMIZE, number % 2, cv2.IMWRITE_JPEG_QUALITY, 60 + 7 * number]
        coded.append(cv2.imencode(".jpg", m.grey(41 + 5 * number, 90 - 7 * number), options)[1].tobytes())
    everything: dict[str, Any] = {"exif": b"Exif\0\0" + m.exif(6, thumbnail=True), "xmp": m.XMP, "comment": b"plate 12"}
    profile = m.grey_profile(m.gamma_curve(2.2))
    return [*coded, m.pillow(m.grey(), "JPEG", **everything), m.pillow(m.grey(), "JPEG", icc_profile=profile)]


@dataclass(frozen=True)
class Setup:
    """What the processes are told."""

    seed: int
    model: str
    grey_jpegs: bool = False


@dataclass(frozen=True)
class Corpus:
    """Sound files, and the spoilt ones that follow from them."""

    seed: int
    sound: list[bytes]
    whole_every: int = WHOLE_EVERY

    @classmethod
    def of(cls, setup: Setup) -> Corpus:
        """The files of a setup."""
        return cls(setup.seed, grey_jpegs(), 1) if setup.grey_jpegs else cls(setup.seed, seeds())

    def file(self, number: int) -> bytes:
        """The spoilt file of a number."""
        rng = random.Random(f"{self.seed}/{number}")
        return mutations.spoilt(rng.choice(self.sound), self.sound, rng)[:LONGEST]

    def is_whole(self, number: int) -> bool:
        """Whether this file is coloured from file to file."""
        return number % self.whole_every == 0


@dataclass(frozen=True)
class Ending:
    """What became of one file."""

    number: int
    kind: str  # "photograph", the name of one of our errors, or a finding, which has a ":" in it
    seconds: float = 0.0
    bytes: int = 0
    said: str = ""  # by libraries, on standard output and error

    @property
    def is_finding(self) -> bool:
        """Whether it is one of the ends that no file may come to."""
        return ":" in self.kind


def ending(data: bytes, number: int, folder: Path, colorizer: Colorizer, *, whole: bool) -> str:
    """Read, stamp and write one file, or colour it; the name of what comes of it."""
    try:
        check_metadata(data)
        if not whole:
            check_reading(data, accept_truncated=number % 2 == 0)
        elif check_whole(data, folder, colorizer):
            return "photograph, its coded lightness copied"
    except ColorizeError as error:
        if not error.what or not error.remedy or "\n" in str(error):
            return f"unclear message: {error}"
        return type(error).__name__
    return "photograph"


def check_metadata(data: bytes) -> None:
    """Metadata are taken without a word, whatever the state of the pixels."""
    try:
        format = recognise(data[:512])
    except (Damaged, Unsupported):
        return
    found = stamped(read_metadata(data, format), STAMP)
    if found.exif is not None and not exif.is_sound(found.exif):
        raise AssertionError("EXIF is not sound any more")
    profile = read_metadata(data, format).icc
    if profile is not None:
        icc.grey_curve(profile)
        icc.rgb_to_xyz(profile)


def check_reading(data: bytes, *, accept_truncated: bool) -> None:
    """What is read is a photograph, and can be written in its own format."""
    photo = read_photo(data, name="fuzz", max_pixels=MOST_PIXELS, accept_truncated=accept_truncated)
    for page in photo.pages:
        assert page.pixels.dtype in {np.dtype(np.uint8), np.dtype(np.uint16)}
        assert page.pixels.ndim == 2 or page.pixels.shape[2] == 3
        assert page.pixels.size
        assert page.alpha is None or page.alpha.shape == page.pixels.shape[:2]
    encode_photo(Photo(photo.pages, photo.format.written, stamped(photo.metadata, STAMP)))


def check_whole(data: bytes, folder: Path, colorizer: Colorizer) -> bool:
    """From file to file: a photograph of the size that was promised; whether its coded lightness was copied."""
    source, target = folder / "source", folder / "target"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    _, width, height = probe_photo(source, max_pixels=MOST_PIXELS)
    try:
        done = colorize_photo(
            source, target, colorizer=colorizer, options=ColorizeOptions(max_pixels=MOST_PIXELS, force=True)
        )
    except ColorizeError:
        assert not target.exists()
        raise
    photo = read_photo(target)
    assert (done.width, done.height) == (width, height) == (photo.pages[0].width, photo.pages[0].height)
    assert len(photo.pages) == done.pages
    if done.lightness != COPIED:
        return False
    lightness = [cv2.imdecode(np.frombuffer(each, np.uint8), LUMA) for each in (data, target.read_bytes())]
    assert np.array_equal(*lightness), "the lightness is not that of the source"
    return True


def work(orders: Connection, setup: Setup) -> None:
    """Carry out files by number, in a process of its own, until there are no more."""
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryFile() as said:
        corpus, colorizer, folder = Corpus.of(setup), Colorizer(setup.model), Path(place)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        orders.send(None)
        while (number := orders.recv()) is not None:
            data = corpus.file(number)
            _forget_peak()
            start = time.process_time()
            try:
                kind = ending(data, number, folder, colorizer, whole=corpus.is_whole(number))
            except MemoryError:
                kind = "out of memory: with no error of ours"
            except BaseException as error:  # noqa: BLE001  # whatever it is, it is a finding
                place_of = traceback.extract_tb(error.__traceback__)[-1]
                kind = f"{type(error).__name__}: {error} at {Path(place_of.filename).name}:{place_of.lineno}"
            seconds = time.process_time() - start
            orders.send(Ending(number, kind, seconds, _peak(), _words(said)))


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _words(said: Any) -> str:
    said.seek(0)
    words = said.read().decode(errors="replace")
    said.seek(0)
    said.truncate()
    return words


class Worker:
    """A process that carries out files, and is started again when one of them ends it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self.number: int | None = None
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.orders, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, self._setup), daemon=True)
        self._process.start()
        theirs.close()
        self.orders.recv()

    def give(self, number: int | None) -> None:
        """Hand over the next file."""
        self.number, self._silent, self._worked = number, 0.0, _processor_seconds(self._process.pid)
        self.orders.send(number)

    def taken(self) -> Ending:
        """What became of the file; the process has something to say, or has died."""
        try:
            return self.orders.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            found = Ending(self.number or 0, f"crash: the process ended with {self._process.exitcode}")
            self._start()
            return found

    def is_late(self, waited: float) -> bool:
        """Whether its time is over, after so many more seconds of silence; with some room, for it measures its own."""
        if self.number is None:
            return False
        self._silent += waited
        worked = _processor_seconds(self._process.pid) - self._worked
        return worked > 3 * MOST_SECONDS or self._silent > MOST_SILENCE

    def ended(self) -> Ending:
        """End it, and start it again."""
        self._process.kill()
        self._process.join()
        found = Ending(
            self.number or 0, f"hang: more than {3 * MOST_SECONDS:.0f} s, or silent for {MOST_SILENCE:.0f} s"
        )
        self._start()
        return found


def _processor_seconds(process: int | None) -> float:
    """What a process has taken of the processor so far (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def endings(numbers: Iterator[int], setup: Setup, processes: int) -> Iterator[Ending]:
    """Carry out files by their numbers; endings in the order in which they come."""
    workers = [Worker(setup) for _ in range(processes)]
    for worker in workers:
        worker.give(next(numbers, None))
    while any(worker.number is not None for worker in workers):
        began = time.monotonic()
        ready = wait([worker.orders for worker in workers if worker.number is not None], timeout=1)
        waited = min(time.monotonic() - began, 2.0)  # a machine that stood still was no silence
        for worker in workers:
            if worker.orders in ready:
                yield worker.taken()
            elif worker.is_late(waited):
                yield worker.ended()
            else:
                continue
            worker.give(next(numbers, None))


@dataclass
class Figures:
    """What the files showed."""

    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[Ending] = field(default_factory=list)
    talkative: int = 0  # files of which libraries spoke; the command line sees to it that nobody hears them
    slowest: Ending = field(default_factory=lambda: Ending(-1, ""))
    largest: Ending = field(default_factory=lambda: Ending(-1, ""))

    def take(self, found: Ending) -> None:
        """Count one file."""
        self.kinds["finding" if found.is_finding else found.kind] += 1
        too_much = found.seconds > MOST_SECONDS or found.bytes > MOST_BYTES
        if found.is_finding or too_much:
            self.findings.append(found)
        self.talkative += bool(found.said)
        self.slowest = max(self.slowest, found, key=lambda ending: ending.seconds)
        self.largest = max(self.largest, found, key=lambda ending: ending.bytes)

    def print(self) -> None:
        """The figures, and every finding with its number."""
        for kind, count in self.kinds.most_common():
            print(f"{count:6}  {kind}")
        print(f"slowest   {self.slowest.seconds:.2f} s (file {self.slowest.number})")
        print(f"largest   {self.largest.bytes / 2**20:.0f} MiB in the process (file {self.largest.number})")
        print(f"libraries spoke on standard error of {self.talkative} files")
        print(f"findings  {len(self.findings)}")
        for found in self.findings[:100]:
            print(f"  {found.number}: {found.kind}, {found.seconds:.1f} s, {found.bytes / 2**20:.0f} MiB")


def fuzz(files: int, setup: Setup, *, processes: int = 1, first: int = 0) -> Figures:
    """Spoil and read the files from `first` up to a number; how far it is stands on standard error."""
    figures = Figures()
    for done, found in enumerate(endings(iter(range(first, files)), setup, processes), 1):
        figures.take(found)
        if found.is_finding:
            print(f"{found.number}: {found.kind}", file=sys.stderr, flush=True)
        if done % TELL_EVERY == 0:
            print(f"{first + done} of {files}, {len(figures.findings)} findings", file=sys.stderr, flush=True)
    return figures


def again(number: int, setup: Setup) -> None:
    """One file once more, here, so that a debugger or a traceback can show what happens."""
    corpus = Corpus.of(setup)
    data = corpus.file(number)
    kept = Path(tempfile.gettempdir()) / f"fuzz-{setup.seed}-{number}"
    kept.write_bytes(data)
    print(f"{len(data)} bytes, kept as {kept}")
    with tempfile.TemporaryDirectory() as place:
        print(ending(data, number, Path(place), Colorizer(setup.model), whole=corpus.is_whole(number)))


def main() -> None:
    """Print the figures; exit 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="NUMBER")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--model", default=str(TINY))
    parser.add_argument("--grey-jpegs", action="store_true")
    parser.add_argument("--only", type=int, metavar="NUMBER")
    asked = parser.parse_args()
    setup = Setup(asked.seed, asked.model, asked.grey_jpegs)
    if asked.only is not None:
        again(asked.only, setup)
        return
    start = time.monotonic()
    figures = fuzz(asked.files, setup, processes=asked.processes, first=asked.first)
    print(f"{asked.files - asked.first} files of seed {asked.seed} in {time.monotonic() - start:.0f} s")
    figures.print()
    sys.exit(bool(figures.findings))


if __name__ == "__main__":
    main()
