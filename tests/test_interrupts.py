"""The commands at start and at Ctrl-C: nothing heavy before the work, nothing finished is lost."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from typer.testing import CliRunner

from ntkproofs.cli import app
from ntkproofs.commands.common import Bar
from ntkproofs.conjectures import probing
from ntkproofs.finite_width import ensembles
from ntkproofs.matrices import condition_curves
from ntkproofs.processes import worker_pool

HEAVY = ["numpy", "scipy", "sympy", "numba", "flint", "jax", "matplotlib", "hypothesis"]


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def interrupting(function, after):
    """``function``, whose call after ``after`` others is interrupted."""
    calls = []

    def counted(*arguments, **options):
        if len(calls) == after:
            raise KeyboardInterrupt
        calls.append(arguments)
        return function(*arguments, **options)

    return counted


def test_no_command_loads_a_heavy_package_before_it_has_work():
    code = f"""
        import sys
        from typer.main import get_command
        from typer.testing import CliRunner
        from ntkproofs.cli import app

        def commands(command, path):
            yield path
            for name, one in getattr(command, "commands", {{}}).items():
                yield from commands(one, [*path, name])

        count = 0
        for path in commands(get_command(app), []):
            found = CliRunner().invoke(app, [*path, "--help"])
            assert found.exit_code == 0 and "Usage: " in found.output, path
            count += 1
        wrong = CliRunner().invoke(app, ["spectrum", "--kernel", "ntk", "--degrees", "x"])
        assert wrong.exit_code == 2, wrong.output
        print(count, *(name for name in {HEAVY!r} if name in sys.modules))
    """
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    count, *loaded = found.stdout.split()
    assert int(count) > 15
    assert loaded == []


def test_python_m_ntkproofs_is_the_command():
    found = subprocess.run(
        [sys.executable, "-m", "ntkproofs", "--version"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.startswith("ntkproofs ")


def test_probe_prints_the_conjectures_that_were_searched(tmp_path, monkeypatch):
    path = tmp_path / "conjectures.py"
    path.write_text(
        textwrap.dedent("""
        from ntkproofs import conjecture, given, quantity, st

        @conjecture("n >= 0", source="an example")
        @given(n=st.integers(0, 3))
        def first(n):
            return quantity(n) >= 0

        @conjecture("n < 9", source="an example")
        @given(n=st.integers(0, 3))
        def second(n):
            return quantity(n) < 9
        """)
    )
    target = tmp_path / "found.json"
    monkeypatch.setattr(probing, "search", interrupting(probing.search, after=1))
    found = run("probe", path, "--examples", 30, "--no-database", "--json", target)
    assert found.exit_code == 130
    assert "first" in found.stdout
    assert "second" not in found.stdout
    assert found.stderr == ("Interrupted: 1 of 2 conjectures were searched; no JSON was written.\n")
    assert not target.exists()


def test_an_ensemble_goes_on_from_the_draws_that_were_finished(tmp_path, monkeypatch):
    checkpoint, target = tmp_path / "moments.npz", tmp_path / "found.json"
    options = ["--depth", 2, "--width", 4, "--points", 2, "--dim", 2, "--draws", 200]
    kept = ["--checkpoint", checkpoint, "--json", target]
    with monkeypatch.context() as patched:
        chunk = interrupting(ensembles.chunk_moments, after=2)
        patched.setattr(ensembles, "chunk_moments", chunk)
        found = run("ensemble", *options, *kept)
        assert found.exit_code == 130
        assert found.stderr == (
            f"Interrupted: 128 of 200 draws were finished; they are in {checkpoint}: run again.\n"
        )
        assert not target.exists()
    again, straight = run("ensemble", *options, *kept), run("ensemble", *options)
    assert (again.exit_code, again.stdout) == (0, straight.stdout)


CONDITION = ["--delta", 1, "--points", 2, "--dim", 2, "--depths", 4, "--draws", 3, "--jobs", 1]


@pytest.mark.parametrize(
    ("after", "output", "told"),
    [
        (0, [], "nothing was kept. With --csv FILE what is finished is kept"),
        (2, [], "nothing was kept. With --csv FILE what is finished is kept"),
        (0, ["--csv", "x.csv"], "nothing was finished, so that nothing was kept in ."),
        (2, ["--csv", "x.csv"], "finished and kept in x.partial.json: seed 0; seed 1. The same"),
    ],
)
def test_an_interrupt_says_what_was_kept(tmp_path, monkeypatch, after, output, told):
    monkeypatch.chdir(tmp_path)
    broken = interrupting(condition_curves.conditions_of_draw, after=after)
    monkeypatch.setattr(condition_curves, "conditions_of_draw", broken)
    found = run("condition", *CONDITION, *output)
    assert found.exit_code == 130
    assert found.stderr.startswith(f"Interrupted: {told}")


def test_a_table_of_condition_numbers_goes_on_from_the_draws_that_were_finished(
    tmp_path, monkeypatch
):
    straight, table = tmp_path / "straight.csv", tmp_path / "table.csv"
    assert run("condition", *CONDITION, "--csv", straight).exit_code == 0
    with monkeypatch.context() as patched:
        broken = interrupting(condition_curves.conditions_of_draw, after=2)
        patched.setattr(condition_curves, "conditions_of_draw", broken)
        assert run("condition", *CONDITION, "--csv", table).exit_code == 130
    assert not table.exists()
    others = run("condition", *CONDITION, "--dim", 3, "--csv", table)
    assert others.exit_code == 2
    assert "it differs in the condition in dim (2, here 3)" in " ".join(others.stderr.split())
    with monkeypatch.context() as patched:
        last = interrupting(condition_curves.conditions_of_draw, after=1)
        patched.setattr(condition_curves, "conditions_of_draw", last)
        assert run("condition", *CONDITION, "--csv", table).exit_code == 0
    assert table.read_text() == straight.read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"straight.csv", "table.csv"}


def test_a_bar_tells_other_errors_nothing(capsys):
    bar = Bar("draws")
    bar(1, 2)
    with pytest.raises(ValueError, match="x"), bar:
        raise ValueError("x")
    told_elsewhere = Bar("draws", kept=None)
    told_elsewhere(1, 2)
    with pytest.raises(KeyboardInterrupt), told_elsewhere:
        raise KeyboardInterrupt
    assert capsys.readouterr() == ("", "")


def test_the_pool_prepares_its_workers_and_shields_them_from_interrupts():
    import signal

    with worker_pool(1, "a test") as pool:
        assert pool.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN
        assert pool.submit(np.sum, [1, 2]).result() == 3
