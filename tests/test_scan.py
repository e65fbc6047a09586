"""What is found: every photograph once, nothing of OUT, and nothing left out in silence."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.files.globs import GlobFilter, matches
from lab_colorize.files.scan import Found, Search, scan


def look(folder: Path, *, out: str = "out", **more: object) -> Found:
    return scan(Search(folder, folder / out, {".jpg", ".tif"}, **more))  # type: ignore[arg-type]


def fill(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_photographs_are_found_in_order_and_the_rest_is_counted(tmp_path: Path) -> None:
    fill(tmp_path, "b.JPG", "a/z.tif", "a/note.txt", ".hidden.jpg", ".thumbs/1.jpg", ".thumbs/2.jpg", "x")
    found = look(tmp_path)
    assert found.photographs == ["a/z.tif", "b.JPG"]
    assert (found.others.total(), found.hidden) == (2, 2)


def test_hidden_folders_are_opened_only_when_everything_is_copied(tmp_path: Path) -> None:
    fill(tmp_path, ".thumbs/1.jpg", ".thumbs/2.jpg", "note.txt", "a.jpg")
    found = look(tmp_path, hidden_too=True)
    assert found.rest == [".thumbs/1.jpg", ".thumbs/2.jpg", "note.txt"]
    assert found.photographs == ["a.jpg"]


def test_names_of_any_kind_are_found(tmp_path: Path) -> None:
    names = ["new\nline.jpg", "sp ace.jpg", "é.jpg", "e\u0301.jpg", os.fsdecode(b"\xff\xfe.jpg"), "back\\slash.jpg"]
    fill(tmp_path, *names)
    assert look(tmp_path).photographs == sorted(names)


def test_out_inside_the_folder_is_never_read_not_even_through_links(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "out/a.jpg", "out/deep/b.jpg")
    (tmp_path / "to_out").symlink_to(tmp_path / "out")
    (tmp_path / "to_deep").symlink_to(tmp_path / "out/deep")
    (tmp_path / "to_file.jpg").symlink_to(tmp_path / "out/a.jpg")
    found = look(tmp_path)
    assert found.photographs == ["a.jpg"]
    assert found.links_left == 3


def test_links_are_not_followed_in_circles(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    fill(folder, "a/1.jpg", "b/2.jpg")
    fill(tmp_path, "outside/3.jpg", "sibling/4.jpg")
    (folder / "a/round").symlink_to(folder)
    (folder / "a/self").symlink_to("self")
    (folder / "A-link-to-b").symlink_to(folder / "b")
    (folder / "up").symlink_to(tmp_path)
    (folder / "away").symlink_to(tmp_path / "outside")
    (tmp_path / "outside/back").symlink_to(folder)
    found = look(folder)
    assert found.photographs == ["a/1.jpg", "away/3.jpg", "b/2.jpg"]
    assert found.links_left == 4


def test_links_to_files_are_read_as_files_and_broken_ones_are_reported(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg")
    (tmp_path / "link.jpg").symlink_to("a.jpg")
    (tmp_path / "broken.jpg").symlink_to("nowhere.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    found = look(tmp_path)
    assert found.photographs == ["a.jpg", "link.jpg"]
    assert [problem.source for problem in found.problems] == ["broken.jpg", "loop.jpg", "pipe.jpg"]


def test_a_folder_named_like_a_photograph_is_a_folder(tmp_path: Path) -> None:
    fill(tmp_path, "x.jpg/a.jpg")
    assert look(tmp_path).photographs == ["x.jpg/a.jpg"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_folder_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:  # pragma: no cover
    fill(tmp_path, "a.jpg", "shut/b.jpg")
    (tmp_path / "shut").chmod(0)
    assert [problem.source for problem in look(tmp_path).problems] == ["shut"]


def shut_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders called `shut` cannot be opened, whoever runs the tests."""
    scandir = os.scandir

    def failing(path: Path) -> object:
        if path.name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", failing)


def test_a_folder_that_fails_while_it_is_read_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a.jpg", "shut/b.jpg")
    shut_folder(monkeypatch)
    found = look(tmp_path)
    assert found.photographs == ["a.jpg"]
    assert [(problem.source, problem.reason) for problem in found.problems] == [
        ("shut", "This folder cannot be opened: Permission denied.")
    ]


