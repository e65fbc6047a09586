"""R4's GAN with skips: `unet_stride2` itself paints, a critic of whole pictures judges."""

from lab_colorize.zoo.networks.unet_stride2 import build

__all__ = ["build"]
