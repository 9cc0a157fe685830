"""Many draws of a finite network: the moments of its kernel, against the limit of wide networks.

Draw number i of a seed is the same network whenever and wherever it is made. Draws are handled in
chunks whose results are merged in order, so that neither the number of processes nor an
interruption changes the result (but for the last bits, where BLAS sums in another order).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.accumulators import Moments
from ntkproofs.finite_width.checkpoints import load_state, save_state
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Limit, Network, draw_many, limit
from ntkproofs.finite_width.scores import Agreement, agreement
from ntkproofs.kernels.activations import PiecewiseLinear
from ntkproofs.matrices.memory import require_memory
from ntkproofs.processes import worker_pool

GROUPS = 32
"""Groups that chunks of draws are dealt into: their means resample rates over widths."""

_CHUNK_BYTES = 1 << 25
_LARGEST_CHUNK = 64

Precision = Literal["float64", "float32"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """What an ensemble is made of.

    Attributes:
        network: its law.
        X: inputs, shape (n, d).
        draws: how many.
        seed: of the ensemble.
        dtype: ``float64`` or ``float32``, of the networks; moments are float64.
    """

    network: Network
    X: Any
    draws: int
    seed: int
    dtype: Precision = "float64"

    @property
    def chunk(self) -> int:
        """Draws to a chunk: a function of the sizes alone."""
        n, dim = self.X.shape
        sizes = [dim, *self.network.widths, 1]
        words = self.network.parameters(dim) + 3 * n * sum(sizes) + 4 * n * n
        return int(max(1, min(_LARGEST_CHUNK, _CHUNK_BYTES // (8 * words))))

    def chunks(self, first: int) -> Iterator[tuple[int, range]]:
        """(number, draws) of the chunks from draw ``first`` on, which may lie within one."""
        while first < self.draws:
            number = first // self.chunk
            after = min((number + 1) * self.chunk, self.draws)
            yield number, range(first, after)
            first = after

    def digest(self) -> str:
        """What tells this plan from others, but for the number of draws."""
        network = self.network
        numbers = [network.weight_variance, network.bias_variance]
        if isinstance(network.activation, PiecewiseLinear):
            numbers += [network.activation.a, network.activation.b]
        exact = " ".join(float(number).hex() for number in numbers)
        name = type(network.activation).__name__ + network.activation.name
        about = f"{network.widths} {name} {exact} {self.seed} {self.dtype}"
        content = about.encode() + np.ascontiguousarray(self.X).tobytes()
        return hashlib.sha256(content + str(self.X.shape).encode()).hexdigest()


@dataclass
class State:
    """The moments of the draws so far.

    Attributes:
        draws: how many.
        ntk: moments of the kernel matrix.
        groups: its mean in each group, shape (GROUPS, n, n), and ``sizes`` of the groups.
        spectrum: moments of its eigenvalues in rising order.
        deviation: moments of (‖Θ-Θ∞‖, ‖Θ-Θ∞‖²_F): operator norm, and squared Frobenius norm.
        group_squares: mean of ‖Θ-Θ∞‖²_F in each group.
    """

    draws: int
    ntk: Moments
    groups: Any
    sizes: Any
    spectrum: Moments
    deviation: Moments
    group_squares: Any

    @staticmethod
    def empty(n: int) -> State:
        """No draws of n inputs."""
        return State(
            0,
            Moments.empty((n, n)),
            np.zeros((GROUPS, n, n)),
            np.zeros(GROUPS, dtype=np.int64),
            Moments.empty((n,)),
            Moments.empty((2,)),
            np.zeros(GROUPS),
        )

    def add(self, chunk: int, found: tuple[Moments, Moments, Moments]) -> None:
        """Take a chunk in."""
        ntk, spectrum, deviation = found
        group = chunk % GROUPS
        self.sizes[group] += ntk.count
        share = ntk.count / self.sizes[group]
        self.groups[group] += (ntk.mean - self.groups[group]) * share
        self.group_squares[group] += (deviation.mean[1] - self.group_squares[group]) * share
        self.ntk.add(ntk)
        self.spectrum.add(spectrum)
        self.deviation.add(deviation)
        self.draws += ntk.count


@dataclass(frozen=True)
class Ensemble:
    """The kernel of a finite network over many draws.

    Attributes:
        plan: what was drawn.
        limit: of wide networks.
        mean, standard_error: of the kernel matrix, shape (n, n).
        spectrum, spectrum_error: mean eigenvalues in rising order, and their standard errors.
        deviation, deviation_error: mean operator norm of Θ - Θ∞ over draws.
        state: the moments themselves.
    """

    plan: Plan
    limit: Limit
    mean: Any
    standard_error: Any
    spectrum: Any
    spectrum_error: Any
    deviation: float
    deviation_error: float
    state: State

    def compare(self, expected: Any = None, *, false_alarm: float = 1e-3) -> Agreement:
        """Whether the mean of the kernel over draws is ``expected``, by default the limit.

        A finite network's mean is not the limit (but on the diagonal of ReLU networks): many draws
        tell them apart.

        Args:
            expected: matrix of shape (n, n).
            false_alarm: probability that a true expectation is rejected.
        """
        expected = self.limit.ntk if expected is None else np.asarray(expected, dtype=float)
        upper = np.triu_indices(len(self.mean))
        floor = 1e-12 * float(np.abs(expected).max())
        return agreement(
            self.mean[upper],
            expected[upper],
            self.standard_error[upper],
            self.state.draws,
            false_alarm=false_alarm,
            rounding=floor if self.plan.dtype == "float64" else 1e7 * floor,
        )


def ensemble(
    network: Network,
    X: Any,
    draws: int,
    *,
    seed: int = 0,
    dtype: Precision = "float64",
    jobs: int = 1,
    executor: Executor | None = None,
    checkpoint: str | Path | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """The moments of a finite network's kernel over many draws.

    Args:
        network: its law.
        X: inputs, shape (n, d).
        draws: how many networks.
        seed: draw i of a seed is always the same network.
        dtype: of the networks.
        jobs: processes; with one, the linear algebra uses all cores, which suits wide networks.
        executor: anything with ``submit``, such as ``client.get_executor()`` of Dask; in place of
            ``jobs``.
        checkpoint: file where the moments are kept; a run that was interrupted goes on from there,
            and one with more draws goes on from one with fewer.
        progress: called with the draws done and the draws in all.

    Raises:
        InvalidInput: for points or numbers that make no ensemble, or a checkpoint of another one.
        Unable: where one network does not fit into the memory that is there.

    Example:
        >>> import numpy as np
        >>> found = ensemble(Network.of(2, 50), np.eye(2), draws=200)
        >>> found.mean.shape, found.compare().agrees
        ((2, 2), True)
    """
    plan = _plan(network, X, draws, seed, dtype)
    reference = limit(network, plan.X)
    state = State.empty(len(plan.X))
    if checkpoint is not None:
        state = load_state(Path(checkpoint), plan.digest(), state)
        if state.draws > plan.draws:
            raise InvalidInput(
                f"{checkpoint} holds {state.draws} draws, more than the {draws} asked for: draws "
                "cannot be taken back. Ask for at least as many, or give another file."
            )
    # Closed at once also after an interrupt, so that no worker outlives it.
    with closing(_merged_in_order(plan, reference, state.draws, jobs, executor)) as chunks:
        for chunk, found in chunks:
            state.add(chunk, found)
            if checkpoint is not None:
                save_state(Path(checkpoint), plan.digest(), state)
            if progress is not None:
                progress(state.draws, plan.draws)
    return _result(plan, reference, state)


def _plan(network: Network, X: Any, draws: int, seed: int, dtype: Precision) -> Plan:
    why = "an error needs two draws at least"
    draws = require_integer("draws", draws, least=2, why=why)
    seed = require_seed(seed)
    if dtype not in ("float64", "float32"):
        raise InvalidInput(f"Networks are float64 or float32; got dtype = {dtype!r}.")
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or 0 in X.shape or not np.isfinite(X).all():
        raise InvalidInput(
            f"Inputs are the rows of a finite array of shape (n, d); X has shape {X.shape}"
            + ("." if np.isfinite(X).all() else " and holds NaN or an infinity.")
        )
    plan = Plan(network, X, draws, seed, dtype)
    n, dim = X.shape
    needed = 8 * (network.parameters(dim) + 4 * n * (dim + sum(network.widths)) + 40 * n * n)
    require_memory(
        needed,
        f"One network of widths {network.widths} on {n} inputs",
        "Use fewer or narrower layers, fewer inputs, or float32.",
    )
    return plan


def _merged_in_order(
    plan: Plan, reference: Limit, first: int, jobs: int, executor: Executor | None
) -> Generator[tuple[int, tuple[Moments, Moments, Moments]]]:
    chunks = plan.chunks(first)
    with ExitStack() as stack:
        if executor is None and jobs > 1:
            executor = stack.enter_context(worker_pool(jobs, "ensemble", _one_thread))
        if executor is None:
            for number, draws in chunks:
                yield number, chunk_moments(plan, reference, draws)
            return
        ahead = 2 * max(jobs, 2)
        waiting = [
            (number, executor.submit(chunk_moments, plan, reference, draws))
            for number, draws in islice(chunks, ahead)
        ]
        while waiting:
            number, future = waiting.pop(0)
            found = future.result()
            for following, draws in islice(chunks, 1):
                waiting.append((following, executor.submit(chunk_moments, plan, reference, draws)))
            yield number, found


def _one_thread() -> None:
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def chunk_moments(plan: Plan, reference: Limit, draws: range) -> tuple[Moments, Moments, Moments]:
    """The moments of kernel, spectrum and deviation over some draws."""
    dtype = np.dtype(plan.dtype)
    weights = draw_many(plan.network, plan.X.shape[1], seed=plan.seed, draws=draws, dtype=dtype)
    kernels = empirical_ntk(plan.network, weights, plan.X.astype(dtype)).ntk.astype(float)
    eigenvalues = np.linalg.eigvalsh(kernels)
    differences = kernels - reference.ntk
    norms = np.abs(np.linalg.eigvalsh(differences)).max(axis=-1)
    squares = (differences**2).sum(axis=(-2, -1))
    return (
        Moments.of(kernels),
        Moments.of(eigenvalues),
        Moments.of(np.stack([norms, squares], axis=-1)),
    )


def _result(plan: Plan, reference: Limit, state: State) -> Ensemble:
    return Ensemble(
        plan,
        reference,
        state.ntk.mean,
        state.ntk.standard_error(),
        state.spectrum.mean,
        state.spectrum.standard_error(),
        float(state.deviation.mean[0]),
        float(state.deviation.standard_error()[0]),
        state,
    )
