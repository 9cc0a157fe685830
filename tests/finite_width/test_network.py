"""The kernel of one network against its definition, and against the limit of wide networks."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, Weights, draw_weights, limit
from ntkproofs.kernels.activations import ACTIVATIONS, PiecewiseLinear


@pytest.fixture(autouse=True)
def _doubles():
    with jax.enable_x64(True):
        yield


X = nt.sphere.uniform(5, 3, seed=1)
LEAKY = PiecewiseLinear(0.7, 0.4)


def _output(network, parameters, x):
    """The formula of the network, once more and in JAX."""
    h = x
    for layer, (matrix, offset) in enumerate(parameters, start=1):
        z = network.scale(layer) * (matrix @ h) + network.bias_variance**0.5 * offset
        h = network.activation(z)
    return z[0]


@pytest.mark.parametrize("activation", [*ACTIVATIONS, LEAKY])
@pytest.mark.parametrize("bias", [0.0, 0.3])
@pytest.mark.parametrize("widths", [(), (7,), (6, 1, 4)])
def test_the_kernel_is_that_of_the_jacobian(activation, bias, widths):
    network = Network(widths, activation, 1.7, bias)
    weights = draw_weights(network, 3, seed=2, draw=0)
    biases = weights.biases or [np.zeros(rows) for rows, _ in network.shapes(3)]
    parameters = [
        (jnp.asarray(w), jnp.asarray(b)) for w, b in zip(weights.matrices, biases, strict=True)
    ]
    jacobian = jax.vmap(lambda x: jax.grad(_output, argnums=1)(network, parameters, x))(X)
    leaves = [leaf.reshape(len(X), -1) for leaf in jax.tree.leaves(jacobian)]
    expected = sum(np.asarray(leaf @ leaf.T) for leaf in leaves)
    found = empirical_ntk(network, weights, X, by_layer=True)
    np.testing.assert_allclose(found.ntk, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.by_layer.sum(0), expected, rtol=1e-12, atol=1e-13)
    outputs = [_output(network, parameters, x) for x in X]
    np.testing.assert_allclose(found.outputs, outputs, rtol=1e-12, atol=1e-13)


def test_the_same_kernel_in_another_array_library():
    network = Network.of(3, 9, "erf", bias_variance=0.2)
    weights = draw_weights(network, 3, seed=2, draw=0)
    here = empirical_ntk(network, weights, X)
    other = Weights(
        [jnp.asarray(w) for w in weights.matrices], [jnp.asarray(b) for b in weights.biases]
    )
    there = empirical_ntk(network, other, jnp.asarray(X))
    assert isinstance(there.ntk, jax.Array)
    np.testing.assert_allclose(np.asarray(there.ntk), here.ntk, rtol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_limits_of_piecewise_linear_networks_are_the_kernels_of_the_library(depth):
    for network, kernel in (
        (Network.of(depth, 3), nt.ntk(depth)),
        (Network.of(depth, 3, bias_variance=0.5), nt.ntk(depth, bias_variance=0.5)),
        (Network.of(depth, 3, LEAKY), nt.eoc(depth, 0.7, 0.4)),
    ):
        np.testing.assert_allclose(limit(network, X).ntk, nt.gram(kernel, X), atol=1e-13)
    np.testing.assert_allclose(
        limit(Network.of(depth, 3), X).nngp, nt.gram(nt.nngp(depth), X), atol=1e-13
    )


@pytest.mark.parametrize("name", ["erf", "sin", "tanh", "gelu"])
def test_duals_by_their_definition(name):
    """E[φ(x) φ(y)] over many draws, and the closed form against quadrature where there is one."""
    phi = ACTIVATIONS[name]
    p, r, q = np.array([0.7]), np.array([-0.4]), np.array([1.3])
    generator = np.random.default_rng(3)
    x, y = generator.multivariate_normal([0, 0], [[0.7, -0.4], [-0.4, 1.3]], 400_000).T
    for function, dual in ((phi, phi.dual), (phi.derivative, phi.dual_of_derivative)):
        products = function(x) * function(y)
        error = products.std() / len(x) ** 0.5
        assert abs(products.mean() - dual(p, r, q)[0]) < 5 * error
        general = type(phi).__mro__[1].dual if function is phi else None
        if general is not None:
            np.testing.assert_allclose(dual(p, r, q), general(phi, p, r, q), rtol=1e-10)
    h = 1e-6
    slope = (phi(x[:50] + h) - phi(x[:50] - h)) / (2 * h)
    np.testing.assert_allclose(phi.derivative(x[:50]), slope, atol=1e-8)


def test_draws_can_be_repeated_and_differ():
    network = Network.of(3, 4)
    first = draw_weights(network, 3, seed=5, draw=17)
    again = draw_weights(network, 3, seed=5, draw=17)
    other = draw_weights(network, 3, seed=5, draw=18)
    assert all(np.array_equal(a, b) for a, b in zip(first.matrices, again.matrices, strict=True))
    assert not np.array_equal(first.matrices[0], other.matrices[0])


@pytest.mark.parametrize(
    "made",
    [
        lambda: Network((0,)),
        lambda: Network((2.5,)),
        lambda: Network.of(0, 3),
        lambda: Network.of(2, 3, "swish"),
        lambda: Network.of(2, 3, weight_variance=-1.0),
        lambda: Network.of(2, 3, bias_variance=float("inf")),
        lambda: PiecewiseLinear(0, 0),
        lambda: draw_weights(Network.of(2, 3), 2, seed=-1, draw=0),
        lambda: draw_weights(Network.of(2, 3), 2, seed=0, draw=-1),
    ],
)
def test_networks_that_are_none(made):
    with pytest.raises(InvalidInput):
        made()


@pytest.mark.parametrize(("variance", "digits"), [(1.0, 13), (3.0, 13), (10.0, 9)])
def test_the_dual_of_tanh_against_mpmath(variance, digits):
    mpmath.mp.dps = 20
    for function, dual in (
        (lambda z: mpmath.tanh(z) ** 2, ACTIVATIONS["tanh"].dual),
        (lambda z: mpmath.sech(z) ** 4, ACTIVATIONS["tanh"].dual_of_derivative),
    ):
        root = mpmath.sqrt(variance)
        exact = mpmath.quad(
            lambda g, f=function, r=root: f(r * g) * mpmath.npdf(g), mpmath.linspace(-12, 12, 25)
        )
        v = np.array([variance])
        assert abs(dual(v, v, v)[0] / exact - 1) < 10.0**-digits
