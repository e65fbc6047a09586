"""Things made in a thread of their own, a few ahead of those that are asked for: encoding and colouring at one time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")

_MOST = 3  # that wait; each holds a frame of film
_PATIENCE = 0.2  # seconds; Windows delivers Ctrl-C only between waits


class Ahead(Generic[Item]):
    """What comes out of `items`, which are drawn by another thread; an error there is raised here."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self._made: queue.Queue[Item | BaseException | None] = queue.Queue(_MOST)
        self._coming: Item | BaseException | None = None
        self._ended = False
        self._dismissed = threading.Event()
        self._thread = threading.Thread(target=self._make, daemon=True)  # a second Ctrl-C does not wait for it

    def peek(self) -> Item | None:
        """What comes next; None at the end."""
        if self._coming is None and not self._ended:
            self._coming = self._awaited()
            self._ended = self._coming is None
        if isinstance(self._coming, BaseException):
            raise self._coming
        return self._coming

    def take(self) -> Item:
        """What comes next, which there is."""
        one = self.peek()
        assert one is not None
        self._coming = None
        return one

    def _awaited(self) -> Item | BaseException | None:
        while True:
            with suppress(queue.Empty):
                return self._made.get(timeout=_PATIENCE)

    def _make(self) -> None:
        try:
            for one in self._items:
                self._hand_over(one)
                if self._dismissed.is_set():
                    return
            self._hand_over(None)
        except BaseException as error:  # noqa: BLE001  # raised again by the thread that waits
            self._hand_over(error)

    def _hand_over(self, one: Item | BaseException | None) -> None:
        while not self._dismissed.is_set():
            with suppress(queue.Full):
                self._made.put(one, timeout=_PATIENCE)
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the other thread: what it reads from is closed next."""
        self._dismissed.set()
        self._thread.join()
