"""From Python, a photograph takes the processor time that it takes on the command line."""

import os
import subprocess
import sys

import pytest

MEASURED = """
import time
import numpy as np
from lab_colorize import Colorizer

pixels = np.random.default_rng(0).integers(0, 256, (1000, 1000)).astype(np.uint8).astype(np.{depth})
pixels *= np.iinfo(pixels.dtype).max // 255
colorizer = Colorizer({model!r})
times = []
for _ in range(20):
    start = time.process_time()
    colorizer.colorize(pixels)
    times.append(time.process_time() - start)
print(min(times))
"""


def processor_time(model, depth, **environment):
    program = MEASURED.format(model=str(model), depth=depth)
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=plain | environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_blas_starts_no_threads_for_a_photograph(tiny_model, depth):
    """With threads it takes two to five times as long. By turns, and the best of each: machines are shared."""
    alone, as_it_is = [], []
    for _ in range(6):
        alone.append(processor_time(tiny_model, depth, OPENBLAS_NUM_THREADS="1"))
        as_it_is.append(processor_time(tiny_model, depth))
        if min(as_it_is) < 1.2 * min(alone):
            return
    pytest.fail(f"{min(as_it_is):.3f} s against {min(alone):.3f} s")
