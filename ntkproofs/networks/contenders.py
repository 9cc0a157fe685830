"""The models of the tables, each with a grid of four points to be tuned over.

All networks get one budget: the same optimiser, steps, batches and patience, four points of a grid
each, of which the validation part chooses one. The kernel machine has four points too; its
temperature, which makes probabilities of its outputs, is fitted on the validation part besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.network import Network
from ntkproofs.networks.data import Task
from ntkproofs.networks.kernel_machines import (
    KernelMachine,
    best_temperature,
    cross_entropy,
    fit_kernel_machine,
    log_softmax,
    with_temperature,
)
from ntkproofs.networks.linearised import linearise, require_linearised_memory
from ntkproofs.networks.models import ECRN, MLP, ResidualMLP
from ntkproofs.networks.recipes import require_one_of
from ntkproofs.networks.resnet import ResNet18, require_channels
from ntkproofs.networks.training import Data, Recipe, loss_of, predict, train

Point = Mapping[str, float]
GRID = 4
"""Points of every grid."""


@dataclass(frozen=True)
class Budget:
    """What every model may use.

    Attributes:
        runs: how often all is repeated, with new data or splits and new weights.
        points: of each grid that are tried.
        steps: of Adam, at most.
        batch: points of a step (all, where there are fewer).
        record_every: steps between two looks at the validation part.
        patience: looks without a lower loss before training stops.
        rows: of the synthetic data, in all three parts.
        images: of CIFAR-10, in all; None takes all that are there.
        channels: of the first stage of ResNet-18.
        seed: of everything.

    Raises:
        InvalidInput: for counts that are none.
    """

    runs: int = 5
    points: int = GRID
    steps: int = 1000
    batch: int = 64
    record_every: int = 50
    patience: int = 8
    rows: int = 1500
    images: int | None = 5000
    channels: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        require_integer("runs", self.runs, least=2, why="one run has no spread")
        for name in ("steps", "batch", "record_every", "patience", "rows"):
            require_integer(name, getattr(self, name), least=1, why="a budget counts")
        require_channels(self.channels)
        require_seed(self.seed)
        require_integer("points", self.points, least=1, why="a point of the grid is needed")
        if self.points > GRID:
            raise InvalidInput(f"Grids have {GRID} points; {self.points} were asked for.")

    @staticmethod
    def quick(*, images: bool = False) -> Budget:
        """A small budget: it shows that all works, and little else; a smaller one for images."""
        if images:
            return replace(Budget.quick(), steps=20, batch=16, record_every=10, patience=2)
        return Budget(
            runs=2,
            points=2,
            steps=100,
            record_every=25,
            patience=4,
            rows=300,
            images=300,
            channels=8,
        )


@dataclass(frozen=True)
class Fitted:
    """A model that was trained at one point of its grid.

    Attributes:
        outputs: inputs -> (n, k): predictions of a regression, or logarithms of weights of classes
            (softmax makes probabilities of them).
        validation: its loss on the validation part.
        steps: of training; 0 where a linear system was solved.
        stopped: why training ended early, or "".
    """

    outputs: Callable[[Any], Any]
    validation: float
    steps: int = 0
    stopped: str = ""


Fit = Callable[[Data, Data, int | None, Point, Budget], Fitted]
"""fit(train, validation, classes, point, budget): sees no test part."""


@dataclass(frozen=True)
class Contender:
    """A model of the tables.

    Attributes:
        name: in the tables.
        grid: its points.
        fit: how it is trained. ``budget.seed`` is that of the run.
        about: what it is.
    """

    name: str
    grid: tuple[Point, ...]
    fit: Fit
    about: str


def _recipe(classes: int | None, rows: int, point: Point, budget: Budget) -> Recipe:
    return Recipe(
        optimiser="adam",
        rate=point["rate"],
        steps=budget.steps,
        batch=min(budget.batch, rows),
        loss="mse" if classes is None else "cross_entropy",
        weight_decay=point.get("decay", 0.0),
        seed=budget.seed,
        record_every=budget.record_every,
        patience=budget.patience,
    )


def _network(build: Callable[..., Any], *, flat: bool = True) -> Fit:
    """The fit of a network: ``build(dim, outputs, key, point, budget)`` draws it."""

    def fit(
        train_part: Data, validation: Data, classes: int | None, point: Point, budget: Budget
    ) -> Fitted:
        shaped = _flat if flat else np.asarray
        parts = [Data(shaped(part.inputs), part.targets) for part in (train_part, validation)]
        recipe = _recipe(classes, len(parts[0].inputs), point, budget)
        key = jax.random.fold_in(jax.random.key(budget.seed), 2)
        model = build(parts[0].inputs.shape[-1], classes or 1, key, point, budget)
        run = train(model, recipe, *parts)
        loss = loss_of(run.model, parts[1], recipe.loss)
        return Fitted(
            lambda inputs: np.asarray(predict(run.model, shaped(inputs)), dtype=float),
            loss if np.isfinite(loss) else np.inf,
            run.steps,
            run.stopped,
        )

    return fit


def _flat(inputs: Any) -> Any:
    return np.asarray(inputs).reshape(len(inputs), -1)


def _mlp(dim: int, outputs: int, key: Any, point: Point, budget: Budget) -> MLP:
    return MLP(dim, outputs, key, width=512, depth=3)


def _residual(dim: int, outputs: int, key: Any, point: Point, budget: Budget) -> ResidualMLP:
    return ResidualMLP(dim, outputs, key, width=128, depth=8)


def _resnet(dim: int, outputs: int, key: Any, point: Point, budget: Budget) -> ResNet18:
    return ResNet18(outputs, key, channels=budget.channels)


def _ecrn(dim: int, outputs: int, key: Any, point: Point, budget: Budget) -> ECRN:
    return ECRN(
        dim,
        outputs,
        key,
        bandwidth=point["spread"] / np.sqrt(dim),
        features=64,
        width=256,
        depth=4,
        phi="tanh",
        alpha=0.5,
    )


def _kernel_machine(
    train_part: Data, validation: Data, classes: int | None, point: Point, budget: Budget
) -> Fitted:
    network = Network.of(depth=4, width=1, bias_variance=0.1)
    machine = fit_kernel_machine(network, train_part, ridge=point["ridge"], classes=classes)
    if classes is None:
        loss = float(np.mean((machine(validation.inputs) - validation.targets) ** 2))
        return Fitted(machine, loss)
    machine = with_temperature(machine, validation)
    found = cross_entropy(machine.log_probabilities(validation.inputs), validation.targets)
    return Fitted(_logits(machine), found)


def _logits(machine: KernelMachine) -> Callable[[Any], Any]:
    return machine.log_probabilities


def _linearised(
    train_part: Data, validation: Data, classes: int | None, point: Point, budget: Budget
) -> Fitted:
    """The MLP's linearisation; it is drawn as the MLP is, in the parametrisation of the NTK."""
    parts = [Data(_flat(part.inputs), part.targets) for part in (train_part, validation)]
    dim = parts[0].inputs.shape[1]
    key = jax.random.fold_in(jax.random.key(budget.seed), 2)
    model = MLP(dim, classes or 1, key, width=512, depth=3, parametrisation="ntk")
    linear = linearise(model, parts[0], ridge=point["ridge"], classes=classes)
    seen = linear(parts[1].inputs)
    if classes is None:
        loss = float(np.mean((seen - validation.targets) ** 2))
        return Fitted(lambda inputs: linear(_flat(inputs)), loss)
    temperature = best_temperature(seen, validation.targets)
    found = cross_entropy(log_softmax(seen / temperature), validation.targets)
    return Fitted(lambda inputs: log_softmax(linear(_flat(inputs)) / temperature), found)


