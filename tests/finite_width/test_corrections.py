"""Corrections of order 1/width: against draws, exact moments, and a second road to each."""

import numpy as np
import pytest
import sympy as sp
from scipy.stats import norm

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.corrections import first_order
from ntkproofs.finite_width.covariances import first_order_covariances
from ntkproofs.finite_width.gaussian_products import gaussian_product, relu, step
from ntkproofs.finite_width.moments import Gates, diagonal_moments_of
from ntkproofs.finite_width.network import Network, limit
from ntkproofs.kernels.activations import IDENTITY, RELU, Erf, PiecewiseLinear

LEAKY = PiecewiseLinear(0.75, 0.5)
X = np.array([[1.0, 0.0], [np.cos(1), np.sin(1)], [-0.3, 1.1], [2.0, 0.1]])
FALSE_ALARM = 1e-5
"""Of one z-score, two-sided; this file looks at fewer than 50."""
LIMIT = norm.isf(FALSE_ALARM / 2)
SHAPES = [
    Network((7, 5, 9)),
    Network((7, 5, 9), LEAKY, 1.1, 0.3),
    Network((4, 6), IDENTITY, 1.0, 0.2),
    Network((3, 8), PiecewiseLinear(-0.2, 1.0), 0.8),
    Network(()),
]


def draws(network, X, count, seed):
    """Kernels of many draws, shape (count, k, k), and the mean of φφ over the first layer."""
    generator = np.random.default_rng(seed)
    h = np.broadcast_to(X, (count, *X.shape))
    forward, slopes, matrices, first = [], [], [], None
    for layer, (rows, columns) in enumerate(network.shapes(X.shape[1]), start=1):
        W = generator.standard_normal((count, rows, columns)) * network.scale(layer)
        b = network.bias_variance**0.5 * generator.standard_normal((count, 1, rows))
        forward.append(network.scale(layer) ** 2 * h @ np.swapaxes(h, 1, 2))
        forward[-1] = forward[-1] + network.bias_variance
        z = h @ np.swapaxes(W, 1, 2) + b
        matrices.append(W)
        slopes.append(network.activation.derivative(z))
        h = network.activation(z)
    back = np.ones((count, len(X), 1))
    kernel = forward[-1].copy()
    for layer in range(network.depth - 1, 0, -1):
        back = (back @ matrices[layer]) * slopes[layer - 1]
        kernel += forward[layer - 1] * (back @ np.swapaxes(back, 1, 2))
    first = forward[1]
    return kernel, first


def control(samples, controls):
    """Samples less what controls of mean 0 explain of them: the same mean, less noise."""
    design = controls - controls.mean(0)
    slopes, *_ = np.linalg.lstsq(design, samples - samples.mean(), rcond=None)
    return samples - controls @ slopes


@pytest.mark.parametrize("network", SHAPES)
def test_the_diagonal_is_that_of_the_exact_moments(network):
    """Coefficients c_l against N Var for widths N in layer l, much larger ones elsewhere."""
    found = first_order(network, X)
    np.testing.assert_allclose(found.limit, limit(network, X).ntk, rtol=1e-13, atol=1e-13)
    assert np.abs(np.diag(found.mean_shift)).max() < 1e-13
    size = 10**9
    for layer in range(len(network.widths)):
        widths = [size * 10**12] * len(network.widths)
        widths[layer] = size
        for i, x in enumerate(X):
            exact = diagonal_moments_of(
                widths,
                norm_squared=float(x @ x),
                weight_variance=network.weight_variance,
                bias_variance=network.bias_variance,
                gates=Gates.of(network.activation),
            )
            expected = float(exact.variance * size)
            assert found.variance_by_layer[layer, i, i] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("network", SHAPES)
def test_variances_are_those_of_the_entrywise_recursion(network):
    """Angles and quadrature on arcs against entries of G and closed Gaussian products."""
    pairs = first_order(network, X[:3])
    whole = first_order_covariances(network, X[:3])
    np.testing.assert_allclose(
        np.einsum("labab->lab", whole.by_layer), pairs.variance_by_layer, rtol=1e-11, atol=1e-12
    )
    for turned in ("lcdab", "lbacd", "labdc"):
        other = np.einsum(f"labcd->{turned}", whole.by_layer)
        np.testing.assert_allclose(other, whole.by_layer, atol=1e-12)
    flat = whole.covariance.reshape(9, 9)
    assert np.linalg.eigvalsh(flat).min() > -1e-12
    inverse = 1 / np.array(network.widths, dtype=float).reshape(-1, 1, 1)
    for by_layer, total in (
        (pairs.mean_shift_by_layer, pairs.mean_shift),
        (pairs.variance_by_layer, pairs.variance),
    ):
        np.testing.assert_allclose((by_layer * inverse).sum(0), total, atol=1e-14)


