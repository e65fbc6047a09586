"""What exiftool and exiv2 read of a result of what they wrote into the photograph, for every format that holds it.

    python benchmarks/metadata.py                # prints the table of docs/metadata.md
    python benchmarks/metadata.py --write        # puts it there

Each writer writes the same facts into a small grey photograph as far as it can: by its own ways, or by the habits of
Photoshop and Lightroom. The photograph is coloured, and both programs read both files. A cell says who reads the fact
in the result: "both", one of them, or who no longer does. Needs exiftool and exiv2 (Debian: libimage-exiftool-perl,
exiv2) and the extra `formats`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]  # the makers of the tests

from lab_colorize.colouring.colorizer import Colorizer  # noqa: E402
from lab_colorize.colouring.names import target_suffix  # noqa: E402
from lab_colorize.colouring.on_disk import colorize_photo  # noqa: E402
from lab_colorize.colouring.options import ColorizeOptions  # noqa: E402
from lab_colorize.photos.formats.base import Metadata, Page  # noqa: E402
from lab_colorize.photos.kinds import Format  # noqa: E402
from lab_colorize.photos.photo import Photo, encode_photo  # noqa: E402
from tests import makers as m  # noqa: E402

TABLE = ROOT / "docs" / "metadata.md"
TINY = ROOT / "tests" / "models" / "tiny.tflite"
MARK = "<!-- by benchmarks/metadata.py --write -->\n"

# Of each fact: its tag for exiftool, its key for exiv2, its value for either, what exiv2 is told to write.
FACTS = {
    "EXIF": ("EXIF:Artist", "Exif.Image.Artist", "A. Photographer", "A. Photographer"),
    "date": ("EXIF:DateTimeOriginal", "Exif.Photo.DateTimeOriginal", "1931:05:17 12:00:00", "1931:05:17 12:00:00"),
    "GPS": ("GPS:GPSLatitude", "Exif.GPSInfo.GPSLatitude", "52.5", "52/1 30/1 0/1"),
    "IPTC": ("IPTC:Keywords", "Iptc.Application2.Keywords", "Hafen", "Hafen"),
    "caption": (
        "IPTC:Caption-Abstract",
        "Iptc.Application2.Caption",
        "Gdańsk, at the harbour",
        "Gdańsk, at the harbour",
    ),
    "XMP": ("XMP-dc:Source", "Xmp.dc.source", "Box 7, plate 12", "Box 7, plate 12"),
    "XMP caption": ("XMP-dc:Description", "Xmp.dc.description", "Gdańsk", "Gdańsk"),
}
PROFILE = "ICC"
COLUMNS = (*FACTS, PROFILE)

# Adobe's own ways, beside the facts: IPTC as UTF-8 with a digest, rights and a thumbnail among the resources, history,
# Camera Raw's settings, rating.
PHOTOSHOP = (
    "-IPTC:CodedCharacterSet=UTF8", "-Photoshop:IPTCDigest=new", "-Photoshop:CopyrightFlag=1",
    "-Photoshop:URL=https://example.org/", "-XMP-photoshop:ColorMode=1", "-XMP-photoshop:ICCProfile=Dot Gain 20%",
    "-XMP-xmpMM:DocumentID=xmp.did:1", "-XMP-xmp:CreatorTool=Adobe Photoshop 25.0 (Macintosh)",
    "-Exif:ExifVersion=0231",
)  # fmt: skip
LIGHTROOM = (
    "-IPTC:CodedCharacterSet=UTF8", "-XMP-crs:Version=15.4", "-XMP-crs:Exposure2012=+0.35", "-XMP-xmp:Rating=4",
    "-XMP-lr:HierarchicalSubject=Places|Gda\u0144sk", "-XMP-xmp:CreatorTool=Adobe Lightroom Classic 13.0",
    "-XMP-xmp:MetadataDate=2024:01:01 10:00:00",
)  # fmt: skip
WRITERS = ("exiftool", "exiv2", "Photoshop", "Lightroom")


def photographs() -> dict[str, tuple[str, bytes]]:
    """A small grey photograph in every format that is read, by the name of the row, with its suffix."""
    grey, colour = m.grey(64, 80), m.colour(64, 80)
    own = {
        format.value: (format.suffix, encode_photo(Photo((Page(grey),), format, Metadata())))
        for format in Format
        if format.written is format and format not in {Format.JPEG, Format.BMP}
    }
    return {
        "JPEG, lightness copied": (".jpg", m.pillow(grey, "JPEG")),
        "JPEG, encoded anew": (".jpg", m.pillow(colour, "JPEG")),
        **own,
        "JPEG XL": (".jxl", m.jpeg_xl(grey, usecontainer=True)),
        "GIF": (".gif", m.pillow(grey, "GIF")),
        "Photoshop document": (".psd", m.photoshop(grey)),
    }


@dataclass(frozen=True)
class Row:
    """One format and one writer: for each fact, who reads it in the photograph and who in the result."""

    format: str
    writer: str
    before: dict[str, frozenset[str]]
    after: dict[str, frozenset[str]]

    @property
    def line(self) -> str:
        """Of the table."""
        cells = [in_words(self.before[fact], self.after[fact]) for fact in COLUMNS]
        return f"| {self.format} | {self.writer} | {' | '.join(cells)} |"


def in_words(before: frozenset[str], after: frozenset[str]) -> str:
    """Who reads a fact in the result, and who reads it no more."""
    if not before and not after:
        return "-"
    lost = f"lost to {' and '.join(sorted(before - after))}" if before - after else ""
    kept = "both" if len(after) == 2 else "".join(after)
    return ", ".join(word for word in (kept, lost) if word)


def rows(folder: Path) -> Iterator[Row]:
    """Every format by every writer that writes anything into it."""
    for name in photographs():
        found = (row(name, writer, folder) for writer in WRITERS)
        yield from (one for one in found if any(one.before.values()))


def row(name: str, writer: str, folder: Path) -> Row:
    """Write, colour and read."""
    suffix, content = photographs()[name]
    source = folder / f"source{suffix}"
    target = folder / f"result{target_suffix(source, 'same')}"
    source.write_bytes(content)
    write(source, writer)
    options = ColorizeOptions(force=True, overwrite=True)
    colorize_photo(source, target, colorizer=Colorizer(TINY), options=options)
    return Row(name, writer, read(source), read(target))


def write(photo: Path, writer: str) -> None:
    """Write all facts that the writer can write into a file of this kind."""
    if writer == "exiv2":
        for fact in FACTS.values():
            _run("exiv2", "-M", f"set {fact[1]} {fact[3]}", str(photo))
        return
    facts = [f"-{tag}={value}" for tag, _, value, _ in FACTS.values()]
    habits = {"Photoshop": PHOTOSHOP, "Lightroom": LIGHTROOM}.get(writer, ())
    profile = photo.with_name("profile.icc")
    profile.write_bytes(m.grey_profile(m.gamma_curve(2.2)))
    words = ["-q", "-m", "-n", "-overwrite_original", "-charset", "iptc=UTF8", *facts, *habits, "-GPSLatitudeRef=N"]
    _run("exiftool", *words, f"-ICC_Profile<={profile}", str(photo))


def read(photo: Path) -> dict[str, frozenset[str]]:
    """Who reads each fact."""
    theirs = {"exiftool": by_exiftool(photo), "exiv2": by_exiv2(photo)}
    return {fact: frozenset(name for name, facts in theirs.items() if fact in facts) for fact in COLUMNS}


def by_exiftool(photo: Path) -> set[str]:
    """The facts that exiftool reads as they were written; of profiles any."""
    tags = [f"-{tag}" for tag, *_ in FACTS.values()]
    told = _run("exiftool", "-j", "-n", "-G1", "-charset", "iptc=UTF8", *tags, "-ICC_Profile:ProfileClass", str(photo))
    found = {name.partition(":")[2]: str(value) for name, value in json.loads(told or "[{}]")[0].items()}
    facts = {fact for fact, (tag, _, value, _) in FACTS.items() if found.get(tag.partition(":")[2]) == value}
    return facts | ({PROFILE} if "ProfileClass" in found else set())


def by_exiv2(photo: Path) -> set[str]:
    """The facts that exiv2 reads as they were written; of profiles any."""
    lines = [line.partition(" ") for line in _run("exiv2", "-q", "-PEIXkv", str(photo)).splitlines()]
    said = {key: value.strip().removeprefix('lang="x-default" ') for key, _, value in lines}
    facts = {fact for fact, (_, key, _, value) in FACTS.items() if said.get(key) == value}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(photo, folder))
        _run("exiv2", "-q", "-eC", str(copy))
        profile = copy.with_suffix(".icc")
        return facts | ({PROFILE} if profile.exists() and profile.stat().st_size else set())


def _run(*words: str) -> str:
    """What a program says; that it cannot write something into a file of some kind is no accident."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")
    return done.stdout


def table(found: list[Row]) -> str:
    """In Markdown."""
    lines = [f"| format | written by | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 2) + "|"]
    return "\n".join((*lines, *(one.line for one in found))) + "\n"


def main() -> None:
    """Print the table, or write it where it belongs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = table(list(rows(Path(folder))))
    if asked.write:
        before, _, _ = TABLE.read_text().partition(MARK)
        TABLE.write_text(before + MARK + "\n" + found)
    else:
        print(found, end="")


if __name__ == "__main__":
    main()
