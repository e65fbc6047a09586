"""Laws of colouring: the photograph keeps its size, depth, transparency and lightness; only colour is new."""

import shutil

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import color

from lab_colorize import Colorizer, colorize_photo
from lab_colorize.colouring.frame import shown_size
from lab_colorize.colouring.in_memory import colorize_bytes
from lab_colorize.colouring.models import Card, find_model
from lab_colorize.colouring.names import compare_path, result_path, target_suffix
from lab_colorize.colouring.options import ColorizeOptions
from lab_colorize.errors import AlreadyInColour, ModelDamaged, OutputExists, UnreadablePhoto
from lab_colorize.photos.formats import ifd, jpeg, jpeg_coloured
from tests import makers


@pytest.fixture(scope="module")
def colorizer(tiny_model):
    return Colorizer(tiny_model)


def lightness(pixels):
    unit = pixels / np.iinfo(pixels.dtype).max
    return color.rgb2lab(unit if pixels.ndim == 3 else np.dstack([unit] * 3))[..., 0]


@pytest.mark.parametrize(("depth", "within"), [(np.uint8, 0.5), (np.uint16, 0.05)])
@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**32),
    shape=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    saturation=st.none() | st.floats(0, 1000),
)
def test_colorizing_never_touches_lightness(colorizer, depth, within, seed, shape, saturation):
    grey = np.random.default_rng(seed).integers(0, np.iinfo(depth).max, shape, dtype=depth, endpoint=True)
    result = colorizer.colorize(grey, saturation=saturation)
    assert result.shape == (*shape, 3)
    assert result.dtype == depth
    assert np.abs(lightness(result) - lightness(grey)).max() < within


def test_the_result_has_colour(colorizer, scene):
    result = colorizer.colorize(scene())
    assert np.linalg.norm(color.rgb2lab(result)[..., 1:], axis=-1).mean() > 5


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_saturation_zero_gives_the_grey_photo_back(colorizer, scene, depth):
    grey = scene().astype(depth) * (257 if depth is np.uint16 else 1)
    assert (colorizer.colorize(grey, saturation=0) == grey[..., None]).all()


def test_saturation_scales_chroma(colorizer, scene):
    grey = scene() // 4 + 96  # mid-tones, where sRGB has room for both
    one, two = (
        np.linalg.norm(
            color.rgb2lab(colorizer.colorize(grey.astype(np.uint16) * 257, saturation=s) / 65535)[..., 1:], axis=-1
        )
        for s in (0.4, 0.8)
    )
    assert two.mean() / one.mean() == pytest.approx(2, rel=0.01)


def card_of(side, *, step=32, fraction=4, resizable=True):
    return Card("a", "a", side, resizable, step, fraction, hints=False, saturation=1.0, sha256="", facts={})


shapes = st.tuples(st.integers(1, 20000), st.integers(1, 20000))


@given(shape=shapes, side=st.sampled_from([64, 192, 256, 512]), fraction=st.sampled_from([1, 2, 4, 8]))
def test_the_network_sees_the_photo_unsquashed(shape, side, fraction):
    height, width = shown_size(shape, card_of(side, fraction=fraction))
    assert height % fraction == 0
    assert width % fraction == 0
    if max(shape) / min(shape) < 10:  # beyond that a whole fraction of the short side is coarse
        assert (height / width) / (shape[0] / shape[1]) == pytest.approx(1, abs=fraction / min(height, width))


@given(shape=shapes, side=st.sampled_from([64, 192, 256]), step=st.sampled_from([8, 32, 64]))
def test_no_photo_takes_the_network_much_longer_than_a_square_one_and_none_is_shown_needlessly_small(shape, side, step):
    height, width = shown_size(shape, card_of(side, step=step))
    filled = -(-height // step) * -(-width // step)
    steps = side // step
    assert filled <= steps * (steps + 1)
    if side > 20 * step and max(shape) / min(shape) < 10:  # coarser frames seldom fit
        assert height * width > 0.8 * side**2


@pytest.mark.parametrize("shape", [(3000, 4000), (4000, 3000), (2000, 3000), (1080, 1920)])
def test_the_shapes_of_plates_and_films_are_shown_nearly_as_large_as_a_square(shape):
    height, width = shown_size(shape, card_of(160))
    assert height * width > 0.95 * 160**2


@given(side=st.sampled_from([64, 192, 256]), step=st.sampled_from([8, 32, 64]))
def test_a_square_photo_is_shown_at_the_models_own_side(side, step):
    assert shown_size((3000, 3000), card_of(side, step=step)) == (side, side)


@given(shape=shapes, side=st.sampled_from([64, 256]))
def test_a_network_of_one_side_sees_the_photo_inside_that_square(shape, side):
    assert max(shown_size(shape, card_of(side, resizable=False))) == side


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (2, 3)])
def test_the_smallest_and_the_narrowest_are_coloured_too(colorizer, shape):
    assert colorizer.colorize(np.full(shape, 100, np.uint8)).shape == (*shape, 3)


