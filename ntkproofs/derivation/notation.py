r"""The symbols and functions of a derivation: what they range over, and how they are printed.

>>> notation = Notation()
>>> notation.symbol("d", "integer", least=2, meaning="dimension of the inputs")
d
>>> notation.function("P", 2, tex=r"P_{#1}(#2)")
>>> notation.range_of("d")
'd \\ge 2'
>>> notation.words_of("d")
'dimension of the inputs; an integer, at least 2'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeVar, get_args

import sympy as sp
from sympy.core.facts import InconsistentAssumptions

from ntkproofs.derivation.vocabulary import CONSTANTS, FUNCTIONS
from ntkproofs.errors import InvalidInput, near_names

Kind = Literal["integer", "real", "positive", "complex", "point"]
Bound = int | Fraction | sp.Expr

_GREEK_NAMES = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa mu nu xi rho varrho
    sigma tau upsilon phi varphi chi psi omega ell
    Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
GREEK = {name: "\\" + name for name in _GREEK_NAMES.split()} | {
    "lam": r"\lambda",
    "Lam": r"\Lambda",
    "eps": r"\varepsilon",
}

_ARTICLE = {
    "integer": "an integer",
    "real": "a real number",
    "positive": "a positive number",
    "complex": "a complex number",
    "point": "a point",
}
_SET = {
    "integer": r"\mathbb{Z}",
    "real": r"\mathbb{R}",
    "complex": r"\mathbb{C}",
    "point": r"\mathcal{X}",
}


@dataclass(frozen=True)
class SymbolEntry:
    """A declared symbol: its SymPy symbol, its LaTeX and its range."""

    name: str
    kind: Kind
    tex: str
    symbol: sp.Symbol
    meaning: str
    least: Bound | None
    most: Bound | None
    above: Bound | None
    below: Bound | None


@dataclass(frozen=True)
class FunctionEntry:
    """A declared function: its LaTeX has ``#1``, ``#2``, ... where the arguments go."""

    name: str
    arity: int
    tex: str
    meaning: str
    values: tuple[tuple[str, bool], ...] = ()
    """SymPy assumptions on its values."""

    @property
    def head(self) -> Any:
        """The SymPy function."""
        return sp.Function(self.name, **dict(self.values))

    def words(self) -> str:
        """Its meaning, and what is known of its values."""
        known = [key for key, _ in self.values if key != "real" or len(self.values) == 1]
        return "; ".join(part for part in (self.meaning, *known) if part)

    def may_be(self, value: Any) -> bool:
        """Whether an expression is known to take values as they were declared."""
        return all(_is(value, assumption) for assumption, _ in self.values)


def _is(value: Any, assumption: str) -> bool:
    if isinstance(value, sp.Sum) and assumption == "real":
        return _is(value.function, assumption)
    parts = value.args if isinstance(value, sp.Add | sp.Mul) else ()
    known = getattr(value, f"is_{assumption}")
    return known is True or (
        bool(parts) and assumption != "positive" and all(_is(part, assumption) for part in parts)
    )


_Entry = TypeVar("_Entry", SymbolEntry, FunctionEntry)


def default_tex(name: str) -> str:
    r"""LaTeX of a name: Greek letters, digits and what follows ``_`` as subscripts.

    >>> default_tex("kappa0"), default_tex("a_L"), default_tex("lam"), default_tex("x_i_1")
    ('\\kappa_{0}', 'a_{L}', '\\lambda', 'x_{i,1}')
    """
    head, *below = name.strip("_").split("_")
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", head)
    if digits:
        head, below = digits[1], [digits[2], *below]
    tex = _word(head)
    return f"{tex}_{{{','.join(_word(part) for part in below)}}}" if below else tex


def _word(word: str) -> str:
    if word in GREEK:
        return GREEK[word]
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"


