"""Loaded by the workers that a batch starts on its own machine: Ctrl-C is for the batch, which lets them finish."""

import signal


def dask_setup(_worker: object) -> None:
    """Called by Dask: a terminal sends its interrupt to all processes of a command."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
