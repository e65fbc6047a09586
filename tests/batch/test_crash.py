"""A batch that is killed loses nothing; one that is interrupted finishes what is in hand. The long one: benchmarks."""

import signal
import subprocess
import time
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from lab_colorize.batch.journal import JOURNAL_NAME
from tests.programs import benchmark_called

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    return benchmark_called("crash")


def test_after_kills_at_random_moments_the_end_is_that_of_an_uninterrupted_run(
    benchmark: ModuleType, tmp_path: Path, tiny_model: Path
) -> None:
    benchmark.scans.archive(tmp_path / "photos", 32)
    figures = benchmark.crash(tmp_path, str(tiny_model), kills=2, seed=time.time_ns())
    assert figures.sound, figures
    assert figures.kills > 0


def interrupted(benchmark: ModuleType, folder: Path, model: Path, *signals: int) -> tuple[int, str, Path]:
    """Start a batch of 12 photographs of half a megapixel, send it signals when the first is done."""
    benchmark.scans.archive(folder / "photos", 12, side=600)
    out = folder / "out"
    command = benchmark.command(folder / "photos", out, str(model), "--workers", "1")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        while not (out / JOURNAL_NAME).exists() or not (out / JOURNAL_NAME).stat().st_size:
            assert running.poll() is None, running.communicate()
            time.sleep(0.005)
        said = ""
        for number in signals:
            running.send_signal(number)
            while "Finishing" not in said:  # heard: of two signals that wait, Python hears the lower number first
                said += running.stderr.readline() or pytest.fail(said)
        said += running.stderr.read()
        return running.wait(timeout=30), said, out


@pytest.mark.parametrize(("first", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"])
def test_the_first_interrupt_finishes_what_is_in_hand_and_says_how_to_go_on(
    benchmark: ModuleType, tmp_path: Path, tiny_model: Path, first: int, status: int
) -> None:
    code, said, out = interrupted(benchmark, tmp_path, tiny_model, first)
    assert code == status
    assert "Run the same command again" in said
    lines = (out / JOURNAL_NAME).read_text().splitlines()
    assert 0 < len(lines) == len(benchmark.contents(out)) < 12
    assert benchmark.temporaries(out) == 0
    again = subprocess.run(
        benchmark.command(tmp_path / "photos", out, str(tiny_model)), check=True, capture_output=True, text=True
    )
    assert f"{12 - len(lines)} done, {len(lines)} skipped" in again.stderr


def test_the_second_interrupt_stops_at_once_and_tears_nothing(
    benchmark: ModuleType, tmp_path: Path, tiny_model: Path
) -> None:
    code, said, out = interrupted(benchmark, tmp_path, tiny_model, signal.SIGTERM, signal.SIGINT)
    assert code == 130
    assert "Traceback" not in said
    assert said.endswith("Stopped at once. Run the same command again to resume.\n")
    for path in out.rglob("*.*"):
        if path.name != JOURNAL_NAME:
            assert cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR) is not None
