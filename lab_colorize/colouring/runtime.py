"""LiteRT, brought up quietly: its C++ side greets every process on standard error, and no setting stops it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_first = threading.Lock()
_greeted = False


Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each input that a model is to take."""

INPUTS = ("lightness", "hints")  # by these names a model's signature knows them; the second is not everyone's


def interpreter_for(content: bytes, shapes: Shapes, *, threads: int) -> Any:
    """A LiteRT interpreter made ready for inputs of `shapes`; ValueError or RuntimeError if `content` is no model."""
    global _greeted  # noqa: PLW0603  # the greeting comes once a process, so it is muted once a process
    from ai_edge_litert.interpreter import Interpreter

    def start() -> Any:
        interpreter = Interpreter(model_content=content, num_threads=threads)
        resize(interpreter, inputs_of(interpreter), shapes)
        return interpreter

    with _first:
        if not _greeted:
            _greeted = True
            with _stderr_muted():
                return start()
    return start()


def resize(interpreter: Any, inputs: Mapping[str, int], shapes: Shapes) -> None:
    """Make ready for `inputs` of `shapes`, which costs a few milliseconds if they are others than before."""
    for name, index in inputs.items():
        interpreter.resize_tensor_input(index, shapes[name])
    interpreter.allocate_tensors()


def inputs_of(interpreter: Any) -> dict[str, int]:
    """Where each input of a model is put, by the name that its signature has for it; KeyError if it has none."""
    names = interpreter.get_signature_list()["serving_default"]["inputs"]
    details = interpreter.get_signature_runner("serving_default").get_input_details()
    return {name: details[name]["index"] for name in names}


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
