"""``verify`` and ``axioms``: what they print, and the exit status of everything that can happen."""

import json
import os

import pytest

import ntkproofs.claims.report

from ._claims import FALSE, HEAD, TRUE, claim_file, run

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
    assert result.stderr.startswith("InvalidInput: No claim has the id 'small.summ';")
    assert "there are: small.sum." in " ".join(result.stderr.split())


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
    result = run("verify", claim_file(tmp_path, text), "--timeout", "10")
    assert result.exit_code == 3
    assert "ran out of time: 10 s; raise --timeout" in " ".join(result.stdout.split())
