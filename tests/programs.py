"""The programs in benchmarks/, for tests to call."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))  # where they find each other


def benchmark_called(name: str) -> ModuleType:
    """One of the programs in benchmarks/, which are no package."""
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and processes of its own look for it
    spec.loader.exec_module(module)
    return module
