"""The encoders: which there are, what each can hold, and how one is set up for a film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from av.codec.context import Flags

from lab_colorize.video.facts import Facts
from lab_colorize.video.frame import Picture
from lab_colorize.video.layout import Layout, format_called, layout_of
from lab_colorize.video.options import VideoOptions
from lab_colorize.workers import usable_cores

_MOST_THREADS = 16


@dataclass(frozen=True, slots=True)
class Codec:
    """One row of the table."""

    encoder: str
    """FFmpeg's name."""
    depths: tuple[int, ...]
    chroma: tuple[str, ...]
    """The first is what it gets where it cannot hold the film's own."""
    quality: int | None = None
    """Its usual CRF; None where it has none."""
    preset: str | None = None
    settings: tuple[tuple[str, str], ...] = ()


CODECS: Mapping[str, Codec] = {
    "h264": Codec("libx264", (8, 10), ("420", "422", "444"), 18, "medium"),
    "hevc": Codec("libx265", (8, 10, 12), ("420", "422", "444"), 20, "medium", (("x265-params", "log-level=error"),)),
    "av1": Codec("libsvtav1", (8, 10), ("420",), 28, "8"),
    "ffv1": Codec("ffv1", (8, 10, 12, 16), ("420", "422", "444"), None, None, (("level", "3"), ("slicecrc", "1"))),
    "prores": Codec("prores_ks", (10,), ("422", "444"), None, None, (("profile", "standard"), ("vendor", "apl0"))),
}


def layout_held(codec: Codec, film: Layout, width: int, height: int) -> Layout:
    """What of a film's layout a codec can hold: its depth or the next, its chroma or 4:2:0."""
    bits = next((depth for depth in codec.depths if depth >= film.bits), codec.depths[-1])
    chroma = film.chroma if film.chroma in codec.chroma else codec.chroma[0]
    if chroma == "420" and (width % 2 or height % 2) and codec.encoder in {"libx264", "libx265"}:
        chroma = "444"  # these two want even sides of chroma that is halved
    if chroma == "422" and width % 2:
        chroma = "444" if "444" in codec.chroma else chroma
    layout = layout_of(format_called(chroma, bits))
    assert layout is not None
    return layout


@dataclass(frozen=True, slots=True)
class Encoding:
    """Everything that sets up an encoder for one film."""

    codec: Codec
    layout: Layout
    picture: Picture
    facts: Facts
    options: VideoOptions
    reordered: bool
    """Whether frames may be coded in another order than shown, which AVI cannot say."""
    interlaced: bool

    def add_to(self, container: Any) -> Any:
        """A stream of a container that this will be written to."""
        stream = container.add_stream(self.codec.encoder, rate=self.facts.rate, options=self.settings())
        context = stream.codec_context
        context.width, context.height = self.picture.width, self.picture.height
        context.pix_fmt = self.layout.name
        context.time_base = stream.time_base = self.facts.time_base
        context.sample_aspect_ratio = self.picture.aspect
        context.thread_count = min(usable_cores(), _MOST_THREADS)
        context.flags |= Flags.frame_duration
        if self.interlaced:
            context.flags |= Flags.interlaced_dct | Flags.interlaced_me
            context.field_order = self.field_order
        tag(context, self.picture)
        return stream

    @property
    def field_order(self) -> int:
        """FFmpeg's number: progressive, or which field comes first."""
        if not self.interlaced:
            return 1
        return 2 if self.facts.top_first else 3

    def settings(self) -> dict[str, str]:
        """The encoder's own options."""
        settings = dict(self.codec.settings)
        if preset := self.options.preset or self.codec.preset:
            settings["preset"] = preset
        quality = self.codec.quality if self.options.quality is None else self.options.quality
        if self.codec.quality is not None:
            settings.update(_rate_control(self.codec, quality or 0))
        if not self.reordered and self.codec.encoder.startswith("libx26"):
            settings["bf"] = "0"
        return settings


def _rate_control(codec: Codec, quality: int) -> dict[str, str]:
    if quality > 0:
        return {"crf": str(quality)}
    if codec.encoder == "libx264":
        return {"qp": "0"}  # with 10 bits its CRF 0 loses something
    if codec.encoder == "libx265":
        return {"x265-params": "log-level=error:lossless=1"}
    return {"crf": "0"}


def tag(context: Any, picture: Picture) -> None:
    """Say what the levels mean."""
    tags = picture.tags
    context.colorspace, context.color_primaries, context.color_trc = tags.matrix, tags.primaries, tags.transfer
    context.color_range = 2 if tags.full else 1
