"""What is learned, and how: data and recipes, checked before any time is spent on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

import equinox as eqx
import jax
import numpy as np

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.errors import InvalidInput
from ntkproofs.networks.steps import dtype_of, precision


@dataclass(frozen=True)
class Data:
    """Points and what the network should say of them.

    Attributes:
        inputs: shape (n, ...), finite.
        targets: class labels 0, 1, ... of shape (n,) for the cross entropy; numbers of shape
            (n, k), or (n,) for one output, for the mean square.

    Raises:
        InvalidInput: for no points, different numbers of inputs and targets, or what is no number.
    """

    inputs: Any
    targets: Any

    def __post_init__(self) -> None:
        inputs, targets = np.asarray(self.inputs), np.asarray(self.targets)
        if inputs.ndim < 2 or len(inputs) == 0 or len(targets) != len(inputs):
            raise InvalidInput(
                "Training needs inputs of shape (n, ...) and a target for each, n >= 1; got inputs "
                f"of shape {inputs.shape} and targets of shape {targets.shape}."
            )
        for name, array in (("inputs", inputs), ("targets", targets)):
            if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
                raise InvalidInput(
                    f"Training needs finite real numbers; the {name} hold others (NaN, infinity, "
                    "or objects). Remove or fill these rows first."
                )
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "targets", targets)

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes:
        optimiser: ``gd`` (all points at each step), ``sgd`` or ``adam``.
        rate: learning rate.
        steps: how many.
        batch: points of a step; None takes all. Batches are cut from one random order of the points
            after another, so that each point is seen equally often.
        loss: ``mse``, the mean of the square over points and outputs, without a factor 1/2 (so that
            descent moves outputs by -(2 rate/(n k)) Θ (f - y)); or ``cross_entropy``, the mean over
            points.
        momentum: of ``sgd`` and ``gd``.
        weight_decay: added times the weights to the gradient; for Adam, to its step (AdamW).
        seed: of batches and masks. The weights are the model's.
        dtype: ``float32`` or ``float64``.
        record_every: steps between two records of the losses.
        patience: how many records in a row may pass without a lower validation loss before training
            stops; None never stops.

    Raises:
        InvalidInput: for a recipe that means nothing.
    """

    optimiser: str = "adam"
    rate: float = 1e-3
    steps: int = 1000
    batch: int | None = None
    loss: str = "mse"
    momentum: float = 0.0
    weight_decay: float = 0.0
    seed: int = 0
    dtype: str = "float32"
    record_every: int = 50
    patience: int | None = None

    def __post_init__(self) -> None:
        require_one_of("The optimiser", self.optimiser, ("gd", "sgd", "adam"))
        require_one_of("The loss", self.loss, ("mse", "cross_entropy"))
        require_one_of("The type of numbers", self.dtype, ("float32", "float64"))
        counts = {"steps": self.steps, "record_every": self.record_every}
        for name in ("batch", "patience"):
            if getattr(self, name) is not None:
                counts[name] = getattr(self, name)
        for name, count in counts.items():
            whole = require_integer(name, count, least=1, why="training counts steps and points")
            object.__setattr__(self, name, whole)
        require_seed(self.seed)
        for name in ("rate", "momentum", "weight_decay"):
            if not isinstance(getattr(self, name), Real):
                raise InvalidInput(
                    f"A recipe is made of numbers; got {name} = {getattr(self, name)!r}."
                )
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise InvalidInput(f"A learning rate is a number > 0; got rate = {self.rate}.")
        if not (0 <= self.momentum < 1 and 0 <= self.weight_decay < math.inf):
            raise InvalidInput(
                "Momentum lies in [0, 1) and weight decay is not negative; got momentum = "
                f"{self.momentum}, weight_decay = {self.weight_decay}."
            )
        if self.momentum and self.optimiser == "adam":
            raise InvalidInput("Adam has moments of its own; momentum goes with gd and sgd.")
        if self.batch is not None and self.optimiser == "gd":
            raise InvalidInput("gd takes all points at each step; sgd takes a batch.")


def fitting_inputs(model: Any, inputs: Any) -> Any:
    """Inputs as an array of shape (n, ...), checked against the model.

    Raises:
        InvalidInput: if the model does not take such inputs, or they are no finite numbers.
    """
    inputs = Data(inputs, np.zeros(len(inputs))).inputs
    _output_shape(model, inputs)
    return inputs


def _output_shape(model: Any, inputs: Any) -> tuple[int, ...]:
    """(k,): the shape of what the model gives for one input."""
    one = jax.ShapeDtypeStruct(inputs.shape[1:], dtype_of(model))
    try:
        with precision(one.dtype):
            outputs = eqx.filter_eval_shape(lambda m, x: m(x, key=None), model, one)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"A network takes inputs of the shape it was drawn for; this one does not take inputs "
            f"of shape {one.shape}: {str(error).splitlines()[0]}"
        ) from error
    shape = getattr(outputs, "shape", None)
    if shape is None or len(shape) != 1:
        raise InvalidInput(
            "A model gives numbers of shape (k,) for one input, k >= 1; this one gives "
            f"{'no array' if shape is None else f'an array of shape {shape}'}."
        )
    return shape


def fitting(model: Any, data: Data, loss: str) -> Data:
    """The data with targets of shape (n, k), or labels, checked against the model.

    Raises:
        InvalidInput: if the model does not take such inputs, or targets are not of its outputs.
    """
    (outputs,) = _output_shape(model, data.inputs)
    targets = data.targets
    if loss == "mse":
        targets = targets[:, None] if targets.ndim == 1 else targets
        if targets.shape != (len(data), outputs):
            raise InvalidInput(
                f"The model has {outputs} outputs, so that targets have the shape "
                f"({len(data)}, {outputs}); got {targets.shape}."
            )
        return Data(data.inputs, targets)
    whole = targets.ndim == 1 and targets.dtype.kind in "iu"
    if not whole or targets.min() < 0 or targets.max() >= outputs:
        raise InvalidInput(
            f"The cross entropy needs labels 0..{outputs - 1}, integers of shape (n,); "
            f"got {targets.dtype} of shape {targets.shape}, {targets.min()} to {targets.max()}."
        )
    return data


def require_one_of(what: str, given: str, known: tuple[str, ...]) -> None:
    """Refuse a name that is not known."""
    if given not in known:
        raise InvalidInput(f"{what} is one of {', '.join(known)}; got {given!r}.")
