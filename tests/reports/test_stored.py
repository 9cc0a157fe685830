"""Reports that were stored: read as data of strangers, compared, and checked again."""

import copy
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntkproofs.claims.report import verify
from ntkproofs.claims.workers import Limits
from ntkproofs.cli import app
from ntkproofs.errors import InvalidInput
from ntkproofs.reports.differences import differences
from ntkproofs.reports.json_report import report_to_json, write_json
from ntkproofs.reports.recheck import Standing, recheck
from ntkproofs.reports.stored import read_report

CLAIMS = '''
from ntkproofs.claims import Claim, exactly
from ntkproofs.claims.figures import Chart, curve

small = Claim("my.small", r"c = 4", "notes", {"c": 3}, {}, parameters="c a number")

@small.certificate(on="one number")
def compare(c):
    """Compares."""
    yield exactly("c against 4", c, 4, witness={"c": c})

@small.proof(covers="one number", part="other")
def other():
    yield exactly("one", 1, 1)

small.amend("c = 4", c=4, mutants={"c": [5]})
small.reading("as five", "c = 5", c=5)

@small.chart("A line.")
def line():
    return Chart("x", "y", (curve("x", [0, 1], [0, 1]),))

@small.chart("Nothing.")
def broken():
    raise ValueError("no line")

plain = Claim("my.plain", r"1 = 1", "notes", {}, {})

@plain.certificate(on="one number")
def numbers():
    for n in range(40):
        yield exactly("the same", n, n)
'''
LIMITS = Limits(1, 120.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A claim file, the report on it, and the JSON of that."""
    folder = tmp_path_factory.mktemp("claims")
    file = folder / "my_claims.py"
    file.write_text(CLAIMS)
    report = verify(file, jobs=1, timeout=120, figures=True)
    return file, report, report_to_json(report)


@pytest.fixture
def stored(made, tmp_path):
    """Writes a report, changed by a function, and gives its path."""

    def write(change=lambda data: None, name="report.json") -> Path:
        data = copy.deepcopy(made[2])
        change(data)
        write_json(tmp_path / name, data)
        return tmp_path / name

    return write


def test_results_keep_what_their_steps_say(made):
    _, report, data = made
    claim = report.claims[1]
    (steps,) = (item.steps for item in claim.original.evidence)
    assert [(step.about, step.truth, step.times) for step in steps] == [("the same", "true", 40)]
    assert len(data["claims"][0]["evidence"][0]["transcript"]) == 64
    assert data["claims"][0]["constants"] == {"c": "3"}
    assert data["claims"][0]["amended"]["constants"] == {"c": "4"}
    assert Path(data["claims"][0]["file"]["path"]).name == "my_claims.py"


def test_charts_are_computed_in_workers(made):
    drawn, failed = made[1].claims[0].figures
    assert drawn.chart is not None
    assert drawn.chart.curves[0].y == (0.0, 1.0)
    assert failed.chart is None
    assert "no line" in failed.trouble


# Reading


def test_a_report_is_read_as_it_was_written(stored):
    found = read_report(stored())
    assert list(found.claims) == ["my.small", "my.plain"]
    small = found.claims["my.small"]
    assert [name for name, _ in small.statements()] == ["", "amended", "reading: as five"]
    assert small.original.verdict.value == "refuted"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"schema": 2}',
        "[" * 100_000,
        '{"schema": 1, "environment": {}, "seed": 0, "claims": [{}]}',
        '{"schema": 1, "environment": {}, "seed": true, "claims": []}',
        '{"schema": 1, "environment": {}, "seed": 0, "claims": {"a": 1}}',
        '{"schema": 1, "environment": {}, "seed": 0, "claims": [{"id": "a", "statement": "", '
        '"verdict": "proved", "readings": {}, "evidence": [{"seconds": 1' + "0" * 400 + "}]}]}",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "9" * 5000,
    ],
)
def test_what_is_no_report_is_refused(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text, "latin-1")
    with pytest.raises(InvalidInput, match="ntkproofs verify --json"):
        read_report(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [("verdict", "true"), ("grade", "best"), ("statement", 1), ("evidence", None), ("id", None)],
)
def test_fields_are_of_their_types(stored, field, value):
    with pytest.raises(InvalidInput):
        read_report(stored(lambda data: data["claims"][0].update({field: value})))


def test_two_claims_of_one_id_are_refused(stored):
    with pytest.raises(InvalidInput, match="two claims"):
        read_report(stored(lambda data: data["claims"].append(data["claims"][0])))


# Differences


def changes(stored, change, **options):
    first, second = read_report(stored()), read_report(stored(change, "second.json"))
    found = differences(first, second, **options)
    return [(one.claim, one.what, one.where) for one in found]


def test_equal_reports_do_not_differ(stored):
    assert changes(stored, lambda data: None) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c[0].update(verdict="undecided", grade=None), ("verdict", "")),
        (lambda c: c[0]["amended"].update(verdict="proved"), ("verdict", "amended")),
        (lambda c: c[0].update(statement="c = 6"), ("statement", "")),
        (lambda c: c[0].update(constants={"c": "9"}), ("constants", "")),
        (lambda c: c[0].update(amended=None), ("removed", "amended")),
        (lambda c: c[0].update(mutants={"killed": 0, "total": 1, "alive": ["x"]}), ("mutants", "")),
        (lambda c: c[0]["file"].update(sha256="0" * 64), ("file", None)),
        (
            lambda c: c[0]["evidence"][0].update(outcome="crashed", grade=None),
            ("evidence", "compare"),
        ),
        (lambda c: c[0]["evidence"][0].update(transcript="0" * 64), ("evidence", "compare")),
        (lambda c: c[0]["evidence"].pop(), ("evidence", "other")),
        (lambda c: c[0]["evidence"][0].update(seconds=99.0), ("slower", "compare")),
    ],
)
def test_every_kind_of_difference_is_told(stored, change, told):
    found = changes(stored, lambda data: change(data["claims"]))
    assert len(found) == 1
    claim, what, where = found[0]
    assert (claim, what) == ("my.small", told[0])
    assert told[1] is None or where == told[1]


def test_claims_that_come_and_go(stored):
    def rename(data):
        data["claims"][1]["id"] = "my.other"

    assert changes(stored, rename) == [("my.plain", "removed", ""), ("my.other", "added", "")]


def test_a_little_slower_is_not_told(stored):
    def slower(data):
        data["claims"][0]["evidence"][0]["seconds"] += 0.9

    assert changes(stored, slower) == []
    assert changes(stored, slower, slower=1.0) == []


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_diff_as_a_command(stored, tmp_path):
    first = stored()
    second = stored(lambda data: data["claims"][0].update(verdict="undecided"), "second.json")
    same, other = run("diff", first, first, "--strict"), run("diff", first, second)
    assert (same.exit_code, other.exit_code) == (0, 0)
    assert "nothing differs" in " ".join(same.output.split())
    assert "refuted (proved) → undecided" in other.output
    written = tmp_path / "changes.json"
    assert run("diff", first, second, "--strict", "--json", written).exit_code == 1
    assert json.loads(written.read_text())["changes"][0]["what"] == "verdict"
    assert run("diff", first, tmp_path / "absent.json").exit_code == 2
    assert run("diff", first, second, "--slower", "0.5").exit_code == 2


# Checking again


def again(path, file, **options):
    found, problems = recheck(read_report(path), [file], limits=LIMITS, **options)
    assert not problems
    return {(one.claim, one.statement): one for one in found}


SMALL = [("my.small", name) for name in ("", "amended", "reading: as five")]
PLAIN = ("my.plain", "")


def test_what_is_true_agrees(stored, made):
    found = again(stored(), made[0])
    assert list(found) == [*SMALL, PLAIN]
    assert {one.standing for one in found.values()} == {Standing.AGREES}
    assert found["my.small", ""].words == "refuted (proved), by compare"
    # Each part of the amended statement needs evidence, and the refuter must not refute it too.
    assert found["my.small", "amended"].words == "certified (certified), by compare, other"


def test_what_was_changed_differs(stored, made):
    """Every line of a report that a stranger may have changed; one run, many changes."""

    def forge(data):
        small, plain = data["claims"]
        small["witness"] = {"c": "17"}
        small["evidence"][0]["transcript"] = "0" * 64
        small["amended"].update(verdict="proved", grade="proved")
        small["amended"]["evidence"][0].update(grade="proved")
        small["readings"]["as five"]["statement"] = "c = 6"
        plain["constants"] = {"d": "1"}

    found = again(stored(forge), made[0])
    assert {one.standing for one in found.values()} == {Standing.DIFFERS}
    words = [found[name].words for name in (*SMALL, PLAIN)]
    assert "other steps" in words[0]
    assert "run again, it holds (certified)" in words[1]
    assert "statement is another one" in words[2]
    assert "constants are others" in words[3]


def test_a_verdict_that_no_evidence_carries_differs(stored, made):
    def forge(data):
        small, plain = data["claims"]
        small["verdict"] = "certified"
        small["amended"] = None
        plain["evidence"] = []

    found = again(stored(forge), made[0])
    assert found["my.small", ""].standing is Standing.DIFFERS
    assert found["my.small", "amended"].words.startswith("the report leaves this statement")
    assert "undecided" in found[PLAIN].words
    assert found[PLAIN].standing is Standing.DIFFERS


CONTRADICTED = """
from ntkproofs.claims import Claim, exactly

claim = Claim("my.contradicted", r"c = 4", "notes", {"c": 3}, {})

@claim.proof(covers="nothing")
def quick(c):
    yield exactly("one", 1, 1)

@claim.certificate(on="one number")
def against(c):
    yield exactly("c against 4", c, 4)

parts = Claim("my.parts", r"1 = 1", "notes", {}, {})

@parts.proof(covers="one number", part="first")
def first():
    yield exactly("one", 1, 1)

@parts.certificate(on="one number", part="second")
def second():
    yield exactly("one", 1, 1)
"""


def _without(name):
    def forge(claim):
        claim["evidence"] = [item for item in claim["evidence"] if item["name"] != name]

    return forge


def _saying(name, outcome, grade):
    def forge(claim):
        found = next(item for item in claim["evidence"] if item["name"] == name)
        found.update(outcome=outcome, grade=grade)

    return forge


@pytest.mark.parametrize(
    ("claim", "forge", "told"),
    [
        ("my.contradicted", _without("against"), "leaves out the evidence against"),
        ("my.contradicted", _saying("against", "undecided", None), "run again, it refutes"),
        ("my.contradicted", _saying("against", "crashed", None), "run again, it refutes"),
        ("my.contradicted", _saying("against", "vacuous", None), "run again, it refutes"),
        ("my.parts", _without("second"), "leaves out the evidence second"),
        ("my.parts", _saying("second", "holds", "certified"), "its evidence, run again, certified"),
        ("my.parts", _saying("second", "undecided", None), "run again, it holds (certified)"),
    ],
)
def test_evidence_against_a_forged_verdict_is_not_hidden(tmp_path, claim, forge, told):
    """A report that says "proved", and is silent about what refutes, or about a part."""
    file = tmp_path / "claims.py"
    file.write_text(CONTRADICTED)
    data = report_to_json(verify(file, jobs=1, timeout=120))
    (forged,) = (item for item in data["claims"] if item["id"] == claim)
    assert forged["verdict"] != "proved"
    forged.update(verdict="proved", grade="proved")
    forge(forged)
    write_json(tmp_path / "report.json", data)
    found = again(tmp_path / "report.json", file)[claim, ""]
    assert found.standing is Standing.DIFFERS
    assert told in found.words


DISCOUNTED = """
import sympy as sp
from ntkproofs.claims import Claim, identity

n = sp.Symbol("n")
claim = Claim("my.claim", r"c = 2", "notes", {"c": 2}, {"c": [3]})

@claim.proof()
def square(c):
    yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)

