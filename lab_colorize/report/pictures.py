"""Thumbnails: small JPEG pictures of sRGB pixels, to stand in a page or beside it. Reads and writes no files."""

import base64

import cv2
import numpy as np

from lab_colorize.evaluation.figures import Bytes

LONGEST = 384  # pixels: sharp at the size a gallery shows, and 24 photographs three times stay far below 6 MB
QUALITY = 82


def jpeg(pixels: Bytes, quality: int = QUALITY) -> bytes:
    """Pixels (H, W, 3) as a JPEG file."""
    _, content = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return content.tobytes()


def fitted(pixels: Bytes, width: int, height: int) -> Bytes:
    """Pixels shrunk to lie within width x height, never enlarged."""
    scale = min(1.0, width / pixels.shape[1], height / pixels.shape[0])
    if scale == 1.0:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def data_uri(pixels: Bytes) -> str:
    """A thumbnail that needs no file."""
    content = jpeg(fitted(pixels, LONGEST, LONGEST))
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
