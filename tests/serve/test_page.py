"""The page as people use it, in a real browser: by mouse, by keys and by finger, asking nothing of any other address."""

import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import cv2
import numpy as np
import piexif
import pytest
from axe_core_python.selenium import Axe
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from lab_colorize.colouring.models import MODELS_VARIABLE
from lab_colorize.photos.formats.extras import readable
from lab_colorize.photos.kinds import PHOTO_SUFFIXES
from lab_colorize.serve.options import ServeOptions
from tests.browser import requested

from .conftest import QUICK, running

pytestmark = pytest.mark.xdist_group("browser")
POINT = {"x": 60, "y": 30, "colour": "red"}
SETTLED = ("done", "failed", "in-colour", "bilevel")


class Page:
    """What a person sees and does, in words."""

    def __init__(self, browser, address, downloads):
        self.browser = browser
        self.address = address
        self.downloads = downloads

    def open(self, more=""):
        self.browser.get("about:blank")
        self.browser.get(self.address + more)
        return self

    def by(self, identity):
        return self.browser.find_element(By.ID, identity)

    def cards(self):
        return self.browser.find_elements(By.CLASS_NAME, "card")

    def part(self, name, card=0):
        return self.cards()[card].find_element(By.CLASS_NAME, name)

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def states(self):
        return self.run("return [...document.querySelectorAll('.card')].map(card => card.dataset.state)")

    def choose(self, *files):
        self.until(lambda: self.by("drop").is_displayed() or self.cards())
        self.by("files").send_keys("\n".join(map(str, files)))
        return self

    def drop(self, *paths):
        self.until(lambda: self.by("drop").is_displayed() or self.cards())
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            event = {"type": kind, "x": 400, "y": 300, "data": data}
            self.browser.execute_cdp_cmd("Input.dispatchDragEvent", event)
        return self

    def settled(self, count, *, within=60):
        self.until(lambda: len(self.states()) == count and set(self.states()) <= set(SETTLED), within=within)
        return self

    def until(self, condition, *, within=20):
        end = time.monotonic() + within
        while not (found := condition()):
            assert time.monotonic() < end, (self.states(), self.browser.get_log("browser"))
            time.sleep(0.05)
        return found

    def press(self, name):
        """Click a button as soon as it can be clicked: a browser ignores clicks on one that cannot."""
        self.until(lambda: self.by(name).is_enabled())
        self.by(name).click()

    def downloaded(self, name) -> bytes:
        file = self.downloads / name
        self.until(lambda: file.exists() and file.stat().st_size > 0)
        return file.read_bytes()

    def divided_at(self, card=0):
        """Where before ends and after begins, as a share of the pictures' width."""
        frame = self.part("frame", card)
        return (
            float(self.run("return getComputedStyle(arguments[0]).getPropertyValue('--at')", frame).rstrip("%")) / 100
        )

    def picture(self, which, card=0):
        """The pixels of a picture that is shown."""
        script = """const [image, done] = arguments; const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const paper = canvas.getContext('2d'); paper.drawImage(image, 0, 0);
            done([...paper.getImageData(0, 0, canvas.width, canvas.height).data].filter((_, n) => n % 4 < 3).concat([canvas.height, canvas.width]))"""
        *values, height, width = self.browser.execute_async_script(script, self.part(which, card))
        return np.array(values, np.uint8).reshape(height, width, 3).astype(int)

    def violations(self):
        found = Axe().run(self.browser)["violations"]
        return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


@pytest.fixture
def page(browser, server, tmp_path):
    yield from opened(browser, f"http://127.0.0.1:{server.port}/", tmp_path)


