"""The main path of training, readable in one sitting: stages, steps, validation, checkpoints, resumption."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from lab_colorize.errors import ColorizeError, ExitCode, TrainingError
from lab_colorize.training import checkpoint as checkpoints
from lab_colorize.training.average import WeightAverage
from lab_colorize.training.batches import Batches
from lab_colorize.training.checkpoint import CHECKPOINT_NAME, Checkpoint, State
from lab_colorize.training.dataset import Example
from lab_colorize.training.devices import Devices
from lab_colorize.training.objectives import Objective
from lab_colorize.training.options import Stage, TrainOptions
from lab_colorize.training.record import Record
from lab_colorize.training.schedule import Schedule, schedule_for
from lab_colorize.training.validation import Metrics, Validator

PICTURES = 10  # as often, about, a run is shown in pictures unless told otherwise


@dataclass(frozen=True, slots=True)
class Progress:
    """What a watcher is told after each step; steps and epochs are those of the whole run."""

    step: int
    steps: int
    epoch: float
    """How often each photograph has been seen; at the end of an epoch, its number."""
    epochs: float
    loss: float
    photos_a_second: float
    """Since this session began, without validation."""
    seconds_left: float
    metrics: Metrics | None
    """At the end of an epoch."""


Watcher = Callable[[Progress], None]


class Interrupted(ColorizeError):
    """The run was asked to stop and has saved where it stands."""

    exit_code = ExitCode.INTERRUPTED


@dataclass(slots=True)
class Clock:
    """Time of one session in one stage."""

    began: float
    saved: float
    validating: float = 0.0
    steps: int = 0


@dataclass
class Training:
    """One session of a run: what it works on, and where it stands."""

    objective: Objective
    train: Sequence[Example]
    validator: Validator
    options: TrainOptions
    devices: Devices
    state: State
    watch: Watcher
    stop: Callable[[], bool]

    def __post_init__(self) -> None:
        self.average = WeightAverage(self.objective.network, self.options.averaging)
        self._clock = Clock(0, 0)

    def run(self, checkpoint: Checkpoint | None) -> None:
        """All stages, from `checkpoint` on if there is one."""
        record = self._record
        for number, stage in enumerate(self.options.stages):
            if number < self.state.stage:
                continue
            self.ready_for(stage)
            if checkpoint is not None:
                checkpoints.restore(checkpoint, self.objective.learner, self.average)
                checkpoint = None
            elif number > self.state.stage:
                self.state.stage, self.state.step = number, 0
            self._stage(stage)
        record.draw(self.state)
        self.state.finished = True
        self.save()

    def ready_for(self, stage: Stage) -> None:
        """Compile for a stage; the optimiser's variables live where the network's do."""
        with self.devices.scope():
            self.objective.ready_for(stage, self.options)

    def _stage(self, stage: Stage) -> None:
        """The steps of one stage that are still to be done."""
        number, schedule = self.state.stage, self.schedule
        ends, learner = schedule.ends(number), self.objective.learner
        now = time.monotonic()
        self._clock = Clock(began=now, saved=now)
        with closing(self.batches(number).ahead(self.state.step, schedule.steps(number))) as batches:
            for batch in batches:
                learner.optimizer.learning_rate = schedule.rate(number, self.state.step)
                losses = self.devices.step(learner, *self.objective.arguments(batch))
                self._count(losses)
                metrics = self.validate(stage) if self.state.step in ends else None
                self._save_if_due(validated=metrics is not None)
                self.watch(self._progress(losses["loss"], metrics))

    def _count(self, losses: dict[str, float]) -> None:
        """A step is done: add up its losses, or stop where they make no sense any more."""
        if not math.isfinite(losses["loss"]):
            self._refuse_nonsense("The loss is no longer a number")
        self.state.step += 1
        self.state.total += 1
        self._clock.steps += 1
        self.average.update(self.state.step)
        for name, loss in _columns(losses).items():
            self.state.sums[name] = self.state.sums.get(name, 0.0) + loss
        self.state.sums["steps"] = self.state.sums.get("steps", 0) + 1

    def validate(self, stage: Stage) -> Metrics:
        """Validate the mean of the weights, and record the result."""
        self._require_finite()
        began = time.monotonic()
        self.average.take()  # or short epochs would be measured by the weights of the one before
        with self.average.applied():
            metrics = self.validator(self.objective.painter)
            self._record.note(self.objective, self.state, self._row(stage, metrics))
        self._clock.validating += time.monotonic() - began
        return metrics

    def _save_if_due(self, *, validated: bool) -> None:
        stopping = self.stop()
        late = time.monotonic() - self._clock.saved >= self.options.checkpoint_minutes * 60
        if validated or late or stopping:
            self.save()
        if stopping:
            raise Interrupted(
                f"Stopped after step {self.state.total}; everything is saved.",
                remedy=f"Continue with: lab-colorize train --resume --out {self.options.run}",
            )

    def save(self) -> None:
        """Put everything that it takes to go on from here into the checkpoint."""
        self._require_finite()
        now = time.monotonic()
        self.state.seconds += now - self._clock.saved if self._clock.saved else 0
        self._clock.saved = now
        checkpoints.save(self.options.run, self.objective.learner, self.average, self.state)

    def _require_finite(self) -> None:
        """A loss can still be a number while the step it led to spoilt the weights."""
        if not all(np.isfinite(weight).all() for weight in self.objective.learner.get_weights()):
            self._refuse_nonsense("The weights are no longer numbers")

    def _refuse_nonsense(self, what: str) -> None:
        kept = (self.options.run / CHECKPOINT_NAME).exists()
        raise TrainingError(
            f"{what} after step {self.state.total} (stage {self.state.stage + 1}). "
            + ("The last good weights are kept in the run folder." if kept else "There was no checkpoint yet."),
            remedy="Try a lower --learning-rate, without --mixed-precision"
            + (f", starting with --init-from {self.options.run}." if kept else "."),
        )

    def _progress(self, loss: float, metrics: Metrics | None) -> Progress:
        clock, schedule, number, step = self._clock, self.schedule, self.state.stage, self.state.step
        elapsed = max(1e-9, time.monotonic() - clock.began)
        return Progress(
            step=self.state.total,
            steps=schedule.total,
            epoch=schedule.epoch(number, step),
            epochs=schedule.epochs,
            loss=loss,
            photos_a_second=clock.steps * self.options.batch_size / max(1e-9, elapsed - clock.validating),
            seconds_left=elapsed / clock.steps * schedule.work_left(number, step),
            metrics=metrics,
        )

    def _row(self, stage: Stage, metrics: Metrics) -> dict[str, float]:
        """What history says of the steps since the last validation."""
        sums, state = self.state.sums, self.state
        losses = {name: total / sums["steps"] for name, total in sums.items() if name != "steps"}
        sums.clear()
        return {
            "epoch": self.schedule.epoch(state.stage, state.step),
            "stage": state.stage + 1,
            "step": state.total,
            "side": stage.side,
            "learning_rate": stage.learning_rate,
            **losses,
            **asdict(metrics),
        }

    @cached_property
    def _record(self) -> Record:
        every = self.options.picture_epochs or max(1, self.schedule.validations // PICTURES)
        return Record(self.options.run, self.validator, self.state, picture_epochs=every)

    @property
    def schedule(self) -> Schedule:
        """The course of the run."""
        return schedule_for(self.options, len(self.train))

    def batches(self, number: int) -> Batches:
        """What a stage learns from; each stage has its own random crops."""
        side = self.options.stages[number].side
        return Batches(
            self.train,
            side,
            self.objective.ab_side(side),
            self.options.batch_size,
            self.options.seed * 1000 + number,
            self.options.augmentation,
            self.objective.target,
            hinted=bool(self.objective.row.hints),
        )


def _columns(losses: dict[str, float]) -> dict[str, float]:
    """Losses as history names them: a painter's and its critic's apart, where there is one."""
    if "critic_loss" not in losses:
        return {"loss": losses["loss"]}
    return {"loss": losses["painter_loss"], "critic_loss": losses["critic_loss"]}
