"""What a batch did, in words: counts, the failures once more with their remedies, how to go on."""

from __future__ import annotations

import os
import shlex
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from lab_colorize.batch.edited import EDITED
from lab_colorize.batch.journal import DAMAGED_NAME, JOURNAL_NAME
from lab_colorize.batch.own_sidecars import WAITING_NAME
from lab_colorize.batch.pruning import PRUNED_NAME
from lab_colorize.batch.room import in_units
from lab_colorize.batch.settings import LEFT_ALONE
from lab_colorize.cli.console import printable
from lab_colorize.cli.tally import Tally
from lab_colorize.colouring.sidecars import shared_stems
from lab_colorize.files.films import COMMAND, is_film
from lab_colorize.photos.kinds import SIDECAR_SUFFIXES
from lab_colorize.wording import named, number_of

if TYPE_CHECKING:
    from pathlib import Path

    from lab_colorize.batch.distributed import Staff
    from lab_colorize.batch.options import BatchOptions
    from lab_colorize.batch.plan import Plan
    from lab_colorize.batch.room import Room
    from lab_colorize.batch.run import Batch
    from lab_colorize.files.scan import Found

SUFFIXES_NAMED = 8


def beforehand(plan: Plan, options: BatchOptions, *, quiet: bool = False) -> Iterator[str]:
    """What a person should know before the first photograph."""
    first, *others = plan.boxes.boxes
    if first.name and not others:
        yield f"{first.folder} is mirrored under its own name, {first.name}, like the folders before it."
    if plan.idle_settings:
        yield f"Settings that match no photograph: {printable(named(plan.idle_settings))}."
    if plan.elsewhere and not quiet:
        yield f"The output also holds results of photographs in {printable(named(plan.elsewhere))}."
    if options.bag is not None:
        from lab_colorize.batch.bag import cautions, names_to_be

        yield from cautions(names_to_be(options.bag, plan))


def room(there: Room) -> str:
    """How much the results take, and whether they fit."""
    fits = "" if there.enough else ", which may not be enough: the batch ends when the disk is full"
    return f"The output will take up to about {in_units(there.needed)}; {in_units(there.free)} are free{fits}."


def at_work(staff: Staff) -> str:
    """Who does the work, and where that can be watched."""
    return f"Colouring with {staff}{staff.dashboard and f'; watch them at {staff.dashboard}'}."


def summary(tally: Tally, batch: Batch, *, interrupted: bool, quiet: bool) -> Iterator[str]:
    """Line by line; only what went wrong if `quiet`."""
    if not quiet:
        yield counts(tally)
        yield from (f"{count} done again: {why}." for why, count in tally.again.items())
        yield from moved_along(batch.plan, "moved along")
        if batch.sidecars:
            yield f"{number_of(batch.sidecars, 'sidecar')} carried along."
        yield from own_sidecars(batch.own_sidecars.moved, "moved along")
        yield from edited(batch.plan, batch.edited_sidecars)
        yield from edits_replaced(batch.edits_replaced, "replaced, as --overwrite asks")
        yield from left_out(batch.found, batch.options)
        yield from _superseded(batch)
        if not batch.options.prune:
            there = {new for _, new in batch.own_sidecars.moved}
            yield from left_behind(batch.plan, "--prune puts such results aside.", there)
    if batch.plan.damaged_lines:
        lines = number_of(len(batch.plan.damaged_lines), "line")
        were = "was" if len(batch.plan.damaged_lines) == 1 else "were"
        yield (
            f"{lines} of the journal could not be read and {were} put into {printable(str(batch.options.out))}"
            f"/{DAMAGED_NAME}: {named(batch.plan.damaged_lines)}. What no other line records was coloured anew, or"
            " recognised."
        )
    yield from _waiting(batch)
    yield from empty_folders(batch.plan)
    yield from gone(batch.plan, "was recorded")
    yield from _pruned(batch)
    yield from _failures(tally, batch)
    if batch.disk_full:
        left = len(batch.plan.due) + len(batch.plan.rejected) - tally.tried
        yield f"The disk is full, so the batch ended with {left} left. Free some space and run the same command again."
    if interrupted:
        left = len(batch.plan.due) + len(batch.plan.rejected) - tally.tried
        yield f"Stopped with {left} left. Run the same command again to resume."


