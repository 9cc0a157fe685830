"""Small experiments on ECRNs (lazy regime, spectral bias): JSON, and tables for the terminal."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from ntkproofs.files import replacing
from ntkproofs.networks.lazy_regime import Laziness, Setting, power_law
from ntkproofs.networks.spectral_bias import BiasRun, BiasSetting
from ntkproofs.reports.json_report import environment

_PACKAGES = ("jax", "equinox")


def write_networks(
    path: Path, setting: Setting | BiasSetting, rows: Sequence[Laziness | BiasRun]
) -> None:
    """Every trained network as JSON, with versions; written whole or not at all."""
    content = {
        "environment": {**environment(), **{name: metadata.version(name) for name in _PACKAGES}},
        "setting": asdict(setting),
        "networks": [asdict(row) for row in rows],
    }
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, allow_nan=False), encoding="utf-8")


def print_laziness(console: Console, rows: Sequence[Laziness]) -> None:
    """Means over seeds by width and α, and the exponents in the width."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("width", "α", "networks", "drift", "distance", "loss left"):
        table.add_column(name, justify="right")
    for width, alpha in sorted({(row.width, row.alpha) for row in rows}):
        own = [row for row in rows if (row.width, row.alpha) == (width, alpha)]
        means = [sum(getattr(r, n) for r in own) / len(own) for n in ("drift", "distance", "loss")]
        table.add_row(str(width), f"{alpha:g}", str(len(own)), *(f"{value:.3g}" for value in means))
    console.print(table)
    for alpha in sorted({row.alpha for row in rows}):
        own = [row for row in rows if row.alpha == alpha]
        if len({row.width for row in own}) > 1 and len({row.seed for row in own}) > 1:
            for quantity in ("drift", "distance"):
                law = power_law(own, quantity, "width")
                console.print(
                    f"{quantity} at α = {alpha:g}: width^{law.exponent:.2f} ± {law.error:.2f}"
                )


def print_bias(console: Console, rows: Sequence[BiasRun]) -> None:
    """Median steps until each frequency is learned, by bandwidth."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("bandwidth", *(f"k = {k + 1}" for k in range(len(rows[0].steps)))):
        table.add_column(name, justify="right")
    for bandwidth in sorted({row.bandwidth for row in rows}):
        own = [row.steps for row in rows if row.bandwidth == bandwidth]
        cells = []
        for column in zip(*own, strict=True):
            known = sorted(math.inf if steps is None else steps for steps in column)
            middle = known[(len(known) - 1) // 2]
            cells.append("not learned" if math.isinf(middle) else f"{middle:g}")
        table.add_row(f"{bandwidth:g}" if bandwidth else "no features", *cells)
    console.print(table)
