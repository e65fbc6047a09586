"""`lab-colorize verify`: whether results and photographs still are what the journal says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab_colorize.cli.console import mention, printable
from lab_colorize.cli.options import quiet as quiet_option
from lab_colorize.errors import ExitCode, NothingToDo, UsageProblem

if TYPE_CHECKING:
    from lab_colorize.batch.finding import Finding, State
    from lab_colorize.batch.verify import Account


@click.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--source",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the photographs are now.  [default: where the batch found them]",
)
@click.option("--results-only", is_flag=True, help="Check the results only, not the photographs they were made from.")
@click.option("--quick", is_flag=True, help="Compare only sizes and times, not contents: damage may go unnoticed.")
@click.option(
    "--accept",
    "accepting",
    is_flag=True,
    help="Accept edited results, failures and files that no batch wrote, and record that in the journal.",
)
@click.option(
    "--workers", metavar="N", type=click.IntRange(min=1), help="Files read at the same time.  [default: one per core]"
)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object per file to standard output.")
@quiet_option
@click.pass_context
def verify(
    context: click.Context,
    /,
    *,
    out: Path,
    source: Path | None,
    results_only: bool,
    quick: bool,
    accepting: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Check that the output of a batch is complete and unchanged.

    Every result and every photograph is compared with the hash recorded in the journal. What is missing, changed or
    foreign is listed. Nothing is written unless --accept is given.
    """
    from lab_colorize.batch.accepting import accept, acceptable
    from lab_colorize.batch.bag import is_bag, results_folder
    from lab_colorize.batch.bag_verify import is_behind
    from lab_colorize.batch.verify import account_of
    from lab_colorize.cli.steps import counted
    from lab_colorize.workers import usable_cores

    if source is not None and results_only:
        raise UsageProblem("--source and --results-only contradict each other.", remedy="Leave one of them out.")
    if accepting and quick:
        raise UsageProblem("--accept takes the contents of files, and --quick reads none.", remedy="Leave one out.")
    _check_folder(out)
    results, bag = results_folder(out, manifest=False), out if is_bag(out) else None
    account = account_of(results, sources=not results_only, folder=source, bag=bag)
    findings = counted(
        len(account.checks),
        lambda on_step: account.findings(quick=quick, workers=workers or usable_cores(), on_step=on_step),
        quiet=quiet,
    )
    for line in _lines(findings, quiet=quiet) if not as_json else map(json.dumps, map(asdict, findings)):
        click.echo(line)
    taken = dict.fromkeys(finding for finding in findings if accepting and acceptable(account, finding))
    left = [finding for finding in findings if finding not in taken]
    for line in _summary(account, findings, left, quick=quick, quiet=quiet):
        click.echo(line, err=as_json)
    if bag is not None and not accepting and is_behind(bag):
        mention("The manifest is older than the results, or not made yet; the next batch brings it up to date.")
    if accepting:
        click.echo(_accepted(accept(account, taken)), err=as_json)
        _renew(bag, findings)
    context.exit(_exit_code(account, left))


def _renew(bag: Path | None, findings: Iterable[Finding]) -> None:
    """Bring the manifest up to date with the journal; one that somebody changed is left for people to look at."""
    from lab_colorize.batch.bag import write_bag
    from lab_colorize.batch.finding import Kind

    if bag is not None and not any(finding.kind is Kind.BAG for finding in findings):
        write_bag(bag)


def _check_folder(out: Path) -> None:
    from lab_colorize.files.reach import check_opens

    try:
        check_opens(out)
    except NotADirectoryError:
        raise NothingToDo(f"{out} is a file.", remedy="Give the folder that was the --out of a batch.") from None


def _exit_code(account: Account, findings: Iterable[Finding]) -> ExitCode:
    lost = account.history.damaged or any(finding.lost for finding in findings)
    return ExitCode.SOME_FAILED if lost else ExitCode.OK


def _accepted(counts: Counter[State]) -> str:
    from lab_colorize.batch.finding import State
    from lab_colorize.wording import number_of

    words = {
        State.EDITED: ("edited result", "edited results"),
        State.CHANGED: (
            "changed photograph, whose edited result stays",
            "changed photographs, whose edited results stay",
        ),
        State.FAILED: ("failure", "failures"),
        State.FOREIGN: ("file that no batch wrote", "files that no batch wrote"),
        State.MISSING: ("file of your own that is gone", "files of your own that are gone"),
    }
    told = ", ".join(number_of(counts[state], *word) for state, word in words.items() if counts[state])
    return f"Accepted: {told}." if told else "There was nothing to accept."


def _lines(findings: Iterable[Finding], *, quiet: bool) -> Iterator[str]:
    """A line for each file of which there is something to say, the worst first; of those that wait only the first."""
    from lab_colorize.batch.finding import State
    from lab_colorize.cli.tally import LISTED

    waiting = 0
    for finding in findings:
        waiting += finding.state is State.WAITING
        if finding.state is State.WAITING and waiting > LISTED:
            continue
        if finding.lost or (finding.told and not quiet):
            state = click.style(f"{finding.state:10}", fg="red" if finding.lost else "yellow")
            reason = f": {finding.reason}" if finding.reason else ""
            yield f"{state} {finding.kind:6} {printable(finding.path + reason)}"
    if waiting > LISTED:
        yield f"... and {waiting - LISTED} more {State.WAITING}, which --json lists."


