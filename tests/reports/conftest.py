"""A small report with everything that a page shows, and with hostile words in every field."""

from dataclasses import replace
from pathlib import Path

import pytest

from ntkproofs.claims import Claim, Theorem, exactly, sample
from ntkproofs.claims.figures import POINTS, Chart, Drawn, FigureOutline, curve
from ntkproofs.claims.files import Problem
from ntkproofs.claims.report import Report
from ntkproofs.claims.runner import verify_claim

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}\x1b[31m\u202e"
HOSTILE_TEX = r"\input{/etc/passwd} \write18{ls} $ % ^^41 }{ \end{document}"
HOSTILE_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(3)</script></svg>'


def square() -> Claim:
    made = Claim(
        "talk.square",
        r"(n+1)^2 = n^2 + c\,n \text{ for all } n",
        "a talk",
        {"c": 1},
        {"c": [3]},
        parameters="n an integer",
    )

    @made.certificate(on="n = 0, 1, 2", relies_on=[Theorem("binomials", "(a+b)^2", "school")])
    def numbers(c):
        """At three numbers."""
        for n in range(3):
            witness = {"n": n, "points": "(1, 0), (0, 1), (-3/5, 4/5)"}
            yield exactly(r"(n+1)^2 - n^2 - 1 = c\,n", 2 * n, c * n, witness=witness)

    made.amend(r"(n+1)^2 = n^2 + c\,n + 1 \text{ for all } n", c=2, mutants={"c": [0, 3]})
    made.reading("at zero", r"1 = 1", c=5)
    return made


def holding() -> Claim:
    # Longer than a narrow page, and nowhere to be broken.
    statement = r"1 \le \sqrt{" + " + ".join(f"x_{{{k}}}" for k in range(60)) + "}"
    made = Claim("paper.holds", statement, "a paper", {"c": 1}, {"c": [2]})

    @made.proof(covers="one number")
    def one(c):
        yield exactly("one", c, 1)

    return made


def hostile() -> Claim:
    theorem = Theorem(HOSTILE, HOSTILE + HOSTILE_TEX, HOSTILE)
    made = Claim(
        "hostile.claim",
        HOSTILE + HOSTILE_TEX,
        HOSTILE,
        {"c": HOSTILE},
        {"c": [HOSTILE + "2"]},
        parameters=HOSTILE_TEX,
    )

    @made.search(on=HOSTILE, part=HOSTILE, relies_on=[theorem])
    def look(c):
        yield sample(HOSTILE, True)

    @made.certificate(on=HOSTILE_TEX, part=HOSTILE, relies_on=[theorem])
    def falls(c):
        yield exactly(HOSTILE_TEX, 1, 2, witness={HOSTILE: HOSTILE, "t": [HOSTILE_TEX, 1.5]})

    made.amend(HOSTILE, c="x")
    made.reading(HOSTILE, HOSTILE_TEX)
    return made


@pytest.fixture(scope="session")
def report() -> Report:
    """Three claims with mutants, figures, and a file that gave none."""
    claims = [verify_claim(claim, mutants=True) for claim in (square(), holding(), hostile())]
    chart = Chart("$n$", HOSTILE, (curve(HOSTILE, [1, 2], [1, 4], POINTS), curve("$x", [1], [1])))
    figures = (
        Drawn(FigureOutline("chart", HOSTILE), chart),
        Drawn(FigureOutline("bad.svg", HOSTILE, "bad.svg"), picture=HOSTILE_SVG),
        Drawn(FigureOutline("none", HOSTILE), trouble=HOSTILE),
    )
    claims[2] = replace(claims[2], figures=figures)
    return Report(tuple(claims), (Problem(Path(HOSTILE.replace("/", "")), HOSTILE),))
