"""Bounds of training times: the parts against their definitions, the whole against training."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width import bounds
from ntkproofs.finite_width.bounds import time_to
from ntkproofs.finite_width.concentration import smallest_eigenvalue
from ntkproofs.finite_width.descent import descend
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, draw_many, limit
from ntkproofs.finite_width.scores import agreement
from ntkproofs.finite_width.two_layer import octant, second_moment, squared_deviation
from ntkproofs.kernels.activations import PiecewiseLinear

X = nt.sphere.uniform(8, 5, seed=0)
Y = np.sin(3 * X[:, 0])
ABRELU = PiecewiseLinear(0.7, 0.3)


def _kernels(network, inputs, draws, seed=1):
    found = []
    for start in range(0, draws, 2000):
        numbers = range(start, min(start + 2000, draws))
        weights = draw_many(network, inputs.shape[1], seed=seed, draws=numbers)
        found.append(empirical_ntk(network, weights, inputs).ntk)
    return np.concatenate(found)


def test_octants_with_known_integrals():
    independent = octant(0.0, 0.0, 0.0)
    half = 1 / math.sqrt(2 * math.pi)  # E z 1(z > 0)
    assert independent.probability == pytest.approx(1 / 8, rel=1e-15)
    assert independent.products[0][0] == pytest.approx(1 / 8, rel=1e-15)
    assert independent.products[0][1] == pytest.approx(half**2 / 2, rel=1e-15)
    assert independent.fourth == pytest.approx(half * 0.5 * half, rel=1e-15)
    same = octant(1.0, 1.0, 1.0)  # E z^4 1(z > 0) = 3/2
    assert [same.probability, same.products[0][2], same.fourth] == pytest.approx([0.5, 0.5, 1.5])
    opposite = octant(-1.0, 0.3, -0.3)
    assert [opposite.probability, opposite.products[0][0], opposite.fourth] == pytest.approx(
        [0, 0, 0], abs=1e-15
    )


def test_an_octant_by_integration_over_the_cube():
    """The density itself, integrated by mpmath over z > 0."""
    a, b, c = 0.3, -0.2, 0.5
    inverse = np.linalg.inv([[1, a, b], [a, 1, c], [b, c, 1]])
    size = (2 * math.pi) ** 1.5 * math.sqrt(1 / np.linalg.det(inverse))
    nodes, weights = np.polynomial.legendre.leggauss(80)
    z, w = 5 * (nodes + 1), 5 * weights
    grid = np.meshgrid(z, z, z, indexing="ij")
    mesh = np.einsum("i,j,k->ijk", w, w, w)
    form = sum(inverse[i, j] * grid[i] * grid[j] for i in range(3) for j in range(3))
    density = np.exp(-form / 2) / size * mesh
    found = octant(a, b, c)
    assert density.sum() == pytest.approx(float(found.probability), rel=1e-10)
    for i in range(3):
        for j in range(3):
            expected = (density * grid[i] * grid[j]).sum()
            assert float(found.products[i][j]) == pytest.approx(expected, rel=1e-9)
    fourth = (density * grid[0] * grid[1] ** 2 * grid[2]).sum()
    assert float(found.fourth) == pytest.approx(fourth, rel=1e-9)


@pytest.mark.parametrize("activation", ["relu", ABRELU, "identity", PiecewiseLinear(0, 1)])
def test_second_moments_of_a_term_are_those_of_one_neuron(activation):
    """A network of width 1 is one term; coincident, antipodal and longer inputs are among them."""
    inputs = np.vstack([X[:4], X[0], -X[1]]) * np.array([1, 1, 1, 2, 1.5, 1])[:, None]
    network = Network.of(2, 1, activation)
    kernels = _kernels(network, inputs, 40_000)
    squares = kernels @ kernels
    upper = np.triu_indices(len(inputs))
    error = squares.std(axis=0, ddof=1) / math.sqrt(len(squares))
    found = agreement(
        squares.mean(axis=0)[upper],
        second_moment(network, inputs)[upper],
        error[upper],
        len(squares),
        false_alarm=1e-4,
        rounding=1e-6,  # arccosines near -1 keep half of the digits
    )
    assert found.agrees, found


def test_the_mean_square_deviation_is_exact_at_every_width():
    network = Network.of(2, 5)
    away = _kernels(network, X, 20_000) - limit(network, X).ntk
    squares = (away**2).sum(axis=(1, 2))
    error = squares.std(ddof=1) / math.sqrt(len(squares))
    exact = squared_deviation(network, X)
    assert agreement(squares.mean(), exact, error, len(squares), false_alarm=1e-4).agrees
    assert not agreement(squares.mean(), 1.1 * exact, error, len(squares), false_alarm=1e-4).agrees


@pytest.mark.parametrize("sobolev", [None, np.diag(np.arange(1.0, 9.0))])
def test_no_more_draws_fall_below_the_floor_than_allowed(sobolev):
    network = Network.of(2, 128)
    root = np.eye(8) if sobolev is None else np.sqrt(sobolev)
    smallest = np.linalg.eigvalsh(root @ _kernels(network, X, 1500) @ root)[:, 0]
    for delta in (0.5, 0.05):
        floor = smallest_eigenvalue(network, X, delta, sobolev=sobolev)
        assert (smallest < floor.value).mean() <= delta
        assert floor.value < floor.limit
    assert (smallest < floor.limit).mean() > 0.3  # the limit itself is no floor


def test_the_floor_approaches_the_limit_as_one_over_the_root_of_the_width():
    gaps = []
    for width in (10**4, 4 * 10**4, 16 * 10**4):
        floor = smallest_eigenvalue(Network.of(2, width), X, 0.05)
        gaps.append(floor.fluctuation)
    assert gaps[0] / gaps[1] == pytest.approx(2, rel=0.05)
    assert gaps[1] / gaps[2] == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("centred", [True, False])
def test_training_is_never_slower_than_its_bound(centred):
    """Two hundred networks; the bound may fail for one in twenty, and is not far from the truth."""
    network, eps, delta = Network.of(2, 2048), 0.1, 0.05
    bound = time_to(eps, delta, network, X, Y, initial="centred" if centred else "random")
    runs = [
        descend(network, X, Y, draws=range(s, s + 50), eps=eps, seed=9, centred=centred)
        for s in range(0, 200, 50)
    ]
    reached = np.concatenate([run.reached for run in runs])
    assert np.isfinite(reached).all()
    assert (reached > bound.time).mean() <= delta
    assert bound.time < (3 if centred else 9) * np.median(reached)
    falls = np.concatenate([(r.smallest[:, :1] - r.smallest).max(axis=1) for r in runs])
    assert (falls > bound.drift.fall).mean() <= delta
    if centred:
        for run in runs:  # the rate itself, at every record
            decay = np.linalg.norm(Y) * np.exp(-bound.rate * run.times)
            assert (run.errors > decay * (1 + 1e-9)).any(axis=1).mean() <= delta


def test_every_mode_has_a_bound_and_fast_modes_are_not_later():
    bound = time_to(0.05, 0.1, Network.of(2, 10**6), X, Y, initial="centred", drift=0.0)
    assert [m.eigenvalue for m in bound.modes] == sorted(m.eigenvalue for m in bound.modes)
    assert all(m.time <= bound.time * (1 + 1e-9) for m in bound.modes)
    assert bound.modes[-1].time < bound.time / 2
    kernel = limit(Network.of(2, 1), X).ntk
    values, vectors = np.linalg.eigh(kernel)
    for value, vector, mode in zip(values, vectors.T, bound.modes, strict=True):
        alone = abs(vector @ Y) * math.exp(-value * mode.time)
        assert alone <= 0.05  # what the limit itself leaves of it


def test_a_width_that_is_too_small_says_so():
    bound = time_to(0.05, 0.05, Network.of(2, 64), X, Y, initial="centred", drift=0.0)
    assert math.isinf(bound.time)
    assert "no positive rate" in str(bound)
    assert all(math.isinf(mode.time) for mode in bound.modes)


def test_what_a_bound_rests_on_is_said():
    measured = time_to(0.1, 0.1, Network.of(2, 4096), X, Y, draws=4)
    assumed = time_to(0.1, 0.1, Network.of(2, 4096), X, Y, drift=0.0)
    assert {r.standing for r in measured.relies_on} == {"proved", "floats", "exact", "measured"}
    assert {r.standing for r in assumed.relies_on} == {"proved", "floats", "exact", "assumed"}


def test_equal_inputs_have_no_positive_rate():
    twice = np.vstack([X, X[:1]])
    bound = time_to(0.1, 0.1, Network.of(2, 10**6), twice, np.append(Y, 1.0), drift=0.0)
    assert math.isinf(bound.time)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"eps": 0.0}, "positive"),
        ({"eps": math.nan}, "positive"),
        ({"delta": 1.0}, r"\(0, 1\)"),
        ({"y": Y[:3]}, "one for each row"),
        ({"y": np.full(8, np.nan)}, "finite"),
        ({"sobolev": -np.eye(8)}, "positive definite"),
        ({"sobolev": 1e-9 * np.tri(8)}, "symmetric"),
        ({"drift": -1.0}, ">= 0"),
    ],
)
def test_questions_that_are_none(change, says):
    arguments = {
        "eps": 0.1, "delta": 0.1, "network": Network.of(2, 64), "X": X, "y": Y, "drift": 0.0,
    }  # fmt: skip
    with pytest.raises(InvalidInput, match=says):
        time_to(**{**arguments, **change})


def test_networks_without_a_closed_form():
    with pytest.raises(Unable, match="ReLU"):
        second_moment(Network.of(2, 64, "erf"), X)
    with pytest.raises(InvalidInput, match="depth 3"):
        second_moment(Network.of(3, 64), X)


def test_a_step_beyond_stability_is_refused():
    with pytest.raises(InvalidInput, match="2/λ_max"):
        descend(Network.of(2, 64), X, Y, draws=range(2), eps=0.1, step=10.0)


def test_three_layers_have_a_floor_to_first_order():
    """Chebyshev's: far below what draws do, above nothing, and it says what it leaves out."""
    network, points = Network.of(3, 4000), X[:4]
    floor = smallest_eigenvalue(network, points, 0.2)
    weights = draw_many(network, 5, seed=1, draws=range(8))
    smallest = np.linalg.eigvalsh(empirical_ntk(network, weights, points).ntk)[:, 0]
    assert 0 < floor.value < smallest.min()
    assert "first order" in {r.standing for r in floor.relies_on}
    narrow = smallest_eigenvalue(Network.of(3, 1000), points, 0.2)
    wide = smallest_eigenvalue(Network.of(3, 16_000), points, 0.2)
    assert narrow.fluctuation / wide.fluctuation == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("draws", [0, -3])
