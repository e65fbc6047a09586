"""Laws of the worker pool that hold beyond a batch's own."""

import platform
import subprocess
import sys

import cv2
import pytest

from lab_colorize.workers import WorkerPool


def test_opencv_leaves_the_other_cores_to_the_other_workers():
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        assert list(WorkerPool([1, 2], lambda: lambda _: cv2.getNumThreads(), 2).results()) == [1, 1]
    finally:
        cv2.setNumThreads(before)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc's")
def test_memory_is_kept_for_the_next_photograph():
    """Pages that the system gave once are there again: 12 MB are 3,000 of them."""
    script = """
import resource
from lab_colorize.workers import WorkerPool

def faults(_):
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(4):
        planes = [bytearray(12_000_000) for _ in range(3)]
        del planes
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before

print(*WorkerPool([1, 2, 3], lambda: faults, 1).results())
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    _, *later = map(int, said.split())
    assert max(later) < 200