def opened(browser, address, tmp_path):
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    behaviour = {"behavior": "allow", "downloadPath": str(downloads)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    browser.get_log("browser")
    yield Page(browser, address, downloads).open()
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get("about:blank")


@pytest.fixture
def photographs(tmp_path, scene):
    """Makes photographs on disk: photographs("a.jpg", "b.tif") -> their paths."""

    def make(*names, depth=np.uint8):
        folder = tmp_path / "photographs"
        paths = [folder / name for name in names]
        for number, path in enumerate(paths):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(
                cv2.imencode(path.suffix, scene(number).astype(depth) * (np.iinfo(depth).max // 255))[1].tobytes()
            )
        return paths

    return make


def by_command(tiny_model, source, folder) -> Path:
    words = [sys.executable, "-m", "lab_colorize", str(source), "--model", str(tiny_model), "-o", f"{folder}/"]
    return Path(subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip())


def in_colour(pixels) -> bool:
    return np.ptp(pixels, axis=2).mean() > 4


def test_a_dropped_photograph_is_seen_in_colour_beside_what_it_was(page, photographs):
    (path,) = photographs("a.jpg")
    piexif.insert(piexif.dump({"0th": {piexif.ImageIFD.ImageDescription: b"A farm, 1911"}}), str(path))
    page.drop(path).settled(1)
    assert page.part("caption").text == "A farm, 1911"
    assert page.states() == ["done"]
    assert not in_colour(page.picture("before"))
    assert in_colour(page.picture("after"))
    assert page.part("name").text == "a.jpg"
    assert page.part("facts").text.startswith("80 \N{MULTIPLICATION SIGN} 60 · JPEG · ")
    assert page.by("told").text == "1 of 1 photograph coloured"


def test_photographs_can_be_chosen_dropped_and_pasted_one_after_the_other(page, photographs):
    first, second, third = photographs("a.jpg", "b.png", "c.webp")
    page.choose(first).settled(1).drop(second).settled(2)
    page.run(
        """const data = new DataTransfer(), bytes = Uint8Array.from(arguments[0]);
        data.items.add(new File([bytes], 'pasted.webp', { type: 'image/webp' }));
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))""",
        list(third.read_bytes()),
    )
    page.settled(3)
    assert [card.find_element(By.CLASS_NAME, "name").text for card in page.cards()] == ["a.jpg", "b.png", "pasted.webp"]
    assert page.states() == ["done"] * 3


def test_the_page_names_the_formats_that_are_read_here(page, server):
    page.until(lambda: page.by("drop").is_displayed())
    formats = server.ask("GET", "/api/about").told["formats"]
    assert formats == [each.value for each in readable()]
    assert {"JPEG", "TIFF", "GIF", "PGM or PPM", "Photoshop document"} <= set(formats)
    assert page.by("most").text == "200 MB and 60 megapixels"
    assert page.by("formats").text == f"{', '.join(formats[:-1])}, or {formats[-1]}"


@pytest.mark.parametrize("way", ["drop", "choose"])
def test_of_a_folder_all_is_taken_that_a_batch_takes_by_its_name(page, tmp_path, way):
    folder = tmp_path / "box"
    folder.mkdir()
    for suffix in (*sorted(PHOTO_SUFFIXES), ".txt", ".cr2"):
        (folder / f"a{suffix.upper()}").write_bytes(b"no picture")
    if way == "drop":
        page.drop(folder)
    else:
        page.until(lambda: page.by("drop").is_displayed())
        page.by("folder").send_keys(str(folder))
    page.settled(len(PHOTO_SUFFIXES))
    because = "because their names are not those of photographs: "
    skipped = {f"2 files skipped, {because}{names}." for names in ("box/a.CR2, box/a.TXT", "box/a.TXT, box/a.CR2")}
    assert page.by("notice").text in skipped


@pytest.mark.parametrize("way", ["drop", "choose"])
def test_a_folder_of_130_is_taken_whole_and_what_is_no_photograph_left_out(page, photographs, way):
    (path, *_) = photographs(*(f"box/{'deep/' if n % 2 else ''}{n:03}.jpg" for n in range(130)))
    (path.parent / "notes.txt").write_text("of the archivist")
    (path.parent / ".hidden.jpg").write_bytes(path.read_bytes())
    if way == "drop":
        page.drop(path.parent)
    else:
        page.until(lambda: page.by("drop").is_displayed())
        page.by("folder").send_keys(str(path.parent))
    page.settled(130)
    assert set(page.states()) == {"done"}
    assert page.by("told").text == "130 of 130 photographs coloured"
    assert page.by("notice").text.startswith("2 files skipped")


def test_a_deep_tiff_which_browsers_cannot_show_is_shown_before_and_after(page, photographs):
    page.choose(*photographs("deep.tif", depth=np.uint16)).settled(1)
    assert not in_colour(page.picture("before"))
    assert in_colour(page.picture("after"))
    assert page.part("facts").text.startswith("80 \N{MULTIPLICATION SIGN} 60 · TIFF, 16 bits · ")


def test_a_file_that_was_changed_or_removed_meanwhile_fails_alone(page, photographs):
    gone, changed, left = photographs("gone.jpg", "changed.jpg", "left.jpg")
    page.choose(gone, changed, left).settled(3)
    gone.unlink()
    changed.write_bytes(b"other contents")
    slide(page, page.by("all-saturation"), 0)
    page.until(lambda: page.states() == ["failed", "failed", "done"])
    for card in (0, 1):
        assert "changed, moved or removed since it was added" in page.part("failure", card).text
        assert page.part("saturation", card).is_displayed()
    page.until(lambda: not in_colour(page.picture("after", 2)))
    assert not page.by("away").is_displayed()


def test_what_failed_says_why_and_the_others_are_done(page, photographs):
    good, bad = photographs("good.jpg", "bad.jpg")
    bad.write_bytes(b"not a photograph at all")
    page.choose(bad, good).settled(2)
    assert page.states() == ["failed", "done"]
    assert "'bad.jpg' cannot be read: it is not a photograph." in page.part("failure").text
    assert not page.part("download").is_displayed()
    assert not page.part("again").is_displayed()
    watch(page, 0)
    slide(page, page.by("all-saturation"), 0)
    page.until(lambda: not in_colour(page.picture("after", 1)))
    assert page.run("return seen") == []
    assert page.by("told").text == "1 of 2 photographs coloured, 1 failed"
    bad.write_bytes(good.read_bytes())


def test_a_photograph_in_colour_is_left_alone_unless_it_is_wanted(page, tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "fair.png"
    cv2.imwrite(str(path), cv2.resize(rng.integers(0, 255, (4, 6, 3)).astype(np.uint8), (90, 60)))
    page.choose(path).settled(1)
    assert page.states() == ["in-colour"]
    assert "already in colour" in page.part("failure").text
    assert page.part("again").text == "Colour it anyway"
    page.part("again").click()
    page.until(lambda: page.states() == ["done"])


def test_a_cut_photograph_can_be_taken_as_it_is(page, tmp_path, scene):
    path = tmp_path / "cut.jpg"
    content = cv2.imencode(".jpg", scene(0, (400, 500)))[1].tobytes()
    path.write_bytes(content[: len(content) // 2])
    page.choose(path).settled(1)
    page.part("again").click()
    page.until(lambda: page.states() == ["done"])
    page.part("download").click()
    page.downloaded("cut_colorized.jpg")
    page.until(lambda: "truncated" in page.part("notes").text)


def test_the_divider_follows_the_mouse(page, photographs):
    page.choose(*photographs("a.jpg")).settled(1)
    assert page.divided_at() == pytest.approx(0.5, abs=0.02)
    frame = page.part("frame")
    step = int(page.part("pictures").rect["width"] * 0.3)
    ActionChains(page.browser).move_to_element(frame).click_and_hold().move_by_offset(step, 0).release().perform()
    assert page.divided_at() == pytest.approx(0.8, abs=0.05)
    clip = page.run("return getComputedStyle(arguments[0]).clipPath", page.part("before"))
    assert re.fullmatch(r"inset\(0(px)? (1[5-9]|2\d)\.?\d*% 0(px)? 0(px)?\)|inset\(0px calc\(.*\) 0px 0px\)", clip), (
        clip
    )


def test_before_and_after_are_told_apart_on_a_narrow_photograph(page, tmp_path, scene):
    path = tmp_path / "narrow.png"
    cv2.imwrite(str(path), scene(0, (400, 120)))
    page.choose(path, tmp_path / "narrow.png").settled(2)
    before, after = (page.part(f"{which}-tag").rect for which in ("before", "after"))
    apart = before["x"] + before["width"] <= after["x"] or before["y"] + before["height"] <= after["y"]
    assert apart, (before, after)


def test_the_divider_follows_the_keys_and_a_reader_is_told(page, photographs):
    page.choose(*photographs("a.jpg")).settled(1)
    slider = page.part("slider")
    page.run("arguments[0].focus()", slider)
    slider.send_keys(Keys.ARROW_RIGHT * 5)
    assert page.divided_at() > 0.53
    slider.send_keys(Keys.HOME)
    assert page.divided_at() == 0
    assert not page.part("before-tag").is_displayed()
    assert page.part("after-tag").is_displayed()
    assert slider.get_attribute("aria-valuetext") == "0 % before, the rest in colour"
    assert slider.accessible_name == "Before and after: a.jpg"


def test_the_divider_follows_a_finger_on_a_phone(page, photographs):
    phone(page)
    page.choose(*photographs("a.jpg")).settled(1)
    frame = page.part("frame")
    page.run("arguments[0].scrollIntoView({block: 'center'})", frame)
    box = page.run("const b = arguments[0].getBoundingClientRect(); return [b.x, b.y, b.width, b.height]", frame)
    for kind, share in (("touchStart", 0.5), ("touchMove", 0.4), ("touchMove", 0.2), ("touchEnd", None)):
        points = [] if share is None else [{"x": box[0] + box[2] * share, "y": box[1] + box[3] / 2}]
        page.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert page.divided_at() < 0.3
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def phone(page):
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})


def slide(page, control, value):
    page.run("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))", control, value)


def watch(page, card):
    """Note every state that a card takes from now on."""
    script = """window.seen = [];
        new MutationObserver(() => seen.push(arguments[0].dataset.state)).observe(arguments[0], { attributes: true })"""
    page.run(script, page.cards()[card])


def test_saturation_is_set_for_one_or_for_all(page, photographs):
    page.choose(*photographs("a.jpg", "b.jpg")).settled(2)
    means = page.by("saturation-means").text
    assert means.endswith("own answer and the saturation recommended for the model “tiny”.")
    slide(page, page.part("saturation", 1), 0)
    page.until(lambda: not in_colour(page.picture("after", 1)))
    assert in_colour(page.picture("after", 0))
    assert page.by("all-saturation-value").text == "mixed"
    slide(page, page.by("all-saturation"), 1.5)
    page.until(lambda: page.part("saturation-value", 0).text == "1.50")
    assert page.part("saturation-value", 1).text == "0.00"
    page.press("reset-saturation")
    page.until(lambda: page.states() == ["done"] * 2 and in_colour(page.picture("after", 1)))
    assert page.by("all-saturation-value").text == page.part("saturation-value", 0).text != "1.50"
    slide(page, page.by("all-saturation"), 0)
    page.until(lambda: not in_colour(page.picture("after", 0)))
    page.part("saturation", 0).send_keys(Keys.END)
    page.until(lambda: in_colour(page.picture("after", 0)))
    assert page.part("saturation-value", 0).text == "2.00"


def test_another_model_gives_other_colours(page, photographs):
    page.choose(*photographs("a.jpg")).settled(1)
    first = page.picture("after")
    page.part("model").send_keys("default")
    page.until(lambda: page.states() == ["done"] and np.abs(page.picture("after") - first).mean() > 1)


def test_the_model_for_all_leaves_those_that_were_chosen_singly_until_it_is_wanted(
    page, photographs, tiny_model, monkeypatch
):
    monkeypatch.setenv(MODELS_VARIABLE, str(tiny_model.parent))
    page.open().choose(*photographs("a.jpg", "b.jpg", "c.jpg")).settled(3)
    assert not page.by("own-models").is_displayed()

    def models():
        return [page.part("model", card).get_property("value") for card in range(3)]

    page.part("model", 1).send_keys("hinted")
    page.by("all-model").send_keys("default")
    page.until(lambda: models() == ["default", "hinted", "default"] and page.states() == ["done"] * 3)
    assert page.by("own-models-count").text == "1 photograph keeps the model that was chosen for it individually."
    assert page.by("level-models").text == "Use default for all"
    assert page.violations() == []
    before = page.picture("after", 1)
    page.by("level-models").click()
    page.until(lambda: page.states() == ["done"] * 3 and np.abs(page.picture("after", 1) - before).mean() > 1)
    assert models() == ["default"] * 3
    assert not page.by("own-models").is_displayed()
    assert page.browser.switch_to.active_element == page.by("all-model")


def test_a_download_is_the_command_lines_file_byte_for_byte(page, photographs, tiny_model, tmp_path):
    (path,) = photographs("a.tif", depth=np.uint16)
    page.choose(path).settled(1)
    page.part("download").click()
    expected = by_command(tiny_model, path, tmp_path / "out")
    assert page.downloaded(expected.name) == expected.read_bytes()


def test_all_are_downloaded_as_a_zip_with_their_folders(page, photographs, tiny_model, tmp_path):
    paths = photographs("box/a.jpg", "box/deep/a.jpg", "box/b.png")
    (paths[0].parent / "c.jpg").write_bytes(b"broken")
    page.until(lambda: page.by("drop").is_displayed())
    page.browser.set_network_conditions(offline=True, latency=0, throughput=-1)
    page.drop(paths[0].parent)
    page.until(lambda: len(page.cards()) == 4)
    page.press("zip")
    page.until(lambda: page.by("told").text == "The download begins after 4 more photographs …")
    page.browser.delete_network_conditions()
    page.downloaded("photographs.zip")
    page.until(lambda: page.by("notice").text)
    assert page.by("notice").text == "The ZIP file holds 3 photographs. Left out, because not coloured: box/c.jpg."
    with zipfile.ZipFile(page.downloads / "photographs.zip") as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["box/a_colorized.jpg", "box/b_colorized.png", "box/deep/a_colorized.jpg"]
        for path in paths:
            expected = by_command(tiny_model, path, tmp_path / "out" / path.parent.name)
            name = path.relative_to(paths[0].parents[1]).with_name(expected.name).as_posix()
            assert archive.read(name) == expected.read_bytes()


def test_an_empty_file_is_said_to_be_empty(page, tmp_path):
    (tmp_path / "empty.jpg").write_bytes(b"")
    page.choose(tmp_path / "empty.jpg").settled(1)
    assert page.part("facts").text == "0 kB"
    assert "it is empty" in page.part("failure").text


def test_an_empty_folder_is_answered(page, tmp_path):
    (tmp_path / "empty").mkdir()
    page.drop(tmp_path / "empty")
    page.until(lambda: page.by("notice").text == "There is no file in what was added.")


def test_while_files_are_dragged_over_the_page_nothing_is_marked_but_where_they_may_be_dropped(page):
    page.run("document.body.classList.add('dragging')")
    outlines = "return ['drop', 'cards'].map(id => getComputedStyle(document.getElementById(id)).outlineStyle)"
    assert page.run(outlines) == ["solid", "none"]


def test_the_download_of_a_very_long_name_gets_one_that_fits(page, photographs):
    (short,) = photographs("a.jpg")
    page.until(lambda: page.by("drop").is_displayed())
    page.run(
        """const data = new DataTransfer(), bytes = Uint8Array.from(arguments[0]);
        data.items.add(new File([bytes], 'ü'.repeat(120) + '.jpg', { type: 'image/jpeg' }));
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))""",
        list(short.read_bytes()),
    )
    page.settled(1).part("download").click()
    (file,) = page.until(lambda: [one for one in page.downloads.iterdir() if one.suffix == ".jpg"])
    assert file.name.endswith("ü_colorized.jpg")
    assert 200 < len(file.name.encode()) <= 230


def test_a_page_of_black_and_white_only_has_not_failed(page, tmp_path):
    path = tmp_path / "fax.png"
    cv2.imwrite(str(path), np.kron(np.eye(8, dtype=np.uint8), np.full((20, 20), 255, np.uint8)))
    page.choose(path).settled(1)
    assert page.states() == ["bilevel"]
    assert page.by("told").text == "0 of 1 photograph coloured, 1 black and white only"
    assert not page.part("download").is_displayed()
    assert not asks_before_leaving(page)


def test_a_file_of_points_that_could_be_for_two_photographs_is_for_neither(hinting_page, photographs):
    page = hinting_page
    one, _ = photographs("box/a.jpg", "box/a.png")
    one.with_name("a.hints.json").write_text(json.dumps({"hints": [POINT]}))
    page.drop(one.parent).settled(2)
    both = "a.hints.json could belong to a.jpg or a.png, so no photograph follows it."
    page.until(lambda: page.by("notice").text.startswith(both))
    assert not page.by("news").is_displayed()


def with_points(path, count=1):
    """A file of points for a photograph, beside it."""
    saved = path.with_name(f"{path.name}.hints.json")
    saved.write_text(json.dumps({"hints": [POINT] * count}))
    return saved


def points_of(page):
    return [page.part("points", card).get_property("childElementCount") for card in range(len(page.cards()))]


def test_a_file_of_points_is_for_the_photograph_that_was_chosen_with_it(hinting_page, photographs):
    page = hinting_page
    one, other = photographs("x/a.jpg", "y/a.jpg")
    page.choose(one).settled(1)
    page.part("pointing-mode").click()
    for _ in range(3):
        page.part("add-point").click()
    page.choose(other, with_points(other)).settled(2)
    page.until(lambda: page.by("news").text == "1 point set on a.jpg (2).")
    assert points_of(page) == [3, 1]
    page.choose(with_points(one, 2))
    either = "a.jpg.hints.json could belong to a.jpg or a.jpg (2), so no photograph follows it. Choose it together with"
    page.until(lambda: page.by("notice").text.startswith(either))
    assert points_of(page) == [3, 1]


def test_points_that_a_file_replaces_can_be_had_back(hinting_page, photographs):
    page = hinting_page
    (path,) = photographs("a.jpg")
    page.choose(path).settled(1)
    page.part("pointing-mode").click()
    for _ in range(3):
        page.part("add-point").click()
    page.part("pointing-done").click()
    page.choose(with_points(path))
    page.until(lambda: page.by("news").text == "1 point set on a.jpg in place of 3.")
    assert page.by("undone-what").text == "Replaced 3 points of a.jpg."
    assert points_of(page) == [1]
    page.part("remove").click()
    page.by("undo").click()
    page.by("undo").click()
    assert points_of(page) == [3]
    assert page.part("point-count").text == "3 points"
    assert page.browser.switch_to.active_element == page.part("pointing-mode")
    assert not page.by("undone").is_displayed()
    page.settled(1).part("download").click()
    page.downloaded("a_colorized.jpg")
    assert asks_before_leaving(page)  # since they are in no file


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_said_is_seen_wherever_the_page_is_scrolled_to_and_can_be_closed(hinting_page, photographs, width):
    page = hinting_page
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    (path, *others) = photographs(*(f"{n}.jpg" for n in range(9)))
    page.choose(path, *others).settled(9)
    wrong = with_points(path)
    wrong.write_text("[]")
    page.choose(wrong, with_points(others[0]))
    page.until(lambda: page.by("notice").text and page.by("news").text)
    for place in (0, 900, 99999):
        page.run("scrollTo(0, arguments[0])", place)
        for said in ("notice", "news"):
            page.until(lambda said=said: is_seen(page, page.by(said)))
    assert page.violations() == []
    page.by("news").find_element(By.XPATH, "../button").click()
    assert not page.by("news").is_displayed()
    page.by("clear").click()
    assert not page.by("notice").is_displayed()


def test_photographs_of_one_name_are_told_apart(page, photographs):
    one, other = photographs("x/a.jpg", "x/deep/a.jpg")
    page.drop(one.parent).settled(2)
    page.choose(one).choose(other).settled(4)
    names = [[page.part(part, card).text for part in ("folder", "name")] for card in range(4)]
    assert names == [["in x", "a.jpg"], ["in x/deep", "a.jpg"], ["", "a.jpg"], ["", "a.jpg (2)"]]
    called = [page.part("download", card).accessible_name for card in range(4)]
    assert called == ["Download x/a.jpg", "Download x/deep/a.jpg", "Download a.jpg", "Download a.jpg (2)"]
    page.part("remove", 2).click()
    page.choose(one).settled(4)
    assert page.part("name", 3).text == "a.jpg"


def test_two_photographs_of_one_name_are_both_in_the_zip(page, photographs):
    one, other = photographs("x/a.jpg", "y/a.jpg")
    page.choose(one).settled(1).choose(other).settled(2)
    page.press("zip")
    page.downloaded("photographs.zip")
    names = zipfile.ZipFile(page.downloads / "photographs.zip").namelist()
    assert sorted(names) == ["a_colorized (2).jpg", "a_colorized.jpg"]


def test_what_is_removed_is_gone_and_the_keyboard_stays_where_it_was(page, photographs):
    page.choose(*photographs("a.jpg", "b.jpg", "c.jpg")).settled(3)
    page.part("remove", 1).send_keys(Keys.ENTER)
    names = [card.find_element(By.CLASS_NAME, "name").text for card in page.cards()]
    assert names == ["a.jpg", "c.jpg"]
    assert page.browser.switch_to.active_element.accessible_name == "Remove photograph c.jpg"
    assert page.by("undone-what").text == "Removed b.jpg."
    page.by("clear").click()
    assert page.cards() == []
    page.until(lambda: page.by("drop").is_displayed())
    assert page.by("undone-what").text == "Removed 2 photographs."
    assert page.violations() == []
    page.by("undo").click()
    page.by("undo").click()
    names = [card.find_element(By.CLASS_NAME, "name").text for card in page.cards()]
    assert names == ["a.jpg", "b.jpg", "c.jpg"]
    assert page.states() == ["done"] * 3
    assert in_colour(page.picture("after", 1))
    assert not page.by("undone").is_displayed()
    page.part("remove").click()
    page.by("forget").click()
    assert not page.by("undone").is_displayed()


def double_click(page, element):
    """Two clicks that count as one double click, however long a busy machine takes over them."""
    script = """const middle = () => { const box = arguments[0].getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] };
        scrollBy(0, middle()[1] - innerHeight / 2); return middle()"""
    x, y = page.run(script, element)
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            event = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": count}
            page.browser.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def test_a_double_click_removes_one_photograph_not_two(page, photographs):
    page.choose(*photographs("a.jpg", "b.jpg", "c.jpg")).settled(3)
    button = page.part("remove", 0)
    double_click(page, button)
    assert [card.find_element(By.CLASS_NAME, "name").text for card in page.cards()] == ["b.jpg", "c.jpg"]


def asks_before_leaving(page):
    return page.run(
        "const event = new Event('beforeunload', { cancelable: true }); dispatchEvent(event); return event.defaultPrevented"
    )


def test_leaving_is_asked_about_while_something_would_be_lost(hinting_page, photographs):
    page = hinting_page
    assert not asks_before_leaving(page)
    page.choose(*photographs("a.jpg")).settled(1)
    assert asks_before_leaving(page)
    page.part("download").click()
    page.downloaded("a_colorized.jpg")
    assert not asks_before_leaving(page)
    page.part("pointing-mode").click()
    page.part("add-point").click()
    page.until(lambda: page.states() == ["done"])
    page.part("download").click()
    assert asks_before_leaving(page)
    page.part("save-points").click()
    assert not asks_before_leaving(page)


def test_when_the_server_goes_away_the_page_waits_and_goes_on(browser, tiny_model, photographs, tmp_path):
    paths = photographs("a.jpg", "b.jpg", "c.jpg")
    with running(ServeOptions(port=0, model=str(tiny_model), workers=1)) as server:
        pages = opened(browser, f"http://127.0.0.1:{server.port}/", tmp_path)
        page = next(pages)
        page.choose(paths[0]).settled(1)
    page.choose(*paths[1:])
    page.until(lambda: "not responding" in page.by("away").text)
    page.choose(*photographs("d.jpg"))
    page.until(lambda: len(page.cards()) == 4)
    assert page.by("away").is_displayed()
    assert page.states()[0] == "done"
    with running(ServeOptions(port=server.port, model=str(tiny_model), workers=1)):
        page.settled(4)
        page.until(lambda: not page.by("away").is_displayed())
    assert page.states() == ["done"] * 4
    next(pages, None)


def test_a_server_started_anew_with_another_token_gets_it_and_the_page_goes_on(
    browser, hinted_model, photographs, tmp_path
):
    def serving(token, port=0):
        options = {"host": "0.0.0.0", "port": port, "token": token}
        return running(ServeOptions(model=str(hinted_model), workers=1, **options))

    with serving("first") as server:
        pages = opened(browser, f"http://127.0.0.1:{server.port}/", tmp_path)
        page = next(pages).open("#token=first").choose(*photographs("a.jpg", "b.jpg")).settled(2)
        page.part("pointing-mode").click()
        page.part("add-point").click()
        page.until(lambda: page.states() == ["done"] * 2)
        page.part("pointing-done").click()
    with serving("second", server.port):
        slide(page, page.by("all-saturation"), 0)
        page.until(lambda: page.by("gate").is_displayed())
        assert page.browser.switch_to.active_element == page.by("token")
        page.press("zip")
        assert set(page.states()) <= {"changing", "waiting", "colouring"}
        assert page.part("point-count").text == "1 point"
        assert page.violations() == []
        page.by("token").send_keys("wrong", Keys.ENTER)
        page.until(lambda: "That is not the token." in page.by("gate-why").text)
        page.browser.get(f"{page.address}#token=second")
        page.until(lambda: not page.by("gate").is_displayed())
        assert page.browser.current_url == page.address
        page.settled(2)
        assert page.states() == ["done"] * 2
        assert not in_colour(page.picture("after", 1))
        page.downloaded("photographs.zip")
    with serving("third", server.port):
        page.part("download").click()
        page.until(lambda: page.by("gate").is_displayed())
        page.by("token").send_keys("third", Keys.ENTER)
        page.downloaded("a_colorized.jpg")
        assert not page.by("gate").is_displayed()
    next(pages, None)


def test_a_file_too_large_is_refused_by_the_page_itself(browser, quick, photographs, tmp_path):
    pages = opened(browser, f"http://127.0.0.1:{quick.port}/", tmp_path)
    page = next(pages)
    large = tmp_path / "large.tif"
    large.write_bytes(bytes(QUICK.body + 1))
    page.choose(large, *photographs("a.jpg")).settled(1)
    assert page.by("notice").text == "Larger than this server's limit of 3.0 MB: large.tif."
    next(pages, None)


def test_a_browser_sees_why_a_body_was_refused(browser, quick, tmp_path):
    pages = opened(browser, f"http://127.0.0.1:{quick.port}/", tmp_path)
    page = next(pages)
    script = """const done = arguments[1];
        fetch('api/colorize', {method: 'POST', body: new Uint8Array(arguments[0]), headers: {'Content-Type': 'image/png'}})
        .then(response => done(response.status), error => done(String(error)))"""
    assert page.browser.execute_async_script(script, QUICK.body + 1_000_000) == 413
    next(pages, None)


def test_a_page_from_another_machine_is_opened_by_its_token(browser, guarded, photographs, tmp_path):
    pages = opened(browser, f"http://127.0.0.1:{guarded.port}/", tmp_path)
    page = next(pages)
    page.run("sessionStorage.clear()")
    page.open()
    page.until(lambda: page.by("gate").is_displayed())
    page.by("token").send_keys("wrong", Keys.ENTER)
    page.until(lambda: "not the token" in page.by("gate-why").text)
    page.by("token").clear()
    page.by("token").send_keys("s3cret", Keys.ENTER)
    page.choose(*photographs("a.jpg")).settled(1)
    page.run("sessionStorage.clear()")
    page.open("#token=s3cret").choose(*photographs("a.jpg")).settled(1)
    assert page.browser.current_url == page.address
    next(pages, None)


def test_nothing_but_the_server_is_asked_and_nothing_complained_of(page, server, photographs):
    page.browser.get_log("performance")
    page.open().choose(*photographs("a.jpg", "b.tif")).settled(2)
    page.part("download").click()
    page.downloaded("a_colorized.jpg")
    asked = {url for url in requested(page.browser, page.address) if not url.startswith(("data:", "blob:"))}
    assert all(url.startswith(page.address) for url in asked)
    assert f"{page.address}api/about" in asked
    assert page.browser.get_log("browser") == []


def test_the_page_would_be_refused_if_it_asked_elsewhere(page):
    page.browser.execute_async_script(
        "const image = new Image(), done = arguments[0]; image.onerror = () => done(); image.src = 'https://example.invalid/a.png';"
    )
    assert any("Content Security Policy" in entry["message"] for entry in page.browser.get_log("browser"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_stands_in_the_way_of_anybody(page, photographs, tmp_path, scheme, width):
    """By axe-core's rules: contrast, names, roles, order; and nothing lies beyond the edge."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.until(lambda: page.by("drop").is_displayed())
    assert page.violations() == []
    good, bad = photographs("a photograph of a very long name, as archives like to have them.jpg", "bad.jpg")
    bad.write_bytes(b"broken")
    page.choose(good, bad).settled(2)
    assert page.violations() == []
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


def test_all_can_be_reached_by_the_keyboard_alone(page, photographs):
    page.choose(*photographs("a.jpg")).settled(1)
    page.run("document.activeElement.blur()")
    reached = []
    for _ in range(16):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        reached.append(page.browser.switch_to.active_element.accessible_name)
    for name in (
        "Add",
        "Download all",
        "Before and after: a.jpg",
        "Saturation of a.jpg",
        "Model for a.jpg",
        "Download a.jpg",
        "Remove photograph a.jpg",
    ):
        assert name in reached, reached


def test_what_goes_on_is_told_to_a_screen_reader(page, photographs):
    assert page.by("told").get_attribute("role") == "status"
    assert page.by("notice").get_attribute("role") == "alert"
    page.choose(*photographs("a.jpg")).settled(1)
    assert page.part("after").get_attribute("alt") == "a.jpg, in colour"
    assert json.loads(
        page.run(
            "return JSON.stringify([...document.querySelectorAll('h1, h2')].filter(h => h.checkVisibility()).map(h => h.textContent))"
        )
    ) == [
        "Colour photographs",
        "a.jpg",
    ]


@pytest.fixture
def hinting_page(browser, hinting, tmp_path):
    yield from opened(browser, f"http://127.0.0.1:{hinting.port}/", tmp_path)


def redness_at(page, x, y):
    picture = page.picture("after")
    pixel = picture[int(picture.shape[0] * y), int(picture.shape[1] * x)]
    return pixel[0] - pixel[1:].mean()


def click_at(page, x, y):
    layer = page.part("points")
    page.run("arguments[0].scrollIntoView({block: 'center'})", layer)
    box = layer.rect
    right, down = int((x - 0.5) * box["width"]), int((y - 0.5) * box["height"])
    ActionChains(page.browser).move_to_element_with_offset(layer, right, down).click().perform()


def test_a_click_sets_a_colour_and_the_photograph_follows(hinting_page, photographs, hinted_model, tmp_path):
    page = hinting_page
    (path,) = photographs("a.jpg")
    page.choose(path).settled(1)
    page.part("pointing-mode").click()
    assert page.run("return arguments[0].getBoundingClientRect().bottom <= innerHeight", page.part("pen"))
    slide(page, page.part("pen"), "#e01010")
    before = redness_at(page, 0.75, 0.5)
    click_at(page, 0.75, 0.5)
    page.until(lambda: page.states() == ["done"] and redness_at(page, 0.75, 0.5) > before + 40)
    assert page.part("point").text == "1"
    assert page.violations() == []
    page.part("point").send_keys(Keys.ESCAPE)
    assert not page.part("points").is_displayed()
    assert page.part("point-count").text == "1 point"
    page.part("pointing-mode").click()
    page.part("download").click()
    page.part("save-points").click()
    saved = json.loads(page.downloaded("a.jpg.hints.json"))
    assert (saved["width"], saved["height"], saved["hints"][0]["colour"]) == (80, 60, "#e01010")
    path.with_name("a.jpg.hints.json").write_text(json.dumps(saved))
    hints = ["--hints", str(path.with_name("a.jpg.hints.json"))]
    words = [
        sys.executable,
        "-m",
        "lab_colorize",
        str(path),
        "--model",
        str(hinted_model),
        *hints,
        "-o",
        f"{tmp_path}/out/",
    ]
    subprocess.run(words, check=True, capture_output=True)
    assert page.downloaded("a_colorized.jpg") == (tmp_path / "out/a_colorized.jpg").read_bytes()


def test_a_point_is_moved_painted_and_removed_by_keys(hinting_page, photographs):
    page = hinting_page
    page.choose(*photographs("a.jpg")).settled(1)
    plain = page.picture("after")

    def moved(x):
        difference = np.abs(page.picture("after") - plain).max(axis=2)[30]
        return difference[int(80 * x)] > 15 and difference[int(80 * (0.7 - x))] < 15

    page.part("pointing-mode").send_keys(Keys.ENTER)
    slide(page, page.part("pen"), "#e01010")
    page.part("add-point").send_keys(Keys.ENTER)
    page.until(lambda: page.states() == ["done"] and moved(0.5))
    point = page.browser.switch_to.active_element
    assert "Point 1" in point.accessible_name
    point.send_keys(Keys.ARROW_LEFT * 30)
    page.until(lambda: page.states() == ["done"] and moved(0.2))
    page.part("point-list").find_element(By.CSS_SELECTOR, "[type=checkbox]").send_keys(Keys.SPACE)
    page.until(lambda: page.states() == ["done"] and np.ptp(page.picture("after")[30, 16]) < np.ptp(plain[30, 16]) / 2)
    page.part("point").send_keys(Keys.DELETE)
    assert page.part("points").find_elements(By.TAG_NAME, "button") == []
    assert page.browser.switch_to.active_element.text == "Add a point"


def test_points_saved_with_a_photograph_come_back_with_it_and_ride_in_the_zip(hinting_page, photographs):
    page = hinting_page
    (path,) = photographs("box/a.jpg")
    hints = [{"x": 60, "y": 30, "colour": "#e01010"}]
    (path.parent / "a.hints.json").write_text(json.dumps({"width": 80, "height": 60, "hints": hints}))
    page.drop(path.parent).settled(1)
    page.until(lambda: page.states() == ["done"] and redness_at(page, 0.75, 0.5) > 60)
    page.press("zip")
    page.downloaded("photographs.zip")
    with zipfile.ZipFile(page.downloads / "photographs.zip") as archive:
        assert sorted(archive.namelist()) == ["box/a.jpg.hints.json", "box/a_colorized.jpg"]
        kept = json.loads(archive.read("box/a.jpg.hints.json"))
    assert kept == {"width": 80, "height": 60, "hints": [{"x": "75%", "y": "50%", "colour": "#e01010"}]}


def test_the_photograph_is_coloured_anew_when_a_point_is_let_go(hinting_page, photographs):
    page = hinting_page
    page.choose(*photographs("a.jpg")).settled(1)
    page.part("pointing-mode").click()
    watch(page, 0)
    page.part("add-point").click()
    page.until(lambda: page.run("return seen")[-1:] == ["done"])
    page.run("seen.length = 0; addEventListener('pointerup', () => seen.push('let go'), true)")
    hand = ActionChains(page.browser).click_and_hold(page.part("point"))
    hand.move_by_offset(-60, 0).pause(0.6).move_by_offset(-20, 0).release().perform()
    page.until(lambda: page.run("return seen")[-1:] == ["done"])
    assert page.run("return seen")[0] == "let go"


def test_saved_points_are_set_on_a_photograph_that_is_there_already(hinting_page, photographs):
    page = hinting_page
    (path,) = photographs("box/a.jpg")
    page.drop(path.parent).settled(1)
    hints = {"width": 80, "height": 60, "hints": [{"x": 60, "y": 30, "colour": "#e01010"}]}
    saved, other = path.with_name("a.jpg.hints.json"), path.with_name("b.hints.json")
    for file in (saved, other):
        file.write_text(json.dumps(hints))
    page.drop(saved, other)
    page.until(lambda: page.by("news").text == "1 point set on box/a.jpg.")
    assert page.by("notice").text == "Points are kept until their photograph is added: b.hints.json."
    page.until(lambda: page.states() == ["done"] and redness_at(page, 0.75, 0.5) > 60)
    assert page.part("point-count").text == "1 point"
    saved.write_text("[1, 2]")
    page.choose(saved)
    wrong = "The hints a.jpg.hints.json cannot be understood: it has no list of hints. "
    page.until(lambda: page.by("notice").text.startswith(wrong))


def test_saved_points_that_come_first_wait_for_their_photograph(hinting_page, photographs):
    page = hinting_page
    (path,) = photographs("a.jpg")
    saved = path.with_name("a.jpg.hints.json")
    saved.write_text(json.dumps({"hints": [{"x": 1, "y": 1, "colour": "blue"}]}))
    page.choose(saved)
    page.until(lambda: page.by("notice").text == f"Points are kept until their photograph is added: {saved.name}.")
    saved.write_text(json.dumps({"hints": [{"x": 60, "y": 30, "colour": "lab(50, 70, 50)"}]}))
    page.choose(saved).choose(path).settled(1)
    page.until(lambda: page.by("news").text == "1 point set on a.jpg.")
    assert not page.by("notice").is_displayed()
    page.until(lambda: page.states() == ["done"] and redness_at(page, 0.75, 0.5) > 60)
    page.part("pointing-mode").click()
    shown = page.part("point-list").find_element(By.CSS_SELECTOR, "[type=color]").get_property("value")
    red, green, blue = bytes.fromhex(shown.removeprefix("#"))
    assert red > 200
    assert max(green, blue) < 100
    page.part("save-points").click()
    kept = json.loads(page.downloaded("a.jpg.hints.json"))
    assert kept["hints"] == [{"x": "75%", "y": "50%", "colour": "lab(50, 70, 50)"}]


@pytest.mark.parametrize(
    ("hints", "words"),
    [
        ({"width": 100, "height": 100, "hints": [POINT]}, "100 x 100 pixels, but it has 80 x 60."),
        ({"width": 80, "height": 60, "hints": [POINT | {"x": 9999}]}, "9999,30=red lies outside the photograph"),
        ({"hints": [POINT | {"x": "125%"}]}, "125%,30=red lies outside the photograph"),
        ({"hints": [POINT | {"colour": "nocol"}]}, "a.jpg.hints.json, hint 1: 'nocol' is not a colour."),
        ({"hints": [{"x": 1, "y": 2, "color": "red"}]}, "hint 1 does not have x, y and colour."),
        ({"hints": [POINT] * 1001}, "it has 1,001 hints, and at most 1,000 are accepted."),
    ],
)
def test_saved_points_that_are_wrong_are_refused_and_the_photograph_stays_as_it_was(
    hinting_page, photographs, hints, words
):
    page = hinting_page
    (path,) = photographs("a.jpg")
    page.choose(path).settled(1)
    saved = path.with_name("a.jpg.hints.json")
    saved.write_text(json.dumps(hints))
    page.choose(saved)
    page.until(lambda: words in page.by("notice").text)
    assert not page.by("news").is_displayed()
    assert page.states() == ["done"]
    assert page.part("pointing-mode").is_displayed()
    assert page.part("point-count").text == ""


@pytest.mark.parametrize(("below", "met"), [("100vh", "Remove point"), ("0", "Set colours")])
def test_a_double_click_removes_one_point_whatever_the_second_click_meets(hinting_page, photographs, below, met):
    page = hinting_page
    page.choose(*photographs("a.jpg")).settled(1)
    page.run("document.body.style.paddingBottom = arguments[0]", below)  # a page that ends here scrolls as it shrinks
    page.part("pointing-mode").click()
    for _ in range(6):
        page.part("add-point").click()
    button = page.part("point-list").find_element(By.TAG_NAME, "button")
    assert button.text == "Remove point"
    page.run("window.met = []; addEventListener('click', event => met.push(event.target.textContent), true)")
    double_click(page, button)
    assert page.run("return met") == ["Remove point", met]
    assert len(page.part("point-list").find_elements(By.TAG_NAME, "li")) == 5
    assert page.part("point-panel").is_displayed()
    assert len(page.cards()) == 1
    page.part("point-list").find_elements(By.TAG_NAME, "button")[1].send_keys(Keys.ENTER)
    assert page.browser.switch_to.active_element.accessible_name == "Remove point 2"


def is_seen(page, element):
    """Whether the middle of it is covered by nothing."""
    script = """const box = arguments[0].getBoundingClientRect();
        return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === arguments[0]"""
    return page.run(script, element)


def test_a_point_that_is_moved_by_keys_stays_in_sight(hinting_page, photographs):
    page = hinting_page
    page.choose(*photographs("a.jpg", "b.jpg", "c.jpg")).settled(3)
    page.part("pointing-mode").send_keys(Keys.ENTER)
    assert page.browser.switch_to.active_element == page.part("pen")
    assert is_seen(page, page.part("pen"))
    page.part("add-point").send_keys(Keys.ENTER)
    page.run("arguments[0].scrollIntoView(); scrollBy(0, 300)", page.part("frame"))
    page.part("point").send_keys(Keys.ARROW_UP * 50)
    assert is_seen(page, page.part("point"))
    page.run("scrollBy(0, -500)")
    page.part("point").send_keys(Keys.ARROW_DOWN * 100)
    assert is_seen(page, page.part("point"))
    assert page.run("return arguments[0].scrollTop", page.part("frame")) == 0
    page.part("point").send_keys(Keys.ESCAPE)
    assert page.browser.switch_to.active_element == page.part("pointing-mode")


def test_a_photograph_is_large_while_its_colours_are_set_and_when_it_is_wanted(hinting_page, tmp_path, scene):
    page = hinting_page
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(tmp_path / name), scene(0, (300, 200)))
    page.choose(*(tmp_path / name for name in ("a.png", "b.png", "c.png"))).settled(3)

    def size():
        return page.part("pictures", 1).rect["height"], page.part("frame", 1).rect["width"]

    low, narrow = size()
    button = page.part("larger", 1)
    assert button.accessible_name == "Larger: b.png"
    button.click()
    assert size()[0] > 2 * low
    assert size()[1] > 2.5 * narrow
    assert is_seen(page, button)
    assert page.violations() == []
    button.send_keys(Keys.ENTER)
    assert size() == (low, narrow)
    page.part("pointing-mode", 1).click()
    assert size()[0] > 1.5 * low
    assert is_seen(page, page.part("pen", 1))
    double_click(page, page.part("points", 1))
    assert points_of(page) == [0, 1, 0]
    page.part("pointing-done", 1).click()
    assert size() == (low, narrow)


def test_points_that_the_model_does_not_take_are_said_to_be_unused(hinting_page, photographs, tiny_model, monkeypatch):
    page = hinting_page
    monkeypatch.setenv(MODELS_VARIABLE, str(tiny_model.parent))
    (path,) = photographs("a.jpg")
    page.open().choose(path, with_points(path)).settled(1)
    page.until(lambda: page.part("point-count").text == "1 point")
    model = Select(page.part("model"))
    model.select_by_value("tiny")
    page.until(lambda: page.part("point-count").text == "1 point not used, since this model takes none")
    model.select_by_value("hinted")
    page.until(lambda: page.part("point-count").text == "1 point")


def test_what_another_model_could_mend_keeps_its_settings_and_its_points(
    hinting_page, photographs, tiny_model, monkeypatch, tmp_path
):
    page = hinting_page
    for file in tiny_model.parent.glob("tiny.*"):
        (tmp_path / f"gone{''.join(file.suffixes)}").write_bytes(file.read_bytes().replace(b'"tiny', b'"gone'))
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    (path,) = photographs("a.jpg")
    page.open().choose(path, with_points(path)).settled(1)
    page.until(lambda: "gone" in page.part("model").text)
    monkeypatch.undo()
    model = Select(page.part("model"))
    model.select_by_value("gone")
    page.until(lambda: page.states() == ["failed"])
    assert "There is no model called 'gone'." in page.part("failure").text
    assert page.part("point-count").text.startswith("1 point")
    model.select_by_value("hinted")
    page.until(lambda: page.states() == ["done"])


def test_a_model_that_takes_no_points_offers_none(page, photographs):
    page.choose(*photographs("a.jpg")).settled(1)
    assert not page.part("pointing-mode").is_displayed()