_RATES: tuple[Point, ...] = tuple(
    {"rate": rate, "decay": decay} for decay in (0.0, 0.3) for rate in (1e-3, 3e-3)
)
# Points are in this order so that the first two alone already are a choice.
_SPREADS: tuple[Point, ...] = tuple(
    {"rate": 2e-3, "spread": spread} for spread in (0.15, 1.5, 0.05, 0.5)
)
_RIDGES: tuple[Point, ...] = tuple({"ridge": ridge} for ridge in (1e-2, 1e-4, 1e-3, 1e-1))

MLP_3X512 = Contender(
    "MLP 3x512",
    _RATES,
    _network(_mlp),
    "three hidden ReLU layers of 512; tuned over rates and weight decay",
)
RESIDUAL_MLP = Contender(
    "Residual MLP",
    _RATES,
    _network(_residual),
    "in the place of ResNet-18, which takes images: its fully connected analogue, eight residual "
    "blocks of two ReLU layers of 128; tuned over rates and weight decay",
)
RESNET_18 = Contender(
    "ResNet-18",
    _RATES,
    _network(_resnet, flat=False),
    "with group normalisation in place of batch normalisation; no augmentation; tuned over rates "
    "and weight decay",
)
STANDARD_NTK = Contender(
    "Standard NTK",
    _RIDGES,
    _kernel_machine,
    "ridge regression with the infinite-width NTK of the MLP (depth 4, bias variance 0.1); targets "
    "of classes are 0 and 1, and a temperature is fitted on the validation part; tuned over ridges",
)
NTK_ECRN = Contender(
    "ECRN",
    _SPREADS,
    _network(_ecrn),
    "64 random frequencies, width 256, four blocks of tanh, α = 1/2, no stochastic depth; tuned "
    "over the bandwidth, spread/sqrt(d)",
)


LINEARISED = Contender(
    "Linearised MLP",
    tuple({"ridge": ridge} for ridge in (1e-2, 0.0, 1e-4, 1e-1)),
    _linearised,
    "the MLP linearised at its start, in the NTK parametrisation: ridge regression with its own "
    "tangent kernel, ridge 0 being gradient descent to infinite time; targets of classes are 0 and "
    "1, and a temperature is fitted on the validation part; tuned over ridges",
)


def _linearised_for(task: Task) -> Contender:
    """The contender; what does not fit in memory is refused before others are trained for hours."""
    require_linearised_memory(len(task.train), task.outputs)
    return LINEARISED


ALSO: dict[str, Callable[[Task], Contender]] = {"linearised": _linearised_for}
"""Models that can be compared besides the four, by the name they are asked for by."""


def also(task: Task, names: Sequence[str]) -> tuple[Contender, ...]:
    """Further models on a task.

    Args:
        task: what they are trained on.
        names: of :data:`ALSO`.

    Raises:
        InvalidInput: for another name.
        Unable: if one does not fit in memory.

    Example:
        >>> from ntkproofs.networks.data import sinusoids
        >>> [model.name for model in also(sinusoids(rows=100), ["linearised"])]
        ['Linearised MLP']
    """
    for name in names:
        require_one_of("A further model", name, tuple(ALSO))
    return tuple(ALSO[name](task) for name in dict.fromkeys(names))


def contenders(task: Task) -> tuple[Contender, ...]:
    """The four models that are compared on a task: ResNet-18 on images, its analogue elsewhere."""
    images = task.train.inputs.ndim == 4
    return (MLP_3X512, RESNET_18 if images else RESIDUAL_MLP, STANDARD_NTK, NTK_ECRN)
