"""Matrix products in pieces that BLAS works out at once, on the thread that asks. Knows nothing of colour.

OpenBLAS wakes a thread on every core for a product above some size. For products as small as those of the join, the
threads wait for each other, spinning, longer than they work: a photograph of 1 megapixel took two to five times the
processor time.
"""

import numpy as np

from lab_colorize.colour.lab import Plane

LARGEST = 1 << 17  # multiplications in a piece; OpenBLAS begins to use threads at twice as many


def product(few: Plane, many: Plane) -> Plane:
    """The product of a small matrix (N, M) and a wide one (M, W), some columns at a time."""
    result: Plane = np.empty((few.shape[0], many.shape[1]), many.dtype)
    step = max(1, LARGEST // few.size)
    for left in range(0, many.shape[1], step):
        columns = slice(left, left + step)
        np.matmul(few, many[:, columns], out=result[:, columns])
    return result
