"""Mean shifts of smooth networks against closed forms of their Gaussian averages."""

import numpy as np
import pytest
import sympy as sp

from ntkproofs.finite_width.corrections import first_order
from ntkproofs.finite_width.network import Network
from ntkproofs.kernels.activations import ACTIVATIONS

X = np.array([[1.0, 0.0], [-0.3, 1.1]])
ENTRIES = [(0, 0), (0, 1), (1, 1)]


def test_the_shift_of_a_smooth_network_by_derivatives_of_closed_forms():
    """erf, two hidden layers: V, D, F by Gauss-Hermite, and SymPy's derivatives of the duals."""
    v_w, points = 1.7, X
    p, r, q = variables = sp.symbols("p r q", positive=True)
    inner = (1 + 2 * p) * (1 + 2 * q)
    K = 2 / sp.pi * sp.asin(2 * r / sp.sqrt(inner))
    S = 4 / sp.pi / sp.sqrt(inner - 4 * r**2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(140)
    weights = weights / weights.sum()
    z = np.stack(np.meshgrid(nodes, nodes), -1) @ np.linalg.cholesky(points @ points.T).T
    of = lambda f: weights @ f @ weights  # noqa: E731
    phi, gates = ACTIVATIONS["erf"](z), ACTIVATIONS["erf"].derivative(z).prod(-1)
    products = [phi[..., i] * phi[..., j] for i, j in ENTRIES]
    one = np.array([of(f) for f in products])
    H0 = points[0] @ points[1]
    omega = products[1] + H0 * gates
    V = v_w**2 * np.array([[of(f * g) for f in products] for g in products])
    V = V - v_w**2 * np.outer(one, one)
    D = v_w**2 * np.array([of(f * omega) - of(f) * of(omega) for f in products])
    F = v_w**2 * H0 * np.array([of(f * gates) for f in products])
    at, H = dict(zip(variables, v_w * one, strict=True)), v_w * of(omega)
    first = lambda f: np.array([float(sp.diff(f, a).subs(at)) for a in variables])  # noqa: E731
    second = lambda f: np.array(  # noqa: E731
        [[float(sp.diff(f, a, b).subs(at)) for b in variables] for a in variables]
    )
    expected = ((second(K) + H * second(S)) * V).sum() / 2 + first(S) @ (D + 2 * F)
    found = first_order(Network((5, 8), "erf", v_w), points).mean_shift_by_layer
    assert found[0, 0, 1] == pytest.approx(v_w * expected, rel=1e-7)
    assert abs(expected) > 0.01
    assert found[1, 0, 1] == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize("source", [0, 1, 2])
def test_the_shift_of_a_sine_network_at_one_input(source):
    """Scalars and closed forms of E sin^i cos^j: all of the recursion at α = β."""
    v_w, hidden, p = 1.4, 4, 0.9
    H, g, shift, V, D, F = p, 0.0, 0.0, 0.0, 0.0, 0.0
    for layer in range(hidden):
        e, e4 = np.exp(-2 * p), np.exp(-8 * p)
        K, S = (1 - e) / 2, (1 + e) / 2  # E sin², E cos²
        sines, both = (3 - 4 * e + e4) / 8, (1 - e4) / 8  # E sin⁴, E sin² cos²
        g_next = v_w * (e * g - e * V)
        shift = g_next + v_w * (S * shift - e * (g * H + D) + e * V * H - 2 * e * F)
        omega = v_w * (e - H * e)
        D = v_w * e * (omega * V + v_w * S * D)
        V, F = (v_w * e) ** 2 * V, (v_w * e) ** 2 * F
        if layer == source:
            V += v_w**2 * (sines - K**2)
            D += v_w**2 * (sines + H * both - K * (K + H * S))
            F += v_w**2 * H * both
        g, p, H = g_next, v_w * K, v_w * (K + S * H)
    found = first_order(Network((9,) * hidden, "sin", v_w), [[0.9**0.5]])
    assert found.mean_shift_by_layer[source, 0, 0] == pytest.approx(shift, rel=1e-10)
    assert abs(shift) > 0.01
