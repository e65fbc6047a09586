"""Photographs of studios that never were: people cut out of colour photographs, before painted backdrops.

No photograph of the training sets shows a room of 1860, so the network takes a studio's backdrop for a sunset or a
curtain, and a black suit for a red one. This makes such rooms: whoever stands upright with a face large enough is cut
out (MediaPipe's selfie segmentation and face detection, Apache-2.0: pip install mediapipe opencv-python numpy), put
before a backdrop of almost no colour, dressed in quieter cloth than today's, vignetted and framed as plates were:

    python docs/recipes/studio.py photos/train photos/train/studio

Skin and hair keep their colours. The same folder gives the same pictures: each draws its lots from its file's name.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import mediapipe
import numpy as np
from numpy.typing import NDArray

Lab = NDArray[np.float32]  # (H, W, 3): L* 0 to 100, a*, b*
Plane = NDArray[np.float32]

SOURCES = ("ccp", "coco14", "cocoval14", "cocoval17", "deepphoto", "facemask", "flickr8k", "flickrpoem", "humseg")
SOURCES += ("imagenet1k", "imagenetval", "osie", "pacs", "sports", "sports100", "unsplash", "utkface", "voc2007")
PEOPLE = (0.12, 0.75)  # the part of the photograph that people may fill
SURE = 0.75  # the part of the people's pixels that must be people without a doubt
FACE = 0.09  # the least width of a face, of the photograph's
SIDE = 192


@dataclass(frozen=True)
class Sitter:
    """A photograph, and where in it the people and their faces are."""

    lab: Lab
    people: Plane  # 0 to 1
    faces: list[tuple[float, float, float, float]]  # left, top, width, height, in pixels


def main() -> None:
    """Make the pictures, and say how many photographs had people for them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path, help="a folder of photographs for each source")
    parser.add_argument("out", type=Path)
    parser.add_argument("--of-each", type=int, default=2, help="pictures of each photograph")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    sitters = 0
    for path, sitter in _sitters(chosen.photos):
        sitters += 1
        for number in range(chosen.of_each):
            lots = np.random.default_rng(list(hashlib.sha256(f"{path.name} {number}".encode()).digest()))
            picture = studio(sitter, lots)
            cv2.imwrite(str(chosen.out / f"{path.stem}_{number}.png"), picture)
    print(f"{sitters} photographs of people, {sitters * chosen.of_each} pictures")


def _sitters(photos: Path) -> Iterator[tuple[Path, Sitter]]:
    solutions = mediapipe.solutions
    with (
        solutions.selfie_segmentation.SelfieSegmentation(model_selection=0) as segmentation,
        solutions.face_detection.FaceDetection(model_selection=0, min_detection_confidence=0.6) as detection,
    ):
        for path in sorted(path for source in SOURCES for path in (photos / source).glob("*")):
            pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if pixels is None:
                continue
            rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
            people = np.asarray(segmentation.process(rgb).segmentation_mask, np.float32)
            filled = float((people > 0.5).mean())
            if not PEOPLE[0] < filled < PEOPLE[1] or (people > 0.95).sum() < SURE * (people > 0.05).sum():
                continue
            height, width = people.shape
            boxes = [face.location_data.relative_bounding_box for face in detection.process(rgb).detections or []]
            faces = [(box.xmin * width, box.ymin * height, box.width * width, box.height * height) for box in boxes]
            if any(face[2] > FACE * width for face in faces):
                lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
                yield path, Sitter(lab, people, faces)


def studio(sitter: Sitter, lots: np.random.Generator) -> NDArray[np.uint8]:
    """`sitter` in a studio of the last century but one, as BGR."""
    people = np.clip((sitter.people - 0.3) / 0.6, 0, 1)[..., None]
    dressed = _dressed(sitter, lots)
    scene = dressed * people + _backdrop(people.shape[:2], lots) * (1 - people)
    scene = _cut(scene, sitter, lots)
    for change in (_vignetted, _framed):
        if lots.random() < 0.4:
            scene = change(scene, lots)
    bgr = cv2.cvtColor(np.clip(scene, [0, -110, -110], [100, 110, 110]).astype(np.float32), cv2.COLOR_LAB2BGR)
    return np.clip(bgr * 255 + 0.5, 0, 255).astype(np.uint8)


