"""Removes the guards against hostile files one at a time, and asks whether the tests notice.

    python benchmarks/guards.py [--only WORDS]

Each row below takes a guard out of a copy of the source and names the cases of tests/test_hostile.py, and two tests
beside them, that must fail then. Where a second guard stands behind the first, the row takes out both. The copy's tests
run with 3 GB of addresses (the processes they start with the 4 of their own) and 15 s of processor time each, so a bomb
that goes off harms nobody. Exit status 1 if a test passes without its guard, or if a case has none.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]
ADDRESSES = 3 << 30
PROCESSOR_SECONDS = 15
HOSTILE = "tests/test_hostile.py"
_WIDTH = 110
_ERROR = re.compile(r"^E +((?!AssertionError: *(?:Traceback|$))(?:[\w.]+Error|assert|[\w.]+Expired)\b.*)", re.MULTILINE)

TIFF = f"{HOSTILE}::test_a_tiff_made_to_hurt_ends_soon_and_small"
HUGE = f"{HOSTILE}::test_a_header_that_claims_gigapixels_is_believed_and_refused"
HOLLOW = f"{HOSTILE}::test_a_header_that_claims_more_than_there_is_ends_clearly"
LARGE = "tests/test_reliability.py::test_a_large_photograph_takes_few_bytes_a_pixel"
UPRIGHT = "tests/test_metadata.py::test_an_orientation_of_any_type_is_set_upright"
METADATA = f"{HOSTILE}::test_metadata_made_to_hurt_cost_little"
CHAIN = f"{HOSTILE}::test_a_file_of_millions_of_parts_ends_soon"
TRUNCATED = "tests/test_copied_lightness.py::test_a_truncated_scan_is_refused_as_before"
QUIET = f"{HOSTILE}::test_libraries_say_nothing_between_our_words"


@dataclass(frozen=True)
class Edit:
    """One place in the package, and what stands there without the guard."""

    file: str
    guard: str
    without: str


@dataclass(frozen=True)
class Mutation:
    """A guard to take out, and the tests that must notice."""

    what: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


def cases(test: str, *names: str) -> tuple[str, ...]:
    """The cases of a parametrised test."""
    return tuple(f"{test}[{name}]" for name in names)


LENGTH_OF_TAGS = Edit("photos/formats/ifd.py", " if total <= _MOST_BYTES", "")
NO_PICTURE = Edit("photos/formats/decoding.py", "found is None or found.shape", "found.shape")
MUTATIONS = (
    Mutation(
        "TIFF: pages in a circle",
        (Edit("photos/formats/ifd.py", "if at in seen:", "if False:"),),
        cases(TIFF, "pages in a circle"),
    ),
    Mutation(
        "TIFF: number of pages, and of tags behind it",
        (Edit("photos/formats/ifd.py", "len(seen) > _MOST_PAGES or tags > _MOST_TAGS", "False"),),
        cases(TIFF, "a million pages"),
    ),
    Mutation(
        "TIFF: number of tags",
        (Edit("photos/formats/ifd.py", "or tags > _MOST_TAGS", ""),),
        cases(TIFF, "pages within pages"),
    ),
    Mutation(
        "TIFF: length of a private tag, and of all tags behind it",
        (
            Edit("photos/formats/tiff_metadata.py", " and entry.length <= _LONGEST", ""),
            LENGTH_OF_TAGS,
        ),
        cases(TIFF, "tags that all hold the file"),
    ),
    Mutation(
        "EXIF: length of all tags",
        (LENGTH_OF_TAGS,),
        cases(TIFF, "EXIF tags that all hold the file"),
    ),
    Mutation(
        "TIFF: as many values as are needed",
        (Edit("photos/formats/tiff.py", "found.numbers(self.order, most=most)", "found.numbers(self.order)"),),
        cases(TIFF, "thirty million orientations"),
    ),
    Mutation(
        "TIFF: number of strips",
        (Edit("photos/formats/tiff.py", "if needed > room:", "if False:"),),
        cases(TIFF, "two million tiles of one pixel"),
    ),
    Mutation(
        "TIFF: no more unpacked than the rows need",
        (Edit("photos/formats/tiff_pixels.py", ".decompress(packed, need)", ".decompress(packed)[:need]"),),
        cases(TIFF, "a strip that unpacks to a gigabyte"),
    ),
    Mutation(
        "TIFF: tiles larger than the page",
        (
            Edit(
                "photos/formats/tiff.py",
                "if tiled and segment[0] * segment[1] > max(_LARGEST_TILE, width * height)",
                "if False",
            ),
            Edit("photos/formats/tiff.py", "max(self.width * self.height, self.segment[0] * self.segment[1])", "1"),
        ),
        cases(TIFF, "a huge tile for a small page"),
    ),
    Mutation(
        "TIFF: number of channels",
        (Edit("photos/formats/tiff.py", "if samples > _MOST_SAMPLES:", "if False:"),),
        cases(TIFF, "sixty thousand channels"),
    ),
    Mutation(
        "TIFF: offsets beyond memory",
        (Edit("photos/formats/ifd.py", "except (struct.error, OverflowError):", "except struct.error:"),),
        cases(TIFF, "an offset beyond all numbers", "tags beyond all numbers"),
    ),
    Mutation(
        "TIFF: what OpenCV does not unpack",
        (Edit("photos/formats/tiff_pixels.py", "except cv2.error:", "except ZeroDivisionError:"),),
        cases(TIFF, "strips of more rows than there are pictures"),
    ),
    Mutation(
        "--max-pixels before decoding",
        (Edit("photos/photo.py", "if header.total > max_pixels:", "if False:"),),
        cases(HUGE, "png", "tiff", "webp", "jp2", "avif", "bmp", "jpeg"),
    ),
    Mutation(
        "what OpenCV does not decode",
        (
            Edit("photos/formats/decoding.py", "except cv2.error:", "except ZeroDivisionError:"),
            NO_PICTURE,
        ),
        cases(HOLLOW, "png", "webp"),
    ),
    Mutation(
        "JPEG 2000: all tiles are there, and what OpenCV does not decode behind it",
        (
            Edit("photos/formats/jp2.py", "None if there == tiles", "None if tiles"),
            Edit("photos/formats/decoding.py", "except cv2.error:", "except ZeroDivisionError:"),
            NO_PICTURE,
        ),
        cases(HOLLOW, "jp2"),
    ),
    Mutation(
        "strips inside the file, and bytes enough behind it",
        (
            Edit("photos/formats/tiff.py", "any(at + count > len(self._data)", "any(False"),
            Edit("photos/formats/tiff_pixels.py", "if len(out) < need:", "if False:"),
        ),
        cases(HOLLOW, "tiff"),
    ),
    Mutation(
        "BMP: all rows are there, and what OpenCV does not decode behind it",
        (
            Edit("photos/formats/bmp.py", '"it is cut short" if start + need > len(data) else None', "None"),
            NO_PICTURE,
        ),
        cases(HOLLOW, "bmp"),
    ),
    Mutation(
        "JPEG: coded data enough for its size, and the look at its grey end behind it",
        (
            Edit("photos/formats/jpeg.py", "8 * coded >= self.fewest_bits", "True"),
            Edit("photos/photo.py", "and decoding.ends_early(parsed, pages[0].pixels)", "and False"),
        ),
        cases(HOLLOW, "jpeg"),
    ),
    Mutation(
        "JPEG: the look at the grey end of one whose coded lightness would be copied",
        (Edit("photos/grey_jpeg.py", "if decoding.ends_early(parsed, half, block=_BLOCK):", "if False:"),),
        cases(TRUNCATED, "False"),
    ),
    Mutation(
        "ICC: only the tags that are used",
        (Edit("colour/icc.py", "if name in names and", "if"),),
        cases(METADATA, "a profile of a thousand tags that are all of it"),
    ),
    Mutation(
        "ICC: length of a curve",
        (Edit("colour/icc.py", "count > _LONGEST_CURVE or ", ""),),
        cases(METADATA, "a profile of an endless curve"),
    ),
    Mutation(
        "ICC: no more tags than there is room for",
        (Edit("colour/icc.py", "min(count, room)", "count"),),
        cases(METADATA, "a profile cut off", "a profile of four thousand million tags"),
    ),
    Mutation(
        "PNG: one block of each kind is unpacked",
        (
            Edit(
                "photos/formats/png.py",
                "    held.setdefault(_role(kind, contents), (kind, contents))",
                "    held.setdefault(_role(kind, contents), (kind, contents))\n        _raw_profile(kind, contents)",
            ),
        ),
        cases(METADATA, "a thousand texts that unpack to 30 MB each"),
    ),
    Mutation(
        "PNG: a text is not cut into words",
        (Edit("photos/formats/png.py", "lines[head.end() :]", 'b"".join(lines.split()[2:])'),),
        cases(METADATA, "a text of 15 million words"),
    ),
    Mutation(
        "PNG: no more unpacked than is believed",
        (Edit("photos/formats/png.py", "opened.decompress(packed, _LARGEST)", "opened.decompress(packed)"),),
        cases(METADATA, "XMP that unpacks to a gigabyte"),
    ),
    Mutation(
        "length of a block",
        (Edit("photos/metadata.py", "> _LARGEST:", "> 1 << 40:"),),
        cases(METADATA, "EXIF of 20 MB", "XMP of 20 MB"),
    ),
    Mutation(
        "XMP: number of elements",
        (Edit("photos/xmp.py", "self.elements > _MOST_ELEMENTS or ", ""),),
        cases(METADATA, "XMP of three million elements"),
    ),
    Mutation(
        "XMP: depth of elements, and their number behind it",
        (Edit("photos/xmp.py", "self.elements > _MOST_ELEMENTS or len(self.path) > _DEEPEST", "False"),),
        cases(METADATA, "XMP of deep elements"),
    ),
    Mutation(
        "XMP: text comes in long pieces, joined at the end",
        (
            Edit("photos/xmp.py", "parser.buffer_text = True", "parser.buffer_text = False"),
            Edit("photos/xmp.py", "self.text.append(text)", 'self.text = ["".join([*self.text, text])]'),
        ),
        cases(METADATA, "XMP of long text"),
    ),
    Mutation(
        "JPEG: number of segments",
        (Edit("photos/formats/jpeg_segments.py", "if number > _MOST_SEGMENTS:", "if False:"),),
        cases(CHAIN, "jpeg"),
    ),
    Mutation(
        "JPEG: coded data looked through a stretch at a time",
        (Edit("photos/formats/jpeg_segments.py", "_STRETCH = 1 << 20", "_STRETCH = 1"),),
        cases(CHAIN, "jpeg scan"),
    ),
    Mutation(
        "PNG: number of chunks",
        (Edit("photos/formats/png.py", "if number == _MOST_CHUNKS:", "if False:"),),
        cases(CHAIN, "png"),
    ),
    Mutation(
        "WebP: number of chunks",
        (Edit("photos/formats/webp.py", "if number == _MOST_CHUNKS:", "if False:"),),
        cases(CHAIN, "webp"),
    ),
    Mutation(
        "boxes side by side",
        (Edit("photos/formats/boxes.py", "if number == _MOST:", "if False:"),),
        cases(CHAIN, "jp2", "avif"),
    ),
    Mutation(
        "JPEG 2000: number of parts",
        (Edit("photos/formats/jp2.py", "if number == _MOST_PARTS:", "if False:"),),
        cases(CHAIN, "bare jp2"),
    ),
    Mutation(
        "AVIF: parts of no bytes",
        (
            Edit(
                "photos/formats/avif.py",
                "number(2) if index_size + offset_size + length_size else 1",
                "number(2)",
            ),
        ),
        cases(CHAIN, "avif extents"),
    ),
    Mutation(
        "standard error is ours alone",
        (Edit("cli/quiet.py", "    os.dup2(nowhere, 2)\n", ""),),
        (QUIET,),
    ),
    Mutation(
        "EXIF: orientation of any type",
        (Edit("photos/exif.py", "if entry is None or not entry.count:", "if entry is None or entry.kind != _SHORT:"),),
        cases(UPRIGHT, "1", "4", "5", "7", "11"),
    ),
    Mutation(
        "colours found strip by strip",
        (Edit("colour/chroma.py", "STRIP = 1 << 16", "STRIP = 1 << 24"),),
        cases(LARGE, "8-bit JPEG-3.5"),
    ),
    Mutation(
        "colour joined strip by strip",
        (Edit("colour/formula.py", "STRIP = 1 << 15", "STRIP = 1 << 24"),),
        cases(LARGE, "16-bit TIFF-17.5"),
    ),
)


@dataclass(frozen=True)
class Ending:
    """What a test said: nothing if it passed."""

    test: str
    said: str


def copy_to(place: Path) -> None:
    """What tests need of the repository."""
    for name in ("lab_colorize", "tests", "benchmarks", "weights"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)


def _limited() -> None:
    """Addresses only softly: the processes that tests start get what their tests allow."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))


