"""Kernels as users meet them: accuracy, types in and out, the algebra, LaTeX, what is refused."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import array_api_strict
import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import acb, arb
from hypothesis import given, settings
from hypothesis import strategies as st

from ntkproofs.arithmetic.balls import BallArithmetic, precision
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.arccosine import arccosine, double_factorial, polynomials
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import (
    cosine,
    cosine_map,
    cosine_map_derivative,
    deep_narrow,
    eoc,
    nngp,
    ntk,
)
from ntkproofs.kernels.user import zonal

MP = mpmath.mp.clone()
MP.dps = 60
HALF_ULP = 1.12e-16  # correctly rounded results have 2^-53 = 1.11e-16

laplace = zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u)))
KERNELS = [
    arccosine(0),
    arccosine(3),
    cosine,
    cosine_map(Fraction(1, 3)),
    cosine_map_derivative(Fraction(1, 3)),
    nngp(1),
    ntk(2),
    ntk(3),
    ntk(3, Fraction(3, 2), Fraction(1, 2)),
    eoc(3, 1, 3),
    deep_narrow(1, 2, input_dim=3),
    laplace,
    2 * ntk(2) - arccosine(1) * cosine / 3 + 1,
    arccosine(1) @ arccosine(0),
]
every_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=repr)


# Accuracy of floats.


def layers(
    u: Any, depth: int, weight: Any = 2, bias: Any = 0, delta: Any = Fraction(1, 2)
) -> list[tuple[Any, Any]]:
    """(covariance, tangent) of depths 1, 2, ... at 60 digits, by the angle of every layer.

    With the angle a of a layer's correlation, one layer of an (a,b)-ReLU of Δ = b²/(a²+b²), scaled
    to keep a variance, has E[φφ'] = cos a + Δ (2/π)(sin a - a cos a), E[φ'φ'] = 1 - Δ (2/π) a.
    """
    given = [Fraction(parameter) for parameter in (weight, bias, delta)]
    weight, bias, delta = (MP.mpf(x.numerator) / x.denominator for x in given)
    covariance, diagonal = MP.mpf(u) + bias, 1 + bias
    tangent = covariance
    found = [(covariance, tangent)]
    for _ in range(depth - 1):
        a = MP.acos(covariance / diagonal)
        slope = weight / 2 * (1 - 2 * delta * a / MP.pi)
        mean = MP.cos(a) + 2 * delta * (MP.sin(a) - a * MP.cos(a)) / MP.pi
        covariance = weight / 2 * diagonal * mean + bias
        tangent = covariance + slope * tangent
        diagonal = weight / 2 * diagonal + bias
        found.append((covariance, tangent))
    return found


ZERO_OF_NTK_2 = float(MP.findroot(lambda u: layers(u, 2)[1][1], -0.4))


def cosines() -> np.ndarray:
    """The ends, near them and near 0 at every magnitude, a zero of ntk(2), the interval."""
    unit = 2.0**-53
    tiny = 10.0 ** -np.arange(1, 16.0)
    ends = 1 - np.asarray([0, unit, 2 * unit, 3 * unit, 1e-15])
    zero = [np.nextafter(ZERO_OF_NTK_2, to) for to in (-1, ZERO_OF_NTK_2, 1)]
    spread = np.random.default_rng(0).uniform(-1, 1, 40)
    return np.concatenate(
        [ends, -ends, 1 - tiny, tiny - 1, tiny, -tiny, [0], zero, np.linspace(-1, 1, 41), spread]
    )


COSINES = cosines()


def relative_errors(values: np.ndarray, truths: list[Any]) -> np.ndarray:
    """Errors relative to the truth; where that is 0, up to its rounding, the value must be 0."""
    errors = []
    for value, truth in zip(values, truths, strict=True):
        if abs(truth) < 1e-50:
            errors.append(0.0 if value == 0 else math.inf)
        else:
            errors.append(float(abs(MP.mpf(float(value)) - truth) / abs(truth)))
    return np.array(errors)


def test_networks_of_few_layers_are_right_to_the_last_digit() -> None:
    truths = [layers(u, 10) for u in COSINES]
    for depth in range(1, 11):
        here = [truth[depth - 1] for truth in truths]
        errors = relative_errors(nngp(depth)(COSINES), [covariance for covariance, _ in here])
        assert errors.max() <= HALF_ULP, (depth, COSINES[errors.argmax()])
        errors = relative_errors(ntk(depth)(COSINES), [tangent for _, tangent in here])
        at_zero = abs(COSINES - ZERO_OF_NTK_2) < 1e-15
        assert errors[~at_zero].max() <= HALF_ULP, (depth, COSINES[~at_zero][errors.argmax()])
        # 16 digits of 32 cancel there
        assert errors[at_zero].max() <= (4e-16 if depth == 2 else HALF_ULP)


def test_the_zero_of_the_two_layer_kernel_lies_between_neighbouring_floats() -> None:
    below, above = np.nextafter(ZERO_OF_NTK_2, -1), np.nextafter(ZERO_OF_NTK_2, 1)
    assert ntk(2)(float(below)) < 0 < ntk(2)(float(above))


@pytest.mark.parametrize("depth", [30, 100])
def test_networks_of_many_layers_are_right_to_the_last_digit(depth: int) -> None:
    points = COSINES[::6]
    truths = [layers(u, depth)[-1] for u in points]
    errors = relative_errors(nngp(depth)(points), [covariance for covariance, _ in truths])
    assert errors.max() <= HALF_ULP
    errors = relative_errors(ntk(depth)(points), [tangent for _, tangent in truths])
    assert errors.max() <= HALF_ULP


@pytest.mark.parametrize(
    ("kernel", "options"),
    [
        (ntk(4, Fraction(3, 2), Fraction(1, 2)), {"weight": Fraction(3, 2), "bias": 0.5}),
        (ntk(4, 3, Fraction(1, 8)), {"weight": 3, "bias": 0.125}),
        (eoc(4, 1, 3), {"delta": Fraction(9, 10)}),
        (eoc(4, 3, 1), {"delta": Fraction(1, 10)}),
        (eoc(4, 0, 1), {"delta": 1}),
    ],
    ids=repr,
)
def test_other_networks_are_right_to_the_last_digit(kernel: Kernel, options: Any) -> None:
    errors = relative_errors(kernel(COSINES), [layers(u, 4, **options)[-1][1] for u in COSINES])
    assert errors.max() <= HALF_ULP


def arccosine_truth(order: int, u: float) -> Any:
    """J_n of Cho and Saul as they print it for n = 0, 1, 2, divided by J_n(0)."""
    a = MP.acos(MP.mpf(u))
    sine, cos = MP.sin(a), MP.cos(a)
    value = [
        MP.pi - a,
        sine + (MP.pi - a) * cos,
        3 * sine * cos + (MP.pi - a) * (1 + 2 * cos**2),
    ][order]
    return value / (MP.pi * [1, 1, 3][order])


@pytest.mark.parametrize(("order", "absolute"), [(0, False), (1, False), (2, True)])
def test_arccosine_kernels_are_right_to_the_last_digit(order: int, absolute: bool) -> None:
    values, truths = arccosine(order)(COSINES), [arccosine_truth(order, u) for u in COSINES]
    if absolute:  # of order two and more they vanish faster at -1 than floats can follow
        errors = np.array([float(abs(v - t)) for v, t in zip(values, truths, strict=True)])
    else:
        errors = relative_errors(values, truths)
    assert errors.max() <= HALF_ULP


@settings(deadline=None, max_examples=25)
@given(u=st.floats(-1, 1).map(lambda u: u if abs(u) > 1e-20 else 0.0), depth=st.integers(1, 6))
def test_any_float(u: float, depth: int) -> None:
    covariance, tangent = layers(u, depth)[-1]
    assert relative_errors(np.array([nngp(depth)(u)]), [covariance])[0] <= HALF_ULP
    error = abs(MP.mpf(ntk(depth)(u)) - tangent)
    assert error <= HALF_ULP * abs(tangent) + MP.mpf(1e-31)


def test_float32_is_right_to_its_last_digit() -> None:
    points = COSINES.astype(np.float32)
    for depth in (2, 3, 10):
        truth = ntk(depth)(points.astype(np.float64))
        error = abs(ntk(depth)(points).astype(np.float64) - truth)
        assert np.all(error <= 6e-8 * abs(truth) + 1e-14)


def test_a_thousand_layers() -> None:
    kernel = ntk(1000)
    truth = layers(0.5, 1000)[-1][1]
    assert relative_errors(kernel([0.5, 1]), [truth, MP.mpf(1000)]).max() <= HALF_ULP
    with precision(6000):  # a ball loses four bits a layer
        assert abs(kernel(arb(1) / 2) - arb(MP.nstr(truth, 50))) < 1e-40
    assert kernel.latex()
    assert kernel.needs_dim is kernel.floats_only is False


# Formulas, exactly.

COS, SIN, GAP = sp.symbols("c s x")  # cos θ, sin θ, π - θ


def reduced(expression: Any) -> Any:
    """A polynomial in COS, SIN, GAP by cos² + sin² = 1; 0 if and only if it is 0 for every θ."""
    numerator, _ = sp.fraction(sp.together(expression))
    return sp.reduced(sp.expand(numerator), [SIN**2 + COS**2 - 1], SIN, COS, GAP)[1]


@pytest.mark.parametrize("order", range(6))
def test_cho_and_sauls_formula(order: int) -> None:
    """J_n = (-1)^n sin^(2n+1) ((1/sin) d/dθ)^n ((π - θ)/sin), and J_n(0) = π (2n - 1)!!."""
    value = GAP / SIN
    for _ in range(order):
        value = -SIN * sp.diff(value, COS) + COS * sp.diff(value, SIN) - sp.diff(value, GAP)
        value = sp.together(value / SIN)
    printed = (-1) ** order * SIN ** (2 * order + 1) * value
    a, b = (sum(sp.Rational(c) * COS**k for k, c in enumerate(p)) for p in polynomials(order))
    assert reduced(printed - GAP * a - SIN * b) == 0
    assert reduced(printed - GAP * a - SIN * b - SIN**3 / 10**9) != 0  # the zero test can fail
    assert a.subs(COS, 1) == sp.factorial2(2 * order - 1) == double_factorial(order)
    u = sp.Symbol("u")
    formula = arccosine(order)(u) * sp.pi * double_factorial(order)
    angle = formula.subs({sp.acos(u): sp.pi - GAP, sp.sqrt(1 - u**2): SIN}).subs(u, COS)
    assert reduced(angle - GAP * a - SIN * b) == 0


@pytest.mark.parametrize("order", range(1, 6))
def test_prices_theorem(order: int) -> None:
    """d/du E[σ(g) σ(g')] = E[σ'(g) σ'(g')] for σ = ReLU^n: J_n' = n² J_(n-1)."""
    u = sp.Symbol("u", positive=True)
    left = sp.diff(arccosine(order)(u), u) * double_factorial(order)
    right = order**2 * arccosine(order - 1)(u) * double_factorial(order - 1)
    assert sp.simplify(left - right) == 0
    assert sp.simplify(left - right * (order + 1) / order) != 0


def test_the_cosine_map_and_its_derivative() -> None:
    u = sp.Symbol("u", positive=True)
    delta = Fraction(2, 7)
    difference = sp.diff(cosine_map(delta)(u), u) - cosine_map_derivative(delta)(u)
    assert sp.simplify(difference) == 0


def test_relu_is_the_edge_of_chaos_of_equal_slopes() -> None:
    u = sp.Symbol("u")
    assert sp.simplify(eoc(2, 3, 3)(u) - ntk(2)(u)) == 0
    np.testing.assert_allclose(eoc(7, 1, 1)(COSINES), ntk(7)(COSINES), rtol=2.3e-16, atol=2e-32)


@pytest.mark.parametrize(
    ("kernel", "at_minus_1", "at_0", "at_1"),
    [
        (arccosine(0), 0, sp.Rational(1, 2), 1),
        (arccosine(1), 0, 1 / sp.pi, 1),
        (arccosine(2), 0, sp.Rational(1, 6), 1),
        (ntk(2), 0, 1 / sp.pi, 2),
        (cosine_map(Fraction(1, 2)), 0, 1 / sp.pi, 1),
        (cosine_map(1), 1, 2 / sp.pi, 1),
        (cosine_map_derivative(1), -1, 0, 1),
        (ntk(2, 2, 1), None, None, 5),  # q = 2, S_2 = 3, Θ_2 = 3 + 2
        (ntk(2, 4, 0), None, None, 4),  # S_2 = 2, Θ_2 = 2 + 2·1
        (nngp(3, 4, 1), None, None, 11),  # q = 2, 5, 11
        (deep_narrow(2, 1, input_dim=4), 1 / sp.pi, None, 3),  # q = 2, k(1) = 2 + q/2
        (deep_narrow(1, 0, input_dim=1), 0, 1 + 1 / (2 * sp.pi), sp.Rational(5, 2)),
        (laplace, sp.exp(-2), sp.exp(-sp.sqrt(2)), 1),
    ],
    ids=repr,
)
def test_exact_values(kernel: Kernel, at_minus_1: Any, at_0: Any, at_1: Any) -> None:
    for u, value in ((-1, at_minus_1), (0, at_0), (1, at_1)):
        if value is not None:
            assert sp.simplify(kernel(sp.Integer(u)) - value) == 0
            assert abs(kernel(float(u)) - float(value)) <= 2e-16 * abs(float(value))


# One formula, many arithmetics.

TYPES: dict[str, Callable[[Fraction], Any]] = {
    "float": float,
    "fraction": Fraction,
    "sympy": lambda u: sp.Rational(u.numerator, u.denominator),
    "ball": lambda u: arb(u.numerator) / u.denominator,
    "mpmath": lambda u: mpmath.mpf(u.numerator) / u.denominator,
}


def digits_of(value: Any) -> Any:
    """The value as a number of 60 digits."""
    if isinstance(value, arb):
        return MP.mpf(value.str(55, radius=False))
    if isinstance(value, sp.Basic):
        return MP.mpf(str(sp.N(value, 60)))
    return MP.mpf(value)


@every_kernel
@pytest.mark.parametrize("u", [Fraction(-1), Fraction(-3, 4), Fraction(1, 8), Fraction(1)], ids=str)
def test_all_arithmetics_agree(kernel: Kernel, u: Fraction) -> None:
    with precision(1200), mpmath.workdps(60):
        ball = kernel(TYPES["ball"](u))
        truth = digits_of(ball)
        assert ball.rad() < 1e-50
        assert abs(digits_of(kernel(TYPES["sympy"](u))) - truth) < 1e-50
        assert abs(digits_of(kernel(TYPES["mpmath"](u))) - truth) < 1e-25  # loses half at the ends
    assert abs(MP.mpf(kernel(float(u))) - truth) <= 2 * HALF_ULP * abs(truth) + 1e-31


def test_types_of_scalars() -> None:
    kernel = ntk(3)
    assert type(kernel(0.5)) is float
    assert type(kernel(1)) is float
    assert type(kernel(np.float64(0.5))) is float
    assert type(kernel(arb(0.5))) is arb
    assert isinstance(kernel(mpmath.mpf(0.5)), mpmath.mpf)
    assert isinstance(kernel(Fraction(1, 2)), sp.Expr)
    assert kernel(sp.Symbol("u")).free_symbols == {sp.Symbol("u")}


def test_lists_become_arrays() -> None:
    for points in ([0.5, -0.25], (0.5, -0.25)):
        values = ntk(2)(points)
        assert isinstance(values, np.ndarray)
        assert values.tolist() == [ntk(2)(0.5), ntk(2)(-0.25)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("xp", "kernel"),
    [
        (np, ntk(3)),
        (np, laplace),
        (np, 2 * arccosine(1) @ arccosine(0) + 1),
        (array_api_strict, ntk(3)),
        (array_api_strict, laplace),
        (jnp, arccosine(1)),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_arrays_stay_in_their_library_dtype_and_shape(xp: Any, kernel: Kernel, dtype: str) -> None:
    with jax.enable_x64(dtype == "float64"):
        u = xp.asarray([[-1.0, -0.5, 0.0], [0.25, 0.75, 1.0]], dtype=getattr(xp, dtype))
        values = kernel(u)
        assert type(values) is type(u)
        assert values.dtype == u.dtype
        assert values.shape == (2, 3)
        truth = kernel(np.asarray(u).astype(np.float64))
        tolerance = 6e-8 if dtype == "float32" else HALF_ULP
        assert np.all(abs(np.asarray(values) - truth) <= tolerance * abs(truth))


def test_integers_become_float64() -> None:
    values = ntk(3)(np.array([-1, 0, 1]))
    assert values.dtype == np.float64
    assert values.tolist() == [ntk(3)(-1.0), ntk(3)(0.0), 3.0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_empty_arrays_stay_empty(dtype: Any) -> None:
    values = ntk(3)(np.empty((0, 4), dtype))
    assert values.shape == (0, 4)
    assert values.dtype == dtype


def test_jax_compiles_a_kernel() -> None:
    with jax.enable_x64(True):
        u = np.linspace(-1, 1, 9)
        compiled = np.asarray(jax.jit(arccosine(1))(jnp.asarray(u)))
        np.testing.assert_allclose(compiled, arccosine(1)(u), rtol=3e-16, atol=0)


def test_cosines_a_little_beyond_the_ends_are_taken_for_the_ends() -> None:
    beyond = 1 + 60 * 2.0**-52
    assert ntk(3)(beyond) == pytest.approx(3, rel=1e-13, abs=0)
    assert ntk(3)(-beyond) == pytest.approx(ntk(3)(-1.0), rel=1e-13, abs=0)
    with pytest.raises(InvalidInput, match="lies in"):
        ntk(3)(1 + 70 * 2.0**-52)


def test_balls_that_overlap_the_ends() -> None:
    with precision(200):
        value = ntk(3)(arb(1, 1e-30))
        assert value.contains(3)
        assert value.rad() < 1e-6  # from 1e-30 by two square roots


@pytest.mark.parametrize("u", [1.0, np.array([0.0, 1.0]), arb(1), mpmath.mpf(1)], ids=repr)
def test_kernels_are_composed_with_cosines_only(u: Any) -> None:
    assert (arccosine(1) @ (ntk(2) / 2))(1.0) == 1
    with pytest.raises(InvalidInput):
        (arccosine(1) @ ntk(2))(u)


# The algebra.

K, S = ntk(2), arccosine(1)
ALGEBRA: list[tuple[Kernel, Callable[[Any, Any], Any], Kernel | None]] = [
    (K + S, operator.add, None),
    (K - S, operator.sub, None),
    (K * S, operator.mul, None),
    (-K, lambda k, s: -k, None),
    (3 * K, lambda k, s: 3 * k, None),
    (K * 0.25, lambda k, s: k / 4, None),
    (K / 3, lambda k, s: k / 3, None),
    (Fraction(2, 3) * K, lambda k, s: 2 * k / 3, None),
    (np.int64(2) * K / np.float32(3), lambda k, s: 2 * k / 3, None),
    (sp.Rational(2, 3) * K, lambda k, s: 2 * k / 3, None),
    (K + 2, lambda k, s: k + 2, None),
    (2 - K, lambda k, s: 2 - k, None),
    (K - Fraction(1, 2), lambda k, s: k - k / k / 2, None),
    ((K + S) * (K - S), lambda k, s: k * k - s * s, None),
    (K @ S, lambda k, s: k, S),
    ((K + S) @ cosine_map(1), operator.add, cosine_map(1)),
]


@pytest.mark.parametrize("number", ["float", "ball", "mpmath", "sympy"])
@pytest.mark.parametrize("index", range(len(ALGEBRA)))
def test_the_algebra_is_that_of_the_values(index: int, number: str) -> None:
    kernel, combined, inner = ALGEBRA[index]
    with precision(300), mpmath.workdps(60):
        u = TYPES[number](Fraction(1, 3) if number != "float" else Fraction(3, 8))
        at = inner(u) if inner is not None else u
        value, truth = digits_of(kernel(u)), digits_of(combined(K(at), S(at)))
    # K - S and the like round twice where the kernel rounds once.
    assert abs(value - truth) < (3e-16 if number == "float" else 1e-50) * max(1, abs(truth))


def test_composition_and_product_nest() -> None:
    u = 0.3
    assert ((K @ S) * S)(u) == pytest.approx(K(S(u)) * S(u), rel=4e-16, abs=0)
    assert (K @ (S * S))(u) == pytest.approx(K(S(u) ** 2), rel=4e-16, abs=0)
    assert (S @ arccosine(0))(u) != pytest.approx((arccosine(0) @ S)(u), rel=1e-3, abs=0)


def test_kernels_combine_with_kernels_and_numbers_only() -> None:
    for combine in (
        lambda: K + "1",
        lambda: K * True,
        lambda: K * 1j,
        lambda: K + np.ones(3),
        lambda: np.ones(3) * K,
        lambda: K * arb(2),
        lambda: K + None,
        lambda: K * math.nan,
        lambda: K / math.inf,
    ):
        with pytest.raises(InvalidInput):
            combine()
    with pytest.raises(InvalidInput, match="nonzero"):
        K / 0
    with pytest.raises(InvalidInput, match="composes two kernels"):
        K @ 0.5


# What is printed.


@every_kernel
def test_latex(kernel: Kernel) -> None:
    latex = kernel.latex()
    assert latex.startswith("k(u) = ")
    assert len(latex) > len("k(u) = ")
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left(") == latex.count(r"\right)")
    assert kernel._repr_latex_() == f"${latex}$"
    assert repr(kernel)


def test_latex_says_what_is_computed() -> None:
    assert arccosine(1).latex() == r"k(u) = \kappa_{1}\left(u\right)"
    assert (2 * S - K).latex() == r"k(u) = 2\,\kappa_{1}\left(u\right) - \Theta_{2}(u)"
    assert ((S + 1) * S).latex() == (
        r"k(u) = \left(\kappa_{1}\left(u\right) + 1\right)\,\kappa_{1}\left(u\right)"
    )
    assert (S @ arccosine(0)).latex() == (r"k(u) = \kappa_{1}\left(\kappa_{0}\left(u\right)\right)")
    assert (K - Fraction(1, 2)).latex() == r"k(u) = \Theta_{2}(u) - \tfrac{1}{2}"
    assert r"\Theta_{k+1} = \Theta_k\,\kappa_0(\Sigma_k) + \Sigma_{k+1}" in K.latex()
    assert zonal("mine", lambda u, ar: u, latex="u^7").latex() == "k(u) = u^7"
    assert zonal("my kernel_1", lambda u, ar: u).latex() == (
        r"k(u) = \operatorname{mykernel1}\left(u\right)"
    )


def test_assumptions_travel_with_a_kernel() -> None:
    for kernel in (K, K + S, 2 * K, S @ (K / 3), K * S):
        assert "infinite width, NTK parametrisation, Gaussian weights" in kernel.assumptions
        assert len(set(kernel.assumptions)) == len(kernel.assumptions)
    assert "weight variance 3/2, bias variance 1/2" in ntk(3, 1.5, 0.5).assumptions
    assert zonal("z", lambda u, ar: u, assumptions=["by hand"]).assumptions == ("by hand",)
    assert any("1/5" in line for line in eoc(2, 2, 1).assumptions)
    assert "inputs of unit norm in R^3" in deep_narrow(1, 1, input_dim=3).assumptions


@pytest.mark.parametrize(
    ("kernel", "differentiable"),
    [
        (arccosine(0), False),
        (arccosine(1), True),
        (arccosine(2), True),
        (nngp(5), True),
        (ntk(2), False),
        (cosine_map(0.3), True),
        (cosine_map_derivative(0.3), False),
        (cosine_map_derivative(0), True),
        (arccosine(1) + arccosine(0), False),
        (arccosine(1) @ arccosine(0), False),
        (3 * cosine + 1, True),
        (laplace, False),
        (zonal("z", lambda u, ar: u, differentiable=True), True),
    ],
    ids=repr,
)
def test_differentiable_means_bounded_slopes_at_the_ends(
    kernel: Kernel, differentiable: bool
) -> None:
    assert kernel.differentiable is differentiable
    with precision(4000):
        # the difference quotient at 1 of a function that is C¹ has converged by 1e-20
        steps = [arb(10) ** -20, arb(10) ** -24]
        wide, narrow = ((kernel(arb(1)) - kernel(1 - step)) / step for step in steps)
        if differentiable:
            assert abs(narrow - wide) < 1e-8 * (1 + abs(wide))


def test_kernels_of_unknown_dimension() -> None:
    kernel = 2 * deep_narrow(1, 2) + 1
    assert kernel.needs_dim
    for ask in (lambda: kernel(0.5), lambda: deep_narrow(1, 2)(arb(1))):
        with pytest.raises(InvalidInput, match="needs the input dimension"):
            ask()
    told = kernel.at_dim(3)
    assert not told.needs_dim
    assert told(0.5) == (2 * deep_narrow(1, 2, input_dim=3) + 1)(0.5)
    assert told(0.5) != kernel.at_dim(4)(0.5)
    assert (S @ (deep_narrow(1, 2) / 10)).needs_dim
    assert K.at_dim(7) is K


# Kernels of users.


def test_a_formula_of_two_arguments_runs_everywhere() -> None:
    gaussian = zonal("gaussian", lambda u, ar: ar.exp(u - 1))
    assert gaussian(0.5) == pytest.approx(math.exp(-0.5), rel=2e-16, abs=0)
    assert gaussian(arb(0.5)).overlaps((arb(-1) / 2).exp())
    assert gaussian(sp.Rational(1, 2)) == sp.exp(sp.Rational(-1, 2))
    assert not gaussian.floats_only


@pytest.mark.parametrize(
    "function",
    [lambda u: np.exp(u - 1), np.exp, lambda u, scale=2.0: scale * u],
    ids=["lambda", "ufunc", "default"],
)
def test_a_plain_function_knows_floats_only(function: Any) -> None:
    kernel = zonal("plain", function)
    assert kernel.floats_only
    points = np.array([-1.0, 0.25])
    assert kernel(points).tolist() == function(points).tolist()
    assert (2 * kernel + 1)(points) == pytest.approx(2 * function(points) + 1, rel=2e-16, abs=0)
    assert (kernel + K).floats_only
    assert (kernel @ S).floats_only
    assert (S @ kernel).floats_only
    for u in (arb(0.25), sp.Symbol("u"), Fraction(1, 4), mpmath.mpf(0.25)):
        for asked in (kernel, kernel + K, kernel @ S):
            with pytest.raises(Unable, match="plain function of floats"):
                asked(u)


def test_a_plain_function_returns_one_value_for_each_cosine() -> None:
    for function in (lambda u: 1.0, lambda u: u[:1], lambda u: u.sum()):
        with pytest.raises(InvalidInput, match="one value for each cosine"):
            zonal("bad", function)(np.array([0.1, 0.2]))


# What is refused.


@pytest.mark.parametrize(
    "u",
    [
        2.0,
        -1.0001,
        2,
        math.nan,
        math.inf,
        -math.inf,
        1j,
        0.5 + 0j,
        np.complex64(0.5),
        acb(0.5),
        arb(2),
        arb(-2, 0.5),
        True,
        np.True_,
        "0.5",
        b"0.5",
        None,
        Fraction(3, 2),
        sp.Integer(2),
        sp.I,
        sp.oo,
        sp.nan,
        sp.true,
        sp.Matrix([0, 1]),
        [[0.5], [0.5, 0.5]],
        mpmath.mpf(2),
        mpmath.mpf("nan"),
        mpmath.mpc(0.5),
        [0.5, math.nan],
        [0.5, 1.1],
        [True],
        ["a"],
        [None],
        np.array([0.5, math.inf]),
        np.array([0.5], dtype=np.float16),
        np.array([0.5], dtype=np.longdouble),
        np.array([0.5], dtype=np.complex128),
        np.array([True]),
        np.array(["x"]),
        np.array([0.5], dtype=object),
        np.float16(0.5),
        np.longdouble(0.5),
        jnp.asarray([0.5], dtype=jnp.bfloat16),
        jnp.asarray([2.0], dtype=jnp.float32),
        {"u": 0.5},
    ],
    ids=repr,
)
def test_what_is_no_cosine(u: Any) -> None:
    for kernel in (ntk(2), cosine + 1):
        with pytest.raises(InvalidInput):
            kernel(u)


@pytest.mark.parametrize(
    "build",
    [
        lambda: ntk(0),
        lambda: ntk(-1),
        lambda: ntk(1.5),
        lambda: ntk(2.0),
        lambda: ntk(True),
        lambda: ntk("3"),
        lambda: ntk(None),
        lambda: nngp(0),
        lambda: nngp(True),
        lambda: eoc(0, 1, 1),
        lambda: eoc(3, 0, 0),
        lambda: eoc(3, math.nan, 1),
        lambda: eoc(3, 1, "b"),
        lambda: eoc(3, 1j, 1),
        lambda: ntk(3, weight_variance=0),
        lambda: ntk(3, weight_variance=-2),
        lambda: ntk(3, weight_variance=math.inf),
        lambda: nngp(3, bias_variance=-0.1),
        lambda: nngp(3, bias_variance=True),
        lambda: deep_narrow(0, 1),
        lambda: deep_narrow(-1, 1),
        lambda: deep_narrow(1, -1),
        lambda: deep_narrow(1, 1, input_dim=0),
        lambda: deep_narrow(1, 1, input_dim=2.5),
        lambda: deep_narrow(math.nan, 1),
        lambda: arccosine(-1),
        lambda: arccosine(0.5),
        lambda: arccosine(True),
        lambda: cosine_map(-0.1),
        lambda: cosine_map(1.1),
        lambda: cosine_map_derivative(2),
        lambda: zonal("", np.exp),
        lambda: zonal(3, np.exp),
        lambda: zonal("k", 3),
        lambda: zonal("k", lambda: 1),
        lambda: zonal("k", lambda u, ar, more: 1),
    ],
)
def test_what_is_no_kernel(build: Callable[[], Kernel]) -> None:
    with pytest.raises(InvalidInput):
        build()


def test_parameters_are_exact() -> None:
    assert deep_narrow(0.1, 1).rho == Fraction(0.1) != Fraction(1, 10)
    with precision(200):
        exact = cosine_map(Fraction(1, 3))(arb(0)) * arb.pi()
        assert abs(exact - arb(2) / 3) < 1e-50
        assert BallArithmetic().number(Fraction(1, 3)).overlaps(arb(1) / 3)
    assert ntk(np.int64(3))(0.5) == ntk(3)(0.5)
    assert ntk(3, np.float64(2.0), 0)(0.5) == ntk(3)(0.5)
