"""LiteRT, brought up quietly: its C++ side greets every process on standard error, and no setting stops it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_first = threading.Lock()
_greeted = False


def interpreter_for(content: bytes, shape: tuple[int, ...], *, threads: int) -> Any:
    """A LiteRT interpreter made ready for an input of `shape`; ValueError or RuntimeError if `content` is no model."""
    global _greeted  # noqa: PLW0603  # the greeting comes once a process, so it is muted once a process
    from ai_edge_litert.interpreter import Interpreter

    def start() -> Any:
        interpreter = Interpreter(model_content=content, num_threads=threads)
        resize(interpreter, shape)
        return interpreter

    with _first:
        if not _greeted:
            _greeted = True
            with _stderr_muted():
                return start()
    return start()


def resize(interpreter: Any, shape: tuple[int, ...]) -> None:
    """Make ready for an input of `shape`, which costs a few milliseconds if it is another than before."""
    (into,) = interpreter.get_input_details()
    interpreter.resize_tensor_input(into["index"], shape)
    interpreter.allocate_tensors()


@contextmanager
def _stderr_muted() -> Iterator[None]:
    """Standard error of the whole process, C++ included, to nowhere; left alone where it has no descriptor."""
    try:
        stderr = sys.__stderr__.fileno() if sys.__stderr__ else 2
        kept = os.dup(stderr)
    except (OSError, ValueError):
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        sys.stderr.flush()
        os.dup2(nowhere, stderr)
        yield
    finally:
        os.dup2(kept, stderr)
        os.close(nowhere)
        os.close(kept)
