"""Laws of what a thread makes ahead: all of it, in order, not too much of it, errors at their place, no thread left."""

import gc
import threading
import time
import traceback
import weakref
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.ahead import ahead

MOST = 3


class Thing:
    """Something whose memory can be watched."""


def numbers(count, makers=None):
    for number in range(count):
        if makers is not None:
            makers.add(threading.get_ident())
        yield number


@given(st.lists(st.one_of(st.none(), st.integers(), st.builds(ValueError))), st.integers(1, 5))
def test_all_comes_in_order_whatever_it_is(things, most):
    """None is no end, and an exception that is a thing no error."""
    assert list(ahead((thing for thing in things), most)) == things


def test_another_thread_makes_it():
    makers = set()
    assert list(ahead(numbers(50, makers), MOST)) == list(range(50))
    assert len(makers) == 1
    assert makers != {threading.get_ident()}


@given(st.integers(0, 8), st.integers(1, 5))
def test_an_error_comes_behind_what_was_made_before_it_and_tells_where_it_was_made(place, most):
    def broken():
        yield from range(place)
        raise ValueError("damaged")

    source = ahead(broken(), most)
    assert [next(source) for _ in range(place)] == list(range(place))
    with pytest.raises(ValueError, match="damaged") as found:
        next(source)
    assert "broken" in {line.name for line in traceback.extract_tb(found.value.__traceback__)}


def test_no_more_is_made_or_held_than_may_wait():
    held = weakref.WeakSet()

    def things():
        while True:
            thing = Thing()
            held.add(thing)
            yield thing

    with closing(ahead(things(), MOST)) as source:
        for _ in range(10):
            thing = next(source)
            deadline = time.monotonic() + 5
            while len(held) < MOST + 1 and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(0.01)  # a maker that did not wait would have made hundreds
            assert MOST + 1 <= len(held) <= MOST + 3  # the one taken, those that wait, one in the maker's hand
    del thing, source
    gc.collect()
    assert not held


@pytest.mark.parametrize("taken", [0, 1, 7])
def test_who_leaves_early_leaves_no_thread_and_what_things_are_made_from_is_closed_by_its_maker(taken):
    makers, made, closed = set(), [], []

    def things():
        try:
            for number in numbers(1000, makers):
                made.append(number)
                yield number
        finally:
            closed.append(threading.get_ident())

    before = threading.active_count()
    with closing(ahead(things(), MOST)) as source:
        for _ in range(taken):
            next(source)
    assert threading.active_count() == before
    assert closed == list(makers)
    assert len(makers) == (taken > 0)
    assert len(made) <= taken + MOST + 2


def test_who_fails_while_taking_leaves_no_thread():
    before = threading.active_count()
    with pytest.raises(KeyError), closing(ahead(numbers(1000), MOST)) as source:
        raise KeyError(next(source))
    assert threading.active_count() == before
