"""The networks of the experiments, each a small Equinox module acting on one input.

ECRN is the residual network of the paper on NTK-ECRN, as far as its words say: Fourier features
``γ(x) = [cos 2πBx, sin 2πBx]``, a linear lift, blocks ``h + m α φ(Wh + b)``, a linear readout. Its
baselines are a fully connected MLP, a residual MLP for tables (a fully connected analogue of
ResNet-18, named as such) and ResNet-18 for images.

Parametrisation. ``standard``: weights of variance 1/fan_in, as they stand. ``ntk``: weights of
variance 1, and a factor 1/sqrt(fan_in) in the formula. Outputs at the start have the same law; only
gradients differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput

Parametrisation = Literal["standard", "ntk"]
PHI: dict[str, Callable[[Array], Array]] = {
    "tanh": jnp.tanh,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
    "relu": jax.nn.relu,
}


class Dense(eqx.Module):
    """x -> s W x + b, W of variance 1/fan_in altogether; biases begin at 0.

    Attributes:
        weight: shape (out, in).
        bias: shape (out,).
        scale: s: 1 for the standard parametrisation, 1/sqrt(fan_in) for the NTK's.
    """

    weight: Array
    bias: Array
    scale: float = eqx.field(static=True)

    def __init__(self, inputs: int, outputs: int, key: Array, *, gain: float, ntk: bool) -> None:
        normal = jax.random.normal(key, (outputs, inputs))
        width = math.sqrt(gain / inputs)
        self.weight = normal if ntk else width * normal
        self.bias = jnp.zeros(outputs)
        self.scale = width if ntk else 1.0

    def __call__(self, x: Array) -> Array:
        """The layer on one input of shape (in,)."""
        return self.scale * (self.weight @ x) + self.bias


class ECRN(eqx.Module):
    """NTK-ECRN: Fourier features, scaled residual blocks, stochastic depth.

    Attributes:
        frequencies: B, shape (m, d); not trained unless ``learn_frequencies``.
        lift: linear, 2m -> N.
        blocks: W_l, b_l, N -> N.
        alpha: α_l, shape (L,); not trained unless ``learn_alpha``.
        readout: linear, N -> outputs.
        phi: name of φ.
        keep: 1 - p_l of each block.
    """

    frequencies: Array
    lift: Dense
    blocks: tuple[Dense, ...]
    alpha: Array
    readout: Dense
    phi: str = eqx.field(static=True)
    keep: tuple[float, ...] = eqx.field(static=True)
    learn_frequencies: bool = eqx.field(static=True)
    learn_alpha: bool = eqx.field(static=True)

    def __init__(
        self,
        dim: int,
        outputs: int,
        key: Array,
        *,
        features: int = 64,
        bandwidth: float = 1.0,
        width: int = 256,
        depth: int = 4,
        phi: str = "tanh",
        alpha: float | Sequence[float] = 0.5,
        decay: float = 0.0,
        drop: float = 0.0,
        learn_frequencies: bool = False,
        learn_alpha: bool = False,
        parametrisation: Parametrisation = "standard",
    ) -> None:
        """Draw a network.

        Args:
            dim: of the inputs.
            outputs: of the network.
            key: of the draw.
            features: m, rows of B; 0 for none: the lift then takes the input as it is.
            bandwidth: standard deviation of the entries of B.
            width: N.
            depth: number of blocks L.
            phi: ``tanh``, ``gelu`` or ``relu``.
            alpha: α of all blocks, or of each.
            decay: γ: α_l = alpha L^-γ, for a scale that falls with the depth.
            drop: drop rate of the last block; it rises linearly from 0 with the block.
            learn_frequencies, learn_alpha: whether B and α are trained.
            parametrisation: ``standard`` or ``ntk``.

        Raises:
            InvalidInput: for counts that are none, scales that are not finite or not as many as
                blocks, or names that are not known.
        """
        _check(dim, outputs, width, phi, parametrisation, depth=depth)
        require_integer("features", features, least=0, why="they are rows of B")
        if not 0 <= drop < 1:
            raise InvalidInput(f"A drop rate lies in [0, 1); got drop = {drop}.")
        if not 0 <= bandwidth < math.inf:
            raise InvalidInput(
                f"A bandwidth is a standard deviation, a number >= 0; got bandwidth = {bandwidth}."
            )
        if np.shape(alpha) not in ((), (depth,)) or not np.isfinite(alpha).all():
            raise InvalidInput(
                f"Blocks are scaled by one finite α, or by one each: {depth} here; got alpha = "
                f"{alpha}."
            )
        ntk = parametrisation == "ntk"
        keys = jax.random.split(key, depth + 3)
        scales = jnp.broadcast_to(jnp.asarray(alpha, dtype=float), (depth,))
        self.frequencies = bandwidth * jax.random.normal(keys[0], (features, dim))
        inputs, gain = (2 * features, 2.0) if features else (dim, 1.0)
        self.lift = Dense(inputs, width, keys[1], gain=gain, ntk=ntk)
        self.blocks = tuple(Dense(width, width, k, gain=1.0, ntk=ntk) for k in keys[3:])
        self.alpha = scales * depth**-decay
        self.readout = Dense(width, outputs, keys[2], gain=1.0, ntk=ntk)
        self.phi = phi
        self.keep = tuple(1 - drop * (block + 1) / depth for block in range(depth))
        self.learn_frequencies = learn_frequencies
        self.learn_alpha = learn_alpha

    def __call__(self, x: Array, key: Array | None = None) -> Array:
        """The outputs for one input of shape (dim,).

        Args:
            x: the input.
            key: draws the masks of stochastic depth (training); None weighs each block with the
                probability that it is kept (evaluation).
        """
        angle = 2 * jnp.pi * (self.frequencies @ x)
        waves = jnp.concatenate([jnp.cos(angle), jnp.sin(angle)])
        h = self.lift(waves if len(self.frequencies) else x)
        keep = jnp.array(self.keep)
        masks = keep if key is None else jax.random.bernoulli(key, keep).astype(h.dtype)
        for block, alpha, mask in zip(self.blocks, self.alpha, masks, strict=True):
            h = h + mask * alpha * PHI[self.phi](block(h))
        return self.readout(h)


class MLP(eqx.Module):
    """A fully connected network; the paper's has three hidden layers of 512."""

    layers: tuple[Dense, ...]
    phi: str = eqx.field(static=True)

    def __init__(
        self,
        dim: int,
        outputs: int,
        key: Array,
        *,
        width: int = 512,
        depth: int = 3,
        phi: str = "relu",
        parametrisation: Parametrisation = "standard",
    ) -> None:
        """Draw a network of ``depth`` hidden layers."""
        _check(dim, outputs, width, phi, parametrisation, depth=depth)
        sizes = [dim, *[width] * depth, outputs]
        keys = jax.random.split(key, depth + 1)
        gains = [1.0, *[2.0 if phi == "relu" else 1.0] * depth]
        self.layers = tuple(
            Dense(a, b, k, gain=g, ntk=parametrisation == "ntk")
            for a, b, k, g in zip(sizes[:-1], sizes[1:], keys, gains, strict=True)
        )
        self.phi = phi

    def __call__(self, x: Array, key: Array | None = None) -> Array:
        """The outputs for one input; images are flattened."""
        h = jnp.ravel(x)
        for layer in self.layers[:-1]:
            h = PHI[self.phi](layer(h))
        return self.layers[-1](h)


