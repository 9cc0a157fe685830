"""Tasks that are run here or by an executor."""

import subprocess
import sys
import textwrap
from concurrent.futures import Executor, Future

import pytest

from ntkproofs.errors import Unable
from ntkproofs.processes import as_they_come


class Prepared(Executor):
    """Futures that have their ends already, or never have one."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        if isinstance(args[0], Exception):
            future.set_exception(args[0])
        elif args[0] is not None:
            future.set_result(fn(*args, **kwargs))
        return future


def test_tasks_are_run_one_after_the_other_and_looked_at_late():
    seen = []

    def tasks():
        for number in range(3):
            seen.append(number)
            yield number, (number,)

    found = as_they_come(lambda number: number * number, tasks())
    assert next(found) == (0, 0)
    assert seen == [0]
    assert list(found) == [(1, 1), (2, 4)]


def test_blas_has_one_thread_meanwhile_and_its_own_number_afterwards():
    from threadpoolctl import threadpool_info, threadpool_limits

    def threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(2):
        found = as_they_come(threads, [("one", ())])
        assert next(found) == ("one", {1})
        assert threads() == {2}


def test_the_blas_of_scipy_has_one_thread_too_where_the_task_is_the_first_to_need_it():
    code = """
        import os
        os.environ["OPENBLAS_NUM_THREADS"] = "3"
        from threadpoolctl import threadpool_info
        from ntkproofs.processes import as_they_come

        def threads():
            import scipy.linalg
            return {p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"}

        print(list(as_they_come(threads, [("one", ())])))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout == "[('one', {1})]\n"


def test_what_is_done_comes_before_a_failure():
    lost = Unable("lost")
    tasks = [(name, (value,)) for name, value in [("a", lost), ("b", 1), ("never", None), ("c", 2)]]
    found = as_they_come(lambda value: value, tasks, Prepared())
    assert sorted([next(found), next(found)]) == [("b", 1), ("c", 2)]
    with pytest.raises(Unable, match="lost"):
        next(found)
