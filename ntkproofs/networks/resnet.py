"""ResNet-18 for images of 32 x 32, with group normalisation in place of batch normalisation.

Group normalisation (Wu, He 2018) treats each image by itself: the network is a function of one
input, as all others here, and evaluation needs no running means. The rest is ResNet-18 (He, Zhang,
Ren, Sun 2016) as it is used for CIFAR: a first convolution of 3 x 3, no pooling after it.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import Array

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput

_STAGES = ((1, 1), (2, 2), (4, 2), (8, 2))
"""(channels over those of the first stage, stride) of each stage of two blocks."""
_GROUPS = 8


class Convolution(eqx.Module):
    """A convolution without bias, of odd size, zeros around the picture; He's variance.

    It is one product of matrices, of the weights with the shifted pictures: XLA's own convolution
    was six times slower on a processor, inside the loop of a training.

    Attributes:
        weight: shape (outputs, inputs, size, size).
        stride: between the places that are kept.
    """

    weight: Array
    stride: int = eqx.field(static=True)

    def __init__(self, inputs: int, outputs: int, size: int, stride: int, key: Array) -> None:
        scale = (2 / (inputs * size**2)) ** 0.5
        self.weight = scale * jax.random.normal(key, (outputs, inputs, size, size))
        self.stride = stride

    def __call__(self, x: Array) -> Array:
        """(inputs, h, w) -> (outputs, h/stride, w/stride), rounded up."""
        outputs, inputs, size, _ = self.weight.shape
        _, height, width = x.shape
        margin = size // 2
        x = jnp.pad(x, ((0, 0), (margin, margin), (margin, margin)))
        shifted = [
            x[:, a : a + height : self.stride, b : b + width : self.stride]
            for a in range(size)
            for b in range(size)
        ]
        flat = self.weight.reshape(outputs, inputs, size**2)
        return jnp.einsum("oik,kihw->ohw", flat, jnp.stack(shifted))


class BasicBlock(eqx.Module):
    """x -> relu(shortcut(x) + norm(conv(relu(norm(conv(x))))))."""

    first: Convolution
    first_norm: eqx.nn.GroupNorm
    second: Convolution
    second_norm: eqx.nn.GroupNorm
    shortcut: Convolution | None
    shortcut_norm: eqx.nn.GroupNorm | None

    def __init__(self, inputs: int, outputs: int, stride: int, key: Array) -> None:
        keys = jax.random.split(key, 3)
        self.first = Convolution(inputs, outputs, 3, stride, keys[0])
        self.first_norm = _norm(outputs)
        self.second = Convolution(outputs, outputs, 3, 1, keys[1])
        self.second_norm = _norm(outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = None if same else Convolution(inputs, outputs, 1, stride, keys[2])
        self.shortcut_norm = None if same else _norm(outputs)

    def __call__(self, x: Array) -> Array:
        """The block on one image (inputs, h, w) -> (outputs, h/stride, w/stride)."""
        h = jax.nn.relu(self.first_norm(self.first(x)))
        h = self.second_norm(self.second(h))
        if self.shortcut is not None and self.shortcut_norm is not None:
            x = self.shortcut_norm(self.shortcut(x))
        return jax.nn.relu(x + h)


class ResNet18(eqx.Module):
    """ResNet-18 on one image of shape (h, w, 3).

    Attributes:
        first: the convolution to ``channels`` channels.
        blocks: eight, in four stages of ``channels`` times 1, 2, 4 and 8.
        readout: linear, from the mean over the picture.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> model = ResNet18(10, jax.random.key(0), channels=8)
        >>> jax.eval_shape(model, jnp.zeros((32, 32, 3))).shape
        (10,)
    """

    first: Convolution
    first_norm: eqx.nn.GroupNorm
    blocks: tuple[BasicBlock, ...]
    readout: eqx.nn.Linear

    def __init__(self, outputs: int, key: Array, *, channels: int = 64) -> None:
        """Draw a network.

        Args:
            outputs: of the network.
            key: of the draw.
            channels: of the first stage: 64 in ResNet-18, fewer for a narrow one; a multiple of 8.

        Raises:
            InvalidInput: for numbers that are no such counts.
        """
        require_integer("outputs", outputs, least=1, why="a layer has at least one neuron")
        require_channels(channels)
        keys = jax.random.split(key, 2 + 2 * len(_STAGES))
        self.first = Convolution(3, channels, 3, 1, keys[0])
        self.first_norm = _norm(channels)
        blocks: list[BasicBlock] = []
        before = channels
        for stage, (factor, stride) in enumerate(_STAGES):
            after = factor * channels
            blocks.append(BasicBlock(before, after, stride, keys[2 + 2 * stage]))
            blocks.append(BasicBlock(after, after, 1, keys[3 + 2 * stage]))
            before = after
        self.blocks = tuple(blocks)
        self.readout = eqx.nn.Linear(before, outputs, key=keys[1])

    def __call__(self, x: Array, key: Array | None = None) -> Array:
        """The outputs for one image of shape (h, w, 3).

        Raises:
            InvalidInput: for another shape.
        """
        if x.ndim != 3 or x.shape[2] != 3 or 0 in x.shape:
            raise InvalidInput(
                "ResNet-18 takes one image of shape (height, width, 3), colours last; got shape "
                f"{x.shape}. Move the axes, or give vectors to MLP or ResidualMLP."
            )
        h = jnp.transpose(x, (2, 0, 1))
        h = jax.nn.relu(self.first_norm(self.first(h)))
        for block in self.blocks:
            h = block(h)
        return self.readout(h.mean(axis=(1, 2)))


def require_channels(channels: int) -> None:
    """Refuse a number of channels that the groups do not divide.

    Raises:
        InvalidInput: for what is no multiple of 8.
    """
    require_integer("channels", channels, least=1, why="a layer has at least one channel")
    if channels % _GROUPS:
        below = channels - channels % _GROUPS
        near = f"{below} or {below + _GROUPS}" if below else f"{_GROUPS}"
        raise InvalidInput(
            f"Channels are normalised in {_GROUPS} groups of one size, so that their number is a "
            f"multiple of {_GROUPS}; got channels = {channels}. Take {near}."
        )


def _norm(channels: int) -> eqx.nn.GroupNorm:
    return eqx.nn.GroupNorm(_GROUPS, channels)
