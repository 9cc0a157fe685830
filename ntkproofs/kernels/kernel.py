"""Zonal kernels as expression trees: a formula in the leaves, an algebra above them.

A zonal kernel on the unit sphere is a function of the cosine ``u = <x, y>``. Leaves hold a formula
``formula(u, ar)`` written against an :class:`~ntkproofs.arithmetic.protocol.Arithmetic`; sums,
products, scalings and compositions of kernels are kernels. A tree is evaluated once per node, so a
network of depth L costs O(L), and without recursion, so that L may be large.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ntkproofs.arithmetic.balls import to_fraction
from ntkproofs.arithmetic.dispatch import arithmetic_of
from ntkproofs.arithmetic.protocol import Arithmetic
from ntkproofs.errors import InvalidInput

_BLOCK = 1 << 15

Formula = Callable[[Any, Arithmetic], Any]


@dataclass(frozen=True, eq=False, repr=False)
class Kernel(ABC):
    """A zonal kernel ``k(u)``, ``u = <x, y>`` in [-1, 1].

    Call it on any number or array: NumPy, JAX, PyTorch or CuPy arrays (the result stays in the
    library, dtype and device of the input), ``flint.arb`` balls, mpmath numbers, SymPy expressions.
    Combine kernels with ``+``, ``*``, numbers, and ``@`` (composition: ``(k @ s)(u) = k(s(u))``).

    Example:
        >>> import ntkproofs as nt
        >>> round(nt.ntk(depth=3)(0.5), 12)
        1.351479561123
    """

    # NumPy arrays and scalars on the left leave the operation to the methods below.
    __array_ufunc__: ClassVar[None] = None

    def __post_init__(self) -> None:
        # Asked here, bottom up, these never recurse through a network of many layers.
        _ = self.needs_dim, self.differentiable, self.assumptions, self.floats_only

    def __call__(self, u: Any) -> Any:
        if hasattr(u, "mapped_by"):  # a quantity that is a float or a ball when it is asked for
            return u.mapped_by(self)
        if isinstance(u, np.ndarray) and u.size > _BLOCK:
            # Temporaries that stay in the cache make this several times faster.
            flat = u.reshape(-1)
            blocks = [self(flat[i : i + _BLOCK]) for i in range(0, flat.size, _BLOCK)]
            return np.concatenate(blocks).reshape(u.shape)
        context = arithmetic_of(u)
        value = evaluate(self.at_dim(None), context.value, context.arithmetic)
        return context.lower(value)

    def value_with(self, u: Any, ar: Arithmetic) -> Any:
        """The value at a cosine ``u`` of the arithmetic ``ar``, unconverted."""
        return evaluate(self, u, ar)

    @property
    @abstractmethod
    def children(self) -> tuple[Kernel, ...]:
        """The kernels evaluated at the same cosine before this one."""

    @abstractmethod
    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        """The value of this node from the cosine and the values of its children."""

    @abstractmethod
    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        """This node over other children."""

    @abstractmethod
    def latex_at(self, argument: str) -> str:
        """The value of this kernel at ``argument`` in LaTeX."""

    @property
    def is_sum(self) -> bool:
        """Whether the LaTeX of this kernel needs brackets as a factor."""
        return False

    @cached_property
    def differentiable(self) -> bool:
        """Whether k is known to be C¹ in u on the closed interval [-1, 1].

        It decides where the angle of a composed kernel continues analytically past a pole.
        """
        return all(child.differentiable for child in self.children)

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What the formula takes for granted, in words."""
        found = dict.fromkeys(line for child in self.children for line in child.assumptions)
        return tuple(found)

    @cached_property
    def needs_dim(self) -> bool:
        """Whether the formula depends on the dimension of the inputs and has not been told it."""
        return any(node.needs_dim for node in self.children)

    @cached_property
    def floats_only(self) -> bool:
        """Whether the kernel is made of a plain function that only knows floats."""
        return any(child.floats_only for child in self.children)

    def at_dim(self, dim: int | None) -> Kernel:
        """This kernel for inputs in R^dim; most kernels do not depend on it."""
        if not self.needs_dim:
            return self
        return self.with_children(tuple(child.at_dim(dim) for child in self.children))

    def latex(self) -> str:
        """The formula in LaTeX, as an equation for k(u)."""
        return f"k(u) = {self.latex_at('u')}"

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def __repr__(self) -> str:
        return f"Kernel({self.latex()})"

    def __deepcopy__(self, memo: Any) -> Kernel:
        return self  # it never changes, and a deep network would recurse

    def __copy__(self) -> Kernel:
        return self

    def __add__(self, other: Any) -> Kernel:
        return Sum((self, as_kernel(other)))

    __radd__ = __add__

    def __mul__(self, other: Any) -> Kernel:
        if isinstance(other, Kernel):
            return Product((self, other))
        return Scaled(_scalar(other), self)

    __rmul__ = __mul__

    def __neg__(self) -> Kernel:
        return Scaled(Fraction(-1), self)

    def __sub__(self, other: Any) -> Kernel:
        return self + (-as_kernel(other))

    def __rsub__(self, other: Any) -> Kernel:
        return as_kernel(other) + (-self)

    def __truediv__(self, other: Any) -> Kernel:
        scalar = _scalar(other)
        if scalar == 0:
            raise InvalidInput("A kernel is divided by a nonzero number; got 0.")
        return Scaled(1 / scalar, self)

    def __matmul__(self, inner: Any) -> Kernel:
        if not isinstance(inner, Kernel):
            raise InvalidInput(
                f"k1 @ k2 composes two kernels; got {type(inner).__name__} on the right. "
                "Evaluate a kernel at a number with k(u)."
            )
        return Composed(self, inner)