def counts(tally: Tally) -> str:
    """How many came to which end."""
    skipped = {
        "done before": tally.before,
        "already in colour": tally.in_colour,
        "black and white only": tally.bilevel,
        "edited since": tally.edited,
        LEFT_ALONE: tally.left_alone,
    }
    why = ", ".join(f"{count} {reason}" for reason, count in skipped.items() if count)
    colours = f" ({tally.colours_copied} already in colour)" if tally.colours_copied else ""
    copied = f", {tally.copied} copied as they are{colours}" if tally.copied else ""
    failed = f"{tally.failed} failed"
    if tally.known:
        failed = f"{tally.failed} newly failed, {tally.known} failed again, as accepted"
    return f"{tally.done} done, {sum(skipped.values())} skipped{why and f' ({why})'}, {failed}{copied}."


def edited(plan: Plan, sidecars: Sequence[str]) -> Iterator[str]:
    """What people worked on and is kept for that, and what it would have been replaced for."""
    kept = sorted((one for one in plan.up_to_date if one.reason == EDITED), key=lambda one: one.source)
    for kind, names in (("result", [one.target for one in kept]), ("sidecar", sidecars)):
        if names:
            was, them, are = ("was", "it", "is") if len(names) == 1 else ("were", "them", "are")
            what = f"{number_of(len(names), kind)} {was} edited since a batch wrote {them}, and {are} kept"
            yield f"{what}: {printable(named(names))}."
    again: dict[str, list[str | None]] = defaultdict(list)
    for one in kept:
        if one.source in plan.remade:
            again[plan.remade[one.source]].append(one.target)
    for why, targets in again.items():
        what = f"{len(targets)} of these would be coloured again ({why}): {printable(named(targets))}"
        yield f"{what}. --overwrite does that, and the edits are lost."


def edits_replaced(targets: Iterable[str], are: str) -> Iterator[str]:
    """What somebody worked on and --overwrite takes."""
    if names := sorted(targets):
        yield f"{number_of(len(names), 'edited file')} {are}: {printable(named(names))}."


def edited_in_bag(bag: Path, names: Sequence[str]) -> Iterator[str]:
    """Said even if quiet: nobody else tells that the bag is not valid."""
    if names:
        edited = f"{number_of(len(names), 'file')} edited since a batch wrote {'it' if len(names) == 1 else 'them'}"
        remedy = f"`lab-colorize verify {shlex.quote(str(bag))} --accept` accepts such edits and makes it valid."
        yield printable(f"The bag is not valid, as it holds {edited}: {named(names)}. {remedy}")


def left_out(found: Found, options: BatchOptions) -> Iterator[str]:
    """What lies in the folder and has no part in the output."""
    kinds = {
        ("hidden", "hidden"): 0 if options.copy_rest else found.hidden,
        ("non-photograph", "non-photographs"): 0 if options.copy_rest else found.others.total(),
        ("thumbnail or file of the system", "thumbnails and files of the system"): found.thumbnails,
        ("not chosen", "not chosen"): found.not_chosen,
        ("output of another batch", "outputs of other batches"): found.outputs,
        ("link to a folder already visited", "links to folders already visited"): found.links_left,
    }
    films = dict.fromkeys(name for name in found.rest if is_film(name))
    if films:
        first = printable(named([*films][:1]))
        yield f"{number_of(len(films), 'film')} among the other files, which `{COMMAND}` colours, such as {first}."
    if any(kinds.values()):
        told = ", ".join(number_of(count, *kind) for kind, count in kinds.items() if count)
        yield f"Left out: {told}."
    if found.others and not options.copy_rest:
        yield f"By suffix: {printable(_by_suffix(found.others))}."
    others = [name for name in found.rest if name not in films]
    if others and not options.copy_rest:
        yield f"Such as {printable(named(others))}; --dry-run --json names every such file."
        yield from _ambiguous(found)


