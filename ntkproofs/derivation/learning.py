"""What an item of a derivation makes known to the lines after it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import sympy as sp

from ntkproofs.derivation.formula import Relation
from ntkproofs.derivation.items import Assumption, Definition, Lines, Stated, whole
from ntkproofs.derivation.known import Known
from ntkproofs.derivation.meaning import meaning
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.statements import statement_of
from ntkproofs.errors import InvalidInput


def learn(item: Stated, known: dict[str, Known]) -> None:
    """Add what an item makes known."""
    if isinstance(item, Lines):
        if len(item.lines) > 1:
            _enter(Known(item.id, statement_of(whole(item))), known)
        return
    relation = item.relation
    what = Known(
        item.id,
        statement_of(relation),
        is_definition=isinstance(item, Definition),
        is_assumption=isinstance(item, Assumption),
        is_general=isinstance(item, Definition) and _is_general(relation),
    )
    _enter(what, known)


def _enter(what: Known, known: dict[str, Known]) -> None:
    id = what.id
    if id in known:
        raise InvalidInput(f"two items of the derivation are called {id!r}")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
        raise InvalidInput(f"the id of a line is lower-case words joined by '-'; got {id!r}")
    known[id] = what


def _is_general(definition: Relation) -> bool:
    """Whether a definition reads the same where nothing is known of the signs of its arguments.

    Of a positive x, SymPy reads the root of x² as x.
    """
    body = definition.right
    arguments: Any = definition.left.sympy.free_symbols
    neutral = Notation()
    neutral.functions, neutral.symbols = body.notation.functions, dict(body.notation.symbols)
    renaming: dict[Any, Any] = {}
    for argument in arguments:
        entry = body.notation.symbol_entry(argument.name)
        kind = {"integer": True} if entry.kind == "integer" else {"real": argument.is_real}
        renaming[argument] = sp.Symbol(argument.name, **kind)
        neutral.symbols[argument.name] = replace(entry, symbol=renaming[argument])
    try:
        read = meaning(body.tree, neutral)
    except InvalidInput:
        return False
    return bool(read == body.sympy.xreplace(renaming))


def require_definable(relation: Relation) -> None:
    left: Any = relation.left.sympy
    arguments = () if left.is_Symbol else left.args
    distinct = len(set(arguments)) == len(arguments)
    if not (left.is_Symbol or (left.is_Function and distinct)) or not all(
        argument.is_Symbol for argument in arguments
    ):
        raise InvalidInput(
            f"a definition says what f(x, y) or c stands for; got {relation.left.source!r}"
        )
    body: Any = relation.right.sympy
    circular = body.has(left) if left.is_Symbol else body.has(left.func)
    if circular:
        raise InvalidInput(f"the definition of {relation.left.source!r} refers to itself")
