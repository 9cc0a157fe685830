"""Exact eigenvalues of zonal kernels, against certified quadrature."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from flint import arb

from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import ClosedFormUnknown, InvalidInput
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import cosine, nngp, ntk
from ntkproofs.spectra.certified import ball_eigenvalues
from ntkproofs.spectra.eigenvalues import eigenvalues
from ntkproofs.spectra.exact import exact_eigenvalue
from ntkproofs.spectra.harmonics import harmonic_dimension

from ._eigenvalues import LAPLACE, assert_encloses, relative_error

FACTS = [
    (arccosine(0), ["1/2", "1/8", "0", "1/128", "0", "1/512", "0"]),
    (arccosine(1), ["3/8", "1/6", "3/128", "0", "1/1536", "0"]),
    (ntk(2), ["1/2", "1/3", "5/64", "0", "1/192", "0"]),
    (nngp(2), ["3/8", "1/6", "3/128", "0", "1/1536", "0"]),
    (cosine, ["0", "1/3", "0", "0"]),
    (cosine * cosine, ["1/3", "0", "2/15", "0"]),
    (1 + 0 * cosine, ["1", "0", "0"]),
    (cosine * arccosine(0), ["1/8", "1/6", "7/128", "0", "7/1536"]),
]


@pytest.mark.parametrize(("kernel", "printed"), FACTS, ids=repr)
def test_small_values_on_the_sphere(kernel: Kernel, printed: list[str]) -> None:
    for degree, text in enumerate(printed):
        exact = exact_eigenvalue(kernel, 3, degree)
        assert exact == sp.Rational(text)
        (enclosure,) = eigenvalues(kernel, 3, degree, digits=30)
        (value,) = eigenvalues(kernel, 3, degree)
        assert value == float(exact)
        if exact == 0:
            assert enclosure.is_zero()
        else:
            assert (enclosure * int(exact.q) - int(exact.p)).contains(0)


def test_multiplication_by_the_cosine_shifts_degrees() -> None:
    """u P_l = (l P_(l-1) + (l+1) P_(l+1)) / (2l + 1) on S^2: μ_l(u k) from μ_(l±1)(k)."""
    below = [exact_eigenvalue(arccosine(0), 3, degree) for degree in range(9)]
    for degree in range(8):
        previous = degree * below[degree - 1] if degree else 0
        expected = (previous + (degree + 1) * below[degree + 1]) / (2 * degree + 1)
        for kernel in (cosine * arccosine(0), arccosine(0) * cosine):
            assert exact_eigenvalue(kernel, 3, degree) == expected
        assert exact_eigenvalue(ntk(2), 3, degree) == expected + exact_eigenvalue(
            arccosine(1), 3, degree
        )


def test_powers_of_the_cosine_nest() -> None:
    u = cosine
    product = (u * arccosine(2)) * (u * u)
    for degree in range(6):
        expected = exact_eigenvalue(u * (u * (u * arccosine(2))), 4, degree)
        assert exact_eigenvalue(product, 4, degree) == expected != 0


@pytest.mark.parametrize("dim", [2, 3, 4, 7])
@pytest.mark.parametrize("power", [1, 4, 7])
def test_eigenvalues_of_monomials(dim: int, power: int) -> None:
    """μ_l(u^n) = n! Γ(d/2) / (2^n ((n-l)/2)! Γ((n+l+d)/2)) for even n - l >= 0, else 0."""
    kernel = cosine
    for _ in range(power - 1):
        kernel = kernel * cosine
    for degree in range(power + 3):
        expected = sp.Integer(0)
        if degree <= power and (power - degree) % 2 == 0:
            expected = (
                sp.factorial(power)
                * sp.gamma(sp.Rational(dim, 2))
                / (2**power * sp.factorial((power - degree) // 2))
                / sp.gamma(sp.Rational(power + degree + dim, 2))
            )
        assert sp.simplify(exact_eigenvalue(kernel, dim, degree) - expected) == 0


@pytest.mark.parametrize("dim", [2, 3, 4, 10])
@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_closed_forms_against_certified_quadrature(order: int, dim: int) -> None:
    kernel = arccosine(order)
    degrees = tuple(
        degree for degree in (0, 1, 2, 3, 4, 9, 20) if degree <= order or (degree - order) % 2
    )
    closed = eigenvalues(kernel, dim, degrees, digits=50)
    assert_encloses(ball_eigenvalues(kernel, dim, degrees, 30), closed, 30)


@pytest.mark.parametrize("dim", [2, 3, 4, 10])
def test_the_two_layer_kernel_against_certified_quadrature(dim: int) -> None:
    degrees = (0, 1, 2, 4, 20, 60)
    closed = eigenvalues(ntk(2), dim, degrees, digits=50)
    assert_encloses(ball_eigenvalues(ntk(2), dim, degrees, 30), closed, 30)


@pytest.mark.parametrize(
    ("kernel", "vanishing"),
    [
        (arccosine(0), range(2, 41, 2)),
        (arccosine(1), range(3, 41, 2)),
        (arccosine(3), range(5, 41, 2)),
        (ntk(2), range(3, 41, 2)),
        (arccosine(2) - 3 * cosine, range(4, 41, 2)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dim", [2, 3, 4])
def test_zeros_by_parity_are_exact(kernel: Kernel, vanishing: range, dim: int) -> None:
    assert np.all(eigenvalues(kernel, dim, vanishing) == 0)
    assert all(value.is_zero() for value in eigenvalues(kernel, dim, vanishing, digits=5))
    assert all(exact_eigenvalue(kernel, dim, degree) is sp.S.Zero for degree in vanishing)
    others = [degree for degree in range(41) if degree not in vanishing]
    assert np.all(eigenvalues(kernel, dim, others) != 0)


M = sp.Symbol("m", integer=True, positive=True)
D = sp.Symbol("d", integer=True, positive=True)


@pytest.mark.parametrize(
    ("kernel", "degree"),
    [
        (arccosine(0), 2 * M + 1),
        (arccosine(1), 2 * M),
        (arccosine(2), 2 * M + 1),
        (ntk(2), 2 * M),
        (3 * arccosine(1) + cosine * arccosine(0) / 2, 2 * M),
        (cosine * (cosine * arccosine(1)), 2 * M + 2),
    ],
    ids=repr,
)
def test_symbolic_closed_forms_hold_for_numbers(kernel: Kernel, degree: sp.Expr) -> None:
    formula = exact_eigenvalue(kernel, D, degree)
    assert formula.free_symbols == {M, D}
    for dim, m in ((2, 2), (3, 2), (4, 3), (11, 5)):
        number = degree.subs(M, m)
        expected = exact_eigenvalue(kernel, dim, number)
        assert expected != 0
        assert sp.simplify(formula.subs({D: dim, M: m}) - expected) == 0
        half = exact_eigenvalue(kernel, dim, degree).subs(M, m)
        assert sp.simplify(half - expected) == 0


def test_symbolic_closed_forms_know_their_zeros() -> None:
    assert exact_eigenvalue(ntk(2), D, 2 * M + 1) == 0
    assert exact_eigenvalue(arccosine(0), D, 2 * M) == 0
    assert exact_eigenvalue(1 + cosine, D, 2 * M + 1) == 0
    with pytest.raises(InvalidInput, match="parity"):
        exact_eigenvalue(ntk(2), D, M)


@pytest.mark.parametrize("kernel", [ntk(3), LAPLACE, arccosine(1) * arccosine(0)], ids=repr)
def test_closed_forms_that_are_unknown(kernel: Kernel) -> None:
    with pytest.raises(ClosedFormUnknown, match="digits=50"):
        exact_eigenvalue(kernel, 3, 2)
    with pytest.raises(ClosedFormUnknown):
        exact_eigenvalue(kernel, D, 2 * M)


@pytest.mark.parametrize("digits", [5, 30, 100])
def test_closed_forms_that_cancel_keep_their_digits(digits: int) -> None:
    """μ_0 of arccosine(1) on the circle is 4/π², of which a float is taken away."""
    kernel = arccosine(1) - 4 / np.pi**2
    (value,) = eigenvalues(kernel, 2, 0, digits=digits)
    with precision(800):
        truth = 4 / arb.pi() ** 2 - arb(4 / np.pi**2)
        assert abs(value - truth) < abs(truth) * arb(10) ** -digits
    assert relative_error(eigenvalues(kernel, 2, 0)[0], truth) < 1e-15


def test_the_trace() -> None:
    """Σ N(d, l) μ_l = k(1) = 1, from below; the terms fall like l^-4 over even l on S^2."""
    last = 200
    terms = [
        harmonic_dimension(3, degree) * exact_eigenvalue(arccosine(1), 3, degree)
        for degree in range(last + 1)
    ]
    assert all(term >= 0 for term in terms)
    missing = 1 - sum(terms)
    assert 0 < missing < sp.Rational(1, 10**6)
    # Σ over even l > L of c l^-4 is c/(6 (L + 1)³) up to relative L^-2
    tail = terms[last] * (last + sp.Rational(1, 2)) ** 4 / (6 * (last + sp.Rational(1, 2) + 1) ** 3)
    assert abs(missing / tail - 1) < sp.Rational(1, 1000)
