"""Films for the tests, and a short way to colour them."""

import pytest

from lab_colorize import Colorizer
from lab_colorize.video.options import VideoOptions
from lab_colorize.video.run import Hooks, colorize_video
from lab_colorize.video.segments import Length

SHORT = Length(8, 16)


@pytest.fixture(scope="session")
def colorizer(tiny_model):
    return Colorizer(tiny_model)


@pytest.fixture
def colour(colorizer):
    """Colours a film with the tiny model, in short segments: colour(source, target, codec="ffv1")."""

    def run(source, target=None, *, length=SHORT, **options):
        hooks = Hooks(length=length)
        return colorize_video(source, target, colorizer=colorizer, options=VideoOptions(**options), hooks=hooks)

    return run
