"""Archives of stand-ins: files whose first word says how colouring them ends, and a colour that obeys it.

And the command itself, for real photographs.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.options import BatchOptions, Recipe
from lab_colorize.batch.outcome import Outcome
from lab_colorize.batch.run import Batch as Running
from lab_colorize.cli.group import main
from lab_colorize.colouring.on_disk import Coloured
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import AlreadyInColour, OutputExists, UnreadablePhoto
from lab_colorize.files.writing import TEMPORARY_PREFIX

RECIPE = Recipe("stand-in", "0" * 64, "plain")


@dataclass
class StandIn:
    """Colours by writing "coloured" before the contents; remembers what it was asked for."""

    recipe: Recipe = RECIPE
    asked: list[str] = field(default_factory=list)

    def factory(self) -> ColorizerFactory:
        return ColorizerFactory(self.recipe, lambda: self.colour)

    def colour(self, source: Path, target: Path, *, overwrite: bool) -> Coloured:
        self.asked.append(source.name)
        content = source.read_bytes()
        if content.startswith(b"bad"):
            raise UnreadablePhoto(f"{source.name} is damaged.", remedy="Scan it again.")
        if content.startswith(b"colour"):
            raise AlreadyInColour(f"{source.name} is already in colour.")
        if content.startswith(b"bug"):
            raise ZeroDivisionError("an accident")
        return written(source, target, b"coloured " + content + self.recipe.model.encode(), overwrite=overwrite)


def written(source: Path, target: Path, data: bytes, *, overwrite: bool) -> Coloured:
    """Write as photo.write_whole does, and say so as colorize_photo does."""
    if os.path.lexists(target) and not overwrite:
        raise OutputExists(f"{target} exists already.")
    temporary = target.with_name(f"{TEMPORARY_PREFIX}{target.name}")
    temporary.write_bytes(data)
    shutil.copystat(source, temporary)
    temporary.replace(target)
    hashes = (hashlib.sha256(content).hexdigest() for content in (source.read_bytes(), data))
    return Coloured(target, 4, 3, 1, *hashes, ())


@dataclass
class Archive:
    """A folder of stand-ins, its OUT, and batches from one to the other."""

    folder: Path
    out: Path
    stand_in: StandIn = field(default_factory=StandIn)

    def add(self, *names: str, content: str = "grey") -> None:
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{content} {name}", encoding="utf-8", errors="surrogateescape")

    def options(self, **more: object) -> BatchOptions:
        return BatchOptions(
            **{"boxes": Boxes.of([self.folder]), "out": self.out, "colorize": ColorizeOptions(), "workers": 2} | more
        )

    def batch(self, **more: object) -> dict[str, Outcome]:
        with Running(self.options(**more), self.stand_in.factory()) as batch:
            return {outcome.source: outcome for outcome in batch}

    def asked(self) -> list[str]:
        """What was coloured since this was last called."""
        asked = sorted(self.stand_in.asked)
        self.stand_in.asked.clear()
        return asked

    def results(self) -> dict[str, bytes]:
        """Everything in OUT but the journal."""
        return contents_below(self.out)


def contents_below(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name != "lab-colorize.jsonl"
    }


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    (tmp_path / "photos").mkdir()
    return Archive(tmp_path / "photos", tmp_path / "coloured")


@pytest.fixture
def finished(archive: Archive) -> Archive:
    """After a first batch, of all kinds of ends."""
    archive.add("a/1.jpg", "a/2.tif", "3.png")
    archive.add("colour.jpg", content="colour")
    archive.add("bad.jpg", content="bad")
    archive.batch()
    archive.asked()
    return archive


@pytest.fixture
def touch_later() -> Callable[[Path, str], None]:
    """Change a file's contents, and its time even where the clock of the file system is coarse."""

    def change(path: Path, content: str) -> None:
        path.write_text(content)
        os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 5_000_000_000))

    return change


def picture(path: Path, *, seed: int = 0, size: tuple[int, int] = (64, 48)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8), np.uint8)
    assert cv2.imwrite(str(path), cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC))


Ended: TypeAlias = "subprocess.CompletedProcess[str]"
Batch = Callable[..., Ended]


def arguments(folder: Path, out: Path, model: Path, *more: str) -> list[str]:
    return ["batch", str(folder), "--out", str(out), "--model", str(model), *more]


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Any command as it is typed in a folder of the test's own, but in this process, which is quicker."""

    def command(*words: str) -> Ended:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["lab-colorize", *words, *_model(words, tiny_model)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(sys.argv, int(ended.value.code or 0), said.out, said.err)

    return command


@pytest.fixture
def run_apart(tmp_path: Path, tiny_model: Path) -> Run:
    """The same in a process of its own, as people run it."""

    def command(*words: str) -> Ended:
        line = [sys.executable, "-m", "lab_colorize", *words, *_model(words, tiny_model)]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)

    return command


def _model(words: Sequence[str], model: Path) -> list[str]:
    return ["--model", str(model)] if words[0] in {"batch", "colorize"} else []


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Batch:
    """Run the command in this process, which is quicker."""

    def run(*asked: Any) -> Ended:
        monkeypatch.setattr(sys, "argv", ["lab-colorize", *arguments(*asked)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return subprocess.CompletedProcess(sys.argv, int(ended.value.code or 0), said.out, said.err)

    return run
