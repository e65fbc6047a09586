"""The version of lab-colorize, which results, cards and reports name."""

__version__ = "0.1.0"
