"""The neural tangent kernel of one network that is no formula: an Equinox module.

The gradient of an output with respect to the weights of a dense layer is an outer product of a
back-propagated signal b with the layer's input a, so that the layer adds ``s² ⟨a, a'⟩⟨b, b'⟩`` to
the kernel, and its bias ``⟨b, b'⟩``. Both come from one backward pass through taps: zeros that are
added to what each layer puts out. Other parameters (α, frequencies, convolutions) have their rows
of the Jacobian formed and contracted, block by block.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ntkproofs.matrices.memory import require_memory
from ntkproofs.networks.models import Dense, trainable
from ntkproofs.networks.recipes import fitting_inputs, require_one_of
from ntkproofs.networks.steps import dtype_of, precision

_BATCH = 256
"""Inputs of one backward pass."""


@dataclass(frozen=True)
class Tangent:
    """The kernel of a network on n inputs.

    Attributes:
        kernel: float64; shape (n, n), the mean over outputs of ``⟨∇f_c(x), ∇f_c(x')⟩``; or, where
            it was asked for in full, (n k, n k) with the outputs of one input side by side.
        blocks: what each layer or other parameter adds to it, by its place in the model; empty
            unless it was asked for.
        outputs: f(x), shape (n, k).
    """

    kernel: Any
    blocks: dict[str, Any]
    outputs: Any


def tangent_kernel(
    model: Any,
    inputs: Any,
    *,
    full: bool = False,
    by_block: bool = False,
    method: str = "layers",
    block_bytes: int = 2**29,
) -> Tangent:
    """The kernel of a network as it stands, at evaluation (blocks weighted by their keep rates).

    Args:
        model: an Equinox module of one input; its trained arrays count.
        inputs: shape (n, ...).
        full: all pairs of outputs, instead of the mean over outputs.
        by_block: keep the contributions apart.
        method: ``layers`` takes layer-wise products for dense layers that are called once, and rows
            of the Jacobian for the rest; ``jacobian`` takes rows for everything.
        block_bytes: memory for two blocks of rows.

    Raises:
        InvalidInput: if the model does not take such inputs, or they are no finite numbers.
        Unable: if it would not fit in memory.

    Example:
        >>> import jax, numpy as np
        >>> from ntkproofs.networks.models import MLP
        >>> model = MLP(2, 1, jax.random.key(0), width=16, depth=2)
        >>> x = np.array([[1.0, 0.0], [0.0, 1.0]])
        >>> one, other = (tangent_kernel(model, x, method=m).kernel for m in ("layers", "jacobian"))
        >>> bool(abs(one - other).max() < 1e-5 * one.max())
        True
    """
    require_one_of("The method", method, ("layers", "jacobian"))
    inputs = fitting_inputs(model, inputs)
    dtype = dtype_of(model)
    with precision(dtype):
        inputs = jnp.asarray(inputs, dtype)
        shape = jax.eval_shape(lambda x: model(x, key=None), inputs[0])
        taps = _Taps.of(model, inputs[0], layered=method == "layers")
        _require(taps, len(inputs), shape.size, dtype.itemsize, full=full, by_block=by_block)
        outputs, parts = _layers(taps, inputs, full)
        total: Any = 0
        blocks: dict[str, Any] = {}
        others = _rows(taps, inputs, shape.size, full, block_bytes)
        for name, found in chain(parts, others):
            part = np.asarray(found, dtype=float) / (1 if full else shape.size)
            total = total + part
            if by_block:
                blocks[name] = blocks[name] + part if name in blocks else part
    return Tangent(total, blocks, outputs)


class _Tapped(eqx.Module):
    """A dense layer that notes its input and adds a tap to its output."""

    dense: Dense
    tap: Any
    seen: Any = eqx.field(static=True)

    def __call__(self, x: Any) -> Any:
        self.seen.append(x)
        return self.dense(x) + self.tap


def _is_dense(node: Any) -> bool:
    return isinstance(node, Dense)


class _Taps(eqx.Module):
    """A model taken apart: dense layers with their places, and the other trained arrays.

    Attributes:
        nodes: what the model is made of, dense layers whole.
        structure: how.
        tapped: places among the nodes of the layers that are taken whole.
        flags: whether weight and bias of each of these are trained.
        names: of all nodes.
        rest: places of the other trained arrays or layers.
        filters: which arrays of each of those are trained.
    """

    nodes: list[Any]
    structure: Any = eqx.field(static=True)
    tapped: tuple[int, ...] = eqx.field(static=True)
    flags: tuple[tuple[bool, bool], ...] = eqx.field(static=True)
    names: tuple[str, ...] = eqx.field(static=True)
    rest: tuple[int, ...] = eqx.field(static=True)
    filters: list[Any]

    @staticmethod
    def of(model: Any, x: Any, *, layered: bool) -> _Taps:
        found, structure = jax.tree_util.tree_flatten_with_path(model, is_leaf=_is_dense)
        names = tuple(jax.tree_util.keystr(path).lstrip(".") for path, _ in found)
        nodes = [node for _, node in found]
        spec = jax.tree.leaves(trainable(model), is_leaf=_is_dense)
        trained = [i for i, flag in enumerate(spec) if any(jax.tree.leaves(flag))]
        every = tuple(i for i in trained if layered and _is_dense(nodes[i]))
        whole = _Taps(nodes, structure, every, ((True, True),) * len(every), names, (), [])
        places = range(len(every))
        if not whole.sees(places, x):
            places = [place for place in places if whole.sees([place], x)]
        tapped = tuple(every[place] for place in places)
        flags = tuple((bool(spec[i].weight), bool(spec[i].bias)) for i in tapped)
        rest = tuple(i for i in trained if i not in tapped)
        return _Taps(nodes, structure, tapped, flags, names, rest, [spec[i] for i in rest])

    def sees(self, places: Sequence[int], x: Any) -> bool:
        """Whether layers are called once, on one vector, under no transformation of their own."""
        calls: list[list[int]] = []

        def notes_of(one: Any) -> list[Any]:
            notes: list[list[Any]] = [[] for _ in self.tapped]
            taps = dict(zip(self.tapped, self._zeros(one.dtype), strict=True))
            self._model(taps, notes)(one, key=None)
            calls.extend([note.ndim for note in notes[place]] for place in places)
            # an operation on what escaped is an error
            return [2 * note for place in places for note in notes[place]]

        try:
            jax.eval_shape(notes_of, x)
        except jax.errors.UnexpectedTracerError:  # its input lives inside a vmap or a scan
            return False
        return calls == [[1]] * len(places)

    def _zeros(self, dtype: Any) -> list[Any]:
        return [jnp.zeros(self.nodes[i].bias.shape, dtype) for i in self.tapped]

    def _model(self, taps: dict[int, Any], notes: list[list[Any]]) -> Any:
        nodes = list(self.nodes)
        for (place, tap), note in zip(taps.items(), notes, strict=True):
            nodes[place] = _Tapped(nodes[place], tap, note)
        return jax.tree.unflatten(self.structure, nodes)

    def signals(self, x: Any) -> tuple[Any, list[Any], list[Any]]:
        """Outputs, inputs a of the tapped layers, and signals b of shape (k, out), for one x."""

        def run(taps: list[Any]) -> tuple[Any, list[Any]]:
            notes: list[list[Any]] = [[] for _ in self.tapped]
            by_place = dict(zip(self.tapped, taps, strict=True))
            outputs = self._model(by_place, notes)(x, key=None)
            return outputs, [note[0] for note in notes]

        outputs, pull, inputs = jax.vjp(run, self._zeros(x.dtype), has_aux=True)
        (signals,) = jax.vmap(pull)(jnp.eye(outputs.size, dtype=outputs.dtype))
        return outputs, inputs, signals

    def rows(self, x: Any) -> list[list[Any]]:
        """Rows (k, parameters) of the Jacobian for one x, for each array of each other node."""
        places = zip(self.rest, self.filters, strict=True)
        parts = [eqx.partition(self.nodes[i], trained) for i, trained in places]

        def run(params: list[Any]) -> Any:
            nodes = list(self.nodes)
            for place, param, (_, fixed) in zip(self.rest, params, parts, strict=True):
                nodes[place] = eqx.combine(param, fixed)
            return jax.tree.unflatten(self.structure, nodes)(x, key=None)

        jacobian = jax.jacrev(run)([param for param, _ in parts])
        return [[a.reshape(len(a), -1) for a in jax.tree.leaves(part)] for part in jacobian]


@eqx.filter_jit
def _signals(taps: _Taps, inputs: Any) -> Any:
    return jax.vmap(taps.signals)(inputs)


@eqx.filter_jit
def _some_rows(taps: _Taps, inputs: Any) -> Any:
    return jax.vmap(taps.rows)(inputs)


@eqx.filter_jit
def _contribution(a: Any, b: Any, scale: float, flags: tuple[bool, bool], full: bool) -> Any:
    points, outputs = b.shape[:2]
    gram = _times(a, a) * scale**2 * flags[0] + flags[1]
    if not full:
        flat = b.reshape(points, -1)
        return gram * _times(flat, flat)
    flat = b.reshape(points * outputs, -1)
    return jnp.repeat(jnp.repeat(gram, outputs, 0), outputs, 1) * _times(flat, flat)


@eqx.filter_jit
def _contraction(one: list[Any], other: list[Any], full: bool) -> Any:
    flat = lambda a: a.reshape((-1, a.shape[-1]) if full else (len(a), -1))  # noqa: E731
    return sum(_times(flat(a), flat(b)) for a, b in zip(one, other, strict=True))


def _times(a: Any, b: Any) -> Any:
    """a bᵀ; accelerators would round the factors to fewer bits if they were let."""
    return jnp.matmul(a, b.T, precision="highest")


def _layers(taps: _Taps, inputs: Any, full: bool) -> tuple[Any, Iterator[tuple[str, Any]]]:
    """The outputs, and the contribution of each tapped layer."""
    batches = [
        _signals(taps, inputs[start : start + _BATCH]) for start in range(0, len(inputs), _BATCH)
    ]
    outputs, a, b = jax.tree.map(lambda *each: jnp.concatenate(each), *batches)

    def parts() -> Iterator[tuple[str, Any]]:
        for place, flags, one, other in zip(taps.tapped, taps.flags, a, b, strict=True):
            node = taps.nodes[place]
            yield taps.names[place], _contribution(one, other, node.scale, flags, full)

    return np.asarray(outputs), parts()


def _rows(
    taps: _Taps, inputs: Any, outputs: int, full: bool, block_bytes: int
) -> Iterator[tuple[str, Any]]:
    """The contribution of each other node, from one pair of blocks of rows at a time."""
    if not taps.rest:
        return
    one = _parameters(taps) * outputs * inputs.dtype.itemsize
    require_memory(2 * one, "One row of the Jacobian for each output", "Take a smaller network.")
    step = max(1, min(len(inputs), block_bytes // (2 * one)))
    blocks = range(0, len(inputs), step)
    per = outputs if full else 1
    sums = [np.zeros((len(inputs) * per,) * 2) for _ in taps.rest]
    for start in blocks:
        left = _some_rows(taps, inputs[start : start + step])
        for second in range(start, len(inputs), step):
            again = second == start
            right = left if again else _some_rows(taps, inputs[second : second + step])
            for total, a, b in zip(sums, left, right, strict=True):
                part = np.asarray(_contraction(a, b, full), dtype=float)
                rows = slice(start * per, start * per + part.shape[0])
                columns = slice(second * per, second * per + part.shape[1])
                total[rows, columns], total[columns, rows] = part, part.T
    for place, total in zip(taps.rest, sums, strict=True):
        yield taps.names[place], total


def _parameters(taps: _Taps) -> int:
    places = zip(taps.rest, taps.filters, strict=True)
    kept = [eqx.filter(taps.nodes[i], trained) for i, trained in places]
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(kept))


def _require(
    taps: _Taps, points: int, outputs: int, itemsize: int, *, full: bool, by_block: bool
) -> None:
    side = points * (outputs if full else 1)
    shapes = [taps.nodes[i].weight.shape for i in taps.tapped]
    signals = points * sum(columns + outputs * rows for rows, columns in shapes)
    matrices = 3 + len(taps.rest) + (len(taps.tapped) + len(taps.rest)) * by_block
    require_memory(
        2 * itemsize * signals + 8 * matrices * side**2,
        f"The tangent kernel on {points} inputs",
        "Take fewer inputs, or the mean over outputs.",
    )
