"""Memory to work on that is kept from one photograph to the next: fresh memory costs more than most steps do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LINE = 64  # bytes; OpenCV rounds the first few values otherwise where an array begins off such a bound


class Bench:
    """A number of arrays of one shape. Not for sharing between threads."""

    def __init__(self, count: int, dtype: Any = np.float32) -> None:
        self._count, self._dtype = count, np.dtype(dtype)
        self._arrays: list[NDArray[Any]] = []

    def arrays(self, shape: tuple[int, ...]) -> list[NDArray[Any]]:
        """All of them, holding anything."""
        if not self._arrays or self._arrays[0].shape != shape:
            self._arrays = [self._array(shape) for _ in range(self._count)]
        return self._arrays

    def _array(self, shape: tuple[int, ...]) -> NDArray[Any]:
        size = int(np.prod(shape)) * self._dtype.itemsize
        memory = np.empty(size + _LINE, np.uint8)
        start = -memory.ctypes.data % _LINE
        return memory[start : start + size].view(self._dtype).reshape(shape)
