"""Laws of the house: the code passes its own linters, and the documents say what is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab_colorize.cli.group import COMMANDS
from lab_colorize.errors import ExitCode

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("words", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join)
def test_the_code_passes(words):
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_exit_status_is_explained():
    explained = (ROOT / "docs/exit-codes.md").read_text()
    for code in ExitCode:
        assert re.search(rf"^\| {code.value} \|", explained, re.MULTILINE), code


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text()
    for command in COMMANDS:
        assert f"lab-colorize {command}" in readme, command


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=lambda p: p.name)
def test_no_link_of_the_documents_leads_nowhere(path):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target