def _ambiguous(found: Found) -> Iterator[str]:
    """Sidecars that were not carried because they could belong to several photographs."""
    left = [name for name in found.rest if name.endswith(SIDECAR_SUFFIXES)]
    shared = shared_stems((*found.photographs, *found.rest)) if left else ()
    if sidecars := [name for name in left if name.rpartition(".")[0] in shared]:
        many = "sidecar could belong", "sidecars could each belong"
        yield (
            f"{number_of(len(sidecars), *many)} to several photographs: {printable(named(sidecars))}. Named like"
            " photo.jpg.xmp, a sidecar is carried along."
        )


def _by_suffix(others: Counter[str]) -> str:
    """Photographs in formats that are not read would otherwise disappear among lists and films."""
    counts = [f"{count} {suffix or 'without suffix'}" for suffix, count in others.most_common(SUFFIXES_NAMED)]
    more = len(others) - len(counts)
    return ", ".join(counts) + (f" and {number_of(more, 'other suffix', 'other suffixes')}" if more else "")


def gone(plan: Plan, that: str) -> Iterator[str]:
    """Said even if quiet, because it is said only once."""
    if plan.gone:
        names = printable(named([outcome.source for outcome in plan.gone]))
        yield (
            f"{number_of(len(plan.gone), 'photograph')} gone, and without results here: {names}. This {that}: `verify`"
            " then no longer expects them."
        )


def moved_along(plan: Plan, become: str) -> Iterator[str]:
    """Photographs that were moved or renamed, whose results follow them."""
    if plan.moves:
        names = printable(named([f"{move.before.source} -> {move.after.source}" for move in plan.moves]))
        yield f"{number_of(len(plan.moves), 'result')} {become} with photographs that were moved: {names}."


def own_sidecars(moves: Collection[tuple[str, str]], become: str) -> Iterator[str]:
    """Sidecars that no batch wrote, which go along with the results that they stood beside."""
    if moves:
        names = printable(named([f"{old} -> {new}" for old, new in moves]))
        whose = "its result" if len(moves) == 1 else "their results"
        yield f"{number_of(len(moves), 'sidecar')} that no batch wrote {become} with {whose}: {names}."


def _waiting(batch: Batch) -> Iterator[str]:
    """Those of them that could not; said even if quiet, because nobody would look for them there."""
    if names := batch.own_sidecars.waiting:
        one = len(names) == 1
        taken = "its name there is another file's" if one else "their names there are other files'"
        where = printable(str(batch.options.out / WAITING_NAME))
        yield (
            f"{number_of(len(names), 'sidecar')} that no batch wrote could not move along with"
            f" {'its result' if one else 'their results'}, as {taken}: {printable(named(names))}."
            f" {'It waits' if one else 'They wait'} in {where}: move the other away, and the next batch goes on."
        )


def left_behind(plan: Plan, remedy: str, others: Collection[str] = ()) -> Iterator[str]:
    """Results that have lost their photographs; not `others`, sidecars that moved there meanwhile, or are to leave."""
    there = [one.target for one in plan.left_behind if os.path.lexists(plan.out / (one.target or ""))]
    left = [target for target in there if target not in others]
    if left:
        have, their = ("has", "its photograph") if len(left) == 1 else ("have", "their photographs")
        told = remedy.format("it" if len(left) == 1 else "them")
        edits = _worked_on(plan, left)
        yield f"{number_of(len(left), 'result')} {have} lost {their}: {printable(named(left))}{edits}. {told}"


def ousted(plan: Plan) -> Iterator[str]:
    """Results that would be set aside in any case."""
    if targets := [one.target for one in plan.ousted]:
        names = printable(named(targets)) + _worked_on(plan, targets)
        yield (
            f"{number_of(len(targets), 'result')} would be set aside, to make way for those of other photographs:"
            f" {names}."
        )


def _worked_on(plan: Plan, targets: Iterable[str | None]) -> str:
    """How many of some results somebody edited."""
    count = sum(target in plan.worked_on for target in targets)
    return f" ({count} edited since a batch wrote {'it' if count == 1 else 'them'})" if count else ""


