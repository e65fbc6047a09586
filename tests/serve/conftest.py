"""A server as it runs, asked over its socket, with limits that a test can wait for."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from lab_colorize.serve.options import Limits, ServeOptions
from lab_colorize.serve.server import listening, server_for

PHOTOGRAPH = {"Content-Type": "application/octet-stream"}
QUICK = Limits(
    headers_seconds=0.6, idle_seconds=1, stalled_seconds=0.6, body_seconds=1.2, pixels=400_000, body=3_000_000
)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def told(self):
        return json.loads(self.content)


@dataclass
class Running:
    port: int
    log: list[str] = field(default_factory=list)

    def ask(self, method, path, body=None, headers=None) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())

    def colorize(self, content, headers=None, **query) -> Answer:
        return self.ask("POST", f"/api/colorize?{urlencode(query)}", content, PHOTOGRAPH | (headers or {}))

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def raw(self, sent: bytes) -> bytes:
        """All that the server says to these bytes until it closes the connection, as any of these requests makes it."""
        with self.connected() as connection:
            connection.sendall(sent)
            return everything(connection)


def everything(connection) -> bytes:
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@contextmanager
def running(options: ServeOptions, *, verbose=False) -> Iterator[Running]:
    ready = threading.Event()
    with closing(listening(options)) as door:
        told = Running(door.getsockname()[1])
        server = server_for(options, ready=ready.set, tell=told.log.append, verbose=verbose)
        thread = threading.Thread(target=server.run, args=([door],), daemon=True)
        thread.start()
        assert ready.wait(20)
        try:
            yield told
        finally:
            server.should_exit = True
            thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def server(tiny_model) -> Iterator[Running]:
    with running(ServeOptions(port=0, model=str(tiny_model), workers=2)) as told:
        yield told


@pytest.fixture(scope="session")
def quick(tiny_model) -> Iterator[Running]:
    """With little patience and small limits."""
    with running(ServeOptions(port=0, model=str(tiny_model), workers=1, limits=QUICK)) as told:
        yield told


@pytest.fixture(scope="session")
def guarded(tiny_model) -> Iterator[Running]:
    """For the whole network, with a token."""
    options = ServeOptions(
        host="0.0.0.0", port=0, model=str(tiny_model), workers=1, token="s3cret", names=("archive.example",)
    )
    with running(options) as told:
        yield told


@pytest.fixture(scope="session")
def hinting(tiny_model) -> Iterator[Running]:
    """With a model that takes hints."""
    with running(ServeOptions(port=0, model=str(tiny_model.with_name("hinted.tflite")), workers=1)) as told:
        yield told
