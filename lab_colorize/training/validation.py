"""How good the network is on photographs it never learned from: PSNR in RGB against leaving them grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.join import join
from lab_colorize.colour.lab import AB_SCALE, L_SCALE, Plane, lab_of
from lab_colorize.colour.psnr import psnr
from lab_colorize.training.dataset import Example
from lab_colorize.zoo.inputs import given

MOST = 384  # photographs looked at after an epoch; evenly chosen, so that no source is missed
BATCH = 16
PROTOCOL = (
    "Validation photographs at most {most}, evenly chosen, each resized to {side} x {side}; the network's a/b enlarged "
    "bicubically and joined with the true lightness; PSNR of 8-bit sRGB, mean over photographs; grey: a = b = 0."
)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Means over the validation photographs."""

    psnr: float
    grey_psnr: float
    ab_error: float
    """Mean square of the a/b error in Lab units, over both."""
    grey_ab_error: float
    chroma_share: float
    """Mean chroma of the answers as a share of the truth's; no colourfulness, which `evaluation` measures."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One validation photograph, ready to be asked about again and again."""

    name: str
    truth: NDArray[np.uint8]
    """(side, side, 3) RGB."""
    lab: Plane
    """The same in Lab units."""

    @property
    def grey(self) -> NDArray[np.uint8]:
        """The photograph without its colours."""
        return self.painted(np.zeros_like(self.lab[..., 1:]))

    def painted(self, ab: Plane) -> NDArray[np.uint8]:
        """The photograph with colours (h, w, 2) in Lab units, enlarged to its size."""
        return join(np.ascontiguousarray(self.lab[..., 0]), ab).astype(np.uint8, copy=False)


class Validator:
    """Validation photographs at one side."""

    def __init__(self, examples: Sequence[Example], side: int, hints: int = 0, most: int = MOST) -> None:
        """`hints` is the row's: networks that take hints are validated without any."""
        self.hints = hints
        self.side = side
        self.protocol = PROTOCOL.format(most=most, side=side)
        self.samples = [_sample(example, side) for example in examples[:: -(-len(examples) // most)]]
        self._grey_psnr = float(np.mean([_psnr(sample.grey, sample.truth) for sample in self.samples]))
        self._grey_error = float(np.mean([np.square(sample.lab[..., 1:]).mean() for sample in self.samples]))
        self._chroma = float(np.mean([_chroma(sample.lab[..., 1:]) for sample in self.samples]))

    def __call__(self, painter: keras.Model) -> Metrics:
        """The metrics of `painter` (lightness -> ab) as it is now."""
        psnrs, errors, chroma = [], [], []
        for start in range(0, len(self.samples), BATCH):
            part = self.samples[start : start + BATCH]
            for sample, ab in zip(part, answers(painter, part, self.hints), strict=True):
                psnrs.append(_psnr(sample.painted(ab), sample.truth))
                full = cv2.resize(ab, sample.truth.shape[:2], interpolation=cv2.INTER_CUBIC)
                errors.append(np.square(full - sample.lab[..., 1:]).mean())
                chroma.append(_chroma(full))
        return Metrics(
            psnr=float(np.mean(psnrs)),
            grey_psnr=self._grey_psnr,
            ab_error=float(np.mean(errors)),
            grey_ab_error=self._grey_error,
            chroma_share=float(np.mean(chroma)) / self._chroma,
        )


def answers(painter: keras.Model, samples: Sequence[Sample], hints: int) -> Plane:
    """a*, b* (N, h, w, 2) in Lab units that `painter` gives at most `BATCH` samples; `hints` as in its row."""
    # A batch of another size would be traced anew: minutes, if the network is deep.
    full = [*samples, *[samples[-1]] * (BATCH - len(samples))]
    lightness = np.stack([sample.lab[..., :1] for sample in full]) / np.float32(L_SCALE) - np.float32(1)
    every: Plane = keras.ops.convert_to_numpy(painter.predict_on_batch(given(lightness, hints)))
    answer = every[: len(samples)]  # one a device
    return answer.astype(np.float32, copy=False) * np.float32(AB_SCALE)


def _sample(example: Example, side: int) -> Sample:
    truth = cv2.resize(example.rgb, (side, side), interpolation=cv2.INTER_AREA)
    return Sample(example.name, truth, lab_of(truth))


def _chroma(ab: Plane) -> float:
    return float(np.linalg.norm(ab, axis=-1).mean())


def _psnr(result: NDArray[np.generic], truth: NDArray[np.uint8]) -> float:
    return psnr(max(1e-9, float(np.square(result.astype(np.float32) - truth).mean())))
