"""How many threads work takes: what is asked for, or what this process may use."""

import os

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.claims.workers import default_jobs
from ntkproofs.errors import InvalidInput
from ntkproofs.threads import processors, require_threads

ASKED = [
    require_threads,
    lambda threads: nt.gram(nt.ntk(2), np.eye(2), threads=threads),
    lambda threads: nt.torus.grid_operator(nt.ntk(2), 4, 1, threads=threads),
]


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("threads", [0, -1, True])
def test_less_than_one_thread_is_refused(ask, threads):
    with pytest.raises(InvalidInput, match="at least one thread"):
        ask(threads)


def test_left_out_all_processors_of_this_process_are_taken(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processors() == require_threads(None) == default_jobs() == 3
    assert require_threads(1) == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    assert processors() == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors() == 1
