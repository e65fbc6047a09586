"""The interface itself: which address answers what. Every error leaves it as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from lab_colorize.photos.formats.extras import readable
from lab_colorize.photos.kinds import PHOTO_SUFFIXES
from lab_colorize.serve import page
from lab_colorize.serve.description import description
from lab_colorize.serve.guard import Guard
from lab_colorize.serve.hints import HintsFile
from lab_colorize.serve.models import Models, told
from lab_colorize.serve.options import ServeOptions
from lab_colorize.serve.photographs import Colorize, Original
from lab_colorize.serve.queue import Queue
from lab_colorize.serve.refusals import Refused, answer_to
from lab_colorize.serve.training import Trainer
from lab_colorize.serve.training_routes import TrainingRoutes
from lab_colorize.serve.work import Task, Worker
from lab_colorize.version import __version__


def application(options: ServeOptions) -> ASGIApp:
    """All routes behind the guard; ModelError if there is nothing to colour with."""
    return Guard(Interface(options).application(), options)


class Interface:
    """The routes, and what they share: options, models, workers."""

    def __init__(self, options: ServeOptions) -> None:
        self.options = options
        self.models = Models(options.model)
        self.trainer = (
            None
            if options.train is None
            else Trainer(options.train, options.train_config, minutes=options.train_minutes)
        )
        self.queue: Queue[Task] = Queue(
            partial(Worker.ready_for, self.models.first),
            options.workers,
            waiting=options.limits.waiting,
            most_held=options.limits.bodies,
        )

    def application(self) -> Starlette:
        """The routes with their workers, which live as long as the server."""
        handlers = {HTTPException: _no_such_route, Refused: _refused}
        return Starlette(routes=self.routes(), lifespan=self._working, exception_handlers=handlers)

    def routes(self) -> list[BaseRoute]:
        """Every address that answers."""
        colorize = Colorize(self.queue, self.options.limits, self.models)
        original = Original(self.queue, self.options.limits)
        return [
            *page.routes(training=self.trainer is not None),
            Route("/healthz", self._healthz, methods=["GET"]),
            Route("/openapi.json", self._openapi, methods=["GET"]),
            Route("/api/about", self._about, methods=["GET"]),
            Route("/api/colorize", colorize, methods=["POST"]),
            Route("/api/original", original, methods=["POST"]),
            Route("/api/hints", HintsFile(self.queue, self.options.limits), methods=["POST"]),
            *(TrainingRoutes(self.trainer).routes() if self.trainer else ()),
        ]

    @asynccontextmanager
    async def _working(self, _app: Starlette) -> AsyncIterator[None]:
        self.queue.start()
        try:
            yield
        finally:
            self.queue.stop()
            if self.trainer is not None:
                await asyncio.to_thread(self.trainer.close)

    async def _healthz(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _openapi(self, _request: Request) -> Response:
        return JSONResponse(description(training=self.trainer is not None))

    async def _about(self, _request: Request) -> Response:
        limits = self.options.limits
        return JSONResponse(
            {
                "version": __version__,
                "workers": self.options.workers,
                "models": [told(model) for model in self.models],
                "formats": [format.value for format in readable()],
                "suffixes": sorted(PHOTO_SUFFIXES),
                "most_bytes": limits.body,
                "most_pixels": limits.pixels,
                "training": self.trainer is not None,
            }
        )


async def _no_such_route(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    path, method = request.url.path, request.method
    what = f"{path} does not take {method}." if status == HTTPStatus.METHOD_NOT_ALLOWED else f"There is no {path} here."
    return answer_to(Refused(status, what, remedy="/openapi.json describes what there is."))


async def _refused(_request: Request, error: Exception) -> Response:
    return answer_to(error)
