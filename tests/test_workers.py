"""Laws of the worker pool that hold beyond a batch's own."""

import cv2

from lab_colorize.workers import WorkerPool


def test_opencv_leaves_the_other_cores_to_the_other_workers():
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        assert list(WorkerPool([1, 2], lambda: lambda _: cv2.getNumThreads(), 2).results()) == [1, 1]
    finally:
        cv2.setNumThreads(before)
