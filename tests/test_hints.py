"""Hints: what a person says of colours is understood or refused, reaches its place, and is kept with the result."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage import color

from lab_colorize import ColorizeOptions, Colorizer, Hint, Hints, colorize_photo
from lab_colorize.colouring.hint_plane import DAB, ab_of, hint_plane
from lab_colorize.colouring.hints import MOST, as_json, hint_from_words, read_hints
from lab_colorize.errors import HintsRefused
from lab_colorize.photos.photo import read_photo

AB_SCALE = 110


def lab_at(pixels, x, y):
    return color.rgb2lab(pixels[y : y + 1, x : x + 1] / 255)[0, 0]


def test_who_errs_in_a_name_learns_where_the_names_are_listed():
    with pytest.raises(HintsRefused) as refused:
        hint_from_words("1,2=feldgrau")
    assert "https://www.w3.org/TR/css-color-3/#svg-color" in refused.value.remedy
    assert "as-is" in refused.value.remedy


@pytest.mark.parametrize("text", ["skyblue", "#87ceeb", "SkyBlue", "rgb(135, 206, 235)", "rgb(135 206 235)"])
def test_a_colour_can_be_said_in_several_ways(text):
    _, a, b = color.rgb2lab(np.float64([[[135, 206, 235]]]) / 255)[0, 0]
    assert ab_of(text) == pytest.approx((a, b), abs=0.1)


def test_what_stays_grey_and_what_is_said_in_lab_need_no_pixels():
    assert ab_of("as-is") == (0, 0)
    assert ab_of("lab(27%, 12.5, -16)") == (12.5, -16)


@pytest.mark.parametrize("text", ["", "skyblu", "#12", "rgb(1,2)", "rgb(300,0,0)", "lab(1,2,nan)", "lab(x)", 7, None])
def test_what_is_no_colour_is_refused_with_what_would_be(text):
    with pytest.raises(HintsRefused, match=r"not a colour.*skyblue.*as-is"):
        Hint(1, 2, text)


@pytest.mark.parametrize("text", ["", "=red", "5=red", "a,b=red", "1,2", "nan,1=red", "inf,1=red", "1,%=red"])
def test_what_is_no_hint_is_refused(text):
    with pytest.raises(HintsRefused):
        hint_from_words(text)


@given(st.floats(0, 99.9), st.floats(0, 99.9), st.integers(1, 5000), st.integers(1, 5000))
def test_percent_and_pixels_name_the_same_place(x, y, width, height):
    in_percent = hint_from_words(f"{x}%,{y}%=red").at(width, height)
    in_pixels = Hint(x / 100 * width, y / 100 * height, "red").at(width, height)
    assert in_percent == pytest.approx(in_pixels)


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (0, 101), (201, 5), ("100.1%", 0)])
def test_a_hint_outside_the_photograph_is_refused_with_its_size(x, y):
    with pytest.raises(HintsRefused, match="200 x 100"):
        Hint(x, y, "red").at(200, 100)


@given(st.integers(0, 199), st.integers(0, 99))
def test_a_hint_lands_on_the_cell_that_lies_over_it(x, y):
    plane = hint_plane([Hint(x, y, "lab(50, 11, -22)")], (100, 200), (12, 24), (16, 24), 1.0)[0]
    row, column = y * 12 // 100, x * 24 // 200
    np.testing.assert_allclose(plane[row, column], [0.1, -0.2, 1], atol=1e-6)
    rows, columns = np.nonzero(plane[..., 2])
    assert np.abs(rows - row).max() <= DAB
    assert np.abs(columns - column).max() <= DAB


def test_hints_that_share_a_cell_meet_in_the_middle():
    plane = hint_plane([Hint(1, 1, "lab(0,10,0)"), Hint(2, 2, "lab(0,30,20)")], (100, 100), (5, 5), (5, 5), 1.0)
    np.testing.assert_allclose(plane[0, 0, 0] * AB_SCALE, [20, 10, AB_SCALE], atol=1e-4)


def test_no_hints_are_a_plane_of_zeros():
    assert not hint_plane([], (100, 100), (5, 5), (8, 8), 1.3).any()


@pytest.mark.parametrize("saturation", [None, 0.7, 1.4])
def test_the_colour_asked_for_is_the_colour_that_comes_out_at_any_saturation(saturation, hinted_model, scene):
    grey = np.full((80, 120), 128, np.uint8)
    coloured = Colorizer(hinted_model).colorize(
        grey, saturation=saturation, hints=[Hint("50%", "50%", "lab(54, 12, 16)")]
    )
    _, a, b = lab_at(coloured, 60, 40)
    assert (a, b) == pytest.approx((12, 16), abs=1.5)


def test_a_model_without_hints_refuses_them_and_says_so(tiny_model, scene):
    with pytest.raises(HintsRefused, match=r"takes no hints.*--model"):
        Colorizer(tiny_model).colorize(scene(), hints=[Hint(1, 1, "red")])


def test_a_file_of_hints_reads_as_it_was_written(tmp_path):
    points = (Hint(812, 430, "#5b3a29"), Hint("10%", "9.5%", "skyblue"), Hint(1.5, 2, "as-is"))
    path = tmp_path / "photo.hints.json"
    path.write_text(json.dumps(as_json(points, (1200, 900))))
    assert read_hints(path) == Hints(points, (1200, 900))


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"hints": 5}', '{"hints": [5]}', '{"hints": [{"x": 1, "y": 2}]}', '{"width": 5, "hints": []}',
     '{"hints": [{"x": 1, "y": 2, "colour": "mud-like"}]}', '{"width": "a", "height": 1, "hints": []}', "[" * 100_000],
)  # fmt: skip
def test_a_file_that_holds_no_hints_is_refused_by_its_name(content, tmp_path):
    path = tmp_path / "broken.hints.json"
    path.write_text(content)
    with pytest.raises(HintsRefused, match=r"broken\.hints\.json"):
        read_hints(path)


def test_a_hundred_thousand_hints_are_refused_at_once(tmp_path):
    path = tmp_path / "many.hints.json"
    path.write_text(json.dumps({"hints": [{"x": 1, "y": 1, "colour": "red"}] * 100_000}))
    with pytest.raises(HintsRefused, match=rf"100,000.*{MOST:,}"):
        read_hints(path)
    with pytest.raises(HintsRefused, match=f"{MOST:,}"):
        Hints((Hint(1, 1, "red"),) * (MOST + 1))


def test_hints_of_another_photograph_are_refused_and_nothing_is_written(photo, hinted_model, tmp_path):
    hints = Hints((Hint(1, 1, "red"),), (999, 60))
    with pytest.raises(HintsRefused, match="999 x 60"):
        colorize_photo(
            photo, tmp_path / "out.jpg", colorizer=Colorizer(hinted_model), options=ColorizeOptions(hints=hints)
        )
    assert not (tmp_path / "out.jpg").exists()


def run(*arguments, status=0):
    done = subprocess.run(
        [sys.executable, "-m", "lab_colorize", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return done


def test_the_result_says_in_its_metadata_what_a_person_decided(photo, hinted_model, tmp_path):
    out = tmp_path / "out.jpg"
    run(photo, "-o", out, "--model", hinted_model, "--hint", "10,20=#5b3a29", "--hint", "25%,40%=skyblue")
    packet = read_photo(out).metadata.xmp.decode()
    assert "<labcolorize:Hints>10,20=#5b3a29; 25%,40%=skyblue</labcolorize:Hints>" in packet


def test_hints_on_the_command_line_colour_their_place(photo, hinted_model, tmp_path):
    out, plain = tmp_path / "out.png", tmp_path / "plain.png"
    (tmp_path / "mine.json").write_text('{"hints": [{"x": 60, "y": 40, "colour": "lab(0, -30, -30)"}]}')
    run(photo, "-o", plain, "--model", hinted_model)
    run(photo, "-o", out, "--model", hinted_model, "--hint", "10,10=lab(0,40,-40)", "--hints", tmp_path / "mine.json")
    hinted, without = (cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in (out, plain))
    assert lab_at(hinted, 10, 10)[1] > lab_at(without, 10, 10)[1] + 5
    assert lab_at(hinted, 60, 40)[2] < lab_at(without, 60, 40)[2] - 5
    grey = [color.rgb2lab(each / 255)[..., 0] for each in (hinted, without)]
    np.testing.assert_allclose(*grey, atol=0.6)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--hint", "900,1=red"], "lies outside"),
        (["--hint", "1,1=mudd"], "not a colour"),
        (["--hints", "nowhere.json"], "cannot be read"),
        (["--hint", "1,1=red", "--model", "TINY"], "takes no hints"),
        (["SECOND", "--hint", "1,1=red"], "for one photograph"),
    ],
)
def test_bad_hints_end_with_2_and_write_nothing(arguments, said, photo, hinted_model, tiny_model, tmp_path):
    second = tmp_path / "second.jpg"
    second.write_bytes(photo.read_bytes())
    words = [{"TINY": tiny_model, "SECOND": second}.get(word, word) for word in arguments]
    done = run(photo, "--model", hinted_model, *words, status=2)
    assert said in " ".join(done.stderr.split())
    assert not list(tmp_path.glob("*_colorized*"))


def test_marks_show_in_the_comparison_alone(photo, hinted_model, tmp_path):
    run(photo, "-o", tmp_path / "a.png", "--model", hinted_model, "--hint", "40,30=red", "--compare")
    run(photo, "-o", tmp_path / "b.png", "--model", hinted_model, "--hint", "40,30=red", "--compare", "--show-hints")
    a, b, marked, unmarked = (
        cv2.imread(str(tmp_path / name)) for name in ("a.png", "b.png", "b_compare.png", "a_compare.png")
    )
    np.testing.assert_array_equal(a, b)
    assert 0 < (marked != unmarked).any(axis=2).sum() < 200


def journal(out):
    lines = (out / "lab-colorize.jsonl").read_text().splitlines()
    return {line["source"]: line for line in map(json.loads, lines)}


def test_a_batch_follows_the_hints_beside_a_photograph_and_makes_it_anew_when_they_change(
    photo, hinted_model, tmp_path, scene
):
    folder, out = tmp_path / "archive", tmp_path / "out"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        cv2.imwrite(str(folder / name), scene())
    beside = folder / "a.hints.json"

    def batch():
        said = run("batch", folder, "--out", out, "--model", hinted_model, "--json").stdout
        return {line["source"]: line["status"] for line in map(json.loads, said.splitlines())}

    assert batch() == {"a.jpg": "done", "b.jpg": "done"}
    plain = (out / "a.jpg").read_bytes()
    beside.write_text('{"hints": [{"x": 40, "y": 30, "colour": "red"}]}')
    assert batch() == {"a.jpg": "done", "b.jpg": "skipped"}
    assert journal(out)["a.jpg"]["hints"] == "40,30=red"
    assert "hints" not in journal(out)["b.jpg"]
    assert (out / "a.jpg").read_bytes() != plain
    assert batch() == {"a.jpg": "skipped", "b.jpg": "skipped"}
    beside.unlink()
    assert batch() == {"a.jpg": "done", "b.jpg": "skipped"}
    assert (out / "a.jpg").read_bytes() == plain


def test_hints_that_cannot_be_followed_fail_their_photograph_alone(hinted_model, tmp_path, scene):
    folder, out = tmp_path / "archive", tmp_path / "out"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        cv2.imwrite(str(folder / name), scene())
    (folder / "a.jpg.hints.json").write_text("{")
    run("batch", folder, "--out", out, "--model", hinted_model, status=6)
    assert journal(out)["a.jpg"]["status"] == "failed"
    assert "a.jpg.hints.json" in journal(out)["a.jpg"]["reason"]
    assert journal(out)["b.jpg"]["status"] == "done"


def test_hints_that_could_belong_to_two_photographs_are_followed_for_neither(hinted_model, tmp_path, scene):
    folder, out = tmp_path / "archive", tmp_path / "out"
    folder.mkdir()
    for name in ("b.jpg", "b.PNG", "b c.jpg"):
        cv2.imwrite(str(folder / name), scene())
    beside = folder / "b.hints.json"
    beside.write_text('{"hints": [{"x": 40, "y": 30, "colour": "red"}]}')
    said = run("batch", folder, "--out", out, "--model", hinted_model, status=6).stderr
    assert f"b.jpg: The hints {beside} could belong to b.PNG or b.jpg, so no photograph follows them." in said
    assert "Name them b.PNG.hints.json or b.jpg.hints.json." in said
    assert {name: line["status"] for name, line in journal(out).items()} == {
        "b.jpg": "failed", "b.PNG": "failed", "b c.jpg": "done",
    }  # fmt: skip
    beside.rename(folder / "b.jpg.hints.json")
    run("batch", folder, "--out", out, "--model", hinted_model)
    assert {name: line.get("hints") for name, line in journal(out).items()} == {
        "b.jpg": "40,30=red", "b.PNG": None, "b c.jpg": None,
    }  # fmt: skip
