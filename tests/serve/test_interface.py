"""The HTTP interface answers with what the command line writes, and with words where it cannot."""

import json
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from lab_colorize.cli.group import commands
from lab_colorize.colouring.options import FORMATS
from lab_colorize.serve.description import description
from lab_colorize.serve.options import Limits, ServeOptions
from lab_colorize.serve.page import contents
from lab_colorize.serve.parameters import HINTS
from lab_colorize.serve.routes import Interface

from .conftest import PHOTOGRAPH, running

ROOT = Path(__file__).parents[2]


def command(*arguments):
    subprocess.run([sys.executable, "-m", "lab_colorize", *map(str, arguments)], check=True, capture_output=True)


def decoded(content):
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize(
    ("name", "query", "options"),
    [
        ("a.jpg", {}, []),
        ("a.jpg", {"saturation": "0.5", "quality": "80"}, ["--saturation", "0.5", "--quality", "80"]),
        ("deep.tif", {}, []),
        ("deep.tif", {"format": "png"}, ["--format", "png"]),
        ("a.png", {"format": "webp"}, ["--format", "webp"]),
    ],
)
def test_a_result_is_the_command_lines_own_byte_for_byte(server, tiny_model, scene, tmp_path, name, query, options):
    pixels = scene(3, (90, 120))
    source = tmp_path / name
    cv2.imwrite(str(source), pixels.astype(np.uint16) * 257 if "deep" in name else pixels)
    command(source, "--model", tiny_model, "-o", f"{tmp_path}/out/", *options)
    (target,) = (tmp_path / "out").iterdir()
    answer = server.colorize(source.read_bytes(), name=name, **query)
    assert answer.status == 200
    assert answer.content == target.read_bytes()
    assert answer.headers["content-disposition"].endswith(f"''{target.name}")
    assert answer.headers["cache-control"] == "no-store"


def test_what_could_not_be_kept_is_told_in_a_header(server, scene):
    deep = cv2.imencode(".tif", scene().astype(np.uint16) * 257)[1].tobytes()
    answer = server.colorize(deep, name="a.tif", format="jpg")
    assert json.loads(answer.headers["lab-colorize-notes"]) == ["TIFF written as JPEG with 8 bits per channel"]
    facts = json.loads(answer.headers["lab-colorize-photograph"])
    assert facts == {"width": 80, "height": 60, "pages": 1, "depth": 16, "format": "TIFF"}


@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".webp"])
def test_a_preview_is_a_small_jpeg_of_any_photograph_in_colour_and_as_it_is(server, scene, suffix):
    content = cv2.imencode(suffix, scene(1, (300, 400)))[1].tobytes()
    coloured = server.colorize(content, name="a" + suffix, longest=100)
    assert coloured.headers["content-type"] == "image/jpeg"
    picture = decoded(coloured.content)
    assert picture.shape == (75, 100, 3)
    assert np.ptp(picture.astype(int), axis=2).max() > 20
    as_it_is = server.ask("POST", f"/api/original?name=a{suffix}&longest=100", content, PHOTOGRAPH)
    expected = cv2.resize(scene(1, (300, 400)), (100, 75), interpolation=cv2.INTER_AREA)
    assert np.abs(cv2.imdecode(np.frombuffer(as_it_is.content, np.uint8), 0).astype(int) - expected).mean() < 4
    assert json.loads(as_it_is.headers["lab-colorize-photograph"])["width"] == 400


def test_a_preview_looks_as_the_photograph_will(server, scene):
    content = cv2.imencode(".png", scene(1, (300, 400)))[1].tobytes()
    whole = decoded(server.colorize(content).content)
    small = decoded(server.colorize(content, longest=100).content)
    shrunk = cv2.resize(whole, (100, 75), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - shrunk).mean() < 5


def test_an_image_type_is_as_good_as_a_stream_of_bytes(server, photo):
    answer = server.ask("POST", "/api/colorize", photo.read_bytes(), {"Content-Type": "image/jpeg"})
    assert answer.status == 200


