"""Several folders and one output: no result of one ever takes the place of another's, unless it is asked for."""

import json
import shlex
import shutil
from pathlib import Path

import pytest

from lab_colorize.batch.journal import JOURNAL_NAME, read_journal

from .conftest import Run, contents_below, picture


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    """Two boxes, each with a scan001.jpg of its own, and in one a scan that the other lacks."""
    picture(tmp_path / "boxA/scan001.jpg", seed=1)
    picture(tmp_path / "boxB/scan001.jpg", seed=2)
    picture(tmp_path / "boxB/scan002.jpg", seed=3)
    return tmp_path


def test_a_second_box_never_replaces_the_results_of_the_first(run_apart: Run, boxes: Path) -> None:
    run = run_apart
    assert run("batch", "boxA", "--out", "o").returncode == 0
    before = contents_below(boxes / "o"), (boxes / "o" / JOURNAL_NAME).read_bytes()
    for more in ([], ["--dry-run"], ["--checksum"], ["--copy-rest"]):
        refused = run("batch", "boxB", "--out", "o", *more)
        assert refused.returncode == 5, refused.stderr
        assert "scan001.jpg" in refused.stderr
        assert str(boxes / "boxA") in refused.stderr
        assert "batch FOLDER1 FOLDER2" in refused.stderr
        assert before == (contents_below(boxes / "o"), (boxes / "o" / JOURNAL_NAME).read_bytes())
    assert run("batch", "boxB", "--out", "o", "--overwrite").returncode == 0
    assert contents_below(boxes / "o").keys() == {"scan001.jpg", "scan002.jpg"}
    assert contents_below(boxes / "o")["scan001.jpg"] != before[0]["scan001.jpg"]


def test_a_second_archive_is_not_mixed_with_the_first(run: Run, boxes: Path) -> None:
    picture(boxes / "all/boxA/scan001.jpg", seed=1)
    assert run("batch", "all", "--out", "o").returncode == 0
    before = contents_below(boxes / "o"), (boxes / "o" / JOURNAL_NAME).read_bytes()
    picture(boxes / "all/new/scan009.jpg", seed=9)
    for folder, remedy in {"boxB": "batch FOLDER1 FOLDER2 --out NEW", "all/new": "with --include 'new/*'"}.items():
        for more in ([], ["--dry-run"]):
            refused = run("batch", folder, "--out", "o", *more)
            assert refused.returncode == 5, refused.stderr
            assert f"o holds the results of {boxes / 'all'}: those of {folder} would be mixed" in refused.stderr
            assert remedy in refused.stderr
            assert before == (contents_below(boxes / "o"), (boxes / "o" / JOURNAL_NAME).read_bytes())
    (boxes / "all").rename(boxes / "moved")  # is the same archive
    moved = run("batch", "moved", "--out", "o", "--include", "new/*")
    assert moved.returncode == 0, moved.stderr
    again = run("batch", "moved", "--out", "o")
    assert "2 skipped (2 done before)" in again.stderr
    assert "other" not in again.stderr
    assert "all" not in again.stderr


def test_what_a_refusal_advises_can_be_done(run: Run, boxes: Path) -> None:
    """Two folders of one name cannot be mirrored side by side; a name may hold what a shell reads."""
    picture(boxes / "other/boxA/scan001.jpg", seed=9)
    picture(boxes / "third/boxA/scan009.jpg", seed=8)
    picture(boxes / "all/it's 3/scan001.jpg", seed=7)
    assert run("batch", "boxA", "--out", "o").returncode == 0
    for folder in ("other/boxA", "third/boxA/../boxA"):
        refused = run("batch", folder, "--out", "o")
        assert refused.returncode == 5, refused.stderr
        said = " ".join(refused.stderr.split())
        assert "Both are called boxA: rename one of them. Colour both folders in one batch" in said
    (boxes / "other/boxA").rename(boxes / "other/boxZ")
    assert run("batch", "boxA", "other/boxZ", "--out", "new").returncode == 0
    assert run("batch", "all", "--out", "p").returncode == 0
    refused = run("batch", "all/it's 3", "--out", "p")
    words = shlex.split(" ".join(refused.stderr.split("Give ")[1].split()).partition(", or")[0])
    assert words == [str(boxes / "all"), "with", "--include", "it's 3/*"]


def test_a_scan_of_the_same_size_and_time_in_another_box_is_another_photograph(run: Run, boxes: Path) -> None:
    """Scanners write files without compression, all of one size; copying gives them one time."""
    for box, seed in (("boxA", 1), ("boxB", 2)):
        picture(boxes / box / "scan.bmp", seed=seed)
        (boxes / box / "scan001.jpg").unlink()
    shutil.copystat(boxes / "boxA/scan.bmp", boxes / "boxB/scan.bmp")
    assert run("batch", "boxA", "--out", "o").returncode == 0
    assert run("batch", "boxB", "--out", "o").returncode == 5


