"""The zoo as one list: every network, what its output means, what it is trained to please, and its defaults.

Plain data. Nothing here imports Keras, so `lab-colorize models` answers at once; `build` in `zoo.factory`
finds a row's network by its module name. Where a report is silent, the network's file says what was chosen and why.
"""

from dataclasses import dataclass
from typing import Literal

from lab_colorize.errors import UsageProblem

Head = Literal["ab", "rgb", "bins", "palette"]
Critic = Literal["none", "patch", "image"]
Loss = Literal["huber", "mse", "mae", "rmse", "crossentropy", "palette"]
Optimizer = Literal["adamw", "adam", "rmsprop", "sgd"]

REPORTS = {
    "R0": "Colorizing old black and white images",
    "R1": "Image colorization using deep convolutional neural networks",
    "R2": "Black and white image colorization with OpenCV and deep learning",
    "R3": "Deep learning final project",
    "R4": "Image colourization using DL",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One network of the zoo, with the defaults that its report gives or that its kind is used with."""

    name: str
    """What people call it; with underscores, its file under `zoo/networks/`."""
    head: Head
    """What the raw output means: tanh a/b, tanh RGB, a softmax over the 313 colour bins, or a/b mixed from that."""
    side: int
    """Side in pixels that training uses unless told otherwise."""
    step: int
    """Every side must be a multiple of this: the product of the strides."""
    smallest: int
    """The smallest side it can take."""
    parameters: int
    """All weights of the network at its default side, trained or not, the critic's not; a test counts them."""
    reports: tuple[str, ...] = ()
    """Keys of `REPORTS`: who describes it. Empty for this project's own."""
    resizable: bool = True
    """Whether one set of weights serves any side; if not, an export has the side it was trained at."""
    loss: Loss = "mse"
    """Between raw output and truth; with a critic, the part of the objective that is not the critic's."""
    critic: Critic = "none"
    """Adversarial networks name their critic: over patches or over the whole picture."""
    optimizer: Optimizer = "adam"
    learning_rate: float = 1e-3
    """The highest of the schedule."""
    weight_decay: float = 0.0
    batch_size: int = 16
    epochs: int = 100
    hints: int = 0
    """Hints come at the side divided by this, which is also the side of the answer; 0 for a network that takes none."""
    encoder: str = ""
    """The encoder whose ImageNet weights it starts from, if any."""
    frozen_epochs: int = 0
    """How many of the first epochs leave that encoder as it is."""
    init_from: str = ""
    """The model whose weights a run goes on from unless it is told where to start."""

    @property
    def module(self) -> str:
        """The file under `zoo/networks/` that builds it."""
        return self.name.replace("-", "_")

    @property
    def objective(self) -> str:
        """What it is trained to please, for people: `mse`, or `mae + patch critic`."""
        return self.loss if self.critic == "none" else f"{self.loss} + {self.critic} critic"

    def takes(self, side: int) -> bool:
        """Whether a square of `side` pixels can go through it."""
        return side >= self.smallest and side % self.step == 0


# Each row: what it is and how large, then who describes it and what it pleases, then how it is trained.
# fmt: off
ROWS: tuple[Row, ...] = (
    Row("palette-unet", head="palette", side=192, step=32, smallest=32, parameters=6_256_839, hints=2,
        loss="palette",
        optimizer="adamw", learning_rate=1e-3, weight_decay=1e-4, batch_size=32, epochs=10,
        encoder="EfficientNetLite2", frozen_epochs=8, init_from="default"),
    Row("mobilenet-unet", head="ab", side=192, step=32, smallest=32, parameters=3_348_930,
        loss="huber",
        optimizer="adamw", learning_rate=1e-3, weight_decay=1e-4, batch_size=32, epochs=15,
        encoder="MobileNetV2", frozen_epochs=12),
    Row("lab-autoencoder", head="ab", side=256, step=8, smallest=8, parameters=6_219_410,
        reports=("R2", "R3"), loss="mse",
        optimizer="adam", learning_rate=1e-3, batch_size=16, epochs=150),
    Row("cifar-cnn", head="rgb", side=32, step=1, smallest=8, parameters=185_795,
        reports=("R1",), loss="mse",
        optimizer="adam", learning_rate=1e-3, batch_size=128, epochs=50),
    Row("unet-512", head="rgb", side=512, step=128, smallest=128, parameters=560_331,
        reports=("R0",), loss="mse",
        optimizer="rmsprop", learning_rate=3e-5, batch_size=16, epochs=100),
    Row("classifier-313", head="bins", side=256, step=8, smallest=8, parameters=24_793_081,
        reports=("R2",), loss="crossentropy",
        optimizer="sgd", learning_rate=1e-3, batch_size=32, epochs=18),
    Row("inception-fusion", head="ab", side=256, step=8, smallest=8, parameters=61_015_154,
        reports=("R2",), loss="mse",
        optimizer="adam", learning_rate=1e-3, batch_size=16, epochs=150,
        encoder="InceptionResNetV2", frozen_epochs=150),
    Row("pix2pix-mobilenet", head="ab", side=256, step=32, smallest=32, parameters=10_124_866,
        reports=("R2",), loss="mae", critic="patch",
        optimizer="adam", learning_rate=2e-4, batch_size=16, epochs=100,
        encoder="MobileNetV2"),
    Row("pix2pix-densenet", head="ab", side=256, step=32, smallest=32, parameters=23_691_586,
        reports=("R2",), loss="mae", critic="patch",
        optimizer="adam", learning_rate=2e-4, batch_size=16, epochs=100,
        encoder="DenseNet121"),
    Row("vgg16-unet", head="ab", side=256, step=16, smallest=16, parameters=18_590_146,
        reports=("R0",), loss="mse",
        optimizer="rmsprop", learning_rate=3e-5, batch_size=16, epochs=100,
        encoder="VGG16"),
    Row("resnet18", head="rgb", side=256, step=8, smallest=8, parameters=957_219,
        reports=("R4",), loss="rmse",
        optimizer="adam", learning_rate=1e-2, weight_decay=1e-6, batch_size=64, epochs=100),
    Row("unet-stride2", head="rgb", side=256, step=32, smallest=32, parameters=13_623_363,
        reports=("R4",), loss="rmse",
        optimizer="adam", learning_rate=1e-2, weight_decay=1e-6, batch_size=64, epochs=100),
    Row("gan", head="rgb", side=256, step=32, smallest=32, parameters=10_867_779,
        reports=("R4",), loss="mae", critic="image",
        optimizer="adam", learning_rate=1e-2, weight_decay=1e-6, batch_size=64, epochs=100),
    Row("unet-gan", head="rgb", side=256, step=32, smallest=32, parameters=13_623_363,
        reports=("R4",), loss="mae", critic="image",
        optimizer="adam", learning_rate=1e-2, weight_decay=1e-6, batch_size=64, epochs=100),
)
# fmt: on
DEFAULT = ROWS[0]


def row_named(name: str) -> Row:
    """The row of that name, or a refusal that lists them all."""
    for row in ROWS:
        if row.name == name:
            return row
    raise UsageProblem(
        f"There is no network called {name!r}.", remedy=f"Choose one of: {', '.join(row.name for row in ROWS)}."
    )


def check_side(row: Row, side: int) -> None:
    """Refuse a side that the network cannot take, and say one near it that it can."""
    if not row.takes(side):
        near = max(row.smallest, round(side / row.step) * row.step)
        raise UsageProblem(
            f"{row.name} cannot take a side of {side}.",
            remedy=f"Choose a multiple of {row.step}, at least {row.smallest}: {near}, for example.",
        )
