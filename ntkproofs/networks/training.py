"""Training of networks: full-batch descent, mini-batch descent and Adam.

A run is a function of the model it starts from, the recipe and the data: the same three give the
same bits on one machine, also where the run was killed and taken up again from a checkpoint.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.files import require_writable
from ntkproofs.networks.checkpoints import Progress, load_progress, run_header, save_progress
from ntkproofs.networks.models import trainable
from ntkproofs.networks.recipes import Data, Recipe, fitting, fitting_inputs, require_one_of
from ntkproofs.networks.steps import (
    Place,
    Rule,
    advance,
    cast,
    dtype_of,
    outputs_of,
    precision,
)

__all__ = ["Data", "Recipe", "Run", "loss_of", "predict", "stable_rate", "train"]

_SECONDS = 10.0
"""Between two checkpoints, at least."""

_DIVERGED = 1e6
"""A loss this many times the first one, or that of a constant guess, ends a run."""

_HINT_POINTS = 4096
"""The stable rate is found after a divergence for up to so many outputs."""

Watch = Callable[[int, Any], None]
ProgressCallback = Callable[[int, float, float], None]


@dataclass(frozen=True)
class Run:
    """What training gave.

    Attributes:
        model: the trained one: with a validation part, the one of the record with the lowest
            validation loss; after a divergence, that of the last record before it.
        steps: how many were made; after a divergence, up to that record.
        stopped: "" where all steps were made; ``patience``; or ``diverged at step ...`` and why.
        history: arrays of one length: ``step``, ``train_loss``, ``validation_loss`` (NaN where
            there is no validation part), at evaluation, on all points.
    """

    model: Any
    steps: int
    stopped: str
    history: dict[str, Any]


def train(
    model: Any,
    recipe: Recipe,
    data: Data,
    validation: Data | None = None,
    *,
    watch: Watch | None = None,
    watch_steps: Sequence[int] = (),
    checkpoint: Path | None = None,
    progress: ProgressCallback | None = None,
) -> Run:
    """Train a model.

    A float64 model has float64 arrays ever after; :func:`predict`, :func:`loss_of` and the kernels
    compute with them as such, other code does within ``jax.enable_x64(True)``.

    Args:
        model: an Equinox module, ``model(x, key=...) -> (k,)`` for one input; what of it is trained
            tells :func:`ntkproofs.networks.models.trainable`.
        recipe: how.
        data: to learn from.
        validation: to choose the best model by, and for ``patience``.
        watch: called as ``watch(step, model)`` after so many steps.
        watch_steps: when; 0 is the start.
        checkpoint: file of the run's state, written whole every ten seconds or more and at the end.
            If it is there, the run goes on from it, and is the very same run; steps watched before
            are not watched again.
        progress: called as ``progress(step, train_loss, validation_loss)`` at each record.

    Raises:
        InvalidInput: if data and model do not fit, if the loss is not finite at the start, or the
            checkpoint is of another run or no such file.

    Example:
        >>> import jax, numpy as np
        >>> from ntkproofs.networks.models import MLP
        >>> x = np.linspace(-1, 1, 16)[:, None]
        >>> model = MLP(1, 1, jax.random.key(0), width=32, depth=1, phi="tanh")
        >>> run = train(model, Recipe(rate=0.01, steps=200), Data(x, x**2))
        >>> bool(run.history["train_loss"][-1] < 0.1 * run.history["train_loss"][0])
        True
    """
    with precision(recipe.dtype):
        model = cast(model, recipe.dtype)
        data = fitting(model, data, recipe.loss)
        validation = None if validation is None else fitting(model, validation, recipe.loss)
        for part in (data,) if validation is None else (data, validation):
            _require_range(part, recipe.dtype)
        if recipe.patience is not None and validation is None:
            raise InvalidInput("Patience waits for the validation loss; give a validation part.")
        if recipe.batch is not None and recipe.batch > len(data):
            raise InvalidInput(
                f"A batch holds at most all {len(data)} points; got batch = {recipe.batch}."
            )
        path = None if checkpoint is None else Path(checkpoint)
        trainer = _Trainer(model, recipe, data, validation, path)
        return trainer.run(watch, {int(s) for s in watch_steps}, progress)


def _require_range(data: Data, dtype: str) -> None:
    """Refuse numbers that would become infinite in a type."""
    most = float(jnp.finfo(dtype).max)
    for name, array in (("inputs", data.inputs), ("targets", data.targets)):
        largest = max(float(array.max()), -float(array.min()))
        if largest > most:
            raise InvalidInput(
                f"Training in {dtype} takes numbers up to {most:.3g}; the {name} reach "
                f"{largest:.3g}, and would be infinite. Standardise the data, or train in float64."
            )


def predict(model: Any, inputs: Any, batch: int = 1024) -> Any:
    """The outputs of a model at evaluation, a NumPy array of shape (n, k), in the model's type.

    Raises:
        InvalidInput: if the model does not take such inputs, or they are no finite numbers.
    """
    return _outputs(model, fitting_inputs(model, inputs), batch)


def _outputs(model: Any, inputs: Any, batch: int = 1024) -> Any:
    dtype = dtype_of(model)
    with precision(dtype):
        inputs = np.asarray(inputs, dtype=dtype)
        parts = [
            np.asarray(outputs_of(model, jnp.asarray(inputs[start : start + batch])))
            for start in range(0, len(inputs), batch)
        ]
    return np.concatenate(parts)


def loss_of(model: Any, data: Data, loss: str) -> float:
    """The loss of a model at evaluation, on all points of the data; see :class:`Recipe`."""
    require_one_of("The loss", loss, ("mse", "cross_entropy"))
    data = fitting(model, data, loss)
    outputs = np.asarray(_outputs(model, data.inputs), dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        if loss == "mse":
            return float(np.mean((outputs - data.targets) ** 2))
        shifted = outputs - outputs.max(axis=1, keepdims=True)
        chosen = np.take_along_axis(shifted, data.targets[:, None], axis=1)[:, 0]
        return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - chosen))


def stable_rate(model: Any, data: Data, *, iterations: int = 30) -> float:
    """About n k/λ_max: beyond this rate descent on ``mse`` diverges for a linearised model.

    λ_max, of the (n k, n k) kernel, is found from below by power iteration; no matrix is formed.

    Raises:
        InvalidInput: if data and model do not fit, or the kernel is zero or not finite on them.

    Example:
        >>> import jax, numpy as np
        >>> from ntkproofs.networks.models import MLP
        >>> model = MLP(1, 1, jax.random.key(0), width=8, depth=1)
        >>> bool(stable_rate(model, Data(np.ones((1, 1)), np.ones(1))) > 0)
        True
    """
    dtype = dtype_of(model)
    with precision(dtype):
        data = fitting(model, data, "mse")
        inputs = jnp.asarray(data.inputs, dtype=dtype)
        params, fixed = eqx.partition(model, trainable(model))
        start = np.random.default_rng(0).standard_normal(data.targets.shape)
        largest = _largest_eigenvalue(params, fixed, inputs, jnp.asarray(start, dtype), iterations)
    if not 0 < float(largest) < math.inf:
        raise InvalidInput(
            "A stable rate is n k/λ_max of a kernel that is finite and not zero; on these inputs "
            f"λ_max = {float(largest):g}, as where weights are no numbers, or outputs move with no "
            "weight. Look at the model's outputs and gradients there."
        )
    return data.targets.size / float(largest)


@eqx.filter_jit
def _largest_eigenvalue(params: Any, fixed: Any, inputs: Any, vector: Any, iterations: int) -> Any:
    outputs = lambda p: outputs_of(eqx.combine(p, fixed), inputs)  # noqa: E731
    pull = jax.vjp(outputs, params)[1]

    def once(_: int, carry: Any) -> Any:
        vector = carry[0] / jnp.linalg.norm(carry[0])
        image = jax.jvp(outputs, (params,), pull(vector))[1]
        return image, jnp.sum(image * vector)

    return jax.lax.fori_loop(0, iterations, once, (vector, jnp.zeros((), vector.dtype)))[1]


class _Trainer:
    """One run: what is fixed during it, and where it stands."""

    def __init__(
        self,
        model: Any,
        recipe: Recipe,
        data: Data,
        validation: Data | None,
        path: Path | None,
    ) -> None:
        self.recipe, self.data, self.validation, self.path = recipe, data, validation, path
        params, self.fixed = eqx.partition(model, trainable(model))
        self.rule = Rule(recipe.optimiser, recipe.loss, recipe.momentum, recipe.weight_decay)
        state = self.rule.transformation(recipe.rate).init(params)
        place = Place(params, state, jnp.array(0))
        self.at = Progress(place=place, best=params)
        self.header: dict[str, Any] = {}
        if path is not None:
            require_writable(path)
            self.header = run_header(model, recipe, data, validation)
            self.at = load_progress(path, self.header, self.at)
        self.dtype = jnp.dtype(recipe.dtype)
        kind = self.dtype if recipe.loss == "mse" else jnp.int32
        self.inputs = jnp.asarray(data.inputs, self.dtype)
        self.targets = jnp.asarray(data.targets, kind)
        self.key = jax.random.fold_in(jax.random.key(recipe.seed), 1)
        self.saved = time.monotonic()

    def run(self, watch: Watch | None, steps: set[int], progress: ProgressCallback | None) -> Run:
        last, every = self.recipe.steps, self.recipe.record_every
        done = int(self.at.place.step) if self.at.history["step"] else -1
        for stop in sorted({*range(0, last, every), last} | {s for s in steps if 0 <= s <= last}):
            if stop <= done:
                continue
            before = self.at.place
            if self.at.stopped or not self._go(stop):
                break
            recorded = stop % every == 0 or stop == last
            if recorded and not self._record(stop, progress):
                self.at.place = before
                break
            if watch is not None and stop in steps:
                watch(stop, self._model(self.at.place.params))
            if recorded:
                self._save(now=stop == last or bool(self.at.stopped))
        return self._result()

    def _go(self, stop: int) -> bool:
        """Descend to a step; False where the loss was too large on the way."""
        place = self.at.place
        start = int(place.step)
        if stop == start:
            return True
        order = None
        if self.recipe.batch is not None:
            order = jnp.asarray(self._batches(start))
        new, loss = advance(
            place,
            jnp.array(stop - start),
            order,
            self.fixed,
            inputs=self.inputs,
            targets=self.targets,
            rate=jnp.asarray(self.recipe.rate, self.dtype),
            key=self.key,
            limit=jnp.asarray(self._limit(), self.dtype),
            rule=self.rule,
        )
        if int(new.step) == stop and self._finite(new.params):
            self.at.place = new
            return True
        self.at.stopped = self._divergence(int(new.step), float(loss))
        return False

    def _batches(self, start: int) -> Any:
        """Rows of the batches of the steps from ``start``, shape (record_every, batch)."""
        batch, points = self.recipe.batch or 0, len(self.data)
        flat = np.arange(start * batch, (start + self.recipe.record_every) * batch)
        epochs = range(flat[0] // points, flat[-1] // points + 1)
        orders = [
            np.random.default_rng([self.recipe.seed, epoch]).permutation(points) for epoch in epochs
        ]
        stream = np.concatenate(orders)[flat - epochs[0] * points]
        return stream.reshape(self.recipe.record_every, batch).astype(np.int32)

    def _limit(self) -> float:
        """The largest loss that is no divergence."""
        targets = np.asarray(self.data.targets, dtype=float)
        guess = np.mean(targets**2) if self.recipe.loss == "mse" else 1 + np.log1p(targets.max())
        largest = _DIVERGED * max(self.at.history["train_loss"][0], float(guess))
        return min(largest, 0.9 * float(jnp.finfo(self.dtype).max)) or 1.0

    def _finite(self, params: Any) -> bool:
        return all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(params))

    def _divergence(self, step: int, loss: float) -> str:
        recipe = self.recipe
        text = f"diverged at step {step}: loss {loss:.3g} at the rate {recipe.rate:g}"
        plain = recipe.optimiser != "adam" and recipe.loss == "mse" and not recipe.momentum
        if plain and self.data.targets.size <= _HINT_POINTS:
            rate = stable_rate(self._model(self.at.best), self.data)
            text += f"; descent is stable below about 2/λ_max of the loss = {rate:.3g}"
        return text + "; take a smaller rate"

    def _record(self, step: int, progress: ProgressCallback | None) -> bool:
        """Note the losses; False where they are too large."""
        at = self.at
        model = self._model(at.place.params)
        train_loss = loss_of(model, self.data, self.recipe.loss)
        if step == 0 and not math.isfinite(train_loss):
            raise InvalidInput(
                f"Training starts from a model of finite loss; here it is {train_loss:g} before "
                "the first step, so that no gradient is a number: weights are no numbers, or "
                f"squares are too large for {self.recipe.dtype}. Standardise the data, or draw "
                "smaller weights."
            )
        if not train_loss <= (self._limit() if at.history["step"] else math.inf):
            at.stopped = self._divergence(step, train_loss)
            return False
        seen = math.nan
        if self.validation is not None:
            seen = loss_of(model, self.validation, self.recipe.loss)
            better = seen < at.lowest
            at.stale = 0 if better else at.stale + 1
            if better:
                at.lowest, at.best = seen, at.place.params
            if self.recipe.patience is not None and at.stale >= self.recipe.patience:
                at.stopped = "patience"
        for name, value in zip(at.history, (step, train_loss, seen), strict=True):
            at.history[name].append(value)
        if progress is not None:
            progress(step, train_loss, seen)
        return True

    def _save(self, *, now: bool) -> None:
        if self.path is not None and (now or time.monotonic() - self.saved >= _SECONDS):
            save_progress(self.path, self.header, self.at)
            self.saved = time.monotonic()

    def _model(self, params: Any) -> Any:
        return eqx.combine(params, self.fixed)

    def _result(self) -> Run:
        at = self.at
        params = at.place.params if self.validation is None else at.best
        history = {name: np.array(values) for name, values in at.history.items()}
        return Run(self._model(params), int(at.place.step), at.stopped, history)
