"""Solvers on operators against dense linear algebra, their error figures, and their refusals."""

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, Unable

RNG = np.random.default_rng(20261123)
N = 300
X = nt.normalise(RNG.normal(size=(N, 4)))[0]
K = nt.gram(nt.ntk(3), X)
VALUES, VECTORS = np.linalg.eigh(K)
Y = RNG.normal(size=N)


class Off(LinearOperator):
    """A matrix whose products are off by a known symmetric perturbation."""

    def __init__(self, matrix, size):
        super().__init__(dtype=np.dtype(float), shape=matrix.shape)
        Q = np.linalg.qr(RNG.normal(size=matrix.shape))[0]
        self.matrix = matrix + (Q * RNG.uniform(-size, size, len(Q))) @ Q.T
        self.product_error = size

    def _matvec(self, x):
        return self.matrix @ x


@pytest.mark.parametrize("matrix", [K, nt.operator(nt.ntk(3), X)], ids=["array", "operator"])
def test_extreme_eigenvalues_are_those_of_the_matrix(matrix):
    top = nt.extreme_eigenvalues(matrix, k=4)
    np.testing.assert_allclose(top.values, VALUES[-4:], rtol=1e-12)
    low = nt.extreme_eigenvalues(matrix, k=2, which="smallest", tolerance=1e-5)
    np.testing.assert_allclose(low.values, VALUES[:2], rtol=1e-8)
    for found, exact in ((top, VALUES[-4:]), (low, VALUES[:2])):
        assert (np.abs(found.values - exact) <= found.errors + 1e-12 * VALUES[-1]).all()
        np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=0), 1)
        R = K @ found.vectors - found.vectors * found.values
        np.testing.assert_allclose(
            np.linalg.norm(R, axis=0), found.residuals, atol=1e-12 * VALUES[-1]
        )
        assert found.products < 20 * N


@pytest.mark.parametrize("matrix", [K, nt.operator(nt.ntk(3), X)], ids=["array", "operator"])
def test_lobpcg_finds_the_eigenvalues_that_lanczos_finds(matrix):
    top = nt.extreme_eigenvalues(matrix, k=4, method="lobpcg")
    low = nt.extreme_eigenvalues(matrix, 2, "smallest", method="lobpcg", tolerance=1e-5)
    for found, exact, tolerance in ((top, VALUES[-4:], 1e-8), (low, VALUES[:2], 1e-5)):
        np.testing.assert_allclose(found.values, exact, rtol=1e-8)
        assert (found.residuals <= tolerance * found.values).all()
        R = K @ found.vectors - found.vectors * found.values
        sizes = np.linalg.norm(R, axis=0)
        np.testing.assert_allclose(sizes, found.residuals, atol=1e-12 * VALUES[-1])
        overlaps = found.vectors.T @ found.vectors
        np.testing.assert_allclose(overlaps, np.eye(len(exact)), atol=1e-12)
    # bounds from within, converged or not
    rough = nt.extreme_eigenvalues(K, 3, "smallest", method="lobpcg", tolerance=0.9)
    assert (rough.values >= VALUES[:3]).all()
    assert (rough.values > 1.001 * VALUES[:3]).any()


def test_lobpcg_uses_its_preconditioner():
    inverse, seen = np.linalg.inv(K), []

    def near(v):
        seen.append(v.shape)
        return inverse @ v

    options = {"method": "lobpcg", "tolerance": 1e-5}
    plain = nt.extreme_eigenvalues(K, 2, "smallest", **options)
    better = nt.extreme_eigenvalues(K, 2, "smallest", preconditioner=near, **options)
    np.testing.assert_allclose(better.values, VALUES[:2], rtol=1e-9)
    assert better.products < plain.products / 10
    assert set(seen) == {(N,)}


