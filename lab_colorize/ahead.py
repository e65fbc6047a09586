"""Things made in a thread of their own, a few ahead of who takes them: the one makes while the other works.

Knows nothing of what the things are.
"""

from __future__ import annotations

import queue
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from lab_colorize.workers import patiently

if TYPE_CHECKING:
    from collections.abc import Generator

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _End:
    """Nothing comes after it."""

    error: BaseException | None = None


def ahead(items: Generator[Item], most: int) -> Generator[Item]:
    """The same items in order, drawn by a thread of which at most so many wait; an error there is raised here.

    Closed early, it waits until the thread has closed `items`: what they are made from may be closed next.
    """
    made: queue.Queue[Item | _End] = queue.Queue(most)
    left = threading.Event()

    def make() -> None:
        try:
            with closing(items):
                for item in items:
                    made.put(item)
                    if left.is_set():
                        return
            made.put(_End())
        except BaseException as error:  # noqa: BLE001  # raised again by who takes, with its traceback
            made.put(_End(error))

    maker = threading.Thread(target=make, daemon=True)  # a second Ctrl-C does not wait for it
    maker.start()
    try:
        while not isinstance(item := patiently(made), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        left.set()
        while maker.is_alive():  # it may be waiting for room
            with suppress(queue.Empty):
                made.get(timeout=0.01)