def test_the_shift_of_three_layers_by_second_derivatives():
    """E Θ_αβ - Θ∞ of two hidden ReLU layers from V, D, F in the entries of G, with SymPy."""
    angle = 1.1
    rows = np.array([[1.2, 0.0], [0.7 * np.cos(angle), 0.7 * np.sin(angle)]])
    p, r, q = sp.symbols("p r q", positive=True)
    cosine = r / sp.sqrt(p * q)
    theta = sp.acos(cosine)
    K = sp.sqrt(p * q) * (sp.sqrt(1 - cosine**2) + (sp.pi - theta) * cosine) / (2 * sp.pi)
    S = (sp.pi - theta) / (2 * sp.pi)
    entries, variables = [(0, 0), (0, 1), (1, 1)], (p, r, q)
    expect = lambda *f: gaussian_product(f, vectors=rows)  # noqa: E731
    value, slope = [relu(2), relu(), relu()], step() * step()

    def product(*pairs, gates=()):
        """E of Π φ_γφ_δ over the pairs, times Π φ' over the gates."""
        factors = [relu() ** 0, relu() ** 0]
        for i in (index for pair in pairs for index in pair):
            factors[i] = factors[i] * relu()
        for i in gates:
            factors[i] = factors[i] * step()
        return expect(*factors)

    del value, slope
    G0 = rows @ rows.T
    one = np.array([product(e) for e in entries])
    G = dict(zip(variables, 2 * one, strict=True))
    V = 4 * np.array([[product(e, f) for f in entries] for e in entries]) - 4 * np.outer(one, one)
    at = lambda f: float(f.subs(G))  # noqa: E731
    gate = product(gates=(0, 1))
    H1 = G0[0, 1]
    omega = 2 * one[1] + 2 * H1 * gate
    H = omega
    D = np.array(
        [2 * (2 * product((0, 1), e) + 2 * H1 * product(e, gates=(0, 1))) for e in entries]
    )
    D = D - 2 * one * omega
    F = 4 * H1 * np.array([product(e, gates=(0, 1)) for e in entries])
    hessian = lambda f: np.array(  # noqa: E731
        [[at(sp.diff(f, a, b)) for b in variables] for a in variables]
    )
    gradient = lambda f: np.array([at(sp.diff(f, a)) for a in variables])  # noqa: E731
    of_values = (hessian(K) * V).sum() / 2
    # F multiplies ∂_γ∂_δ over ordered pairs: 2 ∂S/∂G_γγ, and 2 ∂S/∂r in all off the diagonal
    of_slopes = H * (hessian(S) * V).sum() / 2 + gradient(S) @ (D + 2 * F)
    found = first_order(Network.of(3, 10), rows)
    assert found.mean_shift_by_layer[0, 0, 1] == pytest.approx(2 * of_values + 2 * of_slopes)
    assert found.mean_shift_by_layer[1, 0, 1] == 0


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (Network((48, 24)), 100_000),
        (Network((32, 24, 32)), 60_000),
        (Network((48, 24), LEAKY, 1.1, 0.3), 60_000),
    ],
)
def test_the_mean_shift_against_draws(network, count):
    """The shift is there, is found within noise, and half of it more or less would be seen."""
    points = X[[0, 2]] if network.bias_variance == 0 else X[[1, 3]]
    kernels, first = draws(network, points, count, seed=11)
    ntk = first_order(network, points)
    # controls whose means are exact at every width
    known = limit(Network((1,), network.activation, network.weight_variance), points)
    bias = network.bias_variance
    one = limit(Network((1,), network.activation, network.weight_variance, bias), points).nngp
    assert known.nngp.shape == one.shape
    entries = [(0, 0), (0, 1), (1, 1)]
    centred = [first[:, i, j] - one[i, j] for i, j in entries]
    centred += [kernels[:, i, i] - ntk.limit[i, i] for i in (0, 1)]
    centred = np.stack(centred, axis=1)
    noise = control(kernels[:, 0, 1], centred) - ntk.limit[0, 1]
    error = noise.std() / count**0.5
    assert abs(noise.mean() - ntk.mean_shift[0, 1]) < LIMIT * error


@pytest.mark.parametrize(
    "network", [Network((96, 64)), Network((64, 96, 96), LEAKY, 1.1, 0.3), Network((12,))]
)
def test_variances_against_draws(network):
    count = 20_000
    kernels, _ = draws(network, X[:3], count, seed=12)
    centred = kernels - kernels.mean(0)
    found = first_order_covariances(network, X[:3]).covariance
    for a, b, c, d in [(0, 1, 0, 1), (0, 2, 0, 2), (0, 1, 1, 2), (0, 0, 1, 2), (0, 0, 2, 2)]:
        products = centred[:, a, b] * centred[:, c, d]
        error = products.std() / count**0.5
        assert abs(products.mean() - found[a, b, c, d]) < (LIMIT + 1) * error
