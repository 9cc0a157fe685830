"""The package as a whole: light import, public names, docstring examples."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ntkproofs as nt

OPTIONAL = ["jax", "equinox", "optax", "sklearn", "torch", "matplotlib", "dask", "ducc0", "finufft"]


def run(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_import_is_light_and_pulls_no_optional_package():
    code = (
        "import sys, ntkproofs; print(len(sys.modules), "
        f"*[m for m in {[*OPTIONAL, 'numpy', 'sympy', 'scipy', 'numba']!r} if m in sys.modules])"
    )
    modules, *pulled = run(code)
    assert pulled == []
    assert int(modules) < 400, "the import pulls in much more than itself"


def test_the_library_works_without_optional_packages():
    code = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {OPTIONAL!r}:
            raise ImportError(name)

sys.meta_path.insert(0, Blocker())
import ntkproofs as nt
print(nt.eigenvalues(nt.ntk(2), 3, [2])[0], nt.gram(nt.ntk(2), [[1, 0]])[0, 0])
"""
    assert run(code) == ["0.078125", "2.0"]


@pytest.mark.parametrize("name", nt.__all__)
def test_public_names_resolve_and_have_docstrings(name):
    value = getattr(nt, name)
    assert value.__doc__


MODULES = [
    info.name
    for info in pkgutil.walk_packages(nt.__path__, "ntkproofs.")
    if not info.name.startswith("ntkproofs.bundled")
]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name):
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert failures == 0


ROOT = Path(__file__).parent.parent


def test_one_version_is_named_everywhere():
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]
    assert nt.__version__ == version
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_one_command_runs_every_benchmark():
    folder = ROOT / "tests" / "benchmarks"
    text = (folder / "__main__.py").read_text("utf-8")
    for path in folder.glob("bench_*.py"):
        assert f'"{path.stem.removeprefix("bench_")}"' in text
        assert "def main(" in path.read_text("utf-8")
