"""A batch on a cluster ends as it does on threads; what its workers lack is said before the first photograph."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from lab_colorize.batch.colorizers import colorizer_factory
from lab_colorize.batch.distributed import Staff, bundles
from lab_colorize.batch.fitness import Unfit
from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.batch.outcome import Status
from lab_colorize.batch.run import Batch as Running
from lab_colorize.cluster.connection import Worker
from lab_colorize.errors import ClusterError, ExitCode, MissingPackage
from tests.programs import benchmark_called

from . import deadly
from .conftest import Archive, Batch, contents_below, picture

pytestmark = pytest.mark.xdist_group("cluster")


@pytest.fixture
def scheduler(dask_cluster: Any) -> str:
    """Its address."""
    return str(dask_cluster.address)


def mixed_photographs(folder: Path) -> None:
    """Sixty, of all kinds of ends: formats, depths, hints, in colour already, damaged, hidden in folders."""
    suffixes = (".jpg", ".png", ".tif", ".webp", ".bmp", ".jp2")
    for number in range(52):
        picture(folder / f"box {number % 5}/{number:02}{suffixes[number % 6]}", seed=number, size=(64 + number, 48))
    rng = np.random.default_rng(0)
    for number in range(4):
        colours = rng.integers(0, 256, (40, 50, 3), np.uint8)
        assert cv2.imwrite(str(folder / f"in colour {number}.png"), cv2.GaussianBlur(colours, (9, 9), 4))
        (folder / f"damaged {number}.jpg").write_bytes((folder / "box 0/00.jpg").read_bytes()[: 100 * number])
    (folder / "note.txt").write_text("not a photograph")


def journal(out: Path) -> list[dict[str, Any]]:
    """Its lines but for order, times and host."""
    lines = [json.loads(line) for line in (out / JOURNAL_NAME).read_text().splitlines()]
    told = [{key: value for key, value in line.items() if key not in {"seconds", "host", "check"}} for line in lines]
    return sorted(told, key=lambda line: line["source"])


def test_results_are_those_of_threads_byte_for_byte(
    batch: Batch, scheduler: str, tmp_path: Path, tiny_model: Path, hinted_model: Path
) -> None:
    mixed_photographs(tmp_path / "in")
    settings = tmp_path / "settings.toml"
    own_model = f'{{ model = "{hinted_model}", hints = ["50%,50%=red"] }}'
    settings.write_text(f'"box 1/*" = {{ saturation = 0.5 }}\n"box 2/*" = {own_model}\n')
    for out, more in (("threads", ()), ("cluster", ("--scheduler", scheduler))):
        ended = batch(
            tmp_path / "in",
            tmp_path / out,
            tiny_model,
            "--copy-rest",
            "--compare",
            "--json",
            "--settings",
            settings,
            *more,
        )
        assert ended.returncode == ExitCode.SOME_FAILED, ended.stderr
    assert contents_below(tmp_path / "cluster") == contents_below(tmp_path / "threads")
    assert journal(tmp_path / "cluster") == journal(tmp_path / "threads")
    assert len(journal(tmp_path / "cluster")) == 61
    assert all(json.loads(line)["host"] for line in ended.stdout.splitlines())
    assert re.search(r"Colouring with [12] workers?, [12] threads?", ended.stderr)  # the second may still be starting


def test_a_photograph_that_ends_its_worker_is_named_alone_and_all_others_are_done(
    archive: Archive, scheduler: str
) -> None:
    archive.add(*(f"{number:02}.jpg" for number in range(30)))
    archive.add("13.jpg", content="deadly")
    with Running(archive.options(scheduler=scheduler), deadly.FACTORY) as running:
        outcomes = list(running)
    assert sorted(outcome.source for outcome in outcomes) == sorted(f"{number:02}.jpg" for number in range(30))
    (failed,) = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    assert (failed.source, failed.reason) == ("13.jpg", "1 worker died while colouring it.")
    assert len(journal(archive.out)) == 30
    assert len(archive.results()) == 29


def test_after_stop_what_is_in_hand_is_finished_and_the_rest_is_done_next_time(
    archive: Archive, scheduler: str
) -> None:
    archive.add(*(f"{number:02}.jpg" for number in range(30)), content="slow")
    with Running(archive.options(scheduler=scheduler), deadly.FACTORY) as running:
        first = []
        for outcome in running:
            first.append(outcome.target)
            running.stop()
    assert 1 <= len(first) < 30
    assert set(archive.results()) == set(first)
    with Running(archive.options(), deadly.FACTORY) as again:  # without a scheduler
        assert len(again.plan.due) == 30 - len(first)
        list(again)
    assert len(journal(archive.out)) == len(archive.results()) == 30


def test_what_nobody_waits_for_any_more_is_still_written_down(archive: Archive, scheduler: str) -> None:
    archive.add(*(f"{number:02}.jpg" for number in range(30)), content="slow")
    with Running(archive.options(scheduler=scheduler), deadly.FACTORY) as running:
        outcomes = iter(running)
        next(outcomes)
        outcomes.close()  # type: ignore[attr-defined]
    assert {line["target"] for line in journal(archive.out)} == set(archive.results())


class TestIsRefusedBeforeTheFirstPhotographIf:
    """The message names the worker and a remedy, and nothing is left behind."""

    def refusal(self, archive: Archive, scheduler: str, factory: Any = deadly.FACTORY, **more: Any) -> str:
        with pytest.raises(ClusterError) as refused, Running(archive.options(scheduler=scheduler, **more), factory):
            pytest.fail("begun")
        assert not archive.out.exists()
        assert refused.value.remedy
        assert refused.value.what.startswith("The worker ")
        return refused.value.what

    def test_versions_differ(self, archive: Archive, scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
        archive.add("1.jpg")
        monkeypatch.setattr("lab_colorize.version.__version__", "9.9")
        assert "has lab-colorize 0.1.0, and this machine 9.9" in self.refusal(archive, scheduler)

    @pytest.mark.skipif(sys.platform != "linux", reason="a path that leads each process elsewhere is of Linux")
    @pytest.mark.parametrize("unshared", ["photos", "coloured"])
    def test_a_folder_is_not_shared(
        self, archive: Archive, scheduler: str, unshared: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add("1.jpg")
        monkeypatch.chdir(archive.out.parent)
        here = Path("/proc/self/cwd", unshared)
        elsewhere = Archive(*(here if place.name == unshared else place for place in (archive.folder, archive.out)))
        assert f"does not see {'the output ' if unshared == 'coloured' else ''}{here}" in self.refusal(
            elsewhere, scheduler
        )

    def test_the_model_is_another(self, archive: Archive, scheduler: str, tiny_model: Path) -> None:
        archive.add("1.jpg")
        factory = colorizer_factory(archive.options(model=str(tiny_model)))
        (model,) = factory.models.values()
        model.__dict__["content"] = b"another"
        assert "has a model other than 'tiny'" in self.refusal(archive, scheduler, factory)

    def test_nobody_answers(self, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        archive.add("1.jpg")
        monkeypatch.setattr("lab_colorize.cluster.connection._PATIENCE", 0.5)  # seconds
        with pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1\.") as refused:
            Running(archive.options(scheduler="tcp://127.0.0.1:1"), deadly.FACTORY)
        assert refused.value.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="whole groups of processes are killed")
def test_a_scheduler_that_dies_ends_the_batch_with_an_error_of_its_own_and_the_next_batch_goes_on(
    archive: Archive, tmp_path: Path
) -> None:
    archive.add(*(f"{number:02}.jpg" for number in range(30)), content="slow")
    processes = benchmark_called("dask_processes")
    with processes.DaskProcesses(tmp_path, workers=1) as mortal:
        with Running(archive.options(scheduler=mortal.address), deadly.FACTORY) as running:
            outcomes = iter(running)
            next(outcomes)
            processes.kill(mortal.scheduler)
            with pytest.raises(ClusterError, match=r"The scheduler at tcp://127\.0\.0\.1:\d+ was lost") as lost:
                list(outcomes)
        assert lost.value.exit_code == ExitCode.CLUSTER
        assert 0 < len(journal(archive.out)) < 30
    with Running(archive.options(), deadly.FACTORY) as again:
        list(again)
    assert len(journal(archive.out)) == len(archive.results()) == 30


class Answers:
    """A cluster as `Staff` sees it: who is there, and who is not fit."""

    dashboard = ""

    def __init__(self) -> None:
        self.there: list[Worker] = []
        self.unfit: dict[str, Unfit] = {}

    def workers(self) -> list[Worker]:
        return self.there

    def ask(self, _question: object, _workplace: str, *, of: list[Worker]) -> dict[Worker, Unfit | None]:
        return {worker: self.unfit.get(worker.name) for worker in of}


def test_it_is_said_when_all_workers_are_gone_and_who_joins_without_being_fit() -> None:
    cluster, said = Answers(), list[str]()
    one, other = (Worker(f"tcp://10.0.0.{number}:1", f"w{number}", f"10.0.0.{number}", 4) for number in (1, 2))
    staff = Staff(cluster, "here", said.append)  # type: ignore[arg-type]
    cluster.there = [one]
    staff.check()
    assert str(staff) == "1 worker, 4 threads"
    cluster.there = []
    assert staff.unfit() == []
    cluster.unfit["w2"] = Unfit("does not see /archive", "Mount it there.")
    cluster.there = [one, other]
    assert staff.unfit() == staff.unfit() == [other.address]
    assert str(staff) == "1 worker, 4 threads"
    assert said == [
        "No worker is left. The batch continues when one joins; Ctrl-C ends it.",
        "The worker w2 on 10.0.0.2 joined but is given no work: it does not see /archive. Mount it there.",
        "Going on with 1 worker, 4 threads.",
    ]
    with pytest.raises(ClusterError, match=r"w2 on 10\.0\.0\.2 does not see /archive"):
        staff.check()


def test_small_photographs_go_several_at_a_time_and_large_ones_alone(archive: Archive) -> None:
    archive.add(*(f"{number:02}.jpg" for number in range(40)))
    with (archive.folder / "20.jpg").open("ab") as large:
        large.truncate(9 << 20)
    with Running(archive.options(), deadly.FACTORY) as running:
        sent = [[job.task.source for job in bundle] for bundle in bundles(running.plan, running.plan.boxes, 100)]
        few = list(bundles(running.plan, running.plan.boxes, 2))
    assert [len(bundle) for bundle in sent] == [16, 4, 1, 16, 3]
    assert sent[2] == ["20.jpg"]
    assert max(map(len, few)) == 2
    assert [name for bundle in sent for name in bundle] == [task.source for task in running.plan.due]


def test_workers_are_not_counted_here_where_a_scheduler_has_its_own(
    batch: Batch, tmp_path: Path, tiny_model: Path
) -> None:
    ended = batch(tmp_path, tmp_path / "out", tiny_model, "--scheduler", "tcp://head:8786", "--workers", "3")
    assert ended.returncode == ExitCode.USAGE


@pytest.mark.parametrize("address", ["", " ", "8786", "http://head:8786", "LOCAL", "tcp://", "/home/me/dask.json"])
def test_what_is_no_address_of_a_scheduler_is_refused_at_once(
    batch: Batch, tmp_path: Path, tiny_model: Path, address: str
) -> None:
    ended = batch(tmp_path, tmp_path / "out", tiny_model, "--scheduler", address)
    assert ended.returncode == ExitCode.USAGE
    assert "is not the address of a scheduler" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_tls_without_its_settings_is_no_bug_of_ours(batch: Batch, archive: Archive, tiny_model: Path) -> None:
    archive.add("1.jpg")
    ended = batch(archive.folder, archive.out, tiny_model, "--scheduler", "tls://127.0.0.1:9")
    assert ended.returncode == ExitCode.CLUSTER
    assert "settings for TLS" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not archive.out.exists()  # nothing was begun


def test_without_dask_it_is_said_how_to_install_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.add("1.jpg")
    for name in [
        name for name in sys.modules if name.startswith(("lab_colorize.cluster", "lab_colorize.batch.distributed"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingPackage) as missing:
        Running(archive.options(scheduler="local"), deadly.FACTORY)
    assert missing.value.remedy == "pip install 'lab-colorize[cluster]'"
