"""The NTK matrix by neural-tangents; ``bench_gram --peer PYTHON`` runs this in PYTHON.

    PYTHON peer_neural_tangents.py FOLDER DEPTH ...

Reads ``points.npy`` (timed) and ``hard.npy`` (for errors) in FOLDER, writes the first row of the
matrix of the hard points as ``row-DEPTH.npy``, and prints one JSON line: versions, and per depth
the least time in seconds of a call that is compiled, in float64, on all cores, symmetric as
``kernel_fn(X, None, "ntk")``. Nothing of ntkproofs is imported: PYTHON is another environment.
"""

import json
import sys
import time
from pathlib import Path

import jax
import neural_tangents
import numpy as np
from neural_tangents import stax

REPEATS = 3


def kernel(depth):
    """A ReLU network of He's variance without biases, depth weight layers; its NTK over dim."""
    hidden = [stax.Dense(1, W_std=2**0.5), stax.Relu()] * (depth - 1)
    kernel_fn = stax.serial(*hidden, stax.Dense(1, W_std=1.0))[2]
    return jax.jit(lambda X: X.shape[1] * kernel_fn(X, None, "ntk"))


def main():
    jax.config.update("jax_enable_x64", True)
    folder, *depths = sys.argv[1:]
    X, hard = (np.load(Path(folder, f"{name}.npy")) for name in ("points", "hard"))
    seconds = {}
    for depth in map(int, depths):
        matrix = kernel(depth)
        np.save(Path(folder, f"row-{depth}.npy"), np.asarray(matrix(hard))[0])
        matrix(X).block_until_ready()
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            matrix(X).block_until_ready()
            times.append(time.perf_counter() - start)
        seconds[depth] = min(times)
    versions = {"neural-tangents": neural_tangents.__version__, "jax": jax.__version__}
    print(json.dumps({"versions": versions, "seconds": seconds}))


if __name__ == "__main__":
    main()