def test_lobpcg_stops_where_every_vector_is_an_eigenvector():
    found = nt.extreme_eigenvalues(3 * np.eye(N), 2, method="lobpcg")
    np.testing.assert_allclose(found.values, [3, 3])
    assert found.products < 50
    y = np.ones(N) / np.sqrt(N)
    found = nt.extreme_eigenvalues(5 * np.outer(y, y), 1, method="lobpcg")
    assert found.values[0] == pytest.approx(5, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "jacobi"}, "'lanczos' or 'lobpcg'; got 'jacobi'"),
        ({"preconditioner": np.copy}, "Lanczos takes no preconditioner"),
        ({"method": "lobpcg", "preconditioner": K}, "a function"),
        ({"method": "lobpcg", "preconditioner": np.negative}, "symmetric positive definite"),
        ({"method": "lobpcg", "preconditioner": lambda v: v[:5]}, r"shape \(5,\)"),
        ({"method": "lobpcg", "preconditioner": lambda v: v[:, None]}, r"shape \(300, 1\)"),
        ({"method": "lobpcg", "preconditioner": lambda v: v * np.nan}, "finite entries"),
    ],
)
def test_methods_and_preconditioners_that_cannot_be_are_refused(options, words):
    with pytest.raises(InvalidInput, match=words):
        nt.extreme_eigenvalues(K, 2, **options)


def test_their_errors_hold_for_operators_that_are_off():
    """The residual alone does not bound the distance to an eigenvalue of the matrix meant."""
    A = Off(K, 0.05)
    found = nt.extreme_eigenvalues(A, k=5)
    distance = np.abs(found.values[:, None] - VALUES).min(axis=1)
    assert (distance > found.residuals).any()
    assert (distance <= found.errors).all()
    assert found.operator_error == 0.05
    assert nt.extreme_eigenvalues(A, k=5, operator_error=0.5).operator_error == 0.5
    unstated = nt.extreme_eigenvalues(aslinearoperator(K), k=1)
    assert unstated.operator_error is None
    np.testing.assert_array_equal(unstated.errors, unstated.residuals)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_small_matrices_have_all_their_eigenvalues(n):
    A = K[:n, :n]
    for which in ("largest", "smallest"):
        found = nt.extreme_eigenvalues(A, k=n, which=which)
        np.testing.assert_allclose(found.values, np.linalg.eigvalsh(A), rtol=1e-13)
    with pytest.raises(InvalidInput, match=f"{n} eigenvalues; got k = {n + 1}"):
        nt.extreme_eigenvalues(A, k=n + 1)


def test_eigenvalues_say_when_they_did_not_converge():
    crowded = np.diag(np.concatenate([np.linspace(1, 1 + 1e-9, 299), [1e6]]))
    with pytest.raises(Unable, match="of 5 smallest"):
        nt.extreme_eigenvalues(crowded, k=5, which="smallest", tolerance=1e-14, max_restarts=1)
    with pytest.raises(Unable, match=r"LOBPCG found 0 of 5 .* in \d\d products; at 1 there is"):
        nt.extreme_eigenvalues(
            crowded, 5, "smallest", method="lobpcg", tolerance=1e-14, max_restarts=1
        )


def test_the_condition_estimate_is_a_lower_bound_that_grows():
    exact = VALUES[-1] / VALUES[0]
    found = [nt.condition_estimate(K, steps=steps) for steps in (1, 5, 20, 100, N)]
    bounds = [estimate.lower_bound for estimate in found]
    assert bounds == sorted(bounds)
    assert all(1 <= bound <= exact * (1 + 1e-9) for bound in bounds)
    assert bounds[0] < 0.5 * exact
    assert bounds[-1] == pytest.approx(exact, rel=1e-6)
    for seed in range(5):
        off = nt.condition_estimate(Off(K, 0.01), steps=N, seed=seed)
        assert off.lower_bound <= exact
        assert off.lower_bound < off.largest / off.smallest
    with pytest.raises(InvalidInput, match="positive definite"):
        nt.condition_estimate(np.diag([1.0, -1.0, 2.0]))
    assert nt.condition_estimate(np.array([[3.0]])).lower_bound == pytest.approx(1)


@pytest.mark.parametrize("shape", [(N,), (N, 3), (N, 1)])
def test_solutions_are_those_of_the_dense_solver(shape):
    y = RNG.normal(size=shape)
    for ridge in (0.0, 0.3):
        found = nt.solve(K, y, ridge, tolerance=1e-11)
        exact = np.linalg.solve(K + ridge * np.eye(N), y)
        np.testing.assert_allclose(found.x, exact, rtol=1e-7, atol=1e-8)
        rest = np.linalg.norm(y - K @ found.x - ridge * found.x, axis=0) / np.linalg.norm(y, axis=0)
        assert rest.max() <= 1e-11
        assert found.residual == pytest.approx(rest.max(), rel=0.05)