def test_a_model_is_named_and_never_a_path(server, tiny_model, zero_model, tmp_path, monkeypatch, photo):
    for file in (tiny_model, tiny_model.with_suffix(".json")):
        shutil.copy(file, tmp_path / f"mine{file.suffix}")
    monkeypatch.setenv("LAB_COLORIZE_MODELS", str(tmp_path))
    names = [model["name"] for model in server.ask("GET", "/api/about").told["models"]]
    assert names == ["tiny", "default", "mine"]
    assert server.colorize(photo.read_bytes(), model="mine").status == 200
    for path in (str(zero_model), f"{tmp_path}/mine", "../mine", "./mine", "mine.tflite", '{"path": "mine"}', ""):
        refused = server.colorize(photo.read_bytes(), model=path)
        assert refused.status == 400, path
        assert refused.told["remedy"] == "Known: tiny, default, mine."


def test_a_photograph_in_colour_is_refused_in_words_that_a_page_can_act_on(server):
    rng = np.random.default_rng(0)
    small = rng.integers(0, 255, (4, 6, 3)).astype(np.uint8)
    content = cv2.imencode(".png", cv2.resize(small, (90, 60)))[1].tobytes()
    refused = server.colorize(content, name="fair.png")
    assert refused.status == 409
    assert refused.told == {
        "error": "AlreadyInColour",
        "message": "fair.png is already in colour and was left alone.",
        "remedy": "Set force=true to colour it anyway.",
        "retry_with": "force",
    }
    assert server.colorize(content, force="true").status == 200


def test_a_cut_photograph_can_be_taken_as_it_is(server, scene):
    content = cv2.imencode(".jpg", scene(0, (400, 500)))[1].tobytes()
    refused = server.colorize(content[: len(content) // 2], name="cut.jpg")
    assert refused.status == 422
    assert refused.told["retry_with"] == "accept_truncated"
    assert "--" not in refused.told["remedy"]
    taken = server.colorize(content[: len(content) // 2], accept_truncated="1")
    assert taken.status == 200
    assert "truncated" in taken.headers["lab-colorize-notes"]


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "it is empty"),
        (b"no photograph", 422, "not a photograph"),
        (b"%PDF-1.4", 415, "a PDF"),
        (b"AT&TFORM" + bytes(20), 415, "a DjVu"),
    ],
)
def test_what_is_no_photograph_is_called_by_name(server, content, status, words):
    refused = server.colorize(content, name="thing.bin")
    assert refused.status == status
    assert words in refused.told["message"]
    assert "thing.bin" in refused.told["message"]


@pytest.mark.parametrize(
    "query",
    [
        "saturation=nan", "saturation=-1", "saturation=1e9", "saturation=", "format=gif", "quality=0", "quality=1.5",
        "longest=1", "longest=99999999999", "longest=٣٠٠", "force=perhaps", "overwrite=true", "max_pixels=9999999999",
        "force=1&force=1", "source_type=humanEdits", "name=" + "a" * 300,
    ],
)  # fmt: skip
def test_an_invalid_request_says_what_it_got_wrong(server, photo, query):
    refused = server.ask(
        "POST", "/api/colorize?" + query.encode("ascii", "replace").decode(), photo.read_bytes(), PHOTOGRAPH
    )
    assert refused.status == 400
    assert query.partition("=")[0] in refused.told["message"]


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("format=gif", f"Give one of {', '.join(FORMATS)}."),
        ("saturation=9", "Give a number from 0 to 5."),
        ("quality=101", "Give a whole number from 1 to 100."),
        ("longest=99999", "Give a whole number from 16 to 4,096."),
        ("force=yes", "Give true or false."),
        ("hints=812,430=", "In an address # is written %23, and % is %25."),
    ],
)
def test_the_remedy_says_what_may_be_given(server, photo, query, remedy):
    refused = server.ask("POST", f"/api/colorize?{query}", photo.read_bytes(), PHOTOGRAPH)
    assert refused.told["remedy"].startswith(remedy)


