"""Pages as files: whole, small, and asking for nothing from anywhere. How they behave is in test_browser."""

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from lab_colorize.batch.boxes import Boxes
from lab_colorize.batch.journal import Journal
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.errors import NothingToDo, OutputError, UsageProblem
from lab_colorize.evaluation.contenders import contenders_named
from lab_colorize.evaluation.measure import measure
from lab_colorize.evaluation.photographs import Unreadable, list_photographs, read_set
from lab_colorize.evaluation.settings import Settings
from lab_colorize.report.contact_sheet import check_place, drawn, thumbnails_of, write_contact_sheet
from lab_colorize.report.evaluation import page_of
from lab_colorize.report.gallery import chosen
from lab_colorize.report.pictures import fitted

from .conftest import scene, write


class Tags(HTMLParser):
    """Every tag with its attributes, and whether they close as they opened."""

    VOID = ("meta", "img", "input", "link", "br")

    def __init__(self, text):
        super().__init__()
        self.all, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def evaluation(photo_set, tiny_model, zero_model):
    return measure(photo_set, contenders_named([tiny_model, zero_model]), workers=2)


def renamed(evaluation, times):
    """The same photographs again and again, under other names."""
    return tuple(
        replace(one, photograph=replace(one.photograph, name=f"{number:03} {one.name}"))
        for number in range(times)
        for one in evaluation.measured
    )


def test_the_page_holds_everything_itself_and_is_well_formed(evaluation):
    tags = Tags(page_of(evaluation).decode())
    assert tags.open == []
    for tag, attributes in tags.all:
        assert tag not in {"link", "iframe", "object"}
        assert attributes.get("src", "data:").startswith("data:")
        assert not attributes.get("href")
    views = [attributes["data-view"] for tag, attributes in tags.all if tag == "img"]
    assert views.count("truth") == views.count(":tiny") == len(evaluation.measured)


def test_24_photographs_make_a_page_of_less_than_6_megabytes(tmp_path, tiny_model):
    grain = np.random.default_rng(0).normal(0, 12, (400, 400, 1))  # as no scan has it: JPEG can hardly shrink it
    write(tmp_path / "one.png", np.clip(scene(1, 400, 400) + grain, 0, 255).astype(np.uint8))
    evaluation = measure(
        read_set(list_photographs(tmp_path), Settings(None), workers=1), contenders_named([tiny_model]), workers=1
    )
    page = page_of(replace(evaluation, measured=renamed(evaluation, 24)))
    assert page.count(b"data:image/jpeg") == 24 * 3
    assert 500_000 < len(page) < 6_000_000


def test_a_name_cannot_become_markup(evaluation):
    name = os.fsdecode(b'<script>alert("1")</script>\xff.png')
    first = evaluation.measured[0]
    odd = replace(first, photograph=replace(first.photograph, name=name))
    unreadable = (Unreadable(name, "<b>Damaged</b>.", ""),)
    photo_set = replace(evaluation.photo_set, unreadable=unreadable)
    page = page_of(replace(evaluation, photo_set=photo_set, measured=(odd, *evaluation.measured[1:]))).decode()
    assert name not in page
    assert "<b>Damaged" not in page
    assert "alert(&#34;1&#34;)" in page
    assert "&lt;/script&gt;\\udcff.png" in page  # a byte that is no character


@pytest.mark.parametrize("count", [1, 2, 3, 7, 24, 60])
def test_no_photograph_is_chosen_twice_and_of_a_small_set_all_are(evaluation, count):
    first = evaluation.measured[0]
    measured = tuple(
        replace(
            first,
            photograph=replace(first.photograph, name=f"{number:02}"),
            figures={"tiny": replace(first.figures["tiny"], psnr=float(number * 11 % count))},
        )
        for number in range(count)
    )
    choice = chosen(replace(evaluation, measured=measured))
    names = [*choice.worst, *choice.best, *choice.random]
    assert len(set(names)) == len(names) == min(count, 24)
    by_name = {one.name: one.figures["tiny"].psnr for one in measured}
    assert by_name[choice.worst[0]] == 0
    if choice.best:
        assert by_name[choice.best[0]] == count - 1


def test_the_page_of_a_thousand_photographs_holds_pictures_of_24(evaluation, photo_set):
    page = page_of(replace(evaluation, measured=renamed(evaluation, 170)))
    assert page.count(b"data:image/jpeg") == 24 * 4
    assert page.count(b'<th scope="row">') > 1000


# The contact sheet


@pytest.fixture
def archive(tmp_path):
    """A folder and its OUT as a batch leaves them: three done, one left alone, one failed."""
    folder, out = tmp_path / "photos", tmp_path / "out"
    names = ["a.png", "b c#%.png", os.fsdecode(b"d\xe9\xff.png")]
    for number, name in enumerate(names):
        write(folder / name, scene(number)[..., 0])
        write(out / name, scene(number))
    with Journal(out) as journal:
        for name in names:
            journal.append(
                Outcome(name, name, Status.DONE, source_sha256="1" * 64, target_sha256=f"{name!r}", model="m")
            )
        journal.append(Outcome("colour.png", None, Status.SKIPPED, "It is already in colour."))
        journal.append(Outcome("<broken>.jpg", None, Status.FAILED, "It is damaged.", "Scan it again."))
    return folder, out, tmp_path / "sheet.html"


