"""One photograph, seen anew: the geometry moves both lightness and colour, ageing touches lightness alone.

Every function takes its randomness from the generator it is given, so a picture is a pure function of the
seed, the epoch and its place in it: runs repeat, and an interrupted one goes on as if it had not been.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from lab_colorize.colour.lab import RGB_TO_XYZ, Plane, light_table, lightness_of_luminance
from lab_colorize.training.options import Augmentation

MOST_REDUCTION = 1.5  # bilinear sampling still touches every pixel up to 2; stretching takes some of that


def crop(rgb: NDArray[np.uint8], side: int, how: Augmentation, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random part of `rgb` (H, W, 3) as a square (side, side, 3): cut, stretched, turned, mirrored at random.

    One affine map does it all, so the photograph is sampled once.
    """
    scale = rng.uniform(how.smallest_crop, 1.0)
    stretch = (1 + how.aspect) ** rng.uniform(-1, 1)
    rgb = _shrunk(rgb, min(rgb.shape[:2]) * scale / side)
    height, width = rgb.shape[:2]
    window = min(height, width) * scale
    window_w, window_h = min(width, window * stretch**0.5), min(height, window / stretch**0.5)
    left, top = (room * (0.5 + how.wander * rng.uniform(-0.5, 0.5)) for room in (width - window_w, height - window_h))
    angle = np.deg2rad(rng.uniform(-how.rotation, how.rotation)) if rng.random() < 0.25 else 0.0
    mirror = -1.0 if rng.random() < how.mirror else 1.0

    cos, sin = np.cos(angle), np.sin(angle)
    to_photo = np.array([[cos * window_w * mirror, -sin * window_w], [sin * window_h * mirror, cos * window_h]]) / side
    centre = np.array([left + window_w / 2, top + window_h / 2]) - 0.5
    offset = centre - to_photo @ np.array([side / 2 - 0.5] * 2)
    return cv2.warpAffine(
        rgb,
        np.column_stack([to_photo, offset]),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def _shrunk(rgb: NDArray[np.uint8], reduction: float) -> NDArray[np.uint8]:
    """A photo that is to be reduced much, reduced by area first: bilinear sampling would skip pixels and sparkle."""
    if reduction <= MOST_REDUCTION:
        return rgb
    return cv2.resize(rgb, None, fx=1 / reduction, fy=1 / reduction, interpolation=cv2.INTER_AREA)


def exposed(rgb: NDArray[np.uint8], how: Augmentation, rng: np.random.Generator) -> Plane | None:
    """L* (H, W) of `rgb` as an old emulsion recorded it, or None where it recorded what the eye sees.

    Plates before about 1880 saw blue alone, orthochromatic ones until about 1930 blue and green: skies are white, lips
    and red cloth are dark, skin is darker than in life. Each is somewhere between these and the eye.
    """
    if rng.random() >= how.emulsion:
        return None
    sensitivity = np.array([0.0, rng.choice([0.05, 0.55]), 0.5]) * rng.uniform(0.7, 1.3, 3)
    eye = rng.uniform(0, 0.6)
    mix = (1 - eye) * sensitivity / sensitivity.sum() + eye * RGB_TO_XYZ[1]
    return lightness_of_luminance(cv2.transform(cv2.LUT(rgb, light_table(rgb.dtype)), mix[None]))


def sharpened(lightness: Plane, how: Augmentation, rng: np.random.Generator) -> Plane:
    """L (H, W) in [-1, 1] as crisp as a scan of many megapixels is once it has been reduced to this size.

    Training sets hold small photographs, and crops enlarge them: the finest detail is weaker there than in what the
    network is shown of a scan (benchmarks/crispness.py). Unsharp masking brings it back, more or less of it.
    """
    if not how.sharpening or rng.random() >= how.sharpening:  # no lot is drawn for nothing: older recipes still repeat
        return lightness
    detail = lightness - cv2.GaussianBlur(lightness, (0, 0), float(rng.uniform(0.8, 1.5)))
    return lightness + np.float32(rng.uniform(0.3, 1.5)) * detail


def aged(lightness: Plane, how: Augmentation, rng: np.random.Generator) -> Plane:
    """L (H, W) in [-1, 1] as an old print of the same scene might show it."""
    for change in (_exposure, _fading, _unevenness, _vignette, _blur, _grain, _blocks, _scratches):
        if rng.random() < how.ageing * _CHANCE.get(change.__name__, 1.0):
            lightness = change(lightness, rng)
    return np.clip(lightness, -1, 1, dtype=np.float32)


_CHANCE = {"_exposure": 2.0, "_unevenness": 0.5, "_blocks": 0.3, "_scratches": 0.2, "_blur": 0.5, "_vignette": 0.5}


def _exposure(lightness: Plane, rng: np.random.Generator) -> Plane:
    """Another exposure and development: gamma and contrast."""
    unit = np.clip((lightness + 1) / 2, 0, 1)
    unit = cv2.pow(unit, float(np.exp(rng.uniform(-0.45, 0.45))))
    return ((unit * 2 - 1) * np.float32(rng.uniform(0.75, 1.2))).astype(np.float32)


def _fading(lightness: Plane, rng: np.random.Generator) -> Plane:
    """Blacks have turned grey and whites have yellowed: a narrower range, shifted."""
    black, white = rng.uniform(-1, -0.6), rng.uniform(0.5, 1)
    return ((lightness + 1) / 2 * np.float32(white - black) + np.float32(black)).astype(np.float32)


def _unevenness(lightness: Plane, rng: np.random.Generator) -> Plane:
    """An unevenly lit backdrop, a faded patch, a stain: slow changes of tone that mean nothing."""
    height, width = lightness.shape
    slow = rng.uniform(-1, 1, (3, 3)).astype(np.float32) * np.float32(rng.uniform(0.05, 0.3))
    return lightness + cv2.resize(slow, (width, height), interpolation=cv2.INTER_CUBIC)


def _vignette(lightness: Plane, rng: np.random.Generator) -> Plane:
    """Darker corners, or lighter ones, as studios masked them."""
    height, width = lightness.shape
    y, x = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    fall = np.float32(rng.uniform(0.1, 0.5)) * (y[:, None] ** 2 + x[None, :] ** 2) / 2
    if rng.random() < 0.3:
        return (1 - (1 - lightness) * (1 - np.minimum(fall * 2, 1))).astype(np.float32)
    return ((lightness + 1) * (1 - fall) - 1).astype(np.float32)


def _blur(lightness: Plane, rng: np.random.Generator) -> Plane:
    """A soft lens or a moved subject."""
    return cv2.GaussianBlur(lightness, (0, 0), float(rng.uniform(0.4, 1.5)))


def _grain(lightness: Plane, rng: np.random.Generator) -> Plane:
    """Film grain, fine or clumped."""
    noise = rng.standard_normal(lightness.shape, dtype=np.float32) * np.float32(rng.uniform(0.01, 0.08))
    if rng.random() < 0.5:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * np.float32(1.8)
    return lightness + noise


def _blocks(lightness: Plane, rng: np.random.Generator) -> Plane:
    """What a careless JPEG does."""
    grey = np.clip((lightness + 1) * 127.5, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 60))])
    blocky = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32)
    return blocky / np.float32(127.5) - 1


def _scratches(lightness: Plane, rng: np.random.Generator) -> Plane:
    """A few thin bright or dark lines, and dust."""
    height, width = lightness.shape
    marked = lightness.copy()
    for _ in range(int(rng.integers(1, 6))):
        start = (int(rng.integers(width)), int(rng.integers(height)))
        reach = rng.integers(-height // 2, height // 2 + 1, size=2) // (1 if rng.random() < 0.5 else 20)
        end = (start[0] + int(reach[0]) // 6, start[1] + int(reach[1]))
        cv2.line(marked, start, end, float(rng.choice([-1.0, 1.0])), 1, cv2.LINE_AA)
    return marked
