"""--settings: what some photographs of a batch need and others do not. Values; `settings_file` reads them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from lab_colorize.colouring.hints import Hints
from lab_colorize.files.globs import matches

LEFT_ALONE = "left alone, as the settings say"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is said of a photograph; None where nothing is."""

    saturation: float | None = None
    force: bool | None = None
    skip: bool | None = None
    model: str | None = None
    hints: Hints | None = None

    def over(self, earlier: "Choice") -> "Choice":
        """What both say, this one having the last word."""
        return Choice(**{**earlier.said(), **self.said()})

    def said(self) -> dict[str, Any]:
        """By name, what is not left open."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


NOTHING_SAID = Choice()


@dataclass(frozen=True)
class Settings:
    """Globs, as --include takes them, and what they say; of several that match, later ones have the last word."""

    lines: tuple[tuple[str, Choice], ...] = ()
    _looked_up: dict[str, Choice] = field(default_factory=dict, repr=False, compare=False)

    def of(self, source: str) -> Choice:
        """What is said of a photograph, by its name in the batch."""
        if not self.lines:
            return NOTHING_SAID
        if source not in self._looked_up:
            choice = NOTHING_SAID
            for glob, said in self.lines:
                choice = said.over(choice) if matches(source, (glob,)) else choice
            self._looked_up[source] = choice
        return self._looked_up[source]

    def models(self) -> frozenset[str]:
        """All that are named."""
        return frozenset(choice.model for _, choice in self.lines if choice.model is not None)

    def unmatched(self, sources: Iterable[str]) -> Iterator[str]:
        """Globs that speak of no photograph: a slip of the pen, as a rule."""
        sources = tuple(sources)
        return (glob for glob, _ in self.lines if not any(matches(source, (glob,)) for source in sources))


NO_SETTINGS = Settings()
