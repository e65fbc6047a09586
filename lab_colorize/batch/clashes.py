"""Photographs whose results could not be kept in OUT under their names, known before anything is written."""

from collections.abc import Iterable, Mapping

from lab_colorize.batch.names import Naming, folded, is_text, same_where_case_is_ignored
from lab_colorize.files.globs import glob_of
from lab_colorize.files.scan import ScanProblem


def clashing(targets: Mapping[str, str], naming: Naming) -> dict[str, ScanProblem]:
    """Find the sources whose results cannot be kept beside those of others."""
    cased = same_where_case_is_ignored(targets, targets) if naming.ignores_case else {}
    clashes = {source: _same_but_for_case(source, earlier) for source, earlier in cased.items()}
    taken = {folded(target): source for source, target in targets.items()}
    for source in sorted(targets.keys() - clashes):
        companion = naming.companion_of(targets[source])
        if companion is not None and taken.setdefault(folded(companion), source) != source:
            clashes[source] = _taken_by_comparison(source, companion)
    return clashes


def unfit_for_a_bag(sources: Iterable[str]) -> dict[str, ScanProblem]:
    """Find the sources whose names no manifest of a bag can hold."""
    reason = "The manifest of a bag cannot hold its name, which is not UTF-8."
    remedies = {source: f"Rename it, or leave it out with --exclude '{glob_of(source)}'." for source in sources}
    return {source: ScanProblem(source, reason, remedies[source]) for source in sources if not is_text(source)}


def _same_but_for_case(source: str, earlier: str) -> ScanProblem:
    reason = f"Its name differs from {earlier} only in case or Unicode form, and OUT cannot keep both."
    return ScanProblem(source, reason, "Rename one of them, or choose an --out on a file system that tells them apart.")


def _taken_by_comparison(source: str, companion: str) -> ScanProblem:
    reason = f"Its comparison would be {companion}, which is the result of another photograph."
    return ScanProblem(source, reason, "Colour it in a separate batch, or leave --compare out.")
