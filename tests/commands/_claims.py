"""Claim files for the commands, and how a command is run."""

from pathlib import Path

from typer.testing import CliRunner

from ntkproofs import cli

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


def claim_file(folder: Path, text: str, name: str = "claims.py") -> str:
    path = folder / name
    path.write_text(text, "utf-8")
    return str(path)


def run(*arguments: str):
    return CliRunner().invoke(cli.app, arguments, env={"COLUMNS": "100"})


def spectrum(*arguments: str):
    return run("spectrum", *arguments)


NTK_3 = ("--kernel", "ntk", "--depth", "3", "--dim", "3")
