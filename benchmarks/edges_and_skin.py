"""Where colours go wrong: along strong edges of lightness, where they bleed, and on faces, where hues are noticed.

    python benchmarks/edges_and_skin.py --model default --model other --edges kodak --faces faces

Edges: photographs with their shorter side at 512; the mean distance in a/b between answer and truth, within 3 pixels of
Canny's edges of the true lightness and away from them. Faces: aligned portraits; the mean angle between the true hue
and the answer's over the ellipse in the middle, where the truth has the colours of skin. All at saturation 1.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize import Colorizer
from lab_colorize.colour.lab import Plane, lab_of
from lab_colorize.colour.lightness import lightness_through
from lab_colorize.training.dataset import decoded

SIDE = 512
NEAR = 3  # pixels
CANNY = (60, 160)  # of 8-bit lightness
SKIN_CR, SKIN_CB = (133, 180), (77, 127)  # Chai and Ngan (1999), whatever the tone of the skin
LEAST_CHROMA = 6.0  # below it a hue is noise


def main() -> None:
    """Print one line per model for each folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", action="append", help="may be given several times")
    parser.add_argument("--edges", type=Path, help="folder of colour photographs with shorter sides of 512 and more")
    parser.add_argument("--faces", type=Path, help="folder of aligned portraits")
    chosen = parser.parse_args()
    for name in chosen.model or ["default"]:
        colorizer = Colorizer(name)
        if chosen.edges:
            near, away, count = edges(colorizer, photographs(chosen.edges))
            print(f"{name}: a/b off by {near:.2f} near edges, {away:.2f} away from them ({count} photographs)")
        if chosen.faces:
            angle, chroma, count = faces(colorizer, photographs(chosen.faces))
            print(f"{name}: skin off by {angle:.1f} degrees of hue, chroma {chroma:.2f} of the truth's ({count} faces)")


def photographs(folder: Path) -> list[Path]:
    """All of a folder, links included."""
    return sorted(path for path in folder.rglob("*") if path.suffix in {".jpg", ".png"})


def answered(colorizer: Colorizer, truth: NDArray[np.uint8]) -> Plane:
    """The a and b (H, W, 2) of the network for the lightness of `truth` (H, W, 3), enlarged as the join does it."""
    ab = colorizer.predict(lightness_through(truth))
    return cv2.resize(ab, truth.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def edges(colorizer: Colorizer, paths: Sequence[Path]) -> tuple[float, float, int]:
    """Mean distances in a/b near edges and away from them."""
    sums = np.zeros(4)
    for path in paths:
        truth = decoded(path, SIDE)
        lab = lab_of(truth)
        off = np.linalg.norm(answered(colorizer, truth) - lab[..., 1:], axis=-1)
        lines = cv2.Canny(np.clip(lab[..., 0] * 2.55, 0, 255).astype(np.uint8), *CANNY)
        near = cv2.dilate(lines, np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)) > 0
        sums += off[near].sum(), near.sum(), off[~near].sum(), (~near).sum()
    return sums[0] / sums[1], sums[2] / sums[3], len(paths)


def faces(colorizer: Colorizer, paths: Sequence[Path]) -> tuple[float, float, int]:
    """Mean angle between hues in degrees, and mean chroma as a share of the truth's, over skin."""
    angles, shares = [], []
    for path in paths:
        truth = decoded(path, SIDE)
        true, ours = lab_of(truth)[..., 1:], answered(colorizer, truth)
        skin = _skin(truth) & (np.linalg.norm(true, axis=-1) > LEAST_CHROMA)
        if skin.mean() < 0.02:
            continue
        hues = [np.arctan2(ab[skin][:, 1], ab[skin][:, 0]) for ab in (true, ours)]
        angles.append(np.abs(np.angle(np.exp(1j * (hues[0] - hues[1])))).mean())
        shares.append(np.linalg.norm(ours[skin], axis=-1).mean() / np.linalg.norm(true[skin], axis=-1).mean())
    return float(np.rad2deg(np.mean(angles))), float(np.mean(shares)), len(angles)


def _skin(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where an aligned portrait (H, W, 3) shows skin: the colours of it, in the ellipse in the middle."""
    height, width = rgb.shape[:2]
    _, cr, cb = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    middle = (x / 0.6) ** 2 + (y / 0.75) ** 2 < 1
    tones = (cr >= SKIN_CR[0]) & (cr <= SKIN_CR[1]) & (cb >= SKIN_CB[0]) & (cb <= SKIN_CB[1])
    skin: NDArray[np.bool_] = middle & tones
    return skin


if __name__ == "__main__":
    main()
