"""The edge of sRGB: a colour outside is mixed with grey of its own luminance until it is inside, and no further.

So lightness stays to the last bit and the hue stays, as the wavelength that dominates; chroma gives way.
"""

import numpy as np

from lab_colorize.colour.lab import Plane

TINY = np.float32(1e-9)


def within(light: Plane, luminance: Plane) -> Plane:
    """Linear R, G, B (3, N) within 0..1, of any light (3, N) whose luminance (N,) is within 0..1.

    Luminance is a mean of R, G and B, so it lies between the least and the greatest of them.
    """
    red, green, blue = light
    least, greatest = np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)
    darkness = 1 - luminance
    share = luminance / np.maximum(np.maximum(luminance - least, luminance), TINY)
    share = np.minimum(share, darkness / np.maximum(np.maximum(greatest - luminance, darkness), TINY))
    mixed = light - luminance
    mixed *= share
    mixed += luminance
    return np.clip(mixed, 0, 1, out=mixed)
