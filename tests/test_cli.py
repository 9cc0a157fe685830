"""The commands: what they print, and the exit status of everything that can happen."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ntkproofs.claims.report
from ntkproofs import cli
from ntkproofs.commands.spectrum import parse_degrees
from ntkproofs.errors import InvalidInput, Unable

HEAD = """\
import sys
from ntkproofs.claims import Claim, exactly, premise, sample
from ntkproofs.claims.theorems import FUNK_HECKE, SCHUR
"""
TRUE = (
    HEAD
    + """
sum_ = Claim(id="small.sum", statement=r"1 + 1 = c", source="school", constants={"c": 2},
             mutants={"c": [1, 3]})

@sum_.proof(relies_on=[FUNK_HECKE], covers="it is one sum")
def add(c):
    '''Adds.'''
    yield exactly("the sum", 1 + 1, c)
"""
)
FALSE = (
    HEAD
    + r"""
decay = Claim(id="small.decay", statement=r"\mu_\ell \sim \ell^{-p}, p = 3", source="a talk",
              constants={"p": 3}, mutants={"p": [1, 2]})

@decay.proof(relies_on=[SCHUR], covers="it is one number")
def exponent(p):
    yield exactly("the exponent", p, 4, witness={"d": 2, "degree": 3})

decay.amend(r"\mu_\ell \sim \ell^{-4}", p=4, mutants={"p": [5]})
"""
)
CRASHES = (
    HEAD
    + """
boom = Claim(id="small.boom", statement="x", source="s", constants={"c": 1}, mutants={"c": [2]})

@boom.proof()
def raises(c):
    yield exactly("x", c, 1)
    raise RuntimeError("out of luck")
"""
)
NO_STEPS = (
    HEAD
    + """
empty = Claim(id="small.empty", statement="x", source="s", constants={}, mutants={})

@empty.proof()
def nothing():
    yield from ()
"""
)
RETURNS_TRUE = (
    HEAD
    + """
bare = Claim(id="small.bare", statement="x", source="s", constants={}, mutants={})

@bare.proof()
def trust_me():
    return True
"""
)
VACUOUS = (
    HEAD
    + """
deaf = Claim(id="small.deaf", statement="x", source="s", constants={"c": 1}, mutants={"c": [2]})

@deaf.proof()
def always(c):
    yield exactly("x", 1, 1)
"""
)
UNDECIDED = (
    HEAD
    + """
open_ = Claim(id="small.open", statement="x", source="s", constants={}, mutants={})

@open_.search(on="one point")
def look():
    yield sample("x", False)
