"""What a worker makes of a request's body: a coloured photograph, a preview of it, or the photograph as it was."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2

from lab_colorize.colouring.colorizer import Colorizer
from lab_colorize.colouring.in_memory import colorize_bytes, colorize_read
from lab_colorize.colouring.models import Model
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.photos.caption import caption_of
from lab_colorize.photos.formats.base import Metadata, Page
from lab_colorize.photos.kinds import Format
from lab_colorize.photos.photo import Photo, encode_photo, parse_photo, read_photo

PREVIEW_QUALITY = 88
MOST_NETWORKS = 3  # that a worker keeps ready: the one last used least gives way


@dataclass(frozen=True, slots=True)
class Task:
    """A photograph file and what is wanted of it."""

    content: bytes
    name: str
    model: Model | None
    """None leaves the photograph as it is."""
    options: ColorizeOptions
    longest: int | None = None
    """Pixels of the longer side of a preview; None is the photograph itself."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a photograph, and what it was."""

    content: bytes
    format: Format
    width: int
    height: int
    """Of the photograph, upright, also where only a preview was made."""
    pages: int
    depth: int
    source_format: Format
    notes: tuple[str, ...] = ()
    caption: str = ""
    """What the archive wrote about it; told with previews, which are for people."""


@dataclass(frozen=True)
class Worker:
    """One thread's own networks."""

    networks: dict[str, Colorizer] = field(default_factory=dict)

    @classmethod
    def ready_for(cls, model: Model) -> Worker:
        """A worker whose first photograph need not wait for the network."""
        worker = cls()
        worker.network(model)
        return worker

    def __call__(self, task: Task) -> Made:
        """Carry out one task; raises `lab_colorize.errors`."""
        options = task.options
        if task.model is not None and task.longest is None:
            return self._coloured(task, task.model)
        photo = read_photo(
            task.content, name=task.name, max_pixels=options.max_pixels, accept_truncated=options.accept_truncated
        )
        shown = photo if task.longest is None else _small(photo, task.longest)
        if task.model is None:
            return _made(photo, shown.format, encode_photo(shown, quality=PREVIEW_QUALITY))
        first = photo.pages[0]
        options.hints.check(first.width, first.height, task.name)
        hints = options.hints.in_percent(first.width, first.height)
        options = replace(options, format="same", quality=PREVIEW_QUALITY, hints=hints)
        result = colorize_read(shown, name=task.name, colorizer=self.network(task.model), options=options)
        return _made(photo, result.format, result.content)

    def _coloured(self, task: Task, model: Model) -> Made:
        """The photograph itself, in colour: the same bytes as from the command line."""
        source = parse_photo(task.content, task.name, task.options.max_pixels)
        result = colorize_bytes(task.content, name=task.name, colorizer=self.network(model), options=task.options)
        return Made(
            result.content,
            result.format,
            result.width,
            result.height,
            result.pages,
            depth=16 if source.header.bits > 8 else 8,
            source_format=source.format,
            notes=result.notes,
        )

    def network(self, model: Model) -> Colorizer:
        """The network of a model, which no other thread uses."""
        network = self.networks.pop(model.sha256, None) or Colorizer(model, threads=1)
        while len(self.networks) >= MOST_NETWORKS:
            self.networks.pop(next(iter(self.networks)))
        self.networks[model.sha256] = network
        return network


def _small(photo: Photo, longest: int) -> Photo:
    """The first page as a JPEG to look at, with what is known of its colours: profile and provenance."""
    page = photo.pages[0]
    scale = min(1.0, longest / max(page.width, page.height))
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    pixels = cv2.resize(page.pixels, size, interpolation=cv2.INTER_AREA)
    metadata = Metadata(icc=photo.metadata.icc, xmp=photo.metadata.xmp)
    return replace(photo, pages=(Page(pixels),), format=Format.JPEG, metadata=metadata)


def _made(photo: Photo, format: Format, content: bytes) -> Made:
    first = photo.pages[0]
    return Made(
        content=content,
        format=format,
        width=first.width,
        height=first.height,
        pages=len(photo.pages),
        depth=first.depth,
        source_format=photo.format,
        caption=caption_of(photo.metadata),
    )