@claim.proof()
def tautology(c):
    yield identity("itself", c * n, c * n)

@claim.proof()
def delicate(c):
    if c == 3:
        raise OSError("gone")
    yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)
"""


def test_what_mutants_discounted_agrees_without_them(tmp_path):
    file = tmp_path / "claims.py"
    file.write_text(DISCOUNTED)
    data = report_to_json(verify(file, jobs=1, timeout=120, mutants=True))
    outcomes = {item["name"]: item["outcome"] for item in data["claims"][0]["evidence"]}
    assert outcomes == {"square": "holds", "tautology": "vacuous", "delicate": "crashed"}
    write_json(tmp_path / "report.json", data)
    found = again(tmp_path / "report.json", file)["my.claim", ""]
    assert (found.standing, found.words) == (
        Standing.AGREES,
        "proved (proved), by square",
    )


def test_the_counterexample_is_compared(stored, made):
    def forge(data):
        data["claims"][0]["witness"]["c"] = 17

    found = again(stored(forge), made[0])["my.small", ""]
    assert found.standing is Standing.DIFFERS
    assert "counterexample" in found.words


def test_a_file_that_changed_is_told(stored, made, tmp_path):
    other = tmp_path / "my_claims.py"
    other.write_text(CLAIMS + "\n# a comment\n")
    found = again(stored(), other)
    assert {one.standing for one in found.values()} == {Standing.DIFFERS}
    assert all("not the one that the report was made from" in one.words for one in found.values())


def test_what_took_long_is_left_out_and_said_to_be(stored, made):
    def slow(data):
        data["claims"][1]["evidence"][0]["seconds"] = 1e6
        data["claims"][0]["verdict"] = "undecided"

    found = again(stored(slow), made[0])
    assert found[PLAIN].standing is Standing.NOT_RECHECKED
    assert "--longest" in found[PLAIN].words
    assert found["my.small", ""].standing is Standing.NOT_RECHECKED
    assert again(stored(slow), made[0], longest=None)[PLAIN].standing is Standing.AGREES


def test_a_file_that_only_the_report_names_is_not_run(stored, made, tmp_path):
    trap, touched = tmp_path / "trap.py", tmp_path / "touched"
    trap.write_text(f"open({str(touched)!r}, 'w').close()")
    harmless = tmp_path / "harmless.py"
    harmless.write_text(CLAIMS.replace("my.", "your."))

    def name_it(data):
        for claim in data["claims"]:
            claim["file"]["path"] = str(trap)

    found = again(stored(name_it), harmless)
    assert {one.standing for one in found.values()} == {Standing.NOT_RECHECKED}
    assert not touched.exists()


def test_recheck_as_a_command(stored, made, tmp_path):
    written = tmp_path / "again.json"
    good = run("recheck", stored(), made[0], "--json", written, "--jobs", "1", "--timeout", "120")
    assert good.exit_code == 0, good.output
    assert "4 agrees" in good.output
    assert "no mutants" in good.output
    assert len(json.loads(written.read_text())["statements"]) == 4
    bad = stored(lambda data: data["claims"][1].update(statement="2 = 2"), "bad.json")
    assert run("recheck", bad, made[0], "--jobs", "1", "--timeout", "120").exit_code == 1
    assert run("recheck", tmp_path / "absent.json").exit_code == 2
    empty = stored(lambda data: data.update(claims=[]), "empty.json")
    assert run("recheck", empty).exit_code == 2
