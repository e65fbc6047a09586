"""The zoo as one list: every network, what its output means, what it is trained to please, and its defaults.

Plain data. Nothing here imports Keras, so `lab-colorize models` answers at once; `build` in `zoo.factory`
finds a row's network by its module name.
"""

from dataclasses import dataclass
from typing import Literal

from lab_colorize.errors import UsageProblem

Head = Literal["ab", "rgb", "bins"]
Critic = Literal["none", "patch", "image"]
Loss = Literal["huber", "mse", "mae", "rmse", "crossentropy"]
Optimizer = Literal["adamw", "adam", "rmsprop", "sgd"]


@dataclass(frozen=True, slots=True)
class Row:
    """One network of the zoo, with the defaults that its report gives or that its kind is used with."""

    name: str
    head: Head
    """What the raw output means: tanh a/b, tanh RGB, or a softmax over the 313 colour bins."""
    side: int
    """Side in pixels that training uses unless told otherwise."""
    step: int
    """Every side must be a multiple of this: the product of the strides."""
    parameters: int
    """All weights of the network at its default side, trained or not; a test counts them."""
    source: str
    """Which report describes it; `own` for this project's."""
    loss: Loss = "huber"
    critic: Critic = "none"
    """Adversarial networks name their critic: over patches or over the whole picture."""
    optimizer: Optimizer = "adam"
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    batch_size: int = 16
    epochs: int = 100
    encoder: str = ""
    """The `keras.applications` encoder whose ImageNet weights it starts from, if any."""
    frozen_epochs: int = 0
    """How many of the first epochs leave that encoder as it is."""

    @property
    def module(self) -> str:
        """The file under `zoo/networks/` that builds it."""
        return self.name.replace("-", "_")


ROWS: tuple[Row, ...] = (
    Row(
        "mobilenet-unet",
        head="ab",
        side=192,
        step=32,
        parameters=0,
        source="own",
        optimizer="adamw",
        learning_rate=1e-3,
        weight_decay=1e-4,
        batch_size=32,
        epochs=15,
        encoder="MobileNetV2",
        frozen_epochs=12,
    ),
)
DEFAULT = ROWS[0]


def row_named(name: str) -> Row:
    """The row of that name, or a refusal that lists them all."""
    for row in ROWS:
        if row.name == name:
            return row
    raise UsageProblem(
        f"There is no network called {name!r}.", remedy=f"Choose one of: {', '.join(row.name for row in ROWS)}."
    )