def _summary(
    account: Account, findings: list[Finding], left: list[Finding], *, quick: bool, quiet: bool
) -> Iterator[str]:
    """Counts of all, and what to do about those that are `left` to do something about."""
    from lab_colorize.batch.finding import Kind, State
    from lab_colorize.wording import named, number_of

    if not quiet:
        files = [finding for finding in findings if finding.state is not State.AWAY]
        for kind in Kind:
            states = Counter(finding.state for finding in files if finding.kind is kind)
            if states or kind is not Kind.BAG:
                yield f"{kind.capitalize()}s: {_counts(states) or 'none'}."
        yield from _proof(findings)
        if quick:
            yield "Only sizes and times were compared."
        yield from _tidying({finding.state for finding in left})
    if account.history.damaged:
        numbers = account.history.damaged
        lines = f"{number_of(len(numbers), 'line')} of the journal cannot be read: {named(numbers)}."
        yield click.style(lines, fg="red")
        them = "it" if len(numbers) == 1 else "them"
        yield f"The same batch puts {them} aside, and colours anew, or recognises, what no other line records."
    yield from _advice(left)


def _proof(findings: list[Finding]) -> Iterator[str]:
    """What was proven of the results beyond their hashes."""
    kept = sum(finding.lightness_kept for finding in findings)
    if kept == 1:
        yield "1 result holds the coded lightness of its photograph bit for bit."
    elif kept:
        yield f"{kept} results hold the coded lightness of their photographs bit for bit."


def _advice(findings: Collection[Finding]) -> Iterator[str]:
    """What to do about what is not as it should be."""
    from lab_colorize.batch.damage import ROTTED
    from lab_colorize.batch.finding import LOSSES, Kind, State
    from lab_colorize.batch.verify import OWN_IS_GONE

    found = {(finding.kind, finding.state) for finding in findings if finding.reason != OWN_IS_GONE}
    states = {state for kind, state in found if kind is Kind.SOURCE}
    changed = {one.reason == ROTTED for one in findings if (one.kind, one.state) == (Kind.SOURCE, State.CHANGED)}
    if True in changed or State.UNREADABLE in states:
        yield "Restore damaged photographs from a backup."
    if any(kind is Kind.RESULT and state in LOSSES - {State.EDITED} for kind, state in found):
        yield (
            "The same batch recreates missing results if their photographs are there, and changed ones with"
            " --checksum --overwrite; --exclude the photographs of results that were edited on purpose, or the edits"
            " are lost."
        )
    if (Kind.RESULT, State.EDITED) in found:
        yield "Batches keep edited results; --accept takes them as they are, and they are expected so from then on."
    if State.FAILED in states:
        yield "The same batch retries what failed; --results-only ignores failures, and --accept accepts them."
    if State.WAITING in states:
        yield "The same batch colours what is waiting; --results-only ignores it."
    if State.MISSING in states and not states & {State.WHOLE, State.CHANGED}:
        yield "None of the photographs is where the batch found it: give --source FOLDER if they were moved."
    elif State.MISSING in states:
        yield from _missing(findings)
    if any(kind is Kind.BAG for kind, _ in found):
        yield "Check whether files or the manifest were changed; the next batch rewrites the manifest."
    if False in changed:
        yield (
            "The same batch colours photographs again that were edited or replaced, and moves the results of renumbered"
            " ones along (with --checksum where size and time are the same). Where results were edited, too, --accept"
            " keeps them and takes the photographs as they are; --overwrite makes them anew, and the edits are lost."
        )


def _missing(findings: Collection[Finding]) -> Iterator[str]:
    """What to do about photographs that are missing while others are there."""
    from lab_colorize.batch.finding import Kind, State
    from lab_colorize.batch.whole_folders import first_folder
    from lab_colorize.wording import named

    missing: set[str] = set()
    others: set[str] = {""}  # in FOLDER itself others are there, or none would be
    for one in findings:
        if one.kind is Kind.SOURCE and one.state not in {State.FAILED, State.ACCEPTED}:
            (missing if one.state is State.MISSING else others).add(first_folder(one.path))
    if whole := sorted(missing - others):
        disk, they, their = ("its disk", "it is", "its") if len(whole) == 1 else ("their disks", "they are", "their")
        yield (
            f"No photograph is left in {printable(named(whole))}: mount {disk}; the same batch finds what was renamed."
            f" If {they} gone for good, delete {their} results by hand and run the same batch with --prune."
        )
    if missing & others:
        yield (
            "If the whole folder was moved, --source says where it is now; after moves within it, the same batch moves"
            " the results along. With --prune, it sets aside the results of photographs that were removed for good."
        )


def _tidying(states: Collection[State]) -> Iterator[str]:
    """What to do about what is no loss but may be in the way."""
    from lab_colorize.batch.finding import State

    if State.STALE in states:
        yield "Stale results were left by an earlier --format or an earlier photograph: delete those you do not want."
    if State.FOREIGN in states:
        yield "Foreign files were written by no batch, and none replaces them: move away what does not belong there."
        yield "--accept records the others, with their hashes."


def _counts(states: Counter[State]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items(), key=lambda one: -one[1]))
