"""XMP sidecars go along to the name of the result, and say there what is true of it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.batch.journal import read_journal
from lab_colorize.batch.run import Batch
from lab_colorize.colouring.sidecars import NO_XMP, carried, shared_stems, sidecar_name, sidecar_of
from lab_colorize.photos.metadata import Provenance
from tests import makers as m

from .conftest import Run, picture

PROVENANCE = Provenance("lab-colorize", "tiny", "0" * 64)
TURNED = m.XMP.replace(b"dc:source=", b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" dc:source=')


def box(folder: Path, *, orientation: int = 1) -> Path:
    """A box with a photograph of Lightroom's and one of darktable's, each with its sidecar."""
    folder.mkdir()
    tags = [(274, 3, 1, orientation, True)]
    (folder / "a.tif").write_bytes(m.tiff(m.grey(), extratags=tags))
    (folder / "a.xmp").write_bytes(TURNED)
    (folder / "b.tif").write_bytes(m.tiff(m.grey()[::-1].copy(), extratags=tags))
    (folder / "b.tif.xmp").write_bytes(TURNED + b" ")
    return folder


def test_sidecars_get_the_names_of_the_results(tmp_path: Path, run: Run) -> None:
    box(tmp_path / "in", orientation=6)
    done = run("batch", "in", "--out", "out", "--format", "jpg")
    assert done.returncode == 0
    assert "2 sidecars carried along" in done.stderr
    assert "Left out" not in done.stderr
    out = tmp_path / "out"
    assert {path.name for path in out.glob("*.xmp")} == {"a.xmp", "b.jpg.xmp"}
    for name in ("a.xmp", "b.jpg.xmp"):
        said = (out / name).read_bytes()
        assert b'tiff:Orientation="1"' in said  # as the result is upright
        assert b"Box 7, plate 12" in said
        assert b"compositeWithTrainedAlgorithmicMedia" in said
    assert (tmp_path / "in/a.xmp").read_bytes() == TURNED
    assert run("verify", "out").returncode == 0


def test_a_dry_run_tells_that_they_move_along(tmp_path: Path, run: Run, run_apart: Run) -> None:
    folder = box(tmp_path / "in")
    assert run("batch", "in", "--out", "out").returncode == 0
    (folder / "deep").mkdir()
    for name in ("b.tif", "b.tif.xmp"):
        (folder / name).rename(folder / "deep" / name)
    (folder / "a.tif").unlink()
    (folder / "a.xmp").unlink()
    said = run_apart("batch", "in", "--out", "out", "--dry-run").stdout
    assert "2 results have lost their photographs: a.tif, a.xmp. --prune would put them aside." in said
    assert "1 sidecar to carry along." in said
    assert "Left out" not in said
    assert "a.tif, a.xmp. --prune puts such" in run("batch", "in", "--out", "out").stderr
    assert (tmp_path / "out/deep/b.tif.xmp").exists()


def test_a_dry_run_tells_of_them_and_leaves_none_out(tmp_path: Path, run: Run) -> None:
    folder = box(tmp_path / "in")
    (folder / "of_nothing.xmp").write_bytes(TURNED)
    (folder / "a.hints.json").write_text('{"hints": []}')
    (folder / "c.hints.json").write_text("of no photograph")
    asked = ("batch", "in", "--out", "out", "--format", "jpg", "--exclude", "d.tif")
    left = "Left out: 2 non-photographs.\nBy suffix: 1 .json, 1 .xmp.\nSuch as c.hints.json, of_nothing.xmp;"
    said = run(*asked, "--dry-run").stdout
    assert "2 sidecars to carry along." in said
    assert left in said
    told = [json.loads(line) for line in run(*asked, "--dry-run", "--json").stdout.splitlines()]
    assert {(one["source"], one["target"]) for one in told if one["action"] == "carry"} == {
        ("a.xmp", "a.xmp"),
        ("b.tif.xmp", "b.jpg.xmp"),
    }
    assert {one["source"] for one in told if one["action"] == "leave"} == {"c.hints.json", "of_nothing.xmp"}
    assert left in run(*asked).stderr
    said = run(*asked, "--dry-run").stdout
    assert "sidecar" not in said
    assert left in said
    (folder / "a.xmp").write_bytes(TURNED.replace(b"plate 12", b"plate 13"))
    assert "1 sidecar to carry along." in run(*asked, "--dry-run").stdout


def test_a_second_batch_carries_what_changed_and_nothing_else(tmp_path: Path, run: Run) -> None:
    folder, out = box(tmp_path / "in"), tmp_path / "out"
    run("batch", "in", "--out", "out")
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    lines = len((out / "lab-colorize.jsonl").read_bytes().splitlines())
    assert "sidecar" not in run("batch", "in", "--out", "out").stderr
    assert len((out / "lab-colorize.jsonl").read_bytes().splitlines()) == lines
    (folder / "a.xmp").write_bytes(TURNED.replace(b"plate 12", b"plate 13"))
    assert "1 sidecar carried along" in run("batch", "in", "--out", "out").stderr
    assert b"plate 13" in (out / "a.xmp").read_bytes()
    assert (out / "b.tif.xmp").stat().st_mtime_ns == before[out / "b.tif.xmp"]
    assert run("verify", "out").returncode == 0


def test_an_edited_sidecar_is_kept(tmp_path: Path, run: Run) -> None:
    folder, out = box(tmp_path / "in"), tmp_path / "out"
    run("batch", "in", "--out", "out")
    (out / "a.xmp").write_bytes(b"<mine/>")
    (folder / "a.xmp").write_bytes(TURNED + b"   ")
    done = run("batch", "in", "--out", "out")
    assert done.returncode == 0
    assert (out / "a.xmp").read_bytes() == b"<mine/>"
    assert run("verify", "out", "--results-only").returncode != 0
    run("batch", "in", "--out", "out", "--overwrite")
    assert b"Box 7" in (out / "a.xmp").read_bytes()


def test_a_foreign_file_in_its_place_is_never_replaced(tmp_path: Path, run: Run) -> None:
    box(tmp_path / "in")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.xmp").write_bytes(b"<mine/>")
    done = run("batch", "in", "--out", "out")
    assert done.returncode == 6
    assert "a.xmp" in done.stderr
    assert (tmp_path / "out/a.xmp").read_bytes() == b"<mine/>"


def test_sidecars_move_along_with_their_photographs(tmp_path: Path, run: Run) -> None:
    folder, out = box(tmp_path / "in"), tmp_path / "out"
    run("batch", "in", "--out", "out")
    (out / "b.tif.xmp").write_bytes((out / "b.tif.xmp").read_bytes() + b" ")  # edited
    edited = (out / "b.tif.xmp").read_bytes()
    (folder / "deep").mkdir()
    for path in [*folder.glob("*.tif"), *folder.glob("*.xmp")]:
        shutil.move(path, folder / "deep" / path.name)
    done = run("batch", "in", "--out", "out")
    assert done.returncode == 0
    assert "lost" not in done.stderr
    assert {path.name for path in out.iterdir()} == {"deep", "lab-colorize.jsonl"}
    assert {path.name for path in (out / "deep").iterdir()} == {"a.tif", "a.xmp", "b.tif", "b.tif.xmp"}
    assert (out / "deep/b.tif.xmp").read_bytes() == edited
    assert set(read_journal(out).last) == {"deep/a.tif", "deep/a.xmp", "deep/b.tif", "deep/b.tif.xmp"}


def test_the_sidecar_of_a_photograph_without_a_result_stays_where_it_is(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.tif").write_bytes(m.tiff(m.colour()))
    (tmp_path / "in/a.xmp").write_bytes(m.XMP)
    (tmp_path / "in/b.jpg").write_bytes(m.pillow(m.grey(), "JPEG"))
    run("batch", "in", "--out", "out")
    assert not (tmp_path / "out/a.xmp").exists()
    run("batch", "in", "--out", "whole", "--copy-rest")
    assert (tmp_path / "whole/a.xmp").read_bytes() == m.XMP


def test_a_copied_scan_keeps_its_orientation_in_the_sidecar_too(tmp_path: Path, run: Run) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.jpg").write_bytes(m.pillow(m.grey(), "JPEG", exif=b"Exif\0\0" + m.exif(6)))
    (tmp_path / "in/a.xmp").write_bytes(TURNED)
    run("batch", "in", "--out", "out")
    assert b'tiff:Orientation="6"' in (tmp_path / "out/a.xmp").read_bytes()


def test_a_single_photograph_takes_its_sidecar_along(tmp_path: Path, run: Run) -> None:
    box(tmp_path / "in", orientation=6)
    assert run("in/a.tif").returncode == 0
    assert b'tiff:Orientation="1"' in (tmp_path / "in/a_colorized.xmp").read_bytes()
    assert run("in/b.tif", "-o", "c.tif").returncode == 0
    assert (tmp_path / "c.tif.xmp").exists()
    (tmp_path / "d.tif").write_bytes((tmp_path / "in/a.tif").read_bytes())
    (tmp_path / "d.nef").touch()
    (tmp_path / "d.xmp").write_bytes(m.XMP)
    assert run("d.tif").returncode == 0
    assert not (tmp_path / "d_colorized.xmp").exists()


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ({"x/a.xmp"}, "x/a.xmp"),
        ({"x/a.XMP", "a.xmp"}, "x/a.XMP"),
        ({"x/a.xmp", "x/a.tif.xmp"}, "x/a.tif.xmp"),
        ({"a.xmp", "x/a.tif.txt"}, None),
    ],
)
def test_a_sidecar_is_known_by_its_name(others: set[str], found: str | None) -> None:
    assert sidecar_of("x/a.tif", others) == found


def test_of_a_stem_that_several_share_nobody_knows_whose_it_is() -> None:
    shared = shared_stems(["x/a.tif", "x/a.NEF", "x/b.tif", "x/b.txt"])
    assert shared == {"x/a"}
    assert sidecar_of("x/a.tif", {"x/a.xmp"}, shared) is None
    assert sidecar_of("x/a.tif", {"x/a.tif.xmp"}, shared) == "x/a.tif.xmp"


@given(st.sampled_from(["a.xmp", "a.tif.xmp"]), st.sampled_from(["a.tif", "a.jpg", "a.tif.jpg"]))
def test_a_sidecar_is_found_again_beside_the_result(sidecar: str, result: str) -> None:
    assert sidecar_of(result, {sidecar_name(sidecar, "a.tif", result)}) is not None


def test_what_is_no_xmp_is_copied_as_it_is() -> None:
    assert carried(b"<not xml", PROVENANCE, size=(4, 3), orientation=1) == (b"<not xml", (NO_XMP,))


def test_a_sidecar_that_moved_with_its_photograph_is_not_put_aside(tmp_path: Path, run: Run) -> None:
    folder, out = box(tmp_path / "in"), tmp_path / "out"
    assert run("batch", "in", "--out", "out").returncode == 0
    (folder / "new").mkdir()
    for name in ("a.tif", "a.xmp"):
        (folder / name).rename(folder / "new" / name)
    (folder / "b.tif").unlink()
    (folder / "b.tif.xmp").unlink()
    assert run("batch", "in", "--out", "out", "--prune").returncode == 0
    assert {path.name for path in (out / "new").iterdir()} == {"a.tif", "a.xmp"}
    assert {path.name for path in (out / "lab-colorize-pruned").rglob("*.*")} == {"b.tif", "b.tif.xmp"}
    assert run("verify", "out").returncode == 0


def numbered(folder: Path, *, alike: bool = False) -> Path:
    """Three scans by number, each with its sidecar: with a plate's number of its own, or all from one template."""
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"n{number}.jpg").write_bytes(m.pillow(np.roll(m.grey(), 8 * number, axis=1), "JPEG"))
        (folder / f"n{number}.xmp").write_bytes(m.XMP if alike else m.XMP.replace(b"plate 12", b"plate %d" % number))
    return folder


