"""Colouring itself: lightness in, a and b out, joined with the photograph's own lightness.

`Colorizer` works on arrays, `colorize_photo` on files. Both are the same path for the command line, for batches
and for `evaluate`. Owns the running model; knows nothing of folders, journals or terminals.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lab_colorize import __version__
from lab_colorize.errors import AlreadyInColour, ModelDamaged, OutputError
from lab_colorize.join import join
from lab_colorize.lab import Pixels, Plane, chroma_of_network, network_input
from lab_colorize.lightness import Lightness, lightness_through, shrunk
from lab_colorize.metadata import Provenance, is_stamped, stamped
from lab_colorize.models import Card, Model, find_model
from lab_colorize.photo import (
    MAX_PIXELS,
    PHOTO_SUFFIXES,
    Format,
    Page,
    Photo,
    depth_kept,
    encode_photo,
    format_for_suffix,
    format_named,
    left_behind,
    read_bytes,
    read_photo,
    write_whole,
)
from lab_colorize.runtime import interpreter_for, resize
from lab_colorize.tone import tone_of

SOURCE_TYPE = "compositeWithTrainedAlgorithmicMedia"
LONGEST = 4  # no side of what the network sees is more than this many times the model's side
GAP = 0.02  # between the two halves of a comparison, as a share of their width


@dataclass(frozen=True, slots=True)
class ColorizeOptions:
    """What a person may choose about a result."""

    saturation: float | None = None
    """Factor on chroma; None is what the model's card recommends."""
    format: str = "same"
    quality: int = 95
    compare: bool = False
    """Also write NAME_compare beside the result: before and after, side by side."""
    overwrite: bool = False
    force: bool = False
    """Colour photographs that have colours already."""
    accept_truncated: bool = False
    source_type: str = SOURCE_TYPE
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True, slots=True)
class Coloured:
    """A photograph that was coloured and written."""

    target: Path
    width: int
    height: int
    pages: int
    source_sha256: str
    target_sha256: str
    notes: tuple[str, ...] = ()
    """What a person should know: a depth or format that could not be kept."""


