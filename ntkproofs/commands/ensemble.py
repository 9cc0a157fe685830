"""The command ``ntkproofs ensemble``: kernels of finite networks over many draws."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ntkproofs.commands.common import Bar, Cluster, InputDim, InputPoints, JsonFile, console


class DtypeName(StrEnum):
    """Of the networks."""

    float64 = "float64"
    float32 = "float32"


def ensemble(
    *,
    depth: Annotated[int, typer.Option(help="Weight layers; 2 is one hidden layer.")] = 3,
    width: Annotated[int, typer.Option(help="Of every hidden layer.")] = 256,
    activation: Annotated[
        str, typer.Option(help="relu, identity, erf, sin, tanh or gelu.")
    ] = "relu",
    bias_variance: Annotated[float, typer.Option(help="v_b >= 0.")] = 0.0,
    points: InputPoints = 16,
    dim: InputDim = 5,
    draws: Annotated[int, typer.Option(help="Networks.")] = 200,
    seed: Annotated[int, typer.Option(help="Of inputs and networks.")] = 0,
    dtype: Annotated[DtypeName, typer.Option(help="Of the networks.")] = DtypeName.float64,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Processes, 1 if left out; more suit narrow networks.",
            show_default=False,
        ),
    ] = None,
    cluster: Cluster = None,
    false_alarm: Annotated[
        float, typer.Option(help="Probability that a true expectation is rejected.")
    ] = 1e-3,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep the moments there; go on from there if it exists.",
            show_default=False,
        ),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Draw networks and compare the mean of their kernels with theory.

    Printed are the eigenvalues of the infinite-width kernel, their means over the draws with
    standard errors, how far one draw is from the limit, and whether the mean agrees with the limit
    and with the mean to order 1/width: by the largest z-score among all entries, at a stated
    false-alarm probability. Few draws agree with anything.

    A run that is interrupted goes on from its checkpoint, also one that lost its cluster; draw i of
    a seed is always the same network.

    Exit status: 0 done; 2 wrong usage or input; 3 a network that does not fit into memory, or a
    cluster that cannot be reached or is lost.

    Examples:

    \b
      ntkproofs ensemble --depth 4 --width 1024 --points 256 --dim 10 --draws 100
      ntkproofs ensemble --width 16 --draws 20000 --jobs 2 --checkpoint narrow.npz
      ntkproofs ensemble --activation erf --json erf.json
    """
    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.domains.sphere import uniform
    from ntkproofs.errors import InvalidInput
    from ntkproofs.files import require_writable
    from ntkproofs.finite_width.ensembles import ensemble as draw
    from ntkproofs.finite_width.network import Network
    from ntkproofs.reports.ensemble import print_ensemble, write_ensemble_json

    network = Network.of(depth, width, activation, bias_variance=bias_variance)
    X = uniform(points, dim, seed=seed)
    if not 0 < false_alarm < 1:
        raise InvalidInput(f"A false-alarm probability lies in (0, 1); got {false_alarm}.")
    if json_file and checkpoint and json_file.resolve() == checkpoint.resolve():
        raise InvalidInput(f"--json and --checkpoint are two files; both are {json_file}.")
    for path in (json_file, checkpoint):
        if path is not None:
            require_writable(path)
    kept = f"they are in {checkpoint}: run again" if checkpoint else "--checkpoint would keep them"
    with executor_for(cluster, jobs) as executor, Bar("draws", kept) as progress:
        found = draw(
            network, X, draws, seed=seed, dtype=dtype.value, executor=executor,
            jobs=(jobs or 1) if executor is None else executor.threads, checkpoint=checkpoint,
            progress=progress,
        )  # fmt: skip
    print_ensemble(console(), found, false_alarm)
    if json_file is not None:
        write_ensemble_json(json_file, found, false_alarm)