def renumbered(folder: Path, names: dict[str, str]) -> None:
    """Give photographs and sidecars each other's names."""
    for old in names:
        for path in folder.glob(f"{old}.*"):
            path.rename(folder / f"aside {path.name}")
    for old, new in names.items():
        for path in folder.glob(f"aside {old}.*"):
            path.rename(folder / f"{new}{path.suffix}")


def titled(out: Path, *names: str) -> dict[str, bytes]:
    """Somebody writes into sidecars in the output; what they say then."""
    for name in names:
        path = out / f"{name}.xmp"
        path.write_bytes(path.read_bytes() + b"<!-- of %s -->" % name.encode())
    return {name: (out / f"{name}.xmp").read_bytes() for name in names}


UP = {"n1": "n2", "n2": "n3", "n3": "n4"}
ROUND = {"n1": "n2", "n2": "n3", "n3": "n1"}


@pytest.mark.parametrize(
    ("names", "edited", "alike"),
    [(UP, ("n2",), False), (UP, ("n1", "n2", "n3"), True), (ROUND, ("n1", "n2", "n3"), False), (ROUND, (), False)],
)
def test_sidecars_are_renumbered_with_their_photographs(
    tmp_path: Path, run: Run, names: dict[str, str], edited: tuple[str, ...], *, alike: bool
) -> None:
    folder, out = numbered(tmp_path / "in", alike=alike), tmp_path / "out"
    assert run("batch", "in", "--out", "out").returncode == 0
    titled(out, *edited)
    before = {name: (out / f"{name}.xmp").read_bytes() for name in names}
    renumbered(folder, names)
    assert "3 sidecars to carry along." in run("batch", "in", "--out", "out", "--dry-run").stdout
    done = run("batch", "in", "--out", "out")
    assert (done.returncode, "lost" in done.stderr) == (0, False)
    assert "3 sidecars carried along." in done.stderr
    assert {new: (out / f"{new}.xmp").read_bytes() for new in names.values()} == {
        new: before[old] for old, new in names.items()
    }
    assert len(list(out.glob("*.xmp"))) == 3
    found = {json.loads(line)["state"] for line in run("verify", "out", "--json").stdout.splitlines()}
    assert found == ({"whole", "edited"} if edited else {"whole"})
    assert run("verify", "out", "--accept").returncode == 0
    assert run("verify", "out").returncode == 0


