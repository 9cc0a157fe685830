"""A user's own zonal kernel."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from ntkproofs.arithmetic.doubles import DoubleArithmetic
from ntkproofs.arithmetic.protocol import Arithmetic
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.kernel import Kernel, Leaf


def zonal(
    name: str,
    formula: Callable[..., Any],
    *,
    latex: str | None = None,
    differentiable: bool = False,
    assumptions: Iterable[str] = (),
) -> Kernel:
    """A zonal kernel from a user's formula.

    Args:
        name: what the kernel is called in results.
        formula: ``formula(u, ar)``, written with ``+ - * /``, integer powers and the functions of
            the arithmetic ``ar`` (``ar.pi, sqrt, acos, asin, exp, cos, sin, sine, chord, number``);
            it then runs on floats, balls and symbols. A plain ``formula(u)`` that only knows float
            arrays is accepted too, and refuses balls and symbols.
        latex: the formula of k(u) in LaTeX, in terms of u.
        differentiable: whether k is C¹ in u on [-1, 1], ends included; say so only if it is. It
            lets rigorous quadrature continue the angle of kernels composed with this one.
        assumptions: what the formula takes for granted, printed with results.

    Raises:
        InvalidInput: for an empty name, or what is no function of one or two arguments.

    Example:
        >>> laplace = zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u)))
        >>> laplace(1.0)
        1.0
    """
    if not isinstance(name, str) or not name.strip():
        raise InvalidInput(f"A kernel has a name (a non-empty string); got {name!r}.")
    if not callable(formula):
        raise InvalidInput(f"zonal needs a function formula(u, ar); got {type(formula).__name__}.")
    arguments = _positional_arguments(formula)
    if arguments not in (1, 2):
        raise InvalidInput(
            f"zonal needs formula(u, ar), or a plain formula(u) for floats only; {name!r} takes "
            f"{arguments} arguments."
        )
    symbol = rf"\operatorname{{{_plain(name)}}}"
    return Leaf(
        name=f"zonal({name!r})",
        formula=formula if arguments == 2 else _for_floats_only(name, formula),
        tex=lambda argument: (
            latex if latex is not None and argument == "u" else rf"{symbol}\left({argument}\right)"
        ),
        smooth=differentiable,
        notes=tuple(assumptions),
        plain=arguments == 1,
    )


def _positional_arguments(formula: Callable[..., Any]) -> int:
    try:
        parameters = inspect.signature(formula).parameters.values()
    except (TypeError, ValueError):
        return 1  # built-in functions and NumPy ufuncs
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty]
    return len(needed)


def _for_floats_only(name: str, function: Callable[[Any], Any]) -> Callable[[Any, Arithmetic], Any]:
    def formula(u: Any, ar: Arithmetic) -> Any:
        if not isinstance(ar, DoubleArithmetic):
            raise Unable(
                f"The kernel {name!r} is a plain function of floats, and cannot be evaluated on "
                "balls, symbols or high precision, on which proofs and certificates stand. Write "
                "it as formula(u, ar) with the functions of the arithmetic ar; see nt.zonal."
            )
        cosine = ar.lower(u)
        value = function(cosine)
        if getattr(value, "shape", None) != cosine.shape:
            raise InvalidInput(
                f"The function of the kernel {name!r} must return one value for each cosine; for "
                f"shape {cosine.shape} it returned {getattr(value, 'shape', type(value).__name__)}."
            )
        return ar.lift(value)

    return formula


def _plain(name: str) -> str:
    """A name that is safe inside LaTeX."""
    return "".join(c for c in name if c.isalnum()) or "k"
