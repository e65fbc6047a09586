"""`lab-colorize models`: the zoo as a table, and the models, shipped or trained, that there are of its networks."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from lab_colorize.zoo.catalog import Row

OWN = "own"  # instead of a report's code
NOT_TRAINED = "-"
WIDE = 200  # columns of a pipe: what reads it wants whole names
LAST = "--model"
COLUMNS: dict[str, Any] = {
    "network": "left",
    "parameters": "right",
    "head": "left",
    "objective": "left",
    "side": "right",
    "report": "left",
    LAST: "left",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write a JSON array of objects to standard output.")
def models(as_json: bool) -> None:
    """List the networks to train, and the models to colour with.

    The last column names the models that `--model` takes: the shipped one and your own. Any network can
    be trained with `lab-colorize train FOLDER --network NAME`.
    """
    from lab_colorize.zoo.catalog import ROWS

    trained = _trained()
    if as_json:
        click.echo(json.dumps([_facts(row, trained[row.name]) for row in ROWS], indent=1))
    else:
        _show(ROWS, trained)


def _trained() -> dict[str, list[str]]:
    """Names of the models found on this machine, by the network they are made of."""
    from lab_colorize.cli.console import mention
    from lab_colorize.colouring.models import installed_models
    from lab_colorize.errors import ModelError

    names: dict[str, list[str]] = defaultdict(list)
    try:
        for model in installed_models():
            names[model.card.architecture].append(model.name)
    except ModelError as error:  # the zoo can be listed all the same
        mention(str(error))
    return names


def _facts(row: Row, trained: list[str]) -> dict[str, Any]:
    """A row in full, for programs."""
    return asdict(row) | {"objective": row.objective, "trained": trained}


def _show(rows: tuple[Row, ...], trained: Mapping[str, list[str]]) -> None:
    """The table, and which report each code stands for."""
    from rich.console import Console

    from lab_colorize.zoo.catalog import REPORTS

    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    console.print(_table(rows, trained))
    console.print()
    for code, title in REPORTS.items():
        console.print(f"{code}  {title}", style="dim")


def _table(rows: tuple[Row, ...], trained: Mapping[str, list[str]]) -> Table:
    """One line a network, 80 columns wide while few are trained."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for heading, justify in COLUMNS.items():
        table.add_column(heading, justify=justify, no_wrap=heading != LAST, overflow="fold")
    for row in rows:
        _add(table, row, trained[row.name])
    return table


def _add(table: Table, row: Row, trained: list[str]) -> None:
    from rich.markup import escape

    table.add_row(
        row.name,
        f"{row.parameters:,}",
        row.head,
        row.objective,
        str(row.side),
        ", ".join(row.reports) or OWN,
        escape(", ".join(trained)) or NOT_TRAINED,
        style="bold" if trained else None,
    )
