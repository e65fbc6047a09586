"""Who may ask, and the headers on every answer: what keeps other people's pages and machines out.

A page of another site can make a browser send requests here: by its address, or by a name of its own that it has
pointed at this machine (DNS rebinding). The first is known by Origin and Sec-Fetch-Site, the second by Host. From other
machines a token is demanded; it travels in a header that no foreign page can set, never in a cookie.
"""

import ipaddress
import re
import secrets
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab_colorize.serve.options import ServeOptions
from lab_colorize.serve.refusals import Refused, answer_to

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_OURS = frozenset({"same-origin", "none"})  # "none" is an address that was typed, or a bookmark


class Guard:
    """Stands before the whole application."""

    def __init__(self, app: ASGIApp, options: ServeOptions) -> None:
        self._app = app
        self._token = options.token
        self._private = options.is_private
        self._names = frozenset(name.lower() for name in (options.host, "localhost", *options.names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        try:
            self._check(Headers(scope=scope), scope["path"])
        except Refused as refused:
            await answer_to(refused)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _check(self, headers: Headers, path: str) -> None:
        host = self._checked_host(headers.getlist("host"))
        for origin in headers.getlist("origin"):
            if origin not in {f"http://{host}", f"https://{host}"}:
                raise _foreign()
        if not _OURS.issuperset(headers.getlist("sec-fetch-site")):
            raise _foreign()
        if path.startswith("/api/") and self._token is not None:
            _check_token(headers.get("authorization", ""), self._token)

    def _checked_host(self, hosts: list[str]) -> str:
        """The one Host, if it is ours.

        Its port may be another, as behind a tunnel. An address is never the work of DNS, so where the whole network
        may ask, any address will do.
        """
        found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        name = found["name"].lower() if found else ""
        address = _address(name)
        if name in self._names or (address is not None and (address.is_loopback or not self._private)):
            return hosts[0]
        raise Refused(
            HTTPStatus.MISDIRECTED_REQUEST,
            "The Host header does not name this server.",
            remedy="Use the address that was printed when the server started, or start it with --name HOST.",
        )


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None


def _check_token(authorization: str, token: str) -> None:
    kind, _, given = authorization.partition(" ")
    known = secrets.compare_digest(given.strip().encode(), token.encode())
    if kind.lower() != "bearer" or not known:
        raise Refused(
            HTTPStatus.UNAUTHORIZED,
            "The token is wrong." if kind.lower() == "bearer" and given.strip() else "This server requires a token.",
            remedy="It was printed when the server started; send it as `Authorization: Bearer TOKEN`.",
        )


def _foreign() -> Refused:
    return Refused(
        HTTPStatus.FORBIDDEN,
        "The request comes from a page of another site.",
        remedy="Type the server's address into the browser instead of following a link.",
    )


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
