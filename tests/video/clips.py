"""Clips that the tests make: the demo photograph panned over, with known motion, sound, subtitles and odd times."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np

PHOTO = Path(__file__).parents[2] / "docs/demo/photo.jpg"
SIZE = (96, 72)  # of the clips: width, height
CONTAINERS = {".mp4": "mp4", ".mkv": "matroska", ".mov": "mov", ".avi": "avi", ".ts": "mpegts"}


@dataclass(frozen=True)
class Clip:
    """What a clip is like."""

    frames: int = 24
    rate: Fraction = Fraction(24)
    pixels: str = "yuv420p"
    codec: str = "libx264"
    size: tuple[int, int] = SIZE
    full: bool = False
    matrix: int = 2  # unspecified
    times: tuple[int, ...] = ()  # in frames; the even ones if empty
    sound: bool = False
    subtitles: tuple[str, ...] = ()  # one stream of the codec for each
    chapters: tuple[tuple[int, int, str], ...] = ()  # seconds, seconds, title
    attachment: bytes = b""
    rotation: int = 0
    aspect: Fraction = Fraction(1)
    interlaced: bool = False
    zoom: float = 1.0  # how many times larger everything becomes from frame to frame; instead of the pan, if not 1
    bars: int = 0  # black lines above and below
    cuts: tuple[int, ...] = ()  # numbers of frames that begin a scene
    colour: tuple[range, ...] = ()  # frames that have colours of their own
    tags: dict[str, str] = field(default_factory=dict)
    bframes: int = 2

    def luma(self, number: int) -> np.ndarray:
        """Levels of 0..255 of a frame: a window that moves over the photograph by one pixel a frame, or zooms."""
        width, height = self.size
        scene = sum(number >= cut for cut in self.cuts)
        inner = height - 2 * self.bars
        left, top = 40 + number * (self.zoom == 1), 30 + 25 * scene
        window = np.roll(photograph(), 90 * scene, axis=1)[top : top + inner, left : left + width]
        window = zoomed(window, self.zoom**number)
        window = window // 2 + 110 if scene % 2 else window // 2 + 10
        return cv2.copyMakeBorder(window, self.bars, self.bars, 0, 0, cv2.BORDER_CONSTANT, value=0)


def zoomed(picture, times):
    """A picture that many times larger, about its centre, in its own size."""
    if times == 1:
        return picture
    height, width = picture.shape[:2]
    centre = ((width - 1) / 2, (height - 1) / 2)
    turned = cv2.getRotationMatrix2D(centre, 0, times)
    return cv2.warpAffine(picture, turned, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@cache
def photograph() -> np.ndarray:
    """The demo photograph, grey, in a size that clips are cut out of."""
    grey = cv2.imread(str(PHOTO), cv2.IMREAD_GRAYSCALE)
    grey = cv2.resize(grey, (480, 360), interpolation=cv2.INTER_AREA)
    return np.tile(grey, (3, 2))


def make_clip(path: Path, clip: Clip | None = None) -> Path:
    """Write a clip."""
    clip = clip or Clip()
    with av.open(str(path), "w", format=CONTAINERS[path.suffix]) as out:
        out.metadata.update(clip.tags)
        picture = _picture(out, clip)
        sound = _sound(out) if clip.sound else None
        texts = [_subtitles(out, codec, number) for number, codec in enumerate(clip.subtitles)]
        if clip.attachment:
            out.add_attachment("font.ttf", "application/x-truetype-font", clip.attachment)
        if clip.chapters:
            base = Fraction(1, 1000)
            out.set_chapters([
                {"id": number, "start": start * 1000, "end": end * 1000, "time_base": base, "metadata": {"title": title}}
                for number, (start, end, title) in enumerate(clip.chapters)
            ])  # fmt: skip
        out.start_encoding()
        _fill(out, clip, picture, sound, texts)
    return path


def _picture(out, clip):
    options = {"bf": str(clip.bframes), "crf": "10"} if clip.codec == "libx264" else {}
    stream = out.add_stream(clip.codec, rate=clip.rate, options=options)
    context = stream.codec_context
    context.width, context.height = clip.size
    context.pix_fmt = clip.pixels
    context.time_base = stream.time_base = 1 / clip.rate
    context.sample_aspect_ratio = clip.aspect
    context.color_range, context.colorspace = 2 if clip.full else 1, clip.matrix
    context.flags |= av.codec.context.Flags.frame_duration
    if clip.interlaced:
        context.flags |= av.codec.context.Flags.interlaced_dct | av.codec.context.Flags.interlaced_me
        context.field_order = 2
    if clip.rotation:
        stream.set_display_rotation(clip.rotation)
    stream.metadata["language"] = "deu"
    return stream


def _sound(out):
    stream = out.add_stream("mp3" if out.format.name in {"avi", "mpegts"} else "aac", rate=44100)
    stream.layout = "mono"
    stream.metadata["language"] = "fra"
    stream.metadata["title"] = "Piano"
    return stream


def _subtitles(out, codec, number):
    stream = out.add_stream(codec)
    stream.codec_context.subtitle_header = (
        b"[Script Info]\nScriptType: v4.00+\n[V4+ Styles]\nFormat: Name\nStyle: Default\n[Events]\nFormat: Text\n"
    )
    stream.time_base = Fraction(1, 1000)
    stream.metadata["language"] = ("eng", "ita")[number]
    return stream


def _fill(out, clip, picture, sound, texts):
    for text in texts:
        for number in range(2):
            packet = av.Packet(_encoded_text(text.codec_context.codec.name, f"Line {number}"))
            packet.stream, packet.time_base = text, Fraction(1, 1000)
            packet.pts = packet.dts = number * 400
            packet.duration = 300
            out.mux(packet)
    if sound is not None:
        for packet in _tones(sound, clip):
            out.mux(packet)
    for number in range(clip.frames):
        out.mux(picture.encode(frame_of(clip, number)))
    out.mux(picture.encode(None))


def _encoded_text(codec, text):
    return len(text).to_bytes(2) + text.encode() if codec == "mov_text" else text.encode()


def _tones(stream, clip):
    rate, samples = 44100, int(44100 * clip.frames / clip.rate)
    for start in range(0, samples, 1152):
        wave = np.sin(np.arange(start, start + 1152) * 0.06).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def frame_of(clip, number):
    """One frame, as it goes to the encoder."""
    frame = av.VideoFrame(*clip.size, clip.pixels)
    bits = 10 if "10" in clip.pixels else 8
    levels = clip.luma(number).astype(np.uint16)
    levels = levels if clip.full else 16 + levels * 219 // 255
    put(frame, 0, levels << (bits - 8), bits)
    coloured = any(number in frames for frames in clip.colour)
    for index in range(1, len(frame.planes)):
        plane = frame.planes[index]
        shape = (plane.height, plane.width)
        ramp = np.linspace(60, 200, shape[2 - index])
        chroma = np.broadcast_to(ramp[:, None] if index == 2 else ramp, shape) if coloured else np.full(shape, 128)
        put(frame, index, chroma.astype(np.uint16) << (bits - 8), bits)
    step = clip.times[number] if clip.times else number
    frame.time_base = 1 / clip.rate
    frame.pts, frame.duration = step, 1
    frame.color_range, frame.colorspace = 2 if clip.full else 1, clip.matrix
    return frame


def put(frame, index, levels, bits):
    """Write levels into a plane."""
    plane = frame.planes[index]
    dtype = np.uint8 if bits == 8 else np.uint16
    lines = np.frombuffer(plane, dtype).reshape(plane.height, -1)
    lines[:, : plane.width] = levels


@dataclass
class Decoded:
    """A film as the tests see it."""

    lumas: list
    times: list
    images: list


def decoded(path) -> Decoded:
    """Decode all of a film with PyAV alone."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        images = list(container.decode(stream))
        base = stream.time_base
    return Decoded([luma_of(one) for one in images], [one.pts * base for one in images], images)


def luma_of(image):
    """The plane of luma."""
    return plane_of(image, 0)


def plane_of(image, index):
    plane = image.planes[index]
    dtype = np.uint16 if "le" in image.format.name else np.uint8
    return np.frombuffer(plane, dtype).reshape(plane.height, -1)[:, : plane.width].copy()


def packets(path, kind) -> list:
    """All packets of the streams of a kind: their time, length and contents."""
    with av.open(str(path)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        return [
            (one.stream_index, one.pts * one.time_base, one.duration * one.time_base, bytes(one))
            for one in (container.demux(streams) if streams else ())
            if one.size
        ]
