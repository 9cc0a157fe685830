"""Small residual networks in any arithmetic: states, derivatives in every parameter, kernels.

``h_0 = V γ``, ``h_l = h_(l-1) + m_l α_l φ(W_l h_(l-1) + b_l)``; V, W_l and b_l are trained. Numbers
may be fractions, balls, floats or SymPy expressions, so that one network can be computed exactly.
All derivatives are kept, which is meant for widths of a few neurons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ntkproofs.errors import InvalidInput

Vector = tuple[Any, ...]
Matrix = tuple[Vector, ...]
Slopes = Callable[[Any], tuple[Any, Any]]
"""An activation: φ(z) and φ'(z)."""


@dataclass(frozen=True)
class ResidualBlock:
    """The block ``h + α φ(W h + b)``.

    Attributes:
        weights: W, shape (N, N), as rows.
        biases: b, shape (N,).
        scale: α.
    """

    weights: Matrix
    biases: Vector
    scale: Any


@dataclass(frozen=True)
class ResidualNetwork:
    """A linear lift of m features to N neurons, and L residual blocks of width N.

    Attributes:
        lift: V, shape (N, m), as rows.
        blocks: the blocks in order.

    Raises:
        InvalidInput: where the shapes do not fit each other.
    """

    lift: Matrix
    blocks: tuple[ResidualBlock, ...]

    def __post_init__(self) -> None:
        width = len(self.lift)
        if width == 0 or len({len(row) for row in self.lift}) != 1:
            raise InvalidInput("A lift is a matrix with at least one row; rows have one length.")
        for number, block in enumerate(self.blocks, start=1):
            square = len(block.weights) == width and all(len(r) == width for r in block.weights)
            if not square or len(block.biases) != width:
                raise InvalidInput(
                    f"Block {number} of a network of width {width} needs {width} x {width} weights "
                    f"and {width} biases, as a block is added to the state."
                )


@dataclass(frozen=True)
class State:
    """A hidden state at one input.

    Attributes:
        values: h_l, shape (N,).
        derivatives: of h_l in all parameters so far, shape (N, parameters): those of V, then those
            of W_1, b_1, W_2, ..., row by row.
        slopes: φ'(z_l) in the block, shape (N,); empty after the lift.
    """

    values: Vector
    derivatives: Matrix
    slopes: Vector = ()


def hidden_states(
    network: ResidualNetwork,
    features: Sequence[Any],
    activation: Slopes,
    masks: Sequence[Any] | None = None,
) -> tuple[State, ...]:
    """h_0, ..., h_L at one input with their derivatives, by the chain rule forwards.

    Args:
        network: V, W_l, b_l, α_l.
        features: γ(x), shape (m,).
        activation: gives φ(z) and φ'(z).
        masks: m_l, one a block; all are 1 by default.

    Returns:
        L + 1 states.

    Raises:
        InvalidInput: where there are other numbers of features or masks.

    Example:
        >>> block = ResidualBlock(((3,),), (0,), 2)
        >>> square = lambda z: (z * z, 2 * z)
        >>> hidden_states(ResidualNetwork(((1,),), (block,)), (1,), square)[1].derivatives
        ((37, 12, 12),)
    """
    masks = [1] * len(network.blocks) if masks is None else masks
    if len(masks) != len(network.blocks) or len(features) != len(network.lift[0]):
        raise InvalidInput(
            f"The network has {len(network.lift[0])} features and {len(network.blocks)} blocks; "
            f"got {len(features)} features and {len(masks)} masks."
        )
    width = len(network.lift)
    lifted = tuple(_dot(row, features) for row in network.lift)
    states = [State(lifted, _own(features, [1] * width))]
    for block, mask in zip(network.blocks, masks, strict=True):
        states.append(_after(block, mask, states[-1], activation))
    return tuple(states)


