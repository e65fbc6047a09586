"""Laws of the house: imports point one way, and asking for help loads nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lab_colorize"

# Each room and the rooms below it that it may use; cli -> ... -> errors, never upwards.
BELOW = {
    "errors": set(),
    "lab": set(),
    "join": {"lab", "lightness", "join"},
    "tone": {"lab"},
    "exif": {"formats"},
    "xmp": set(),
    "icc": set(),
    "writing": {"errors"},
    "formats": {"errors", "icc", "exif", "xmp", "formats"},
    "metadata": {"exif", "xmp", "icc", "formats"},
    "photo": {"errors", "formats", "metadata", "exif", "xmp", "icc", "writing"},
    "lightness": {"icc", "lab"},
    "runtime": set(),
    "models": {"errors", "weights"},
    "colorizer": {"errors", "join", "lab", "lightness", "metadata", "models", "photo", "runtime", "tone", "writing"},
}
COLOURING = set(BELOW)
BELOW["batch"] = COLOURING | {"batch"}
BELOW["evaluation"] = COLOURING | {"evaluation", "batch"}
BELOW["report"] = COLOURING | {"report", "evaluation", "batch"}
BELOW["zoo"] = {"errors", "lab", "zoo"}
BELOW["training"] = COLOURING | {"zoo", "training", "batch"}
BELOW["cli"] = set(BELOW) | {"cli"}

ONLY_IN = {
    "click": {"cli"},
    "rich": {"cli"},
    "keras": {"zoo", "training"},
    "tensorflow": {"training/export.py", "training/devices.py"},
    "ai_edge_litert": {"runtime", "training/export.py"},
    "tifffile": {"formats"},
}


def files():
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def room(path):
    return path.parts[0].removesuffix(".py")


def imports(path):
    """Every module that a file imports, at its top or later, but not those for type checkers alone."""
    tree = ast.parse((PACKAGE / path).read_text())
    skipped = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", files(), ids=str)
def test_imports_point_one_way(path):
    if path.parts[0] in {"__init__.py", "__main__.py"}:
        return
    used = {name.split(".")[1] for name in imports(path) if name.startswith("lab_colorize.")} - {"__version__"}
    assert used <= BELOW[room(path)] | {room(path)}


@pytest.mark.parametrize("path", files(), ids=str)
def test_heavy_packages_stay_in_their_rooms(path):
    for name in imports(path):
        allowed = ONLY_IN.get(name.split(".")[0])
        assert allowed is None or room(path) in allowed or path.as_posix() in allowed, name


def test_every_folder_of_code_is_packaged():
    packaged = (PACKAGE.parent / "setup.cfg").read_text()
    for folder in {path.parent for path in files()}:
        name = ".".join(("lab_colorize", *folder.parts))
        assert f"\n    {name}\n" in packaged, name


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "import lab_colorize"],
        *(
            ["-m", "lab_colorize", *words, "--help"]
            for words in ([], ["colorize"], ["batch"], ["verify"], ["train"], ["evaluate"], ["models"])
        ),
    ],
    ids=str,
)
def test_asking_for_help_loads_nothing_heavy(arguments):
    done = subprocess.run([sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"keras", "tensorflow", "cv2", "skimage", "ai_edge_litert", "numpy", "rich"}


def test_colouring_a_photograph_needs_no_tensorflow_and_no_scikit_image(photo, tiny_model):
    arguments = ["-m", "lab_colorize", str(photo), "--model", str(tiny_model)]
    done = subprocess.run([sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"keras", "tensorflow", "skimage", "scipy", "tifffile", "PIL"}
    assert "cv2" in loaded
