"""A film looked at in some places before it is coloured: bars, rotation, levels, and whether it is in colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Protocol

import av
from av import VideoFrame

from lab_colorize.errors import UnreadableFilm
from lab_colorize.video.bars import Area, picture_area
from lab_colorize.video.facts import Facts, Tags, settled_tags
from lab_colorize.video.frame import Picture
from lab_colorize.video.layout import layout_of, plane
from lab_colorize.video.look import as_planar, layout_to_work_on
from lab_colorize.video.own_colours import has_colours
from lab_colorize.video.source import Decoded

PLACES = 16  # looked at, evenly through the film
_WIDEST_PIXEL = Fraction(8)  # width by height; what claims more is damaged
_BETWEEN = 10  # frames between looks where a film cannot be entered in the middle
_FULL, _LIMITED = 2, 1  # FFmpeg's numbers of the ranges
_LIMITED_GREY = frozenset({"h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "mpeg2video", "mpeg4"})


class Readable(Protocol):
    """A film that is open, from a container or a folder."""

    facts: Facts

    def frames(self, *, at_least: int | None = None) -> Iterator[Decoded]:
        """Every frame, or those from some frame before a time on."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found."""

    facts: Facts
    picture: Picture
    in_colour: bool
    """Whether it is in colour wherever it was looked at."""


def survey(film: Readable) -> Survey:
    """Look at some frames of a film that is open for this alone."""
    images = _samples(film)
    if not images:
        raise UnreadableFilm("No frame of it can be decoded.", remedy="Get an intact copy of the film.")
    picture = _picture(film.facts, images[0])
    samples = [as_planar(image, picture) for image in images]
    area = picture_area([plane(image, 0, picture.layout.dtype) for image in samples], picture.signal)
    in_colour = all(has_colours(image) for image in images)
    facts = replace(film.facts, interlaced=film.facts.interlaced or images[0].interlaced_frame)
    return Survey(facts, replace(picture, area=area), in_colour)


def _samples(film: Readable) -> list[VideoFrame]:
    """The first frame, and others through the film."""
    first = next(film.frames(), None)
    if first is None:
        return []
    found = [first.image]
    length = film.facts.seconds or film.facts.frames / film.facts.rate
    try:
        for place in range(1, PLACES):
            time = round(length * place / PLACES / film.facts.time_base)
            entered = next(film.frames(at_least=first.pts + time), None)
            if entered is not None:
                found.append(entered.image)
    except av.error.FFmpegError:
        found += [one.image for one in islice(film.frames(), _BETWEEN, PLACES * _BETWEEN, _BETWEEN)]
    return found


def _picture(facts: Facts, image: VideoFrame) -> Picture:
    layout = layout_of(layout_to_work_on(image))
    assert layout is not None
    return Picture(
        width=image.width,
        height=image.height,
        layout=layout,
        tags=tags_of(image, facts),
        aspect=facts.aspect if 1 / _WIDEST_PIXEL <= facts.aspect <= _WIDEST_PIXEL else Fraction(1),
        quarter_turns=round(image.rotation / 90) % 4,
        area=Area(0, image.height, 0, image.width),
    )


def tags_of(image: VideoFrame, facts: Facts) -> Tags:
    """What a frame says of its levels, and the usual where it says nothing."""
    name = image.format.name
    if image.format.is_rgb or image.format.has_palette:
        full, matrix = False, 2  # what the conversion makes of it
    else:
        unsaid_grey = (
            image.color_range == 0 and name.startswith(("gray", "mono", "ya")) and facts.codec not in _LIMITED_GREY
        )
        full = image.color_range == _FULL or name.startswith("yuvj") or unsaid_grey
        matrix = image.colorspace
    return settled_tags(
        matrix=matrix, primaries=image.color_primaries, transfer=image.color_trc, full=full, lines=image.height
    )
