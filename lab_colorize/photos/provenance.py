"""Where the colours of a photograph come from: what is said of that in a result. Knows no format."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Provenance:
    """What coloured it: the software with its version, the model with its hash, IPTC's word for the result."""

    software: str
    model: str
    model_sha256: str
    source_type: str = "compositeWithTrainedAlgorithmicMedia"
