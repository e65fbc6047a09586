"""Options as TOML: what a run resolved to (`config.toml`), and what a person asks for (`--config FILE.toml`).

Precedence where the same thing is said twice: command line, then file, then the network's row in the catalog.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from lab_colorize.errors import UsageProblem
from lab_colorize.training.options import (
    Augmentation,
    Stage,
    TrainOptions,
    default_stages,
    frozen_share,
    scaled,
)
from lab_colorize.zoo.catalog import DEFAULT, Row, row_named

FINE_TUNING = 0.3  # of a row's learning rate, where a run goes on from weights that colour already
CONFIG_NAME = "config.toml"
SCHEDULE = frozenset({"epochs", "minutes", "side", "learning_rate", "freeze_encoder"})  # what stages are made of
TABLES = {"stage": Stage, "augmentation": Augmentation}
PLACES = frozenset({"run"})  # known by where the file lies
HEADING = "# What this training run was told. `lab-colorize train --config` reads it back.\n"

Request = Mapping[str, Any]
"""Options by name, as far as somebody has said something about them; None counts as silence."""


def resolved(flags: Request, file: Request) -> TrainOptions:
    """The options of a new run: what the command line says, else the file, else the network's row."""
    flags = {name: value for name, value in flags.items() if value is not None}
    _refuse_contradictions(flags, file)
    if flags.keys() & {"epochs", "minutes"}:  # one of them on the command line outranks the other in the file
        file = {name: value for name, value in file.items() if name not in {"epochs", "minutes"}}
    asked = dict(file) | flags
    row = row_named(asked.get("network", DEFAULT.name))
    plain = {key: value for key, value in asked.items() if key not in SCHEDULE - {"minutes"} and key not in TABLES}
    defaults: dict[str, Any] = {
        "network": row.name,
        "loss": row.loss,
        "optimizer": row.optimizer,
        "weight_decay": row.weight_decay,
        "batch_size": row.batch_size,
        "init_from": None if asked.get("encoder_weights") else row.init_from or None,
    }
    return TrainOptions(
        **(defaults | plain | {"stages": _stages(row, asked, flags)}),
        augmentation=asked.get("augmentation", Augmentation()),
    )


def _refuse_contradictions(flags: Request, file: Request) -> None:
    for source in (flags, file):
        if source.get("epochs") is not None and source.get("minutes") is not None:
            raise UsageProblem("Both epochs and minutes were given.", remedy="Give one of them.")
    if "stage" in file and (mixed := sorted(file.keys() & (SCHEDULE - {"minutes"}))):
        raise UsageProblem(
            f"The configuration has [[stage]] tables and {', '.join(mixed)} beside them.",
            remedy="Set them within the stages.",
        )


def _stages(row: Row, asked: Request, flags: Request) -> tuple[Stage, ...]:
    if "stage" in asked:
        return _adjusted(asked["stage"], flags)
    epochs = asked.get("epochs") or row.epochs
    frozen = asked.get("freeze_encoder")
    fine_tuning = asked.get("init_from") or (row.init_from and not asked.get("encoder_weights"))
    return default_stages(
        row,
        epochs=epochs,
        side=asked.get("side") or row.side,
        learning_rate=asked.get("learning_rate") or row.learning_rate * (FINE_TUNING if fine_tuning else 1),
        frozen=frozen_share(row, epochs) if frozen is None else frozen,
        pretrained=asked.get("init_from") is not None or asked.get("encoder_weights") != "none",
    )


def _adjusted(stages: tuple[Stage, ...], flags: Request) -> tuple[Stage, ...]:
    """A file's schedule under the command line: as long, as large and as fast as that says, in the same proportions."""
    if flags.get("freeze_encoder") is not None:
        raise UsageProblem(
            "The configuration's stages say when the encoder is frozen.", remedy="Leave --freeze-encoder out."
        )
    if flags.get("epochs"):
        stages = scaled(stages, flags["epochs"] / sum(stage.epochs for stage in stages))
    if flags.get("side"):
        stages = tuple(replace(stage, side=flags["side"]) for stage in stages)
    if flags.get("learning_rate"):
        factor = flags["learning_rate"] / max(stage.learning_rate for stage in stages)
        stages = tuple(replace(stage, learning_rate=stage.learning_rate * factor) for stage in stages)
    return stages


