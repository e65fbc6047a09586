"""The long benchmarks of reliability, in short: a few hundred spoilt files, one large photograph, a hundred small ones."""

from pathlib import Path

import pytest

from .programs import benchmark_called

pytestmark = pytest.mark.slow


def test_spoilt_files_end_as_photographs_or_as_clear_errors(tiny_model: Path) -> None:
    fuzz = benchmark_called("fuzz")
    figures = fuzz.fuzz(400, fuzz.Setup(0, str(tiny_model)))
    assert not figures.findings
    assert figures.kinds["photograph"] > 50
    assert figures.kinds["UnreadablePhoto"] > 50


def test_spoilt_grey_jpegs_keep_the_lightness_that_they_decode_to_or_are_refused(tiny_model: Path) -> None:
    fuzz = benchmark_called("fuzz")
    figures = fuzz.fuzz(400, fuzz.Setup(0, str(tiny_model), grey_jpegs=True))
    assert not figures.findings
    assert figures.kinds["photograph, its coded lightness copied"] > 50
    assert figures.kinds["UnreadablePhoto"] > 50


def test_every_hostile_file_has_a_guard_that_can_be_removed() -> None:
    guards = benchmark_called("guards")
    assert guards.without_a_guard(guards.ROOT, guards.MUTATIONS) == []
    for mutation in guards.MUTATIONS:
        for edit in mutation.edits:
            assert (guards.ROOT / "lab_colorize" / edit.file).read_text().count(edit.guard) == 1, mutation.what


def test_a_finding_names_its_file(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies, and one that is silent, are findings and do not end the fuzzing."""
    fuzz = benchmark_called("fuzz")
    monkeypatch.setattr(fuzz, "work", _doomed)
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 0.5)
    monkeypatch.setattr(fuzz, "MOST_SILENCE", 1.5)
    figures = fuzz.fuzz(5, fuzz.Setup(0, str(tiny_model)))
    findings = [(found.number, found.kind.partition(":")[0]) for found in figures.findings]
    assert findings == [(1, "crash"), (2, "hang"), (3, "hang")]
    assert figures.kinds["photograph"] == 2


def test_fuzzing_goes_on_where_it_ended(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fuzz = benchmark_called("fuzz")
    monkeypatch.setattr(fuzz, "work", _doomed)
    figures = fuzz.fuzz(9, fuzz.Setup(0, str(tiny_model)), first=5)
    assert dict(figures.kinds) == {"photograph": 4}
    assert not figures.findings


def _doomed(orders, _setup):
    """In place of the fuzzer's work: the second file is the end of the process, the next two take for ever."""
    import os
    import time

    orders.send(None)
    while (number := orders.recv()) is not None:
        if number == 1:
            os.abort()
        if number == 2:
            time.sleep(60)
        while number == 3:
            pass
        orders.send(benchmark_called("fuzz").Ending(number, "photograph"))


@pytest.mark.parametrize(("kind", "most"), [("8-bit JPEG", 3.5), ("16-bit TIFF", 17.5)])
def test_a_large_photograph_takes_few_bytes_a_pixel(kind: str, most: float, tiny_model: Path) -> None:
    """200 megapixels of 16 bits fit into 4 GB at less than 19 bytes a pixel.

    A worker keeps pieces of up to 32 MB for the next photograph; both of these are too large for their results to be one.
    """
    memory = benchmark_called("memory")
    small, large = (memory.peak(memory.KINDS[kind], size, 1, 1, str(tiny_model)) for size in (7, 14))
    assert (large.bytes - small.bytes) / (large.pixels - small.pixels) < most


def test_a_batch_does_not_grow(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soak = benchmark_called("soak")
    monkeypatch.setattr(soak, "TURN", 0.02)
    memory, _, descriptors = soak.growth(soak.soak(tmp_path, 240, str(tiny_model), workers=2, side=60))
    assert memory < soak.WITHIN
    assert descriptors <= 0
