"""What is written down as done is a photograph in full colour, made by the model that its card describes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile

from lab_colorize.batch.colorizers import colorizer_factory
from lab_colorize.batch.journal import read_journal
from lab_colorize.batch.outcome import Outcome, Status
from lab_colorize.batch.run import Batch
from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.models import MODELS_VARIABLE, Model, find_model, installed_models, shipped_models_folder
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import ModelDamaged

from .conftest import Archive, contents_below, picture
from .conftest import Batch as Command

REGIONS = 64
SHIPPED = sorted(path.stem for path in shipped_models_folder().glob("*.tflite"))


@pytest.fixture
def photographs(archive: Archive, tiny_model: Path) -> Callable[..., dict[str, Outcome]]:
    """Colours what lies in the archive with the real thing."""

    def colour(**options: Any) -> dict[str, Outcome]:
        asked = replace(archive.options(), model=str(tiny_model), colorize=ColorizeOptions(**options))
        with Batch(asked, colorizer_factory(asked)) as batch:
            return {outcome.source: outcome for outcome in batch}

    return colour


@pytest.mark.parametrize("name", SHIPPED)
def test_one_flipped_bit_anywhere_in_a_shipped_model_is_refused(name: str, tmp_path: Path) -> None:
    shipped = find_model(shipped_models_folder() / f"{name}.tflite")
    copy = Model(tmp_path / "copy.tflite", shipped.card)
    copy.path.write_bytes(shipped.content)
    assert copy.content == shipped.content
    for place in np.linspace(0, len(shipped.content) - 1, REGIONS, dtype=int):
        flip(copy.path, int(place))
        with pytest.raises(ModelDamaged, match="SHA-256"):
            Model(copy.path, shipped.card).content  # noqa: B018
        flip(copy.path, int(place))
    copy.path.write_bytes(shipped.content[:-1])
    with pytest.raises(ModelDamaged, match="SHA-256"):
        Model(copy.path, shipped.card).content  # noqa: B018


def flip(path: Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1 << place % 8]))


@pytest.mark.parametrize("how", ["by name", "by path"])
def test_a_damaged_model_is_refused_before_the_first_photograph(
    how: str, batch: Command, archive: Archive, tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed ones as well as those beside the archive; by name the default is taken, as most people do."""
    own = tmp_path / "models"
    own.mkdir()
    for suffix in (".tflite", ".json"):
        (own / f"default{suffix}").write_bytes(tiny_model.with_suffix(suffix).read_bytes())
    flip(own / "default.tflite", 1000)
    monkeypatch.setenv(MODELS_VARIABLE, str(own))
    assert installed_models()[0].path.parent == own
    picture(archive.folder / "1.jpg")
    ended = batch(archive.folder, archive.out, Path("default") if how == "by name" else own / "default.tflite")
    assert ended.returncode == 4, ended.stderr
    assert not archive.out.exists()


@pytest.mark.parametrize("saturation", ["NaN", "-1", "0", "Infinity", '"vivid"'])
def test_a_card_whose_saturation_would_give_grey_or_noise_is_refused(
    saturation: str, tmp_path: Path, tiny_model: Path
) -> None:
    card = tiny_model.with_suffix(".json").read_text()
    value = card.split('"saturation": ')[1].split(",")[0].split("\n")[0]
    (tmp_path / "m.json").write_text(card.replace(f'"saturation": {value}', f'"saturation": {saturation}'))
    (tmp_path / "m.tflite").write_bytes(tiny_model.read_bytes())
    with pytest.raises(ModelDamaged):
        find_model(tmp_path / "m.tflite")


@pytest.mark.parametrize(
    ("answer", "why"), [(0.0, "without colours"), (np.nan, "not numbers"), (np.inf, "not numbers")]
)
def test_a_network_that_answers_without_colours_colours_nothing(
    answer: float,
    why: str,
    archive: Archive,
    photographs: Callable[..., dict[str, Outcome]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture(archive.folder / "1.jpg")
    honest = Colorizer._started

    class Dead:
        def __init__(self, interpreter: Any) -> None:
            self.interpreter = interpreter

        def __getattr__(self, name: str) -> Any:
            return getattr(self.interpreter, name)

        def get_tensor(self, index: int) -> Any:
            return np.full_like(self.interpreter.get_tensor(index), answer)

    monkeypatch.setattr(Colorizer, "_started", lambda colorizer: Dead(honest(colorizer)))
    outcome = photographs()["1.jpg"]
    assert (outcome.status, why in outcome.reason) == (Status.FAILED, True)
    assert contents_below(archive.out) == {}


def test_the_missing_part_of_a_cut_photograph_that_was_accepted_is_owned_up_to(
    archive: Archive, photographs: Callable[..., dict[str, Outcome]]
) -> None:
    picture(archive.folder / "whole.jpg")
    content = (archive.folder / "whole.jpg").read_bytes()
    (archive.folder / "cut.jpg").write_bytes(content[: len(content) * 3 // 4])
    assert photographs()["cut.jpg"].status is Status.FAILED
    outcomes = photographs(accept_truncated=True)
    assert "left grey" in outcomes["cut.jpg"].reason
    assert "left grey" in read_journal(archive.out).last["cut.jpg"].reason
    assert "left grey" not in outcomes["whole.jpg"].reason
    cut, whole = (cv2.imread(str(archive.out / name)).astype(int) for name in ("cut.jpg", "whole.jpg"))
    assert np.ptp(cut[-4:], axis=2).max() <= 1
    assert np.ptp(cut[:16], axis=2).max() > 1 < np.ptp(whole[-4:], axis=2).max()


@pytest.mark.parametrize("error", [MemoryError(), cv2.error("out of memory"), OSError(5, "Input/output error")])
def test_a_photograph_of_which_one_page_could_not_be_coloured_is_not_written_at_all(
    error: Exception,
    archive: Archive,
    photographs: Callable[..., dict[str, Outcome]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import lab_colorize.colouring.colorizer

    pages = np.random.default_rng(0).integers(0, 256, (3, 40, 60), np.uint8)
    tifffile.imwrite(archive.folder / "album.tif", pages, photometric="minisblack")
    honest, asked = lab_colorize.colouring.colorizer.join, iter(range(9))

    def join(*given: Any) -> Any:
        if next(asked) == 2:
            raise error
        return honest(*given)

    with monkeypatch.context() as patch:
        patch.setattr(lab_colorize.colouring.colorizer, "join", join)
        assert photographs()["album.tif"].status is Status.FAILED
    assert contents_below(archive.out) == {}
    assert photographs()["album.tif"].status is Status.DONE


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".avif", ".bmp"])
def test_what_is_done_is_in_colour_all_over(
    suffix: str, archive: Archive, photographs: Callable[..., dict[str, Outcome]]
) -> None:
    picture(archive.folder / f"1{suffix}", size=(320, 240))
    assert photographs()[f"1{suffix}"].status is Status.DONE
    for part in parts(archive.out / f"1{suffix}"):
        assert (part.max(axis=-1).astype(int) - part.min(axis=-1)).max() > 5


def parts(path: Path) -> Iterator[Any]:
    """Sixteen tiles of a result, so that a grey corner shows."""
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    for rows in np.array_split(pixels, 4, axis=0):
        yield from np.array_split(rows, 4, axis=1)
