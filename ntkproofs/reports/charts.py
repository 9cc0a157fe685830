"""Charts that claims about spectra show: eigenvalues, and the law by which they decay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ntkproofs.claims.figures import LOG, POINTS, Chart, Curve, curve
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.reports.spectrum import Line, spectrum


def decay_chart(
    kernels: Kernel | Sequence[tuple[str, Kernel]], dim: int, degrees: Sequence[int]
) -> Chart:
    """Eigenvalues of kernels on two logarithmic axes, with the leading laws C l^(-p) as lines.

    Args:
        kernels: one, or several with their labels.
        dim: of the space.
        degrees: from 1 on. Eigenvalues that are not positive are left out.

    Raises:
        InvalidInput: if no eigenvalue can be drawn.

    Example:
        >>> import ntkproofs as nt
        >>> [one.style for one in decay_chart(nt.ntk(2), 3, range(1, 20)).curves]
        ['points', 'line', 'points']
    """
    named = [("", kernels)] if isinstance(kernels, Kernel) else kernels
    curves = [one for label, kernel in named for one in _curves(label, kernel, dim, degrees)]
    return Chart(r"degree $\ell$", r"$\mu_\ell$", tuple(curves), LOG, LOG)


def _curves(label: str, kernel: Kernel, dim: int, degrees: Sequence[int]) -> Iterator[Curve]:
    found = spectrum(kernel, dim, degrees, None, asymptotic=True, terms=1)
    prefix = f"{label}, " if label else ""
    shown = False
    for parity in ("even", "odd"):
        lines = [line for line in found.lines if _parity(line) == parity and _drawable(line)]
        if not lines:
            continue
        shown = True
        x = [line.degree for line in lines]
        yield curve(rf"{prefix}{parity} $\ell$", x, [float(line.number) for line in lines], POINTS)
        law = None if found.laws is None else getattr(found.laws, parity)
        if law is not None and law.has_power and len(x) > 1:
            grid = np.geomspace(x[0], x[-1], 40)
            values = float(law) * grid ** -float(law.exponent)
            yield curve(f"${law.latex()}$", grid, values)
    if not shown:
        raise InvalidInput(
            f"{kernel!r} has no positive eigenvalue at the degrees asked for; a logarithmic axis "
            "shows no others. Ask for other degrees."
        )


def _parity(line: Line) -> str:
    return "odd" if line.degree % 2 else "even"


def _drawable(line: Line) -> bool:
    return line.degree > 0 and float(line.number) > 0
