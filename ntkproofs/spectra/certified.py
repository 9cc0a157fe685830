"""Eigenvalues in balls, with a proven error bound, for any kernel that balls can evaluate.

Where the kernel is analytic in the angle (proved on a Bernstein ellipse around [0, π], see
:mod:`ntkproofs.arithmetic.angles`), one Gauss-Legendre rule serves all degrees; its remainder is
bounded by the maximum of the integrand on the ellipse. Elsewhere Arb's adaptive rigorous
integration is used, degree by degree.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flint import acb, arb

from ntkproofs.arithmetic.angles import AngleArithmetic, NotProvenAnalytic
from ntkproofs.arithmetic.balls import BallArithmetic, bits_for, precision, series_length
from ntkproofs.errors import PrecisionExhausted
from ntkproofs.kernels.kernel import Kernel, evaluate
from ntkproofs.spectra.adaptive import adaptive_eigenvalue
from ntkproofs.spectra.harmonics import sphere_constant_ball

_WIDER_ELLIPSES = (2.4, 4.0, 8.0, 16.0, 24.0)
_NARROWER_ELLIPSES = (1.7, 1.3, 1.12, 1.05)
_BOUND_BITS = 64
_ARCS = 24
_HALVINGS = 9
_ROUNDS = 5


@dataclass(frozen=True)
class _Effort:
    """How hard to try for a proof: Taylor terms, bits and pieces of the boundary."""

    terms: int
    bits: int
    pieces: int


# Few terms suffice for few layers; with many, the overestimation of balls calls for more.
_EFFORTS = (_Effort(4, 64, 160), _Effort(12, 128, 500))


class _TooManyPieces(Exception):
    """The boundary would have to be cut into more pieces than allowed."""


@dataclass(frozen=True)
class Ellipse:
    """A Bernstein ellipse in which k(cos θ) is proved analytic, and a bound of it there."""

    rho: float
    bound: arb

    @property
    def height(self) -> arb:
        """The largest |Im θ| on the ellipse around [0, π]."""
        rho = arb(self.rho)
        return arb.pi() / 4 * (rho - 1 / rho)


def ball_eigenvalues(kernel: Kernel, dim: int, degrees: tuple[int, ...], digits: int) -> list[arb]:
    """Enclosures of μ_l of relative radius below 10^-digits, for kernels without closed form.

    Raises:
        PrecisionExhausted: for degrees whose enclosure still contains 0 at the last precision.
    """
    if not ellipses(kernel):
        return [adaptive_eigenvalue(kernel, dim, degree, digits) for degree in degrees]
    found: dict[int, arb] = {}
    sought = sorted(set(degrees))
    magnitude = {degree: arb(degree + 2) ** -(dim + 1) / 100 for degree in sought}
    for _ in range(_ROUNDS):
        smallest = min((magnitude[degree] for degree in sought), key=float_log2)
        bits = bits_for(digits + 6) + max(0, int(-float_log2(smallest)))
        values = _gauss_legendre_values(kernel, dim, sought, bits)
        for degree, value in zip(sought, values, strict=True):
            if value.rel_accuracy_bits() > bits_for(digits) + 1:
                found[degree] = value
            # Smaller than thought; how small, the enclosure tells unless it contains 0.
            size = abs(value).lower()
            magnitude[degree] = arb(size) if size > 0 else magnitude[degree] ** 2
        sought = [degree for degree in sought if degree not in found]
        if not sought:
            return [found[degree] for degree in degrees]
    raise PrecisionExhausted(
        f"{digits} digits relative were asked of the eigenvalues at degrees {sought[:8]}, whose "
        f"enclosures still contain 0 at an absolute radius of about 2^-{bits}: they are 0 or "
        "smaller than that, and a ball cannot prove a number to be zero. Leave these degrees out, "
        "or prove the zeros (nt.exact_eigenvalue, parity)."
    )


def float_log2(value: arb) -> float:
    """log2 of a positive ball of any magnitude, roughly."""
    with precision(_BOUND_BITS):
        return float((value.mid().log() / arb(2).log()).mid())


def _gauss_legendre_values(kernel: Kernel, dim: int, degrees: list[int], bits: int) -> list[arb]:
    """Σ over one rule for all degrees, plus the proven remainder; absolute radius about 2^-bits."""
    top = max(degrees)
    with precision(_BOUND_BITS):
        tolerance = arb(2) ** -bits
        size = _rule_size(kernel, dim, top, tolerance)
        remainders = [_remainder(kernel, dim, degree, size) for degree in degrees]
    # The three-term recurrence on balls loses up to 1.4 bits a degree, the arccos near the poles
    # and the sum a few dozen more.
    with precision(bits + int(1.4 * top) + 2 * size.bit_length() + 48):
        weighted = _weighted_values(kernel, dim, size)
        sums = _projections(weighted, dim, top)
        scale = sphere_constant_ball(dim) * arb.pi() / 2
        zero = arb(0)
        return [
            scale * sums[degree] + zero.union(remainder).union(-remainder)
            for degree, remainder in zip(degrees, remainders, strict=True)
        ]


def _weighted_values(kernel: Kernel, dim: int, size: int) -> Iterator[tuple[arb, arb, arb]]:
    """(u, even, odd) for the nodes with u >= 0: w sin^(d-2) (k(u) ± k(-u)).

    The rule is symmetric and P_l(-u) = (-1)^l P_l(u), so half of the nodes carry everything.
    """
    ar = BallArithmetic()
    quarter = arb.pi() / 2
    for index in range((size + 1) // 2):
        node, weight = legendre_node(size, index, _current_bits())
        angle = quarter * (1 - node)  # in [0, π/2]
        sine, cosine = angle.sin_cos()
        factor = weight * sine ** (dim - 2)
        here = evaluate(kernel, cosine, ar)
        if 2 * index + 1 == size:
            yield cosine, factor * here, arb(0)
        else:
            there = evaluate(kernel, -cosine, ar)
            yield cosine, factor * (here + there), factor * (here - there)


def _current_bits() -> int:
    from flint import ctx

    return int(ctx.prec)


@lru_cache(maxsize=20_000)
def legendre_node(size: int, index: int, bits: int) -> tuple[arb, arb]:
    """Node (in descending order) and weight of the Gauss-Legendre rule on [-1, 1], as balls."""
    with precision(bits):
        return arb.legendre_p_root(size, index, weight=True)


def _projections(weighted: Iterator[tuple[arb, arb, arb]], dim: int, top: int) -> list[arb]:
    """Σ over nodes of the even and odd values times P_l(u), for l = 0..top."""
    totals = [arb(0)] * (top + 1)
    for cosine, even, odd in weighted:
        before, here = arb(1), cosine
        totals[0] += even
        if top >= 1:
            totals[1] += odd * here
        for degree in range(1, top):
            step = (2 * degree + dim - 2) * (cosine * here) - degree * before
            before, here = here, step / (degree + dim - 2)
            totals[degree + 1] += (odd if degree % 2 == 0 else even) * here
    return totals


def _remainder(kernel: Kernel, dim: int, degree: int, size: int) -> arb:
    """A bound of the error of μ_l by the Gauss-Legendre rule with ``size`` >= 2 nodes on [0, π].

    If |f| <= M on the ellipse E_ρ around [-1, 1], the error of the N-point rule is at most
    (64/15) M ρ^(-2N) / (1 - ρ^-2) (Trefethen, Approximation Theory, Theorem 19.3). On the ellipse
    around [0, π], with h the largest |Im θ|: |P_l(cos θ)| <= e^(l h), from Laplace's integral
    P_l(cos θ) = E (cos θ + i s sin θ)^l, s in [-1, 1]; and |sin θ| <= cosh h.
    """
    best = min(
        (_remainder_on(ellipse, dim, degree, size) for ellipse in ellipses(kernel)),
        key=float_log2,
    )
    return best * sphere_constant_ball(dim) * arb.pi() / 2


def _remainder_on(ellipse: Ellipse, dim: int, degree: int, size: int) -> arb:
    rho, height = arb(ellipse.rho), ellipse.height
    integrand = ellipse.bound * (degree * height).exp() * height.cosh() ** (dim - 2)
    bound = arb(64) / 15 * integrand * rho ** (-2 * size) / (1 - rho**-2)
    return arb(bound.upper())


def _rule_size(kernel: Kernel, dim: int, degree: int, tolerance: arb) -> int:
    """The least number of nodes whose remainder is below the tolerance, over all ellipses."""
    log_tolerance = float_log2(tolerance)
    sizes = []
    for ellipse in ellipses(kernel):
        at_two = float_log2(_remainder_on(ellipse, dim, degree, 2))
        per_node = 2 * float_log2(arb(ellipse.rho))
        sizes.append(2 + max(0, int((at_two - log_tolerance) / per_node) + 1))
    return min(sizes)


@lru_cache(maxsize=256)
def ellipses(kernel: Kernel) -> tuple[Ellipse, ...]:
    """Ellipses on which the kernel is proved analytic, with its bounds; empty if none is.

    A kernel that is analytic on an ellipse is so on every smaller one: the search goes up from the
    middle while proofs succeed, and down only if the first one fails.
    """
    found: list[Ellipse] = []
    for rho in _WIDER_ELLIPSES:
        ellipse = _prove_ellipse(kernel, rho, _EFFORTS[:1] if found else _EFFORTS)
        if ellipse is None:
            break
        found.append(ellipse)
    if not found:
        narrower = (_prove_ellipse(kernel, rho, _EFFORTS) for rho in _NARROWER_ELLIPSES)
        found += itertools.islice((e for e in narrower if e is not None), 1)
    return tuple(found)


def _prove_ellipse(kernel: Kernel, rho: float, efforts: tuple[_Effort, ...]) -> Ellipse | None:
    for effort in efforts:
        with precision(effort.bits), series_length(effort.terms + 1):
            try:
                return Ellipse(rho, _boundary_bound(kernel, rho, effort.pieces))
            except _TooManyPieces:
                continue
            except NotProvenAnalytic as failure:
                if failure.final:
                    return None
    return None


def _boundary_bound(kernel: Kernel, rho: float, pieces: int) -> arb:
    """An upper bound of |k(cos θ)| on the ellipse E_ρ around [0, π].

    The upper half of the boundary is covered by balls (the kernel is real on the real axis); a
    piece on which a condition is not met is halved, up to a limit.
    """
    arcs = [(arb.pi() * (2 * i + 1) / (2 * _ARCS), 0) for i in range(_ARCS)]
    bound = arb(0)
    while arcs:
        centre, halvings = arcs.pop()
        radius = arb.pi() / (2 * _ARCS) / 2**halvings
        pieces -= 1
        if pieces < 0:
            raise _TooManyPieces
        try:
            value = _value_on_arc(kernel, rho, centre + radius * arb(0, 1))
        except NotProvenAnalytic as failure:
            if failure.final or halvings == _HALVINGS:
                raise
            arcs += [(centre + sign * radius / 2, halvings + 1) for sign in (-1, 1)]
            continue
        bound = bound.max(arb(value.abs_upper()))
    return arb(bound.upper())


def _value_on_arc(kernel: Kernel, rho: float, parameter: arb) -> acb:
    ratio = arb(rho)
    sine, cosine = parameter.sin_cos()
    real = arb.pi() / 2 * (1 + (ratio + 1 / ratio) / 2 * cosine)
    imaginary = arb.pi() / 2 * (ratio - 1 / ratio) / 2 * sine
    ar = AngleArithmetic.at_root(acb(real, imaginary))
    value = evaluate(kernel, ar.cosine, ar).value
    if not value.is_finite():
        raise NotProvenAnalytic("a value on the ellipse has no finite enclosure", final=False)
    return value