class ResidualMLP(eqx.Module):
    """A fully connected analogue of ResNet-18 for tables: eight residual blocks of two layers."""

    lift: Dense
    blocks: tuple[tuple[Dense, Dense], ...]
    readout: Dense

    def __init__(
        self, dim: int, outputs: int, key: Array, *, width: int = 256, depth: int = 8
    ) -> None:
        """Draw a network of ``depth`` blocks."""
        _check(dim, outputs, width, "relu", "standard", depth=depth)
        keys = jax.random.split(key, 2 * depth + 2)
        pairs = zip(keys[2::2], keys[3::2], strict=True)
        self.lift = Dense(dim, width, keys[0], gain=1.0, ntk=False)
        self.blocks = tuple(
            (
                Dense(width, width, one, gain=2.0, ntk=False),
                Dense(width, width, two, gain=1.0 / depth, ntk=False),
            )
            for one, two in pairs
        )
        self.readout = Dense(width, outputs, keys[1], gain=1.0, ntk=False)

    def __call__(self, x: Array, key: Array | None = None) -> Array:
        """The outputs for one input of shape (dim,)."""
        h = self.lift(jnp.ravel(x))
        for one, two in self.blocks:
            h = h + two(jax.nn.relu(one(h)))
        return self.readout(jax.nn.relu(h))


def trainable(model: eqx.Module) -> eqx.Module:
    """The filter that tells the trained arrays of a model from the fixed ones."""
    spec = jax.tree.map(eqx.is_inexact_array, model)
    if isinstance(model, ECRN):
        where = lambda m: (m.frequencies, m.alpha)  # noqa: E731
        return eqx.tree_at(where, spec, (model.learn_frequencies, model.learn_alpha))
    return spec


def _check(
    dim: int, outputs: int, width: int, phi: str, parametrisation: str, **counts: int
) -> None:
    for name, value in {"dim": dim, "outputs": outputs, "width": width, **counts}.items():
        require_integer(name, value, least=1, why="a layer has at least one neuron")
    if phi not in PHI:
        raise InvalidInput(f"φ is one of {', '.join(PHI)}; got {phi!r}.")
    if parametrisation not in ("standard", "ntk"):
        raise InvalidInput(
            f"Networks are in the standard or the ntk parametrisation; got {parametrisation!r}."
        )
