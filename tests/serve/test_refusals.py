"""What other people's pages and machines try, byte by byte over a socket, and that it is refused.

Among them what advisories against Gradio's servers describe, by their numbers: this server has no file routes, no
paths from outside, no proxy, no CORS and no stored uploads, so most of them come down to one of these rows.
"""

import socket
import struct
import time
import zlib

import pytest

from .conftest import QUICK, everything

GET = b"GET %b HTTP/1.1\r\nHost: %b\r\n%bConnection: close\r\n\r\n"
POST = b"POST /api/colorize HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%b\r\n%b"
PHOTOGRAPH = b"Content-Type: image/png\r\n"
SMALL = b"Content-Length: 3\r\n"


def got(path=b"/healthz", host=b"localhost", more=b""):
    return GET % (path, host, more)


def posted(more, body=b"abc"):
    return POST % (more, body)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


ROWS = {
    # DNS rebinding: a foreign name that points here (also the Host bypass of Gradio's own check)
    "another host": (got(host=b"evil.example"), 421),
    "another host with our port": (got(host=b"evil.example:8080"), 421),
    "our name as a part of theirs": (got(host=b"localhost.evil.example"), 421),
    "our address as a part of theirs": (got(host=b"127.0.0.1.evil.example"), 421),
    "our address before an at": (got(host=b"127.0.0.1@evil.example"), 421),
    "another machine's address": (got(host=b"192.0.2.7"), 421),
    "any address": (got(host=b"0.0.0.0"), 421),
    "an address as one number": (got(host=b"2130706433"), 421),
    "no host": (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "no host by the old protocol": (b"GET /healthz HTTP/1.0\r\n\r\n", 421),
    "an empty host": (got(host=b""), 421),
    "two hosts": (got(more=b"Host: evil.example\r\n"), 400),
    "a whole address as target": (b"GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
    "X-Forwarded-Host is not heard": (got(host=b"evil.example", more=b"X-Forwarded-Host: localhost\r\n"), 421),
    # CVE-2024-1727, CVE-2024-47084: requests from another site's page
    "a foreign origin": (got(more=b"Origin: https://evil.example\r\n"), 403),
    "no origin, as from a sandboxed frame (CVE-2024-47165)": (got(more=b"Origin: null\r\n"), 403),
    "the origin of another port": (got(host=b"localhost:8080", more=b"Origin: http://localhost:3000\r\n"), 403),
    "the origin of another name of this machine": (got(more=b"Origin: http://127.0.0.1\r\n"), 403),
    "our origin and a foreign one": (got(more=b"Origin: http://localhost\r\nOrigin: https://evil.example\r\n"), 403),
    "a foreign site's picture": (got(more=b"Sec-Fetch-Site: cross-site\r\n"), 403),
    "a sister site's picture": (got(more=b"Sec-Fetch-Site: same-site\r\n"), 403),
    "leave asked for by a foreign page": (
        (b"OPTIONS /api/colorize HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
        b"Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n"), 403),
    # What a form can send without asking for leave
    "a form with a file": (posted(b"Content-Type: multipart/form-data; boundary=x\r\n" + SMALL), 415),
    "a plain form": (posted(b"Content-Type: application/x-www-form-urlencoded\r\n" + SMALL), 415),
    "text of a form": (posted(b"Content-Type: text/plain\r\n" + SMALL), 415),
    "no type": (posted(SMALL), 415),
    "two types in one": (posted(b"Content-Type: text/plain, image/png\r\n" + SMALL), 415),
    # CVE-2024-0964, -1728, -47164, -47167, -47872, CVE-2026-28414: paths, links and files that a client names
    "a path upwards": (got(b"/../../etc/passwd"), 404),
    "a path upwards, encoded": (got(b"/%2e%2e/%2e%2e/etc/passwd"), 404),
    "a path upwards, encoded twice": (got(b"/%252e%252e/etc/passwd"), 404),
    "a path upwards, by backslashes": (got(b"/..\\..\\etc\\passwd"), 404),
    "a path with a NUL": (got(b"/style.css%00.html"), 404),
    "an absolute path": (got(b"//etc/passwd"), 404),
    "a file of the package": (got(b"/server.py"), 404),
    "the file route of others": (got(b"/file=/etc/passwd"), 404),
    "the proxy route of others": (got(b"/proxy=http://evil.example/"), 404),
    "a model by its path": (got(b"/api/colorize?model=/etc/passwd"), 405),
    "an upload by its address": (posted(b"Content-Type: application/json\r\nContent-Length: 23\r\n", b'{"path": "/etc/passwd"}'), 415),
    "JSON instead of a photograph": (posted(PHOTOGRAPH + b"Content-Length: 23\r\n", b'{"path": "/etc/passwd"}'), 422),
    "a drawing that could hold a script (CVE-2024-47872)": (
        posted(b"Content-Type: image/svg+xml\r\nContent-Length: 36\r\n", b"<svg><script>alert(1)</script></svg>"), 422),
    # Sizes
    "10 GB declared": (posted(PHOTOGRAPH + b"Content-Length: 10000000000\r\n", b""), 413),
    "a length that is no number": (posted(PHOTOGRAPH + b"Content-Length: -5\r\n"), 400),
    "two lengths": (posted(PHOTOGRAPH + b"Content-Length: 3\r\nContent-Length: 4\r\n"), 400),
    "a length and chunks": (posted(PHOTOGRAPH + SMALL + b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"), 422),
    "headers without end": (got(more=b"X: " + b"a" * 1_000_000 + b"\r\n"), 400),
    "another method": (b"DELETE /api/colorize HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405),
    "another protocol": (got(more=b"Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Key: x\r\n"), 200),
    "no protocol at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_it_is_refused(quick, row):
    sent, expected = ROWS[row]
    answer = quick.raw(sent)
    assert status(answer) == expected, answer
    assert b"access-control" not in answer.lower()
    assert b"root:" not in answer


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (b"Content-Type: application/json\r\n", 200),
        (b"Content-Type: application/json; charset=utf-8\r\nOrigin: http://localhost\r\n", 200),
        (b"Content-Type: application/json\r\nOrigin: https://evil.example\r\n", 403),
        (b"Content-Type: application/json\r\nSec-Fetch-Site: cross-site\r\n", 403),
        (b"Content-Type: text/plain\r\n", 415),
        (b"Content-Type: text/plain; application/json\r\n", 415),
        (b"Content-Type: application/x-www-form-urlencoded\r\n", 415),
        (b"Content-Type: multipart/form-data; boundary=x\r\n", 415),
        (b"", 415),
    ],
)
def test_hints_are_json_which_no_form_can_send(quick, more, expected):
    address = b"/api/hints?name=a.json&photograph=a.jpg&width=9&height=9"
    answer = quick.raw(posted(more + b"Content-Length: 13\r\n", b'{"hints": []}').replace(b"/api/colorize", address))
    assert status(answer) == expected, answer


@pytest.mark.parametrize(
    "more",
    [
        b"",
        b"Origin: http://localhost\r\n",
        b"Origin: https://localhost\r\n",
        b"Sec-Fetch-Site: same-origin\r\n",
        b"Sec-Fetch-Site: none\r\n",
    ],
)
@pytest.mark.parametrize("host", [b"localhost", b"LOCALHOST"])
def test_our_own_page_is_heard(quick, host, more):
    assert status(quick.raw(got(host=host, more=more.replace(b"localhost", host)))) == 200


@pytest.mark.parametrize("host", [b"127.0.0.1", b"[::1]:9000", b"localhost:9000"])
def test_this_machine_may_be_called_by_any_of_its_names_and_through_a_tunnel(quick, host):
    assert status(quick.raw(got(host=host))) == 200


def test_chunks_without_end_are_refused_at_the_limit(quick):
    with quick.connected() as connection:
        connection.sendall(POST % (PHOTOGRAPH + b"Transfer-Encoding: chunked\r\n", b""))
        chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        sent = 0
        try:
            while sent < 3 * QUICK.body:
                connection.sendall(chunk)
                sent += 0x10000
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert status(everything(connection)) == 413


@pytest.mark.parametrize("drip", [b"", b"X"], ids=["nothing more", "a byte now and then"])
@pytest.mark.parametrize(
    "begun", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: localhost\r\n", GET % (b"/", b"localhost", b"") + b"GET"]
)
def test_headers_that_never_end_end_the_connection(quick, begun, drip):
    with quick.connected() as connection:
        connection.sendall(begun.replace(b"Connection: close\r\n", b""))
        connection.settimeout(0.1)
        start = time.monotonic()
        ended = False
        while not ended and time.monotonic() - start < 10:
            try:
                ended = connection.recv(65536) == b""
                connection.sendall(drip)
            except TimeoutError:
                connection.sendall(drip)
            except (BrokenPipeError, ConnectionResetError):
                ended = True
        assert QUICK.headers_seconds * 0.5 < time.monotonic() - start < QUICK.headers_seconds * 4


@pytest.mark.parametrize("pause", [0.05, 5], ids=["a byte now and then", "nothing"])
def test_a_body_that_never_ends_is_refused(quick, pause):
    with quick.connected() as connection:
        connection.sendall(POST % (PHOTOGRAPH + b"Content-Length: 1000\r\n", b"a"))
        start = time.monotonic()
        connection.settimeout(pause)
        answer = b""
        while not answer and time.monotonic() - start < 5:
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                connection.sendall(b"a")
        assert status(answer) == 408
        assert time.monotonic() - start < QUICK.body_seconds * 2


def test_an_answer_that_nobody_reads_ends_the_connection(quick, scene):
    import cv2
    import numpy as np

    noise = np.random.default_rng(0).integers(0, 255, (600, 600)).astype(np.uint8)
    content = cv2.imencode(".tif", noise)[1].tobytes()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", quick.port))
        for _ in range(8):
            connection.sendall(
                POST.replace(b"Connection: close\r\n", b"")
                % (PHOTOGRAPH + b"Content-Length: %d\r\n" % len(content), content)
            )
            time.sleep(0.1)
        time.sleep(QUICK.stalled_seconds * 4)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            _send_on(connection)
    assert quick.ask("GET", "/healthz").status == 200


def _send_on(connection):
    for _ in range(100):
        connection.sendall(bytes(100_000))


def png_of(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_small_file_that_claims_to_be_huge_is_refused_at_once(quick):
    start = time.monotonic()
    refused = quick.colorize(png_of(60_000, 60_000))
    assert refused.status == 413
    assert "60000 x 60000" in refused.told["message"]
    assert time.monotonic() - start < 0.5


def test_a_body_that_was_refused_can_be_sent_to_its_end_so_that_a_browser_sees_why(quick):
    refused = quick.colorize(bytes(2 * QUICK.body))
    assert refused.status == 413
    assert "3 MB" in refused.told["message"]


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", "Basic s3cret", "Bearer s3cret2", "Bearer é"])
def test_without_the_token_nothing_is_told_but_the_page(guarded, given):
    headers = {} if given is None else {"Authorization": given.encode()}
    for method, path in (
        ("GET", "/api/about"),
        ("POST", "/api/colorize"),
        ("POST", "/api/original"),
        ("GET", "/api/x"),
    ):
        refused = guarded.ask(method, path, b"" if method == "POST" else None, headers)
        assert refused.status == 401, path
        assert b"s3cret" not in refused.content
        wrong = (given or "").startswith("Bearer ")  # with something behind it
        assert refused.told["message"] == ("The token is wrong." if wrong else "This server requires a token.")
    assert guarded.ask("GET", "/").status == 200


def test_with_the_token_all_is_as_at_home(guarded, photo):
    assert guarded.colorize(photo.read_bytes(), {"Authorization": "Bearer s3cret"}).status == 200


@pytest.mark.parametrize(
    ("host", "expected"), [("192.0.2.7", 200), ("archive.example:443", 200), ("evil.example", 421)]
)
def test_on_a_network_any_address_and_the_given_names_will_do(guarded, host, expected):
    assert status(guarded.raw(got(host=host.encode()))) == expected


def test_every_answer_keeps_other_sites_and_caches_out(server, photo):
    for answer in (server.ask("GET", "/"), server.colorize(photo.read_bytes()), server.ask("GET", "/nowhere")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "server" not in answer.headers