def test_an_edited_sidecar_follows_its_photograph_though_renaming_changed_its_source(tmp_path: Path, run: Run) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    run("batch", "in", "--out", "out")
    before = titled(out, "n2")["n2"]
    renumbered(folder, UP)
    for path in folder.glob("*.xmp"):
        path.write_bytes(path.read_bytes() + b"<!-- %s -->" % path.name.encode())
    assert run("batch", "in", "--out", "out").returncode == 0
    assert (out / "n3.xmp").read_bytes() == before
    assert b"plate 1" in (out / "n2.xmp").read_bytes()
    again = run("batch", "in", "--out", "out").stderr
    assert "carried" not in again
    assert "1 sidecar was edited since a batch wrote it, and is kept: n3.xmp." in again
    assert run("verify", "out", "--accept").returncode == 0


def test_a_batch_killed_before_its_sidecars_leaves_them_to_the_next(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    run("batch", "in", "--out", "out")
    before = titled(out, "n2")["n2"]
    renumbered(folder, UP)
    with monkeypatch.context() as killed:
        killed.setattr(Batch, "_sidecars", lambda _: iter(()))
        run("batch", "in", "--out", "out")
    assert run("batch", "in", "--out", "out").returncode == 0
    assert (out / "n3.xmp").read_bytes() == before
    assert [b"plate %d" % number in (out / f"n{number + 1}.xmp").read_bytes() for number in (1, 2, 3)] == [True] * 3


def test_the_edited_sidecar_of_one_that_is_gone_makes_room(tmp_path: Path, run: Run) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    run("batch", "in", "--out", "out")
    before = titled(out, "n1", "n2")
    for suffix in (".jpg", ".xmp"):
        (folder / f"n1{suffix}").replace(folder / f"n2{suffix}")
    done = run("batch", "in", "--out", "out")
    assert done.returncode == 0
    assert (out / "n2.xmp").read_bytes() == before["n1"]
    assert [path.read_bytes() for path in (out / "lab-colorize-pruned").rglob("n2.xmp")] == [before["n2"]]


@pytest.mark.parametrize("lost", [False, True], ids=["foreign", "journal lost"])
def test_a_sidecar_of_the_users_own_that_was_accepted_is_not_replaced(tmp_path: Path, run: Run, *, lost: bool) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    (folder / "n1.xmp").unlink()
    run("batch", "in", "--out", "out")
    (out / "n1.xmp").write_bytes(b"<catalogue/>")
    if lost:
        (out / "lab-colorize.jsonl").unlink()
        run("batch", "in", "--out", "out")
    assert run("verify", "out", "--accept").returncode == 0
    (folder / "n1.xmp").write_bytes(m.XMP)
    dry = run("batch", "in", "--out", "out", "--dry-run").stdout
    done = run("batch", "in", "--out", "out")
    assert (done.returncode, "carried" in done.stderr) == (6, False)
    refused = "n1.xmp exists already, and is not what a batch wrote there."
    assert refused in done.stderr
    assert (refused in dry, "carry" in dry) == (True, False)
    assert (out / "n1.xmp").read_bytes() == b"<catalogue/>"
    assert run("verify", "out", "--accept").returncode == 0
    assert run("batch", "in", "--out", "out").returncode == 0  # as that failure was accepted
    told = "1 edited file would be replaced, and the edits lost: n1.xmp."
    assert told in run("batch", "in", "--out", "out", "--overwrite", "--dry-run").stdout
    replaced = run("batch", "in", "--out", "out", "--overwrite").stderr
    assert "1 edited file replaced, as --overwrite asks: n1.xmp." in replaced
    assert b"Box 7" in (out / "n1.xmp").read_bytes()


def test_sidecars_that_were_copied_are_carried_once_they_are_not_and_nobody_edited_them(
    tmp_path: Path, run: Run
) -> None:
    box(tmp_path / "in")
    run("batch", "in", "--out", "out", "--copy-rest")
    assert (tmp_path / "out/a.xmp").read_bytes() == TURNED
    done = run("batch", "in", "--out", "out").stderr
    assert "2 sidecars carried along." in done
    assert "edited" not in done
    assert b"compositeWithTrainedAlgorithmicMedia" in (tmp_path / "out/a.xmp").read_bytes()


DOWN = {"n2": "n1", "n3": "n2"}


@pytest.mark.parametrize("more", [[], ["--overwrite"]], ids=str)
@pytest.mark.parametrize("accepted", [False, True], ids=["edited", "accepted"])
def test_sidecars_that_were_carried_are_copied_once_that_is_asked_for(
    tmp_path: Path, run: Run, more: list[str], *, accepted: bool
) -> None:
    box(tmp_path / "in", orientation=6)
    out = tmp_path / "out"
    run("batch", "in", "--out", "out")
    mine = (out / "b.tif.xmp").read_bytes() + b"<!-- mine -->"
    (out / "b.tif.xmp").write_bytes(mine)
    if accepted:
        run("verify", "out", "--accept")
    for _ in range(2):
        assert run("batch", "in", "--out", "out", "--copy-rest", *more).returncode == 0
        assert (out / "a.xmp").read_bytes() == TURNED
        overwritten = more and not accepted
        assert (out / "b.tif.xmp").read_bytes() == (TURNED + b" " if overwritten else mine)
    assert "0 done, 4 skipped" in run("batch", "in", "--out", "out", "--copy-rest").stderr
    run("verify", "out", "--accept")
    assert run("verify", "out").returncode == 0


@pytest.mark.parametrize("accepted", [False, True], ids=["foreign", "accepted"])
@pytest.mark.parametrize("more", [[], ["--prune"], ["--copy-rest"]], ids=["carried", "pruned", "copied"])
def test_sidecars_of_the_users_own_go_along_with_their_results(
    tmp_path: Path, run: Run, more: list[str], *, accepted: bool
) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    for number in (1, 3):
        (folder / f"n{number}.xmp").unlink()
    assert run("batch", "in", "--out", "out", *more).returncode == 0
    carried = (out / "n2.xmp").read_bytes()
    gone = ("n1.xmp",) if more != ["--copy-rest"] else ()  # which would be in the way of the copy
    for name in (*gone, "n3.xmp", "n3.jpg.xmp", "n3.txt"):
        (out / name).write_text(f"catalogue of {name}")
    if accepted:
        assert run("verify", "out", "--accept").returncode == 0
    (folder / "n1.jpg").unlink()
    renumbered(folder, DOWN)
    told = "moved along with their results: n3.jpg.xmp -> n2.jpg.xmp, n3.xmp -> n2.xmp."
    dry = run("batch", "in", "--out", "out", *more, "--dry-run").stdout
    assert f"2 sidecars that no batch wrote would be {told}" in dry
    done = run("batch", "in", "--out", "out", *more)
    assert (done.returncode, f"2 sidecars that no batch wrote {told}" in done.stderr) == (0, True)
    assert "lost" not in done.stderr
    assert {path.name for path in out.iterdir()} == {
        *("n1.jpg", "n1.xmp", "n2.jpg", "n2.xmp", "n2.jpg.xmp", "n3.txt"),
        *("lab-colorize.jsonl", "lab-colorize-pruned"),
    }
    assert (out / "n1.xmp").read_bytes() == carried
    assert (out / "n2.xmp").read_text() == "catalogue of n3.xmp"
    assert (out / "n2.jpg.xmp").read_text() == "catalogue of n3.jpg.xmp"
    aside = [path.read_text() for path in (out / "lab-colorize-pruned").rglob("*.xmp")]
    assert aside == [f"catalogue of {name}" for name in gone]
    states = {
        line["path"]: line["state"] for line in map(json.loads, run("verify", "out", "--json").stdout.splitlines())
    }
    own = "whole" if accepted else "foreign"
    assert (states["n2.xmp"], states["n2.jpg.xmp"], states["n1.xmp"]) == (own, own, "whole")
    assert "n3.xmp" not in states


def test_a_sidecar_of_the_users_own_whose_new_name_is_taken_waits_and_is_named(tmp_path: Path, run: Run) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    for path in folder.glob("*.xmp"):
        path.unlink()
    run("batch", "in", "--out", "out")
    (out / "n3.xmp").write_bytes(b"<catalogue/>")
    (out / "n4.xmp").write_bytes(b"<in the way/>")
    renumbered(folder, {"n3": "n4"})
    for more in ([], ["--quiet"]):
        done = run("batch", "in", "--out", "out", *more)
        assert "1 sidecar that no batch wrote could not move along with its result" in done.stderr
        assert "another file's: n4.xmp. It waits in out/lab-colorize-sidecars" in done.stderr
        assert "moved along with its result" not in done.stderr
    assert (out / "n4.xmp").read_bytes() == b"<in the way/>"
    assert not (out / "n3.xmp").exists()
    (out / "n4.xmp").unlink()
    assert "wait" not in run("batch", "in", "--out", "out").stderr
    assert (out / "n4.xmp").read_bytes() == b"<catalogue/>"
    assert not (out / "lab-colorize-sidecars").exists()


def test_the_sidecar_of_one_of_two_results_of_its_name_stays(tmp_path: Path, run: Run) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    (folder / "n3.xmp").unlink()
    (folder / "n3.png").write_bytes(m.pillow(m.grey(), "PNG"))
    run("batch", "in", "--out", "out")
    (out / "n3.xmp").write_bytes(b"<catalogue/>")
    (folder / "n3.jpg").rename(folder / "n4.jpg")
    assert run("batch", "in", "--out", "out").returncode == 0
    assert (out / "n3.xmp").read_bytes() == b"<catalogue/>"
    (folder / "n4.jpg").unlink()
    assert run("batch", "in", "--out", "out", "--prune").returncode == 0
    assert (out / "n3.xmp").read_bytes() == b"<catalogue/>"


def test_prune_puts_the_sidecar_of_a_result_aside_with_it(tmp_path: Path, run: Run) -> None:
    folder, out = numbered(tmp_path / "in"), tmp_path / "out"
    (folder / "n3.xmp").unlink()
    run("batch", "in", "--out", "out")
    (out / "n3.xmp").write_bytes(b"<catalogue/>")
    run("verify", "out", "--accept")
    (folder / "n3.jpg").unlink()
    assert run("batch", "in", "--out", "out", "--prune").returncode == 0
    assert {path.name for path in (out / "lab-colorize-pruned").rglob("n3.*")} == {"n3.jpg", "n3.xmp"}
    assert set(read_journal(out).made) == {f"n{number}.{suffix}" for number in (1, 2) for suffix in ("jpg", "xmp")}
    assert run("verify", "out").returncode == 0


@pytest.mark.parametrize("edited", [True, False])
def test_those_set_aside_with_an_edited_result_come_back_with_it(tmp_path: Path, run: Run, edited: bool) -> None:
    folder, out = box(tmp_path / "A"), tmp_path / "out"
    picture(tmp_path / "C/1.jpg")
    assert run("batch", "A", "C", "--out", "out").returncode == 0
    (out / "A/a.tif").write_bytes((out / "A/a.tif").read_bytes() + b"caption")
    if edited:
        (out / "A/a.xmp").write_bytes((out / "A/a.xmp").read_bytes() + b"<!-- edited -->")
    (out / "A/a.tif.xmp").write_text("a catalogue's own, which the archive has not")
    before = {path.name: path.read_bytes() for path in (out / "A").glob("a.*")}
    for name in ("a.tif", "a.xmp"):
        (folder / name).rename(tmp_path / "C" / name)
    said = run("batch", "A", "--out", "out", "--prune").stderr
    assert "Put aside, as their photographs are not where they were" in said
    assert not list((out / "A").glob("a.*"))
    again = run("batch", "C", "--out", "out")
    assert again.returncode == 0, again.stderr
    assert "1 result moved along" in again.stderr
    assert {path.name: path.read_bytes() for path in (out / "C").glob("a.*")} == before
    assert "0 failed" in run("batch", "A", "C", "--out", "out").stderr
    run("verify", "out", "--accept")
    assert run("verify", "out").returncode == 0
