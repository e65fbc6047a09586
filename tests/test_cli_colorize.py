"""Laws of the command line as a user meets it: what is printed where, what is written, and how it ends."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from lab_colorize import __version__
from lab_colorize.cli.group import COMMANDS, commands
from lab_colorize.errors import ColorizeError


@pytest.fixture
def run(tiny_model, tmp_path):
    """Runs `lab-colorize WORDS` as a program of its own, in the temporary folder."""

    def start(*words, model=True, stdin=None, text=True, **environment):
        tail = ("--model", str(tiny_model)) if model else ()
        return subprocess.run(
            [sys.executable, "-m", "lab_colorize", *map(str, words), *tail],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=text,
            check=False,
            env=os.environ | environment,
        )

    return start


def test_a_photo_alone_is_coloured_beside_itself_and_its_result_named(run, photo):
    done = run("photo.jpg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "photo_colorized.jpg\n", "")
    assert cv2.imread(str(photo.with_name("photo_colorized.jpg"))).shape == (60, 80, 3)


def test_the_word_colorize_may_be_said_or_left_out(run, photo):
    run("colorize", "photo.jpg", "-o", "said.png")
    run("photo.jpg", "-o", "left_out.png")
    assert photo.with_name("said.png").read_bytes() == photo.with_name("left_out.png").read_bytes()


def test_options_may_come_before_the_photo(run, photo):
    assert run("--saturation", "0", "photo.jpg", "-o", "grey.png").returncode == 0
    grey = cv2.imread(str(photo.with_name("grey.png")))
    assert (grey == cv2.imread(str(photo))).all()


def test_the_suffix_of_the_output_decides_the_format(run, photo):
    assert run("photo.jpg", "-o", "result.png").returncode == 0
    assert photo.with_name("result.png").read_bytes().startswith(b"\x89PNG")


def test_an_output_without_a_known_suffix_is_a_question_not_a_guess(run, photo):
    done = run("photo.jpg", "-o", "result.xyz")
    assert done.returncode == 2
    assert "--format" in done.stderr
    assert not photo.with_name("result.xyz").exists()


def test_several_photos_go_into_a_folder(run, tmp_path, scene):
    for name in ("a.png", "b.jpg"):
        cv2.imwrite(str(tmp_path / name), scene())
    done = run("a.png", "b.jpg", "-o", "colour")
    assert done.stdout.split() == [os.path.join("colour", name) for name in ("a_colorized.png", "b_colorized.jpg")]


def test_two_photos_that_would_become_one_are_refused_before_anything_is_written(run, tmp_path, scene):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        cv2.imwrite(str(tmp_path / folder / "a.png"), scene())
    done = run("x/a.png", "y/a.png", "-o", "colour")
    assert done.returncode == 2
    assert "both become" in done.stderr
    assert not (tmp_path / "colour").exists()


def test_a_dash_reads_standard_input_and_writes_standard_output(run, photo):
    done = run("-", stdin=photo.read_bytes(), text=False)
    assert done.returncode == 0
    assert cv2.imdecode(np.frombuffer(done.stdout, np.uint8), cv2.IMREAD_COLOR).shape == (60, 80, 3)


def test_one_bad_photo_does_not_keep_the_others_from_being_coloured(run, photo):
    photo.with_name("text.jpg").write_text("not a photograph")
    done = run("text.jpg", "photo.jpg", "missing.jpg")
    assert done.returncode == 3
    assert done.stdout == "photo_colorized.jpg\n"
    assert "text.jpg" in done.stderr
    assert "missing.jpg" in done.stderr


def test_each_photo_is_a_line_of_json_on_request(run, photo):
    photo.with_name("empty.jpg").touch()
    done = run("photo.jpg", "empty.jpg", "--json")
    good, bad = map(json.loads, done.stdout.splitlines())
    assert (good["status"], good["target"], good["width"]) == ("done", "photo_colorized.jpg", 80)
    assert (bad["status"], bad["source"]) == ("failed", "empty.jpg")
    assert bad["reason"]


def test_a_photo_in_colour_is_left_alone_and_said_so(run, tmp_path, scene):
    cv2.imwrite(str(tmp_path / "colour.png"), cv2.merge([scene(1), scene(2), scene(3)]))
    done = run("colour.png")
    assert done.returncode == 0
    assert "already in colour" in done.stderr
    assert not (tmp_path / "colour_colorized.png").exists()
    assert run("colour.png", "--force").returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["photo.jpg", "-o", "there.jpg"], 5, "--overwrite"),
        (["folder.jpg"], 3, "batch"),
        (["photo.jpg", "--model", "nobody"], 4, "no model called 'nobody'"),
        (["photo.jpg", "--saturation", "-1"], 2, "--saturation"),
        (["batsh", "folder.jpg"], 2, "Did you mean 'batch'"),
        ([], 2, "Usage"),
    ],
)
def test_each_kind_of_trouble_has_its_status_and_says_what_to_do(run, photo, words, code, says):
    photo.with_name("there.jpg").write_bytes(b"mine")
    photo.with_name("folder.jpg").mkdir()
    done = run(*words, model=bool(words) and "--model" not in words and words[0] != "batsh")
    assert done.returncode == code
    assert says in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert photo.with_name("there.jpg").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["with space.jpg", "line\nbreak.jpg", "größe-写真.jpg", "-dash.jpg", "b\udcff.jpg"])
def test_photos_of_any_name_are_coloured(run, photo, name):
    renamed = photo.rename(photo.with_name(name))
    done = run("colorize", f"./{name}")
    assert done.returncode == 0, done.stderr
    assert renamed.with_name(f"{renamed.stem}_colorized.jpg").exists()
    assert done.stdout.count("\n") == 1


def test_quiet_says_nothing_when_all_is_well(run, photo):
    done = run("photo.jpg", "-q")
    assert (done.stdout, done.stderr) == ("", "")


def test_no_colour_codes_reach_a_file_or_a_pipe(run, photo):
    assert "\x1b" not in run("missing.jpg").stderr


def test_the_version_is_the_package_s():
    assert CliRunner().invoke(commands, ["--version"]).output == f"lab-colorize, version {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = CliRunner().invoke(commands, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_commands(shell, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from lab_colorize.cli import main; main()"],
        env=os.environ | {"_LAB_COLORIZE_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "lab-colorize" in done.stdout


def every(kind):
    for child in kind.__subclasses__():
        yield child
        yield from every(child)


@pytest.mark.parametrize("kind", list(every(ColorizeError)), ids=lambda kind: kind.__name__)
def test_every_error_has_an_exit_status_of_its_own_that_is_no_bug(kind):
    assert kind.exit_code != 1
