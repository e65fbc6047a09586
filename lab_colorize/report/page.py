"""The frame of a page: one HTML file, its style and script inside. Knows nothing of what is told in it."""

import html
from functools import cache
from importlib.resources import files
from string import Template

# Nothing may be loaded from anywhere; what `images` allows is data inside the page or files beside it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src "
INSIDE = "data:"
BESIDE = "'self' file:"


def page(title: str, body: str, *, name: str, images: str = INSIDE) -> bytes:
    """A whole page; `name` chooses its style and script of `assets/`."""
    frame = Template(asset("page.html"))
    return frame.substitute(
        title=escaped(title),
        policy=_POLICY + images,
        style=asset("page.css") + asset(f"{name}.css"),
        script=asset(f"{name}.js"),
        body=body,
    ).encode("utf-8")


@cache
def asset(name: str) -> str:
    """One of the files in `assets/`."""
    return (files("lab_colorize.report") / "assets" / name).read_text(encoding="utf-8")


def escaped(text: str) -> str:
    """Text fit for HTML; bytes of a file name that are no characters are shown as escapes."""
    return html.escape(text.encode("utf-8", "backslashreplace").decode())
