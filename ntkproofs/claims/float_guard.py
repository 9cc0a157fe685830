# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The float guard: notices where a float enters a ball or an exact number in a claim file.

``arb(0.1)`` is a ball around the binary number next to 1/10, and knows nothing of the rounding;
``arb(math.sqrt(2))`` carries an error that no radius covers. Neither may prove or refute anything.
Arb and SymPy take floats without a word, so the code of claim files is instrumented when it is
loaded (:mod:`ntkproofs.claims.instrument`): its operators, its calls and its exception handlers go
through this module. They do what they did before; what is noticed is written into the ledger.

Objects of classes that are derived from those of SymPy and FLINT are noticed too: they may lie
about themselves, and their sums look like SymPy's own.

What it cannot see: floats that are laundered through strings or integers (``arb(str(x))``,
``int(1e9 * x)``, ``x.as_integer_ratio()``), and what imported third-party code does by itself.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import operator
import os
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import FunctionType, ModuleType, TracebackType
from typing import Any, cast

import flint
import mpmath
import numpy as np
import sympy as sp
from sympy.core.function import UndefinedFunction

from ntkproofs.arithmetic.balls import ball
from ntkproofs.claims.ledger import Ledger, current

_PLAIN, _FLOAT, _EXACT, _FOREIGN = 0, 1, 2, 4
_HOMES = ("sympy.", "flint.")
_FLOATS = (float, complex, np.inexact, mpmath.mpf, mpmath.mpc)


def _identities(*some: Any) -> frozenset[int]:
    """For membership by identity: a user's object may say anything of its equality."""
    return frozenset(map(id, some))


_CONVERT = _identities(
    *(flint.arb, flint.acb, flint.arb_mat, flint.acb_mat, flint.fmpq, flint.fmpz, ball),
    *(Fraction, sp.Rational, sp.Integer, sp.nsimplify),
)
"""What makes an exact number or a ball of a float: SymPy's own floats are none there either."""
_MIX = _identities(
    *(sum, pow, divmod, math.prod, functools.reduce),
    *(getattr(operator, name) for name in operator.__all__),
)
"""What combines its arguments as an operator would."""
_PASS_ON = _identities(map, functools.partial, itertools.starmap)
"""What calls its first argument."""

_kinds: dict[type, int] = {}


def _kind_of_type(kind: type) -> int:
    found = _kinds.get(kind)
    if found is None:
        found = _kinds[kind] = _classified(kind)
    return found


def _classified(kind: type) -> int:
    if issubclass(kind, _FLOATS):
        return _FLOAT
    if issubclass(kind, sp.Float):
        return _PLAIN  # no exact procedure takes it
    if not any((base.__module__ or "").startswith(_HOMES) for base in kind.__mro__):
        return _PLAIN
    own = isinstance(kind, UndefinedFunction) or kind.__module__.startswith(_HOMES)
    return _EXACT if own else _FOREIGN


def _kind(value: Any) -> int:
    """The kind of a value; of an array, those of its elements together."""
    kind = _kinds.get(type(value))
    if kind is not None:
        return kind
    if type(value) is np.ndarray:
        if value.dtype.kind == "O":
            return functools.reduce(operator.or_, map(_kind, value.flat), _PLAIN)
        return _FLOAT if value.dtype.kind in "fc" else _PLAIN
    return _kind_of_type(type(value))


# Operators


