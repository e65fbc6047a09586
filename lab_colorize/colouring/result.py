"""What comes of colouring a photograph in memory. Colours nothing itself."""

from dataclasses import dataclass

from lab_colorize.colouring.models import Model
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.metadata import Provenance
from lab_colorize.version import SOFTWARE


@dataclass(frozen=True, slots=True)
class Result:
    """A coloured photograph, encoded."""

    content: bytes
    format: Format
    width: int
    height: int
    """As a person sees it, upright."""
    pages: int = 1
    notes: tuple[str, ...] = ()
    """What of the original could not be kept, in words for a person."""
    lightness: str | None = None
    """Of a JPEG: whether its coded lightness was copied, or why it was encoded anew."""
    lightness_sha256: str | None = None
    """Of coded lightness that was copied; see `jpeg_digest.lightness_digest`."""


def provenance_of(model: Model, options: ColorizeOptions) -> Provenance:
    """What is said in a result of where its colours come from."""
    return Provenance(
        software=SOFTWARE,
        model=model.name,
        model_sha256=model.sha256,
        source_type=options.source_type,
        hints=str(options.hints),
    )