def test_the_example_of_hints_can_be_put_into_an_address(hinting, photo):
    for told in ((ROOT / "docs/serve.md").read_text(), HINTS.means):
        (example,) = re.findall(r"\d+,\d+=%23\w+;[\w%,]+=\w+", told)
        here = example.replace("812,430", "12,30")
        answer = hinting.ask("POST", f"/api/colorize?hints={here}", photo.read_bytes(), PHOTOGRAPH)
        assert answer.content == hinting.colorize(photo.read_bytes(), hints="12,30=#5b3a29;25%,40%=skyblue").content


def test_a_name_that_promises_another_format_is_owned_up_to(server, photo):
    answer = server.colorize(photo.read_bytes(), name="wrong.png")
    assert json.loads(answer.headers["lab-colorize-notes"]) == ["the result is JPEG, whatever its name says"]
    assert json.loads(server.colorize(photo.read_bytes(), name="a.jpg").headers["lab-colorize-notes"]) == []


def test_what_is_missing_is_named(server, photo):
    assert server.ask("GET", "/nowhere").told["message"] == "There is no /nowhere here."
    assert server.ask("GET", "/api/colorize").told["message"] == "/api/colorize does not take GET."
    assert server.ask("POST", "/api/colorize", photo.read_bytes()).told["message"] == "No Content-Type was given."


def test_a_bug_is_told_as_one_and_no_more_but_logged_with_its_trace(server, photo, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the secret of /etc/passwd")

    monkeypatch.setattr("lab_colorize.serve.work.colorize_bytes", broken)
    answer = server.colorize(photo.read_bytes())
    assert answer.status == 500
    assert "secret" not in answer.content.decode()
    assert "in broken" in caplog.text
    monkeypatch.undo()
    assert server.colorize(photo.read_bytes()).status == 200


def test_a_name_is_only_a_name(server, photo):
    answer = server.colorize(photo.read_bytes(), name='../../etc/Grüße "x"\r\nSet-Cookie: a=b.jpg')
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert server.colorize(b"broken", name="/home/me/a.jpg").told["message"].startswith("'a.jpg' ")
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22x%22%0D%0ASet-Cookie%3A%20a%3Db_colorized.jpg"
    )


@pytest.mark.parametrize("training", [False, True])
def test_the_description_tells_of_every_route_and_parameter(tiny_model, tmp_path, training):
    interface = Interface(ServeOptions(model=str(tiny_model), train=tmp_path if training else None))
    told = description(training=training)
    described = {(path, method.upper()) for path, ways in told["paths"].items() for method in ways}
    routes = {(route.path, method) for route in interface.routes() for method in route.methods - {"HEAD"}}
    files = {path for path, _ in routes if path == "/" or re.fullmatch(r"/[\w-]+\.(js|css|svg|html)", path)}
    assert described == {(path, method) for path, method in routes if path not in files}
    assert ("/api/training/start" in told["paths"]) is training
    (saturation,) = (p for p in told["paths"]["/api/colorize"]["post"]["parameters"] if p["name"] == "saturation")
    assert saturation["schema"] == {"type": "number", "minimum": 0, "maximum": 5.0}
    (format,) = (p for p in told["paths"]["/api/colorize"]["post"]["parameters"] if p["name"] == "format")
    assert tuple(format["schema"]["enum"]) == FORMATS


def test_every_status_that_comes_is_described(server):
    described = server.ask("GET", "/openapi.json").told["paths"]["/api/colorize"]["post"]["responses"]
    assert {"200", "400", "401", "403", "408", "409", "413", "415", "421", "422", "500", "503"} <= set(described)


