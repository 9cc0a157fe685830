"""Deeper or wider: what a budget of parameters buys, by depth.

At a budget P a network of L weight layers has the largest width that fits: sqrt(P/(L-2)) about, for
L >= 3, and P/(d+1) for two layers. Along this frontier: the limit of wide networks, the kernel's
mean shift at the true width, and the measured kernels of many draws, whose smallest eigenvalue is
lowered by their fluctuation.

Two clocks. ``time`` is that of gradient flow, until the kernel of a draw, held fixed, brings the
residual from -y to an error. The kernel grows with depth (about L times), so that the flow is
faster for deep networks whatever their spectrum; ``steps`` = λ_max · time counts steps of the size
1/λ_max that stability allows, and only the shape of the spectrum matters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy import stats

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.corrections import first_order
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, draw_weights
from ntkproofs.kernels.activations import RELU, Activation, PiecewiseLinear, activation_named
from ntkproofs.matrices.memory import require_memory
from ntkproofs.resuming import FinishedParts, Form, digest_of, finish

Counting = Literal["parameters", "talk"]
Quantity = Literal["smallest", "condition", "time", "steps"]
QUANTITIES: tuple[Quantity, ...] = ("smallest", "condition", "time", "steps")
_RESAMPLES = 2000
_DRAWS_APART = 10**9


def width_of(budget: int, depth: int, dim: int, counting: Counting = "parameters") -> int:
    """The largest width of a bias-free network of a depth whose weights fit into a budget.

    Args:
        budget: number of parameters P.
        depth: weight layers, >= 2.
        dim: of the inputs.
        counting: ``parameters`` counts all weights, (L-2) N² + (d+1) N <= P; ``talk`` is N = P/L,
            as the talk has it, whatever that costs.

    Raises:
        Unable: where not even width 1 fits.

    Example:
        >>> width_of(10_000, 3, 10), width_of(10_000, 2, 10), width_of(10_000, 3, 10, "talk")
        (94, 909, 3333)
    """
    budget = require_integer("budget", budget, least=1, why="it counts parameters")
    depth = require_integer("depth", depth, least=2, why="a width needs a hidden layer")
    if counting == "talk":
        found = budget // depth
    else:
        inner, ends = depth - 2, dim + 1
        # The root of inner N² + ends N = P, in integers.
        square = ends * ends + 4 * inner * budget
        found = budget // ends if inner == 0 else (math.isqrt(square) - ends) // (2 * inner)
    if found < 1:
        raise Unable(
            f"{budget} parameters do not make a network of {depth} layers on R^{dim}: even width 1 "
            f"takes {depth - 2 + dim + 1}. Ask for more parameters or fewer layers."
        )
    return found


@dataclass(frozen=True)
class Measured:
    """A quantity over draws: its median, with an interval that needs no law, and the values.

    Medians, as the smallest eigenvalue of deep narrow networks has heavy tails: its mean is that of
    a few lucky draws.
    """

    median: float
    low: float
    high: float
    values: tuple[float, ...]

    @staticmethod
    def of(values: Any, *, confidence: float = 0.95) -> Measured:
        """From one value per draw; infinite values are allowed.

        The interval between two order statistics holds the median of the law with at least this
        confidence, by the binomial distribution; with too few draws it is the whole line.
        """
        ordered = np.sort(np.asarray(values, dtype=float))
        count = len(ordered)
        outside = int(stats.binom.ppf((1 - confidence) / 2, count, 0.5))
        enough = outside >= 1
        return Measured(
            float(ordered[(count - 1) // 2]),  # a value of the sample: others may be infinite
            float(ordered[outside - 1]) if enough else -math.inf,
            float(ordered[count - outside]) if enough else math.inf,
            tuple(map(float, values)),
        )


@dataclass(frozen=True)
class Design:
    """A depth, and the width that the budget leaves it.

    Attributes:
        network: of this depth and width.
        parameters: how many it really has.
        limit: quantities of the infinite-width kernel.
        predicted: those of the mean kernel at this width, to order 1/width.
        measured: those of the kernels of draws.
    """

    network: Network
    parameters: int
    limit: dict[Quantity, float]
    predicted: dict[Quantity, float]
    measured: dict[Quantity, Measured]


@dataclass(frozen=True)
class Best:
    """The depth at which the median of a quantity is best, among those that were tried.

    Attributes:
        depth: of the best median.
        low, high: bootstrap interval of the best depth, over resampled draws.
        in_the_limit: the depth that the infinite-width kernels would choose.
    """

    depth: int
    low: int
    high: int
    in_the_limit: int
    confidence: float


@dataclass(frozen=True)
class Frontier:
    """Designs of one budget, in rising order of depth."""

    budget: int
    counting: Counting
    eps: float
    points: int
    dim: int
    draws: int
    seed: int
    designs: tuple[Design, ...]

    def best(self, quantity: Quantity, *, confidence: float = 0.95) -> Best:
        """The best depth for a quantity: largest ``smallest``, least of the others."""
        sign = -1.0 if quantity == "smallest" else 1.0
        depths = [design.network.depth for design in self.designs]
        values = np.array([design.measured[quantity].values for design in self.designs]) * sign
        generator = np.random.default_rng(self.seed)
        picks = generator.integers(0, values.shape[1], size=(_RESAMPLES, *values.shape))
        middle = (values.shape[1] - 1) // 2
        medians = np.sort(np.take_along_axis(values[None], picks, axis=2), axis=2)[..., middle]
        winners = np.sort(np.array(depths)[medians.argmin(axis=1)])
        tail = (1 - confidence) / 2
        low = int(np.quantile(winners, tail, method="lower"))
        high = int(np.quantile(winners, 1 - tail, method="higher"))
        limits = [sign * design.limit[quantity] for design in self.designs]
        chosen = depths[int(np.sort(values, axis=1)[:, middle].argmin())]
        return Best(chosen, low, high, depths[int(np.argmin(limits))], confidence)


def answer(found: Frontier, quantity: Quantity = "steps") -> str:
    """The answer in one sentence, for the depths and draws that were computed.

    Args:
        found: a frontier.
        quantity: by which designs are judged.
    """
    best, depths = found.best(quantity), [d.network.depth for d in found.designs]
    design = next(d for d in found.designs if d.network.depth == best.depth)
    names = {
        "smallest": "λ_min is largest",
        "condition": "the condition number is least",
        "time": "the flow is fastest",
        "steps": "descent takes the fewest steps",
    }
    medians = [d.measured[quantity].median for d in found.designs]
    if all(median == (0 if quantity == "smallest" else math.inf) for median in medians):
        return (
            f"With {found.budget:,} parameters, {found.points} inputs of R^{found.dim} and depths "
            f"{depths[0]} to {depths[-1]}, most kernels are singular at every depth: none is best."
        )
    span = f"{best.low}" if best.low == best.high else f"{best.low} to {best.high}"
    return (
        f"With {found.budget:,} parameters, {found.points} inputs of R^{found.dim} and depths "
        f"{depths[0]} to {depths[-1]}, {names[quantity]} at depth {best.depth} and width "
        f"{design.network.widths[0]:,} ({best.confidence:.0%} interval of the depth: {span}); the "
        f"limit of infinite width would choose depth {best.in_the_limit}."
    )


def frontier(
    budget: int,
    X: Any,
    y: Any,
    *,
    depths: Sequence[int],
    eps: float = 0.01,
    activation: str | Activation = RELU,
    counting: Counting = "parameters",
    draws: int = 50,
    seed: int = 0,
    executor: Executor | None = None,
    partial: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Frontier:
    """Measure the kernels of networks of several depths that have the same number of parameters.

    Args:
        budget: number of parameters P.
        X: inputs, shape (n, d).
        y: targets, shape (n,); the residual begins as -y.
        depths: weight layers, >= 2 each.
        eps: the error to reach, relative to ‖y‖.
        activation: an (a,b)-ReLU.
        counting: as for :func:`width_of`.
        draws: networks of each depth.
        seed: of the draws.
        executor: that of :mod:`ntkproofs.cluster`, which is given the depths; the result does not
            depend on it.
        partial: file in which finished depths are kept, of any budget, and from which the run goes
            on if it is there. It stays at the end: remove it when the results are safe.
        progress: called with the depths done and the depths in all.

    Returns:
        A :class:`Frontier`: the designs, in rising order of depth.

    Raises:
        InvalidInput: for targets, errors or depths that make no question, and a partial file that
            is none, or of other options, data or versions.
        Unable: for depths that do not fit into the budget.

    Example:
        >>> import ntkproofs as nt
        >>> X = nt.sphere.uniform(6, 3, seed=0)
        >>> found = frontier(2000, X, np.ones(6), depths=[2, 3, 4], draws=10)
        >>> [(d.network.widths[0], d.parameters) for d in found.designs]
        [(500, 2000), (42, 1932), (30, 1920)]
        >>> found.best("steps").in_the_limit    # infinite width would go deeper and deeper
        4
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    phi = _check(X, y, depths, eps, activation_named(activation))
    require_integer("draws", draws, least=2, why="an error needs two draws")
    rising = sorted(set(depths))
    networks = [Network.of(L, width_of(budget, L, X.shape[1], counting), phi) for L in rising]
    for network in networks:
        require_memory(
            16 * network.parameters(X.shape[1]) + 32 * len(X) * (max(network.widths) + len(X)),
            f"One network of widths {network.widths} on {len(X)} inputs",
            "Ask for fewer parameters.",
        )
    plan = _Plan(X, y, eps, draws, seed)
    tasks = {f"depth {n.depth}, width {n.widths[0]}": (n, plan) for n in networks}
    kept = FinishedParts(partial, {"frontier": plan.to_json() | {"slopes": [phi.a, phi.b]}})
    rows = finish(_rows, tasks, _ROWS, kept, executor=executor, progress=progress)
    pairs = zip(networks, rows.values(), strict=True)
    found = tuple(_design(network, X.shape[1], each) for network, each in pairs)
    return Frontier(budget, counting, eps, len(X), X.shape[1], draws, seed, found)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is measured of every network; it travels to workers."""

    X: Any
    y: Any
    eps: float
    draws: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """What makes a frontier this one, whatever its budget."""
        data = digest_of(self.X, self.y)
        return {"data": data, "eps": self.eps, "draws": self.draws, "seed": self.seed}


_Row = dict[Quantity, float]
_ROWS: Form[list[_Row]] = Form(
    lambda rows: rows,
    lambda data: [{name: float(row[name]) for name in QUANTITIES} for row in data],
)


def _rows(network: Network, plan: _Plan) -> list[_Row]:
    """Quantities of the limit, of the mean kernel, and of every draw."""
    X, y, eps = plan.X, plan.y, plan.eps
    corrected = first_order(network, X)
    kernels = [corrected.limit, corrected.limit + corrected.mean_shift]
    # Depths are compared, and so have draws of their own.
    first = network.depth * _DRAWS_APART
    for draw in range(first, first + plan.draws):
        weights = draw_weights(network, X.shape[1], seed=plan.seed, draw=draw)
        kernels.append(empirical_ntk(network, weights, X).ntk)
    return [_quantities(kernel, y, eps) for kernel in kernels]


def _design(network: Network, dim: int, rows: Sequence[_Row]) -> Design:
    limit, predicted, *drawn = rows
    measured: dict[Quantity, Measured] = {
        name: Measured.of([row[name] for row in drawn]) for name in QUANTITIES
    }
    return Design(network, network.parameters(dim), limit, predicted, measured)


def _check(X: Any, y: Any, depths: Sequence[int], eps: float, phi: Activation) -> PiecewiseLinear:
    if X.ndim != 2 or y.shape != (len(X),) or not np.isfinite(y).all() or not y.any():
        raise InvalidInput(
            f"Targets are finite numbers, not all 0, one for each row of X; X has shape {X.shape}, "
            f"y {y.shape}."
        )
    if not depths:
        raise InvalidInput("A frontier needs at least one depth; got none.")
    if not 0 < eps < 1:
        raise InvalidInput(f"The error to reach is relative to ‖y‖, in (0, 1); got {eps}.")
    if not isinstance(phi, PiecewiseLinear):
        raise InvalidInput(f"The frontier is that of (a,b)-ReLU networks; got {phi.name}.")
    return phi


def _quantities(kernel: Any, y: Any, eps: float) -> dict[Quantity, float]:
    values, vectors = np.linalg.eigh(kernel)
    smallest, largest = max(float(values[0]), 0.0), float(values[-1])
    time = flow_time(values, vectors.T @ y, eps)
    return {
        "smallest": smallest,
        "condition": largest / smallest if smallest > 0 else math.inf,
        "time": time,
        "steps": math.inf if math.isinf(time) else largest * time,  # the kernel may be 0
    }


def flow_time(values: Any, parts: Any, eps: float) -> float:
    """When ‖e^(-Θt) y‖ = eps ‖y‖, from the eigenvalues of Θ and the parts of y along them."""
    squares = np.asarray(parts, dtype=float) ** 2
    goal = eps**2 * squares.sum()
    values = np.maximum(values, 0.0)
    if squares[values == 0].sum() > goal:
        return math.inf

    def left(time: float) -> float:
        return float(squares @ np.exp(-2 * values * time))

    high = 1.0 / float(values[-1])
    while left(high) > goal:
        high *= 2
        if math.isinf(high):
            return math.inf
    low = 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if left(middle) > goal else (low, middle)
    return high