@dataclass(frozen=True, eq=False, repr=False)
class Leaf(Kernel):
    """A kernel given by a formula in u.

    ``dual_activation`` says that all its Taylor coefficients at u = 0 are >= 0 and k(1) = 1.
    ``homogeneity`` is the degree h of its extension ``(|x| |y|)^h k(cos)`` to all of R^d, where it
    has one by its definition; see :func:`ntkproofs.kernels.homogeneity.homogeneity`.
    """

    name: str
    formula: Formula
    tex: Callable[[str], str]
    smooth: bool = False
    notes: tuple[str, ...] = ()
    arccosine_order: int | None = None
    plain: bool = False
    dual_activation: bool = False
    homogeneity: int | None = None

    @property
    def children(self) -> tuple[Kernel, ...]:
        return ()

    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        return self.formula(u, ar)

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return self

    def latex_at(self, argument: str) -> str:
        return self.tex(argument)

    @cached_property
    def differentiable(self) -> bool:
        return self.smooth

    @cached_property
    def floats_only(self) -> bool:
        return self.plain

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        return self.notes

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False, repr=False)
class Constant(Kernel):
    """The constant kernel ``c``."""

    constant: Fraction

    @property
    def children(self) -> tuple[Kernel, ...]:
        return ()

    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        return 0 * u + ar.number(self.constant)

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return self

    def latex_at(self, argument: str) -> str:
        return latex_number(self.constant)


@dataclass(frozen=True, eq=False, repr=False)
class Sum(Kernel):
    """``k1 + k2 + ...``"""

    terms: tuple[Kernel, ...]

    @property
    def children(self) -> tuple[Kernel, ...]:
        return self.terms

    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        total = values[0]
        for value in values[1:]:
            total = total + value
        return total

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return Sum(children)

    def latex_at(self, argument: str) -> str:
        joined = " + ".join(term.latex_at(argument) for term in self.terms)
        return joined.replace("+ -", "- ")

    @property
    def is_sum(self) -> bool:
        return True


@dataclass(frozen=True, eq=False, repr=False)
class Scaled(Kernel):
    """``c k`` for a rational number c."""

    factor: Fraction
    kernel: Kernel

    @property
    def children(self) -> tuple[Kernel, ...]:
        return (self.kernel,)

    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        return values[0] * ar.number(self.factor)

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return Scaled(self.factor, children[0])

    def latex_at(self, argument: str) -> str:
        if self.factor == 1:
            return self.kernel.latex_at(argument)
        sign = "-" if self.factor == -1 else latex_number(self.factor) + r"\,"
        return sign + _as_factor(self.kernel, argument)