def test_a_colorizer_gives_the_same_answer_every_time(colorizer, tiny_model, scene):
    first = colorizer.colorize(scene())
    colorizer.colorize(scene(1, (33, 200)))  # another size in between
    assert (colorizer.colorize(scene()) == first).all()
    assert (Colorizer(tiny_model, threads=2).colorize(scene()) == first).all()


def test_a_file_that_is_no_model_is_refused_before_the_first_photo(tmp_path, tiny_model):
    import hashlib
    import json

    path = tmp_path / "noise.tflite"
    path.write_bytes(b"TFL3" + bytes(100))
    card = json.loads(tiny_model.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps(card | {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}))
    with pytest.raises(ModelDamaged, match=r"noise\.tflite"):
        Colorizer(path)


def test_a_photo_is_written_beside_without_touching_the_original(photo, colorizer):
    before = photo.read_bytes()
    done = colorize_photo(photo, photo.with_name("out.jpg"), colorizer=colorizer)
    assert photo.read_bytes() == before
    assert (done.width, done.height) == (80, 60)
    assert cv2.imread(str(done.target)).shape == (60, 80, 3)


def test_what_is_there_is_not_overwritten_unless_asked(photo, colorizer):
    target = photo.with_name("out.jpg")
    target.write_bytes(b"mine")
    with pytest.raises(OutputExists):
        colorize_photo(photo, target, colorizer=colorizer)
    assert target.read_bytes() == b"mine"
    colorize_photo(photo, target, colorizer=colorizer, options=ColorizeOptions(overwrite=True))
    assert cv2.imread(str(target)) is not None


def test_a_photograph_in_colour_is_left_alone_unless_forced(tmp_path, colorizer, scene):
    source, target = tmp_path / "colour.png", tmp_path / "out.png"
    cv2.imwrite(str(source), cv2.merge([scene(1), scene(2), scene(3)]))
    with pytest.raises(AlreadyInColour):
        colorize_photo(source, target, colorizer=colorizer)
    assert not target.exists()
    colorize_photo(source, target, colorizer=colorizer, options=ColorizeOptions(force=True))
    assert target.exists()


def test_transparency_stays(tmp_path, colorizer, scene):
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    grey, alpha = scene(), np.tile(np.arange(80, dtype=np.uint8) * 3, (60, 1))
    cv2.imwrite(str(source), cv2.merge([grey, grey, grey, alpha]))
    colorize_photo(source, target, colorizer=colorizer)
    assert (cv2.imread(str(target), cv2.IMREAD_UNCHANGED)[..., 3] == alpha).all()


def test_sixteen_bits_stay_sixteen(tmp_path, colorizer):
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    grey = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    cv2.imwrite(str(source), grey)
    colorize_photo(source, target, colorizer=colorizer, options=ColorizeOptions(saturation=0))
    assert (cv2.imread(str(target), cv2.IMREAD_UNCHANGED) == grey[..., None]).all()


def test_a_comparison_shows_before_and_after_side_by_side(photo, colorizer):
    target = photo.with_name("out.png")
    colorize_photo(photo, target, colorizer=colorizer, options=ColorizeOptions(format="png", compare=True))
    both = cv2.imread(str(compare_path(target)))
    after = cv2.imread(str(target))
    before = cv2.imread(str(photo))
    assert both.shape[0] == 60
    assert (both[:, :80] == before).all()
    assert (both[:, -80:] == after).all()


def test_a_broken_photo_leaves_nothing_behind(tmp_path, photo, colorizer):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photo.read_bytes()[:900])
    with pytest.raises(UnreadablePhoto):
        colorize_photo(broken, tmp_path / "out.jpg", colorizer=colorizer)
    assert {path.name for path in tmp_path.iterdir()} == {"photo.jpg", "broken.jpg"}


@pytest.mark.parametrize(
    ("name", "kind", "becomes"),
    [("a.jpg", "same", "a_colorized.jpg"), ("a.JPG", "jpg", "a_colorized.JPG"), ("a.jpg", "png", "a_colorized.png"),
     ("a.tiff", "tif", "a_colorized.tiff"), ("a.b.jp2", "same", "a.b_colorized.jp2")],
)  # fmt: skip
def test_a_result_is_named_after_its_photo(tmp_path, name, kind, becomes):
    assert result_path(tmp_path / name, kind=kind).name == becomes
    assert target_suffix(tmp_path / name, kind) == becomes[becomes.rindex(".") :]