def pytest_in(place: Path, *words: str) -> str:
    """What pytest prints when it runs in the copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *words]
    environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command,
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_limited,
    )
    return done.stdout


def endings(place: Path, tests: Sequence[str]) -> list[Ending]:
    """Run tests in the copy; how each ended."""
    report = place / "report.xml"
    report.unlink(missing_ok=True)
    said = pytest_in(place, f"--junitxml={report}", *tests)
    assert report.exists(), said
    found = [Ending(case.get("name", ""), _words(case)) for case in ET.parse(report).iter("testcase")]
    assert len(found) == len(tests), said
    return found


def _words(case: ET.Element) -> str:
    """What a test complains of, in a line: the error within a process that it started, or its own."""
    said = "\n".join(complaint.text or "" for kind in ("failure", "error") for complaint in case.iter(kind))
    return (_ERROR.findall(said) or [said.strip()])[0][:_WIDTH]


def seen(place: Path, mutation: Mutation) -> list[Ending]:
    """Take a guard out of the copy, run its tests, and put it back."""
    whole = {edit.file: (place / "lab_colorize" / edit.file).read_text() for edit in mutation.edits}
    try:
        for edit in mutation.edits:
            path = place / "lab_colorize" / edit.file
            text = path.read_text()
            assert text.count(edit.guard) == 1, f"{edit.file} holds {text.count(edit.guard)} of {edit.guard!r}"
            path.write_text(text.replace(edit.guard, edit.without))
        return endings(place, mutation.tests)
    finally:
        for file, text in whole.items():
            (place / "lab_colorize" / file).write_text(text)


def without_a_guard(place: Path, mutations: Iterable[Mutation]) -> list[str]:
    """The cases of tests/test_hostile.py that no mutation names."""
    listed = pytest_in(place, "--collect-only", HOSTILE).splitlines()
    named = {test for mutation in mutations for test in mutation.tests}
    return [test for test in listed if "::" in test and test not in named]


def main() -> None:
    """Print a line for each test and guard; exit 1 unless every test fails without its guard."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="WORDS", help="the guards whose names hold these words")
    asked = parser.parse_args()
    chosen = [mutation for mutation in MUTATIONS if asked.only in mutation.what]
    unseen = total = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "copy"
        copy_to(place)
        bare = without_a_guard(place, MUTATIONS)
        for mutation in chosen:
            print(mutation.what, flush=True)
            for ending in seen(place, mutation):
                total += 1
                unseen += not ending.said
                print(f"    {'fails' if ending.said else 'PASSES'}  {ending.test}: {ending.said}", flush=True)
    print(f"{len(chosen)} guards removed, {total} tests run without theirs, {total - unseen} seen to fail")
    print(f"cases of {HOSTILE} without a guard here: {', '.join(bare) or 'none'}")
    sys.exit(bool(unseen or bare))


if __name__ == "__main__":
    main()
