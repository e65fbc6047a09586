"""Laws of the house: imports point one way, and asking for help loads nothing heavy."""

import ast
import re
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from lab_colorize.cli.group import COMMANDS

PACKAGE = Path(__file__).parents[1] / "lab_colorize"

# Each room and the rooms below it that it may use; cli -> ... -> errors, never upwards. What two rooms need lies below
# both: `files` (scanning, hashing, locking, atomic writing), `workers`, `ahead` and `wording` belong to no command.
TOOLS = {"errors", "version", "files", "workers", "ahead", "wording", "why"}
SCIENCE = {"colour", "photos"}
COLOURING = TOOLS | SCIENCE | {"colouring"}
BELOW = {
    "errors": set(),
    "version": set(),
    "wording": set(),
    "workers": set(),
    "ahead": {"workers"},
    "files": {"errors"},
    "cluster": {"errors", "wording", "workers"},
    "why": set(),
    "colour": {"errors", "why"},
    "photos": {"errors", "files", "colour"},
    "colouring": TOOLS | SCIENCE,
    "zoo": {"errors", "colour"},
    "batch": COLOURING | {"cluster"},
    "video": COLOURING,
    "serve": COLOURING,
    "evaluation": COLOURING,
    "training": COLOURING | {"zoo"},
    "report": COLOURING | {"evaluation", "batch"},
    "cli": COLOURING | {"zoo", "batch", "video", "serve", "evaluation", "training", "report"},
}

ONLY_IN = {
    "ai_edge_litert": {"colouring/runtime.py", "training/export.py"},
    "av": {"video"},
    "click": {"cli"},
    "dask": {"cluster"},
    "distributed": {"cluster"},
    "imagecodecs": {"photos"},
    "keras": {"zoo", "training"},
    "pillow_heif": {"photos"},
    "rich": {"cli"},
    "starlette": {"serve"},
    "tensorflow": {"training/export.py", "training/devices.py"},
    "tifffile": {"photos"},
    "uvicorn": {"serve"},
}


def files():
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def room(path):
    return path.parts[0].removesuffix(".py")


@cache
def parsed(path):
    return ast.parse((PACKAGE / path).read_text())


