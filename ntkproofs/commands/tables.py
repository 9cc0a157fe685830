"""The commands ``ntkproofs experiment table-1`` to ``table-4`` and ``figure-2``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ntkproofs.commands.common import Bar, Cluster, console, kept_beside

_Quick = Annotated[bool, typer.Option("--quick", help="A small run: it shows that all works.")]
_Runs = Annotated[
    int | None,
    typer.Option(metavar="N", help="Runs, 2 or more; 5 unless --quick.", show_default=False),
]
_Steps = Annotated[
    int | None,
    typer.Option(metavar="N", help="Steps of each training at most.", show_default=False),
]
_Seed = Annotated[int, typer.Option(help="Of data, splits, weights and batches.")]
_Also = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        metavar="MODEL",
        help="A further model: linearised, the MLP linearised at its start.",
        show_default=False,
    ),
]
_Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the data files.", show_default=False),
]
_Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="DIR",
        help="Write the numbers (JSON, CSV), and a LaTeX table or a picture, to this folder. "
        "Finished runs are kept there, and the same command goes on after an interruption "
        "or the loss of a cluster.",
        show_default=False,
    ),
]


def table_1(
    *,
    quick: _Quick = False,
    runs: _Runs = None,
    steps: _Steps = None,
    seed: _Seed = 0,
    also: _Also = None,
    output: _Output = None,
    cluster: Cluster = None,
) -> None:
    """Regression on a sum of sinusoids: MSE and R² of four models.

    MLP, a residual MLP in the place of ResNet-18 (which takes images), kernel ridge regression with
    the infinite-width NTK, and ECRN. Each is tuned over four points on the validation part; the
    test part is looked at once. Five runs, with data and weights of their own.

    Exit status: 0 done; 2 wrong usage or input; 3 a missing package, or a cluster that cannot be
    reached or is lost.

    Examples:

    \b
      ntkproofs experiment table-1 --quick
      ntkproofs experiment table-1 --output results
      ntkproofs experiment table-1 --also linearised
    """
    changes = {"runs": runs, "steps": steps}
    _run(
        "table-1", quick=quick, changes=changes, seed=seed, data=None, also=also, output=output,
        cluster=cluster,
    )  # fmt: skip


def table_2(
    *,
    quick: _Quick = False,
    runs: _Runs = None,
    steps: _Steps = None,
    seed: _Seed = 0,
    also: _Also = None,
    output: _Output = None,
    cluster: Cluster = None,
) -> None:
    """Five Gaussian classes: accuracy and cross-entropy of four models.

    The models and the budget are those of table-1. The law of the data is known, so that the best
    possible numbers stand beside those of the models.

    Exit status: 0 done; 2 wrong usage or input; 3 a missing package, or a cluster that cannot be
    reached or is lost.

    Examples:

    \b
      ntkproofs experiment table-2 --runs 10
    """
    changes = {"runs": runs, "steps": steps}
    _run(
        "table-2", quick=quick, changes=changes, seed=seed, data=None, also=also, output=output,
        cluster=cluster,
    )  # fmt: skip


def table_3(
    *,
    quick: _Quick = False,
    runs: _Runs = None,
    steps: _Steps = None,
    seed: _Seed = 0,
    data: _Data = None,
    also: _Also = None,
    output: _Output = None,
    cluster: Cluster = None,
) -> None:
    """Boston housing (R²), Iris and Wine (accuracy), beside what the paper prints.

    The models and the budget are those of table-1. Boston housing is read from a CSV file in the
    folder --data (boston_housing.csv, with a column PRICE or MEDV), and left out without it.

    Exit status: 0 done; 2 wrong usage or input; 3 a missing package, or a cluster that cannot be
    reached or is lost.

    Examples:

    \b
      ntkproofs experiment table-3 --data downloads --output results
    """
    changes = {"runs": runs, "steps": steps}
    _run(
        "table-3", quick=quick, changes=changes, seed=seed, data=data, also=also, output=output,
        cluster=cluster,
    )  # fmt: skip


def table_4(
    *,
    quick: _Quick = False,
    runs: _Runs = None,
    steps: _Steps = None,
    images: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Images, training and test; 5000 unless --quick.", show_default=False
        ),
    ] = None,
    channels: Annotated[
        int | None,
        typer.Option(
            metavar="C",
            help="Of ResNet-18's first stage; 64 unless --quick; fewer make it narrower.",
            show_default=False,
        ),
    ] = None,
    seed: _Seed = 0,
    data: _Data = None,
    also: _Also = None,
    output: _Output = None,
    cluster: Cluster = None,
) -> None:
    """A part of CIFAR-10: accuracy and cross-entropy, beside what the paper prints.

    MLP, ResNet-18 with group normalisation, kernel ridge regression with the infinite-width NTK,
    and ECRN. --data is the folder of the batch files (data_batch_1, ...), or of a .npz file with
    x_train, y_train, x_test, y_test. In full this takes hours without an accelerator.

    Exit status: 0 done; 2 wrong usage or input; 3 a missing package, or a cluster that cannot be
    reached or is lost.

    Examples:

    \b
      ntkproofs experiment table-4 --data cifar-10-batches-py --quick
      ntkproofs experiment table-4 --data downloads --channels 16 --output results
    """
    changes = {"runs": runs, "steps": steps, "images": images, "channels": channels}
    _run(
        "table-4", quick=quick, changes=changes, seed=seed, data=data, also=also, output=output,
        cluster=cluster,
    )  # fmt: skip


def _run(
    name: str,
    *,
    quick: bool,
    changes: dict[str, int | None],
    seed: int,
    data: Path | None,
    also: list[str] | None,
    output: Path | None,
    cluster: str | None,
) -> None:
    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.networks.contenders import Budget
    from ntkproofs.networks.experiments import run_table
    from ntkproofs.reports.network_tables import print_results, write_results

    given: dict[str, Any] = {key: value for key, value in changes.items() if value is not None}
    start = Budget.quick(images=name == "table-4") if quick else Budget()
    budget = replace(start, seed=seed, **given)
    with kept_beside(_results(output, name.replace("-", "_")), "--output DIR") as partial:
        with executor_for(cluster, None) as executor, Bar("trainings", kept=None) as progress:
            found = run_table(
                name, budget, folder=data, further=also or (), partial=partial,
                executor=executor, progress=progress,
            )  # fmt: skip
        print_results(console(), found)
        if output is not None:
            write_results(output, found)
    if output is not None:
        typer.echo(f"Numbers and a LaTeX table are in {output}.", err=True)


def _results(output: Path | None, stem: str) -> Path | None:
    return None if output is None else output / f"{stem}.json"


def figure_2(
    *,
    quick: _Quick = False,
    runs: _Runs = None,
    steps: _Steps = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK",
            help="sinusoids, mixture, boston, iris, wine or cifar10; with --data cifar10 unless "
            "another is named.",
            show_default=False,
        ),
    ] = None,
    images: Annotated[
        int | None, typer.Option(metavar="N", help="Images of CIFAR-10.", show_default=False)
    ] = None,
    channels: Annotated[
        int | None,
        typer.Option(metavar="C", help="Of ResNet-18's first stage.", show_default=False),
    ] = None,
    seed: _Seed = 0,
    data: _Data = None,
    output: _Output = None,
    cluster: Cluster = None,
) -> None:
    """The kernel during training: its largest eigenvalue, norm and drift.

    ECRN, the MLP and a residual network (ResNet-18 on images, else a residual MLP) learn a task by
    full-batch gradient descent on the mean square, each at half the rate beyond which descent on
    its linearisation diverges; their kernels are followed on some training points.

    Exit status: 0 done; 2 wrong usage or input; 3 a missing package, or a cluster that cannot be
    reached or is lost.

    Examples:

    \b
      ntkproofs experiment figure-2 --quick --output results
      ntkproofs experiment figure-2 --data cifar-10-batches-py --steps 200 --output results
    """
    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.networks.figure_2 import Figure2Settings, run_figure_2
    from ntkproofs.reports.drawing import require_matplotlib, save_figure
    from ntkproofs.reports.figure_2 import draw_figure_2, file_stem, print_figure_2, write_figure_2

    start = Figure2Settings.quick() if quick else Figure2Settings()
    task = task or ("sinusoids" if data is None else "cifar10")
    given = {"runs": runs, "steps": steps, "images": images, "channels": channels, "task": task}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if steps is not None:
        changes["looks"] = max(1, min(start.looks, steps))
    settings = replace(start, seed=seed, **changes)
    if output is not None:
        require_matplotlib()
    with kept_beside(_results(output, file_stem(task)), "--output DIR") as partial:
        with executor_for(cluster, None) as executor, Bar("networks", kept=None) as progress:
            found = run_figure_2(
                settings, folder=data, partial=partial, executor=executor, progress=progress
            )
        print_figure_2(console(), found)
        if output is not None:
            write_figure_2(output, found)
            save_figure(draw_figure_2(found), output / f"{file_stem(task)}.svg")
    if output is not None:
        typer.echo(f"Numbers and the picture are in {output}.", err=True)
