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
for _ in range(12):
    start = time.process_time()
    colorizer.colorize(pixels)
    times.append(time.process_time() - start)
print(sorted(times)[3])
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
    """With threads it takes two to five times as long; the better of two runs each, since machines are shared."""
    alone = min(processor_time(tiny_model, depth, OPENBLAS_NUM_THREADS="1") for _ in range(2))
    as_it_is = min(processor_time(tiny_model, depth) for _ in range(2))
    assert as_it_is < 1.2 * alone
