"""Why a photograph went the way it went, told to Python's `logging` under the photograph's name. Decides nothing.

logging.getLogger("lab_colorize").setLevel(logging.DEBUG)  # and a handler: what --verbose does
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LOG = logging.getLogger("lab_colorize")
_photograph: ContextVar[str] = ContextVar("photograph", default="photograph")  # each thread has its own


@contextmanager
def about(photograph: str) -> Iterator[None]:
    """Tell of this photograph from here on."""
    before = _photograph.set(photograph)
    try:
        yield
    finally:
        _photograph.reset(before)


def tell(why: str) -> None:
    """Tell one thing that was found out or decided."""
    LOG.debug("%s: %s", _photograph.get(), why)
