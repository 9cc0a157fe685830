"""LaTeX of random formulas, read back by rules of its own, has the value of the formula."""

from __future__ import annotations

import ast
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntkproofs.derivation.formula import parse
from ntkproofs.derivation.notation import Notation

PRIME = 2**127 - 1
LETTERS = "abxyin"
TOKEN = re.compile(r"\s*(\\[A-Za-z]+|\\,|\d+|.)")


def _hashed(*parts: object) -> int:
    """Powers and functions as arbitrary functions on the field with PRIME elements."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()) % PRIME


def _letter(name: str) -> int:
    return _hashed("letter", name)


def _over(top: int, bottom: int) -> int:
    return top * pow(bottom, PRIME - 2, PRIME) % PRIME  # 1/0 = 0 keeps the rules of fractions


class Misread(Exception):
    """LaTeX that people could read in two ways, or not at all."""


class Reader:
    """Reads LaTeX as people do: a slash ends a product, and a bare function takes one letter."""

    def __init__(self, tex: str) -> None:
        self.tokens = TOKEN.findall(re.sub(r"\\(left|right|bigl|bigr)(?![A-Za-z])|\\,", " ", tex))
        self.at = 0

    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        found = self.next()
        if wanted is not None and found != wanted:
            raise Misread(f"{wanted} expected, not {found!r} in {''.join(self.tokens)}")
        self.at += 1
        return found

    def whole(self) -> int:
        value = self.sum()
        self.take("")
        return value

    def braced(self) -> int:
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def sum(self) -> int:
        sign = -1 if self.next() == "-" else 1
        if sign < 0:
            self.take()
        value = sign * self.term()
        while self.next() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            value += sign * self.term()
        return value % PRIME

    def term(self) -> int:
        value = self.factor()
        while self.next() not in ("", "+", "-", ")", "}", "/", ","):
            if self.next() == r"\cdot":
                self.take()
            elif self.next().isdigit():
                raise Misread("a number after a factor")
            value = value * self.factor() % PRIME
        if self.next() == "/":
            self.take()
            value = _over(value, self.factor())
            if self.next() not in ("", "+", "-", ")", "}", ","):
                raise Misread(f"a factor after a slash: {self.next()}")
        return value

    def factor(self) -> int:
        value = self.base()
        if self.next() == "!":
            self.take()
            value = _hashed("factorial", value)
        if self.next() == "^":
            self.take()
            value = _hashed("power", value, self.braced())
        if self.next() in ("!", "^"):
            raise Misread("scripts upon scripts")
        return value

    def base(self) -> int:
        token = self.take()
        if token.isdigit():
            return int(token)
        if token in LETTERS:
            return _letter(token)
        match token:
            case "(":
                value = self.sum()
                self.take(")")
                return value
            case r"\frac" | r"\tfrac":
                return _over(self.braced(), self.braced())
            case r"\sqrt":
                return _hashed("sqrt", self.braced())
            case r"\sin" | r"\log":
                return self.function(token[1:])
            case r"\sum":
                return self.big()
        raise Misread(f"unknown {token!r} in {''.join(self.tokens)}")

    def function(self, name: str) -> int:
        power = None
        if self.next() == "^":
            self.take()
            power = self.braced()
        token = self.take()
        if token == "(":
            value = self.sum()
            self.take(")")
        elif token in LETTERS or token.isdigit():
            value = int(token) if token.isdigit() else _letter(token)
            if self.next() in ("^", "!", "(", "/", r"\frac", r"\tfrac", *LETTERS):
                raise Misread(f"{self.next()} after a bare argument")
        else:
            raise Misread(f"{token} as a bare argument")
        value = _hashed(name, value)
        return value if power is None else _hashed("power", value, power)

    def big(self) -> int:
        for wanted in ("_", "{", "i", "="):
            self.take(wanted)
        low = self.sum()
        self.take("}")
        self.take("^")
        high = self.braced()
        return _hashed("Sum", self.term(), low, high)


def _value(node: ast.expr) -> int:
    match node:
        case ast.Constant(int(value)):
            return value % PRIME
        case ast.Name(name):
            return _letter(name)
        case ast.UnaryOp(_, operand):
            return -_value(operand) % PRIME
        case ast.Call(ast.Name("Sum"), [body, ast.Tuple([_, low, high])]):
            return _hashed("Sum", _value(body), _value(low), _value(high))
        case ast.Call(ast.Name(name), [argument]):
            return _hashed(name, _value(argument))
        case ast.BinOp(left, op, right):
            a, b = _value(left), _value(right)
            match op:
                case ast.Add():
                    return (a + b) % PRIME
                case ast.Sub():
                    return (a - b) % PRIME
                case ast.Mult():
                    return a * b % PRIME
                case ast.Div():
                    return _over(a, b)
            return _hashed("power", a, b)
    raise AssertionError(ast.dump(node))


def _trees(operations: str, calls: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Sources of formulas with every parenthesis written, so that trees are arbitrary."""
    leaves = st.sampled_from([*LETTERS, "1", "2", "10"])

    def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        binary = st.tuples(inner, st.sampled_from(operations.split()), inner)
        grown = [
            binary.map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
            inner.map(lambda t: f"-({t})"),
        ]
        for name in calls:
            if name == "Sum":
                grown.append(st.tuples(inner, inner).map(lambda t: f"Sum({t[0]}, (i, 1, {t[1]}))"))
            else:
                grown.append(inner.map(lambda t, name=name: f"{name}({t})"))
        return st.one_of(grown)

    return st.recursive(leaves, extend, max_leaves=9)


@pytest.fixture(scope="module")
def letters() -> Notation:
    notation = Notation()
    for name in LETTERS:
        notation.symbol(name, "integer" if name in "in" else "real")
    return notation


def _assert_faithful(source: str, notation: Notation) -> None:
    formula = parse(source, notation)
    wanted = _value(formula.tree)
    for tex in (formula.latex, formula.inline):
        assert Reader(tex).whole() == wanted, tex


@given(source=_trees("+ - * / **", ()))
def test_arithmetic_reads_back_to_the_same_value(source: str, letters: Notation) -> None:
    _assert_faithful(source, letters)


@given(source=_trees("+ - * / **", ("sin", "log", "sqrt", "factorial", "Sum")))
def test_functions_and_sums_read_back_to_the_same_value(source: str, letters: Notation) -> None:
    _assert_faithful(source, letters)


@pytest.mark.parametrize("tex", ["a/b c", "2 3", r"\sin a b", "a^{2}^{3}", "a + -b", "n!^{2}!"])
def test_the_reader_refuses_what_reads_in_two_ways(tex: str) -> None:
    with pytest.raises(Misread):
        Reader(tex).whole()
