"""Attacks as claim files: how they are written and run."""

import textwrap

from ntkproofs.claims.loading import claims_in
from ntkproofs.claims.runner import verify_claim

HEAD = """
import contextlib, functools, itertools, math, operator, os, time
from fractions import Fraction
import flint, mpmath, numpy as np, sympy as sp
from flint import acb, arb, arb_mat
from ntkproofs.arithmetic.balls import ball
from ntkproofs.claims import Claim, certify, equal, exactly, identity, less, sample, statistic

n = sp.Symbol("n")
made = Claim("attack.file", "c = 3", "a test", {"c": 3}, {"c": [7]})
"""
CERTIFICATE = '@made.certificate(on="here")'
BALL = f"""
{CERTIFICATE}
def evidence(c):
    x = BODY
    yield certify("c < 5", lambda: less(c + 0 * int(bool(x is None)), arb(5)))
"""


def line_of(text, part):
    return 1 + next(i for i, line in enumerate(text.splitlines()) if part in line)


def write(folder, text, name="attack.py"):
    path = folder / name
    path.write_text(HEAD + textwrap.dedent(text))
    return path


def here(path, *, mutants=False):
    """The result of the claim of a file, loaded and run in this process."""
    problems = []
    (claim,) = claims_in(path, problems)
    assert problems == []
    return verify_claim(claim, mutants=mutants).original


def only(path, **options):
    return here(path, **options).evidence[0]