def read(path: Path) -> dict[str, Any]:
    """What a configuration file says, checked name by name."""
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UsageProblem(f"The configuration {path} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageProblem(f"The configuration {path} is not valid TOML: {error}.") from error
    return {key: _understood(key, value, path) for key, value in content.items()}


def _understood(key: str, value: Any, path: Path) -> Any:
    if key == "stage":
        rows = value if isinstance(value, list) and all(isinstance(each, dict) for each in value) else None
        if not rows:
            raise UsageProblem(f"{path}: stages are written as [[stage]] tables.")
        return tuple(_table(Stage, each, path) for each in rows)
    if key == "augmentation":
        return _table(Augmentation, value, path)
    kinds = _kinds(TrainOptions) | {"epochs": (float,), "side": (int,), "learning_rate": (float,)}
    kinds |= {"freeze_encoder": (float,)}
    known = kinds.keys() - PLACES - {"stages"}
    return _value(key, value, {name: kinds[name] for name in known}, path)


Table = TypeVar("Table", Stage, Augmentation)


def _table(kind: type[Table], content: Any, path: Path) -> Table:
    if not isinstance(content, dict):
        raise UsageProblem(f"{path}: {kind.__name__.lower()} must be a table.")
    kinds = _kinds(kind)
    try:
        return kind(**{key: _value(key, value, kinds, path) for key, value in content.items()})
    except TypeError as error:  # a stage without a side
        raise UsageProblem(
            f"{path}: a {kind.__name__.lower()} is not complete.",
            remedy=f"It has {', '.join(field.name for field in fields(kind))}.",
        ) from error


def _kinds(kind: type) -> dict[str, tuple[type, ...]]:
    """Field names with the plain types that TOML may give them."""
    hints = get_type_hints(kind)
    return {field.name: _plain(hints[field.name]) for field in fields(kind)}


def _choices(key: str) -> tuple[Any, ...]:
    """What a Literal option may be; nothing where any value of its type will do."""
    hint = get_type_hints(TrainOptions).get(key)
    return get_args(hint) if get_origin(hint) is Literal else ()


def _plain(hint: Any) -> tuple[type, ...]:
    kinds = [kind for kind in (str, bool, int, float, Path) if kind is hint or kind in getattr(hint, "__args__", ())]
    return tuple(kinds) or (str,)  # the Literals are strings


def _value(key: str, value: Any, kinds: Mapping[str, tuple[type, ...]], path: Path) -> Any:
    if key not in kinds:
        raise UsageProblem(f"{path}: there is no option {key!r}.", remedy=f"Known: {', '.join(sorted(kinds))}.")
    wanted = kinds[key]
    if float in wanted and type(value) is int:
        return float(value)
    if Path in wanted and isinstance(value, str):
        return Path(value)
    if type(value) not in wanted:
        raise UsageProblem(f"{path}: {key} = {value!r} is not a {wanted[0].__name__}.")
    if (choices := _choices(key)) and value not in choices:
        raise UsageProblem(f"{path}: {key} = {value!r} is not known.", remedy=f"Choose one of: {', '.join(choices)}.")
    return value


def written(options: TrainOptions) -> str:
    """`options` as TOML that `read` and `resolved` turn into the same options."""
    facts = asdict(options)
    stages, augmentation = facts.pop("stages"), facts.pop("augmentation")
    lines = [_line(key, value) for key, value in facts.items() if value is not None and key not in PLACES]
    lines += ["", "[augmentation]", *(_line(key, value) for key, value in augmentation.items())]
    for stage in stages:
        lines += ["", "[[stage]]", *(_line(key, value) for key, value in stage.items())]
    return HEADING + "\n".join(lines) + "\n"


def _line(key: str, value: Any) -> str:
    if isinstance(value, Path):
        value = str(value)
    if isinstance(value, float):
        return f"{key} = {value!r}"  # repr is exact, and always has a point or an exponent
    # JSON's strings are TOML's, but for DEL, which only TOML wants escaped
    return f"{key} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")


def differences(before: TrainOptions, now: TrainOptions) -> list[str]:
    """Names of options that decide the weights and are not the same."""
    return [
        field.name
        for field in fields(TrainOptions)
        if field.name not in HARMLESS and getattr(before, field.name) != getattr(now, field.name)
    ]


HARMLESS = frozenset(
    [
        "run",
        "photos",
        "validation_folder",
        "name",
        "export_weights",
        "install",
        "checkpoint_minutes",
        "picture_epochs",
        "memory_share",
    ]
)
"""What may change between the sessions of one run; that the photographs are the same, their fingerprint says."""
