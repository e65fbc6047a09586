"""The routes of the training page. They are there only if the server was given a folder to train on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from lab_colorize.serve.body import NOTHING, check_kind
from lab_colorize.serve.parameters import EPOCH, MINUTES, values_of
from lab_colorize.serve.refusals import answer_to
from lab_colorize.serve.training import Trainer


class TrainingRoutes:
    """What the page asks for and does, of one trainer."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def routes(self) -> list[BaseRoute]:
        """Every address of the training."""
        return [
            Route("/api/training", self._told, methods=["GET"]),
            Route("/api/training/picture", self._picture, methods=["GET"]),
            Route("/api/training/start", self._start, methods=["POST"]),
            Route("/api/training/stop", self._stop, methods=["POST"]),
            Route("/api/training/resume", self._resume, methods=["POST"]),
        ]

    async def _told(self, _request: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(self._trainer.told))

    async def _picture(self, request: Request) -> Response:
        values = values_of(request.query_params, (EPOCH,))
        picture = await asyncio.to_thread(self._trainer.picture, values.get("epoch", 1))
        return Response(picture, media_type="image/png")

    async def _start(self, request: Request) -> Response:
        minutes = values_of(request.query_params, (MINUTES,)).get("minutes")
        return await self._done(request, lambda: self._trainer.start(minutes))

    async def _stop(self, request: Request) -> Response:
        return await self._done(request, self._trainer.stop)

    async def _resume(self, request: Request) -> Response:
        return await self._done(request, self._trainer.resume)

    async def _done(self, request: Request, act: Callable[[], None]) -> Response:
        """Do it, and tell how things are then."""
        check_kind(request, NOTHING)
        try:
            await asyncio.to_thread(act)
        except OSError as error:
            return answer_to(error)
        return await self._told(request)