def test_other_photographs_of_one_name_are_noticed_though_the_first_box_is_away(run: Run, boxes: Path) -> None:
    assert run("batch", "boxA", "--out", "o").returncode == 0
    (boxes / "boxA").rename(boxes / "unmounted")
    assert run("batch", "boxB", "--out", "o").returncode == 5


def test_a_photograph_edited_after_its_archive_was_moved_is_coloured_again(run: Run, boxes: Path) -> None:
    assert run("batch", "boxB", "--out", "o").returncode == 0
    (boxes / "boxB").rename(boxes / "moved")
    picture(boxes / "moved/scan001.jpg", seed=9)
    again = run("batch", "moved", "--out", "o")
    assert again.returncode == 0, again.stderr
    assert "1 done again: the photograph changed" in again.stderr


def test_a_copy_of_the_archive_is_no_other(run: Run, boxes: Path) -> None:
    assert run("batch", "boxB", "--out", "o").returncode == 0
    shutil.copytree(boxes / "boxB", boxes / "copy", copy_function=shutil.copyfile)  # with new times
    assert run("batch", "copy", "--out", "o").returncode == 0


def test_a_folder_within_one_that_is_done_makes_no_second_results(run: Run, boxes: Path) -> None:
    picture(boxes / "all/boxA/scan001.jpg", seed=1)
    picture(boxes / "all/boxA/deep [2]/scan001.jpg", seed=2)
    assert run("batch", "all", "--out", "o").returncode == 0
    for folder, glob in {"all/boxA": "boxA/*", "all/boxA/deep [2]": "boxA/deep [[]2]/*"}.items():
        for more in ([], ["--dry-run"]):
            refused = run("batch", folder, *more, "--out", "o")
            assert refused.returncode == 2, refused.stderr
            assert f"holds results of {boxes / 'all'} already" in refused.stderr
            assert f"Give {boxes / 'all'} with --include '{glob}'" in refused.stderr
    assert contents_below(boxes / "o").keys() == {"boxA/scan001.jpg", "boxA/deep [2]/scan001.jpg"}
    assert "2 done before" in run("batch", "all", "--out", "o", "--include", "boxA/*").stderr
    assert "1 done before" in run("batch", "all", "--out", "o", "--include", "boxA/deep [[]2]/*").stderr
    assert "2 done before" in run("batch", "all/boxA", "boxB", "--out", "o").stderr  # under its own name, as before
    (boxes / "all/boxA").rename(boxes / "all/moved")  # what is not there under its old name gets no second result
    assert "2 results moved along" in run("batch", "all/moved", "--out", "o").stderr


def test_a_folder_around_one_that_is_done_makes_no_second_results(run: Run, boxes: Path) -> None:
    picture(boxes / "all/boxA/scan001.jpg", seed=1)
    assert run("batch", "all/boxA", "--out", "o").returncode == 0
    refused = run("batch", "all", "--out", "o")
    assert refused.returncode == 2, refused.stderr
    assert f"Give {boxes / 'all/boxA'} alone, or another --out." in refused.stderr
    assert contents_below(boxes / "o").keys() == {"scan001.jpg"}


def test_several_folders_are_mirrored_each_under_its_own_name(run_apart: Run, boxes: Path) -> None:
    run = run_apart
    first = run("batch", "boxA", "boxB/", "--out", "o")
    assert first.returncode == 0, first.stderr
    assert "3 done" in first.stderr
    names = {"boxA/scan001.jpg", "boxB/scan001.jpg", "boxB/scan002.jpg"}
    assert contents_below(boxes / "o").keys() == names == read_journal(boxes / "o").last.keys()
    again = run("batch", "./boxB", "boxA", "--out", "o")
    assert "0 done, 3 skipped (3 done before)" in again.stderr
    verified = run("verify", "o", "--json")
    assert verified.returncode == 0, verified.stderr
    assert {json.loads(line)["state"] for line in verified.stdout.splitlines()} == {"whole"}


def test_verify_expects_the_photographs_of_the_boxes_and_of_no_folder_beside_them(run: Run, boxes: Path) -> None:
    picture(boxes / "boxC/scan.jpg", seed=4)
    assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
    assert run("verify", "o").returncode == 0
    picture(boxes / "boxB/late.jpg", seed=5)
    verified = run("verify", "o")
    assert verified.returncode == 6
    assert "boxB/late.jpg" in verified.stdout
    (boxes / "boxA").rename(boxes / "away")
    verified = run("verify", "o")
    assert verified.returncode == 6
    assert "There is no folder" in verified.stdout
    (boxes / "elsewhere").mkdir()
    for old, new in (("away", "boxA"), ("boxB", "boxB")):
        (boxes / old).rename(boxes / "elsewhere" / new)
    (boxes / "elsewhere/boxB/late.jpg").unlink()
    assert run("verify", "o", "--source", "elsewhere").returncode == 0


