r"""The NTK operator and the Sobolev operator commute on L² of the sphere.

P_s is a function of the Laplacian Δ of the sphere. An integral operator with a smooth kernel k
commutes with Δ exactly if Δ_x k(x,y) = Δ_y k(x,y), since Δ is self-adjoint. For k = f(<x,y>), with
an arbitrary smooth f, this is an identity between polynomials. If the kernel is tilted,
k = f(<x,y>)(1 + a x_1)(1 + a y_1), or the measure is, with density 1 + b y_1, it fails.

NTKs of ReLU networks are not smooth at u = ±1: f' may grow there like (1-u)^(-1/2), and on the
circle the Laplacian of k has a point mass at x = y. What they need is less. Polynomials are dense
in the f that are integrable against the density c (1-u²)^((d-3)/2) of u, and ‖K‖ is the integral of
|f| at most (Funk-Hecke, |P_l| <= 1). A polynomial in u commutes with Δ, so that it keeps degrees
apart, and multiplies each by a number (Schur's lemma); limits of such operators in norm do so too.
A bounded operator that is a number on each degree maps the domain of P_s into itself, and commutes
with P_s there.
"""

from fractions import Fraction
from math import prod

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity, premise
from ntkproofs.claims.theorems import FUNK_HECKE, SCHUR, SPECTRAL_THEOREM
from ntkproofs.derivation import derivation

u, x, y, d, f0, f1, f2 = sp.symbols("u x_1 y_1 d f f' f''")

operator_commutation = Claim(
    id="talk.operator-commutation",
    statement=r"[K, P_s] = 0",
    source="talk, Sobolev Training Framework; Optimization Bounds via Spectral Factorization",
    parameters="operators on L²(S^(d-1)), d >= 2; k = f(<x,y>), f integrable against "
    "(1-u²)^((d-3)/2), as all NTKs of ReLU networks are; uniform measure; on the domain of P_s",
    constants={"kernel_tilt": 0, "measure_tilt": 0},
    mutants={"kernel_tilt": [1, Fraction(1, 100)], "measure_tilt": [1, Fraction(1, 100)]},
)


@operator_commutation.proof(
    relies_on=[SPECTRAL_THEOREM, SCHUR, FUNK_HECKE],
    covers="f smooth on [-1,1]: the identity, for every f, d, x and y. Other f, as those "
    "that are not smooth at ±1: their operators are limits of those of polynomials in norm, and "
    "numbers on each degree as these are, by the Funk-Hecke formula and Schur's lemma",
)
def laplacians_agree(kernel_tilt, measure_tilt):
    """Δ_x k = Δ_y k for k = f(<x,y>) with an arbitrary f, as polynomials in f, f', f''.

    On the sphere Δ f(u) = (1-u²) f'' - (d-1) u f' (derivations/composite_spectrum.py),
    Δ x_1 = -(d-1) x_1, |∇x_1|² = 1 - x_1² and <∇_x u, ∇_x x_1> = y_1 - u x_1.
    """
    a, b = sp.Rational(kernel_tilt), sp.Rational(measure_tilt)
    of_x, of_y = 1 + a * x, (1 + a * y) * (1 + b * y)
    composite = derivation("composite-spectrum")
    for step in composite.steps():
        yield premise(step)
    laplacian_f = laplacian_as_derived(composite)

    def laplacian(weight, here, there):
        slope = sp.diff(weight, here)
        curvature = (1 - here**2) * sp.diff(slope, here) - (d - 1) * here * slope
        return weight * laplacian_f + 2 * f1 * slope * (there - u * here) + f0 * curvature

    yield identity(
        r"\Delta_x k(x,y) = \Delta_y k(x,y)",
        of_y * laplacian(of_x, x, y),
        of_x * laplacian(of_y, y, x),
    )


def laplacian_as_derived(composite):
    """Δ f(u) of the derivation in the symbols of this file."""
    at, dim = (composite.notation.symbol_entry(name).symbol for name in ("u", "d"))
    f = sp.Function("f")(at)
    slopes = {sp.Derivative(f, (at, 2)): f2, sp.Derivative(f, at): f1}
    return composite.statement("zonal").right.xreplace(slopes).xreplace({at: u, dim: d})


@operator_commutation.certificate(on="k = u^j, j <= 4; harmonics of degree <= 2; d = 2..4")
def degrees_do_not_mix(kernel_tilt, measure_tilt):
    """<Y, K Y'> = 0 for harmonics of different degrees, by exact moments of the sphere."""
    for dim in (2, 3, 4):
        for power in range(5):
            for left, right in ((ONE, X1), (X1, ONE), (ONE, X1X2), (X1, X1X2), (X1X2, X1)):
                value = bilinear(
                    power,
                    left,
                    right,
                    dim=dim,
                    kernel_tilt=kernel_tilt,
                    measure_tilt=measure_tilt,
                )
                yield exactly(
                    rf"\langle Y, K Y' \rangle = 0,\ k = u^{power}",
                    value,
                    0,
                    {"d": dim, "k": f"u^{power}", "Y": left, "Y'": right},
                )


# Polynomials as {(exponent of x_1, exponent of x_2): coefficient}.
ONE, X1, X1X2 = {(0, 0): 1}, {(1, 0): 1}, {(1, 1): 1}


def moment(exponents, dim):
    """The mean of a monomial over the sphere: Π (e_i - 1)!! / (d (d+2) ...); 0 for odd ones."""
    if any(e % 2 for e in exponents):
        return Fraction(0)
    above = prod(k for e in exponents for k in range(1, e, 2))
    below = prod(dim + 2 * k for k in range(sum(exponents) // 2))
    return Fraction(above, below)


def bilinear(power, left, right, *, dim, kernel_tilt, measure_tilt):
    """∫∫ left(x) k(x,y) right(y) for k = u^power (1 + a x_1)(1 + a y_1)(1 + b y_1), exactly."""
    a, b = Fraction(kernel_tilt), Fraction(measure_tilt)
    in_x = times(left, {(0, 0): 1, (1, 0): a})
    in_y = times(times(right, {(0, 0): 1, (1, 0): a}), {(0, 0): 1, (1, 0): b})
    total = Fraction(0)
    for split, count in powers_of_u(power, dim):
        for (i, j), c in in_x.items():
            for (p, q), e in in_y.items():
                at_x = moment((split[0] + i, split[1] + j, *split[2:]), dim)
                at_y = moment((split[0] + p, split[1] + q, *split[2:]), dim)
                total += count * c * e * at_x * at_y
    return total


def times(p, q):
    product = {}
    for (i, j), c in p.items():
        for (k, m), e in q.items():
            product[i + k, j + m] = product.get((i + k, j + m), 0) + c * e
    return product


def powers_of_u(power, dim):
    """The monomials of (x_1 y_1 + ... + x_d y_d)^power with their multinomial coefficients."""
    if dim == 1:
        return [([power], 1)]
    return [
        ([k, *rest], sp.binomial(power, k) * count)
        for k in range(power + 1)
        for rest, count in powers_of_u(power - k, dim - 1)
    ]