"""
)
MISBEHAVES = {
    "syntax error": b"x = = 1\n",
    "no claim": b"x = 1\n",
    "raises": b"1 / 0\n",
    "exits": b"import sys\nsys.exit(0)\n",
    "not UTF-8": b"x = '\xff\xfe'\n",
    "null bytes": b"x = 1\n\x00",
}
"""Files that give no claim; each must be named as a problem, and stop no other file."""


def claim_file(folder: Path, text: str, name: str = "claims.py") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def run(*arguments: str):
    return CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "100"})


# verify: exit status


def test_a_proved_claim_exits_with_0(tmp_path):
    result = run("verify", claim_file(tmp_path, TRUE), "--strict", "--mutants")
    assert result.exit_code == 0, result.output
    assert "proved" in result.stdout
    assert "2/2" in result.stdout
    assert "1 claim: 1 proved; 2 of 2 mutants killed" in result.stdout
    assert result.stderr == ""


def test_a_refuted_claim_is_a_result_and_not_a_failure(tmp_path):
    path = claim_file(tmp_path, FALSE)
    result = run("verify", path)
    assert result.exit_code == 0
    for words in ("μ_ℓ ∼ ℓ^(-p)", "refuted", "d = 2, degree = 3", "amended", "μ_ℓ ∼ ℓ⁻⁴"):
        assert words in result.stdout, words
    assert run("verify", path, "--strict").exit_code == 1


@pytest.mark.parametrize(("text", "words"), [(UNDECIDED, "undecided"), (VACUOUS, "vacuous")])
def test_strict_demands_a_verdict(tmp_path, text, words):
    path = claim_file(tmp_path, text)
    assert run("verify", path, "--mutants").exit_code == 0
    result = run("verify", path, "--mutants", "--strict")
    assert result.exit_code == 1
    assert words in result.stdout


@pytest.mark.parametrize("text", [CRASHES, NO_STEPS, RETURNS_TRUE])
def test_evidence_that_crashes_exits_with_3_and_is_no_verdict(tmp_path, text):
    result = run("verify", claim_file(tmp_path, text))
    assert result.exit_code == 3
    assert "crashed" in result.stdout
    assert "1 claim: 1 undecided" in result.stdout


@pytest.mark.parametrize("content", MISBEHAVES.values(), ids=MISBEHAVES.keys())
def test_a_bad_file_exits_with_2_and_stops_no_other(tmp_path, content):
    (tmp_path / "bad.py").write_bytes(content)
    claim_file(tmp_path, TRUE, "good.py")
    result = run("verify", str(tmp_path))
    assert result.exit_code == 2
    assert result.stdout.count("problem: ") == 1
    assert "bad.py: " in result.stdout
    assert "1 claim: 1 proved" in result.stdout
    assert "Traceback" not in result.output


def test_missing_paths_empty_folders_and_other_files_are_problems(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "folder.py").mkdir()
    for name in ("missing.py", "empty", "notes.txt", "folder.py"):
        result = run("verify", str(tmp_path / name))
        assert result.exit_code == 2, name
        assert name in result.stdout


def test_of_two_claims_with_one_id_the_second_is_a_problem(tmp_path):
    claim_file(tmp_path, TRUE, "a.py")
    claim_file(tmp_path, TRUE, "b.py")
    result = run("verify", str(tmp_path))
    assert result.exit_code == 2
    assert "'small.sum' is taken" in result.stdout
    assert "1 claim: 1 proved" in result.stdout


def test_the_worst_decides_the_exit_status(tmp_path):
    claim_file(tmp_path, CRASHES, "a.py")
    claim_file(tmp_path, "x = = 1", "b.py")
    claim_file(tmp_path, FALSE, "c.py")
    assert run("verify", str(tmp_path), "--strict").exit_code == 3
    (tmp_path / "a.py").unlink()
    assert run("verify", str(tmp_path), "--strict").exit_code == 2
    (tmp_path / "b.py").unlink()
    assert run("verify", str(tmp_path), "--strict").exit_code == 1
    assert run("verify", str(tmp_path)).exit_code == 0


# verify: options


def test_only_runs_the_chosen_claims(tmp_path):
    claim_file(tmp_path, TRUE, "a.py")
    claim_file(tmp_path, CRASHES, "b.py")
    result = run("verify", str(tmp_path), "--only", "small.sum")
    assert result.exit_code == 0
    assert "small.boom" not in result.stdout


def test_an_unknown_id_is_wrong_input(tmp_path):
    result = run("verify", claim_file(tmp_path, TRUE), "--only", "small.summ")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("InvalidInput: No claim has the id 'small.summ'.")
    assert "small.sum." in result.stderr


def test_an_unknown_id_mentions_files_that_could_not_be_read(tmp_path):
    result = run("verify", claim_file(tmp_path, "x = = 1"), "--only", "small.sum")
    assert result.exit_code == 2
    assert "syntax error" in result.stderr


def test_json_is_written_even_when_evidence_crashes(tmp_path):
    target = tmp_path / "report.json"
    result = run("verify", claim_file(tmp_path, CRASHES), "--json", str(target))
    assert result.exit_code == 3
    (claim,) = json.loads(target.read_text("utf-8"))["claims"]
    assert claim["evidence"][0]["outcome"] == "crashed"
    assert "out of luck" in claim["evidence"][0]["detail"]


def test_a_json_path_that_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(ntkproofs.claims.report, "claim_files", lambda *_: pytest.fail("too late"))
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "no" / "r.json", tmp_path, tmp_path / "file" / "r.json"):
        result = run("verify", "--json", str(target))
        assert result.exit_code == 2, target
        assert result.stderr.startswith("InvalidInput: Results are written to a file")
        assert result.stderr.count("\n") == 1


def test_interruption_exits_with_130_and_one_line(tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(ntkproofs.claims.report.Verification, "run", interrupt)
    target = tmp_path / "report.json"
    result = run("verify", claim_file(tmp_path, TRUE), "--json", str(target))
    assert result.exit_code == 130
    assert result.stderr.startswith("Interrupted: 1 claim not decided; no report was written.")
    assert result.stderr.count("\n") == 1
    assert os.listdir(tmp_path) == ["claims.py"]


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["verify", "--nothing"], ["axioms"], ["spectrum", "--kernel", "ntk"], []],
)
def test_wrong_usage_exits_with_2(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.output


# axioms


def test_axioms_shows_the_theorems_of_the_verdict_and_of_the_amended_one(tmp_path):
    result = run("axioms", "small.decay", claim_file(tmp_path, FALSE))
    assert result.exit_code == 0
    assert "small.decay: refuted" in result.stdout
    assert "small.decay, amended: proved" in result.stdout
    assert result.stdout.count("Schur's lemma for spherical harmonics") == 2
    assert "C. Müller" in result.stdout


def test_axioms_says_when_there_are_none(tmp_path):
    assert (
        "relies on no cited theorem"
        in run("axioms", "small.deaf", claim_file(tmp_path, VACUOUS)).stdout
    )
    open_ = run("axioms", "small.open", claim_file(tmp_path, UNDECIDED))
    assert "no verdict yet" in open_.stdout
    assert run("axioms", "small.other", claim_file(tmp_path, TRUE)).exit_code == 2


# spectrum


def spectrum(*arguments: str):
    return run("spectrum", *arguments)


def test_spectrum_prints_eigenvalues_with_their_conventions():
    result = spectrum("--kernel", "ntk", "--depth", "2", "--dim", "3", "--degrees", "0:4")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[-5:]]
    assert rows == [
        ["0", "1", "0.5"],
        ["1", "3", "0.333333333333333"],
        ["2", "5", "0.078125"],
        ["3", "7", "0"],
        ["4", "9", "0.00520833333333333"],
    ]
    for words in ("uniform probability measure", "S^(d-1)", "k(u) = Θ₂(u)", "weight variance 2"):
        assert words in result.stdout, words


def test_spectrum_in_balls_prints_a_radius_that_covers_the_truth(tmp_path):
    target = tmp_path / "s.json"
    result = spectrum(
        *("--kernel", "ntk", "--depth", "2", "--dim", "3"),
        *("--degrees", "1,2,3,4", "--digits", "25", "--json", str(target)),
    )
    assert result.exit_code == 0
    data = json.loads(target.read_text("utf-8"))
    truth = [Fraction(1, 3), Fraction(5, 64), 0, Fraction(1, 192)]
    for entry, exact in zip(data["eigenvalues"], truth, strict=True):
        radius = Fraction(entry["radius"])
        assert abs(Fraction(entry["value"]) - exact) <= radius <= Fraction(exact) / 10**24
        assert entry["value"] in result.stdout
    assert [entry["dimension"] for entry in data["eigenvalues"]] == [3, 5, 7, 9]
    assert data["digits"] == 25


@pytest.mark.parametrize(
    "options",
    [
        ["--kernel", "arccosine", "--order", "1"],
        ["--kernel", "nngp", "--depth", "3"],
        ["--kernel", "ntk", "--depth", "3", "--weight-variance", "1/3", "--bias-variance", "0.1"],
        ["--kernel", "eoc", "--depth", "3", "--a", "-1", "--b", "1/2"],
        ["--kernel", "deep_narrow", "--rho", "1", "--beta", "1"],
        ["--kernel", "residual", "--depth", "2", "--alpha", "1/2"],
    ],
)
def test_spectrum_knows_every_kernel(options):
    result = spectrum(*options, "--dim", "3", "--degrees", "2")
    assert result.exit_code == 0, result.output
    assert float(result.stdout.split()[-1]) > 0


def test_spectrum_reads_decimals_exactly(tmp_path):
    target = tmp_path / "s.json"
    spectrum(
        *("--kernel", "nngp", "--depth", "2", "--bias-variance", "0.1"),
        *("--dim", "3", "--degrees", "0", "--json", str(target)),
    )
    assert "bias_variance=1/10" in json.loads(target.read_text())["kernel"]["name"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--kernel", "ntk"], "--depth missing"),
        (["--kernel", "ntk", "--depth", "2", "--order", "1"], "--order given"),
        (["--kernel", "eoc", "--depth", "2", "--a", "1"], "--b missing"),
        (["--kernel", "ntk", "--depth", "0"], "depth is an integer >= 1"),
        (["--kernel", "ntk", "--depth", "2", "--digits", "0"], "digits is an integer >= 1"),
        (["--kernel", "ntk", "--depth", "2", "--weight-variance", "0"], "weight_variance is > 0"),
    ],
)
def test_spectrum_refuses_what_has_no_meaning(options, words):
    result = spectrum(*options, "--dim", "3", "--degrees", "1")
    assert result.exit_code == 2
    assert result.stderr.startswith("InvalidInput: ")
    assert words in result.stderr


def test_spectrum_refuses_what_is_no_number():
    result = spectrum("--kernel", "eoc", "--depth", "2", "--a", "x", "--b", "1/0", "--dim", "3")
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("7", [7]),
        ("0,2,4", [0, 2, 4]),
        ("0:3", [0, 1, 2, 3]),
        ("0:10:5", [0, 5, 10]),
        ("0:9:5", [0, 5]),
        ("3:3", [3]),
        ("4,0:4:2,1", [4, 0, 2, 1]),
        (" 1 , 2 : 3 ", [1, 2, 3]),
    ],
)
def test_degrees(text, degrees):
    assert parse_degrees(text) == degrees


@pytest.mark.parametrize(
    "text",
    ["", "a", "1.5", "-1", "5:1", "0:4:0", "0:4:-1", "0:1:1:1", "1,,2", ":", "0:", "0:10000000000"],
)
def test_degrees_refused(text):
    with pytest.raises(InvalidInput, match="--degrees"):
        parse_degrees(text)


# spectrum --asymptotic


NTK_3 = ("--kernel", "ntk", "--depth", "3", "--dim", "3")


def asymptotics_as_json(folder: Path, *arguments: str):
    target = folder / "s.json"
    result = spectrum(*arguments, "--asymptotic", "--json", str(target))
    return result, json.loads(target.read_text("utf-8"))


def test_asymptotic_prints_the_law_of_each_parity_and_the_series_beside_eigenvalues(tmp_path):
    result, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "0,40,41")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "even degrees μ_ℓ ∼ 7/(4 π) ℓ⁻³, C = 0.557042300822 (exact)" in words
    assert "odd degrees μ_ℓ ∼ 5/(4 π) ℓ⁻³, C = 0.39788735773 (exact)" in words
    for word in ("hypotheses", "relies on", "Funk-Hecke formula", "estimates the error"):
        assert word in words
    even, odd = data["asymptotics"]["even"], data["asymptotics"]["odd"]
    assert (even["exponent"], even["exact_coefficient"]) == ("3", "7/(4*pi)")
    assert odd["coefficient"] == pytest.approx(0.397887357729738)
    assert len(data["asymptotics"]["relies_on"]) == 3
    start, *rest = data["eigenvalues"]
    assert start["series"] is None
    for entry in rest:
        series = entry["series"]
        assert series["value"] == pytest.approx(entry["value"], rel=1e-12)
        assert 0 < series["estimated_error"] < 1e-15 * entry["value"]
        assert f"{series['estimated_error']:.1e}" in result.stdout


def test_asymptotic_in_balls_shows_the_digits_that_the_error_leaves(tmp_path):
    _, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "100", "--digits", "30")
    (entry,) = data["eigenvalues"]
    distance = abs(Fraction(entry["series"]["value"]) - Fraction(entry["value"]))
    assert 0 < distance < Fraction(entry["series"]["estimated_error"]) * 2
    assert distance < Fraction(entry["value"]) / 10**20


def test_few_terms_are_worth_less(tmp_path):
    values = {}
    for terms in ("1", "3"):
        _, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "30", "--terms", terms)
        (entry,) = data["eigenvalues"]
        assert entry["series"]["terms"] == int(terms)
        values[terms] = abs(entry["series"]["value"] / entry["value"] - 1)
    assert 1e-4 < values["1"] < 1e-1
    assert values["3"] < 1e-3 * values["1"]


def test_asymptotic_says_from_where_on_a_parity_vanishes(tmp_path):
    result, data = asymptotics_as_json(
        tmp_path, "--kernel", "ntk", "--depth", "2", "--dim", "3", "--degrees", "1,2,3,4"
    )
    assert "μ_ℓ = 0 for odd ℓ >= 3" in " ".join(result.stdout.split())
    odd = data["asymptotics"]["odd"]
    assert (odd["zero_from"], odd["exponent"], odd["coefficient"]) == (3, None, None)
    assert data["eigenvalues"][0]["series"] is None
    assert data["asymptotics"]["even"]["zero_from"] is None


def test_series_are_not_summed_where_they_have_no_digit_right(tmp_path):
    _, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "1:12")
    series = [entry["series"] for entry in data["eigenvalues"]]
    assert series[0] is None
    assert None not in series[7:]
    for entry in data["eigenvalues"]:
        if entry["series"] is None:
            continue
        distance = abs(entry["series"]["value"] - entry["value"])
        assert distance < 3 * entry["series"]["estimated_error"], entry["degree"]


def test_without_asymptotic_there_is_no_law(tmp_path):
    target = tmp_path / "s.json"
    result = spectrum(*NTK_3, "--degrees", "1", "--json", str(target))
    assert "∼" not in result.stdout
    data = json.loads(target.read_text("utf-8"))
    assert data["asymptotics"] is None
    assert data["eigenvalues"][0]["series"] is None
    assert spectrum(*NTK_3, "--degrees", "1", "--terms", "3").exit_code == 2


def test_a_law_that_cannot_be_had_is_said_and_exits_with_3(tmp_path, monkeypatch):
    from ntkproofs.reports import laws

    def unable(*_):
        raise Unable("no law today")

    monkeypatch.setattr(laws, "asymptotics", unable)
    result, data = asymptotics_as_json(tmp_path, *NTK_3, "--degrees", "2")
    assert result.exit_code == 3
    assert "no law today" in result.stdout
    assert "0.107367571280238" in result.stdout
    assert data["asymptotics"] == {"problem": "no law today"}


def test_a_linear_kernel_vanishes_beyond_degree_1(tmp_path):
    result, data = asymptotics_as_json(
        tmp_path, "--kernel", "ntk", "--depth", "1", "--dim", "3", "--degrees", "1,2"
    )
    assert result.exit_code == 0
    found = data["asymptotics"]
    assert (found["even"]["zero_from"], found["odd"]["zero_from"]) == (0, 3)


# spectrum --plot


@pytest.mark.parametrize(
    ("suffix", "start"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("PDF", b"%PDF")],
)
def test_plot_writes_the_format_of_the_suffix(tmp_path, suffix, start):
    target = tmp_path / f"picture.{suffix}"
    result = spectrum(*NTK_3, "--degrees", "0:20", "--plot", str(target))
    assert result.exit_code == 0, result.output
    assert target.read_bytes().startswith(start)
    assert os.listdir(tmp_path) == [target.name]
    assert "0.930251931642307" in result.stdout


@pytest.mark.parametrize(
    ("degrees", "file", "words"),
    [
        ("0:20", "picture.jpg", "png, svg, pdf"),
        ("0:20", "picture", "png, svg, pdf"),
        ("0:20", "no/picture.png", "there is no folder"),
        ("0:20", "", "it is a folder"),
        ("7", "picture.png", "two degrees"),
        ("0,7", "picture.png", "two degrees"),
    ],
)
def test_plot_refuses_before_the_work(tmp_path, monkeypatch, degrees, file, words):
    import ntkproofs.reports.spectrum

    monkeypatch.setattr(
        ntkproofs.reports.spectrum, "eigenvalues", lambda *_, **__: pytest.fail("too late")
    )
    result = spectrum(*NTK_3, "--degrees", degrees, "--plot", str(tmp_path / file))
    assert result.exit_code == 2
    assert result.stderr.startswith("InvalidInput: ")
    assert words in result.stderr
    assert os.listdir(tmp_path) == []


def test_plot_of_zeros_only_is_refused(tmp_path):
    result = spectrum(
        *("--kernel", "ntk", "--depth", "2", "--dim", "3", "--degrees", "3:9:2"),
        *("--plot", str(tmp_path / "p.png")),
    )
    assert result.exit_code == 2
    assert "two eigenvalues that are not zero" in result.stderr
    assert os.listdir(tmp_path) == []


def test_plot_without_matplotlib_says_what_to_install(tmp_path):
    code = f"""