def test_a_preconditioner_saves_iterations():
    rough = np.linalg.inv(K + 0.01 * np.eye(N))
    plain = nt.solve(K, Y)
    better = nt.solve(K, Y, preconditioner=lambda v: rough @ v)
    np.testing.assert_allclose(better.x, plain.x, rtol=1e-4, atol=1e-6)
    assert better.iterations < plain.iterations / 3
    with pytest.raises(InvalidInput, match="preconditioner"):
        nt.solve(K, Y, preconditioner=lambda v: -v)


def test_zero_right_hand_sides_are_solved_by_zero():
    found = nt.solve(K, np.zeros((N, 2)))
    assert not found.x.any()
    assert (found.residual, found.iterations) == (0.0, 0)


def test_conjugate_gradients_refuse_what_they_cannot_solve():
    indefinite = K - 2 * VALUES[0] * np.eye(N)
    with pytest.raises(InvalidInput, match="positive definite"):
        nt.solve(-K, Y)
    with pytest.raises((InvalidInput, Unable), match="Rayleigh quotient"):
        nt.solve(indefinite - np.eye(N), Y)
    with pytest.raises(Unable, match=r"not reached: .* after 3 iterations; the iterations"):
        nt.solve(K, Y, max_iterations=3)
    with pytest.raises(Unable, match=r"not reached|singular"):
        nt.solve(np.outer(Y, Y), np.ones(N), max_iterations=50)
    with pytest.raises(Unable, match=r"stagnates|do not suffice"):
        nt.solve(K, Y, tolerance=1e-17, max_iterations=3000)
    with pytest.raises(InvalidInput, match="ridge"):
        nt.solve(K, Y, ridge=-1)
    with pytest.raises(InvalidInput, match="finite entries"):
        nt.solve(K, np.full(N, np.nan))
    with pytest.raises(InvalidInput, match="shape"):
        nt.solve(K, Y[:5])


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (np.triu(K), "not symmetric"),
        (K[:5], r"shape \(n, n\)"),
        (np.full((3, 3), np.nan), "finite"),
        (1j * K, "complex"),
        (aslinearoperator(np.triu(K)), "not symmetric"),
        (aslinearoperator(np.full((3, 3), np.nan)), "not finite"),
        ("K", r"shape \(n, n\)"),
    ],
)
def test_all_refuse_what_is_no_symmetric_matrix(matrix, reason):
    size = getattr(matrix, "shape", (1,))[0]
    for call in (
        nt.extreme_eigenvalues,
        nt.condition_estimate,
        lambda A: nt.solve(A, np.ones(size)),
        lambda A: nt.gradient_flow(A, np.ones(size), [1]),
        lambda A: nt.gradient_descent(A, np.ones(size), [1], 1),
    ):
        with pytest.raises(InvalidInput, match=reason):
            call(matrix)


def function_of_k(values):
    """f(K) Y from the values f takes at the eigenvalues."""
    return VECTORS @ (values * (VECTORS.T @ Y))


def test_the_flow_is_the_exponential():
    few = K[:60, :60]
    flow = nt.gradient_flow(few, Y[:60], [0.3])
    np.testing.assert_allclose(flow.residuals[0], expm(-0.3 * few) @ Y[:60], atol=1e-7)
    times = [0, 1e-3, 0.02, 0.5, 30]
    found = nt.gradient_flow(K, Y, times)
    for t, row, error in zip(times, found.residuals, found.errors, strict=True):
        miss = np.linalg.norm(row - function_of_k(np.exp(-t * VALUES)))
        assert miss <= error + 1e-11
        assert error <= 1e-8 * np.linalg.norm(Y)
    assert found.dimension <= N
    np.testing.assert_allclose(found.norms, np.linalg.norm(found.residuals, axis=1))
    rough = nt.gradient_flow(K, Y, times, tolerance=1e-3)
    assert rough.dimension < found.dimension
    misses = np.linalg.norm(rough.residuals - found.residuals, axis=1)
    assert (misses <= rough.errors + found.errors).all()
    assert misses.max() > 1e-8, "the estimate has something to bound"


def test_descent_is_the_power():
    eta = 1.9 / VALUES[-1]
    steps = [0, 1, 7, 100, 5000, 9001]
    found = nt.gradient_descent(K, Y, steps, eta)
    rough = nt.gradient_descent(K, Y, steps, eta, tolerance=1e-2)
    for t, row, coarse, error, more in zip(
        steps, found.residuals, rough.residuals, found.errors, rough.errors, strict=True
    ):
        exact = function_of_k((1 - eta * VALUES) ** t)
        assert np.linalg.norm(row - exact) <= error + 1e-10
        assert np.linalg.norm(coarse - exact) <= more + 1e-10
    assert rough.dimension < found.dimension