def imports(path, *, for_types=False, at_top=True, late=True):
    """Every module that a file imports, at its top or later; those for type checkers alone only if asked for."""
    tree = parsed(path)
    skipped = set() if for_types else set(type_checking(tree))
    inside = set(within_functions(tree))
    for node in ast.walk(tree):
        if node in skipped or not (late if node in inside else at_top):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def type_checking(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from (child for child in ast.walk(node))


def within_functions(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (child for child in ast.walk(node))


def module(path):
    return ".".join(("lab_colorize", *path.with_suffix("").parts)).removesuffix(".__init__")


def arrows():
    """Each module with those of the package that it imports, late or for types alone."""
    modules = {module(path) for path in files()}
    return {module(path): modules & set(imports(path, for_types=True)) - {"lab_colorize"} for path in files()}


@pytest.mark.parametrize("path", files(), ids=str)
def test_imports_point_one_way(path):
    if path.parts[0] in {"__init__.py", "__main__.py"}:
        return
    used = {name.split(".")[1] for name in imports(path) if name.startswith("lab_colorize.")} - {"__version__"}
    assert used <= BELOW[room(path)] | {room(path)}


def test_no_modules_import_each_other_in_a_circle():
    """Neither at their tops nor later: what is imported late to open a circle lies in the wrong place."""
    try:
        TopologicalSorter(arrows()).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


# What takes 10 ms or more to import, and so is worth a late import; `python -X importtime` measures it.
HEAVY = {
    "ai_edge_litert", "av", "click", "cv2", "dask", "distributed", "imagecodecs", "importlib",
    "jinja2", "keras", "logging", "matplotlib",
    "numpy", "pillow_heif", "platform", "rich", "skimage", "starlette", "tensorflow", "tifffile", "uvicorn", "webcolors",
}  # fmt: skip


def loaded_by(name, modules, seen=None):
    """The heavy packages that importing a module loads at once."""
    seen = set() if seen is None else seen
    if name not in modules:
        return {name.split(".")[0]} & HEAVY
    if name in seen:
        return set()
    seen.add(name)
    return {one for used in imports(modules[name], late=False) for one in loaded_by(used, modules, seen)}


LATE = [path for path in files() if path.parts[0] != "cli" and any(imports(path, at_top=False))]


@pytest.mark.parametrize("path", LATE, ids=str)
def test_imports_are_late_only_where_that_saves_time(path):
    """Elsewhere they stand at the top, where a reader looks for them. The command line is held by its own test."""
    modules = {module(path): path for path in files()}
    anyway = loaded_by(module(path), modules)
    for name in imports(path, at_top=False):
        if name in modules or name.split(".")[0] != "lab_colorize":
            assert loaded_by(name, modules) - anyway, name


@pytest.mark.parametrize("path", files(), ids=str)
def test_heavy_packages_stay_in_their_rooms(path):
    for name in imports(path):
        allowed = ONLY_IN.get(name.split(".")[0])
        assert allowed is None or room(path) in allowed or path.as_posix() in allowed, name


IMPORTED_AS = {
    "ai-edge-litert": "ai_edge_litert",
    "opencv-python-headless": "cv2",
    "pillow-heif": "pillow_heif",
    "scikit-image": "skimage",
}


def declared():
    """The names that the declared dependencies are imported by, extras included."""
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
    extras = [wanted for extra, wanted in project["optional-dependencies"].items() if extra != "test"]
    names = [re.match(r"[\w-]+", one)[0] for wanted in (project["dependencies"], *extras) for one in wanted]
    return {IMPORTED_AS.get(name, name) for name in names}


def test_every_declared_dependency_is_imported_and_every_import_declared():
    """Dependencies of dependencies are not ours to use, and what nobody uses is not ours to ask for."""
    used = {name.split(".")[0] for path in files() for name in imports(path)}
    assert used - sys.stdlib_module_names - {"lab_colorize"} == declared()


def test_every_folder_of_code_is_packaged():
    packaged = (PACKAGE.parent / "setup.cfg").read_text()
    for folder in {path.parent for path in files()}:
        name = ".".join(("lab_colorize", *folder.parts))
        assert f"\n    {name}\n" in packaged, name


def test_every_file_beside_the_code_is_packaged():
    """A template or a style that is not listed is missing where the tool was installed, and nowhere else."""
    options = ConfigParser()
    options.read(PACKAGE.parent / "setup.cfg")
    packaged = {}
    for name, globs in options["options.package_data"].items():
        folder = PACKAGE.parent.joinpath(*name.split("."))
        packaged |= {path: name for glob in globs.split(",") for path in folder.glob(glob.strip())}
    others = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}}
    assert others <= packaged.keys()


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "import lab_colorize"],
        *(
            ["-m", "lab_colorize", *words, "--help"]
            for words in (
                [],
                ["colorize"],
                ["batch"],
                ["verify"],
                ["serve"],
                ["train"],
                ["evaluate"],
                ["models"],
                ["video"],
            )
        ),
    ],
    ids=str,
)
def test_asking_for_help_loads_nothing_heavy(arguments):
    done = subprocess.run([sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True)
    heavy = {
        "keras", "tensorflow", "cv2", "skimage", "ai_edge_litert", "numpy", "rich", "av", "dask", "distributed", "starlette",
    }  # fmt: skip
    assert not loaded(done) & heavy


def test_the_list_of_commands_imports_none_of_them():
    arguments = [sys.executable, "-X", "importtime", "-m", "lab_colorize", "--help"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {f"lab_colorize.cli.{command}" for command in COMMANDS}
    assert all(f"  {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize(
    "words", [["verify", "out"], ["batch", "in", "--out", "out", "-q"]], ids=lambda words: words[0]
)
def test_what_opens_no_photograph_loads_no_opencv(words, photo, tiny_model, tmp_path):
    """Names, options and hashes are enough to verify a batch, and to find that all is done."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / photo.name).write_bytes(photo.read_bytes())
    model = ["--model", str(tiny_model)]
    program = [sys.executable, "-X", "importtime", "-m", "lab_colorize"]
    first = [sys.executable, "-m", "lab_colorize", "batch", "in", "--out", "out", "-q", *model]
    subprocess.run(first, cwd=tmp_path, capture_output=True, check=True)
    again = [*program, *words, *(model if words[0] == "batch" else [])]
    done = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert not loaded(done) & {"cv2", "ai_edge_litert", "skimage", "keras"}


def loaded(done):
    return {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}


def test_a_batch_without_a_scheduler_loads_nothing_of_dask(photo, tiny_model, tmp_path):
    words = ["batch", str(photo.parent), "--out", str(tmp_path / "out"), "-q", "--model", str(tiny_model)]
    program = [sys.executable, "-X", "importtime", "-m", "lab_colorize"]
    done = subprocess.run([*program, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "cv2" in loaded(done)
    assert not loaded(done) & {"dask", "distributed"}


def test_colouring_a_photograph_needs_no_tensorflow_and_no_scikit_image(photo, tiny_model):
    arguments = ["-m", "lab_colorize", str(photo), "--model", str(tiny_model)]
    done = subprocess.run([sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True)
    assert not loaded(done) & {"keras", "tensorflow", "skimage", "scipy", "tifffile", "PIL"}
    assert "cv2" in loaded(done)
