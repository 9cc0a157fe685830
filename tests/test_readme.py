"""The README's examples run and print what it shows."""

import doctest
import re
from pathlib import Path

from ntkproofs.claims.report import verify
from ntkproofs.conjectures.probing import load_conjectures, probe

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_the_claim_of_the_readme_gets_the_verdict_it_shows(tmp_path):
    code = re.search(r"<!-- example: my_claim.py -->\n```python\n(.*?)```", TEXT, re.DOTALL)[1]
    assert len([line for line in code.splitlines() if line.strip()]) <= 22
    path = tmp_path / "my_claim.py"
    path.write_text(code, encoding="utf-8")
    (result,) = verify([path], mutants=True).claims
    assert result.original.verdict.value == "refuted"
    assert result.original.refutation.witness["left"] == "1/128"
    assert result.amended.verdict.value == "certified"
    assert (result.mutants.killed, result.mutants.total) == (2, 2)


def test_the_conjecture_of_the_readme_falls_as_it_shows(tmp_path):
    example = r"<!-- example: my_conjectures.py -->\n```python\n(.*?)```"
    code = re.search(example, TEXT, re.DOTALL)[1]
    path = tmp_path / "my_conjectures.py"
    path.write_text(code, encoding="utf-8")
    (result,) = probe(*load_conjectures(path), examples=2000, seconds=60, suggest=True)
    assert result.outcome == "refuted"
    assert result.witness.arguments["X"] == "SpherePoints.of([(0, 1), (0, 1)])"
    assert result.repairs == ()


def test_the_session_of_the_readme():
    block = "".join(re.findall(r"```python\n(>>> .*?)```", TEXT, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.summarize().failed == 0


def test_the_tables_show_the_verdicts_of_a_run():
    found = verify().claims
    for head, document in (
        ("the talk says", "talk"),
        ("the literature says", "literature"),
        ("the paper says", "ecrn"),
    ):
        (table,) = re.findall(rf"^\| {head} \|.*?\n\n", TEXT, re.MULTILINE | re.DOTALL)
        shown = re.findall(
            r"^\|[^|]*\| (refuted|proved|certified|supported) \|", table, re.MULTILINE
        )
        claims = [claim for claim in found if claim.id.startswith(document + ".")]
        assert sorted(shown) == sorted(claim.original.verdict.value for claim in claims)
