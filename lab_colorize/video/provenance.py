"""What a coloured film says of itself: that a network made its colours, which one, and by what software."""

from __future__ import annotations

from dataclasses import dataclass

from lab_colorize.photos import xmp
from lab_colorize.version import SOFTWARE, __version__

SOURCE_TYPE = "compositeWithTrainedAlgorithmicMedia"
_MARK = "Colours made by a network: lab-colorize"
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # Adobe's, for XMP in MP4 and QuickTime
_COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Provenance:
    """By what a film was coloured."""

    model: str
    model_sha256: str

    def tags(self, metadata: dict[str, str]) -> dict[str, str]:
        """A film's tags, with ours beside what was there; containers hold few names, but all hold a comment."""
        name = next((name for name in metadata if name.lower() == _COMMENT), _COMMENT)
        said = f"{_MARK} {__version__}, model {self.model}, SHA-256 {self.model_sha256}, {SOURCE_TYPE}."
        before = metadata.get(name, "")
        kept = before.split(_MARK)[0].rstrip()
        return {**metadata, name: f"{kept}\n{said}".lstrip()}

    def box(self) -> bytes:
        """The same as XMP in a box that stands at the end of an MP4 or QuickTime file."""
        packet, _ = xmp.stamped(
            None,
            SOURCE_TYPE,
            {"Software": SOFTWARE, "Model": self.model, "ModelSHA256": self.model_sha256},
        )
        return (8 + 16 + len(packet)).to_bytes(4) + b"uuid" + _XMP_BOX + packet


def is_stamped(metadata: dict[str, str]) -> bool:
    """Whether a film is a result of this tool."""
    return any(_MARK in value for name, value in metadata.items() if name.lower() == _COMMENT)
