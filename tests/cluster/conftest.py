"""One cluster on loopback for the tests of this folder: two workers with one thread each."""

import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")


@pytest.fixture(scope="package")
def cluster():
    import distributed

    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=50,
    ) as made:
        yield made


@pytest.fixture
def address(cluster):
    return cluster.scheduler_address
