"""The tangent kernel of a trained network: by layers, and by contraction of its Jacobian.

    python -m tests.benchmarks.bench_tracking             # from the root of the repository
    python -m tests.benchmarks.bench_tracking --points 64 --width 128

A ReLU MLP of three hidden layers and one output, float32. The Jacobian is ``jax.vmap`` of
``jax.jacrev``, compiled, its rows contracted by one matrix product for each array of parameters.
Seconds are the best of several calls, after one that compiles. Nothing here asserts anything.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ntkproofs.networks.models import MLP
from ntkproofs.networks.tangents import tangent_kernel


@eqx.filter_jit
def contracted(model: Any, inputs: Any) -> Any:
    params, fixed = eqx.partition(model, eqx.is_inexact_array)
    one = jax.jacrev(lambda p, x: eqx.combine(p, fixed)(x)[0])
    jacobian = jax.vmap(one, in_axes=(None, 0))(params, inputs)
    rows = [leaf.reshape(len(inputs), -1) for leaf in jax.tree.leaves(jacobian)]
    return sum(jnp.matmul(a, a.T, precision="highest") for a in rows)


def best(call: Callable[[], Any], times: int) -> tuple[float, Any]:
    result = call()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=512)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    model = MLP(16, 1, jax.random.key(0), width=options.width, depth=3)
    inputs = np.random.default_rng(0).standard_normal((options.points, 16)).astype(np.float32)
    layers, ours = best(lambda: tangent_kernel(model, inputs).kernel, options.times)
    blocks, rows = best(
        lambda: tangent_kernel(model, inputs, method="jacobian").kernel, options.times
    )
    jacobian, theirs = best(
        lambda: np.asarray(contracted(model, jnp.asarray(inputs)), dtype=float), options.times
    )
    size = np.abs(theirs).max()
    print(f"MLP 3 x {options.width}, {options.points} inputs, {jax.devices()[0].platform}")
    print(f"by layers             {layers:8.3f} s")
    print(f"rows in blocks        {blocks:8.3f} s   {blocks / layers:6.1f} times that")
    print(f"jacrev, contracted    {jacobian:8.3f} s   {jacobian / layers:6.1f} times that")
    print(f"largest difference / largest entry: {np.abs(ours - theirs).max() / size:.1e}")
    print(f"of the rows in blocks:              {np.abs(rows - theirs).max() / size:.1e}")


if __name__ == "__main__":
    main()
