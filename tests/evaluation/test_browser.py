"""Pages as people use them, in a real browser: from disk, by mouse and by keyboard, asking nothing of any network."""

from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.evaluation.contenders import contenders_named
from lab_colorize.evaluation.measure import measure
from lab_colorize.report.evaluation import page_of
from lab_colorize.report.pictures import jpeg
from lab_colorize.report.sheet_page import Entry, sheet_page
from tests.browser import requested

from .conftest import scene

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def page(photo_set, tiny_model, zero_model, tmp_path_factory) -> Path:
    evaluation = measure(photo_set, contenders_named([tiny_model, zero_model]), workers=2)
    file = tmp_path_factory.mktemp("pages") / "evaluation.html"
    file.write_bytes(page_of(evaluation))
    return file


@pytest.fixture
def opened(browser, page) -> Chrome:
    browser.get_log("performance")
    browser.get(page.as_uri())
    return browser


def split_of(browser, frame) -> float:
    """Where the bar stands, as a share of the frame's width."""
    bar = frame.find_element(By.CLASS_NAME, "bar").rect
    return (bar["x"] + bar["width"] / 2 - frame.rect["x"]) / frame.rect["width"]


def column(browser, number) -> list[str]:
    return browser.execute_script(
        "return [...document.querySelectorAll('#photographs tbody tr')].map(r => r.cells[arguments[0]].textContent)",
        number,
    )


def test_it_opens_from_disk_and_asks_for_nothing_else(opened, page):
    assert {url for url in requested(opened, page.as_uri()) if not url.startswith("data:")} == {page.as_uri()}
    assert opened.get_log("browser") == []
    loaded = "return [...document.images].every(image => image.complete && image.naturalWidth > 0)"
    assert opened.execute_script(loaded)


def test_it_would_be_refused_if_it_asked(opened):
    opened.execute_async_script(
        "const image = new Image(), done = arguments[0]; image.onerror = () => done(); image.src = 'https://example.invalid/a.png';"
    )
    assert any("Content Security Policy" in entry["message"] for entry in opened.get_log("browser"))


def test_the_slider_follows_the_mouse(opened):
    frame = opened.find_element(By.CLASS_NAME, "frame")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", frame)
    width = frame.rect["width"]
    assert split_of(opened, frame) == pytest.approx(0.5, abs=0.02)
    ActionChains(opened).move_to_element(frame).click_and_hold().move_by_offset(int(width * 0.3), 0).release().perform()
    assert split_of(opened, frame) == pytest.approx(0.8, abs=0.03)
    clip = opened.execute_script("return getComputedStyle(arguments[0].querySelector('img.left')).clipPath", frame)
    assert clip.startswith("inset(0")


def test_the_slider_follows_the_keys_and_tells_a_reader_where_it_is(opened):
    frame = opened.find_element(By.CLASS_NAME, "frame")
    slider = frame.find_element(By.TAG_NAME, "input")
    opened.execute_script("arguments[0].focus()", slider)
    slider.send_keys(Keys.ARROW_RIGHT * 4)
    assert split_of(opened, frame) == pytest.approx(0.54, abs=0.01)
    slider.send_keys(Keys.HOME)
    assert split_of(opened, frame) == pytest.approx(0, abs=0.01)
    assert slider.get_attribute("aria-valuetext") == "0 % Before, the rest tiny"
    assert "Compare" in slider.accessible_name


def test_both_sides_can_be_chosen(opened):
    frame = opened.find_element(By.CLASS_NAME, "frame")

    def shown():
        images = frame.find_elements(By.TAG_NAME, "img")
        return {i.get_attribute("class"): i.get_attribute("data-view") for i in images if i.is_displayed()}

    assert shown() == {"left": "before", "right": ":tiny"}
    for side, view in (("left", "truth"), ("right", ":zero")):
        opened.execute_script(f"document.querySelector('input[name={side}][value=\"{view}\"]').click()")
    assert shown() == {"left": "truth", "right": ":zero"}
    assert frame.find_element(By.CLASS_NAME, "right-tag").text == "zero"
    told = frame.find_elements(By.XPATH, "..//span[contains(@class, 'told')]")
    assert [one.get_attribute("data-of") for one in told if one.is_displayed()] == [":zero"]


