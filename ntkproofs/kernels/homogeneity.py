"""Kernels of networks on all of R^d: the degree of the homogeneous extension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ntkproofs.kernels.kernel import Composed, Constant, Kernel, Leaf, Product, Sum, fold


def homogeneity(kernel: Kernel) -> int | None:
    """The degree h where the network's kernel on R^d is ``|x|^h |y|^h k(cos(x, y))``.

    Without biases, the activations a s + b|s|, their powers and derivatives are homogeneous, and so
    are the kernels: on inputs of any norm they are the zonal kernel times powers of the norms. The
    degree is 1 for networks of ReLUs. With biases the kernel depends on the norms in another way.

    Args:
        kernel: a zonal kernel.

    Returns:
        h >= 0, or None where the kernel has no such extension, or none is known: with biases, for
        sums of kernels of different degrees, and for a user's own formula.

    Source:
        Cho, Saul 2009, for the arc-cosine kernels; composition with a covariance that is
        homogeneous of degree h makes n h of a degree n, as E[φ(s)φ(t)] has the degree of φ in each
        of the standard deviations of s and t.

    Example:
        >>> import ntkproofs as nt
        >>> homogeneity(nt.ntk(3)), homogeneity(nt.arccosine(2)), homogeneity(nt.arccosine(0))
        (1, 2, 0)
        >>> homogeneity(nt.ntk(3, bias_variance=1)) is None
        True
    """
    return fold(kernel, _degree)


def _degree(node: Kernel, below: Sequence[Any]) -> int | None:
    match node:
        case Leaf():
            return node.homogeneity
        case Constant():
            return 0
        case _ if not below or None in below:
            return None
        case Composed():
            outer = homogeneity(node.outer)
            return None if outer is None else outer * below[0]
        case Product():
            return sum(below)
        case Sum():
            return below[0] if len(set(below)) == 1 else None
        case _:  # Scaled, Named
            return below[0]
