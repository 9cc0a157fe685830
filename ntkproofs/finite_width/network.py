"""A fully connected network, as the theory of finite width speaks of it.

``z_1 = W_1 x``, ``h_l = φ(z_l)``, ``z_(l+1) = sqrt(v_w/n_l) W_(l+1) h_l + sqrt(v_b) b_(l+1)``,
``f = z_L``; every entry of W and b is drawn from N(0, 1) and trained (NTK parametrisation). The
first layer has variance 1 and bias variance v_b as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from ntkproofs.conventions import require_depth, require_integer, require_seed
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.activations import RELU, Activation, PiecewiseLinear, activation_named


@dataclass(frozen=True)
class Network:
    """The shape and the law of a network at initialisation, with one output.

    Attributes:
        widths: of the hidden layers; ``depth`` is one more than their number.
        activation: φ, or its name.
        weight_variance: v_w; by default ``activation.weight_variance``, which keeps the variance of
            preactivations at 1 (He's 2 for the ReLU).
        bias_variance: v_b >= 0.

    Raises:
        InvalidInput: for widths below 1, or variances that are none.

    Example:
        >>> Network.of(depth=3, width=64)
        Network(widths=(64, 64), activation=relu, weight_variance=2, bias_variance=0)
    """

    widths: tuple[int, ...]
    activation: Activation = RELU
    weight_variance: float = field(default=float("nan"))
    bias_variance: float = 0.0

    def __post_init__(self) -> None:
        why = "a layer has at least one neuron"
        widths = tuple(require_integer("width", w, least=1, why=why) for w in self.widths)
        set_field = object.__setattr__
        set_field(self, "widths", widths)
        set_field(self, "activation", activation_named(self.activation))
        if np.isnan(self.weight_variance):
            set_field(self, "weight_variance", self.activation.weight_variance)
        if not 0 < self.weight_variance < np.inf or not 0 <= self.bias_variance < np.inf:
            raise InvalidInput(
                "Weights need a positive variance, biases one that is not negative; got "
                f"weight_variance = {self.weight_variance}, bias_variance = {self.bias_variance}."
            )

    @staticmethod
    def of(
        depth: int,
        width: int,
        activation: str | Activation = RELU,
        weight_variance: float = float("nan"),
        bias_variance: float = 0.0,
    ) -> Network:
        """The network of constant width; ``depth`` counts weight layers."""
        hidden = require_depth(depth) - 1
        return Network(
            (width,) * hidden, activation_named(activation), weight_variance, bias_variance
        )

    def __repr__(self) -> str:
        return (
            f"Network(widths={self.widths}, activation={self.activation.name}, "
            f"weight_variance={self.weight_variance:g}, bias_variance={self.bias_variance:g})"
        )

    @property
    def depth(self) -> int:
        """The number of weight layers."""
        return len(self.widths) + 1

    def shapes(self, dim: int) -> list[tuple[int, int]]:
        """(rows, columns) of the weight matrices for inputs of R^dim."""
        sizes = [dim, *self.widths, 1]
        return [(after, before) for before, after in pairwise(sizes)]

    def parameters(self, dim: int) -> int:
        """How many numbers are trained."""
        biases = sum(self.widths) + 1 if self.bias_variance else 0
        return sum(rows * columns for rows, columns in self.shapes(dim)) + biases

    def scale(self, layer: int) -> float:
        """The factor of W_layer, ``layer`` from 1: 1, then sqrt(v_w/n_(layer-1))."""
        return 1.0 if layer == 1 else (self.weight_variance / self.widths[layer - 2]) ** 0.5


@dataclass(frozen=True)
class Weights:
    """Weight matrices of shape (..., n_l, n_(l-1)) and biases of shape (..., n_l)."""

    matrices: Sequence[Any]
    biases: Sequence[Any]


def draw_weights(
    network: Network, dim: int, *, seed: int, draw: int, dtype: Any = np.float64
) -> Weights:
    """The weights of one draw, the same whenever it is asked for.

    All entries are independent and N(0, 1); the factors of the NTK parametrisation belong to the
    network, not to its weights.

    Args:
        network: its shape.
        dim: of the inputs.
        seed: of the ensemble, an integer >= 0.
        draw: number of the draw, >= 0.
        dtype: of the arrays; float32 weights are drawn as such, and are other ones.

    Returns:
        :class:`Weights`: matrices of shape (n_l, n_(l-1)), biases of shape (n_l,), or none.

    Raises:
        InvalidInput: for a seed or a draw that is negative.

    Example:
        >>> weights = draw_weights(Network.of(3, 8), 5, seed=0, draw=7)
        >>> [matrix.shape for matrix in weights.matrices]
        [(8, 5), (8, 8), (1, 8)]
        >>> again = draw_weights(Network.of(3, 8), 5, seed=0, draw=7)
        >>> bool((weights.matrices[1] == again.matrices[1]).all())
        True
    """
    draw = require_integer("draw", draw, least=0, why="it counts the draws of an ensemble")
    sequence = np.random.SeedSequence([require_seed(seed), draw])
    generator = np.random.Generator(np.random.SFC64(sequence))
    normal = lambda *shape: generator.standard_normal(shape, dtype=dtype)  # noqa: E731
    shapes = network.shapes(dim)
    matrices = [normal(*shape) for shape in shapes]
    biases = [normal(rows) for rows, _ in shapes] if network.bias_variance else []
    return Weights(matrices, biases)


def draw_many(
    network: Network, dim: int, *, seed: int, draws: Sequence[int], dtype: Any = np.float64
) -> Weights:
    """The weights of several draws, stacked in front; each is that of :func:`draw_weights`."""
    each = [draw_weights(network, dim, seed=seed, draw=draw, dtype=dtype) for draw in draws]
    matrices = [np.stack(layer) for layer in zip(*(w.matrices for w in each), strict=True)]
    return Weights(matrices, [np.stack(b) for b in zip(*(w.biases for w in each), strict=True)])


@dataclass(frozen=True)
class Limit:
    """The infinite-width limit on a set of points.

    Attributes:
        nngp: covariance of the outputs, shape (n, n).
        ntk: neural tangent kernel, shape (n, n).
    """

    nngp: Any
    ntk: Any


def limit(network: Network, X: Any) -> Limit:
    """The limit of infinite widths of a network of this depth, in float64.

    Args:
        network: its widths do not matter.
        X: inputs, shape (n, d); they need not be unit vectors.

    Returns:
        :class:`Limit`: both kernels, shape (n, n).

    Source:
        Jacot, Gabriel, Hongler 2018.

    Example:
        >>> import ntkproofs as nt
        >>> X = nt.sphere.circle(5)
        >>> found = limit(Network.of(3, 64), X)
        >>> bool(np.allclose(found.ntk, nt.gram(nt.ntk(3), X)))
        True
        >>> bool(np.allclose(limit(Network.of(3, 64), 2 * X).ntk, 4 * found.ntk))    # homogeneous
        True
    """
    X = np.asarray(X, dtype=float)
    v, w, phi = network.bias_variance, network.weight_variance, network.activation
    covariance = X @ X.T + v
    tangent = covariance
    for _ in network.widths:
        p = np.diag(covariance)[:, None] + np.zeros_like(covariance)
        slope = w * phi.dual_of_derivative(p, covariance, p.T)
        covariance = w * phi.dual(p, covariance, p.T) + v
        tangent = covariance + slope * tangent
    return Limit(covariance, tangent)


def is_homogeneous(network: Network) -> bool:
    """Whether the activation is positively homogeneous: an (a,b)-ReLU."""
    return isinstance(network.activation, PiecewiseLinear)
