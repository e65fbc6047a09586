"""A film coloured: its frames decoded, coloured steadily and encoded again, everything else copied as it is.

The way of a frame reads down `colouring`: look -> scenes -> network -> steady -> paint. `run` puts a film before it and
segments behind it, and `join` makes one film of them. Only this room knows PyAV, which is the extra `video`.
"""

from lab_colorize.errors import MissingPackage

try:
    import av  # noqa: F401  # asked for here, once, so that every module of this room may take it for granted
except ImportError as error:
    raise MissingPackage(
        "Colouring films needs PyAV, which is not installed.", remedy="pip install 'lab-colorize[video]'"
    ) from error
