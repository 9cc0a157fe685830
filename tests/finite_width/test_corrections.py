"""Corrections of order 1/width: against draws, exact moments, and a second road to each."""

import numpy as np
import pytest
import sympy as sp
from scipy.stats import norm

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.corrections import first_order, inputs_of
from ntkproofs.finite_width.covariances import first_order_covariances
from ntkproofs.finite_width.gaussian_products import gaussian_product, power, relu, step
from ntkproofs.finite_width.moments import Gates, diagonal_moments_of
from ntkproofs.finite_width.network import Network, limit
from ntkproofs.finite_width.smooth_corrections import smooth_pairs
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


def _duals_with_derivatives(G):
    """K = E φφ and S = E φ'φ' of the ReLU with gradients and Hessians in (G_αα, G_αβ, G_ββ)."""
    p, r, q = variables = sp.symbols("p r q", positive=True)
    cosine = r / sp.sqrt(p * q)
    theta = sp.acos(cosine)
    K = sp.sqrt(p * q) * (sp.sqrt(1 - cosine**2) + (sp.pi - theta) * cosine) / (2 * sp.pi)
    S = (sp.pi - theta) / (2 * sp.pi)
    at = dict(zip(variables, (G[0, 0], G[0, 1], G[1, 1]), strict=True))
    found = []
    for f in (K, S):
        gradient = [sp.diff(f, v) for v in variables]
        hessian = [[sp.diff(g, v).subs(at) for v in variables] for g in gradient]
        found += [float(f.subs(at)), np.array([float(g.subs(at)) for g in gradient])]
        found.append(np.array(hessian, dtype=float))
    return found


def _relu_average(G):
    """E of Π φ over ``values`` and Π φ' over ``gates``, times (G⁻¹z)_μ where asked for."""

    def average(values, gates=(), along=None):
        total = 0.0
        inverse = np.linalg.inv(G)
        for index, weight in [(None, 1.0)] if along is None else list(enumerate(inverse[along])):
            factors = [power(0), power(0)]
            for i in values:
                factors[i] = factors[i] * relu()
            for i in gates:
                factors[i] = factors[i] * step()
            if index is not None:
                factors[index] = factors[index] * power(1)
            total += weight * gaussian_product(factors, G)
        return total

    return average


ENTRIES = [(0, 0), (0, 1), (1, 1)]


def shift_in_entries_of_the_covariance(G, bias, hidden, source):
    """The coefficient of 1/n_source in E Θ_αβ - Θ∞, by derivatives of duals in G."""
    g, V, D, F = np.zeros(3), np.zeros((3, 3)), np.zeros(3), np.zeros((2, 2))
    shift, H = 0.0, G[0, 1]
    for layer in range(hidden):
        average = _relu_average(G)
        K, K1, K2, S, S1, S2 = (2 * each for each in _duals_with_derivatives(G))
        # derivatives of E φφ on the diagonal: G/2
        gradient = np.array([[1.0, 0, 0], K1, [0, 0, 1.0]])
        omega = K1 + H * S1
        spread = np.array([F[0, 0], F[0, 1] + F[1, 0], F[1, 1]])  # over ordered pairs
        moved = (K2 * V).sum() / 2
        # ∂_γ∂_δ S = 2 ∂S/∂G_γγ, and ∂S/∂r for either order of (α, β)
        by_own = np.array([2, 1, 2]) * spread
        shift = K1 @ g + moved + S * shift + S1 @ (g * H + D) + H * (S2 * V).sum() / 2 + S1 @ by_own
        g = gradient @ g + np.array([0, moved, 0])
        D = gradient @ (V @ omega + S * D)
        V = gradient @ V @ gradient.T
        N = [[[average((c,), (a,), along=m) for c in (0, 1)] for m in (0, 1)] for a in (0, 1)]
        F = 4 * np.array(N[0]).T @ F @ np.array(N[1])
        if layer == source:
            one = np.array([average(e) for e in ENTRIES])
            V = 4 * np.array([[average(e + f) for f in ENTRIES] for e in ENTRIES])
            V = V - 4 * np.outer(one, one)
            D = np.array([4 * (average((0, 1, *e)) + H * average(e, (0, 1))) for e in ENTRIES])
            D = D - 2 * one * (K + H * S)
            F = np.array([[4 * H * average((c, d), (0, 1)) for d in (0, 1)] for c in (0, 1)])
        diagonal = np.diag(G) + bias
        H = K + bias + S * H
        G = np.array([[diagonal[0], K + bias], [K + bias, diagonal[1]]])
    return shift


