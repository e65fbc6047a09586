"""How long a client may take, which uvicorn leaves open: over a request's headers, and over reading an answer."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from lab_colorize.serve.options import Limits


def patient_for(limits: Limits) -> type[H11Protocol]:
    """A connection that ends when its client exceeds these limits."""

    class Patient(H11Protocol):
        """One connection, with two clocks."""

        _headers: asyncio.TimerHandle | None = None
        _reading: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Start the first clock: not even a first byte need come."""
            super().connection_made(transport)
            self._await_headers()

        def data_received(self, data: bytes) -> None:
            """Run the clock while headers are awaited, and while a refused body still flows in."""
            super().data_received(data)
            if self.cycle is None or self.cycle.response_complete:
                self._await_headers()
            else:
                self._headers = _stopped(self._headers)

        def connection_lost(self, exc: Exception | None) -> None:
            """Stop both."""
            self._headers, self._reading = _stopped(self._headers), _stopped(self._reading)
            super().connection_lost(exc)

        def pause_writing(self) -> None:
            """Start the second clock: the answer piles up."""
            super().pause_writing()
            self._reading = self.loop.call_later(limits.stalled_seconds, self.transport.abort)

        def resume_writing(self) -> None:
            """Stop it: the client reads."""
            self._reading = _stopped(self._reading)
            super().resume_writing()

        def _await_headers(self) -> None:
            if self._headers is None:
                self._headers = self.loop.call_later(limits.headers_seconds, self.transport.abort)

    return Patient


def _stopped(clock: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """No clock, in place of one that may run."""
    if clock is not None:
        clock.cancel()
    return None
