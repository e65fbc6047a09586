"""Metadata carried over from a photograph to its coloured version, and the stamp that says how it was made."""

from dataclasses import dataclass, replace
from typing import Any

from lab_colorize.colour.icc import SRGB_PROFILE
from lab_colorize.photos import exif, xmp
from lab_colorize.photos.formats.base import Metadata
from lab_colorize.photos.formats.recognition import parse
from lab_colorize.photos.kinds import Format

_LARGEST = 16 << 20  # bytes of a block; an honest one comes near only where programs pile up its history

_FINEST = 1_000_000.0  # dots an inch, far beyond any scanner; numbers of other formats end soon after


@dataclass(frozen=True)
class Provenance:
    """What coloured it: the software with its version, the model with its hash, IPTC's word for the result."""

    software: str
    model: str
    model_sha256: str
    source_type: str = "compositeWithTrainedAlgorithmicMedia"
    hints: str = ""
    """What a person told the model of the colours, in words."""


def read_metadata(data: bytes, format: Format) -> Metadata:
    """Take EXIF, XMP, IPTC, ICC and resolution out of a file; what is broken counts as absent."""
    return sound(parse(data, format).metadata)


def sound(found: Metadata) -> Metadata:
    """Metadata of a file without what is broken or too long, which their notes name."""
    notes = list(found.notes)
    for name in ("exif", "xmp", "iptc", "icc", "texts"):
        if _size(getattr(found, name)) > _LARGEST:
            found = _without(found, name)
            notes.append(f"its {name} metadata are longer than {_LARGEST >> 20} MB and were left out")
    if found.exif is not None and not exif.is_sound(found.exif):
        found = replace(found, exif=None)
        notes.append("its EXIF block is damaged and was left out")
    if found.dpi is not None and max(found.dpi) > _FINEST:
        found = replace(found, dpi=None)
        notes.append("its resolution makes no sense and was left out")
    return replace(found, later=tuple(map(sound, found.later)), notes=tuple(notes))


def _size(held: bytes | tuple[tuple[bytes, bytes], ...] | None) -> int:
    return sum(len(text) for _, text in held) if isinstance(held, tuple) else len(held or b"")


def _without(found: Metadata, name: str) -> Metadata:
    nothing: Any = {"texts": ()}.get(name)
    return replace(found, **{name: nothing})


def is_stamped(metadata: Metadata) -> bool:
    """Whether the photograph is a result of this tool."""
    return metadata.xmp is not None and xmp.is_stamped(metadata.xmp)


def facts_of(provenance: Provenance) -> dict[str, str]:
    """What is said of the software and the model, by the names that XMP has for it."""
    facts = {"Software": provenance.software, "Model": provenance.model, "ModelSHA256": provenance.model_sha256}
    return facts | ({"Hints": provenance.hints} if provenance.hints else {})


def stamped(
    metadata: Metadata, provenance: Provenance, *, turned: bool = True, profile: bytes = SRGB_PROFILE
) -> Metadata:
    """Metadata for the coloured version: without the old thumbnail, with its own profile and its provenance.

    Nothing that was there is removed but what is no longer true: the orientation of pixels that were `turned`.
    """
    srgb = profile == SRGB_PROFILE
    block, notes = xmp.stamped(metadata.xmp, provenance.source_type, facts_of(provenance), turned=turned, srgb=srgb)
    return replace(
        metadata,
        exif=exif.updated(metadata.exif, turned=turned, srgb=srgb),
        xmp=block,
        icc=profile,
        later=tuple(stamped(page, provenance, turned=turned, profile=profile) for page in metadata.later),
        notes=metadata.notes + notes,
    )