def thumbnails(file: Path) -> set[str]:
    return {path.name for path in thumbnails_of(file).iterdir()}


def test_a_sheet_shows_all_that_was_done_and_lists_what_failed(archive):
    folder, out, file = archive
    heard = []
    write_contact_sheet(Boxes.of([folder]), out, file, workers=2, on_step=heard.append)
    page = file.read_text(encoding="utf-8")
    tags = Tags(page)
    images = [attributes for tag, attributes in tags.all if tag == "img"]
    assert (tags.open, len(images), heard) == ([], 3, [True] * 5)
    assert all(image["loading"] == "lazy" and int(image["width"]) > int(image["height"]) for image in images)
    assert {Path(image["src"]).name for image in images} == thumbnails(file)
    assert "3 coloured, 1 left alone, 1 failed." in page
    for words in ("&lt;broken&gt;.jpg", "It is damaged.", "Scan it again.", "It is already in colour."):
        assert words in page


def test_a_sheet_leads_to_the_photographs_themselves(archive):
    from urllib.parse import unquote_to_bytes

    folder, out, file = archive
    write_contact_sheet(Boxes.of([folder]), out, file, workers=1)
    ways = [attributes["href"] for tag, attributes in Tags(file.read_text()).all if tag == "a"]
    led = {(file.parent / os.fsdecode(unquote_to_bytes(way))).resolve() for way in ways}
    assert led == {path.resolve() for place in (folder, out) for path in place.glob("*.png")}


def test_a_second_sheet_draws_only_what_is_new_and_removes_what_is_gone(archive):
    folder, out, file = archive
    write_contact_sheet(Boxes.of([folder]), out, file, workers=1)
    before = {path.name: path.stat().st_mtime_ns for path in thumbnails_of(file).iterdir()}
    (thumbnails_of(file) / "mine.jpg").write_text("not ours to remove")
    write(out / "a.png", scene(7))
    with Journal(out) as journal:
        journal.append(Outcome("a.png", "a.png", Status.DONE, source_sha256="1" * 64, target_sha256="2" * 64))
    write_contact_sheet(Boxes.of([folder]), out, file, workers=1)
    after = {path.name: path.stat().st_mtime_ns for path in thumbnails_of(file).iterdir()}
    assert len(before.items() & after.items()) == 2
    assert len(after) == 4
    assert "mine.jpg" in after


def test_a_photograph_that_has_gone_is_told_instead_of_shown(archive):
    folder, out, file = archive
    (folder / "a.png").unlink()
    write_contact_sheet(Boxes.of([folder]), out, file, workers=1)
    assert re.search(r'<p class="problem">[^<]*a\.png', file.read_text())
    assert len(thumbnails(file)) == 2


def test_a_sheet_has_no_place_among_the_originals_but_may_lie_in_out(archive):
    folder, _, file = archive
    inner = folder / "out"
    inner.mkdir()
    check_place(folder, inner, inner / "sheet.html")
    check_place(folder, inner, file)
    with pytest.raises(UsageProblem, match="among the originals"):
        check_place(folder, inner, folder / "sheet.html")
    with pytest.raises(UsageProblem, match="html"):
        check_place(folder, inner, file.with_suffix(".jpg"))
    with pytest.raises(OutputError, match="no folder"):
        check_place(folder, inner, file.parent / "none" / "sheet.html")


def test_without_a_journal_there_is_no_sheet(tmp_path):
    with pytest.raises(NothingToDo):
        write_contact_sheet(Boxes.of([tmp_path / "photos"]), tmp_path / "out", tmp_path / "sheet.html", workers=1)


def test_thumbnails_are_small_keep_their_shape_and_are_never_enlarged():
    pair = drawn(scene(1, 900, 1200), scene(2, 900, 1200))
    assert pair.shape[0] <= 160
    assert fitted(scene(1), 384, 384).shape == (60, 80, 3)
    assert fitted(scene(1, 600, 300), 100, 100).shape == (100, 50, 3)


def test_batch_writes_a_sheet_when_asked_and_refuses_a_bad_place_before_it_starts(archive, tiny_model):
    from click.testing import CliRunner

    from lab_colorize.cli.group import commands
    from lab_colorize.errors import ColorizeError, ExitCode

    folder, out, file = archive
    for left_by_the_fixture in out.iterdir():
        left_by_the_fixture.unlink()
    (folder / "broken.jpg").write_text("no photograph")
    words = ["batch", str(folder), "--out", str(out), "--model", str(tiny_model), "--quiet", "--report"]
    refused = CliRunner().invoke(commands, [*words, str(folder / "sheet.html")])
    assert isinstance(refused.exception, ColorizeError)
    assert list(out.iterdir()) == []
    assert CliRunner().invoke(commands, [*words, str(file)]).exit_code == ExitCode.SOME_FAILED
    assert "3 coloured, 0 left alone, 1 failed. 3 by tiny." in file.read_text()
    assert len(thumbnails(file)) == 3
