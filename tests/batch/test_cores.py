"""Laws of the cores: a worker has one, and memory is not given back between two photographs."""

import subprocess
import sys

import cv2
import pytest

from lab_colorize.batch.crew import Crew

TWENTY_MEGABYTES_AGAIN = """
import resource, sys
from lab_colorize.batch.cores import settle
if sys.argv[1] == "settled":
    settle()
def filled():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(20 << 20)[:] = bytes(20 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print([filled() for _ in range(4)][-1])
"""


def pages_taken(how):
    run = subprocess.run([sys.executable, "-c", TWENTY_MEGABYTES_AGAIN, how], capture_output=True, check=True)
    return int(run.stdout)


def test_libraries_leave_the_other_cores_to_the_other_workers():
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        assert list(Crew([1, 2], lambda: lambda _: cv2.getNumThreads(), 2).results()) == [1, 1]
    finally:
        cv2.setNumThreads(before)


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries are left as they are")
def test_photographs_find_the_memory_of_those_before():
    if not pages_taken("as it was"):
        pytest.skip("this C library keeps memory unasked")
    assert pages_taken("settled") < 50
