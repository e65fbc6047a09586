"""A run's course in steps: how long stages are, how fast each step learns, when it is validated.

Batches are always full, so an epoch seldom ends between two of them: it ends with the step that shows its last
photograph, and what else that step shows is the next epoch's. A batch larger than the set ends several at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lab_colorize.training.options import Stage, TrainOptions

WARM_UP = 0.03  # share of a stage's steps over which the rate rises
FLOOR = 0.02  # share of the rate that the cosine ends on
ROUNDING = 1e-6  # epochs may be 0.1 + 0.2; no step is added for that


@dataclass(frozen=True, slots=True)
class Schedule:
    """The stages of a run on so many photographs."""

    stages: tuple[Stage, ...]
    photos: int
    batch_size: int
    validate_every: int

    @property
    def total(self) -> int:
        """Steps in the whole run."""
        return sum(map(self.steps, range(len(self.stages))))

    @property
    def epochs(self) -> float:
        """Epochs in the whole run."""
        return sum(stage.epochs for stage in self.stages)

    @property
    def validations(self) -> int:
        """How often the run is validated."""
        return sum(len(self.ends(number)) for number in range(len(self.stages)))

    def steps(self, number: int) -> int:
        """How many batches a stage is long."""
        return self._step_after(self.stages[number].epochs)

    def ends(self, number: int) -> frozenset[int]:
        """The steps of a stage after which it is validated: those that end an epoch, and the last."""
        length = self.stages[number].epochs
        whole = range(self.validate_every, math.ceil(length), self.validate_every)
        return frozenset(map(self._step_after, (*whole, length)))

    def epoch(self, number: int, step: int) -> float:
        """The epoch that a stage's step ends; where it ends none, how often each photograph has been seen."""
        before = self._before(number)
        if step == self.steps(number):
            return before + self.stages[number].epochs
        seen = step * self.batch_size / self.photos
        over = math.floor(seen + ROUNDING)
        return before + (over if over and self._step_after(over) == step else seen)

    def _step_after(self, epochs: float) -> int:
        """The step of a stage that ends its first so many epochs."""
        return max(1, math.ceil(epochs * self.photos / self.batch_size - ROUNDING))

    def _before(self, number: int) -> float:
        """Epochs of the stages before."""
        return sum(stage.epochs for stage in self.stages[:number])

    def rate(self, number: int, step: int) -> float:
        """The learning rate of a stage's step."""
        return rate_at(step, self.steps(number), self.stages[number].learning_rate)

    def work_left(self, number: int, step: int) -> float:
        """What is left, in steps of the present stage: a step costs about as much as the area of its pictures."""
        side = self.stages[number].side
        later = range(number + 1, len(self.stages))
        return self.steps(number) - step + sum(self.steps(n) * (self.stages[n].side / side) ** 2 for n in later)


def schedule_for(options: TrainOptions, photos: int) -> Schedule:
    """The schedule of a run that learns from so many photographs."""
    return Schedule(options.stages, photos, options.batch_size, options.validate_every)


def rate_at(step: int, steps: int, highest: float) -> float:
    """A short linear rise, then half a cosine down to nearly nothing."""
    rise = max(1, round(WARM_UP * steps))
    if step < rise:
        return highest * (step + 1) / rise
    along = (step - rise) / max(1, steps - rise)
    return highest * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * along)) / 2)