@pytest.mark.parametrize(
    ("suffix", "note"),
    [(".jpg", True), (".HEIC", True), (".PNG", False), ("", False), (".old", False)],
)
def test_a_name_that_promises_another_format_is_kept_and_said(tmp_path, colorizer, scene, suffix, note):
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    source.write_bytes(makers.pillow(scene(), "PNG"))
    done = colorize_photo(source, target, colorizer=colorizer)
    assert target.read_bytes().startswith(b"\x89PNG")
    assert ("the result is PNG, whatever its name says" in done.notes) == note


def test_the_same_photo_and_model_give_the_same_bytes(photo, tiny_model):
    one = colorize_photo(photo, photo.with_name("1.jpg"), colorizer=Colorizer(tiny_model))
    two = colorize_photo(photo, photo.with_name("2.jpg"), colorizer=Colorizer(find_model(tiny_model)))
    assert one.target_sha256 == two.target_sha256


def test_a_copied_model_works_without_the_package(tmp_path, tiny_model, scene):
    for suffix in (".tflite", ".json"):
        shutil.copy(tiny_model.with_suffix(suffix), tmp_path / f"copy{suffix}")
    assert Colorizer(tmp_path / "copy.tflite").colorize(scene()).shape == (60, 80, 3)


@pytest.mark.parametrize(
    ("pixels", "error"),
    [([[1, 2]], TypeError), (np.zeros((4, 4)), TypeError), (np.zeros((4, 4, 4), np.uint8), ValueError), (np.zeros((0, 4), np.uint8), ValueError)],
    ids=["list", "float", "four channels", "empty"],
)  # fmt: skip
def test_arrays_of_another_kind_are_refused_in_words(colorizer, pixels, error):
    with pytest.raises(error, match="pixels must be"):
        colorizer.colorize(pixels)


def test_pages_in_colour_are_kept_and_the_others_coloured(tmp_path, colorizer, scene):
    import tifffile

    source, target = tmp_path / "a.tif", tmp_path / "b.tif"
    cover = np.dstack([scene(1), scene(2), scene(3)])
    with tifffile.TiffWriter(source) as tif:
        tif.write(cover, photometric="rgb")
        tif.write(scene())
    done = colorize_photo(source, target, colorizer=colorizer)
    with tifffile.TiffFile(target) as tif:
        first, second = (page.asarray() for page in tif.pages)
    assert (first == cover).all()
    assert (second == colorizer.colorize(scene())).all()
    assert any("pages 1" in note for note in done.notes)


def test_every_page_is_coloured_through_its_own_profile(tmp_path, colorizer, scene):
    import tifffile

    source, target = tmp_path / "a.tif", tmp_path / "b.tif"
    with tifffile.TiffWriter(source) as tif:
        tif.write(scene())
        tif.write(scene(), iccprofile=makers.grey_profile(makers.gamma_curve(1.4)))
    colorize_photo(source, target, colorizer=colorizer)
    with tifffile.TiffFile(target) as tif:
        first, second = (page.asarray().mean() for page in tif.pages)
    assert second > first + 10  # a level stands for more light where the curve is flatter


def test_a_result_is_not_coloured_again_unless_forced(tmp_path, colorizer, scene):
    source, once, twice = tmp_path / "a.png", tmp_path / "b.png", tmp_path / "c.png"
    cv2.imwrite(str(source), scene())
    colorize_photo(source, once, colorizer=colorizer, options=ColorizeOptions(saturation=0))  # as good as grey
    with pytest.raises(AlreadyInColour, match="result of lab-colorize"):
        colorize_photo(once, twice, colorizer=colorizer)
    colorize_photo(once, twice, colorizer=colorizer, options=ColorizeOptions(force=True))


@pytest.mark.parametrize(
    ("suffix", "options"),
    [(".jpg", ColorizeOptions()), (".jpg", ColorizeOptions(reencode=True)), (".tif", ColorizeOptions())],
    ids=["copied scan", "encoded anew", "TIFF"],
)
def test_a_file_is_walked_through_once(tmp_path, colorizer, scene, monkeypatch, suffix, options):
    """Header, integrity and metadata, and the scans that are copied, come from one walk along segments or directories."""
    path = tmp_path / f"photo{suffix}"
    cv2.imwrite(str(path), scene())
    walked = []

    def counted(real):
        def walk(data, *more):
            walked.append(bytes(data))
            return real(data, *more)

        return walk

    for module, name in ((jpeg, "segments"), (jpeg_coloured, "segments"), (ifd, "chain")):
        monkeypatch.setattr(module, name, counted(getattr(module, name)))
    colorize_bytes(path.read_bytes(), name="photo", colorizer=colorizer, options=options)
    assert walked.count(path.read_bytes()) == 1
