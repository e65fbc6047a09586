"""The models that a request may name: those that are installed, and the one that the server was started with.

A name from outside is only ever looked up among these; it never becomes a path.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from lab_colorize.colouring.models import SUFFIX, Model, find_model, model_folders
from lab_colorize.errors import ModelError
from lab_colorize.serve.refusals import Refused


class Models:
    """Looked up anew for every request, because training may install more of them meanwhile."""

    def __init__(self, chosen: str | None) -> None:
        """Find the model that colours unless another is named; ModelError if it is missing or damaged."""
        self.first = find_model(chosen)
        self.first.content  # noqa: B018  # read and checked now, and once for all workers

    def named(self, name: str | None) -> Model:
        """The model of that name."""
        if name is None or name == self.first.name:
            return self.first
        if name in _names():
            return find_model(name)
        known = ", ".join(model.name for model in self)
        raise Refused(HTTPStatus.BAD_REQUEST, f"There is no model called {name!r}.", remedy=f"Known: {known}.")

    def __iter__(self) -> Iterator[Model]:
        """All of them, the first one first; a damaged one is left out, since nobody could use it."""
        yield self.first
        for name in _names():
            try:
                model = find_model(name)
            except ModelError:
                continue
            if name != self.first.name:
                yield model


def _names() -> list[str]:
    return sorted({path.stem for folder in model_folders() for path in folder.glob(f"*{SUFFIX}")})


def told(model: Model) -> dict[str, Any]:
    """What a page shows of a model."""
    licence = model.card.facts.get("license", {})
    return {
        "name": model.name,
        "network": model.card.architecture,
        "saturation": model.card.saturation,
        "hints": model.card.hints,
        "licence": licence.get("weights", "") if isinstance(licence, dict) else str(licence),
    }