def test_the_queue_is_full_at_its_end_and_says_when_to_come_again(tiny_model, photo, monkeypatch):
    begun, go_on = threading.Semaphore(0), threading.Event()
    _slow(monkeypatch, begun, go_on)
    limits = Limits(waiting=1)
    with running(ServeOptions(port=0, model=str(tiny_model), workers=1, limits=limits)) as server:
        statuses = []
        threads = [
            threading.Thread(target=lambda: statuses.append(server.colorize(photo.read_bytes()).status))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        assert begun.acquire(timeout=10)
        _until(lambda: server.ask("GET", "/healthz").status == 200)
        time.sleep(0.2)  # the second is in the queue by now
        refused = server.colorize(photo.read_bytes())
        assert refused.status == 503
        assert int(refused.headers["retry-after"]) > 0
        go_on.set()
        for thread in threads:
            thread.join()
        assert statuses == [200, 200]
        assert server.colorize(photo.read_bytes()).status == 200


def test_bodies_are_held_up_to_a_limit(tiny_model, photo):
    limits = Limits(bodies=100)
    with running(ServeOptions(port=0, model=str(tiny_model), workers=1, limits=limits)) as server:
        assert server.colorize(photo.read_bytes()).status == 503
        assert server.colorize(b"a" * 50).status == 422
        assert server.colorize(b"a" * 50).status == 422


def test_work_for_a_client_who_went_away_is_never_begun(tiny_model, photo, monkeypatch):
    begun, go_on = threading.Semaphore(0), threading.Event()
    names = _slow(monkeypatch, begun, go_on)
    content = photo.read_bytes()
    with running(ServeOptions(port=0, model=str(tiny_model), workers=1)) as server:
        first = threading.Thread(target=server.colorize, args=(content,), kwargs={"name": "first"})
        first.start()
        assert begun.acquire(timeout=10)
        for _ in range(5):
            with server.connected() as leaving:
                leaving.sendall(
                    b"POST /api/colorize?name=abandoned HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(content), content)
                )
                time.sleep(0.05)
        last = threading.Thread(target=server.colorize, args=(content,), kwargs={"name": "last"})
        last.start()
        _until(lambda: sum("went away" in line for line in server.log) == 5)
        go_on.set()
        first.join()
        last.join()
    assert names == ["first", "last"]


def _slow(monkeypatch, begun, go_on):
    """Colouring that waits; gives the names of what was begun."""
    from lab_colorize.serve import work

    names, real = [], work.colorize_bytes

    def slow(photo, *, name, **rest):
        names.append(name)
        begun.release()
        go_on.wait(10)
        return real(photo, name=name, **rest)

    monkeypatch.setattr(work, "colorize_bytes", slow)
    return names


def _until(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(condition)


def test_a_line_is_logged_for_each_request_without_private_names(tiny_model, photo):
    for verbose in (False, True):
        with running(ServeOptions(port=0, model=str(tiny_model), workers=1), verbose=verbose) as server:
            server.colorize(photo.read_bytes(), name="grandmother.jpg")
            server.ask("GET", "/nowhere")
            _until(lambda server=server: len(server.log) == 2)
            one, other = server.log
        assert ("grandmother" in one) is verbose
        assert ("127.0.0.1" in one) is verbose
        assert "POST /api/colorize" in one
        assert " 200, " in one
        assert " 404, " in other


def started(*arguments, **how):
    process = subprocess.Popen(
        [sys.executable, "-m", "lab_colorize", "serve", "--port", "0", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,
    )
    return process, process.stdout.readline().strip()


def test_the_command_prints_its_address_and_sigterm_finishes_what_is_in_hand(tiny_model, scene):
    import http.client

    process, address = started("--model", tiny_model, "--workers", 1)
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", address)
    content = cv2.imencode(".png", scene(0, (1200, 1600)))[1].tobytes()
    connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=30)
    connection.request("POST", "/api/colorize", content, PHOTOGRAPH)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    response = connection.getresponse()
    assert response.status == 200
    assert decoded(response.read()).shape == (1200, 1600, 3)
    connection.close()
    _, errors = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM
    assert errors.startswith("Open this address in a browser; Ctrl-C stops.\n")
    assert "POST /api/colorize 200" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN], ids=["heard", "ignored by the shell"])
def test_ctrl_c_ends_it_with_its_own_status(tiny_model, before):
    process, _ = started("--model", tiny_model, preexec_fn=lambda: signal.signal(signal.SIGINT, before))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.splitlines()[1:] == ["Stopped."]


