"""Expansions of kernels at the poles u = ±1 of the sphere, as power series of the angle.

A composed kernel is expanded in its own angle at the pole where its cosine starts, and that series
is composed with the angle of the layer. So no cancellation of the formula is ever repeated, and
a network of any depth loses no more than one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ntkproofs.arithmetic.expansions import ExpansionArithmetic
from ntkproofs.arithmetic.laurent import ONE, Laurent, is_exactly
from ntkproofs.arithmetic.puiseux import Series, angle_from_versine
from ntkproofs.kernels.kernel import Composed, Kernel, Leaf, evaluate, fold


@dataclass(frozen=True)
class Expansions:
    """How kernels are expanded.

    Attributes:
        length: terms of the series in the angle.
        exact: keep coefficients exact as long as possible; else all but constants become balls.
        bits: precision of the balls; it is to be set by the caller too.
        scale: the angle in units of the variable, at the outermost pole.
    """

    length: int
    exact: bool
    bits: int
    scale: Laurent = ONE

    def at_pole(self, kernel: Kernel, pole: int) -> Series:
        """The expansion of k at u = ``pole`` in x, where angle to the pole = ``scale`` x."""
        ar = ExpansionArithmetic.at_pole(pole, self.length, self.scale)
        return self._expand(kernel, ar)

    def _expand(self, kernel: Kernel, ar: ExpansionArithmetic) -> Series:
        layers: dict[int, Any] = {}

        def visit(node: Kernel, values: Sequence[Any]) -> Any:
            if not isinstance(node, Composed):
                series = node.combine(values, ar.cosine, ar)
                return series if self.exact or values else series.in_balls()
            (inner,) = values
            if inner is ar.cosine:
                return self._expand(node.outer, ar)
            return self._compose(node.outer, inner, layers)

        return fold(kernel, visit)

    def _compose(self, outer: Kernel, cosine: Series, layers: dict[int, Any]) -> Series:
        """outer(cosine), by where the cosine starts; layers above one cosine share its angle."""
        pole = next((p for p in (1, -1) if is_exactly(cosine.constant, p)), None)
        if pole is None:
            if id(cosine) not in layers:
                layers[id(cosine)] = ExpansionArithmetic.inside_the_interval(cosine)
            return evaluate(outer, cosine, layers[id(cosine)])
        if id(cosine) not in layers:
            layers[id(cosine)] = angle_from_versine(1 - cosine * pole)
        own = _at_own_pole(outer, pole, replace(self, scale=ONE))
        return own.composed_with(layers[id(cosine)])


@lru_cache(maxsize=512)
def _at_own_pole(kernel: Kernel, pole: int, how: Expansions) -> Series:
    """The expansion of an outer kernel in its own angle; from exact terms if it has no layers."""
    series = replace(how, exact=how.exact or isinstance(kernel, Leaf)).at_pole(kernel, pole)
    return series if how.exact else series.in_balls()