def _guarded(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def guarded(left: Any, right: Any) -> Any:
        mixed = _kind(left) | _kind(right)
        if mixed > _EXACT:
            _note(mixed, left, right)
        return operate(left, right)

    return guarded


OPERATORS = {
    name: _guarded(getattr(operator, name))
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
}


def entering(target: Any, value: Any) -> Any:
    """The value of an augmented assignment to the target."""
    mixed = _kind(target) | _kind(value)
    if mixed > _EXACT:
        _note(mixed, target, value)
    return value


# Calls


def callee(function: Any) -> Any:
    """What is called in place of a function: itself, unless its arguments are to be looked at."""
    if type(function) is FunctionType and not _is_watched(function.__module__):
        return function  # most calls are of the user's own functions
    if function is contextlib.suppress:
        return _Suppress
    if id(function) in _PASS_ON:
        return functools.partial(_pass_on, function)
    if id(function) in _MIX:
        return functools.partial(_looked_at, function, _PLAIN)
    return functools.partial(_looked_at, function, _EXACT) if _makes_exact(function) else function


@functools.cache
def _is_watched(module: str | None) -> bool:
    """Whether the functions of a module make balls or exact numbers."""
    return module is not None and (module == ball.__module__ or module.startswith(_HOMES))


def _makes_exact(function: Any) -> bool:
    """Whether it makes balls or exact numbers: it is SymPy's or FLINT's, or a method of theirs."""
    if isinstance(function, type):
        return _kind_of_type(function) >= _EXACT or function is Fraction
    owner = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        home = getattr(function, "__module__", None)
        return _is_watched(home if isinstance(home, str) else None)
    return _makes_exact(owner if isinstance(owner, type) else type(owner))


def _pass_on(function: Any, first: Any, *args: Any, **kwargs: Any) -> Any:
    return function(callee(first), *args, **kwargs)


def _looked_at(function: Any, into: int, *args: Any, **kwargs: Any) -> Any:
    """Call a function that makes or combines exact numbers, after a look at its arguments."""
    if not (args or kwargs):
        return function()
    args = tuple(list(a) if isinstance(a, Iterator) else a for a in args)
    found = list(_items((args, kwargs)))
    mixed = functools.reduce(operator.or_, map(_kind, found), into)
    if id(function) in _CONVERT and any(isinstance(item, sp.Float) for item in found):
        mixed |= _FLOAT
    if mixed > _EXACT:
        _note(mixed, function, *found)
    return function(*args, **kwargs)


def _items(value: Any) -> Iterator[Any]:
    """The values in nested tuples, lists, sets and mappings."""
    if type(value) in (tuple, list, set, frozenset):
        for item in value:
            yield from _items(item)
    elif isinstance(value, dict):
        for item in cast(dict[Any, Any], value).values():
            yield from _items(item)
    else:
        yield value


# Exceptions


def handled() -> None:
    """An exception handler of the claim file was entered."""
    _note_handled(sys.exc_info()[0])


class _Suppress(contextlib.suppress):
    """``contextlib.suppress``, which notes what it suppresses."""

    def __exit__(
        self,
        exctype: type[BaseException] | None,
        excinst: BaseException | None,
        exctb: TracebackType | None,
    ) -> bool:
        suppressed = bool(super().__exit__(exctype, excinst, exctb))
        if suppressed:
            _note_handled(exctype)
        return suppressed


def _note_handled(kind: type[BaseException] | None) -> None:
    run = current()
    if run is not None and kind is not None:
        run.handled.append(f"{kind.__name__} ({_place()})")


# Notes


def _note(mixed: int, *values: Any) -> None:
    run = current()
    if run is None:
        return
    if mixed & _FOREIGN:
        _note_foreign(run, values)
    if mixed & _FLOAT and mixed & _EXACT:
        run.tainted.append(f"a float entered {_host(values)} ({_place()})")


def _note_foreign(run: Ledger, values: tuple[Any, ...]) -> None:
    foreign = next(v for v in values if _kind(v) & _FOREIGN)
    run.foreign.append(
        f"an object of the class {type(foreign).__name__}, derived from one of a library, entered "
        f"an expression, and may lie about itself ({_place()})"
    )


def _host(values: tuple[Any, ...]) -> str:
    """What the float entered."""
    for value in values:
        owner = getattr(value, "__self__", value)
        kind = owner if isinstance(owner, type) else type(owner)
        if value is ball or (kind.__module__ or "").startswith("flint."):
            return "a ball"
    return "an exact number"


def _place() -> str:
    """The line of the claim file that is being run."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"
