"""``doctor``, and the program as a whole: what it loads, its help, its streams."""

import os
import subprocess
import sys

import pytest

from ._claims import FALSE, TRUE, claim_file, run


def test_doctor_lists_packages_and_passes():
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "python-flint" in result.stdout
    assert "FAIL" not in result.stdout
    assert result.stdout.count("pass  ") == 6


def test_doctor_exits_with_3_and_shows_what_is_broken(monkeypatch):
    from ntkproofs.reports import doctor

    def broken() -> str:
        raise ImportError("no [bold]library")

    monkeypatch.setattr(doctor, "_CHECKS", {"a check": broken, "another": lambda: "got 1, not 2"})
    result = run("doctor")
    assert result.exit_code == 3
    assert "ImportError: no [bold]library" in result.stdout
    assert "got 1, not 2" in result.stdout


def test_doctor_names_the_extra_that_installs_a_missing_package():
    from ntkproofs.reports.doctor import Package

    assert Package("jax", "networks", None).status == 'missing: pip install "ntkproofs[networks]"'


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    variables = {**os.environ, "COLUMNS": "80", **environment}
    command = [sys.executable, "-m", "ntkproofs.cli", *arguments]
    return subprocess.run(command, capture_output=True, env=variables, check=False)


def test_a_pipe_gets_no_colour_and_no_progress_bar(tmp_path):
    result = program("verify", claim_file(tmp_path, FALSE), "--mutants")
    assert result.returncode == 0
    assert result.stderr == b""
    assert b"\x1b" not in result.stdout
    assert max(map(len, result.stdout.decode().splitlines())) <= 80


def test_a_stream_without_greek_letters_is_no_reason_to_crash(tmp_path):
    result = program("verify", claim_file(tmp_path, FALSE), PYTHONIOENCODING="ascii")
    assert result.returncode == 0
    assert b"refuted" in result.stdout
    assert b"Traceback" not in result.stderr


LIBRARIES = {"flint", "matplotlib", "numba", "numpy", "scipy", "sympy"}
SAYS_WHAT_IT_LOADED = """
import sys
from ntkproofs.cli import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    """The libraries that a command loads which succeeds."""
    command = [sys.executable, "-c", SAYS_WHAT_IT_LOADED, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return LIBRARIES & set(result.stderr.split())


def test_help_and_version_load_no_mathematics():
    assert loaded_by("--help") == set()
    assert b"verify" in program("--help").stdout
    assert program("--version").stdout.startswith(b"ntkproofs ")


def test_stored_results_are_shown_without_mathematics(tmp_path):
    arguments = ["verify", claim_file(tmp_path, TRUE), "--store", str(tmp_path / "store")]
    assert program(*arguments).returncode == 0
    assert loaded_by(*arguments) == set()


def test_condition_numbers_load_what_they_are_computed_with():
    options = ["--points", "3", "--dim", "3", "--depths", "4", "--draws", "2", "--jobs", "1"]
    assert loaded_by("condition", "--delta", "1/2", *options) == {"flint", "numpy", "scipy"}


def test_probing_compiles_nothing_unless_a_conjecture_does(tmp_path):
    file = tmp_path / "conjectures.py"
    file.write_text(
        "from ntkproofs import conjecture, given, st\n"
        "@conjecture(source='a test', statement='n = n')\n"
        "@given(n=st.integers(1, 9))\n"
        "def same(n):\n    return n == n\n"
    )
    assert loaded_by("probe", str(file), "--examples", "3") & {"matplotlib", "numba"} == set()


@pytest.mark.parametrize("command", ["verify", "axioms", "spectrum", "condition", "doctor"])
def test_every_help_text_teaches_with_an_example(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"\n    ntkproofs {command}" in result.stdout
