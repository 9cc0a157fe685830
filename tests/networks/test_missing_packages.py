"""Without the extra `networks`, its modules and the commands say what to install."""

import subprocess
import sys

import pytest

from ntkproofs.errors import MissingPackage

BLOCKED = """
import importlib, importlib.util, pkgutil, sys
from ntkproofs.errors import MissingPackage

root = importlib.util.find_spec("ntkproofs").submodule_search_locations[0]
modules = [info.name for info in pkgutil.iter_modules([root + "/networks"])]
assert len(modules) > 15
for package in ("jax", "equinox", "optax"):
    sys.modules[package] = None
    for name in modules:
        try:
            importlib.import_module("ntkproofs.networks." + name)
        except MissingPackage as error:
            assert f"not installed: {package}. " in str(error), error
            assert 'pip install "ntkproofs[networks]"' in str(error)
        else:
            raise AssertionError(name)
    assert "ntkproofs.networks" not in sys.modules
    del sys.modules[package]

sys.modules["equinox"] = None
from typer.testing import CliRunner
from ntkproofs.cli import app
for name in ("table-1", "figure-2", "lazy-regime", "spectral-bias", "frequency-control"):
    done = CliRunner().invoke(app, ["experiment", name])
    assert done.exit_code == 3, (name, done.output, done.exception)
    assert done.output.startswith("MissingPackage: "), done.output
assert "jax" not in sys.modules
"""


def test_networks_without_their_packages_say_what_to_install():
    subprocess.run([sys.executable, "-c", BLOCKED], check=True)


def test_table_3_asks_for_scikit_learn_before_it_trains(monkeypatch):
    pytest.importorskip("jax")
    pytest.importorskip("equinox")
    from ntkproofs.networks.table_sources import table_sources

    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingPackage, match="scikit-learn, which is not installed"):
        table_sources("table-3", rows=100, images=None, folder=None)
