"""Laws of the command line as a user meets it: what is printed where, what is written, and how it ends."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from lab_colorize.cli.group import COMMANDS, commands
from lab_colorize.cli.streams import say_path
from lab_colorize.errors import ColorizeError, ExitCode
from lab_colorize.version import __version__


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
    done = run("a.png", "b.jpg", "-o", "colour/")
    assert done.stdout.split() == [str(Path("colour") / name) for name in ("a_colorized.png", "b_colorized.jpg")]


@pytest.mark.parametrize("photos", [["a.png"], ["a.png", "b.png"]], ids=["one", "many"])
def test_a_folder_that_is_not_there_yet_ends_in_a_slash_for_one_and_for_many(run, tmp_path, scene, photos):
    for name in photos:
        cv2.imwrite(str(tmp_path / name), scene())
    refused = run(*photos, "-o", "colour")
    assert refused.returncode == 2
    assert "end it in a slash: -o colour/" in refused.stderr
    assert not (tmp_path / "colour").exists()
    assert run(*photos, "-o", "colour/").returncode == 0
    assert run(*photos, "-o", "colour", "--overwrite").returncode == 0
    assert len(list((tmp_path / "colour").iterdir())) == len(photos)


def test_where_another_format_would_give_one_name_both_keep_their_full_old_ones(run, tmp_path, scene):
    for name in ("a.png", "a.tif", "a.jpg", "b.tif"):
        cv2.imwrite(str(tmp_path / name), scene())
    done = run("a.png", "a.tif", "a.jpg", "b.tif", "--format", "jpg")
    assert done.stdout.split() == [
        "a.png_colorized.jpg", "a.tif_colorized.jpg", "a_colorized.jpg", "b_colorized.jpg",
    ]  # fmt: skip


def test_json_tells_hashes_and_sizes_of_photograph_and_result(run, photo):
    for source, stdin in (("photo.jpg", None), ("-", photo.read_bytes())):
        done = run(source, "-o", "out.jpg", "--json", "--overwrite", stdin=stdin, text=False)
        told = json.loads(done.stdout)
        for kind, path in (("source", photo), ("target", photo.with_name("out.jpg"))):
            assert told[f"{kind}_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            assert told[f"{kind}_size"] == path.stat().st_size


def test_two_photos_that_would_become_one_are_refused_before_anything_is_written(run, tmp_path, scene):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        cv2.imwrite(str(tmp_path / folder / "a.png"), scene())
    done = run("x/a.png", "y/a.png", "-o", "colour/")
    assert done.returncode == 2
    assert "both become" in done.stderr
    assert not (tmp_path / "colour").exists()


def test_a_dash_reads_standard_input_and_writes_standard_output(run, photo):
    done = run("-", stdin=photo.read_bytes(), text=False)
    assert done.returncode == 0
    assert cv2.imdecode(np.frombuffer(done.stdout, np.uint8), cv2.IMREAD_COLOR).shape == (60, 80, 3)


def test_a_photograph_is_not_poured_onto_a_terminal(photo, tiny_model):
    screen, terminal = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "lab_colorize", "-", "--model", str(tiny_model)],
        input=photo.read_bytes(),
        stdout=terminal,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(terminal)
    os.set_blocking(screen, False)
    with pytest.raises(OSError, match="Input/output error"):  # all that Linux says of a terminal's empty end
        os.read(screen, 1)
    os.close(screen)
    assert done.returncode == 2
    assert b"`> colour.jpg`" in done.stderr


def test_standard_input_has_one_name_in_all_messages(run, photo):
    assert run("-", "-o", "x.png", stdin=photo.read_bytes(), text=False).stderr.startswith(b"note: standard input: ")
    assert "'standard input' cannot be read: " in run("-", stdin="no photograph").stderr


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
        (["photo.jpg", "--saturation", "99"], 2, "99.0 is not in the range 0<=x<=5"),
        (["batsh", "folder.jpg"], 2, "Did you mean 'batch'"),
        (["batch.jpg"], 3, "'batch.jpg' does not exist"),
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


def test_an_original_is_never_replaced_not_even_with_overwrite(run, photo):
    before = photo.read_bytes()
    done = run("photo.jpg", "-o", "photo.jpg", "--overwrite")
    assert done.returncode == 5
    assert "never replaced" in done.stderr
    assert photo.read_bytes() == before


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_saturation_that_is_no_number_is_refused(run, photo, number):
    assert run("photo.jpg", f"--saturation={number}").returncode == 2


@pytest.mark.parametrize(
    ("words", "noted"),
    [(["--format", "png"], True), (["-o", "x.tif"], True), (["--format", "jpg"], False), ([], False)],
)
def test_a_quality_that_goes_nowhere_is_noted(run, photo, words, noted):
    assert ("--quality is for JPEG" in run("photo.jpg", "--quality", "50", *words).stderr) == noted
    assert "--quality" not in run("photo.jpg", "--overwrite", *words).stderr


@pytest.mark.parametrize("output", ["afile", "afile/", "afile/x.jpg"])
def test_a_file_where_a_folder_should_be_is_said_plainly(run, photo, output):
    photo.with_name("afile").touch()
    done = run("photo.jpg", "-o", output)
    assert done.returncode in {2, 5}
    assert "Traceback" not in done.stderr


def test_many_photos_cannot_become_one_file(run, photo):
    done = run("photo.jpg", "photo2.jpg", "-o", "y.jpg")
    assert done.returncode == 2
    assert not photo.with_name("y.jpg").exists()


def test_a_format_and_a_name_that_contradict_each_other_are_refused(run, photo):
    assert run("photo.jpg", "-o", "x.png", "--format", "tif").returncode == 2


def test_a_file_can_be_written_to_standard_output(run, photo):
    done = run("photo.jpg", "-o", "-", text=False)
    assert cv2.imdecode(np.frombuffer(done.stdout, np.uint8), cv2.IMREAD_COLOR).shape == (60, 80, 3)
    assert not photo.with_name("-").exists()


def test_what_is_in_colour_passes_from_input_to_output_as_it_is(run, tmp_path, scene):
    _, colour = cv2.imencode(".png", cv2.merge([scene(1), scene(2), scene(3)]))
    done = run("-", stdin=colour.tobytes(), text=False)
    assert done.returncode == 0
    assert done.stdout == colour.tobytes()


def test_nothing_else_is_mixed_into_a_stream(run, photo):
    done = run("-", "photo.jpg", stdin=photo.read_bytes(), text=False)
    assert done.returncode == 2
    assert done.stdout == b""


def test_a_full_standard_output_is_no_bug(run, photo):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lab_colorize", "-"],
            input=photo.read_bytes(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 5
    assert b"Traceback" not in done.stderr


def test_a_reader_that_went_away_ends_it_quietly(run, photo):
    done = subprocess.run(
        f"{sys.executable} -m lab_colorize colorize {photo} --overwrite | true; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 130}  # whoever was faster
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["with space.jpg", "line\nbreak.jpg", "größe-写真.jpg", "-dash.jpg", "b\udcff.jpg"])
def test_photos_of_any_name_are_coloured(run, photo, name):
    renamed = photo.rename(photo.with_name(name))
    done = run("colorize", f"./{name}", text=False)
    assert done.returncode == 0, done.stderr
    assert renamed.with_name(f"{renamed.stem}_colorized.jpg").exists()
    assert done.stdout.count(b"\n") == 1


def test_a_script_is_told_the_name_of_the_result_as_it_is(run, photo):
    photo.rename(photo.with_name("Gr\udcfc\udcdfe \u200e.jpg"))
    done = run("Gr\udcfc\udcdfe \u200e.jpg", text=False, LC_ALL="C.UTF-8")
    assert photo.with_name(os.fsdecode(done.stdout.removesuffix(b"\n"))).exists()


def test_a_name_steers_no_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say_path(Path("\x1b[2J\u202e\udcff.jpg"))
    assert capsys.readouterr().out == "\\x1b[2J\\u202e\\xff.jpg\n"


def test_quiet_says_nothing_when_all_is_well(run, photo):
    done = run("photo.jpg", "-q")
    assert (done.stdout, done.stderr) == ("", "")


def test_quiet_says_nothing_of_photographs_in_colour(run, tmp_path, scene):
    cv2.imwrite(str(tmp_path / "colour.png"), cv2.merge([scene(1), scene(2), scene(3)]))
    assert run("colour.png", "-q").stderr == ""


def test_no_colour_codes_reach_a_file_or_a_pipe(run, photo):
    assert "\x1b" not in run("missing.jpg").stderr


def test_the_version_is_the_package_s():
    assert CliRunner().invoke(commands, ["--version"]).output == f"lab-colorize, version {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = CliRunner().invoke(commands, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.output


def test_help_names_every_exit_status():
    told = " ".join(CliRunner().invoke(commands, ["--help"]).output.split())
    assert re.findall(r"(?<=[ ,])\d+(?= [a-z])", told.partition("Exit status:")[2]) == [
        str(int(code)) for code in ExitCode
    ]


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
