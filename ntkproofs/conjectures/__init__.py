"""Conjectures: searching for a counterexample, shrinking it, certifying it."""

from ntkproofs.conjectures import strategies as st
from ntkproofs.conjectures.conformance import check_kernel
from ntkproofs.conjectures.probing import load_conjectures, probe
from ntkproofs.conjectures.quantities import PI, Quantity, largest, quantity, smallest
from ntkproofs.conjectures.statements import Conjecture, assume, conjecture, given

__all__ = [
    "PI",
    "Conjecture",
    "Quantity",
    "assume",
    "check_kernel",
    "conjecture",
    "given",
    "largest",
    "load_conjectures",
    "probe",
    "quantity",
    "smallest",
    "st",
]