def test_what_an_operator_is_off_has_its_share():
    A, eta = Off(K, 0.01), 1 / VALUES[-1]
    for steps in (1, 50):
        found = nt.gradient_descent(A, Y, [steps], eta)
        miss = np.linalg.norm(found.residuals[0] - function_of_k((1 - eta * VALUES) ** steps))
        assert found.errors[0] < miss <= found.errors[0] + found.operator_effects[0]
        flow = nt.gradient_flow(A, Y, [steps * eta])
        miss = np.linalg.norm(flow.residuals[0] - function_of_k(np.exp(-steps * eta * VALUES)))
        assert flow.errors[0] < miss <= flow.errors[0] + flow.operator_effects[0]
    assert nt.gradient_flow(aslinearoperator(K), Y, [1]).operator_effects is None


def test_training_refuses_what_diverges_or_does_not_fit():
    with pytest.raises(InvalidInput, match="positive semidefinite"):
        nt.gradient_flow(np.diag([1.0, -1.0]), [1.0, 1.0], [1])
    with pytest.raises(InvalidInput, match="at most 2/λ_max"):
        nt.gradient_descent(K, Y, [5], 2.1 / VALUES[-1])
    with pytest.raises(Unable, match="estimated error"):
        nt.gradient_flow(K, Y, [5], max_dimension=10)
    with pytest.raises(InvalidInput, match="times"):
        nt.gradient_flow(K, Y, [-1])
    with pytest.raises(InvalidInput, match="whole steps"):
        nt.gradient_descent(K, Y, [0.5], 1e-3)
    with pytest.raises(InvalidInput, match="one by one"):
        nt.gradient_descent(K, Y, [10**9], 1e-3)
    with pytest.raises(InvalidInput, match="One residual"):
        nt.gradient_flow(K, np.ones((N, 2)), [1])
    nothing = nt.gradient_flow(K, np.zeros(N), [0, 1])
    assert nothing.residuals.shape == (2, N)
    assert not nothing.residuals.any()


def test_regression_on_the_sphere_and_on_the_torus():
    new = nt.normalise(RNG.normal(size=(20, 4)))[0]
    for ridge in (0.0, 0.5):
        f = nt.kernel_regression(nt.ntk(3), X, Y, ridge, tolerance=1e-11)
        alpha = np.linalg.solve(K + ridge * np.eye(N), Y)
        expected = nt.gram(nt.ntk(3), new, X) @ alpha
        np.testing.assert_allclose(f(new), expected, rtol=1e-7, atol=1e-7)
    x, there = nt.torus.scattered(200, 2, seed=0), nt.torus.scattered(10, 2, seed=1)
    targets = np.stack([np.cos(2 * np.pi * x[:, 0]), x[:, 1]], axis=1)
    g = nt.kernel_regression(nt.ntk(3), x, targets, 0.1, operator=nt.torus.operator)
    L, M = (nt.gram(nt.ntk(3), nt.torus.embed(p), nt.torus.embed(x)) for p in (x, there))
    expected = M @ np.linalg.solve(L + 0.1 * np.eye(200), targets)
    np.testing.assert_allclose(g(there), expected, atol=1e-5)
    with pytest.raises(InvalidInput, match="kernel first"):
        nt.kernel_regression(X, nt.ntk(3), Y)


def test_solvers_work_on_torus_operators_and_know_their_error():
    x = nt.torus.scattered(150, 2, seed=0)
    A, L = nt.torus.operator(nt.ntk(3), x), nt.gram(nt.ntk(3), nt.torus.embed(x))
    found = nt.extreme_eigenvalues(A, k=2)
    assert found.operator_error == A.product_error > 0
    assert (np.abs(found.values - np.linalg.eigvalsh(L)[-2:]) <= found.errors).all()


def test_solvers_work_on_sphere_operators_and_know_their_error():
    points = nt.sphere.uniform(400, 3, seed=0)
    A = nt.operator(nt.ntk(3), points, method="transform", accuracy=1e-3)
    dense = nt.gram(nt.ntk(3), points)
    values = np.linalg.eigvalsh(dense)
    found = nt.extreme_eigenvalues(A, k=2)
    assert found.operator_error == A.product_error > 0
    assert np.linalg.norm(A @ np.eye(400) - dense, 2) <= A.product_error
    assert (np.abs(found.values - values[-2:]) <= found.errors).all()