@pytest.mark.parametrize(
    ("include", "asked_for"),
    [
        ((), True),
        (("*.jpg",), True),
        (("b*",), True),
        (("shut/*",), True),
        (("SHUT/deep/*.jpg",), True),
        (("**/b.jpg",), True),
        (("s*/b.jpg",), True),
        (("open/*", "shut"), True),
        (("open/*",), False),
        (("./open/**/*.jpg", "other/a.jpg"), False),
        (("shutter/*",), False),
    ],
)
def test_a_folder_that_cannot_be_opened_is_a_problem_only_if_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, include: tuple[str, ...], asked_for: bool
) -> None:
    fill(tmp_path, "open/a.jpg", "shut/b.jpg")
    shut_folder(monkeypatch)
    found = look(tmp_path, choice=GlobFilter(include))
    assert [problem.source for problem in found.problems] == (["shut"] if asked_for else [])
    if not asked_for:
        assert found.not_chosen >= 1
    everything = look(tmp_path, choice=GlobFilter(include), hidden_too=True)
    assert [problem.source for problem in everything.problems] == ["shut"]  # it would be missing in a complete copy


@given(
    st.lists(st.sampled_from(["a", "ab", "*", "**", "b.jpg", "?"]), min_size=1, max_size=4).map("/".join),
    st.lists(st.sampled_from(["a", "ab", "b"]), min_size=1, max_size=3),
    st.lists(st.sampled_from(["a", "b.jpg", "ab"]), min_size=1, max_size=2),
)
def test_no_glob_asks_for_what_lies_in_a_folder_that_it_did_not_ask_for(
    glob: str, folder: list[str], below: list[str]
) -> None:
    choice = GlobFilter((glob,))
    if choice.includes("/".join([*folder, *below])):
        assert choice.may_include_below("/".join(folder))


def test_without_recursion_only_the_folder_itself_is_read(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "b/c.jpg")
    found = look(tmp_path, recurse=False)
    assert (found.photographs, found.not_chosen) == (["a.jpg"], 1)


def test_inclusion_narrows_photographs_and_exclusion_everything(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "a.tif", "a.txt", "private/b.jpg", "private/b.txt")
    found = look(tmp_path, choice=GlobFilter(include=("*.jpg",), exclude=("private",)))
    assert (found.photographs, found.rest, found.not_chosen) == (["a.jpg"], ["a.txt"], 2)


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.tif", "a/b.tif", True),
        ("a/*.tif", "a/b.tif", True),
        ("b/*.tif", "a/b.tif", False),
        ("a", "a/b/c.tif", True),
        ("b/", "a/b/c.tif", True),
        ("**/*.tif", "b.tif", True),
        ("a/**/c.tif", "a/c.tif", True),
        ("./a/*", "a/b.tif", True),
        ("\u00e9*", "e\u0301.tif", True),
        ("*.TIF", "b.tif", True),
    ],
)
def test_globs_mean_what_an_archivist_expects(glob: str, path: str, expected: bool) -> None:
    assert matches(path, [glob]) is expected


def test_what_this_tool_keeps_in_a_former_out_is_no_part_of_the_archive(tmp_path: Path) -> None:
    fill(tmp_path, "a.jpg", "lab-colorize.jsonl", ".lab-colorize-123")
    found = look(tmp_path, hidden_too=True, own_files={"lab-colorize.jsonl"})
    assert (found.rest, found.hidden) == ([], 0)


def test_what_a_nas_or_macos_keeps_beside_photographs_is_no_photograph_and_counted(tmp_path):
    for name in ("@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg", ".AppleDouble/1.jpg", ".thumbnails/1.jpg", "__MACOSX/1.jpg"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"")
    for name in ("._1.jpg", "Thumbs.db", "1.jpg", "1.PSD", "scan"):
        (tmp_path / name).write_bytes(b"")
    for hidden_too in (False, True):  # they are no part of a complete copy either
        found = scan(Search(tmp_path, tmp_path / "out", {".jpg"}, hidden_too=hidden_too))
        assert found.photographs == ["1.jpg"]
        assert found.rest == ["1.PSD", "scan"]
        assert found.thumbnails == 6
        assert found.others == {".psd": 1, "": 1}
        assert found.hidden == 0


def test_globs_ignore_case_as_suffixes_do(tmp_path: Path) -> None:
    fill(tmp_path, "Box/IMG_1.JPG", "box2/img_2.jpg", "other/3.jpg")
    assert look(tmp_path, choice=GlobFilter(include=("img_*.jpg",))).photographs == ["Box/IMG_1.JPG", "box2/img_2.jpg"]
    assert look(tmp_path, choice=GlobFilter(exclude=("BOX*",))).photographs == ["other/3.jpg"]
