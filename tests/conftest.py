"""What all tests share: the user's own store of results is out of their reach."""

import pytest


@pytest.fixture(autouse=True)
def _cache_folder_of_its_own(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
