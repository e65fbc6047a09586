"""How good the network is on photographs it never learned from: PSNR in RGB against leaving them grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from lab_colorize.lab import AB_SCALE, L_SCALE, Plane, enlarged, join, lab_of
from lab_colorize.training.dataset import Example

MOST = 384  # photographs looked at after an epoch; evenly chosen, so that no source is missed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Means over the validation photographs."""

    psnr: float
    grey_psnr: float
    ab_error: float
    """Mean square of the a/b error in Lab units, over both."""
    grey_ab_error: float
    colourfulness: float
    """Chroma of the answers as a share of the truth's."""


class Judge:
    """Validation photographs at one side, ready to be asked about again and again."""

    def __init__(self, examples: Sequence[Example], side: int, most: int = MOST) -> None:
        chosen = examples[:: max(1, len(examples) // most)]
        self._truths = [cv2.resize(example.rgb, (side, side), interpolation=cv2.INTER_AREA) for example in chosen]
        self._labs = [lab_of(truth) for truth in self._truths]
        self._greys = [_psnr(join(lab[..., 0], lab[..., 1:] * 0), truth) for lab, truth in self._pairs()]

    def _pairs(self) -> list[tuple[Plane, NDArray[np.uint8]]]:
        return list(zip(self._labs, self._truths, strict=True))

    def __call__(self, model: keras.Model, batch_size: int = 16) -> Verdict:
        """The verdict on `model` as it is now."""
        lightness = np.stack([lab[..., :1] for lab in self._labs]) / np.float32(L_SCALE) - np.float32(1)
        psnrs, errors, grey_errors, chroma, true_chroma = [], [], [], [], []
        for start in range(0, len(lightness), batch_size):
            answers = keras.ops.convert_to_numpy(model.predict_on_batch(lightness[start : start + batch_size]))
            for answer, (lab, truth) in zip(answers, self._pairs()[start : start + batch_size], strict=True):
                ab = enlarged(answer * np.float32(AB_SCALE), truth.shape[:2])
                psnrs.append(_psnr(join(lab[..., 0], ab), truth))
                errors.append(np.square(ab - lab[..., 1:]).mean())
                grey_errors.append(np.square(lab[..., 1:]).mean())
                chroma.append(np.linalg.norm(ab, axis=-1).mean())
                true_chroma.append(np.linalg.norm(lab[..., 1:], axis=-1).mean())
        return Verdict(
            psnr=float(np.mean(psnrs)),
            grey_psnr=float(np.mean(self._greys)),
            ab_error=float(np.mean(errors)),
            grey_ab_error=float(np.mean(grey_errors)),
            colourfulness=float(np.mean(chroma) / np.mean(true_chroma)),
        )


def _psnr(result: NDArray[np.uint8], truth: NDArray[np.uint8]) -> float:
    return float(10 * np.log10(255**2 / max(1e-9, np.square(result.astype(np.float32) - truth).mean())))
