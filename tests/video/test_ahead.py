"""Frames are made ahead in a thread of their own: in order, not too many, errors where they are waited for."""

import threading
import time

import pytest

from lab_colorize.video.ahead import Ahead


def drawn(ahead):
    while ahead.peek() is not None:
        yield ahead.take()


def test_all_come_in_order_and_are_made_by_another_thread():
    makers = set()

    def numbers():
        for number in range(50):
            makers.add(threading.get_ident())
            yield number

    with Ahead(numbers()) as ahead:
        assert list(drawn(ahead)) == list(range(50))
    assert makers != {threading.get_ident()}


def test_an_error_comes_behind_what_was_made_before_it():
    def numbers():
        yield 1
        raise ValueError("damaged")

    with Ahead(numbers()) as ahead:
        assert ahead.take() == 1
        for _ in range(2):  # it is no end, however often it is asked
            with pytest.raises(ValueError, match="damaged"):
                ahead.peek()


def test_no_more_are_made_than_wait_and_who_leaves_early_leaves_no_thread():
    made = []

    def numbers():
        while True:
            made.append(len(made))
            yield len(made)

    before = threading.active_count()
    with Ahead(numbers()) as ahead:
        ahead.take()
        time.sleep(0.3)
        assert len(made) <= 6
    assert threading.active_count() == before
