"""What a server is asked for, and its limits. Loads nothing heavy."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from lab_colorize.errors import NothingToDo, UsageProblem
from lab_colorize.workers import usable_cores

HOST = "127.0.0.1"
PORT = 8080
# A worker holds a whole photograph and a network; more than this many would ask for memory before speed.
MOST_WORKERS_BY_DEFAULT = 8
MEGABYTE = 1_000_000
MINUTES = 60.0  # of a training, unless somebody says otherwise


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request, and all together, may cost."""

    pixels: int = 60_000_000
    """A tenth of the command line's: a PNG of 97 kB may hold 100 megapixels, which take 23 s."""
    body: int = 200 * MEGABYTE
    """Bytes of one photograph file."""
    bodies: int = 1000 * MEGABYTE
    """Bytes of all photograph files that are held at a time."""
    waiting: int = 64
    """Requests that may wait while all workers are busy."""
    connections: int = 512
    headers_seconds: float = 10
    """In which a request's headers must be here, and so must the rest of a body that was refused unread."""
    idle_seconds: int = 30
    """For which a connection is kept open for the next request."""
    stalled_seconds: float = 20
    """For which a client may send nothing of a body, or read nothing of an answer."""
    body_seconds: float = 300
    """In which a whole body must be here."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """One server: where it listens, for whom, and with what it colours."""

    host: str = HOST
    port: int = PORT
    model: str | None = None
    """Name or path of the model that colours unless a request names another; None is the shipped one."""
    workers: int = field(default_factory=lambda: min(usable_cores(), MOST_WORKERS_BY_DEFAULT))
    token: str | None = None
    """What a client must know; demanded unless only this machine can connect."""
    names: tuple[str, ...] = ()
    """Host names, beside its addresses, that the server is called by."""
    train: Path | None = None
    """A folder of colour photographs; with it there is a page to train on them."""
    train_config: Path | None = None
    """Options of the training, as `train --config` reads them."""
    train_minutes: float = MINUTES
    """How long it takes, unless the page is told otherwise."""
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise UsageProblem(f"Cannot serve with {self.workers} workers.", remedy="Give --workers 1 or more.")
        if self.token is None and not self.is_private:
            raise UsageProblem(
                f"{self.host} can be reached from other machines, and no token was chosen.", remedy="Give --token."
            )
        if self.token is not None and not self.token.strip():
            raise UsageProblem(
                "The token is empty.",
                remedy="Give --token SECRET, or leave it out: where one is needed, it is generated.",
            )
        if self.train_config is not None and self.train is None:
            raise UsageProblem(
                "--train-config was given without --train.", remedy="Give --train FOLDER, too: what to train on."
            )
        if self.train is not None and not self.train.is_dir():
            raise NothingToDo(
                f"There is no folder {self.train} to train on.", remedy="Give a folder of colour photographs."
            )

    @property
    def is_private(self) -> bool:
        """Whether only programs on this machine can connect."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host name or address stands for this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
