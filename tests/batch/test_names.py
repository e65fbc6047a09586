"""Two sources never share a target, and a name changes only if its format does."""

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from lab_colorize.batch.names import folded, name_targets, same_where_case_is_ignored

stems = st.sampled_from(["a", "A", "é", "e\u0301", "a.tif", "a.tif.jpg", "b/a", "b/A", "a.jpg/x"])
suffixes = st.sampled_from([".jpg", ".JPG", ".tif", ".png", ".bmp", ".jpg.jpg"])
names = st.builds(lambda stem, suffix: stem + suffix, stems, suffixes)


def to_jpg(source: str) -> str:
    suffix = PurePosixPath(source).suffix
    return suffix if suffix == ".jpg" else ".jpg"


@given(st.sets(names), st.sets(names))
def test_two_sources_never_share_a_target(sources: set[str], copied: set[str]) -> None:
    targets = name_targets(sources, to_jpg, reserved=copied - sources)
    assert targets.keys() == sources
    assert len(set(targets.values())) == len(sources)
    changed = {source for source in sources if targets[source] != source}
    for source in changed:
        others = {folded(targets[other]) for other in sources - {source}} | {folded(name) for name in copied - sources}
        assert folded(targets[source]) not in others


@given(st.sets(names))
def test_a_target_is_never_a_folder_of_another_one(sources: set[str]) -> None:
    targets = name_targets(sources, to_jpg)
    folders = {folded(str(folder)) for source in sources for folder in PurePosixPath(source).parents}
    assert not folders & {folded(target) for source, target in targets.items() if source != target}


@given(st.sets(names))
def test_names_stay_where_the_format_stays(sources: set[str]) -> None:
    assert name_targets(sources, lambda source: PurePosixPath(source).suffix) == {name: name for name in sources}


@given(st.sets(names))
def test_targets_do_not_depend_on_the_order_of_finding(sources: set[str]) -> None:
    assert name_targets(sources, to_jpg) == name_targets(sorted(sources, reverse=True), to_jpg)


@given(st.sets(names), st.sets(names), st.data())
def test_names_of_earlier_batches_stay_and_no_two_meet(first: set[str], more: set[str], data: st.DataObject) -> None:
    """Whatever is added, removed or was named in some other way: what can keep its name keeps it."""
    before = name_targets(first, to_jpg)
    sources = data.draw(st.sets(st.sampled_from(sorted(first | more)))) if first | more else set()
    after = name_targets(sources, to_jpg, settled=before)
    assert len(set(map(folded, (after[one] for one in sources if after[one] != one)))) == sum(
        after[one] != one for one in sources
    )
    assert len(set(after.values())) == len(sources)
    unchanged = {folded(one) for one in sources}
    unchanged |= {folded(str(folder)) for one in sources for folder in PurePosixPath(one).parents}
    for source in sources & first:
        if before[source] != source and folded(before[source]) not in unchanged:
            assert after[source] == before[source]


def test_a_photograph_that_is_added_renames_no_other() -> None:
    before = name_targets(["photo.tif"], to_jpg)
    assert before == {"photo.tif": "photo.jpg"}
    assert name_targets(["photo.png", "photo.tif"], to_jpg, settled=before) == {
        "photo.png": "photo.png.jpg",
        "photo.tif": "photo.jpg",
    }
    added = name_targets(["photo.jpg", "photo.tif"], to_jpg, settled=before)
    assert added == {"photo.jpg": "photo.jpg", "photo.tif": "photo.tif.jpg"}


def test_sources_that_would_meet_keep_their_full_old_names() -> None:
    assert name_targets(["a/photo.tif", "a/photo.png", "b/photo.tif"], to_jpg) == {
        "a/photo.tif": "a/photo.tif.jpg",
        "a/photo.png": "a/photo.png.jpg",
        "b/photo.tif": "b/photo.jpg",
    }


def test_a_name_that_need_not_change_stays_when_another_would_meet_it() -> None:
    assert name_targets(["photo.tif", "photo.jpg"], to_jpg) == {
        "photo.tif": "photo.tif.jpg",
        "photo.jpg": "photo.jpg",
    }


def test_a_full_old_name_that_is_taken_too_grows_until_it_is_free() -> None:
    targets = name_targets(["photo.tif", "photo.jpg", "photo.tif.jpg"], to_jpg)
    assert targets["photo.tif"] == "photo.tif.jpg.jpg"


def test_names_that_differ_only_in_case_or_unicode_form_are_known_as_one_where_case_is_ignored() -> None:
    names = ["A.jpg", "a.jpg", "e\u0301.jpg", "\u00e9.jpg", "b.jpg"]
    clashes = same_where_case_is_ignored(names, {name: name for name in names})
    assert clashes == {"a.jpg": "A.jpg", "\u00e9.jpg": "e\u0301.jpg"}
