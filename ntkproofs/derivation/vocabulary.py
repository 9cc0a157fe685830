"""The words that every derivation may use without declaring them: constants and functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sympy as sp


@dataclass(frozen=True)
class Builtin:
    """A function that needs no declaration.

    Attributes:
        least: how many arguments it takes at least.
        most: how many arguments it takes at most; ``None``: any number.
        apply: from SymPy arguments to a SymPy expression; ``None`` for operators that bind
            variables, which :mod:`ntkproofs.derivation.meaning` knows.
    """

    least: int
    most: int | None
    apply: Callable[..., sp.Expr] | None = None


# Constants: SymPy value and LaTeX.
CONSTANTS: Mapping[str, tuple[sp.Expr, str]] = MappingProxyType(
    {
        "pi": (sp.pi, r"\pi"),
        "e": (sp.E, "e"),
        "oo": (sp.oo, r"\infty"),
        "I": (sp.I, r"\mathrm{i}"),
    }
)

# Operators that bind a variable, written (variable, from, to) or (variable, point).
RANGED = frozenset({"Integral", "Sum", "Product"})
POINTED = frozenset({"Limit", "At"})
DERIVATIVES = frozenset({"Diff", "Partial"})

# Functions of which SymPy knows nothing: only rules that name them may use them.
OPAQUE: Mapping[str, int] = MappingProxyType({"O": 1, "Mean": 1, "inner": 2, "norm": 1})


def _table() -> dict[str, Builtin]:
    one = {
        "sqrt": sp.sqrt,
        "exp": sp.exp,
        "log": sp.log,
        "sin": sp.sin,
        "cos": sp.cos,
        "tan": sp.tan,
        "acos": sp.acos,
        "asin": sp.asin,
        "atan": sp.atan,
        "Gamma": sp.gamma,
        "factorial": sp.factorial,
        "Abs": sp.Abs,
        "floor": sp.floor,
    }
    two = {"binomial": sp.binomial, "rising": sp.RisingFactorial, "delta": sp.KroneckerDelta}
    table = {name: Builtin(1, 1, apply) for name, apply in one.items()}
    table |= {name: Builtin(2, 2, apply) for name, apply in two.items()}
    table |= {name: Builtin(n, n, sp.Function(name)) for name, n in OPAQUE.items()}
    table["Mean"] = Builtin(1, 2, sp.Function("Mean"))
    table |= {name: Builtin(2, None) for name in RANGED}
    table |= {name: Builtin(2, 2) for name in POINTED}
    table |= {name: Builtin(2, 3) for name in DERIVATIVES}
    return table


FUNCTIONS: Mapping[str, Builtin] = MappingProxyType(_table())