def test_a_drift_is_measured_on_draws(draws):
    with pytest.raises(InvalidInput, match="draws"):
        time_to(0.1, 0.1, Network.of(2, 4096), X, Y, draws=draws)


@pytest.mark.parametrize(("name", "value"), [("initial", "centered"), ("drift", "measure")])
def test_choices_that_are_none(name, value):
    arguments = {"drift": 0.0, name: value}
    with pytest.raises(InvalidInput, match=value):
        time_to(0.1, 0.1, Network.of(2, 64), X, Y, **arguments)


def test_outputs_of_smooth_networks_have_no_exact_second_moment():
    """E f_0² is that of the limit for (a,b)-ReLUs only; a centred network needs none."""
    network = Network.of(3, 20_000, "erf")
    with pytest.raises(InvalidInput, match="centred"):
        time_to(0.1, 0.1, network, X[:3], Y[:3], drift=0.0)
    bound = time_to(0.1, 0.1, network, X[:3], Y[:3], drift=0.0, initial="centred")
    assert "first order" in {r.standing for r in bound.relies_on}


def test_drift_is_measured_as_long_as_the_bound_needs_it(monkeypatch):
    """‖P^½ r‖ <= p^½ eps, p the smallest eigenvalue of P, is later than ‖r‖ <= eps."""
    asked = []
    measure = bounds.measured_drift
    monkeypatch.setattr(
        bounds, "measured_drift", lambda *a, **k: asked.append(k["eps"]) or measure(*a, **k)
    )
    P = np.diag([1.0, 4.0, 4.0])
    time_to(0.1, 0.1, Network.of(2, 4096), X[:3], Y[:3], sobolev=P, draws=2, initial="centred")
    assert asked == [pytest.approx(0.05)]