def _dressed(sitter: Sitter, lots: np.random.Generator) -> Lab:
    """The people in cloth of the time: what is dark was black or brown, and little of the rest was bright."""
    lab = sitter.lab.copy()
    keep = np.zeros(lab.shape[:2], np.float32)  # 1 where skin and hair are
    for left, top, width, height in sitter.faces:
        middle = (round(left + width / 2), round(top + height * 0.4))
        cv2.ellipse(keep, middle, (round(width * 0.85), round(height * 0.95)), 0, 0, 360, 1.0, -1)
        rows = slice(int(max(top + height * 0.4, 0)), int(top + height * 0.8))
        columns = slice(int(max(left + width * 0.25, 0)), int(left + width * 0.75))
        cheeks = lab[rows, columns]
        if cheeks.size:
            tone = np.median(cheeks.reshape(-1, 3), axis=0)
            like = np.hypot(lab[..., 1] - tone[1], lab[..., 2] - tone[2]) < 9
            keep[like & (lab[..., 0] > tone[0] - 25)] = 1.0
    keep = cv2.GaussianBlur(keep, (0, 0), 1.5)[..., None]
    dark = np.clip((60 - lab[..., :1]) / 30, 0, 1)
    strength = lots.uniform(0.0, 0.5) if lots.random() < 0.75 else lots.uniform(0.5, 1.0)
    kept = strength * (1 - dark) + strength * 0.5 * dark
    cast = np.array([lots.uniform(-0.5, 2.0), lots.uniform(-1.0, 4.5)], np.float32)
    cloth = lab[..., 1:] * kept + cast
    lab[..., 1:] = lab[..., 1:] * keep + cloth * (1 - keep)
    return lab


def _backdrop(shape: tuple[int, int], lots: np.random.Generator) -> Lab:
    """A painted cloth or a wall: slow changes of tone, some brushwork, hardly a colour."""
    height, width = shape
    lightness = np.full(shape, lots.uniform(15, 85), np.float32)
    for cells, strength in ((2, 16), (4, 9), (9, 4)):
        slow = lots.uniform(-1, 1, (cells, cells)).astype(np.float32) * np.float32(lots.uniform(0, strength))
        lightness += cv2.resize(slow, (width, height), interpolation=cv2.INTER_CUBIC)
    lightness += cv2.GaussianBlur(lots.standard_normal(shape).astype(np.float32), (0, 0), 1.2) * lots.uniform(0, 4)
    a, b = lots.normal(0.5, 1.5), lots.normal(4.5, 3.5)
    colour = np.stack([np.full(shape, a, np.float32), np.full(shape, b, np.float32)], axis=-1)
    if lots.random() < 0.35:  # a floor, or a carpet
        floor = round(height * lots.uniform(0.7, 0.95))
        lightness[floor:] += np.float32(lots.uniform(-20, 15))
        colour[floor:] += np.array([lots.uniform(0, 4), lots.uniform(0, 7)], np.float32)
    return np.dstack([np.clip(lightness, 3, 97), colour])


def _cut(scene: Lab, sitter: Sitter, lots: np.random.Generator) -> Lab:
    """A square around the people, or all of the photograph, at SIDE pixels."""
    rows, columns = np.nonzero(sitter.people > 0.5)
    height, width = scene.shape[:2]
    room = float(lots.uniform(0.05, 0.5)) * max(np.ptp(rows), np.ptp(columns), 32)
    top, bottom = max(rows.min() - room, 0), min(rows.max() + room, height)
    left, right = max(columns.min() - room, 0), min(columns.max() + room, width)
    cut = scene[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
    shrink = SIDE / min(cut.shape[:2])
    return cv2.resize(cut, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA if shrink < 1 else cv2.INTER_CUBIC)


def _from_the_middle(shape: tuple[int, ...]) -> Plane:
    """The distance from the middle, 1 at the nearer edges, as an oval."""
    y, x = np.linspace(-1, 1, shape[0], dtype=np.float32), np.linspace(-1, 1, shape[1], dtype=np.float32)
    return np.hypot(y[:, None], x[None, :])


def _vignetted(scene: Lab, lots: np.random.Generator) -> Lab:
    """Fading into the paper, or into darkness."""
    reach, softness = lots.uniform(0.95, 1.3), lots.uniform(0.05, 0.5)
    inside = np.clip((reach - _from_the_middle(scene.shape)) / softness, 0, 1)[..., None]
    paper = [lots.uniform(80, 96), 1, 6] if lots.random() < 0.5 else [lots.uniform(3, 20), 0.5, 2]
    return scene * inside + np.array(paper, np.float32) * (1 - inside)


def _framed(scene: Lab, lots: np.random.Generator) -> Lab:
    """The edge of a plate, a mat with cut corners, a mount of card."""
    height, width = scene.shape[:2]
    edge = round(lots.uniform(0.01, 0.06) * min(height, width)) + 1
    corner = round(lots.uniform(0, 0.15) * min(height, width))
    left, top, right, bottom = edge, edge, width - edge, height - edge
    outline = [(left + corner, top), (right - corner, top), (right, top + corner), (right, bottom - corner)]
    outline += [(right - corner, bottom), (left + corner, bottom), (left, bottom - corner), (left, top + corner)]
    inside = np.zeros((height, width), np.float32)
    cv2.fillPoly(inside, [np.array(outline, np.int32)], 1.0)
    inside = cv2.GaussianBlur(inside, (0, 0), lots.uniform(0.3, 1.2))[..., None]
    mount = [lots.uniform(5, 25), 1, 3] if lots.random() < 0.6 else [lots.uniform(75, 92), 2, 10]
    return scene * inside + np.array(mount, np.float32) * (1 - inside)


if __name__ == "__main__":
    main()