class Colorizer:
    """A model ready to run. Not for sharing between threads: give each its own."""

    def __init__(self, model: Model | str | Path | None = None, *, threads: int = 1) -> None:
        """Find the model by name, path or default, check it, and make it ready to run on `threads` threads."""
        self.model = model if isinstance(model, Model) else find_model(model)
        self._threads = threads
        self._shape = (1, self.model.card.side, self.model.card.side, 1)
        self._interpreter = self._started()  # a damaged model is refused now, before the first photograph

    def colorize(self, pixels: Pixels, *, saturation: float | None = None) -> Pixels:
        """Colour (H, W) grey or (H, W, 3) RGB sRGB pixels: (H, W, 3) RGB of the same dtype and lightness."""
        _require_pixels(pixels)
        return self.colorize_lightness(lightness_through(pixels), pixels.dtype, saturation=saturation)

    def colorize_lightness(self, lightness: Lightness, depth: Any, *, saturation: float | None = None) -> Pixels:
        """Colour L* (H, W) in 0..100: (H, W, 3) RGB of integer dtype `depth`."""
        return self.joined(lightness, self.predict(lightness), depth, saturation=saturation)

    def joined(
        self,
        lightness: Lightness,
        ab: Plane,
        depth: Any,
        *,
        saturation: float | None = None,
        blue_first: bool = False,
    ) -> Pixels:
        """L* joined with what `predict` answered for it, more or less saturated; see `join`."""
        factor = self.model.card.saturation if saturation is None else saturation
        return join(lightness, ab * np.float32(factor), depth, blue_first=blue_first)

    def predict(self, lightness: Lightness) -> Plane:
        """The network's a*, b* (h, w, 2) in Lab units for L* (H, W): small, of the same aspect ratio."""
        card = self.model.card
        height, width = shown_size(lightness.shape, card)
        shown = shrunk(lightness, width, height)
        below, beside = self._padding(height, width)
        # Reflected edges give the network a scene that goes on; a black border would be taken for an object.
        padded = cv2.copyMakeBorder(shown, 0, below, 0, beside, cv2.BORDER_REFLECT)
        answer = chroma_of_network(self._run(network_input(padded)))
        return answer[: height // card.fraction, : width // card.fraction]

    def _padding(self, height: int, width: int) -> tuple[int, int]:
        card = self.model.card
        if not card.resizable:
            return card.side - height, card.side - width
        return -height % card.step, -width % card.step

    def _run(self, lightness: Plane) -> Plane:
        if lightness.shape != self._shape:
            resize(self._interpreter, lightness.shape)
            self._shape = lightness.shape
        (into,), (outof,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._interpreter.set_tensor(into["index"], lightness)
        self._interpreter.invoke()
        answer: Plane = self._interpreter.get_tensor(outof["index"])
        if not np.isfinite(answer).all():
            raise _not_ours(self.model, "it answers without colours.")
        return answer

    def _started(self) -> Any:
        """The LiteRT interpreter, ready for the model's own side; a file that does not run is refused."""
        try:
            interpreter = interpreter_for(self.model.content, self._shape, threads=self._threads)
            signature = interpreter.get_signature_list()["serving_default"]
        except (ValueError, KeyError, RuntimeError) as error:
            raise _not_ours(self.model, str(error)) from error
        if signature != {"inputs": ["lightness"], "outputs": ["ab"]}:
            raise _not_ours(self.model, f"its signature is {signature}.")
        return interpreter


def _require_pixels(pixels: Any) -> None:
    if not isinstance(pixels, np.ndarray) or pixels.dtype not in (np.uint8, np.uint16):
        raise TypeError(f"pixels must be an array of uint8 or uint16, not {getattr(pixels, 'dtype', type(pixels))}")
    if pixels.size == 0 or not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise ValueError(f"pixels must be (H, W) grey or (H, W, 3) RGB, not of shape {pixels.shape}")


def _not_ours(model: Model, why: str) -> ModelDamaged:
    return ModelDamaged(
        f"{model.path} is not a model that this tool can run: {why}",
        remedy="A model answers `lightness` with `ab`; `lab-colorize train` exports such models.",
    )


def shown_size(shape: tuple[int, ...], card: Card) -> tuple[int, int]:
    """Height and width at which a photograph of `shape` is shown to the network of this card.

    The aspect ratio stays, and the photograph is as large as fits into a frame whose sides are multiples of the
    network's step and whose area is at most that of its square: the network's time goes by the frame. Networks of one
    side have one frame. Both numbers are multiples of `fraction`, so that the small colour planes lie exactly over
    the small photograph.
    """
    height, width = shape
    scale = max(min(high / height, wide / width) for high, wide in _frames(card))

    def fitting(length: int) -> int:
        return card.fraction * max(1, round(length * scale / card.fraction))

    return fitting(height), fitting(width)


def _frames(card: Card) -> list[tuple[int, int]]:
    if not card.resizable:
        return [(card.side, card.side)]
    longest = card.side * min(LONGEST, card.side // card.step)
    lengths = range(card.step, longest + 1, card.step)
    return [(high, min(card.side**2 // high // card.step * card.step, longest)) for high in lengths]


def colorize_photo(
    source: Path | str,
    target: Path | str,
    *,
    colorizer: Colorizer | None = None,
    options: ColorizeOptions | None = None,
) -> Coloured:
    """Colour the photograph `source` and write it whole to `target`, with its metadata and its provenance.

    Raises `lab_colorize.errors`: AlreadyInColour when it has colours of its own (and not `options.force`),
    UnreadablePhoto, OutputExists and their kin. Nothing is written then, and `source` is never touched.
    """
    source, target = Path(source), Path(target)
    options = options or ColorizeOptions()
    content = read_bytes(source)
    if os.path.exists(target) and os.path.samefile(target, source):  # noqa: PTH110, PTH121  # Path.exists fails on long names
        raise OutputError(f"{target} is the photograph itself, which is never replaced.", remedy="Name another file.")
    result = colorize_bytes(content, name=str(source), colorizer=colorizer or Colorizer(), options=options)
    write_whole(target, result.content, overwrite=options.overwrite, like=source)
    if options.compare:
        write_whole(compare_path(target), result.comparison(), overwrite=options.overwrite, like=source)
    first = result.photo.pages[0]
    return Coloured(
        target=target,
        width=first.width,
        height=first.height,
        pages=len(result.photo.pages),
        source_sha256=hashlib.sha256(content).hexdigest(),
        target_sha256=hashlib.sha256(result.content).hexdigest(),
        notes=(*result.notes, *_misnamed(target, result.photo.format, options)),
    )


def _misnamed(target: Path, kind: Format, options: ColorizeOptions) -> tuple[str, ...]:
    """Own up to a name that promises another format: the photograph's own, as a rule, which its result keeps."""
    if options.format != "same" or target.suffix.lower() not in PHOTO_SUFFIXES:
        return ()
    if format_for_suffix(target.suffix) is kind:
        return ()
    return (f"its contents are {kind.value}, and so is the result, whatever the name says",)


@dataclass(frozen=True, slots=True)
class Result:
    """A coloured photograph in memory: encoded, and with what a comparison needs."""

    photo: Photo
    content: bytes
    original: Page
    profile: bytes | None
    """The ICC profile that came with the original."""
    notes: tuple[str, ...]

    def comparison(self) -> bytes:
        """The first page before and after, side by side, in the result's own format."""
        after = self.photo.pages[0]
        before = lightness_through(self.original.pixels, self.profile)
        grey = join(before, np.zeros((1, 1, 2), np.float32), after.pixels.dtype)
        gap = np.full((after.height, max(1, round(after.width * GAP)), 3), np.iinfo(after.pixels.dtype).max, grey.dtype)
        page = Page(np.hstack([grey, gap, after.pixels]), None)
        return encode_photo(replace(self.photo, pages=(page,)), quality=90)


def colorize_bytes(content: bytes, *, name: str, colorizer: Colorizer, options: ColorizeOptions) -> Result:
    """Colour an encoded photograph; `name` is what errors call it."""
    photo = read_photo(content, name=name, max_pixels=options.max_pixels, accept_truncated=options.accept_truncated)
    if is_stamped(photo.metadata) and not options.force:
        raise AlreadyInColour(f"{name} is a result of lab-colorize and was left alone.", remedy="--force tries again.")
    left = [not options.force and tone_of(page.pixels).in_colour for page in photo.pages]
    if all(left):
        raise AlreadyInColour(f"{name} is already in colour and was left alone.", remedy="--force colours it anyway.")
    kind = photo.format if options.format == "same" else format_named(options.format)
    pages = tuple(
        page if in_colour else _coloured(page, photo.metadata.of_page(number).icc, colorizer, options, kind)
        for number, (page, in_colour) in enumerate(zip(photo.pages, left, strict=True))
    )
    provenance = Provenance(
        software=f"lab-colorize {__version__}",
        model=colorizer.model.name,
        model_sha256=colorizer.model.sha256,
        source_type=options.source_type,
    )
    finished = Photo(pages=pages, format=kind, metadata=stamped(photo.metadata, provenance))
    notes = _notes(photo, finished)
    if photo.truncated:
        notes = (*notes, "the file breaks off, and what is missing of it was left grey")
    if any(left):
        pages_left = ", ".join(str(number) for number, in_colour in enumerate(left, start=1) if in_colour)
        notes = (*notes, f"in colour already and kept as they are: pages {pages_left}")
    return Result(finished, encode_photo(finished, quality=options.quality), photo.pages[0], photo.metadata.icc, notes)


def _coloured(page: Page, profile: bytes | None, colorizer: Colorizer, options: ColorizeOptions, kind: Format) -> Page:
    lightness = lightness_through(page.pixels, profile)
    dtype = np.uint16 if depth_kept(kind, page.depth) > 8 else np.uint8
    ab = colorizer.predict(lightness)
    if not ab.any():  # the result would be grey, and pass for coloured
        raise _not_ours(colorizer.model, "it answers without colours.")
    by_opencv = kind is not Format.TIFF and page.alpha is None
    pixels = colorizer.joined(lightness, ab, dtype, saturation=options.saturation, blue_first=by_opencv)
    return Page(pixels, None if page.alpha is None else _at_depth(page.alpha, dtype))


def _at_depth(alpha: Pixels, dtype: Any) -> Pixels:
    """An alpha plane at the result's depth, every level at its nearest."""
    if alpha.dtype == dtype:
        return alpha
    return np.rint(alpha * (np.iinfo(dtype).max / np.iinfo(alpha.dtype).max)).astype(dtype)


def _notes(photo: Photo, finished: Photo) -> tuple[str, ...]:
    """What of the original could not be kept, in words for a person."""
    notes = left_behind(replace(finished, pages=photo.pages))
    if photo.format is finished.format:
        return notes
    fewer = depth_kept(finished.format, photo.pages[0].depth) < photo.pages[0].depth
    depth = f" with {depth_kept(finished.format, 16)} bits a channel" if fewer else ""
    return (f"{photo.format.value} written as {finished.format.value}{depth}", *notes)


def result_path(source: Path, folder: Path | None = None, *, kind: str = "same") -> Path:
    """Where `colorize` puts the result of `source` unless told otherwise: NAME_colorized beside it, or in `folder`."""
    return (folder or source.parent) / f"{source.stem}_colorized{target_suffix(source, kind)}"


def compare_path(target: Path) -> Path:
    """Where the comparison that belongs to `target` is put."""
    return target.with_name(f"{target.stem}_compare{target.suffix}")


def target_suffix(source: Path, kind: str) -> str:
    """The suffix of a result: the source's own, in its own case, unless another format is asked for."""
    if kind == "same" or format_for_suffix(source.suffix) is format_named(kind):
        return source.suffix
    return format_named(kind).suffix
