"""Feeds the readers of metadata with whatever atheris finds to lead into new branches (pip install atheris).

    python benchmarks/fuzz_metadata.py [SECONDS]

It begins with the sound photographs of `fuzz.py` and with blocks of EXIF, XMP and ICC. An exception, ten seconds for
one input or 2 GB end it with the input that did it; else libFuzzer prints how many inputs it tried.
"""

import sys
import tempfile
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

with atheris.instrument_imports(include=["lab_colorize"]):
    from fuzz import STAMP, seeds

    from lab_colorize.colour import icc
    from lab_colorize.photos import exif, xmp
    from lab_colorize.photos.kinds import Format
    from lab_colorize.photos.metadata import Provenance, read_metadata, stamped
    from tests import makers as m

FORMATS = [format for format in Format if format.written is format]
READERS = len(FORMATS) + 3


def one(data: bytes) -> None:
    """The first byte says who reads the rest."""
    if not data:
        return
    reader, block = data[0] % READERS, data[1:]
    if reader < len(FORMATS):
        stamped(read_metadata(block, FORMATS[reader]), STAMP)
    elif reader == len(FORMATS):
        exif.upright(block)
    elif reader == len(FORMATS) + 1:
        xmp.stamped(block, Provenance("s", "m", "0"))
    else:
        icc.grey_curve(block)
        icc.rgb_to_xyz(block)


def begin_with() -> list[bytes]:
    """Every sound photograph and block, for every reader: the wrong ones cost nothing."""
    sound = [*seeds(), m.exif(6), m.XMP, m.SRGB_OF_PILLOW, m.grey_profile(m.gamma_curve(2.2))]
    return [bytes((reader,)) + data for data in sound for reader in range(READERS)]


def main() -> None:
    """Run until the time is over; libFuzzer ends the process."""
    seconds = sys.argv[1] if len(sys.argv) > 1 else "60"
    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(begin_with()):
            (Path(corpus) / str(number)).write_bytes(data)
        options = [f"-max_total_time={seconds}", "-max_len=16384", "-timeout=10", "-rss_limit_mb=2048"]
        atheris.Setup([sys.argv[0], *options, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