def empty_folders(plan: Plan) -> Iterator[str]:
    """Said even if quiet: nobody else may notice that a disk is away."""
    for one in plan.empty:
        told = f"No photograph was found in {printable(str(one.folder))}"
        if one.results:
            kept = f"its {number_of(one.results, 'result')} {'is' if one.results == 1 else 'are'} kept"
            place = printable(str(plan.out / one.name))
            yield f"{told}: {kept}. Mount its disk; if it was emptied for good, delete {place} by hand."
        elif one.expected:
            many = "photograph without a result is", "photographs without a result are"
            expected = f"{number_of(one.expected, *many)} still expected there"
            how = "`verify --accept` accepts that" if one.failed else "a batch with --prune records that"
            yield f"{told}: {expected}. Mount its disk; if it is gone for good, {how}."
        else:
            yield f"{told}: if it lies on a disk of its own, see whether that is mounted."


def _pruned(batch: Batch) -> Iterator[str]:
    """Said even if quiet, because it is said only once."""
    if batch.pruned:
        aside = printable(str(batch.options.place / PRUNED_NAME))
        targets = [one.target for one in batch.pruned]
        names = printable(named(targets)) + _worked_on(batch.plan, targets)
        results = number_of(len(batch.pruned), "result")
        put = "Put aside, as their photographs are not where they were"
        yield f"{put}: {results}, {names}. Review {aside}, and delete what you like."
        if any(target in batch.plan.worked_on for target in targets):
            yield (
                "An edited result comes back as soon as a batch finds its photograph, be it in another folder: give the"
                " whole archive, or all boxes at once, before you delete it."
            )


def _superseded(batch: Batch) -> Iterator[str]:
    """Earlier results that another format left; one whose successor failed is all there is, and not for deleting."""
    out = batch.options.out
    old = [old for old, new in batch.plan.superseded.items() if os.path.lexists(out / new)]
    if old:
        results = f"{number_of(len(old), 'earlier result')} still {'lies' if len(old) == 1 else 'lie'} in the output"
        told = " ".join((f"{printable(named(old))}.", *superseded_edits(batch.plan, old)))
        yield f"Under another name, {results}: {told} Delete the old ones unless you want both."


def superseded_edits(plan: Plan, old: Iterable[str]) -> Iterator[str]:
    """Which earlier results hold somebody's work, of which those under other names know nothing."""
    if names := [name for name in old if name in plan.worked_on]:
        what = "1 of them was edited, and its new result lacks that"
        if len(names) > 1:
            what = f"{len(names)} of them were edited, and their new results lack that"
        yield f"{what}: {printable(named(names))}."


def _failures(tally: Tally, batch: Batch) -> Iterator[str]:
    if not tally.failed:
        return
    yield click.style("Failed:", fg="red")
    for outcome in tally.listed:
        yield f"  {printable(f'{outcome.source}: {outcome.reason}')}"
        if outcome.remedy:
            yield f"      {printable(outcome.remedy)}"
    journal = printable(str(batch.options.out / JOURNAL_NAME))
    if tally.failed > len(tally.listed):
        listing = "`verify`" if tally.damaged else journal
        yield f"  ... and {tally.failed - len(tally.listed)} more, which {listing} lists."
    if tally.bug is not None:
        yield f"Traceback of the bug, for its report:\n{tally.bug.traceback}"
    missing = _missing(tally, batch) if batch.options.copy_rest else 0
    if missing:
        yield f"{missing} failed and {'is' if missing == 1 else 'are'} missing in the output: what fails is not copied."
    yield "After fixing them, run the same command again: only what is not done yet is tried."
    if tally.lasting:
        place = printable(shlex.quote(str(batch.options.place)))
        yield f"`lab-colorize verify {place} --accept` accepts those that cannot be fixed."


def _missing(tally: Tally, batch: Batch) -> int:
    """Count the failures for which there is nothing in OUT, not even an earlier result."""
    targets = {task.source: task.target for task in batch.plan.due}
    places = (batch.options.out / targets.get(source, source) for source in tally.failures)
    return sum(not os.path.lexists(place) for place in places)
