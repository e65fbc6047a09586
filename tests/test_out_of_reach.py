"""Places that cannot be looked at: every command says which, and what to do; none ends with a traceback."""

import builtins
import ctypes
import errno
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab_colorize.cli.group import main

DEAD = "dead-mount"
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


def another_users(place: Path) -> Path:
    place.mkdir(mode=0)
    return place / "folder"


def closed(place: Path) -> Path:
    place.mkdir(mode=0)
    return place


def only_listed(place: Path) -> Path:
    """Of mode 600: its names can be read, and nothing behind them."""
    place.mkdir()
    (place / "lab-colorize.jsonl").write_text("")
    place.chmod(0o600)
    return place


def a_circle_of_links(place: Path) -> Path:
    place.symlink_to(place.name)
    return place


def below_a_file(place: Path) -> Path:
    place.write_text("a file")
    return place / "folder"


def a_long_name(place: Path) -> Path:
    return place.with_name("n" * 256)


def a_long_path(place: Path) -> Path:
    return place.joinpath(*["n" * 200] * 25)


def a_dead_mount(place: Path) -> Path:
    return place.with_name(DEAD) / "folder"


PLACES = {
    place.__name__: place
    for place in (
        another_users, closed, only_listed, a_circle_of_links, below_a_file, a_long_name, a_long_path, a_dead_mount,
    )
}  # fmt: skip
COMMANDS = {
    "batch photos --out {}": {5},
    "batch photos --out {} --dry-run": {5},
    "batch photos --out {} --manifest": {5},
    "batch {} --out o": {7},
    "batch {} photos --out o": {7},
    "batch photos --out o --report {}/sheet.html": {5},
    "batch photos --out o --model {}/model.tflite": {4},
    "verify {}": {7, 5},
    "verify done --source {}": {7},
    "evaluate {} --model {model}": {7},
    "evaluate photos --model {model} --report {}/report.html": {5},
    "evaluate photos --model {model} --json {}/figures.json": {5},
    "colorize photos/1.jpg -o {}/": {5},
    "colorize photos/1.jpg -o {}/colour.jpg": {5},
    "colorize photos/1.jpg photos/2.jpg -o {}/": {5},
    "colorize {}/1.jpg -o o/": {3},
    "colorize photos/1.jpg -o o/ --hints {}/hints.json": {2},
    "colorize photos/1.jpg -o o/ --model {}/model.tflite": {4},
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """Two photographs and what a batch made of them."""
    place = tmp_path_factory.mktemp("finished")
    (place / "photos").mkdir()
    for name in ("1.jpg", "2.jpg"):
        cv2.imwrite(str(place / "photos" / name), np.random.default_rng(0).integers(0, 256, (24, 32), np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        assert ended(patch, f"batch {place / 'photos'} --out {place / 'done'} --model {tiny_model}") == 0
    return place


@pytest.fixture
def workplace(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same in a place that is thrown away."""
    monkeypatch.chdir(tmp_path)
    for folder in ("photos", "done"):
        shutil.copytree(finished / folder, tmp_path / folder)
    yield tmp_path
    for folder in (path for path in tmp_path.iterdir() if path.is_dir() and not path.is_symlink()):
        folder.chmod(0o700)


def ended(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lab-colorize", *line.split()])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


@contextmanager
def as_anybody() -> Iterator[None]:
    """Root reads and writes all that there is; without two of its capabilities it is one user among others."""
    if sys.platform != "linux" or os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    before, without = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0
    without[:] = before[:]
    without[0] &= ~(1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH)
    assert libc.capset(header, without) == 0
    try:
        yield
    finally:
        assert libc.capset(header, before) == 0


@pytest.fixture
def dead_mount(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every look at what lies below DEAD fail as the kernel does when a network drive has gone."""
    for module, names in ((os, ("stat", "lstat", "scandir", "listdir", "open", "mkdir", "link", "replace", "readlink")),
                          (io, ("open",)), (builtins, ("open",))):  # fmt: skip
        for name in names:
            monkeypatch.setattr(module, name, failing_below(getattr(module, name)))


def failing_below(call: Callable[..., object]) -> Callable[..., object]:
    def look(path: object = ".", *more: object, **named: object) -> object:
        if isinstance(path, str | os.PathLike) and DEAD in os.fspath(path):
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), os.fspath(path))
        return call(path, *more, **named)

    return look


def cases() -> Iterator[tuple[str, str]]:
    """Every command at every place, but for two where listing is all that is asked."""
    for kind in PLACES:
        for command in COMMANDS:
            if kind != "only_listed" or command not in {"verify done --source {}", "batch {} photos --out o"}:
                yield kind, command


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of another kind")
@pytest.mark.parametrize(("kind", "command"), list(cases()))
@pytest.mark.usefixtures("dead_mount")
def test_a_place_that_cannot_be_looked_at_is_named_with_a_remedy(
    kind: str,
    command: str,
    workplace: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = PLACES[kind](workplace / "place")
    line = command.format(place, model=tiny_model)
    if "--model" not in line and line.startswith(("batch", "colorize")):
        line += f" --model {tiny_model}"
    capsys.readouterr()
    with as_anybody():
        status = ended(monkeypatch, line)
    said = capsys.readouterr().err
    assert status in COMMANDS[command], said
    assert "error: " in said
    assert "Traceback" not in said
    remedy = said[said.index("error: ") :].splitlines()[1]
    assert remedy.startswith("       "), said
    assert remedy.rstrip().endswith((".", "tflite")), said
