"""The page's own files, each at one address. Nothing that is not listed in this folder can be asked for."""

from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

INDEX = "index.html"
OF_TRAINING = frozenset({"train.html", "train.js", "plot.js"})
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def routes(*, training: bool) -> list[BaseRoute]:
    """One route for each file, and the bare address for the first of them; those of the training if there is one."""
    shown = {name for name in contents() if training or name not in OF_TRAINING}
    named = {f"/{name}": name for name in shown - {INDEX}} | {"/": INDEX}
    return [Route(address, _answering(name), methods=["GET"]) for address, name in named.items()]


@cache
def contents() -> dict[str, bytes]:
    """Every file by name."""
    return {file.name: file.read_bytes() for file in (files("lab_colorize.serve") / "assets").iterdir()}


def _answering(name: str) -> Callable[[Request], Awaitable[Response]]:
    content, media_type = contents()[name], MEDIA_TYPES[name.rpartition(".")[2]]

    async def answer(_request: Request) -> Response:
        return Response(content, media_type=media_type)

    return answer
