"""Conjectures: searching for a counterexample, shrinking it, certifying it."""

from ntkproofs.conjectures import strategies as st
from ntkproofs.conjectures.conformance import check_kernel
from ntkproofs.conjectures.probing import load_conjectures, probe
from ntkproofs.conjectures.quantities import PI, Quantity, largest, quantity, smallest
from ntkproofs.conjectures.statements import Conjecture, assume, conjecture, given
from ntkproofs.conjectures.values import (
    eigenvalue,
    harmonics,
    legendre,
    multiplier,
    product,
    weighted,
    zonal_matrix,
)

__all__ = [
    "PI",
    "Conjecture",
    "Quantity",
    "assume",
    "check_kernel",
    "conjecture",
    "eigenvalue",
    "given",
    "harmonics",
    "largest",
    "legendre",
    "load_conjectures",
    "multiplier",
    "probe",
    "product",
    "quantity",
    "smallest",
    "st",
    "weighted",
    "zonal_matrix",
]
