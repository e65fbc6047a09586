"""From pages to bytes: where OpenCV encodes, and each format's module adds the metadata."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.depth import rescaled
from lab_colorize.photos.formats import bmp, heic, jp2, jpeg, png, tiff_writing, webp
from lab_colorize.photos.formats.base import Metadata, Page, Unsupported
from lab_colorize.photos.kinds import Format

_FINE = 90  # from this quality on chroma keeps its full resolution: colour is the product
_DEPTHS = {Format.PNG: 16, Format.TIFF: 16, Format.JPEG2000: 16, Format.AVIF: 12, Format.HEIC: 12}
# Pixels a side: libjpeg's own limit, WebP's 14 bits, and what AV1 can say.
_LARGEST = {Format.JPEG: 65500, Format.WEBP: 16383, Format.AVIF: 65536}
_ANY_SIZE = "Give --format png or tif."
_SMALLEST_JP2 = 32  # OpenCV always asks for six resolutions, so OpenJPEG refuses smaller sides
_CANNOT = {
    Format.BMP: ("EXIF", "XMP", "IPTC", "ICC"),
    Format.WEBP: ("IPTC",),
    Format.AVIF: ("IPTC",),
    Format.HEIC: ("IPTC",),
}
LOSSLESS_WEBP = 100  # the quality that stands for no loss at all
_LOSSLESS = 1000  # OpenCV's measure for JPEG 2000: thousandths of the bare size


def depth_kept(format: Format, depth: int) -> int:
    """How many of a sample's bits a format can hold."""
    return min(depth, _DEPTHS.get(format, 8))


def encode(pages: tuple[Page, ...], format: Format, metadata: Metadata, quality: int, *, bare: bool = False) -> bytes:
    """Write a whole file. Formats of one picture hold the first page. `bare` is for JPEG 2000 alone."""
    if format is Format.TIFF:
        alpha = [page.alpha is not None for page in pages]
        return tiff_writing.encode([_joined(page) for page in pages], metadata, alpha=alpha)
    _refuse_size(pages[0], format)
    page = _at_depth(pages[0], depth_kept(format, 16))
    if format is Format.AVIF:
        return _avif(page, metadata, quality)
    if format is Format.HEIC:
        return heic.encode(_in_three(page), metadata, quality, full_colour=quality >= _FINE)
    pixels = _bgr(_over_white(page)) if format is Format.JPEG else _bgra(page)
    coded = _coded(format.suffix, lambda: cv2.imencode(format.suffix, pixels, _options(format, quality)))
    if format is Format.JPEG2000 and bare:
        return jp2.bare(bytes(coded), metadata.xmp)
    return jpeg.embed(coded, metadata) if format is Format.JPEG else _EMBEDS[format](bytes(coded), metadata)


_EMBEDS: dict[Format, Callable[[bytes, Metadata], bytes]] = {
    Format.PNG: png.embed,
    Format.WEBP: webp.embed,
    Format.JPEG2000: jp2.embed,
    Format.BMP: bmp.embed,
}


def _options(format: Format, quality: int) -> list[int]:
    """OpenCV's options, pairs of name and value."""
    webp_quality = 101 if quality >= LOSSLESS_WEBP else quality  # above 100 OpenCV writes without loss
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444 if quality >= _FINE else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    return {
        Format.JPEG: [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling],
        # All filters, no level: smaller on photographs than with level 3, and twice as fast (measured).
        Format.PNG: [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_ALL_FILTERS],
        Format.WEBP: [cv2.IMWRITE_WEBP_QUALITY, webp_quality],
        Format.JPEG2000: [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, _LOSSLESS],
    }.get(format, [])


def _refuse_size(page: Page, format: Format) -> None:
    largest = _LARGEST.get(format)
    if largest and max(page.width, page.height) > largest:
        raise Unsupported(f"too large for {format.value}: its limit is {largest} pixels a side", remedy=_ANY_SIZE)
    if format is Format.JPEG2000 and min(page.width, page.height) < _SMALLEST_JP2:
        raise Unsupported(
            f"too small for {format.value}: each side needs at least {_SMALLEST_JP2} pixels", remedy=_ANY_SIZE
        )


