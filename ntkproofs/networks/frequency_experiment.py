"""The experiment on frequency control: all orders of the loss, two tori, several widths and draws.

Rates are measured from training curves of finite networks and laid beside those that theory
predicts; how they come together as widths grow is fitted, with a bootstrap over the draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.domains import torus
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.mode_rates import ModeRates, RateFit, fit_rates, measure_rates
from ntkproofs.finite_width.network import Network, draw_weights
from ntkproofs.finite_width.torus_problems import TorusLoss
from ntkproofs.finite_width.torus_training import ModeCurves
from ntkproofs.networks.frequency_control import train
from ntkproofs.processes import as_they_come

CONFIDENCE = 0.95
_RESAMPLES = 1000
Tracker = Callable[[int, int], None]


@dataclass(frozen=True)
class Case:
    """One problem: a torus of ``dim`` angles, ``side`` points per axis, a loss, a target's size.

    Attributes:
        amplitude: root mean square of the target.
    """

    dim: int
    side: int
    loss: TorusLoss
    amplitude: float


@dataclass(frozen=True)
class Settings:
    """What is run.

    Attributes:
        tori: pairs (d, N).
        orders: s of the Sobolev losses.
        poisson_orders: σ of the losses for the Poisson equation.
        widths: of the hidden layers.
        draws: networks of every width; the same ones for every case.
        steps: of gradient descent, at a tenth of 2/λ_max.
        depth: weight layers.
        bias_variance: 0 leaves frequencies unlearned at depth 2.
        amplitude: of the targets, the output at initialisation being subtracted.
        large_amplitudes: further ones, tried on the first torus with the Sobolev loss of order 1.
        seed: what all draws and targets are derived from.

    Raises:
        InvalidInput: for empty lists, and fewer than two draws.
    """

    tori: tuple[tuple[int, int], ...] = ((1, 16), (2, 8))
    orders: tuple[float, ...] = (-1, -0.5, 0, 0.5, 1, 2)
    poisson_orders: tuple[float, ...] = (-2, -1, 0)
    widths: tuple[int, ...] = (128, 512, 2048)
    draws: int = 8
    steps: int = 2000
    depth: int = 2
    bias_variance: float = 0.5
    amplitude: float = 0.01
    large_amplitudes: tuple[float, ...] = (0.1, 1.0)
    seed: int = 0

    def __post_init__(self) -> None:
        require_integer("draws", self.draws, least=2, why="one draw has no spread")
        require_integer("steps", self.steps, least=1, why="training takes a step at least")
        require_seed(self.seed)
        if not self.tori or not self.widths or not (self.orders or self.poisson_orders):
            raise InvalidInput("An experiment needs a torus, a width and an order of a loss each.")
        if len(set(self.widths)) < len(self.widths):
            raise InvalidInput(f"Widths are given once each; got {self.widths}.")

    @staticmethod
    def quick(widths: tuple[int, ...] = (64, 256)) -> Settings:
        """A small run, of some twenty seconds: it shows that all works, and little else."""
        return Settings(
            tori=((1, 8), (2, 4)),
            orders=(-1, 0, 1),
            poisson_orders=(-1,),
            widths=widths,
            draws=3,
            steps=200,
            large_amplitudes=(1.0,),
        )

    def cases(self) -> list[Case]:
        """The problems, in the order in which they are run."""
        losses = [TorusLoss("sobolev", s) for s in self.orders]
        losses += [TorusLoss("poisson", s) for s in self.poisson_orders]
        found = [Case(d, n, loss, self.amplitude) for d, n in self.tori for loss in losses]
        d, n = self.tori[0]
        return found + [Case(d, n, TorusLoss("sobolev", 1), size) for size in self.large_amplitudes]

    def network(self, width: int) -> Network:
        """The network of a width."""
        return Network.of(self.depth, width, bias_variance=self.bias_variance)


@dataclass(frozen=True)
class Run:
    """One network that was trained.

    Attributes:
        case, width, draw: which.
        rates: measured and predicted, of the independent modes.
        fit: of the two.
        curves: kept of draw 0 only, else None.
    """

    case: Case
    width: int
    draw: int
    rates: ModeRates
    fit: RateFit
    curves: ModeCurves | None = None

    def frequencies(self) -> list[tuple[int, ...]]:
        """The frequency of every independent mode."""
        all_of_them = torus.frequencies(self.case.side, self.case.dim).reshape(-1, self.case.dim)
        return [tuple(int(part) for part in k) for k in all_of_them[self.rates.modes]]


@dataclass(frozen=True)
class Summary:
    """Runs of one case and width: means over the draws, with 95 % intervals of Student's t.

    Attributes:
        slope: mean and half-width; of log measured on log predicted rates.
        offset: mean and half-width; of the mean log(measured/predicted).
        deviation: root mean square of log(measured/predicted) over modes and draws.
        measured, modes: how many modes had a measured rate in every draw, and how many there are.
    """

    case: Case
    width: int
    slope: tuple[float, float]
    offset: tuple[float, float]
    deviation: float
    measured: int
    modes: int


@dataclass(frozen=True)
class WidthLaw:
    """deviation ~ width^exponent for one case, with a 95 % bootstrap interval over the draws.

    Attributes:
        deviations: by width, over the modes that were measured in every run.
    """

    case: Case
    exponent: float
    lower: float
    upper: float
    deviations: tuple[float, ...]


@dataclass(frozen=True)
class FrequencyControl:
    """The result of the experiment."""

    settings: Settings
    runs: list[Run] = field(repr=False)
    summaries: list[Summary] = field(repr=False)
    laws: list[WidthLaw] = field(repr=False)

    def select(self, case: Case, width: int) -> list[Run]:
        """The runs of a case and width, by draw."""
        return [run for run in self.runs if (run.case, run.width) == (case, width)]


def run_frequency_control(
    settings: Settings | None = None,
    progress: Tracker | None = None,
    *,
    executor: Executor | None = None,
) -> FrequencyControl:
    """Train all networks and compare rates.

    Args:
        settings: by default the run whose results are kept, of about four minutes on two cores.
        executor: that of :mod:`ntkproofs.cluster`, which is given the networks; the result does
            not depend on it.
        progress: called as ``progress(done, total)`` after every network.

    Raises:
        Unable: if a network diverges.

    Example:
        >>> small = Settings(tori=((1, 8),), orders=(1,), poisson_orders=(), widths=(64,), draws=2,
        ...     steps=50, large_amplitudes=())
        >>> len(run_frequency_control(small).runs)
        2
    """
    chosen = settings or Settings()
    keys = list(product(chosen.cases(), range(len(chosen.widths)), range(chosen.draws)))
    runs: dict[tuple[Case, int, int], Run] = {}
    for key, run in as_they_come(_run, ((key, (chosen, *key)) for key in keys), executor):
        runs[key] = run
        if progress is not None:
            progress(len(runs), len(keys))
    found = FrequencyControl(chosen, [runs[key] for key in keys], [], [])
    for case in chosen.cases():
        found.summaries.extend(_summary(found, case, width) for width in chosen.widths)
        if len(chosen.widths) > 1:
            found.laws.append(_law(found, case))
    return found


def _run(settings: Settings, case: Case, index: int, draw: int) -> Run:
    """Train one network, of the width with this index."""
    problem = case.loss.problem(case.side, case.dim, amplitude=case.amplitude, seed=settings.seed)
    width = settings.widths[index]
    network = settings.network(width)
    # Every width has draws of its own: one stream of numbers would tie them together.
    number = index * settings.draws + draw
    weights = draw_weights(network, 2 * case.dim, seed=settings.seed, draw=number)
    curves = train(network, weights, problem, steps=settings.steps, centred=True)
    rates = measure_rates(curves)
    compared = fit_rates(rates.predicted, rates.measured)
    return Run(case, width, draw, rates, compared, curves if draw == 0 else None)


def _summary(found: FrequencyControl, case: Case, width: int) -> Summary:
    runs = found.select(case, width)
    gaps = np.array([run.rates.log_ratio for run in runs])
    return Summary(
        case,
        width,
        interval([run.fit.slope for run in runs]),
        interval([run.fit.offset for run in runs]),
        _deviation(gaps),
        int(np.isfinite(gaps).all(axis=0).sum()),
        gaps.shape[1],
    )


def interval(values: list[float]) -> tuple[float, float]:
    """Mean, and half the width of the 95 % interval for the expectation; two values at least."""
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
    half = quantile * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return float(np.mean(values)), half


def _deviation(gaps: NDArray[np.float64]) -> float:
    kept = gaps[np.isfinite(gaps)]
    return float(np.sqrt(np.mean(kept**2))) if kept.size else math.nan


def _law(found: FrequencyControl, case: Case) -> WidthLaw:
    """The exponent from all draws, and its interval from resampled ones."""
    widths = found.settings.widths
    gaps = [np.array([r.rates.log_ratio for r in found.select(case, w)]) for w in widths]
    everywhere = np.all([np.isfinite(part).all(axis=0) for part in gaps], axis=0)
    if not everywhere.any():
        return WidthLaw(case, math.nan, math.nan, math.nan, (math.nan,) * len(widths))
    # One mean square per draw: modes of one draw move together, and are resampled together.
    squares = np.array([np.mean(part[:, everywhere] ** 2, axis=1) for part in gaps])
    x = np.log(np.asarray(widths, dtype=float))
    generator = np.random.default_rng(found.settings.seed)
    picks = generator.integers(0, found.settings.draws, (_RESAMPLES, *squares.shape))
    resampled = np.take_along_axis(squares[None], picks, axis=2).mean(axis=2)
    exponents = np.polyfit(x, np.log(resampled).T / 2, 1)[0]
    lower, upper = np.quantile(exponents, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    own = np.sqrt(squares.mean(axis=1))
    exponent = float(np.polyfit(x, np.log(own), 1)[0])
    return WidthLaw(case, exponent, float(lower), float(upper), tuple(map(float, own)))
