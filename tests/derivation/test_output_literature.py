"""What derivations cite: references, and macros that state theorems."""

import dataclasses
import re
import subprocess

import pytest

from ntkproofs.claims import theorems
from ntkproofs.claims.references import REFERENCES, Reference
from ntkproofs.claims.theorems import Theorem
from ntkproofs.reports.derivations.bibliography import bibtex, cited, shown
from ntkproofs.reports.derivations.macros import macros

from ._output import HARMONICS, HOSTILE, compiled, needs_tex

THEOREMS = [value for value in vars(theorems).values() if isinstance(value, Theorem)]


@pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.name)
def test_every_theorem_has_references_that_exist(theorem):
    assert theorem.references
    assert all(key in REFERENCES for key in theorem.references)


@needs_tex
def test_every_reference_is_a_clean_entry_of_bibtex(tmp_path):
    unknown = Theorem("50 % & {more}", "x", "A. Nobody, \\input{x}, 1901")
    every = [*REFERENCES.values(), *cited([dataclasses.replace(HARMONICS, relies_on=(unknown,))])]
    (tmp_path / "x.bib").write_text(bibtex(every), encoding="ascii")
    lines = [r"\citation{*}", r"\bibdata{x}", r"\bibstyle{plain}", ""]
    (tmp_path / "x.aux").write_text("\n".join(lines))
    ran = subprocess.run(["bibtex", "x"], cwd=tmp_path, capture_output=True, check=False)
    assert ran.returncode == 0
    said = ran.stdout.decode().replace("Warning--to sort, need author or key in cited-", "")
    assert "Warning" not in said
    assert (tmp_path / "x.bbl").read_text().count(r"\bibitem{") == len(every)


def test_references_as_text():
    assert shown(REFERENCES["mueller1966"]).endswith(
        "volume 17 of Lecture Notes in Mathematics, Springer, 1966."
    )
    assert shown(REFERENCES["biettibach2021"]) == (
        "Alberto Bietti and Francis Bach. Deep Equals Shallow for ReLU Networks in Kernel "
        "Regimes. In International Conference on Learning Representations, 2021."
    )
    assert shown(Reference("x", "misc", "", "Words", "")) == "Words."


def test_macros_state_theorems():
    source = macros([HARMONICS])
    assert r"\newcommand{\harmonicdimensioncount}{N(d, \ell) = \frac{" in source
    assert r"\newcommand{\harmonicdimensiongrowthone}{N(d, \ell) \sim " in source
    assert r"\newcommand{\harmonicdimensiongrowthtwo}{N(d, \ell) \le " in source
    names = re.findall(r"\\newcommand\{\\([a-zA-Z]+)\}", macros([HARMONICS, HARMONICS]))
    assert len(names) == len(set(names)) == 6


@needs_tex
def test_macros_compile_in_a_paper(tmp_path):
    uses = r"$\harmonicdimensioncount$, $\harmonicdimensiongrowthone$"
    head = r"\documentclass{article}\usepackage{amsmath}"
    body = rf"\begin{{document}}{uses}\end{{document}}"
    compiled(tmp_path, "-pdf", "\n".join([head, macros([HARMONICS, HOSTILE]), body]))