@pytest.mark.parametrize("hidden", [1, 2, 4])
@pytest.mark.parametrize("bias", [0.0, 0.3])
def test_the_shift_by_another_road(hidden, bias):
    rows = np.array([[1.2, 0.0], [0.7 * np.cos(1.1), 0.7 * np.sin(1.1)]])
    found = first_order(Network.of(hidden + 1, 10, bias_variance=bias), rows).mean_shift_by_layer
    for source in range(hidden):
        expected = shift_in_entries_of_the_covariance(rows @ rows.T + bias, bias, hidden, source)
        assert found[source, 0, 1] == pytest.approx(expected, rel=1e-9, abs=1e-13)
        assert (abs(expected) > 0.01) == (source < hidden - 1)


@pytest.mark.parametrize(
    ("network", "pair", "count"),
    [
        (Network((16, 16)), (0, 2), 150_000),
        (Network((16, 16, 16)), (0, 2), 100_000),
        (Network((24, 24), LEAKY, 1.1, 0.3), (1, 3), 60_000),
    ],
)
def test_the_mean_shift_against_draws(network, pair, count):
    """The shift is found within noise; none, and half as much again, are rejected."""
    points = X[list(pair)]
    kernels, first = draws(network, points, count, seed=11)
    ntk = first_order(network, points)
    # Controls whose means are exact at every width: the first layer, and the diagonal.
    v_w, v_b = network.weight_variance, network.bias_variance
    one = limit(Network((1,), network.activation, v_w, v_b), points).nngp
    controls = [first[:, i, j] - one[i, j] for i, j in ENTRIES]
    controls += [kernels[:, i, i] - ntk.limit[i, i] for i in (0, 1)]
    shifts = control(kernels[:, 0, 1], np.stack(controls, axis=1)) - ntk.limit[0, 1]
    error = shifts.std() / count**0.5
    assert abs(shifts.mean() - ntk.mean_shift[0, 1]) < LIMIT * error
    if network.bias_variance == 0:
        for factor in (0, 0.5, 1.5):
            assert abs(shifts.mean() - factor * ntk.mean_shift[0, 1]) > LIMIT * error


@pytest.mark.parametrize("network", [Network((12,)), Network((12,), LEAKY, 1.1, 0.3)])
def test_covariances_of_two_layers_against_draws(network):
    """One hidden layer: the first order is exact."""
    count = 200_000
    kernels, _ = draws(network, X, count, seed=12)
    centred = kernels - kernels.mean(0)
    found = first_order_covariances(network, X).covariance
    for a, b, c, d in [(0, 1, 0, 1), (0, 1, 2, 3), (0, 1, 1, 2), (0, 0, 1, 2), (0, 0, 2, 2)]:
        products = centred[:, a, b] * centred[:, c, d]
        error = products.std() / count**0.5
        assert abs(products.mean() - found[a, b, c, d]) < LIMIT * error
        assert error < 0.02 * abs(found[0, 0, 0, 0])


@pytest.mark.parametrize("network", [Network((80, 48)), Network((48, 64, 48), LEAKY, 1.1, 0.3)])
def test_variances_of_wide_networks_against_draws(network):
    """Noise of 2 to 4 %; orders beyond the first enter as the exact diagonal says."""
    count = 12_000
    kernels, _ = draws(network, X[:3], count, seed=13)
    centred = kernels - kernels.mean(0)
    found = first_order_covariances(network, X[:3]).covariance
    scale = diagonal_ratio(network)
    for a, b, c, d in [(0, 1, 0, 1), (0, 2, 0, 2), (0, 1, 1, 2), (0, 0, 1, 2)]:
        products = centred[:, a, b] * centred[:, c, d]
        error = products.std() / count**0.5
        assert abs(products.mean() - scale * found[a, b, c, d]) < LIMIT * error
        assert error < 0.05 * abs(found[a, b, c, d])


def diagonal_ratio(network):
    """Var Θ(x,x) by its first order: how much the order 1/width² matters at these widths."""
    exact = diagonal_moments_of(
        network.widths,
        weight_variance=network.weight_variance,
        bias_variance=network.bias_variance,
        gates=Gates.of(network.activation),
    )
    return float(exact.variance) / first_order(network, X[:1]).variance[0, 0]


@pytest.mark.parametrize("activation", [RELU, LEAKY])
def test_nothing_is_singular_where_inputs_meet(activation):
    network = Network.of(4, 100, activation)
    shifts = {}
    for angle in (1e-2, 1e-4, 1e-6, 1e-8):
        near = np.array([[1.0, 0.0], [np.cos(angle), np.sin(angle)]])
        found = first_order(network, near)
        shifts[angle] = found.mean_shift[0, 1]
        gap = found.variance[0, 1] - found.variance[0, 0]
        assert abs(gap) < 2 * angle
        assert found.variance[1, 1] == pytest.approx(found.variance[0, 0], rel=1e-12)
    slope = shifts[1e-4] / 1e-4
    assert abs(slope) > 0.01
    for angle in (1e-6, 1e-8):  # proportional to the angle, up to rounding over the angle
        assert shifts[angle] == pytest.approx(slope * angle, rel=1e-3, abs=1e-17 / angle)
    opposite = [
        first_order(network, np.array([[1.0, 0.0], [-np.cos(t), np.sin(t)]])) for t in (0.0, 1e-7)
    ]
    for name in ("mean_shift", "variance"):
        here, there = (getattr(each, name)[0, 1] for each in opposite)
        assert there == pytest.approx(here, rel=1e-5)


