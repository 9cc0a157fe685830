"""Steps of descent in JAX: the losses, the optimisers, and a compiled run of many steps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax


class Rule(NamedTuple):
    """What the compiled program depends on; rates and seeds are arguments of it.

    Attributes:
        optimiser: ``adam``, or else plain descent with momentum.
        loss: ``mse`` or ``cross_entropy``.
        momentum, weight_decay: of the optimiser.
    """

    optimiser: str
    loss: str
    momentum: float
    weight_decay: float

    def transformation(self, rate: Any) -> optax.GradientTransformation:
        """The optimiser. Decay is a term of the gradient (decoupled from it for Adam)."""
        parts = [optax.add_decayed_weights(self.weight_decay)] if self.weight_decay else []
        if self.optimiser == "adam":
            parts.insert(0, optax.scale_by_adam())
        elif self.momentum:
            parts.append(optax.trace(self.momentum))
        return optax.chain(*parts, optax.scale(-rate))


@contextlib.contextmanager
def precision(dtype: Any) -> Iterator[None]:
    """A context in which JAX computes in ``dtype``, whatever it was told before or is after."""
    with jax.enable_x64(jnp.dtype(dtype) == jnp.dtype("float64")):
        yield


def dtype_of(model: Any) -> Any:
    """The floating type of a model's arrays; float64 where any has it."""
    kinds = {str(leaf.dtype) for leaf in jax.tree.leaves(model) if eqx.is_inexact_array(leaf)}
    return jnp.dtype("float64" if "float64" in kinds else "float32")


def cast(model: Any, dtype: Any) -> Any:
    """The model with all its floating arrays in one type."""
    return jax.tree.map(lambda a: a.astype(dtype) if eqx.is_inexact_array(a) else a, model)


def loss_of_outputs(outputs: Any, targets: Any, loss: str) -> Any:
    """The mean over points (and, for ``mse``, over outputs) of the loss; JAX arrays."""
    if loss == "mse":
        return jnp.mean((outputs - targets) ** 2)
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(outputs, targets))


@eqx.filter_jit
def outputs_of(model: Any, inputs: Any) -> Any:
    """The outputs at evaluation, shape (n, k)."""
    return jax.vmap(lambda x: model(x, key=None))(inputs)


class Place(NamedTuple):
    """Where descent stands: parameters, the optimiser's state, and the number of steps done."""

    params: Any
    state: Any
    step: Any


@eqx.filter_jit
def advance(
    place: Place,
    count: Any,
    order: Any,
    fixed: Any,
    *,
    inputs: Any,
    targets: Any,
    rate: Any,
    key: Any,
    limit: Any,
    rule: Rule,
) -> tuple[Place, Any]:
    """Up to ``count`` steps, one program for every count; it stops where the loss is too large.

    Args:
        place: where to begin.
        count: how many steps, an integer array.
        order: rows of the batches, shape (at least count, batch); None takes all points.
        fixed: what is not trained of the model.
        inputs, targets: all points.
        rate: learning rate.
        key: of the masks; step and place in the batch are folded into it.
        limit: a loss beyond it, or one that is not a number, ends the run before its step.
        rule: the optimiser and the loss.

    Returns:
        The new place, and the loss of the last batch, before its step.
    """
    transformation = rule.transformation(rate)
    first = place.step

    def loss_at(params: Any, step: Any) -> Any:
        model = eqx.combine(params, fixed)
        x, y = inputs, targets
        if order is not None:
            rows = order[step - first]
            x, y = inputs[rows], targets[rows]
        keys = jax.random.split(jax.random.fold_in(key, step), len(x))
        outputs = jax.vmap(lambda one, mask: model(one, key=mask))(x, keys)
        return loss_of_outputs(outputs, y, rule.loss)

    def go_on(carry: Any) -> Any:
        place, _, fine = carry
        return fine & (place.step < first + count)

    def one(carry: Any) -> Any:
        place, _, _ = carry
        loss, gradient = eqx.filter_value_and_grad(loss_at)(place.params, place.step)
        fine = loss <= limit  # false for what is not a number
        update, state = transformation.update(gradient, place.state, place.params)
        new = Place(optax.apply_updates(place.params, update), state, place.step + 1)
        kept = jax.tree.map(lambda a, b: jnp.where(fine, a, b), new, place)
        return kept, loss, fine

    begin = (place, jnp.zeros_like(limit), jnp.array(True))
    place, loss, _ = jax.lax.while_loop(go_on, one, begin)
    return place, loss
