"""What may be asked of a coloured film, complete and valid from birth."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from fractions import Fraction

from lab_colorize.errors import UsageProblem

CODEC_NAMES = ("h264", "hevc", "av1", "ffv1", "prores")
# Without effect on the frames of a result, or on whether there is one.
_APART = frozenset({"overwrite", "compare"})


@dataclass(frozen=True, slots=True)
class VideoOptions:
    """What a person may choose about a coloured film."""

    codec: str = "h264"
    quality: int | None = None
    """The CRF of H.264, HEVC and AV1, where less is better and 0 loses nothing; None is the codec's usual."""
    preset: str | None = None
    """The encoder's own name for how much time it takes."""
    saturation: float | None = None
    """Factor on chroma; None is what the model's card recommends."""
    steady: int = 8
    """Frames on either side over which colours are averaged along the motion; 0 leaves flicker as it is."""
    every: int = 4
    """The network looks at one frame in so many; those between have the colours of their neighbours."""
    deinterlace: bool = False
    start: float = 0.0
    """Seconds into the film."""
    duration: float | None = None
    """Seconds to colour; None is to the end."""
    fps: Fraction | None = None
    """Frames a second of a folder of frames."""
    compare: bool = False
    """Also write NAME_compare beside the result: before and after, side by side."""
    overwrite: bool = False
    force: bool = False
    """Colour scenes that have colours already, and results of this tool."""

    def __post_init__(self) -> None:
        if self.codec not in CODEC_NAMES:
            raise UsageProblem(f"There is no codec {self.codec!r}.", remedy=f"Known: {', '.join(CODEC_NAMES)}.")
        if self.every < 1 or self.steady < 0:
            raise UsageProblem("--every must be at least 1, and --steady at least 0.", remedy="Give --every 1 or more.")
        if self.steady and self.every > self.steady + 1:
            raise UsageProblem(
                f"With --every {self.every} and --steady {self.steady}, some frames would have no colours.",
                remedy=f"Give --every {self.steady + 1} or less, or a larger --steady.",
            )
        if self.start < 0 or (self.duration is not None and self.duration <= 0):
            raise UsageProblem(
                "--start must not be negative, and --duration must be above 0.", remedy="Give positive seconds."
            )

    def fingerprint(self, saturation: float) -> str:
        """A hash of all that has an effect on the result."""
        told = {name: value for name, value in asdict(self).items() if name not in _APART}
        told["saturation"] = saturation
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]
