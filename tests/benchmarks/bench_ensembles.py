"""Kernels of finite networks: seconds a draw, next to the Jacobian by automatic differentiation.

    python -m tests.benchmarks.bench_ensembles          # from the root of the repository
    python -m tests.benchmarks.bench_ensembles --quick  # narrower, a few seconds

*Ours* is the whole of ``ensemble``: weights drawn, kernels, spectra, moments. *Kernel* is the
kernel alone on weights that are there; *jacrev* is ``jax.jacrev`` of the outputs, compiled, and the
contraction of the Jacobian with itself, on the same weights, both in float64. The difference is the
largest over entries, relative to the largest entry. Nothing here asserts anything.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from rich.console import Console

import ntkproofs as nt
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.ensembles import ensemble
from ntkproofs.finite_width.network import Network, draw_weights


def jacobian_kernel(network: Network) -> Callable[[Any, Any], Any]:
    """The kernel of a network by jax.jacrev."""

    def outputs(matrices: list[Any], X: Any) -> Any:
        h = X
        for layer, matrix in enumerate(matrices, start=1):
            z = network.scale(layer) * (h @ matrix.T)
            h = network.activation(z)
        return z[:, 0]

    @jax.jit
    def kernel(matrices: list[Any], X: Any) -> Any:
        jacobian = jax.jacrev(outputs)(matrices, X)
        flat = [leaf.reshape(len(X), -1) for leaf in jacobian]
        return sum(leaf @ leaf.T for leaf in flat)

    return kernel


def best(call: Callable[[], Any], repeats: int) -> float:
    """The least time of some calls, in seconds."""
    found = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        found = min(found, time.perf_counter() - start)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    jax.config.update("jax_enable_x64", True)
    console = Console()
    width, n, draws = (256, 64, 20) if quick else (1024, 256, 100)
    network, X = Network.of(4, width), nt.sphere.uniform(n, 10, seed=0)
    console.print(f"{network}, {n} inputs")
    for dtype in ("float64", "float32"):
        start = time.perf_counter()
        ensemble(network, X, draws, dtype=dtype)
        spent = time.perf_counter() - start
        console.print(f"ours, {draws} draws, {dtype}: {spent:.1f} s")
    weights = draw_weights(network, 10, seed=0, draw=0)
    ours = best(lambda: empirical_ntk(network, weights, X), 5)
    kernel = jacobian_kernel(network)
    matrices, inputs = [jnp.asarray(w) for w in weights.matrices], jnp.asarray(X)
    theirs = np.asarray(kernel(matrices, inputs))
    peer = best(lambda: kernel(matrices, inputs).block_until_ready(), 2)
    here = empirical_ntk(network, weights, X).ntk
    difference = np.abs(here - theirs).max() / np.abs(theirs).max()
    console.print(f"kernel {ours:.3f} s, jacrev {peer:.3f} s: {peer / ours:.0f} times faster")
    console.print(f"largest relative difference {difference:.1e}")


if __name__ == "__main__":
    main()