import sys
sys.modules["matplotlib"] = None
sys.argv = ["ntkproofs", "spectrum", *{NTK_3!r}, "--degrees", "0:20", "--plot", "p.png"]
from ntkproofs.cli import main
main()
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=tmp_path, text=True
    )
    assert result.returncode == 3
    assert result.stdout == ""
    assert result.stderr.startswith("MissingPackage: ")
    assert 'pip install "ntkproofs[plots]"' in result.stderr


# doctor and the program as a whole


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
    return subprocess.run(command, capture_output=True, env=variables, timeout=60, check=False)


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


@pytest.mark.parametrize(
    "options",
    [
        ["--jobs", "0"],
        ["--jobs", "-3"],
        ["--jobs", "two"],
        ["--timeout", "-1"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["--memory", "0"],
        ["--seed", "-1"],
        ["--store", "x", "--no-store"],
    ],
    ids=" ".join,
)
def test_limits_that_make_no_sense_exit_with_2(options):
    result = run("verify", *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert options[0] in result.stderr
    assert "Traceback" not in result.output


def test_evidence_that_runs_out_of_time_exits_with_3(tmp_path):
    text = TRUE.replace("    yield", "    while True: pass\n    yield")
    result = run("verify", claim_file(tmp_path, text), "--timeout", "1")
    assert result.exit_code == 3
    assert "ran out of time: 1 s; raise --timeout" in " ".join(result.stdout.split())