def test_bounds_of_condition_numbers_count_with_the_error_of_products():
    points = nt.sphere.uniform(40, 3, seed=0)
    A = nt.operator(nt.ntk(3), points, method="transform", accuracy=0.03)
    condition = np.linalg.cond(nt.gram(nt.ntk(3), points))
    assert nt.condition_estimate(A).lower_bound <= condition
    # What is seen of the operator alone is no bound for the matrix.
    assert nt.condition_estimate(A, operator_error=0.0).lower_bound > 1.01 * condition


def test_progress_is_told():
    for call in (
        lambda p: nt.extreme_eigenvalues(K, k=2, progress=p),
        lambda p: nt.extreme_eigenvalues(K, k=1, method="lobpcg", progress=p),
        lambda p: nt.condition_estimate(K, steps=10, progress=p),
        lambda p: nt.solve(K, Y, progress=p),
        lambda p: nt.gradient_flow(K, Y, [0.1], progress=p),
        lambda p: nt.kernel_regression(nt.ntk(3), X, Y, 1.0, progress=p),
    ):
        told = []
        call(lambda done, most, told=told: told.append((done, most)))
        assert [done for done, _ in told] == list(range(1, len(told) + 1))
        assert all(done <= most for done, most in told)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_vectors_whose_squares_are_no_doubles(size):
    """Their norm is not 0 and not infinite: 0 is no solution, and no residual of training."""
    A, y = np.diag([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 1.0])
    np.testing.assert_allclose(nt.solve(A, y * size).x, size * np.array([1, 1 / 2, 1 / 4]))
    flow = nt.gradient_flow(A, y * size, [1.0])
    np.testing.assert_allclose(flow.residuals[0], size * np.exp([-1.0, -2.0, -4.0]))
    slow = nt.gradient_flow(A * 1e-200, y, [1e200])
    np.testing.assert_allclose(slow.residuals[0], np.exp([-1.0, -2.0, -4.0]))
    found = nt.extreme_eigenvalues(np.diag(np.arange(60.0)) * size, k=1, tolerance=0.1)
    assert found.values[0] < 59 * size * (1 - 1e-9)
    assert 59 * size - found.values[0] <= found.residuals[0]


def test_a_condition_number_is_not_overestimated_by_rounding():
    """Rounding alone made the smaller Rayleigh quotient 0, and the lower bound infinite."""
    pair = aslinearoperator(np.array([[1.0, 1.0 - 1e-15], [1.0 - 1e-15, 1.0]]))
    assert 1e13 < nt.condition_estimate(pair).lower_bound <= 2 / 1e-15


def test_singular_matrices_are_told_from_indefinite_ones():
    twice = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(Unable, match="singular"):
        nt.kernel_regression(nt.ntk(3), twice, [1.0, 2.0, 3.0])
    with pytest.raises(Unable, match="broke down"):
        nt.extreme_eigenvalues(np.zeros((60, 60)))


@pytest.mark.parametrize("bad", ["x", None, float("nan"), 0, 1])
def test_tolerances_are_numbers_between_0_and_1(bad):
    for call in (
        lambda: nt.extreme_eigenvalues(K, tolerance=bad),
        lambda: nt.solve(K, Y, tolerance=bad),
        lambda: nt.gradient_flow(K, Y, [1.0], tolerance=bad),
    ):
        with pytest.raises(InvalidInput, match="tolerance"):
            call()


def test_complex_vectors_are_not_cut_to_their_real_parts():
    grid = nt.torus.grid_operator(nt.ntk(3), 4, 1)
    for call in (
        lambda y: nt.solve(np.eye(4), y),
        lambda y: nt.gradient_flow(np.eye(4), y, [1.0]),
        grid.solve,
    ):
        with pytest.raises(InvalidInput, match="real"):
            call(np.full(4, 1j))


@pytest.mark.parametrize("threads", [1.5, "2", True])
def test_threads_are_whole_numbers(threads):
    with pytest.raises(InvalidInput, match="thread"):
        nt.operator(nt.ntk(3), X, threads=threads)


def test_the_accuracy_of_products_on_the_torus_is_a_number():
    with pytest.raises(InvalidInput, match="accuracy"):
        nt.torus.operator(nt.ntk(3), np.zeros((3, 1)), accuracy="x")