def test_boxes_coloured_together_agree_with_the_folder_that_holds_them(run: Run, boxes: Path) -> None:
    (boxes / "all").mkdir()
    for box in ("boxA", "boxB"):
        (boxes / box).rename(boxes / "all" / box)
    assert run("batch", "all", "--out", "o").returncode == 0
    again = run("batch", "all/boxA", "all/boxB", "--out", "o")
    assert "3 done before" in again.stderr


def test_a_box_that_is_away_makes_no_photograph_gone(run: Run, boxes: Path) -> None:
    assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
    (boxes / "boxA").rename(boxes / "unmounted")
    shutil.rmtree(boxes / "o/boxA")
    (boxes / "boxC").mkdir()
    picture(boxes / "boxC/new.jpg", seed=6)
    assert run("batch", "boxB", "boxC", "--out", "o").returncode == 0
    assert "boxA/scan001.jpg" in read_journal(boxes / "o").last


class TestLaterBatches:
    """A folder is mirrored where it was before, however many are named together."""

    def test_a_box_coloured_alone_is_found_where_it_was_mirrored_among_others(self, run: Run, boxes: Path) -> None:
        assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
        before = contents_below(boxes / "o")
        for folder in ("boxB", "./boxB/", str(boxes / "boxB")):
            again = run("batch", folder, "--out", "o")
            assert again.returncode == 0, again.stderr
            assert "0 done, 2 skipped (2 done before)" in again.stderr
        assert contents_below(boxes / "o") == before

    def test_another_box_joins_those_that_have_names(self, run: Run, boxes: Path) -> None:
        assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
        picture(boxes / "boxC/scan001.jpg", seed=8)
        joined = run("batch", "boxC", "--out", "o")
        assert joined.returncode == 0
        assert "boxC is mirrored under its own name, boxC, like the folders before it." in joined.stderr
        assert "boxC/scan001.jpg" in contents_below(boxes / "o")
        assert run("verify", "o").returncode == 0

    def test_another_box_joins_them_though_there_is_an_archive_at_the_top(self, run: Run, boxes: Path) -> None:
        assert run("batch", "boxA", "--out", "o").returncode == 0
        picture(boxes / "boxC/scan.jpg", seed=8)
        picture(boxes / "boxD/scan.jpg", seed=9)
        assert run("batch", "boxB", "boxC", "--out", "o").returncode == 0
        assert run("batch", "boxD", "--out", "o").returncode == 0
        (boxes / "boxA").rename(boxes / "moved")
        assert "1 skipped (1 done before)" in run("batch", "moved", "--out", "o").stderr
        assert contents_below(boxes / "o").keys() >= {"scan001.jpg", "boxD/scan.jpg"}

    @pytest.mark.parametrize("given", [("other/boxA",), ("other/boxA", "boxC")])
    def test_another_box_of_a_taken_name_is_refused(self, run: Run, boxes: Path, given: tuple[str, ...]) -> None:
        assert run("batch", "boxA", "boxB", "--out", "o").returncode == 0
        for folder in ("other/boxA", "boxC"):
            picture(boxes / folder / "scan009.jpg", seed=9)
        refused = run("batch", *given, "--out", "o")
        assert refused.returncode == 5, refused.stderr
        assert "o/boxA holds the results of " + str(boxes / "boxA") in refused.stderr
        assert "Rename it" in refused.stderr
        (boxes / "boxA").rename(boxes / "other/moved")
        (boxes / "other/boxA").rename(boxes / "other/new")
        (boxes / "other/moved").rename(boxes / "other/boxA")  # the box itself, moved elsewhere
        moved = run("batch", *given, "--out", "o")
        assert moved.returncode == 0, moved.stderr
        assert "1 done before" in moved.stderr
        assert "also holds" not in moved.stderr

    def test_the_folder_that_holds_the_boxes_agrees_with_them(self, run: Run, boxes: Path) -> None:
        (boxes / "all").mkdir()
        for box in ("boxA", "boxB"):
            (boxes / box).rename(boxes / "all" / box)
        assert run("batch", "all/boxA", "all/boxB", "--out", "o").returncode == 0
        (boxes / "all").rename(boxes / "moved")
        assert "3 done before" in run("batch", "moved", "--out", "o").stderr

    def test_a_folder_at_the_top_is_not_mirrored_once_more_under_its_name(self, run: Run, boxes: Path) -> None:
        assert run("batch", "boxA", "--out", "o").returncode == 0
        before = contents_below(boxes / "o")
        refused = run("batch", "boxB", "boxA", "--out", "o")
        assert refused.returncode == 2, refused.stderr
        assert "boxA lie at the top of o already" in refused.stderr
        assert contents_below(boxes / "o") == before


