"""The README's examples run and print what it shows."""

import doctest
import json
import re
from pathlib import Path

import pytest

from ntkproofs.claims.report import verify
from ntkproofs.conjectures.probing import load_conjectures, probe
from tests.claims.pinned import ECRN, LITERATURE, OPEN, TALK

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_the_claim_of_the_readme_gets_the_verdict_it_shows(tmp_path):
    code = re.search(r"<!-- example: my_claim.py -->\n```python\n(.*?)```", TEXT, re.DOTALL)[1]
    assert len([line for line in code.splitlines() if line.strip()]) <= 22
    path = tmp_path / "my_claim.py"
    path.write_text(code, encoding="utf-8")
    (result,) = verify([path], mutants=True, timeout=600).claims
    assert result.original.verdict.value == "refuted"
    assert result.original.refutation.witness["left"] == "1/128"
    assert result.amended.verdict.value == "certified"
    assert (result.mutants.killed, result.mutants.total) == (2, 2)


def test_the_conjecture_of_the_readme_falls_as_it_shows(tmp_path):
    example = r"<!-- example: my_conjectures.py -->\n```python\n(.*?)```"
    code = re.search(example, TEXT, re.DOTALL)[1]
    path = tmp_path / "my_conjectures.py"
    path.write_text(code, encoding="utf-8")
    (result,) = probe(*load_conjectures(path), examples=2000, seconds=240, suggest=True)
    assert result.outcome == "refuted"
    assert result.witness.arguments["X"] == "SpherePoints.of([(0, 1), (0, 1)])"
    assert result.repairs == ()


def test_the_session_of_the_readme():
    block = "".join(re.findall(r"```python\n(>>> .*?)```", TEXT, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.summarize().failed == 0


@pytest.mark.parametrize(
    ("head", "pinned"),
    [
        ("the talk says", TALK),
        ("the literature says", LITERATURE),
        ("the paper says", {**ECRN, **dict.fromkeys(OPEN, ("undecided",))}),
    ],
)
def test_the_tables_show_the_verdicts_that_the_tests_of_claims_demand(head, pinned):
    (table,) = re.findall(rf"^\| {head} \|.*?\n\n", TEXT, re.MULTILINE | re.DOTALL)
    verdicts = "refuted|proved|certified|supported|undecided"
    shown = re.findall(rf"^\|[^|]*\| ({verdicts}) \|", table, re.MULTILINE)
    assert sorted(shown) == sorted(verdict for verdict, *_ in pinned.values())


def test_the_number_of_mutants_is_that_of_the_claims():
    killed = sum(pins[-1] for each in (TALK, LITERATURE, ECRN, OPEN) for pins in each.values())
    assert f"All {killed} mutants" in TEXT


TITLES = {
    ("sinusoids", "mse"): "I, sinusoids: MSE",
    ("mixture", "accuracy"): "II, five Gaussians: accuracy",
    ("mixture", "cross_entropy"): "cross-entropy",
    ("boston", "r2"): "III, Boston housing: R²",
    ("iris", "accuracy"): "Iris: accuracy",
    ("wine", "accuracy"): "Wine: accuracy",
    ("cifar10", "accuracy"): "IV, CIFAR-10: accuracy",
    ("cifar10", "cross_entropy"): "cross-entropy",
}


def row(title, block):
    """A row of the README's table: means, halves of the 95 % intervals, what the paper prints."""
    cells = []
    for summary in block:
        over, printed = summary["over_runs"], summary["printed"]
        half = (over["upper"] - over["lower"]) / 2
        shown = f"{over['mean']:.3f} ± {half:.3f}"
        cells.append(shown if printed is None else f"{shown} ({printed:.3f})")
    return f"| {title} | " + " | ".join(cells) + " |"


def test_the_measured_tables_are_those_that_are_kept():
    folder = README.parent / "checks" / "ecrn" / "results"
    for name in ("table_1", "table_2_more_runs", "table_3", "table_4"):
        kept = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for (task, metric), title in TITLES.items():
            block = [s for s in kept["summaries"] if (s["task"], s["metric"]) == (task, metric)]
            if block:
                assert row(title, block) in TEXT
