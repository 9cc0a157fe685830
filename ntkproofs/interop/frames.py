"""Results as data frames of pandas, with versions and conventions in ``frame.attrs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ntkproofs.claims.report import Report
from ntkproofs.claims.verdict import ClaimResult
from ntkproofs.conventions import require_degrees, require_dim
from ntkproofs.environment import environment
from ntkproofs.errors import MissingPackage
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.intervals import Interval
from ntkproofs.spectra.eigenvalues import eigenvalues
from ntkproofs.spectra.harmonics import harmonic_dimension

if TYPE_CHECKING:
    from pandas import DataFrame


def spectrum_frame(kernel: Kernel, dim: int, degrees: Any, digits: int | None = None) -> DataFrame:
    """The eigenvalues μ_l of a zonal kernel on S^(d-1) as a data frame.

    Args:
        kernel: a zonal kernel.
        dim: d >= 2.
        degrees: l >= 0, an integer or several.
        digits: if given, enclosures of so many digits are computed.

    Returns:
        One row a degree: ``degree``, ``multiplicity`` (an exact Python integer), ``eigenvalue``
        (float64); with digits ``lower`` and ``upper`` in its place, floats that enclose it, which
        for more than 16 digits are neighbours. ``attrs`` holds kernel, dim and environment.

    Raises:
        InvalidInput: as :func:`ntkproofs.eigenvalues`.
        MissingPackage: if pandas is not installed.

    Example:
        >>> import ntkproofs as nt
        >>> frame = nt.interop.spectrum_frame(nt.ntk(2), 3, range(3))
        >>> frame["eigenvalue"].tolist(), frame["multiplicity"].tolist()
        ([0.5, 0.3333333333333333, 0.078125], [1, 3, 5])
    """
    pandas = _require_pandas()
    dim, degrees = require_dim(dim), require_degrees(degrees)
    values: Any = eigenvalues(kernel, dim, degrees, digits)
    columns: dict[str, Any] = {
        "degree": list(degrees),
        "multiplicity": [harmonic_dimension(dim, degree) for degree in degrees],
    }
    if digits is None:
        columns["eigenvalue"] = values
    else:
        found = [Interval.around(value) for value in values]
        columns |= {"lower": [one.lower for one in found], "upper": [one.upper for one in found]}
    frame = pandas.DataFrame(columns)
    frame.attrs |= {"kernel": repr(kernel), "dim": dim, "environment": environment()}
    return frame


def report_frame(report: Report) -> DataFrame:
    """A report of ``nt.verify`` as a data frame, one row a claim.

    Args:
        report: what ``nt.verify`` returned.

    Returns:
        Columns ``id``, ``verdict``, ``grade``, ``amended`` and ``amended_grade`` (None without an
        amendment), ``mutants_killed`` and ``mutants`` (None where they were not run), ``crashed``,
        ``source``. ``attrs`` holds seed and environment.

    Raises:
        MissingPackage: if pandas is not installed.

    Example:
        >>> import ntkproofs as nt
        >>> frame = nt.interop.report_frame(nt.verify(only="talk.harmonic-dimension"))
        >>> frame.loc[0, ["id", "verdict"]].tolist()
        ['talk.harmonic-dimension', 'proved']
    """
    pandas = _require_pandas()
    frame = pandas.DataFrame([_row(claim) for claim in report.claims], dtype=object)
    frame.attrs |= {"seed": report.seed, "environment": environment()}
    return frame


def _row(claim: ClaimResult) -> dict[str, Any]:
    original, amended, mutants = claim.original, claim.amended, claim.mutants
    grades = [None if one is None or one.grade is None else one.grade.word for one in
              (original, amended)]  # fmt: skip
    return {
        "id": claim.id,
        "verdict": original.verdict.value,
        "grade": grades[0],
        "amended": None if amended is None else amended.verdict.value,
        "amended_grade": grades[1],
        "mutants_killed": None if mutants is None else mutants.killed,
        "mutants": None if mutants is None else mutants.total,
        "crashed": claim.crashed,
        "source": claim.source,
    }


def _require_pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise MissingPackage(
            'Data frames need pandas, which is not installed. Install it: pip install "'
            'ntkproofs[interop]".'
        ) from None
    return pandas