class Notation:
    """What the formulas of one derivation may name; symbols are declared before they are used."""

    def __init__(self) -> None:
        self.symbols: dict[str, SymbolEntry] = {}
        self.functions: dict[str, FunctionEntry] = {}
        self.used: dict[str, None] = {}  # names in order of first use

    def symbol(
        self,
        name: str,
        kind: Kind = "real",
        *,
        tex: str | None = None,
        least: Bound | None = None,
        most: Bound | None = None,
        above: Bound | None = None,
        below: Bound | None = None,
        meaning: str = "",
    ) -> sp.Symbol:
        """Declares a symbol.

        Args:
            name: in formulas; an identifier.
            kind: ``"integer"``, ``"real"``, ``"positive"`` or ``"complex"``; or ``"point"``, which
                no arithmetic is done with: functions take it, and ``Mean(f(x), x)`` averages.
            tex: its LaTeX; without it, as :func:`default_tex` prints the name.
            least: the least value that it takes.
            most: the greatest value that it takes.
            above: it is strictly greater.
            below: it is strictly less.
            meaning: in words.
        """
        _require_name(name)
        if name in CONSTANTS:
            raise InvalidInput(
                f"a symbol needs a name of its own; {name!r} is a constant; rename it"
            )
        if kind not in get_args(Kind):
            raise InvalidInput(f"kind must be one of {', '.join(get_args(Kind))}; got {kind!r}")
        bounds = (least, most, above, below)
        if kind in ("complex", "point") and any(b is not None for b in bounds):
            raise InvalidInput(
                f"complex numbers and points have no order; drop the bounds of {name!r}"
            )
        tex = default_tex(name) if tex is None else _require_tex(tex)
        symbol = _new_symbol(name, kind, bounds)
        entry = SymbolEntry(name, kind, tex, symbol, meaning, *bounds)
        self._declare(self.symbols, "symbol", entry)
        return symbol

    def function(
        self,
        name: str,
        arity: int,
        *,
        tex: str | None = None,
        values: Literal["any", "real", "nonnegative", "positive"] = "any",
        meaning: str = "",
    ) -> None:
        r"""Declares an undefined function of ``arity`` arguments.

        Args:
            name: in formulas; an identifier.
            arity: how many arguments it takes, 1 to 9.
            tex: its LaTeX with ``#1``, ``#2``, ... for the arguments, e.g. ``P_{#1}(#2)``;
                every argument must appear. Without it, ``name(#1, #2)``.
            values: what is known of its values.
            meaning: in words.
        """
        _require_name(name)
        if name in FUNCTIONS or name == "asymptotic":
            raise InvalidInput(f"{name!r} is a function that needs no declaration; rename yours")
        if not 1 <= arity <= 9:
            raise InvalidInput(f"a function takes 1 to 9 arguments; {name!r} was given {arity}")
        marks = [f"#{i}" for i in range(1, arity + 1)]
        if tex is None:
            tex = f"{default_tex(name)}({', '.join(marks)})"
        if set(re.findall(r"#.?", _require_tex(tex))) != set(marks):
            raise InvalidInput(
                f"the LaTeX of {name!r} must show each of its arguments {', '.join(marks)}, "
                f"as what is read is what is checked; got {tex!r}"
            )
        known = () if values == "any" else tuple(_VALUES[values].items())
        entry = FunctionEntry(name, arity, tex, meaning, known)
        self._declare(self.functions, "function", entry)

    def _declare(self, known: dict[str, _Entry], what: str, entry: _Entry) -> None:
        if known.get(entry.name, entry) != entry:
            raise InvalidInput(
                f"a {what} is declared once; {entry.name!r} was declared otherwise before"
            )
        shown = {other.tex: name for name, other in known.items() if name != entry.name}
        shown |= {tex: name for name, (_, tex) in CONSTANTS.items()}
        if entry.tex in shown:
            raise InvalidInput(
                f"what differs must look different; {entry.name!r} would be printed as "
                f"{entry.tex!r}, as {shown[entry.tex]!r} is; give it other LaTeX with tex="
            )
        known[entry.name] = entry

    def symbol_entry(self, name: str) -> SymbolEntry:
        """The declaration of a symbol; ``InvalidInput`` names the near ones where it has none."""
        if name not in self.symbols:
            raise InvalidInput(_unknown("symbol", name, [*self.symbols, *CONSTANTS]))
        return self.symbols[name]

    def function_entry(self, name: str) -> FunctionEntry:
        """The declaration of a function; ``InvalidInput`` names the near ones."""
        if name not in self.functions:
            raise InvalidInput(_unknown("function", name, [*self.functions, *FUNCTIONS]))
        return self.functions[name]

    def use(self, names: Iterable[str]) -> None:
        """Records that formulas use these names."""
        self.used.update(dict.fromkeys(names))

    def range_of(self, name: str) -> str:
        r"""LaTeX of the range of a symbol: ``d \ge 2``, ``-1 < u < 1``, ``n \in \mathbb{Z}``."""
        entry = self.symbol_entry(name)
        low, high = _lower(entry), _upper(entry)
        before = f"{sp.latex(_exact(low[0]))} {low[1]} " if low and high else ""
        after = f" {high[1]} {sp.latex(_exact(high[0]))}" if high else ""
        if low and not high:
            after = f" {_FLIPPED[low[1]]} {sp.latex(_exact(low[0]))}"
        return (
            f"{before}{entry.tex}{after}" if low or high else f"{entry.tex} \\in {_SET[entry.kind]}"
        )

    def words_of(self, name: str) -> str:
        """The meaning of a symbol and its range, in words."""
        entry = self.symbol_entry(name)
        bounds = [
            f"{words} {bound}"
            for words, bound in (
                ("at least", entry.least),
                ("greater than", entry.above),
                ("at most", entry.most),
                ("less than", entry.below),
            )
            if bound is not None
        ]
        ranged = ", ".join([_ARTICLE[entry.kind], *([" and ".join(bounds)] if bounds else [])])
        return "; ".join(part for part in (entry.meaning, ranged) if part)

    def symbols_used(self) -> tuple[tuple[str, str], ...]:
        """LaTeX and words of every symbol and of every function with a meaning, by first use."""
        rows: list[tuple[str, str]] = []
        for name in self.used:
            if name in self.symbols:
                rows.append((self.symbols[name].tex, self.words_of(name)))
            entry = self.functions.get(name)
            words = entry.words() if entry else ""
            if entry and words:
                rows.append((re.sub(r"#\d", r"\\cdot ", entry.tex), words))
        return tuple(rows)


