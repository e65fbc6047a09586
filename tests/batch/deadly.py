"""A colour that workers in other processes can import: it copies, but for photographs that end the process."""

import os
import time
from pathlib import Path

from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.options import Recipe
from lab_colorize.batch.perform import Colour
from lab_colorize.colouring.on_disk import Coloured
from lab_colorize.files.hashing import sha256_of
from lab_colorize.files.writing import write_whole

RECIPE = Recipe("deadly", "0" * 64, "plain")


def colour(source: Path, target: Path, *, overwrite: bool) -> Coloured:
    content = source.read_bytes()
    if content.startswith(b"deadly"):
        os._exit(1)
    if content.startswith(b"slow"):
        time.sleep(0.05)
    write_whole(target, b"coloured " + content, overwrite=overwrite, like=source)
    return Coloured(target, 4, 3, 1, sha256_of(source), sha256_of(target))


def make() -> Colour:
    return colour


FACTORY = ColorizerFactory(RECIPE, make)