def test_smooth_corrections_of_linear_networks():
    """Of φ(s) = s, which both recursions cover: by quadrature, and on arcs."""
    network = Network((4, 6, 5), IDENTITY, 1.1, 0.2)
    left, right = inputs_of(network, X[[0, 0, 2]]), inputs_of(network, X[[0, 1, 3]])
    limits, shifts, variances = smooth_pairs(network, left, right)
    found = first_order(network, X)
    for index, (i, j) in enumerate([(0, 0), (0, 1), (2, 3)]):
        assert limits[0, index] == pytest.approx(found.limit[i, j], rel=1e-11)
        np.testing.assert_allclose(shifts[:, index], 0, atol=1e-11)
        np.testing.assert_allclose(
            variances[:, index], found.variance_by_layer[:, i, j], rtol=1e-11
        )


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (Network((16, 16), "tanh", 1.5, 0.1), 80_000),
        (Network((24, 24, 24), "sin", 1.5), 40_000),
        (Network((12,), "gelu"), 80_000),
    ],
)
def test_smooth_corrections_against_draws(network, count):
    """The shift within noise; the variance too, at order 1/width squared for more layers."""
    points = X[[0, 3]] / 1.2
    kernels, _ = draws(network, points, count, seed=21)
    found = first_order(network, points)
    # limit() takes tanh by Gauss-Hermite nodes, which its poles slow down
    digits = 5e-5 if network.activation.name == "tanh" else 1e-11
    np.testing.assert_allclose(found.limit, limit(network, points).ntk, rtol=digits)
    centred = kernels - kernels.mean(0)
    for i, j in [(0, 0), (0, 1), (1, 1)]:
        error = kernels[:, i, j].std() / count**0.5
        shift = kernels[:, i, j].mean() - found.limit[i, j]
        assert abs(shift - found.mean_shift[i, j]) < LIMIT * error
        squares = centred[:, i, j] ** 2
        error = squares.std() / count**0.5
        more = (len(network.widths) - 1) * 2 / network.widths[0]  # what higher orders may add
        gap = abs(squares.mean() - found.variance[i, j])
        assert gap < LIMIT * error + more * found.variance[i, j]
        assert error < 0.02 * found.variance[i, j]
    if len(network.widths) == 1:
        np.testing.assert_allclose(found.mean_shift, 0, atol=1e-13)
    else:
        shifts = np.abs(kernels.mean(0) - found.limit) / kernels.std(0) * count**0.5
        assert shifts.max() > LIMIT


def test_homogeneity_and_many_points():
    network = Network.of(4, 50)
    points = np.random.default_rng(1).standard_normal((64, 3))
    whole = first_order(network, points)
    assert whole.variance.shape == whole.mean_shift.shape == (64, 64)
    twice = first_order(network, 2 * points[:5])
    np.testing.assert_allclose(twice.mean_shift, 4 * whole.mean_shift[:5, :5], atol=1e-13)
    np.testing.assert_allclose(twice.variance, 16 * whole.variance[:5, :5], rtol=1e-12)
    wider = first_order(Network.of(4, 100), points[:5])
    np.testing.assert_allclose(wider.variance, whole.variance[:5, :5] / 2, rtol=1e-12)


def test_questions_without_meaning_or_out_of_reach():
    with pytest.raises(Unable, match=r"PiecewiseLinear\(a, b\)"):
        first_order_covariances(Network((3,), Erf()), X)
    with pytest.raises(Unable, match="digits"):
        first_order(Network((3,), Erf()), [[1.0, 0.0], [1.0, 1e-4]])
    for function in (first_order, first_order_covariances):
        with pytest.raises(InvalidInput, match="Row 1"):
            function(Network((3,)), [[1.0], [0.0]])
        with pytest.raises(InvalidInput, match="shape"):
            function(Network((3,)), [1.0, 2.0])
    with pytest.raises(InvalidInput, match="on one line"):
        first_order_covariances(Network((3,)), [[1.0, 1.0], [2.0, 2.0]])
    with pytest.raises(Unable, match="at most 6"):
        first_order_covariances(Network((3,)), np.eye(7))