def _after(block: ResidualBlock, mask: Any, before: State, activation: Slopes) -> State:
    h = before.values
    steps = [
        activation(_dot(row, h) + b) for row, b in zip(block.weights, block.biases, strict=True)
    ]
    scale, slopes = mask * block.scale, tuple(slope for _, slope in steps)
    turned = matrix_product(block.weights, before.derivatives)
    moved = tuple(
        tuple(a + scale * slope * b for a, b in zip(row, other, strict=True))
        for row, slope, other in zip(before.derivatives, slopes, turned, strict=True)
    )
    own_weights = _own(h, [scale * slope for slope in slopes])
    own_biases = _own((1,), [scale * slope for slope in slopes])
    derivatives = tuple(a + b + c for a, b, c in zip(moved, own_weights, own_biases, strict=True))
    values = tuple(x + scale * step for x, (step, _) in zip(h, steps, strict=True))
    return State(values, derivatives, slopes)


def _own(inputs: Sequence[Any], factors: Sequence[Any]) -> Matrix:
    """The derivatives of ``factor_i M_i·inputs`` in the entries of M, row by row."""
    rows = range(len(factors))
    return tuple(tuple(factors[i] * x if i == j else 0 for j in rows for x in inputs) for i in rows)


def propagation(block: ResidualBlock, slopes: Sequence[Any], mask: Any = 1) -> Matrix:
    """P = I + m α D W, D = diag(slopes): what a block does to derivatives in earlier parameters.

    Args:
        block: W and α.
        slopes: φ'(W h + b), shape (N,).
        mask: m.

    Returns:
        Shape (N, N).

    Example:
        >>> propagation(ResidualBlock(((3,),), (0,), 2), (6,))
        ((37,),)
    """
    return tuple(
        tuple((1 if i == j else 0) + mask * block.scale * slope * w for j, w in enumerate(row))
        for i, (row, slope) in enumerate(zip(block.weights, slopes, strict=True))
    )


def own_kernel(left: Sequence[State], right: Sequence[State]) -> Matrix:
    """J Jᵀ of one block, without α²: the kernel of φ(W h + b) in W and b alone.

    It is diag(φ'(z_i) φ'(z'_i)) (h·h' + 1).

    Args:
        left: the states before and after the block at x.
        right: those at x'.

    Returns:
        Shape (N, N).

    Example:
        >>> block = ResidualBlock(((3,),), (0,), 2)
        >>> square = lambda z: (z * z, 2 * z)
        >>> states = hidden_states(ResidualNetwork(((1,),), (block,)), (1,), square)
        >>> own_kernel(states, states)
        ((72,),)
    """
    inner = _dot(left[0].values, right[0].values) + 1
    rows = range(len(left[1].slopes))
    return tuple(
        tuple(left[1].slopes[i] * right[1].slopes[i] * inner if i == j else 0 for j in rows)
        for i in rows
    )


def tangent_kernel(left: State, right: State) -> Matrix:
    """Θ_l(x, x') = ∂h_l(x) ∂h_l(x')ᵀ, summed over all parameters.

    Args:
        left: the state at x.
        right: the state of the same block at x'.

    Returns:
        Shape (N, N).

    Example:
        >>> block = ResidualBlock(((3,),), (0,), 2)
        >>> square = lambda z: (z * z, 2 * z)
        >>> state = hidden_states(ResidualNetwork(((1,),), (block,)), (1,), square)[1]
        >>> tangent_kernel(state, state)
        ((1657,),)
    """
    return tuple(tuple(_dot(row, other) for other in right.derivatives) for row in left.derivatives)


def matrix_product(left: Matrix, right: Matrix) -> Matrix:
    """The product of two matrices that are given as rows.

    Example:
        >>> matrix_product(((1, 2),), ((3,), (4,)))
        ((11,),)
    """
    columns = list(zip(*right, strict=True))
    return tuple(tuple(_dot(row, column) for column in columns) for row in left)


def _dot(left: Sequence[Any], right: Sequence[Any]) -> Any:
    return sum((x * y for x, y in zip(left, right, strict=True)), 0)
