"""Matrix products in pieces that BLAS works out at once, on the thread that asks. Knows nothing of colour.

OpenBLAS wakes a thread on every core for a product above some size. For products as small as those of the join, the
threads wait for each other, spinning, longer than they work: a photograph of 1 megapixel took two to five times the
processor time. Where it was told to keep to one thread, as the command line does, pieces are larger: each is a call in
which other workers may have to wait for the interpreter.
"""

import os

import numpy as np

from lab_colorize.colour.lab import Plane

ONE_THREAD = os.environ.get("OPENBLAS_NUM_THREADS") == "1"
LARGEST = 1 << (20 if ONE_THREAD else 17)  # multiplications in a piece; OpenBLAS begins to use threads at 1 << 18


def product(few: Plane, many: Plane) -> Plane:
    """The product of a small matrix (N, M) and a wide one (M, W), some columns at a time."""
    result: Plane = np.empty((few.shape[0], many.shape[1]), many.dtype)
    step = max(1, LARGEST // few.size)
    for left in range(0, many.shape[1], step):
        columns = slice(left, left + step)
        np.matmul(few, many[:, columns], out=result[:, columns])
    return result
