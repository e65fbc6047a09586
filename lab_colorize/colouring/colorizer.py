"""Colouring of arrays: lightness in, a and b out, joined with the photograph's own lightness.

Owns the running network. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lab_colorize.colour.join import join
from lab_colorize.colour.lab import Pixels, Plane, chroma_of_network, network_input
from lab_colorize.colour.lightness import Lightness, lightness_through, shrunk
from lab_colorize.colouring.frame import shown_size
from lab_colorize.colouring.held_hints import held_to
from lab_colorize.colouring.hint_plane import hint_plane
from lab_colorize.colouring.hints import Hint
from lab_colorize.colouring.models import Model, find_model
from lab_colorize.colouring.runtime import inputs_of, interpreter_for, resize
from lab_colorize.errors import HintsRefused, ModelDamaged
from lab_colorize.why import tell


class Colorizer:
    """A model ready to run. Not for sharing between threads: give each its own."""

    def __init__(self, model: Model | str | Path | None = None, *, threads: int = 1) -> None:
        """Find the model by name, path or default, check it, and make it ready to run on `threads` threads."""
        self.model = model if isinstance(model, Model) else find_model(model)
        self._threads = threads
        self._shapes = self._shapes_for(self.model.card.side, self.model.card.side)
        self._interpreter = self._started()  # a damaged model is refused now, before the first photograph

    def colorize(self, pixels: Pixels, *, saturation: float | None = None, hints: Sequence[Hint] = ()) -> Pixels:
        """Colour (H, W) grey or (H, W, 3) RGB sRGB pixels: (H, W, 3) RGB of the same dtype and lightness."""
        _require_pixels(pixels)
        lightness = lightness_through(pixels)
        ab = self.predict(lightness, hints=hints, saturation=saturation)
        return self.joined(lightness, ab, pixels.dtype, saturation=saturation)

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
        return join(lightness, self._saturated(ab, saturation), depth, blue_first=blue_first)

    def colours(self, lightness: Lightness, *, hints: Sequence[Hint] = (), saturation: float | None = None) -> Plane:
        """What `predict` answers, more or less saturated; a model that answers no colour at all is refused."""
        ab = self.predict(lightness, hints=hints, saturation=saturation)
        require_colour(self.model, ab)
        return self._saturated(ab, saturation)

    def _saturated(self, ab: Plane, saturation: float | None) -> Plane:
        return ab * np.float32(self._factor(saturation))

    def _factor(self, saturation: float | None) -> float:
        return self.model.card.saturation if saturation is None else saturation

    def predict(self, lightness: Lightness, *, hints: Sequence[Hint] = (), saturation: float | None = None) -> Plane:
        """The network's a*, b* (h, w, 2) in Lab units for L* (H, W): small, of the same aspect ratio.

        `hints` are kept to as they will look at the `saturation` that the answer is going to be joined with.
        """
        card = self.model.card
        if hints and not card.hints:
            raise HintsRefused(
                f"The model {card.name!r} takes no hints.", remedy="Leave them out, or choose another --model."
            )
        height, width = shown_size(lightness.shape, card)
        shown = shrunk(lightness, width, height)
        below, beside = self._padding(height, width)
        # Reflected edges give the network a scene that goes on; a black border would be taken for an object.
        padded = cv2.copyMakeBorder(shown, 0, below, 0, beside, cv2.BORDER_REFLECT)
        tell(f"the network {card.name} sees {width} x {height}, in a frame of {padded.shape[1]} x {padded.shape[0]}")
        shown_cells, cells = ((h // card.fraction, w // card.fraction) for h, w in ((height, width), padded.shape))
        told = hint_plane(hints, lightness.shape, shown_cells, cells, self._factor(saturation))
        rows, columns = shown_cells
        answer = chroma_of_network(self._run(network_input(padded), told))[:rows, :columns]
        if not hints:
            return answer
        small = cv2.resize(shown, (columns, rows), interpolation=cv2.INTER_AREA)
        return held_to(told[0, :rows, :columns], answer, small)

    def _padding(self, height: int, width: int) -> tuple[int, int]:
        card = self.model.card
        if not card.resizable:
            return card.side - height, card.side - width
        return -height % card.step, -width % card.step

    def _shapes_for(self, height: int, width: int) -> dict[str, tuple[int, ...]]:
        card = self.model.card
        shapes: dict[str, tuple[int, ...]] = {"lightness": (1, height, width, 1)}
        return shapes | {"hints": (1, height // card.fraction, width // card.fraction, 3)} if card.hints else shapes

    def _run(self, lightness: Plane, hints: Plane) -> Plane:
        shapes = self._shapes_for(*lightness.shape[1:3])
        if shapes != self._shapes:
            resize(self._interpreter, self._inputs, shapes)
            self._shapes = shapes
        given = {"lightness": lightness, "hints": hints}
        for name, index in self._inputs.items():
            self._interpreter.set_tensor(index, given[name])
        self._interpreter.invoke()
        (out,) = self._interpreter.get_output_details()
        answer: Plane = self._interpreter.get_tensor(out["index"])
        if not np.isfinite(answer).all():
            raise not_runnable(self.model, "it answers with values that are not numbers.")
        return answer

    def _started(self) -> Any:
        """The LiteRT interpreter, ready for the model's own side; a file that does not run is refused."""
        try:
            interpreter = interpreter_for(self.model.content, self._shapes, threads=self._threads)
            signature = interpreter.get_signature_list()["serving_default"]
            self._inputs = inputs_of(interpreter)
        except (ValueError, KeyError, RuntimeError) as error:
            raise not_runnable(self.model, str(error)) from error
        if set(signature["inputs"]) != set(self._shapes) or signature["outputs"] != ["ab"]:
            raise not_runnable(self.model, f"its signature is {signature}.")
        return interpreter


def _require_pixels(pixels: Any) -> None:
    if not isinstance(pixels, np.ndarray) or pixels.dtype not in (np.uint8, np.uint16):
        raise TypeError(f"pixels must be an array of uint8 or uint16, not {getattr(pixels, 'dtype', type(pixels))}")
    if pixels.size == 0 or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise ValueError(f"pixels must be (H, W) grey or (H, W, 3) RGB, not of shape {pixels.shape}")


def require_colour(model: Model, ab: Plane) -> None:
    """Refuse a model that answers without colours: the result would be grey, and pass for coloured."""
    if not ab.any():
        raise not_runnable(model, "it answers without colours.")


def not_runnable(model: Model, why: str) -> ModelDamaged:
    """The refusal of a model that does not keep the contract."""
    return ModelDamaged(
        f"{model.path} is not a model that this tool can run: {why}",
        remedy="A model answers `lightness` with `ab`; `lab-colorize train` exports such models.",
    )
