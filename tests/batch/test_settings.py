"""--settings: boxes that need another hand. What changes is coloured again, and nothing else."""

import hashlib
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab_colorize.batch.journal import read_journal
from lab_colorize.batch.settings import LEFT_ALONE
from lab_colorize.batch.settings_file import read_settings
from lab_colorize.errors import ColorizeError, ExitCode

from .conftest import Run, contents_below, picture


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, name in enumerate(("glass/1.jpg", "glass/2.jpg", "prints/3.jpg", "prints/map.jpg")):
        picture(tmp_path / "photos" / name, seed=number)
    return tmp_path


def settings(folder: Path, text: str, name: str = "settings.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def coloured_in(folder: Path, text: str, run: Run, *more: str) -> list[str]:
    """Which results another text of the settings changes."""
    settings(folder, text)
    before = contents_below(folder / "o")
    ended = run("batch", "photos", "--out", "o", "--settings", "settings.toml", *more)
    assert ended.returncode == 0, ended.stderr
    after = contents_below(folder / "o")
    return sorted(name for name in after if before.get(name) != after[name])


def test_a_changed_line_colours_again_what_it_speaks_of_and_nothing_else(run: Run, photos: Path) -> None:
    assert run("batch", "photos", "--out", "o").returncode == 0
    grey = '"glass/*" = { saturation = 0.0 }\n'
    assert coloured_in(photos, grey, run) == ["glass/1.jpg", "glass/2.jpg"]
    assert np.ptp(cv2.imread(str(photos / "o/glass/1.jpg")).astype(int), axis=2).max() <= 2
    assert coloured_in(photos, grey, run) == []
    assert coloured_in(photos, grey + '"3.jpg" = { saturation = 0.5 }', run) == ["prints/3.jpg"]
    ended = run("batch", "photos", "--out", "o", "--settings", "settings.toml", "--dry-run", "--json")
    assert {json.loads(line)["action"] for line in ended.stdout.splitlines()} == {"skip"}
    assert "3 done again: the model or the options changed." in run("batch", "photos", "--out", "o").stderr


def test_settings_that_say_what_holds_anyway_make_nothing_due(run: Run, photos: Path) -> None:
    assert run("batch", "photos", "--out", "o", "--saturation", "0.7").returncode == 0
    assert coloured_in(photos, '"glass" = { saturation = 0.7, force = true }', run, "--saturation", "0.7") == []


def test_the_last_of_several_lines_has_the_word(run: Run, photos: Path) -> None:
    assert coloured_in(photos, '"*" = { saturation = 0.0 }\n"glass/2.jpg" = { saturation = 1.5 }', run)
    chroma = {name: np.ptp(cv2.imread(str(photos / "o" / name)).astype(int), axis=2).max() for name in _names(photos)}
    assert chroma.pop("glass/2.jpg") > 10
    assert max(chroma.values()) <= 2


def _names(folder: Path) -> list[str]:
    return sorted(contents_below(folder / "photos"))


def test_hints_of_the_settings_hold_for_their_photograph_and_a_change_is_noticed(
    run: Run, photos: Path, hinted_model: Path
) -> None:
    """One file of hints lies beside a photograph, and the settings have the last word."""
    (photos / "photos/glass/1.hints.json").write_text('{"hints": [{"x": 3, "y": 4, "colour": "red"}]}')
    (photos / "more.json").write_text('{"hints": [{"x": 5, "y": 6, "colour": "blue"}]}')
    line = f'"*" = {{ model = "{hinted_model}" }}\n'
    line += '"2.jpg" = { hints = ["25%,40%=skyblue", "1,2=#fa0"] }\n'
    assert len(coloured_in(photos, line, run)) == 4
    last = read_journal(photos / "o").last
    assert last["glass/2.jpg"].hints == "25%,40%=skyblue; 1,2=#fa0"
    assert last["glass/1.jpg"].hints == "3,4=red"
    assert coloured_in(photos, line, run) == []
    line = line.replace('["25%,40%=skyblue", "1,2=#fa0"]', '"more.json"').replace("2.jpg", "glass/?.jpg")
    assert coloured_in(photos, line, run) == ["glass/1.jpg", "glass/2.jpg"]
    assert read_journal(photos / "o").last["glass/1.jpg"].hints == "5,6=blue"


def test_a_model_of_its_own_is_recorded(run: Run, photos: Path, tiny_model: Path) -> None:
    for suffix in (".tflite", ".json"):
        shutil.copy(tiny_model.with_suffix(suffix), photos / f"other{suffix}")
    card = json.loads((photos / "other.json").read_text())
    content = (photos / "other.tflite").read_bytes() + b"\0"  # another file that answers the same
    (photos / "other.tflite").write_bytes(content)
    card["sha256"] = hashlib.sha256(content).hexdigest()
    (photos / "other.json").write_text(json.dumps(card))
    coloured_in(photos, f'"glass" = {{ model = "{photos / "other.tflite"}" }}', run)
    last = read_journal(photos / "o").last
    assert {name: one.model for name, one in last.items()} == {
        name: "other" if name.startswith("glass") else tiny_model.stem for name in last
    }


def test_a_missing_model_ends_the_batch_before_the_first_photograph(run: Run, photos: Path) -> None:
    settings(photos, '"glass" = { model = "nowhere" }')
    for more in ([], ["--dry-run"]):
        ended = run("batch", "photos", "--out", "o", "--settings", "settings.toml", *more)
        assert ended.returncode == ExitCode.WEIGHTS
        assert "'nowhere'" in ended.stderr
        assert not (photos / "o").exists()


class TestSkip:
    """Some files of an archive are not for colouring: maps, letters, what must stay as it is."""

    def test_they_are_counted_and_recorded_once_and_nobody_waits_for_them(self, run: Run, photos: Path) -> None:
        settings(photos, '"*map*" = { skip = true }')
        dry = run("batch", "photos", "--out", "o", "--settings", "settings.toml", "--dry-run")
        assert f"1 {LEFT_ALONE}." in dry.stdout
        assert "up to date" not in dry.stdout
        for lines in (4, 4):
            ended = run("batch", "photos", "--out", "o", "--settings", "settings.toml")
            assert ended.returncode == 0, ended.stderr
            assert f"1 {LEFT_ALONE}" in ended.stderr
            assert "prints/map.jpg" not in contents_below(photos / "o")
            assert len((photos / "o/lab-colorize.jsonl").read_text().splitlines()) == lines
        assert run("verify", "o").returncode == 0

    def test_they_are_copied_where_the_output_shall_be_complete(self, run: Run, photos: Path) -> None:
        settings(photos, '"*map*" = { skip = true }')
        command = ("batch", "photos", "--out", "o", "--settings", "settings.toml", "--copy-rest")
        assert run(*command).returncode == 0
        assert (photos / "o/prints/map.jpg").read_bytes() == (photos / "photos/prints/map.jpg").read_bytes()
        assert "0 done, 4 skipped" in run(*command).stderr

    def test_what_is_skipped_no_longer_is_coloured(self, run: Run, photos: Path) -> None:
        coloured_in(photos, '"*map*" = { skip = true }', run)
        assert coloured_in(photos, "", run) == ["prints/map.jpg"]

    def test_a_result_from_before_stays_where_it_is(self, run: Run, photos: Path) -> None:
        assert run("batch", "photos", "--out", "o").returncode == 0
        before = contents_below(photos / "o")
        assert coloured_in(photos, '"*map*" = { skip = true }', run, "--prune") == []
        assert contents_below(photos / "o") == before
        assert run("verify", "o").returncode == 0


def test_force_colours_what_is_in_colour_already_where_the_settings_say_so(run: Run, photos: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    for name in ("postcard.jpg", "other.jpg"):
        cv2.imwrite(str(photos / "photos" / name), cv2.resize(pixels, (64, 48)))
    assert "2 already in colour" in run("batch", "photos", "--out", "o").stderr
    assert coloured_in(photos, '"postcard.jpg" = { force = true }', run) == ["postcard.jpg"]


def test_a_line_that_matches_nothing_is_told(run: Run, photos: Path) -> None:
    settings(photos, '"glas/*" = { saturation = 0.7 }\n"glass" = { saturation = 0.7 }')
    ended = run("batch", "photos", "--out", "o", "--settings", "settings.toml")
    assert "Settings that match no photograph: glas/*." in ended.stderr


def test_a_spreadsheet_may_write_its_numbers_with_a_comma(tmp_path: Path) -> None:
    settings(tmp_path, "files;saturation\na;0,7\n", "s.csv")
    assert read_settings(tmp_path / "s.csv").of("a").saturation == 0.7


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
def test_a_spreadsheet_says_the_same_as_toml(tmp_path: Path, delimiter: str, start: str) -> None:
    rows = [
        ["Files", "saturation", "force", "skip", "hints"],
        ["glass/*", "0.7", "", "", '"812,430=#5b3a29; 25%,40%=rgb(1, 2, 3)"'],
        [],
        ["map*", "", "", "Yes", ""],
        ["*.png", "", "no", "x", ""],
    ]
    settings(tmp_path, start + "\r\n".join(delimiter.join(row) for row in rows), "s.csv")
    settings(
        tmp_path,
        '"glass/*" = { saturation = 0.7, hints = ["812,430=#5b3a29", "25%,40%=rgb(1, 2, 3)"] }\n'
        '"map*" = { skip = true }\n["*.png"]\nforce = false\nskip = true\n',
        "s.toml",
    )
    assert read_settings(tmp_path / "s.csv") == read_settings(tmp_path / "s.toml")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("s.toml", '"a" = 1', '"a": this says nothing'),
        ("s.toml", "a.b.skip = true", '"a": this says nothing'),
        ("s.toml", '"a" = { skip = true', "not valid TOML"),
        ("s.toml", '"a" = { colour = 1 }', "'colour' is not a setting"),
        ("s.toml", '"a" = { saturation = "0,8,1" }', "'0,8,1' is not a saturation"),
        ("s.toml", '"a" = { saturation = nan }', "nan is not a saturation"),
        ("s.toml", '"a" = { saturation = true }', "True is not a saturation"),
        ("s.toml", '"a" = { skip = "perhaps" }', "'perhaps' is neither yes nor no"),
        ("s.toml", '"a" = { model = 3 }', "3 is not a model"),
        ("s.toml", '"a" = { hints = 3 }', "3 are not hints"),
        ("s.toml", '"a" = { hints = "here=red" }', "'here=red' is not a hint"),
        ("s.toml", '"a" = { hints = "absent.json" }', "absent.json cannot be read"),
        ("s.csv", "glass,0.7", "no column 'files'"),
        ("s.csv", "", "no column 'files'"),
        ("s.csv", "files,skip\na,1\nb,never\n", "line 3: 'never' is neither"),
        ("s.csv", "files,hints\na,812,430=red\n", "line 2: there are more cells than columns"),
        ("s.txt", "", "neither TOML nor CSV"),
        ("absent.toml", None, "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        settings(tmp_path, text, name)
    with pytest.raises(ColorizeError) as refused:
        read_settings(tmp_path / name)
    assert said in refused.value.what
    assert refused.value.remedy
    assert refused.value.exit_code is ExitCode.USAGE


def test_settings_in_another_encoding_are_refused(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes("files;skip\nMüller;yes\n".encode("cp1252"))
    with pytest.raises(ColorizeError, match="not UTF-8"):
        read_settings(tmp_path / "s.csv")