@pytest.mark.parametrize(
    ("folders", "said"),
    [
        (("boxA", "boxA"), "the same folder"),
        (("boxA", "boxA/inner"), "one holds the other"),
        (("boxA", "other/boxA"), "Rename one of them"),
        (("boxA", "other/BOXA"), "Rename one of them"),
        (("boxA", "/"), "one holds the other"),
        (("boxA", "o"), "the same folder"),
    ],
)
def test_folders_that_cannot_stand_side_by_side_are_refused(
    run: Run, boxes: Path, folders: tuple[str, ...], said: str
) -> None:
    for folder in ("boxA/inner", "other/boxA", "other/BOXA", "o"):
        picture(boxes / folder / "1.jpg")
    refused = run("batch", *folders, "--out", "o")
    assert refused.returncode == 2, refused.stderr
    assert said in refused.stderr


def test_the_contact_sheet_shows_the_photographs_of_all_boxes(run: Run, boxes: Path) -> None:
    ended = run("batch", "boxA", "boxB", "--out", "o", "--report", "sheet.html")
    assert ended.returncode == 0, ended.stderr
    page = (boxes / "sheet.html").read_text()
    assert all(f'"{name}' in page for name in ("boxA/scan001.jpg", "boxB/scan002.jpg", "o/boxA/scan001.jpg"))
    assert len(list((boxes / "sheet_thumbnails").iterdir())) == 3


@pytest.mark.parametrize("sheet", ["boxA/o/sheet.html", "boxA/o/new/deep/sheet.html", "boxA/o/data/sheet.html"])
def test_the_contact_sheet_may_lie_in_a_bag_that_is_still_to_be_made(run: Run, boxes: Path, sheet: str) -> None:
    ended = run("batch", "boxA", "--out", "boxA/o", "--manifest", "--report", sheet)
    assert ended.returncode == 0, ended.stderr
    assert (boxes / sheet).is_file()
    assert "1 skipped" in run("batch", "boxA", "--out", "boxA/o", "--report", sheet).stderr
    assert run("verify", "boxA/o").returncode == 0


def test_a_sidecar_that_could_belong_to_two_photographs_is_named(run: Run, boxes: Path) -> None:
    picture(boxes / "boxA/scan001.png", seed=4)
    for name in ("scan001.xmp", "orphan.xmp"):
        (boxes / "boxA" / name).write_text("<x/>")
    for more in (["--dry-run"], []):
        told = run("batch", "boxA", "--out", "o", *more)
        assert "1 sidecar could belong to several photographs: scan001.xmp." in told.stdout + told.stderr


def test_a_dry_run_names_files_in_the_way(run: Run, boxes: Path) -> None:
    (boxes / "o").mkdir()
    (boxes / "o/scan001.jpg").write_text("x")
    told = run("batch", "boxB", "--out", "o", "--dry-run").stdout
    assert "1 photograph to colour" in told
    assert "1 would fail:\n  scan001.jpg: o/scan001.jpg exists already, and is not what a batch wrote there." in told
    assert run("batch", "boxB", "--out", "o").returncode == 6


def test_the_output_of_another_batch_is_no_part_of_the_archive(run: Run, boxes: Path) -> None:
    assert run("batch", "boxA", "--out", "boxA/out").returncode == 0
    told = run("batch", "boxA", "boxB", "--out", "o", "--dry-run").stdout
    assert "3 photographs to colour" in told
    assert "Left out: 1 output of another batch." in told
    assert run("batch", "boxA", "boxB", "--out", "o", "--copy-rest").returncode == 0
    assert contents_below(boxes / "o").keys() == {"boxA/scan001.jpg", "boxB/scan001.jpg", "boxB/scan002.jpg"}
    assert run("verify", "o").returncode == 0


def test_a_journal_of_an_older_version_still_reads(run: Run, boxes: Path) -> None:
    assert run("batch", "boxA", "--out", "o").returncode == 0
    journal = boxes / "o" / JOURNAL_NAME
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert "box" not in lines[0]  # what older versions wrote, and read
    for line in lines:
        del line["folder"], line["check"]
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    again = run("batch", "boxA", "--out", "o")
    assert "1 done before" in again.stderr
    assert run("verify", "o").returncode == 0
