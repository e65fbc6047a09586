"""lab-colorize: colours black-and-white photographs, one or a whole archive, and keeps their lightness.

    from lab_colorize import Colorizer, colorize_photo

Both names load OpenCV and LiteRT on first use only, so that importing the package stays instant.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab_colorize.colorizer import Colorizer, colorize_photo

__version__ = "0.1.0"
__all__ = ["Colorizer", "__version__", "colorize_photo"]


def __getattr__(name: str) -> Any:  # module attributes on first use (PEP 562)
    if name in {"Colorizer", "colorize_photo"}:
        from lab_colorize import colorizer

        return getattr(colorizer, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
