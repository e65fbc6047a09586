"""XMP sidecars: which file beside a photograph is its own, what it is called beside the result, what it says there.

Lightroom and Bridge write `photo.xmp`, darktable and digiKam `photo.tif.xmp`. Reads no photograph and writes nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from lab_colorize.photos import regions, xmp
from lab_colorize.photos.kinds import PHOTO_SUFFIXES, RAW_SUFFIXES, SIDECAR_SUFFIXES
from lab_colorize.photos.metadata import Provenance, facts_of

LARGEST = 16 << 20  # bytes
NO_XMP = "it is not readable XMP, so it was copied as it is"


def sidecar_of(photograph: str, others: Collection[str], stems: Collection[str] = ()) -> str | None:
    """The sidecar of a photograph among the other files; `stems` are names without suffix that several files share.

    Of those nobody knows whose `stem.xmp` is: of a camera's raw file, as a rule.
    """
    full, short = photograph, str(PurePosixPath(photograph).with_suffix(""))
    return next(
        (name for name in sidecar_names(full) if name in others and (name.startswith(full) or short not in stems)), None
    )


def sidecar_names(photograph: str) -> list[str]:
    """What its sidecar may be called; longer names are surer."""
    stem = str(PurePosixPath(photograph).with_suffix(""))
    return [name + suffix for name in dict.fromkeys((photograph, stem)) for suffix in SIDECAR_SUFFIXES]


def shared_stems(names: Iterable[str]) -> frozenset[str]:
    """Names without suffix that several photographs have, camera raw included."""
    kinds = PHOTO_SUFFIXES | RAW_SUFFIXES
    paths = (PurePosixPath(name) for name in names)
    counts = Counter(str(path.with_suffix("")) for path in paths if path.suffix.lower() in kinds)
    return frozenset(stem for stem, count in counts.items() if count > 1)


def sidecar_name(sidecar: str, photograph: str, result: str) -> str:
    """What the sidecar of a photograph is called beside a result of another name."""
    if sidecar.startswith(photograph):
        return result + sidecar.removeprefix(photograph)
    return str(PurePosixPath(result).with_suffix(PurePosixPath(sidecar).suffix))


def carried(
    content: bytes, provenance: Provenance, *, size: tuple[int, int], orientation: int
) -> tuple[bytes, tuple[str, ...]]:
    """What a sidecar says beside the result of this size: upright as it, and made by a network; and notes.

    `orientation` is that of the photograph where the result is upright, 1 where the result lies as the photograph does.
    """
    turned, notes = regions.turned(content, orientation, size)
    packet, problems = xmp.stamped(turned, provenance.source_type, facts_of(provenance), turned=orientation != 1)
    return (content, (NO_XMP,)) if problems else (packet, notes)
