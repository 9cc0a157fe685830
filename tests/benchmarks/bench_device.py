"""Kernel matrices and products on a GPU, through the array libraries that find one.

    python -m tests.benchmarks.bench_device          # from the root of the repository

Looks for a GPU in CuPy, PyTorch and JAX, one after the other, and says what it did not find; it
never fails for lack of one. *Series* is the kernel as its Chebyshev series in the half-chord,
written against the array library: a matrix needs one write of 8 bytes an entry. *FFT* is the
product with the matrix on a grid of T²: two transforms and one multiplication, which read and write
the array five times at least. The *limit* is what copying an array of 1 GiB on the device reaches,
measured there: a fraction near 1 says that memory, not arithmetic, is what the time goes to. Errors
are against the CPU. Nothing here asserts anything.
"""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import ntkproofs as nt
from ntkproofs.kernels.chebyshev import ChebyshevKernel, chebyshev

REPEATS = 5
SIDE = 3200
ROWS = 16384


@dataclass(frozen=True)
class Device:
    """An array library with a GPU.

    Attributes:
        name: of library and device.
        xp: its namespace, with ``fft``.
        put: a NumPy array onto the device.
        wait: until the device has finished what made an array.
    """

    name: str
    xp: Any
    put: Callable[[np.ndarray], Any]
    wait: Callable[[Any], Any]


def cupy_device() -> Device:
    cupy = importlib.import_module("cupy")
    if cupy.cuda.runtime.getDeviceCount() == 0:
        raise LookupError("no CUDA device")
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    return Device(
        f"CuPy {cupy.__version__}, {name}",
        cupy,
        cupy.asarray,
        lambda _: cupy.cuda.Device().synchronize(),
    )


def torch_device() -> Device:
    torch = importlib.import_module("torch")
    if not torch.cuda.is_available():
        raise LookupError("torch.cuda finds no device")
    return Device(
        f"PyTorch {torch.__version__}, {torch.cuda.get_device_name(0)}",
        torch,
        lambda a: torch.asarray(a, device="cuda"),
        lambda _: torch.cuda.synchronize(),
    )


def jax_device() -> Device:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    devices = [device for device in jax.devices() if device.platform != "cpu"]
    if not devices:
        raise LookupError("jax finds the CPU only")
    return Device(
        f"JAX {jax.__version__}, {devices[0].device_kind}",
        importlib.import_module("jax.numpy"),
        lambda a: jax.device_put(a, devices[0]),
        lambda a: a.block_until_ready(),
    )


def seconds(device: Device, call: Callable[[], Any]) -> float:
    """The least time of several calls, the first not counted."""
    device.wait(call())
    best = math.inf
    for _ in range(REPEATS):
        start = time.perf_counter()
        device.wait(call())
        best = min(best, time.perf_counter() - start)
    return best


def bandwidth(device: Device) -> float:
    """Bytes a second that a copy reads and writes."""
    big = device.put(np.zeros(1 << 27))
    return 2 * (1 << 30) / seconds(device, lambda: big + 1.0)


def series_on(xp: Any, series: ChebyshevKernel, rows: Any, columns: Any) -> Any:
    """k at the half-chords of unit rows: the plain form of the fused loops."""
    products = rows @ columns.T
    maps = series.maps
    square = xp.clip((1 - xp.abs(products)) / 2, 0, 0.5)
    near = products >= 0
    s = xp.sqrt(square)
    w = 2 * (
        xp.where(near, maps[0, 0], maps[1, 0])
        * s
        / (1 + xp.where(near, maps[0, 1], maps[1, 1]) * s)
        - 1
    )
    odd, even = 0 * w, 0 * w
    for plus, minus in zip(*series.coefficients[:, :0:-1].tolist(), strict=True):
        odd, even = w * odd + (xp.where(near, plus, minus) - even), odd
    first, second = series.coefficients[:, 0].tolist()
    return 0.5 * w * odd + (xp.where(near, first, second) - even)


def report(device: Device, limit: float) -> Table:
    table = Table(title=f"{device.name}: copies reach {limit / 1e9:.0f} GB/s")
    for name in ("what", "seconds", "GB/s needed at least", "of the limit", "error"):
        table.add_column(name, justify="right")
    X = nt.sphere.uniform(ROWS, 10, seed=0)
    there, series = device.put(X), chebyshev(nt.ntk(3), 10)
    assert series is not None
    took = seconds(device, lambda: series_on(device.xp, series, there, there))
    found = np.asarray(series_on(device.xp, series, there[:2], there).tolist())
    exact = nt.gram(nt.ntk(3), X[:2], X)
    moved = 8.0 * ROWS**2
    row = (f"{took:.4g}", f"{moved / took / 1e9:.0f}", f"{moved / took / limit:.2f}")
    table.add_row(f"matrix of {ROWS} points", *row, f"{np.abs(found - exact).max():.1e}")
    A = nt.torus.grid_operator(nt.ntk(3), SIDE, 2)
    v = np.random.default_rng(0).normal(size=(SIDE, SIDE))
    half, values = device.put(A.eigenvalues[:, : SIDE // 2 + 1].copy()), device.put(v)
    fft = device.xp.fft

    def product() -> Any:
        return fft.irfftn(fft.rfftn(values) * half, s=(SIDE, SIDE))

    took = seconds(device, product)
    miss = np.asarray(product().reshape(-1)[:1000].tolist()) - (A @ v.reshape(-1))[:1000]
    moved = 5 * 8.0 * SIDE**2
    row = (f"{took:.4g}", f"{moved / took / 1e9:.0f}", f"{moved / took / limit:.2f}")
    table.add_row(f"product on {SIDE}² points", *row, f"{np.abs(miss).max():.1e}")
    return table


def main() -> None:
    console = Console(width=120)
    for name, find in (("CuPy", cupy_device), ("PyTorch", torch_device), ("JAX", jax_device)):
        try:
            device = find()
        except ImportError:
            console.print(f"{name}: not installed.")
        except (LookupError, RuntimeError) as reason:  # drivers that are missing or too old
            console.print(f"{name}: no GPU ({reason}).")
        else:
            console.print(report(device, bandwidth(device)))


if __name__ == "__main__":
    main()