def test_from_other_machines_a_token_is_demanded_and_made_up(tiny_model):
    process, address = started("--model", tiny_model, "--host", "0.0.0.0")
    found = re.fullmatch(r"(http://(?!0\.)[\d.]+:\d+/)#token=([\w-]{20,})", address)
    with urlopen(Request(f"{found[1]}api/about", headers={"Authorization": f"Bearer {found[2]}"})) as answer:
        assert answer.status == 200
    with pytest.raises(HTTPError, match="401"):
        urlopen(f"{found[1]}api/about")
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert "The token is part of it." in errors


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--model", "nowhere"], 4, "no model called 'nowhere'"),
        (["--host", "192.0.2.1"], 2, "Cannot assign requested address. --host is an address of this machine"),
        (["--host", "nosuch.invalid"], 2, "--host is an address of this machine: 127.0.0.1 for itself alone"),
        (["--host", "0.0.0.0", "--token", ""], 2, "The token is empty."),
        (["--token", " "], 2, "The token is empty."),
        (["--train-config", "x.toml"], 2, "--train-config was given without --train."),
        (["--workers", "0"], 2, "workers"),
    ],
)
def test_what_cannot_be_served_is_refused_at_once(arguments, status, words):
    done = subprocess.run(
        [sys.executable, "-m", "lab_colorize", "serve", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == status
    assert words in " ".join(done.stderr.split())


def test_a_port_that_is_taken_is_said(server):
    done = subprocess.run(
        [sys.executable, "-m", "lab_colorize", "serve", "--port", str(server.port)],
        capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"port {server.port} of 127.0.0.1: Address already in use." in done.stderr
    assert "--port" in done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_example_in_the_help_works(server, photo, tmp_path):
    helped = CliRunner().invoke(commands, ["serve", "--help"]).output
    (line,) = (line for line in helped.splitlines() if "curl" in line)
    (tmp_path / "photo.jpg").write_bytes(photo.read_bytes())
    words = line.strip().replace("127.0.0.1:8080", f"127.0.0.1:{server.port}")
    subprocess.run(["bash", "-c", words], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "colour.jpg").read_bytes() == server.colorize(photo.read_bytes()).content


def test_the_page_is_packaged():
    assets = {file.name for file in (ROOT / "lab_colorize/serve/assets").iterdir()}
    assert set(contents()) == assets
    assert "lab_colorize.serve = assets/*" in (ROOT / "setup.cfg").read_text()


def test_a_large_photograph_is_refused_before_it_is_decoded(quick, scene):
    content = cv2.imencode(".png", np.zeros((1000, 1000), np.uint8))[1].tobytes()
    refused = quick.colorize(content, name="large.png")
    assert refused.status == 413
    assert refused.told["message"] == "'large.png' has 1000 x 1000 pixels, more than the limit of 0.4 megapixels."
    assert "command line" in refused.told["remedy"]


def test_hints_colour_their_place_as_on_the_command_line(hinting, hinted_model, photo, tmp_path):
    target = tmp_path / "out.jpg"
    command(
        photo, "--model", hinted_model, "-o", target, "--hint", "20,30=#d02020", "--hint", "75%,50%=lab(60, -40, 30)"
    )
    answer = hinting.colorize(photo.read_bytes(), name="photo.jpg", hints="20,30=#d02020; 75%,50%=lab(60, -40, 30)")
    assert answer.status == 200
    assert answer.content == target.read_bytes()


def test_hints_in_pixels_are_those_of_the_photograph_in_its_preview_too(hinting, scene):
    content = cv2.imencode(".png", scene(0, (300, 400)))[1].tobytes()
    plain, hinted = (
        decoded(hinting.colorize(content, longest=100, **more).content).astype(int)
        for more in ({}, {"hints": "300,150=#d02020"})
    )
    changed = np.abs(hinted - plain).max(axis=2) > 12
    rows, columns = np.nonzero(changed)
    assert changed.any()
    assert abs(columns.mean() - 75) < 6
    assert abs(rows.mean() - 37.5) < 6


@pytest.mark.parametrize(
    ("hints", "words"),
    [
        ("900,20=red", "outside"),
        ("1,2=nocolour", "not a colour"),
        ("1,2", "not a hint"),
        ("", "not a hint"),
        (";".join(["1%,2%=red"] * 1001), "1,001"),
    ],
)
def test_hints_that_cannot_be_followed_are_refused(hinting, photo, hints, words):
    for more in ({}, {"longest": 100}):
        refused = hinting.colorize(photo.read_bytes(), hints=hints, **more)
        assert refused.status == 400
        assert words in refused.told["message"]


def test_a_file_of_hints_is_judged_in_the_command_lines_words(hinting, hinted_model, photo, tmp_path):
    size = {"name": "a.hints.json", "photograph": photo.name, "width": 80, "height": 60}

    def judged(content, **more):
        return hinting.ask("POST", f"/api/hints?{urlencode(size | more)}", content, PHOTOGRAPH)

    written = {"hints": [{"x": 20, "y": "50%", "colour": "Red"}, {"x": 0, "y": 60, "colour": "as-is"}]}
    assert judged(json.dumps(written).encode()).told["points"] == [
        {"x": 25, "y": 50, "colour": "Red", "shown": "#ff0000"},
        {"x": 0, "y": 100, "colour": "as-is", "shown": ""},
    ]
    for wrong in (b"{", b"[]", b'{"hints": [{"x": 81, "y": 1, "colour": "red"}]}', b'{"width": 1, "hints": []}'):
        file = tmp_path / "a.hints.json"
        file.write_bytes(wrong)
        words = [sys.executable, "-m", "lab_colorize", photo, "--model", hinted_model, "--hints", file.name]
        said = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path).stderr
        refused = judged(wrong)
        assert refused.status == 400
        assert refused.told["message"] in said
    assert judged(b"{}", width=0).told["message"] == "'0' is not a valid value for 'width'."
    missing = hinting.ask("POST", "/api/hints?name=a", b"{}", PHOTOGRAPH)
    assert missing.told["message"] == "The parameter 'photograph' is missing."
    assert judged(bytes(1_000_001)).status == 413


def test_a_model_without_hints_says_so_without_naming_an_option(server, photo):
    refused = server.colorize(photo.read_bytes(), hints="1,2=red")
    assert refused.status == 400
    assert refused.told["remedy"] == "Leave them out, or choose another model."


def test_a_preview_brings_the_caption_that_the_archive_wrote(server, scene):
    import piexif

    described = piexif.dump({"0th": {piexif.ImageIFD.ImageDescription: "Grüße, 1911".encode()}})
    content = cv2.imencode(".jpg", scene())[1].tobytes()
    content = content[:2] + b"\xff\xe1" + (len(described) + 2).to_bytes(2, "big") + described + content[2:]
    facts = json.loads(server.colorize(content, longest=64).headers["lab-colorize-photograph"])
    assert facts["caption"] == "Grüße, 1911"


def test_the_examples_of_the_documents_work(server, scene, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("scan.tif", scene().astype(np.uint16) * 257)
    told = (ROOT / "docs/serve.md").read_text().replace("127.0.0.1:8080", f"127.0.0.1:{server.port}")
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", told, re.MULTILINE)
    (shell,) = (textwrap.dedent(block) for block in blocks if block.lstrip().startswith("curl"))
    (python,) = (textwrap.dedent(block) for block in blocks if block.lstrip().startswith("import json"))
    if shutil.which("curl"):
        subprocess.run(["bash", "-c", shell], check=True, capture_output=True)
        assert Path("colour.tif").read_bytes() == server.colorize(Path("scan.tif").read_bytes(), saturation=0.8).content
    subprocess.run([sys.executable, "-c", python], check=True, capture_output=True)
    assert Path("colour.tif").read_bytes() == server.colorize(Path("scan.tif").read_bytes()).content
