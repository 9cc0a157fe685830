"""The command ``ntkproofs spectrum``: eigenvalues of a kernel, their law of decay, a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ntkproofs.commands.common import EXIT_UNABLE, JsonFile, SphereDim, console, rising_range
from ntkproofs.errors import InvalidInput

if TYPE_CHECKING:
    from ntkproofs.kernels.kernel import Kernel

_MOST_DEGREES = 100_000


class KernelName(StrEnum):
    """The kernels that ``spectrum`` knows."""

    ARCCOSINE = "arccosine"
    NNGP = "nngp"
    NTK = "ntk"
    EOC = "eoc"
    DEEP_NARROW = "deep_narrow"
    RESIDUAL = "residual"


_REQUIRED: Mapping[KernelName, tuple[str, ...]] = {
    KernelName.ARCCOSINE: ("order",),
    KernelName.NNGP: ("depth",),
    KernelName.NTK: ("depth",),
    KernelName.EOC: ("depth", "a", "b"),
    KernelName.DEEP_NARROW: ("rho", "beta"),
    KernelName.RESIDUAL: ("depth", "alpha"),
}
_OPTIONAL: Mapping[KernelName, tuple[str, ...]] = {
    KernelName.NNGP: ("weight_variance", "bias_variance"),
    KernelName.NTK: ("weight_variance", "bias_variance"),
}


def _number(text: str) -> Fraction:
    """An exact number from decimals or a fraction: 2, 0.1, 1/3."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise typer.BadParameter(f"{text!r} is no number such as 2, 0.1 or 1/3") from None


def _option(text: str) -> Any:
    return typer.Option(help=text, show_default=False)


def _exact(text: str) -> Any:
    return typer.Option(help=text, show_default=False, parser=_number, metavar="NUMBER")


