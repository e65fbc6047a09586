"""Whether a worker on another machine is fit for a batch: same versions, same folders under the same paths, same model.

Looked at by the worker itself, before its first photograph; says what is wrong with it and what to do.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.colorizers import ColorizerFactory
from lab_colorize.batch.journal import JOURNAL_NAME
from lab_colorize.batch.task import Task
from lab_colorize.errors import ColorizeError, OutputError
from lab_colorize.files.writing import TEMPORARY_PREFIX, check_writable, write_whole
from lab_colorize.version import versions

# What the bytes of a result may depend on, and what is understood between the machines.
_PACKAGES = (
    "ai-edge-litert", "imagecodecs", "numpy", "opencv-python-headless", "pillow-heif", "scikit-image", "tifffile",
    "cloudpickle", "dask", "distributed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unfit:
    """What is wrong with a worker, and what a person can do about it."""

    what: str
    remedy: str


def versions_here() -> dict[str, str]:
    """The versions that all workers of a batch must share; of Python, only the language's."""
    known = versions(_PACKAGES)
    return known | {"python": ".".join(known["python"].split(".")[:2])}


def other_versions(there: Mapping[str, str], here: Mapping[str, str]) -> Unfit | None:
    """Hold those of a worker against those of the machine where the batch was started."""
    for package in sorted(here.keys() | there.keys()):
        one, other = there.get(package, "none"), here.get(package, "none")
        if one != other:
            return Unfit(
                f"has {package} {one}, and this machine {other}",
                "Install the same versions on all machines: results must not depend on who made them.",
            )
    return None


@dataclass(frozen=True)
class Requirements:
    """What must hold on each worker."""

    versions: Mapping[str, str]
    out: Path
    canary: Path
    """A file in OUT that nobody could have but this batch: its name is what it holds."""
    samples: Mapping[Path, int] = field(default_factory=dict)
    """A photograph of each folder, and its size."""

    def unmet(self, factory: ColorizerFactory) -> Unfit | None:
        """Ask on the worker itself; None if it is fit."""
        return (
            other_versions(versions_here(), self.versions)
            or self._out_of_sight()
            or self._not_writable()
            or _unlike(factory)
        )

    def _out_of_sight(self) -> Unfit | None:
        remedy = "Mount it there under the same path, with access for the user that the worker runs as."
        try:
            if self.canary.read_text() != self.canary.name:
                return Unfit(f"sees a different folder at {self.out}", remedy)
        except (OSError, ValueError) as error:
            return Unfit(f"does not see the output {self.out} ({_reason(error)})", remedy)
        for sample, size in self.samples.items():
            try:
                with sample.open("rb") as file:
                    if os.fstat(file.fileno()).st_size != size:
                        return Unfit(f"sees a different file at {sample}", remedy)
            except OSError as error:
                return Unfit(f"does not see {sample} ({_reason(error)})", remedy)
        return None

    def _not_writable(self) -> Unfit | None:
        try:
            check_writable(self.out, self.out / JOURNAL_NAME)
        except OutputError as error:
            return Unfit(f"may not write to the output ({error.what})", error.remedy)
        return None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _unlike(factory: ColorizerFactory) -> Unfit | None:
    """Whether the models here are those that were sent, and run."""
    for model in factory.models.values():
        if hashlib.sha256(model.content).hexdigest() != model.sha256:
            return Unfit(f"has a model other than {model.name!r}", "Restart the worker: the model is then sent again.")
    try:
        factory.make()
    except ColorizeError as error:
        return Unfit(f"cannot run the model ({error.what})", error.remedy)
    return None


@contextmanager
def requirements(boxes: Boxes, out: Path, due: Iterable[Task]) -> Iterator[Requirements]:
    """Put the canary into OUT for as long as workers may join."""
    canary = out / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    write_whole(canary, canary.name.encode())
    try:
        yield Requirements(versions_here(), out, canary, _samples(boxes, due))
    finally:
        canary.unlink(missing_ok=True)


def _samples(boxes: Boxes, due: Iterable[Task]) -> dict[Path, int]:
    """The first photograph of each folder that can be read here."""
    samples: dict[Path, int] = {}
    missing = {box.name for box in boxes.boxes}
    for task in due:
        if not missing:
            break
        path = boxes.path(task.source)
        if boxes.name(task.source) in missing and os.access(path, os.R_OK):
            samples[path] = path.stat().st_size
            missing.discard(boxes.name(task.source))
    return samples
