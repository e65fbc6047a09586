"""Ctrl-C and SIGTERM: the first asks a command to come to a good end, the second ends it at once."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def asked_to_stop(on_first: Callable[[], None], at_once: Callable[[int], None]) -> Iterator[list[int]]:
    """Call `on_first` when the first signal comes, and `at_once` with each later one; the list tells which came."""
    came: list[int] = []

    def hear(number: int, _: object) -> None:
        came.append(number)
        if len(came) > 1:
            at_once(number)
        else:
            on_first()

    if threading.current_thread() is not threading.main_thread():  # only there may signals be handled
        yield came
        return
    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ended_by(number: int) -> int:
    """The status that shells give to a program ended by a signal; 130, ExitCode.INTERRUPTED, by Ctrl-C."""
    return 128 + number


def say_at_once(words: str) -> None:
    """Not by click.echo, since a signal may come in the middle of a line being written; whether it is read or not."""
    with suppress(OSError):
        os.write(sys.stderr.fileno(), words.encode())
