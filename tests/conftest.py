"""What all tests share: the user's own store of results is out of their reach; chance is fixed."""

import copy
import signal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, and no limit that a busy machine could pass: what fails, fails
# again. Tests state only how many examples they take.
settings.register_profile(
    "steady",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

# What a shell starts in the background ignores Ctrl-C, and hands that down: the programs that tests
# interrupt would never end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

FRESH: dict[Any, list[tuple[np.random.Generator, Any]]] = {}
"""The generators of random numbers of each module, and their states before any test."""


@pytest.fixture(autouse=True)
def _cache_folder_of_its_own(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def pytest_collection_finish(session):
    for module in {getattr(item, "module", None) for item in session.items} - {None}:
        generators = [v for v in vars(module).values() if isinstance(v, np.random.Generator)]
        FRESH[module] = [(each, copy.deepcopy(each.bit_generator.state)) for each in generators]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """A test draws the same numbers whichever tests of its module ran before it in this process."""
    for generator, state in FRESH.get(getattr(item, "module", None), ()):
        generator.bit_generator.state = copy.deepcopy(state)