def left_behind(pages: tuple[Page, ...], format: Format, metadata: Metadata) -> tuple[str, ...]:
    """What a file of this format will not hold, in words for a person."""
    name = format.value
    lost = []
    if format is not Format.TIFF and len(pages) > 1:
        lost.append(f"{name} holds one picture: pages 2 to {len(pages)} were left out")
    if format is Format.JPEG and pages[0].alpha is not None:
        lost.append(f"{name} has no transparency: it became white")
    blocks = (("EXIF", metadata.exif), ("XMP", metadata.xmp), ("IPTC", metadata.iptc), ("ICC", metadata.icc))
    lost += [f"{name} cannot hold {block}" for block, held in blocks if held and block in _CANNOT.get(format, ())]
    texts = {Format.PNG: png.TEXTS, Format.JPEG: {jpeg.COMMENT}}.get(format, set())
    if any(kind not in texts for kind, _ in metadata.texts):
        lost.append(f"{name} cannot hold the texts of another format")
    return (*lost, *(jpeg.left_behind(metadata) if format is Format.JPEG else ()))


def _avif(page: Page, metadata: Metadata, quality: int) -> bytes:
    deep = page.depth == 16
    options = [cv2.IMWRITE_AVIF_QUALITY, quality, cv2.IMWRITE_AVIF_DEPTH, 12 if deep else 8]
    named = (
        (cv2.IMAGE_METADATA_EXIF, metadata.exif),
        (cv2.IMAGE_METADATA_XMP, metadata.xmp),
        (cv2.IMAGE_METADATA_ICCP, metadata.icc),
    )
    blocks = [(kind, np.frombuffer(block, np.uint8)) for kind, block in named if block]
    pixels, kinds, contents = _bgra(page), [kind for kind, _ in blocks], [block for _, block in blocks]
    return bytes(_coded(".avif", lambda: cv2.imencodeWithMetadata(".avif", pixels, kinds, contents, options)))


def _coded(suffix: str, encode: Callable[[], tuple[bool, NDArray[Any]]]) -> memoryview:
    """The encoder's own memory: the most common format needs no second copy of it."""
    try:
        done, coded = encode()
    except cv2.error:
        done = False
    if not done:
        raise Unsupported(f"one that OpenCV cannot write as {suffix}", remedy=_ANY_SIZE)
    return coded.data


def _bgr(pixels: NDArray[Any]) -> NDArray[Any]:
    if pixels.ndim == 2:
        return pixels
    turned = pixels[..., ::-1]
    return turned if turned.flags.c_contiguous else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))


def _bgra(page: Page) -> NDArray[Any]:
    """Colour and alpha in one array as OpenCV wants it, made in one go: the largest photographs are as large as memory.

    Grey with alpha becomes RGB, for OpenCV knows no other way.
    """
    if page.alpha is None:
        return _bgr(page.pixels)
    out = np.empty((page.height, page.width, 4), page.pixels.dtype)
    blue, green, red, alpha = (0, 0, 0, 1) if page.pixels.ndim == 2 else (2, 1, 0, 3)
    cv2.mixChannels([page.pixels, page.alpha], [out], [blue, 0, green, 1, red, 2, alpha, 3])
    return out


def _in_three(page: Page) -> NDArray[Any]:
    """RGB or RGBA in one array, with room for 16 bits."""
    pixels = _joined(page)
    return pixels if pixels.ndim == 3 else np.dstack([pixels] * 3)


def _joined(page: Page) -> NDArray[Any]:
    """Colour and alpha in one array, as TIFF holds them; grey with alpha becomes RGB as everywhere."""
    if page.alpha is None:
        return page.pixels
    colour = page.pixels if page.pixels.ndim == 3 else np.dstack([page.pixels] * 3)
    return np.dstack([colour, page.alpha])


def _over_white(page: Page) -> NDArray[Any]:
    """A format without alpha shows the photograph on white paper."""
    if page.alpha is None:
        return page.pixels
    top = np.float32(np.iinfo(page.pixels.dtype).max)
    share = page.alpha.astype(np.float32) / top
    share = share[..., None] if page.pixels.ndim == 3 else share
    seen: NDArray[Any] = np.rint(top - (top - page.pixels) * share).astype(page.pixels.dtype)
    return seen


def _at_depth(page: Page, bits: int) -> Page:
    """Round to fewer bits where the format holds fewer; 12 bits stay in 16-bit samples."""
    if page.depth <= bits:
        return page
    alpha = None if page.alpha is None else rescaled(page.alpha, page.depth, bits)
    return Page(rescaled(page.pixels, page.depth, bits), alpha)
