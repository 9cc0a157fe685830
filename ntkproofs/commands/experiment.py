"""The commands ``ntkproofs experiment NAME``: trained networks, beside what theory says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ntkproofs.commands.common import Bar, Cluster, JsonFile, console, kept_beside
from ntkproofs.commands.tables import figure_2, table_1, table_2, table_3, table_4

experiment = typer.Typer(
    no_args_is_help=True,
    help="Train networks and lay what they do beside what theory says (extra `networks`).",
    rich_markup_mode=None,
)

experiment.command("table-1", short_help="Four models on a sum of sinusoids.")(table_1)
experiment.command("table-2", short_help="Four models on five Gaussian classes.")(table_2)
experiment.command("table-3", short_help="Four models on Boston housing, Iris, Wine.")(table_3)
experiment.command("table-4", short_help="Four models on a part of CIFAR-10.")(table_4)
experiment.command("figure-2", short_help="Kernels during training.")(figure_2)

_Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="DIR",
        help="Write the numbers (CSV, JSON) and the pictures (SVG) to this folder.",
        show_default=False,
    ),
]


@experiment.command("frequency-control", short_help="Which frequency is learned at which rate.")
def frequency_control(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="A small run of seconds instead of minutes.")
    ] = False,
    width: Annotated[
        list[int] | None,
        typer.Option(
            metavar="W", help="Width of the hidden layers; may be repeated.", show_default=False
        ),
    ] = None,
    draws: Annotated[
        int | None, typer.Option(metavar="N", help="Networks per width.", show_default=False)
    ] = None,
    steps: Annotated[
        int | None, typer.Option(metavar="N", help="Steps of descent.", show_default=False)
    ] = None,
    depth: Annotated[int, typer.Option(metavar="L", help="Weight layers.")] = 2,
    seed: Annotated[int, typer.Option(help="What all draws and targets are derived from.")] = 0,
    output: _Output = None,
    cluster: Cluster = None,
) -> None:
    """Train wide networks on the torus with Sobolev losses, and measure rates of frequencies.

    Theory: with the loss of order s, frequency k is learned at the rate λ_k, the kernel's
    eigenvalue on the grid over the number of points, times (1 + ‖k‖²)^s. Networks of several widths
    are trained by full-batch gradient descent on T^1 and T^2, for several s and for the Poisson
    equation; rates measured from the curves of their Fourier coefficients are laid beside λ_k.

    Targets contain all frequencies, with a root mean square of 1/100, and the output at
    initialisation is subtracted: so the kernel hardly moves. Targets of size 1/10 and 1 are run
    once more, to show what is lost.

    On a cluster the networks are trained beside each other, to the same numbers. With --output
    finished networks are kept, and the same command goes on after an interruption or the loss of a
    cluster.

    Exit status: 0 done; 2 wrong usage or input; 3 a network that diverged, a missing package, or a
    cluster that cannot be reached or is lost.

    Examples:

    \b
      ntkproofs experiment frequency-control --quick
      ntkproofs experiment frequency-control --output results
      ntkproofs experiment frequency-control --width 256 --width 1024 --draws 4
    """
    from dataclasses import replace

    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.networks.frequency_experiment import Settings, run_frequency_control
    from ntkproofs.reports.frequency_control import (
        print_frequency_control,
        write_rates,
        write_summary,
    )

    changes: dict[str, Any] = {"depth": depth, "seed": seed}
    given = {"widths": tuple(width) if width else None, "draws": draws, "steps": steps}
    changes |= {name: value for name, value in given.items() if value is not None}
    settings = replace(Settings.quick() if quick else Settings(), **changes)
    if output is not None:
        from ntkproofs.reports.drawing import require_matplotlib

        require_matplotlib()
    target = None if output is None else output / "frequency_control.json"
    with kept_beside(target, "--output DIR") as partial:
        with executor_for(cluster, None) as executor, Bar("networks", kept=None) as progress:
            found = run_frequency_control(settings, progress, executor=executor, partial=partial)
        print_frequency_control(console(), found)
        if output is not None and target is not None:
            from ntkproofs.reports.drawing import save_figure
            from ntkproofs.reports.frequency_pictures import pictures

            write_rates(output / "frequency_control.csv", found)
            write_summary(target, found)
            for name, figure in pictures(found).items():
                save_figure(figure, output / f"frequency_control_{name}.svg")
    if output is not None:
        typer.echo(f"Numbers and pictures are in {output}.", err=True)


@experiment.command("lazy-regime", short_help="Wide ECRNs beside their linearisation.")
def lazy_regime(
    *,
    width: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="Width; may be repeated.", show_default=False),
    ] = None,
    alpha: Annotated[
        list[float] | None,
        typer.Option(metavar="A", help="Scale of the blocks; may be repeated.", show_default=False),
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="N", help="Networks of each kind.")] = 8,
    json_file: JsonFile = None,
    cluster: Cluster = None,
) -> None:
    """Train ECRNs of several widths and scales; measure how far they leave their linearisation.

    Full-batch descent on 12 inputs, NTK parametrisation, three tanh blocks. Printed are the drift
    of the kernel, ‖Θ_t - Θ_0‖/‖Θ_0‖, the distance of the trained network from its linearisation,
    and their exponents in the width.

    The rows that the claims ecrn.linearised and ecrn.kernel-drift are decided from were made by
    widths 32 to 512 at α = 1/2, and α = 1/16 to 1 at width 128, 24 networks each.

    With --json FILE finished networks are kept beside the file, and the same command goes on after
    an interruption or the loss of a cluster.

    Examples:

    \b
      ntkproofs experiment lazy-regime
      ntkproofs experiment lazy-regime --width 128 --alpha 0.125 --alpha 1 --json lazy.json
    """
    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.networks.lazy_regime import Setting, laziness
    from ntkproofs.reports.ecrn import print_laziness, write_networks

    setting = Setting()
    with kept_beside(json_file, "--json FILE") as partial:
        with executor_for(cluster, None) as executor, Bar("networks", kept=None) as progress:
            rows = laziness(
                width or [32, 64, 128], alpha or [0.5], range(seeds), setting,
                executor=executor, partial=partial, progress=progress,
            )  # fmt: skip
        print_laziness(console(), rows)
        if json_file is not None:
            write_networks(json_file, setting, rows)


@experiment.command("spectral-bias", short_help="Which frequency is learned when, with features.")
def spectral_bias(
    *,
    bandwidth: Annotated[
        list[float] | None,
        typer.Option(
            metavar="S",
            help="Standard deviation of B, 0 for no features; may be repeated.",
            show_default=False,
        ),
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="N", help="Networks of each bandwidth.")] = 4,
    steps: Annotated[int, typer.Option(metavar="N", help="Of descent, at most.")] = 4000,
    json_file: JsonFile = None,
    cluster: Cluster = None,
) -> None:
    """Train ECRNs with Fourier features and without, and count the steps until each frequency.

    The target has the frequencies 1 to 6 on 32 points of [0, 1). Every network takes steps of size
    1/λ_max of its own kernel. A frequency is learned when its share of the residual has fallen to a
    tenth for good; printed are medians over seeds.

    With --json FILE finished networks are kept beside the file, and the same command goes on after
    an interruption or the loss of a cluster.

    Examples:

    \b
      ntkproofs experiment spectral-bias
      ntkproofs experiment spectral-bias --bandwidth 2 --bandwidth 0 --json bias.json
    """
    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.networks.spectral_bias import BiasSetting
    from ntkproofs.networks.spectral_bias import spectral_bias as measure
    from ntkproofs.reports.ecrn import print_bias, write_networks

    setting = BiasSetting(steps=steps)
    with kept_beside(json_file, "--json FILE") as partial:
        with executor_for(cluster, None) as executor, Bar("networks", kept=None) as progress:
            rows = measure(
                bandwidth or [4.0, 0.05, 0.0], range(seeds), setting,
                executor=executor, partial=partial, progress=progress,
            )  # fmt: skip
        print_bias(console(), rows)
        if json_file is not None:
            write_networks(json_file, setting, rows)