def spectrum(
    *,
    kernel: Annotated[KernelName, typer.Option(help="The kernel.", show_default=False)],
    dim: SphereDim,
    degrees: Annotated[
        str,
        typer.Option(
            help="Degrees: 7, or 0,2,4, or 0:50 (both ends included), or 0:100:10 (in steps).",
            show_default=False,
        ),
    ],
    depth: Annotated[
        int | None, _option("Weight layers; 2 is one hidden layer. residual: blocks.")
    ] = None,
    order: Annotated[int | None, _option("arccosine: the power n of ReLU^n.")] = None,
    weight_variance: Annotated[Any, _exact("nngp, ntk: variance of the weights (2: He).")] = None,
    bias_variance: Annotated[Any, _exact("nngp, ntk: variance of the biases (0: none).")] = None,
    a: Annotated[Any, _exact("eoc: slope a of the activation a s + b|s|.")] = None,
    b: Annotated[Any, _exact("eoc: slope b of the activation a s + b|s|.")] = None,
    rho: Annotated[Any, _exact("deep_narrow: ρ of the field's covariance.")] = None,
    beta: Annotated[Any, _exact("deep_narrow: β of the field's covariance.")] = None,
    alpha: Annotated[Any, _exact("residual: scale α of the blocks.")] = None,
    digits: Annotated[
        int | None, _option("Proven enclosures to so many digits, in place of floats.")
    ] = None,
    asymptotic: Annotated[
        bool, typer.Option("--asymptotic", help="Also the law of decay, and sums of its series.")
    ] = False,
    terms: Annotated[
        int | None, _option("At most so many terms of the series (8); with the two below.")
    ] = None,
    json: JsonFile = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw the spectrum and its law: a .png, .svg or .pdf file.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print the eigenvalues of a zonal kernel on the sphere, with its conventions.

    The eigenvalue μ_ℓ belongs to the spherical harmonics of degree ℓ on S^(d-1), of which N(d,ℓ)
    are independent, against the uniform probability measure (Funk-Hecke). Floats have a relative
    error of at most 1e-12; with --digits every eigenvalue is a ball, a midpoint with a proven
    radius. Numbers are read exactly: 0.1 is one tenth, and 1/3 one third.

    With --asymptotic the law μ_ℓ ∼ C ℓ^(-p) is derived, for even and for odd degrees, and the sum
    of its asymptotic series stands beside each eigenvalue. --plot draws both.

    Exit status: 0 done; 2 wrong usage or input; 3 digits or a law that cannot be had, or a package
    that is missing.

    Examples:

    \b
      ntkproofs spectrum --kernel ntk --depth 3 --dim 3 --degrees 0:50
      ntkproofs spectrum --kernel ntk --depth 2 --dim 4 --degrees 0:100:10 --digits 30
      ntkproofs spectrum --kernel eoc --depth 10 --a 1 --b 1/2 --dim 3 --degrees 0,1,2
      ntkproofs spectrum --kernel arccosine --order 1 --dim 3 --degrees 0:9
      ntkproofs spectrum --kernel ntk --depth 3 --dim 3 --degrees 10:50 --asymptotic
      ntkproofs spectrum --kernel nngp --depth 5 --dim 10 --degrees 1:300 --plot nngp.pdf
    """
    from ntkproofs.files import require_writable

    if terms is not None and not asymptotic and plot is None:
        raise InvalidInput("--terms is about the asymptotic series: add --asymptotic or --plot.")
    wanted = parse_degrees(degrees)
    for path in (json, plot):
        if path is not None:
            require_writable(path)
    if plot is not None:
        _require_drawable(plot, wanted)
    # Only now, so that wrong input is answered before SymPy is loaded.
    from ntkproofs.reports.json_report import write_json
    from ntkproofs.reports.spectrum import print_spectrum, spectrum_to_json
    from ntkproofs.reports.spectrum import spectrum as compute

    given = {
        "depth": depth,
        "order": order,
        "weight_variance": weight_variance,
        "bias_variance": bias_variance,
        "a": a,
        "b": b,
        "rho": rho,
        "beta": beta,
        "alpha": alpha,
    }
    built = _kernel(kernel, {name: value for name, value in given.items() if value is not None})
    found = compute(
        built, dim, wanted, digits, asymptotic=asymptotic or plot is not None, terms=terms
    )
    if json is not None:
        write_json(json, spectrum_to_json(found))
    print_spectrum(console(), found)
    if plot is not None:
        from ntkproofs.reports.drawing import save_figure
        from ntkproofs.reports.plots import draw

        save_figure(draw(found), plot)
        typer.echo(f"The picture is in {plot}.", err=True)
    if found.problem:
        raise typer.Exit(EXIT_UNABLE)


def _require_drawable(path: Path, degrees: Sequence[int]) -> None:
    from ntkproofs.reports.drawing import require_format, require_matplotlib
    from ntkproofs.reports.plots import require_several

    require_format(path)
    require_several(degrees)
    require_matplotlib()


def _kernel(name: KernelName, given: Mapping[str, Any]) -> Kernel:
    """The kernel of this name; its options are all given, and no others."""
    from ntkproofs.kernels import arccosine, networks, residual

    required, optional = _REQUIRED[name], _OPTIONAL.get(name, ())
    wrong = [option for option in given if option not in required + optional]
    missing = [option for option in required if option not in given]
    if wrong or missing:
        takes = f"The kernel {name} takes {_flags(required + optional)}"
        problem = f"{_flags(wrong)} given" if wrong else f"{_flags(missing)} missing"
        raise InvalidInput(f"{takes}; {problem}. See ntkproofs spectrum --help.")
    makers: dict[KernelName, Callable[..., Kernel]] = {
        KernelName.ARCCOSINE: arccosine.arccosine,
        KernelName.NNGP: networks.nngp,
        KernelName.NTK: networks.ntk,
        KernelName.EOC: networks.eoc,
        KernelName.DEEP_NARROW: networks.deep_narrow,
        KernelName.RESIDUAL: residual.residual,
    }
    return makers[name](**given)


def _flags(options: Sequence[str]) -> str:
    return ", ".join("--" + option.replace("_", "-") for option in options)


def parse_degrees(text: str) -> list[int]:
    """Degrees from ``7``, ``0,2,4``, ``0:50`` (both ends included), ``0:100:10``, or a mixture.

    Raises:
        InvalidInput: for anything else, and for more degrees than a table can hold.

    Example:
        >>> parse_degrees("0:6:2,9")
        [0, 2, 4, 6, 9]
    """
    found: dict[int, None] = {}
    for piece in text.split(","):
        span = _span(piece, text)
        if len(span) + len(found) > _MOST_DEGREES:
            raise InvalidInput(
                f"--degrees names at most {_MOST_DEGREES} degrees; {text!r} names more. Take "
                "steps, as in 0:1000000:1000."
            )
        found.update(dict.fromkeys(span))
    return list(found)


def _span(piece: str, text: str) -> range:
    span = rising_range(piece)
    if span is None:
        raise InvalidInput(
            "--degrees is degrees >= 0 and rising ranges of them, such as 7, or 0,2,4, or 0:50 "
            f"(both ends included), or 0:100:10 (in steps); got {text!r}."
        )
    return span
