"""The starting file of a new claim."""

from __future__ import annotations

import re
from pathlib import Path

from ntkproofs.errors import InvalidInput

_TEMPLATE = '''"""{name}: what is claimed, why one might believe it, and how it is decided here."""

import sympy as sp

from ntkproofs.claims import Claim, identity

n = sp.Symbol("n")

{variable} = Claim(
    id="notebook.{name}",
    # The statement as its author makes it, in LaTeX, and where.
    statement=r"(n+1)^2 = n^2 + c\\,n + 1, \\quad c = 2",
    source="my notebook, page 1",
    # What the symbols range over: part of the statement.
    parameters="integers n >= 0",
    # Every constant that could be wrong has a name here: exponents, factors, signs, hypotheses.
    constants={{"c": 2}},
    # Values that make the statement false. The evidence must notice each of them.
    mutants={{"c": [1, 3, sp.Rational(201, 100)]}},
)


# Evidence takes constants of the statement by name and yields decided steps. It must not know
# whether the statement is true. Kinds: proof, certificate(on=...), statistic, search.
@{variable}.proof()
def by_expanding(c):
    """One line that a reader of the report will see."""
    yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1, least={{"n": 0}})


# Where the statement falls, say what stands instead; the evidence above runs on that, too.
# {variable}.amend(r"(n+1)^2 = n^2 + 2 n + 1", c=2, mutants={{"c": [1, 3]}})
'''


def new_claim(name: str, folder: Path) -> Path:
    """Write a commented starting file for a claim, and return its path.

    Args:
        name: lower-case words joined by '-', such as ``two-layer-decay``.
        folder: where the file goes; it is named after the claim.

    Raises:
        InvalidInput: for a name that is none, a file that exists, a folder that cannot be written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise InvalidInput(
            f"A claim is named by lower-case words joined by '-', such as two-layer-decay; got "
            f"{name!r}. The name becomes its permanent id."
        )
    variable = name.replace("-", "_")
    path = folder / f"{variable}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_TEMPLATE.format(name=name, variable=variable))
    except FileExistsError:
        raise InvalidInput(f"{path} exists already and is kept; choose another name.") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from None
    return path