_VALUES = {
    "real": {"real": True},
    "nonnegative": {"real": True, "nonnegative": True},
    "positive": {"real": True, "positive": True},
}
_FLIPPED = {r"\le": r"\ge", "<": ">"}


def _lower(entry: SymbolEntry) -> tuple[Bound, str] | None:
    if entry.least is not None:
        return entry.least, r"\le"
    if entry.above is None and entry.kind == "positive":
        return 0, "<"
    return None if entry.above is None else (entry.above, "<")


def _upper(entry: SymbolEntry) -> tuple[Bound, str] | None:
    if entry.most is not None:
        return entry.most, r"\le"
    return None if entry.below is None else (entry.below, "<")


def _assumptions(
    kind: Kind, least: Bound | None, most: Bound | None, above: Bound | None, below: Bound | None
) -> dict[str, bool]:
    """The SymPy assumptions that follow from a kind and bounds."""
    found = {"real" if kind == "point" else kind: True}
    for bound, strict, sign in (
        (least, False, 1),
        (above, True, 1),
        (most, False, -1),
        (below, True, -1),
    ):
        value = None if bound is None else sp.Mul(sign, _exact(bound))
        if value is None or not value.is_nonnegative:
            continue
        strictly, weakly = {1: ("positive", "nonnegative"), -1: ("negative", "nonpositive")}[sign]
        found[strictly if strict or value.is_positive else weakly] = True
    return found


def _new_symbol(
    name: str, kind: Kind, bounds: tuple[Bound | None, Bound | None, Bound | None, Bound | None]
) -> sp.Symbol:
    least, most, above, below = (None if b is None else _exact(b) for b in bounds)
    lows = [b for b in (least, above) if b is not None]
    highs = [b for b in (most, below) if b is not None]
    if any((low - high).is_positive for low in lows for high in highs):
        raise InvalidInput(f"the least value must not exceed the greatest; got {name!r} with none")
    try:
        return sp.Symbol(name, **_assumptions(kind, *bounds))
    except InconsistentAssumptions:
        raise InvalidInput(f"kind and bounds must agree; no {kind} {name!r} has these") from None


def _exact(bound: Bound) -> sp.Expr:
    if isinstance(bound, Fraction):
        return sp.Rational(bound.numerator, bound.denominator)
    return bound if isinstance(bound, sp.Expr) else sp.Integer(bound)


def _require_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name == "lambda":
        raise InvalidInput(
            f"a name is a letter, then letters, digits and underscores, and not the word lambda "
            f"(write lam); got {name!r}"
        )


def _require_tex(tex: str) -> str:
    depth = 0
    for mark in re.findall(r"\\.|[{}$%&]", tex):
        depth += {"{": 1, "}": -1}.get(mark, 0)
        if depth < 0 or mark in "$%&":
            break
    else:
        if depth == 0 and tex.strip():
            return tex
    raise InvalidInput(f"LaTeX of a name needs balanced braces and no $, % or &; got {tex!r}")


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    hint = near_names(name, sorted(set(known)), most=60)
    return f"every {what} must be declared before it is used; {name!r} is not (there are: {hint})"
