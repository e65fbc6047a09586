"""PSNR, by which results are compared with the truth wherever that is done."""

import math

PEAK = 255  # of 8-bit levels


def psnr(error: float) -> float:
    """Peak signal-to-noise ratio in dB of a mean square error."""
    return 10 * math.log10(PEAK**2 / error) if error else math.inf
