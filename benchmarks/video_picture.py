"""The strip of stills in the README: a film that pans over the demo's photograph and zooms in, grey and coloured.

python benchmarks/video_picture.py docs/demo/film.jpg
"""

import argparse
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np

from lab_colorize import colorize_video

ROOT = Path(__file__).parents[1]
FRAMES, SHOWN = 73, 6
SIZE = (640, 480)
STILL = (252, 189)  # of the strip
FROM, TO = (190, 170, 340), (455, 290, 228)  # left, top and width of what the camera sees, in the photograph
GRAIN, WAVERING = 5, 4  # levels: what film does
QUALITY = 78


def main() -> None:
    """Make the film, colour it, and lay some frames side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    picture = parser.parse_args().picture
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mkv"
        make_film(film)
        coloured = colorize_video(film)
        rows = [np.hstack(stills(path)) for path in (film, coloured.target)]
    cv2.imwrite(str(picture), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def make_film(path: Path) -> None:
    """Grainy, and not evenly exposed, as old film is."""
    photograph = cv2.imread(str(ROOT / "docs/demo/photo.jpg"), cv2.IMREAD_GRAYSCALE)
    random = np.random.default_rng(0)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=16)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "gray"
        for number in range(FRAMES):
            left, top, width = np.array(FROM) + (np.array(TO) - FROM) * number / (FRAMES - 1)
            scale = SIZE[0] / width
            seen = cv2.warpAffine(photograph, np.array([[scale, 0, -left * scale], [0, scale, -top * scale]]), SIZE)
            levels = seen + random.normal(random.normal(0, WAVERING), GRAIN, seen.shape)
            grey = np.clip(levels, 0, 255).astype(np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="gray")))
        out.mux(stream.encode(None))


def stills(path: Path) -> list[np.ndarray]:
    """Some frames of a film, evenly chosen."""
    with av.open(str(path)) as film:
        frames = list(film.decode(video=0))
    chosen = frames[:: (FRAMES - 1) // (SHOWN - 1)][:SHOWN]
    return [cv2.resize(one.to_ndarray(format="bgr24"), STILL, interpolation=cv2.INTER_AREA) for one in chosen]


if __name__ == "__main__":
    main()