@dataclass(frozen=True, eq=False, repr=False)
class Product(Kernel):
    """``k1 k2 ...``"""

    factors: tuple[Kernel, ...]

    @property
    def children(self) -> tuple[Kernel, ...]:
        return self.factors

    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        total = values[0]
        for value in values[1:]:
            total = total * value
        return total

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return Product(children)

    def latex_at(self, argument: str) -> str:
        return r"\,".join(_as_factor(factor, argument) for factor in self.factors)


@dataclass(frozen=True, eq=False, repr=False)
class Composed(Kernel):
    """``outer(inner(u))``; the values of ``inner`` must lie in [-1, 1]."""

    outer: Kernel
    inner: Kernel

    @property
    def children(self) -> tuple[Kernel, ...]:
        return (self.inner,)

    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        return evaluate(self.outer, values[0], ar.inside(self.inner, values[0]))

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return Composed(self.outer, children[0])

    def at_dim(self, dim: int | None) -> Kernel:
        return Composed(self.outer.at_dim(dim), self.inner.at_dim(dim)) if self.needs_dim else self

    @cached_property
    def needs_dim(self) -> bool:
        return self.outer.needs_dim or self.inner.needs_dim

    def latex_at(self, argument: str) -> str:
        return self.outer.latex_at(self.inner.latex_at(argument))

    @cached_property
    def differentiable(self) -> bool:
        return self.outer.differentiable and self.inner.differentiable

    @cached_property
    def floats_only(self) -> bool:
        return self.outer.floats_only or self.inner.floats_only

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.inner.assumptions + self.outer.assumptions))


@dataclass(frozen=True, eq=False, repr=False)
class Named(Kernel):
    """A kernel under its name in the field, with the definition as one prints it."""

    name: str
    body: Kernel
    symbol: str
    definition: str
    notes: tuple[str, ...] = ()

    @property
    def children(self) -> tuple[Kernel, ...]:
        return (self.body,)

    def combine(self, values: Sequence[Any], u: Any, ar: Arithmetic) -> Any:
        return values[0]

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return Named(self.name, children[0], self.symbol, self.definition, self.notes)

    def latex_at(self, argument: str) -> str:
        return rf"{self.symbol}\left({argument}\right)" if argument != "u" else f"{self.symbol}(u)"

    def latex(self) -> str:
        return self.definition

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        return self.notes

    def __repr__(self) -> str:
        return self.name


def evaluate(kernel: Kernel, u: Any, ar: Arithmetic) -> Any:
    """The value of a kernel at the cosine ``u`` of the arithmetic ``ar``, node by node."""
    return fold(kernel, lambda node, values: node.combine(values, u, ar))


def fold(kernel: Kernel, visit: Callable[[Kernel, Sequence[Any]], Any]) -> Any:
    """What ``visit(node, values of its children)`` makes of a tree, from the leaves up.

    A node that is used twice is visited once.
    """
    values: dict[int, Any] = {}
    pending = [kernel]
    while pending:
        node = pending[-1]
        missing = [child for child in node.children if id(child) not in values]
        if missing:
            pending.extend(missing)
            continue
        pending.pop()
        if id(node) not in values:
            values[id(node)] = visit(node, [values[id(c)] for c in node.children])
    return values[id(kernel)]


def count_nodes(kernel: Kernel) -> int:
    """How many distinct nodes the tree of a kernel has: what one evaluation costs."""
    seen: set[int] = set()
    pending = [kernel]
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            pending.extend(node.children)
    return len(seen)


def as_kernel(value: Any) -> Kernel:
    """A kernel as it is, a number as a constant kernel."""
    return value if isinstance(value, Kernel) else Constant(_scalar(value))


def latex_number(value: Fraction) -> str:
    """A rational number in LaTeX."""
    if value.denominator == 1:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _as_factor(kernel: Kernel, argument: str) -> str:
    latex = kernel.latex_at(argument)
    return rf"\left({latex}\right)" if kernel.is_sum else latex


def _scalar(value: Any) -> Fraction:
    if getattr(value, "is_Rational", False):
        return Fraction(int(value.p), int(value.q))
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()  # a NumPy scalar
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise InvalidInput(
            "A kernel is combined with kernels and with rational numbers (int, float, Fraction); "
            f"got {type(value).__name__}. Evaluate a kernel with k(u) before using other numbers."
        )
    return to_fraction(value)
