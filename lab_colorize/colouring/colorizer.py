"""Colouring of arrays: lightness in, a and b out, joined with the photograph's own lightness.

Owns the running network. Knows nothing of files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lab_colorize.colour.join import join
from lab_colorize.colour.lab import Pixels, Plane, chroma_of_network, network_input
from lab_colorize.colour.lightness import Lightness, lightness_through, shrunk
from lab_colorize.colouring.frame import shown_size
from lab_colorize.colouring.models import Model, find_model
from lab_colorize.colouring.runtime import interpreter_for, resize
from lab_colorize.errors import ModelDamaged


class Colorizer:
    """A model ready to run. Not for sharing between threads: give each its own."""

    def __init__(self, model: Model | str | Path | None = None, *, threads: int = 1) -> None:
        """Find the model by name, path or default, check it, and make it ready to run on `threads` threads."""
        self.model = model if isinstance(model, Model) else find_model(model)
        self._threads = threads
        self._shape = (1, self.model.card.side, self.model.card.side, 1)
        self._interpreter = self._started()  # a damaged model is refused now, before the first photograph

    def colorize(self, pixels: Pixels, *, saturation: float | None = None) -> Pixels:
        """Colour (H, W) grey or (H, W, 3) RGB sRGB pixels: (H, W, 3) RGB of the same dtype and lightness."""
        _require_pixels(pixels)
        return self.colorize_lightness(lightness_through(pixels), pixels.dtype, saturation=saturation)

    def colorize_lightness(self, lightness: Lightness, depth: Any, *, saturation: float | None = None) -> Pixels:
        """Colour L* (H, W) in 0..100: (H, W, 3) RGB of integer dtype `depth`."""
        return self.joined(lightness, self.predict(lightness), depth, saturation=saturation)

    def joined(
        self,
        lightness: Lightness,
        ab: Plane,
        depth: Any,
        *,
        saturation: float | None = None,
        blue_first: bool = False,
    ) -> Pixels:
        """L* joined with what `predict` answered for it, more or less saturated; see `join`."""
        factor = self.model.card.saturation if saturation is None else saturation
        return join(lightness, ab * np.float32(factor), depth, blue_first=blue_first)

    def predict(self, lightness: Lightness) -> Plane:
        """The network's a*, b* (h, w, 2) in Lab units for L* (H, W): small, of the same aspect ratio."""
        card = self.model.card
        height, width = shown_size(lightness.shape, card)
        shown = shrunk(lightness, width, height)
        below, beside = self._padding(height, width)
        # Reflected edges give the network a scene that goes on; a black border would be taken for an object.
        padded = cv2.copyMakeBorder(shown, 0, below, 0, beside, cv2.BORDER_REFLECT)
        answer = chroma_of_network(self._run(network_input(padded)))
        return answer[: height // card.fraction, : width // card.fraction]

    def _padding(self, height: int, width: int) -> tuple[int, int]:
        card = self.model.card
        if not card.resizable:
            return card.side - height, card.side - width
        return -height % card.step, -width % card.step

    def _run(self, lightness: Plane) -> Plane:
        if lightness.shape != self._shape:
            resize(self._interpreter, lightness.shape)
            self._shape = lightness.shape
        (into,), (outof,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._interpreter.set_tensor(into["index"], lightness)
        self._interpreter.invoke()
        answer: Plane = self._interpreter.get_tensor(outof["index"])
        if not np.isfinite(answer).all():
            raise not_runnable(self.model, "it answers without colours.")
        return answer

    def _started(self) -> Any:
        """The LiteRT interpreter, ready for the model's own side; a file that does not run is refused."""
        try:
            interpreter = interpreter_for(self.model.content, self._shape, threads=self._threads)
            signature = interpreter.get_signature_list()["serving_default"]
        except (ValueError, KeyError, RuntimeError) as error:
            raise not_runnable(self.model, str(error)) from error
        if signature != {"inputs": ["lightness"], "outputs": ["ab"]}:
            raise not_runnable(self.model, f"its signature is {signature}.")
        return interpreter


def _require_pixels(pixels: Any) -> None:
    if not isinstance(pixels, np.ndarray) or pixels.dtype not in (np.uint8, np.uint16):
        raise TypeError(f"pixels must be an array of uint8 or uint16, not {getattr(pixels, 'dtype', type(pixels))}")
    if pixels.size == 0 or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise ValueError(f"pixels must be (H, W) grey or (H, W, 3) RGB, not of shape {pixels.shape}")


def not_runnable(model: Model, why: str) -> ModelDamaged:
    """The refusal of a model that does not keep the contract."""
    return ModelDamaged(
        f"{model.path} is not a model that this tool can run: {why}",
        remedy="A model answers `lightness` with `ab`; `lab-colorize train` exports such models.",
    )