def test_a_heading_sorts_up_and_then_down(opened):
    heads = opened.find_elements(By.CSS_SELECTOR, "#photographs thead th")
    psnr = next(number for number, head in enumerate(heads) if "tiny PSNR" in head.text)
    before = column(opened, psnr)
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", heads[psnr])
    heads[psnr].find_element(By.TAG_NAME, "button").click()
    assert column(opened, psnr) == sorted(before, key=float)
    assert heads[psnr].get_attribute("aria-sort") == "ascending"
    heads[psnr].find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert column(opened, psnr) == sorted(before, key=float, reverse=True)
    heads[0].find_element(By.TAG_NAME, "button").click()
    assert column(opened, 0) == ["0.png", "1.png", "2.png", "3.png", "deep/4.png", "deep/5.png"]
    assert heads[psnr].get_attribute("aria-sort") == "none"


def test_the_filter_leaves_what_was_typed(opened):
    opened.find_element(By.ID, "filter").send_keys("DEEP")
    rows = opened.find_elements(By.CSS_SELECTOR, "#photographs tbody tr")
    assert [row.text.split()[0] for row in rows if row.is_displayed()] == ["deep/4.png", "deep/5.png"]


@pytest.mark.parametrize("width", [360, 1280])
def test_no_width_makes_the_page_scroll_sideways(opened, width):
    opened.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    )
    try:
        assert opened.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_dark_and_light_both_can_be_read(opened):
    def lightness_of_paper_and_ink(scheme):
        opened.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        )
        style = opened.execute_script("const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]")
        return [sum(int(part) for part in colour[4:-1].split(",")) for colour in style]

    paper, ink = lightness_of_paper_and_ink("light")
    assert paper - ink > 450
    paper, ink = lightness_of_paper_and_ink("dark")
    assert ink - paper > 450


def test_a_caption_keeps_the_file_name_and_lets_the_folders_give_way(browser, tmp_path):
    names = [f"{'A long name of a folder/' * 5}scan 0{number}.jpg" for number in range(2)]
    names += [f"folder/{'A very long name that no one line of a card could ever hold, ' * 2}1923.jpg", "short.jpg"]
    entries = [Entry(Outcome(name, name, Status.DONE), "a", "b", problem="none", size=(300, 90)) for name in names]
    file = tmp_path / "sheet.html"
    file.write_bytes(sheet_page("archive", entries))
    browser.get(file.as_uri())
    shown = browser.execute_script(
        "return [...document.querySelectorAll('figure')].map(figure => {"
        "  const card = figure.getBoundingClientRect(), file = figure.querySelector('.file');"
        "  const box = file.getBoundingClientRect();"
        "  return [file.textContent, box.left >= card.left && box.right <= card.right && box.width > 0,"
        "          file.scrollWidth <= file.clientWidth || getComputedStyle(file).overflow === 'visible'];"
        "})"
    )
    assert shown == [[name.rpartition("/")[2], True, True] for name in names]


def test_a_sheet_of_5000_photographs_opens_at_once_and_loads_what_is_in_sight(browser, tmp_path):
    thumbnails = tmp_path / "sheet_thumbnails"
    thumbnails.mkdir()
    picture = jpeg(scene(1))
    entries = []
    for number in range(5000):
        thumbnail = thumbnails / f"{number:032x}.jpg"
        thumbnail.write_bytes(picture)
        outcome = Outcome(f"box/{number:04}.jpg", f"box/{number:04}.jpg", Status.DONE)
        entries.append(Entry(outcome, "a", "b", thumbnail, (244, 90)))
    file = tmp_path / "sheet.html"
    file.write_bytes(sheet_page("archive", entries))
    assert file.stat().st_size < 3_000_000
    browser.get_log("performance")
    browser.get(file.as_uri())

    def loaded():
        return browser.execute_script("return [...document.images].filter(image => image.naturalWidth > 0).length")

    assert browser.execute_script("return document.images.length") == 5000
    assert browser.execute_script("return performance.getEntriesByType('navigation')[0].domComplete") < 5000
    first = loaded()
    assert 0 < first < 500
    browser.execute_script("scrollTo(0, document.body.scrollHeight / 2)")
    browser.execute_async_script("setTimeout(arguments[0], 500)")
    assert first < loaded() < 1000
    assert all(url.startswith(file.parent.as_uri()) for url in requested(browser, file.as_uri()))
    browser.find_element(By.ID, "filter").send_keys("0042")
    assert browser.find_element(By.ID, "shown").text == "1 of 5000"
