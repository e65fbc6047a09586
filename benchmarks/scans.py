"""Photographs to measure on: made here, textured as scans are, with files as large as those of real ones."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

KINDS = 4  # different photographs; more files are copies of these
FORMATS = (".jpg", ".png", ".tif", ".webp")  # of an archive
QUALITY = 92  # of the scans; with this grain a 12-megapixel JPEG takes some 2.5 MB


def scan(megapixels: float, seed: int, dtype: type = np.uint8) -> np.ndarray:
    """A grey photograph, 4:3: shapes with edges, tones from black to white, texture of every size, grain."""
    rng = np.random.default_rng(seed)
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(megapixels * 1e6 / height)
    scene = np.zeros((height, width), np.float32)
    for cells, strength in ((4, 45), (16, 25), (64, 14), (256, 8)):
        coarse = rng.normal(0, strength, (cells * 3 // 4, cells)).astype(np.float32)
        scene += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(12):
        corners = (rng.uniform(0, 1, (4, 2)) * (width, height)).astype(np.int32)
        cv2.fillConvexPoly(scene, cv2.convexHull(corners), float(rng.uniform(-90, 90)))
    grain = rng.normal(0, 6, (512, 512)).astype(np.float32)
    across, down = -(-width // 512), -(-height // 512)
    scene += cv2.GaussianBlur(np.tile(grain, (down, across))[:height, :width], (0, 0), 0.8)
    levels = np.clip(scene + 125, 0, 255)
    return (levels * (np.iinfo(dtype).max / 255)).astype(dtype)


def folder_of_scans(folder: Path, count: int, megapixels: float, suffix: str = ".jpg") -> Path:
    """A folder of `count` scans: JPEGs of 8 bits, or TIFFs of 16."""
    folder.mkdir(parents=True)
    dtype = np.uint16 if suffix == ".tif" else np.uint8
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY] if suffix == ".jpg" else []
    contents = []
    for seed in range(min(KINDS, count)):
        _, coded = cv2.imencode(suffix, scan(megapixels, seed, dtype), options)
        contents.append(coded.tobytes())
    for number in range(count):
        (folder / f"{number:05}{suffix}").write_bytes(contents[number % len(contents)])
    return folder


def archive(folder: Path, photos: int, *, side: int = 96) -> None:
    """Small grey pictures in four formats and ten folders, where it is files that are measured."""
    rng = np.random.default_rng(0)
    for number in range(photos):
        path = folder / f"box {number % 10}" / f"{number:05}{FORMATS[number % len(FORMATS)]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 256, (6, 8), np.uint8)
        cv2.imwrite(str(path), cv2.resize(coarse, (side * 4 // 3, side), interpolation=cv2.INTER_CUBIC))
