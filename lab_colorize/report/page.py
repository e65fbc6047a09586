"""The frame of a page: one HTML file, its style and script inside. Knows nothing of what is told in it.

Templates escape whatever is put into them; only our own style and script are taken as they are.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

# Nothing may be loaded from anywhere; what `images` allows is data inside the page or files beside it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src "
INSIDE = "data:"
BESIDE = "'self' file:"


def page(name: str, title: str, told: Mapping[str, Any], *, images: str = INSIDE) -> bytes:
    """A whole page of what is told; `name` chooses its template, its style and its script."""
    frame = {
        "title": title,
        "policy": _POLICY + images,
        "style": asset("page.css") + asset(f"{name}.css"),
        "script": asset(f"{name}.js"),
    }
    return _templates().get_template(f"{name}.html").render({**frame, **told}).encode("utf-8")


@cache
def asset(name: str) -> str:
    """One of the files in `assets/`."""
    return (files("lab_colorize.report") / "assets" / name).read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: (files("lab_colorize.report") / "templates" / name).read_text("utf-8")),
        autoescape=True,
        finalize=_encodable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _encodable(value: Any) -> Any:
    """Bytes of a file name that are no characters are shown as escapes."""
    if isinstance(value, str) and not hasattr(value, "__html__"):  # what is HTML already has been through here
        return value.encode("utf-8", "backslashreplace").decode()
    return value
