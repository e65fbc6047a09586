"""The run folder: claimed for a new run, or found to hold the run that is to go on. One process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lab_colorize.errors import NothingToDo, OutputError, OutputExists, TrainingError
from lab_colorize.files.lock import try_lock
from lab_colorize.files.writing import TEMPORARY_PREFIX, write_whole
from lab_colorize.training import config
from lab_colorize.training.config import CONFIG_NAME, Request
from lab_colorize.training.options import TrainOptions

LOCK_NAME = ".lock"
TRIAL_NAME = f"{TEMPORARY_PREFIX}trial"  # where `timing` tries how long things take


@contextmanager
def claimed(run: Path, *, resume: bool) -> Iterator[None]:
    """Hold the run folder until the block ends; a new run wants it empty, and leaves none if it comes to nothing."""
    if not resume:
        require_fresh(run)
    made = not run.exists()
    try:
        run.mkdir(parents=True, exist_ok=True)
        with (run / LOCK_NAME).open("ab") as lock:
            if not try_lock(lock.fileno()):
                raise OutputError(f"Another training run is at work in {run}.", remedy="Wait for it, or stop it first.")
            yield
    except OSError as error:
        raise OutputError(f"{run} cannot be used: {error.strerror}.", remedy="Choose another --out.") from error
    finally:
        if made and _is_fresh(run):
            (run / LOCK_NAME).unlink(missing_ok=True)
            run.rmdir()


def require_fresh(run: Path) -> None:
    """Refuse a folder that a new run cannot have."""
    if run.exists() and not _is_fresh(run):
        raise OutputExists(
            f"{run} is not empty.",
            remedy="Continue the run in it with --resume, or choose another --out.",
        )


def _is_fresh(run: Path) -> bool:
    """Whether nothing is there but what a run leaves that was stopped before its first step."""
    return run.is_dir() and all(child.name in {LOCK_NAME, TRIAL_NAME} for child in run.iterdir())


def write_config(options: TrainOptions) -> None:
    """Put `options` beside what will come of them."""
    content = config.written(options).encode("utf-8", "surrogateescape")
    write_whole(options.run / CONFIG_NAME, content, overwrite=True)


def stored(run: Path) -> TrainOptions:
    """The options of the run that lies in `run`."""
    if not (run / CONFIG_NAME).is_file():
        raise NothingToDo(f"There is no run in {run} to resume.", remedy="Start one without --resume.")
    return config.resolved({"run": run}, config.read(run / CONFIG_NAME))


def resumed(run: Path, flags: Request, file: Request | None) -> TrainOptions:
    """The run's own options; refused if the command line, or another configuration, asks for anything else."""
    before = stored(run)
    asked = dict(flags)
    network = asked.get("network") or (file or {}).get("network") or before.network
    if network != before.network:  # before its row can object to sides that were never asked of it
        raise TrainingError(
            f"{run} belongs to a run of the network {before.network}, not of {network}.",
            remedy="Choose another --out for a new run.",
        )
    if file is None and (frozen := asked.pop("freeze_encoder", None)) is not None and before.minutes is None:
        _require_same_freezing(before, frozen)
    now = config.resolved(asked | {"run": run}, config.read(run / CONFIG_NAME) if file is None else file)
    if before.minutes is not None and before.minutes == now.minutes:
        # How many epochs fit, and how often they can be validated, was measured when the run began.
        now = replace(now, stages=before.stages, validate_every=before.validate_every)
    if differing := config.differences(before, now):
        raise TrainingError(
            f"{run} belongs to a run with other options: {', '.join(differing)} not the same.",
            remedy="Continue with --resume and --out alone, or choose another --out for a new run.",
        )
    harmless = {name: getattr(now, name) for name in config.HARMLESS if name in asked}
    return replace(before, **(harmless | {"install": bool(flags.get("install"))}))  # a wish of each session


def _require_same_freezing(before: TrainOptions, frozen: float) -> None:
    total = sum(stage.epochs for stage in before.stages)
    if min(frozen, total) != sum(stage.epochs for stage in before.stages if stage.freeze_encoder):
        raise TrainingError(f"{before.run} belongs to a run with another --freeze-encoder.")
