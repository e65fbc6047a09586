"""Jobs on a cluster: all done, each once, with a bounded number under way; and a worker's memory as arrays need it."""

import os
import platform
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from distributed import get_worker

from lab_colorize import workers
from lab_colorize.cluster.connection import connected
from lab_colorize.cluster.pool import ClusterPool, Work
from lab_colorize.cluster.worker import HandedBack
from lab_colorize.errors import ClusterError

pytestmark = pytest.mark.xdist_group("cluster")


@pytest.fixture
def cluster(dask_cluster):
    with connected(dask_cluster.address, processes=0) as cluster:
        yield cluster


def nothing(bundle):
    return list(bundle)


def pool_of(cluster, bundles, carry_out=nothing, **more):
    work = Work("tests", carry_out, receive=lambda number: number, undone=lambda number, why: (number, why), **more)
    return ClusterPool(cluster, bundles, work)


def test_of_many_jobs_each_is_done_once_and_never_more_are_out_than_the_window(cluster):
    drawn, most = 0, 0

    def bundles():
        nonlocal drawn
        for drawn in range(1, 201):
            yield (drawn,)

    received = Counter()
    for number in pool_of(cluster, bundles()).results():
        received[number] += 1
        most = max(most, drawn - received.total() + 1)
    assert received == Counter(range(1, 201))
    assert most <= 2 * 2 * 2  # two bundles for each of two threads; as many again came back and are being received


def test_an_error_on_the_way_gives_up_its_own_job_alone(cluster):
    def refuse(bundle):
        if 47 in bundle:
            raise ValueError("not this one")
        return list(bundle)

    done = list(pool_of(cluster, [tuple(range(start, start + 5)) for start in range(0, 50, 5)], refuse).results())
    assert {one for one in done if isinstance(one, int)} == set(range(50)) - {47}
    ((number, why),) = (one for one in done if isinstance(one, tuple))
    assert number == 47
    assert "ValueError: not this one" in why


def test_what_an_unfit_worker_hands_back_is_done_by_another(cluster):
    while len(workers := cluster.workers()) < 2:  # the second may still be starting
        time.sleep(0.1)
    blind = workers[0].address

    def carry_out(bundle):
        if get_worker().address == blind:
            raise HandedBack
        return list(bundle)

    known = []
    pool = pool_of(cluster, [(number,) for number in range(40)], carry_out, unfit=lambda: known)
    results = pool.results()
    first = next(results)
    pool._unfit = [blind]  # as it is found out a second later
    assert sorted([first, *results]) == list(range(40))


def test_workers_that_can_do_nothing_at_all_are_no_fault_of_the_jobs(cluster):
    def broken(bundle):
        raise ModuleNotFoundError("no such module")

    with pytest.raises(ClusterError, match="Workers cannot do the work: ModuleNotFoundError: no such module"):
        list(pool_of(cluster, [(1,), (2,)], broken).results())


FAULTS = """
import resource, runpy, sys
import numpy as np
if sys.argv[1] == "undone":
    runpy.run_path(sys.argv[2])["keep_memory_for_the_next"]()
np.ones(1 << 22, np.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(1 << 22, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a variable of glibc's")
def test_memory_that_large_arrays_held_is_kept_for_the_next_ones_in_spite_of_the_nanny():
    environment = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}
    faults = {}
    for how in ("as it is", "undone"):
        words = [sys.executable, "-c", FAULTS, how, workers.__file__]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
        faults[how] = int(done.stdout)
    assert faults["undone"] < faults["as it is"] / 10  # in pages: 10 x 4 MiB, or next to none


def test_a_scheduler_that_is_lost_while_results_are_fetched_is_named():
    """Its connection breaks a moment before Dask's client knows of it."""
    cut = Future()
    cut.set_exception(ConnectionResetError("Connection reset by peer"))
    checks = iter([None, ClusterError("The scheduler was lost.")])

    def check():
        if (error := next(checks)) is not None:
            raise error

    cluster = SimpleNamespace(check=check, gather=lambda _: cut)
    pool = pool_of(cluster, [])
    pool._threads = {"tcp://10.0.0.1:1": 1}
    with pytest.raises(ClusterError, match="was lost"):
        pool._gathered([SimpleNamespace(status="finished")])
