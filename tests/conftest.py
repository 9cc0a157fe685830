"""What all tests share: the user's own store of results is out of their reach; chance is fixed."""

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


@pytest.fixture(autouse=True)
def _cache_folder_of_its_own(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
