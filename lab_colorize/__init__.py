"""lab-colorize: colours black-and-white photographs, one or a whole archive, and keeps their lightness.

    from lab_colorize import Colorizer, ColorizeOptions, colorize_photo, errors

    try:
        colorize_photo("old.jpg", "old_in_colour.jpg", options=ColorizeOptions(saturation=0.8))
    except errors.ColorizeError as error:
        print(error.what, error.remedy)

Names load OpenCV and LiteRT on first use only, so that importing the package stays instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lab_colorize import errors
from lab_colorize.version import __version__

if TYPE_CHECKING:
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.colouring.hints import Hint, Hints
    from lab_colorize.colouring.on_disk import Coloured, colorize_photo
    from lab_colorize.colouring.options import ColorizeOptions
    from lab_colorize.video.options import VideoOptions
    from lab_colorize.video.run import ColouredFilm, colorize_video

__all__ = [
    "ColorizeOptions",
    "Colorizer",
    "Coloured",
    "ColouredFilm",
    "Hint",
    "Hints",
    "VideoOptions",
    "__version__",
    "colorize_photo",
    "colorize_video",
    "errors",
]

_HOMES = {
    "ColorizeOptions": "lab_colorize.colouring.options",
    "Coloured": "lab_colorize.colouring.on_disk",
    "ColouredFilm": "lab_colorize.video.run",
    "Colorizer": "lab_colorize.colouring.colorizer",
    "Hint": "lab_colorize.colouring.hints",
    "Hints": "lab_colorize.colouring.hints",
    "VideoOptions": "lab_colorize.video.options",
    "colorize_photo": "lab_colorize.colouring.on_disk",
    "colorize_video": "lab_colorize.video.run",
}


def __getattr__(name: str) -> Any:  # module attributes on first use (PEP 562)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
