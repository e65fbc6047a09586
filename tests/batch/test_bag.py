"""The output as a bag: the Library of Congress's own tool accepts it, and it never lists what is not there."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import bagit
import pytest

from lab_colorize.batch.bag import MANIFEST_NAME, cautions, is_current, names_to_be, results_folder, write_bag
from lab_colorize.batch.bag_verify import is_behind
from lab_colorize.batch.finding import Kind
from lab_colorize.batch.journal import Journal
from lab_colorize.batch.outcome import Status
from lab_colorize.batch.run import Batch as Planned
from lab_colorize.batch.verify import account_of
from lab_colorize.cli.group import main
from lab_colorize.errors import OutputError, UsageProblem
from lab_colorize.files.writing import TEMPORARY_PREFIX

from .conftest import Archive, Batch, Ended, Run, contents_below, picture


@pytest.fixture
def bagged(archive: Archive, tmp_path: Path) -> Archive:
    """An archive whose results go into the payload of `tmp_path`/bag."""
    archive.out = results_folder(tmp_path / "bag", manifest=True)
    archive.add("a/1.jpg", "2.tif")
    return archive


def bag_of(archive: Archive) -> Path:
    return archive.out.parent


def listed(bag: Path) -> dict[str, str]:
    lines = (bag / MANIFEST_NAME).read_text(encoding="utf-8").split("\n")[:-1]
    return {name: sha256 for sha256, name in (line.split("  ", 1) for line in lines)}


def names_before(archive: Archive) -> frozenset[str]:
    with Planned(archive.options(), archive.stand_in.factory()) as planned:
        return names_to_be(bag_of(archive), planned.plan)


def is_valid(bag: Path) -> bool:
    return bool(bagit.Bag(str(bag)).is_valid())


def test_the_tool_of_the_library_of_congress_accepts_what_batch_makes(
    batch: Batch,
    tmp_path: Path,
    tiny_model: Path,
) -> None:
    for name in ("1.jpg", "a/2.tif"):
        picture(tmp_path / "photos" / name)
    (tmp_path / "photos/note.txt").write_text("about them")
    bag = tmp_path / "bag"
    ended: Ended = batch(tmp_path / "photos", bag, tiny_model, "--manifest", "--copy-rest")
    assert ended.returncode == 0, ended.stderr
    validated = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(bag)], capture_output=True, text=True, check=False
    )
    assert validated.returncode == 0, validated.stderr
    assert set(listed(bag)) == {f"data/{name}" for name in ("1.jpg", "a/2.tif", "note.txt", "lab-colorize.jsonl")}
    assert {path.name for path in bag.iterdir()} == {
        "data", "bagit.txt", "bag-info.txt", MANIFEST_NAME, "tagmanifest-sha256.txt",
    }  # fmt: skip


def test_a_bag_goes_on_as_a_bag_without_being_asked(batch: Batch, tmp_path: Path, tiny_model: Path) -> None:
    photos, bag = tmp_path / "photos", tmp_path / "bag"
    picture(photos / "1.jpg")
    batch(photos, bag, tiny_model, "--manifest")
    picture(photos / "2.jpg")
    ended = batch(photos, bag, tiny_model)
    assert "1 done, 1 skipped" in ended.stderr
    assert {"data/1.jpg", "data/2.jpg"} < set(listed(bag))
    assert is_valid(bag)


def test_an_edit_in_a_bag_is_said_to_make_it_invalid_until_it_is_accepted(run: Run, tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg"):
        picture(tmp_path / "photos" / name)
    assert "not valid" not in run("batch", "photos", "--out", "a bag", "--manifest").stderr
    with (tmp_path / "a bag/data/2.jpg").open("ab") as file:
        file.write(b"a title")
    for quiet in ([], ["--quiet"]):
        told = run("batch", "photos", "--out", "a bag", *quiet)
        assert told.returncode == 0
        assert "The bag is not valid, as it holds 1 file edited since a batch wrote it: 2.jpg." in told.stderr
        assert "`lab-colorize verify 'a bag' --accept`" in told.stderr
        assert not is_valid(tmp_path / "a bag")
    run("verify", "a bag", "--accept")
    assert is_valid(tmp_path / "a bag")
    assert "not valid" not in run("batch", "photos", "--out", "a bag").stderr


def test_a_manifest_follows_what_is_there(bagged: Archive) -> None:
    bagged.batch()
    write_bag(bag_of(bagged))
    assert is_valid(bag_of(bagged))
    (bagged.out / "a/1.jpg").unlink()
    bagged.add("3.png")
    (bagged.out / "by hand.txt").write_text("mine")
    bagged.batch(include=("*.png",))
    assert not is_valid(bag_of(bagged))  # it tells of an earlier state, and so does the tool
    assert not is_current(bag_of(bagged))
    write_bag(bag_of(bagged))
    assert is_current(bag_of(bagged))
    assert is_valid(bag_of(bagged))
    assert set(listed(bag_of(bagged))) == {
        f"data/{name}" for name in ("2.tif", "3.png", "by hand.txt", "lab-colorize.jsonl")
    }


def test_results_are_listed_by_the_hash_they_were_made_with_so_that_rot_is_not_signed(bagged: Archive) -> None:
    bagged.batch()
    made = (bagged.out / "2.tif").read_bytes()
    (bagged.out / "2.tif").write_bytes(made.swapcase())
    write_bag(bag_of(bagged))
    assert listed(bag_of(bagged))["data/2.tif"] == hashlib.sha256(made).hexdigest()
    assert not is_valid(bag_of(bagged))


def test_what_a_person_wrote_about_the_bag_stays(bagged: Archive) -> None:
    bagged.batch()
    write_bag(bag_of(bagged))
    info = bag_of(bagged) / "bag-info.txt"
    info.write_text("Source-Organization: Archive\n  of the town\n" + info.read_text() + "External-Identifier: 7")
    bagged.add("3.png")
    bagged.batch()
    write_bag(bag_of(bagged))
    assert is_valid(bag_of(bagged))
    told = bagit.Bag(str(bag_of(bagged))).info
    assert told["External-Identifier"] == "7"
    assert "of the town" in told["Source-Organization"]
    assert told["Payload-Oxum"].endswith(".4")
    assert info.read_text().count("Payload-Oxum") == 1
    info.write_bytes(b"Contact-Name: Andr\xe9\n" + info.read_bytes())  # Latin-1, which is the writer's affair
    write_bag(bag_of(bagged))
    assert info.read_bytes().startswith(b"Contact-Name: Andr\xe9\n")


@pytest.mark.parametrize(
    "name", ["a\nb.jpg", "a\rb.jpg", "100%.jpg", "%41.jpg", " *x.jpg", "-x.jpg", "~x.jpg", "é\u202e.jpg"]
)
def test_strange_names_are_stated_so_that_the_tool_finds_them(bagged: Archive, name: str) -> None:
    bagged.add(name)
    assert list(cautions(names_before(bagged))) == []
    bagged.batch()
    write_bag(bag_of(bagged))
    assert is_valid(bag_of(bagged))


@pytest.mark.parametrize(
    "names",
    [("100%.jpg", "a\nb.jpg"), ("%0a.jpg",), ("a\u2028b.jpg",), ("\n\n\n.jpg",), ("e\u0301.jpg", "\u00e9.jpg")],
)
def test_names_that_the_tool_misreads_are_named_in_a_word_of_caution(bagged: Archive, names: tuple[str, ...]) -> None:
    bagged.add(*names)
    (caution,) = cautions(names_before(bagged))
    assert any(repr(f"data/{name}") in caution for name in names)


def test_names_that_a_bag_will_hold_are_known_before_it_is_made(bagged: Archive) -> None:
    before = names_before(bagged)
    bagged.batch()
    assert before | {"data/lab-colorize.jsonl"} == names_before(bagged)
    write_bag(bag_of(bagged))
    assert names_before(bagged) == listed(bag_of(bagged)).keys()


def test_the_word_of_caution_comes_before_the_first_photograph(batch: Batch, tmp_path: Path, tiny_model: Path) -> None:
    for name in ("100%.jpg", "a\nb.jpg"):
        picture(tmp_path / "photos" / name)
    ended = batch(tmp_path / "photos", tmp_path / "bag", tiny_model, "--manifest")
    assert 0 <= ended.stderr.find("bagit.py may refuse") < ended.stderr.find("2 done")


def test_line_ends_and_percent_signs_together_are_stated_as_the_standard_asks(bagged: Archive) -> None:
    bagged.add("a\nb.jpg", "100%.jpg")
    bagged.batch()
    write_bag(bag_of(bagged))
    assert "BagIt-Version: 1.0\n" in (bag_of(bagged) / "bagit.txt").read_text()
    assert {"data/a%0Ab.jpg", "data/100%25.jpg"} < set(listed(bag_of(bagged)))


@pytest.mark.parametrize("name", [b"[x]/caf\xe9.jpg", b"Gr\xfc\xdfe/1.jpg"])
def test_a_name_that_is_no_utf_8_fails_alone_and_its_remedy_works(bagged: Archive, name: bytes) -> None:
    bagged.add(os.fsdecode(name))
    failed = bagged.batch(bag=bag_of(bagged))[os.fsdecode(name)]
    assert (failed.status, "not UTF-8" in failed.reason) == (Status.FAILED, True)
    assert bagged.asked() == ["1.jpg", "2.tif"]
    write_bag(bag_of(bagged))
    assert is_valid(bag_of(bagged))
    (glob,) = re.findall("--exclude '(.*)'", failed.remedy)
    assert os.fsdecode(name) not in bagged.batch(bag=bag_of(bagged), exclude=(glob,))
    write_bag(bag_of(bagged))
    assert is_valid(bag_of(bagged))


def test_a_name_that_is_no_utf_8_in_the_bag_itself_is_refused_before_the_first_photograph(bagged: Archive) -> None:
    bagged.batch()
    (bagged.out / os.fsdecode(b"caf\xe9.txt")).touch()
    bagged.add("3.png")
    bagged.asked()
    with pytest.raises(OutputError, match="not UTF-8"):
        bagged.batch(bag=bag_of(bagged))
    assert bagged.asked() == []


def test_a_name_that_is_no_utf_8_is_refused_and_no_manifest_pretends(bagged: Archive) -> None:
    bagged.add(os.fsdecode(b"caf\xe9.jpg"))
    bagged.batch()
    with pytest.raises(OutputError, match="not UTF-8"):
        write_bag(bag_of(bagged))
    assert not (bag_of(bagged) / MANIFEST_NAME).exists()


def test_a_bag_killed_while_its_manifest_was_written_is_mended_by_the_next_batch(
    bagged: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    bagged.batch()
    write_bag(bag_of(bagged))
    bagged.add("3.png")
    before = (bag_of(bagged) / MANIFEST_NAME).read_bytes()
    bag = bag_of(bagged)
    bagged.batch(bag=bag)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # as nobody clears up after kill -9
        with pytest.raises(KeyboardInterrupt):
            write_bag(bag)
    assert (bag / MANIFEST_NAME).read_bytes() == before  # never half of one
    assert list(bag.glob(f"{TEMPORARY_PREFIX}*"))
    bagged.batch(bag=bag)
    write_bag(bag)
    assert is_valid(bag)
    assert not list(bag.glob(f"{TEMPORARY_PREFIX}*"))


def test_results_that_lie_in_out_itself_are_not_made_again_in_a_bag(archive: Archive, tmp_path: Path) -> None:
    archive.add("1.jpg")
    archive.batch()
    with pytest.raises(UsageProblem, match="holds results already") as refused:
        results_folder(archive.out, manifest=True)
    assert "under the name data" in refused.value.remedy
    (tmp_path / "bag").mkdir()  # what the message says to do
    archive.out = archive.out.rename(tmp_path / "bag/data")
    assert results_folder(tmp_path / "bag", manifest=True) == archive.out
    archive.asked()
    archive.batch()
    assert archive.asked() == []


def test_a_bag_is_left_out_of_the_photographs_and_makes_no_bag_of_an_output_that_holds_a_copy(bagged: Archive) -> None:
    bagged.batch()
    write_bag(bag_of(bagged))
    archive = Archive(bag_of(bagged), bag_of(bagged).with_name("again"))
    archive.batch(copy_rest=True)
    assert not (archive.out / "data").exists()
    shutil.copytree(bag_of(bagged) / "data", archive.out / "data")
    assert results_folder(archive.out, manifest=False) == archive.out


def test_a_bag_is_not_written_while_a_batch_is_at_work(bagged: Archive) -> None:
    bagged.batch()
    with Journal(bagged.out), pytest.raises(OutputError, match="Another batch"):
        write_bag(bag_of(bagged))


class TestVerify:
    """The manifest is held against the journal and what lies in the payload."""

    @pytest.fixture
    def whole(self, bagged: Archive) -> Archive:
        bagged.add("100%.jpg")
        bagged.batch()
        (bagged.out / "by hand.txt").write_text("mine")
        write_bag(bag_of(bagged))
        return bagged

    def found(self, archive: Archive, *, quick: bool = False) -> dict[str, str]:
        account = account_of(archive.out, bag=bag_of(archive))
        findings = account.findings(quick=quick, workers=1, on_step=lambda _: None)
        assert all(one.lost for one in findings if one.kind is Kind.BAG)
        return {one.path: one.state.value for one in findings if one.kind is Kind.BAG}

    def edit(self, archive: Archive, name: str, old: str, new: str) -> None:
        manifest = bag_of(archive) / MANIFEST_NAME
        line = next(line for line in manifest.read_text().splitlines(keepends=True) if line.endswith(f"  {name}\n"))
        manifest.write_text(manifest.read_text().replace(line, re.sub(old, new, line)))

    @pytest.mark.parametrize("names", [(), ("a\nb.jpg",)], ids=["0.97", "1.0"])
    def test_says_nothing_of_a_manifest_that_is_as_it_was_written(self, whole: Archive, names: tuple[str, ...]) -> None:
        whole.add(*names)
        whole.batch()
        write_bag(bag_of(whole))
        info = bag_of(whole) / "bag-info.txt"
        info.write_text(f"Contact-Name: Anna\n{info.read_text()}")
        (whole.out / "later.txt").touch()
        assert self.found(whole) == self.found(whole, quick=True) == {}

    @pytest.mark.parametrize("name", ["data/a/1.jpg", "data/100%.jpg", "data/by hand.txt", "data/lab-colorize.jsonl"])
    def test_finds_a_line_that_was_deleted(self, whole: Archive, name: str) -> None:
        self.edit(whole, name, "(?s).*", "")
        assert self.found(whole) == self.found(whole, quick=True) == {name: "missing"}

    @pytest.mark.parametrize("name", ["data/a/1.jpg", "data/100%.jpg", "data/by hand.txt", "data/lab-colorize.jsonl"])
    def test_finds_another_hash(self, whole: Archive, name: str) -> None:
        self.edit(whole, name, "^.{8}", "01234567")
        assert self.found(whole) == {name: "changed"}

    def test_finds_a_line_of_what_is_not_there_unless_a_result_is_missing_which_is_told_already(
        self, whole: Archive
    ) -> None:
        (whole.out / "by hand.txt").unlink()
        (whole.out / "2.tif").unlink()
        assert self.found(whole) == {"data/by hand.txt": "missing"}

    def test_finds_that_the_manifest_is_away(self, whole: Archive) -> None:
        (bag_of(whole) / MANIFEST_NAME).unlink()
        assert self.found(whole) == {MANIFEST_NAME: "missing"}

    def test_takes_a_manifest_that_a_killed_batch_left_behind_for_no_damage(self, whole: Archive) -> None:
        whole.add("3.png")
        whole.batch()
        assert is_behind(bag_of(whole))
        assert self.found(whole) == {}
        write_bag(bag_of(whole))
        assert not is_behind(bag_of(whole))

    def test_ends_with_6_and_says_what_to_do(
        self, whole: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.edit(whole, "data/2.tif", "^.{8}", "01234567")
        monkeypatch.setattr(sys, "argv", ["lab-colorize", "verify", str(bag_of(whole))])
        for code, said in ((6, "changed    bag    data/2.tif: The manifest has another hash of it."), (0, "3 whole.")):
            with pytest.raises(SystemExit) as ended:
                main()
            assert ended.value.code == code
            assert said in capsys.readouterr().out
            write_bag(bag_of(whole))


def test_a_bag_below_an_archive_is_left_out_of_it_whole(run: Run, tmp_path: Path) -> None:
    picture(tmp_path / "q/box/1.jpg", seed=1)
    sheet = "q/colour/sheet.html"
    assert run("batch", "q/box", "--out", "q/colour", "--manifest", "--report", sheet).returncode == 0
    picture(tmp_path / "q/other/data/2.jpg", seed=2)
    (tmp_path / "q/other/bagit.txt").write_text("BagIt-Version: 1.0\n")  # photographs, delivered as a bag
    for more in ([], ["--copy-rest"]):
        ended = run("batch", "q", "--out", "o", *more)
        assert ended.returncode == 0, ended.stderr
        assert "1 output of another batch" in ended.stderr
        copied = {"other/bagit.txt"} if more else set()
        assert contents_below(tmp_path / "o").keys() == {"box/1.jpg", "other/data/2.jpg"} | copied
    assert run("verify", "o").returncode == 0
