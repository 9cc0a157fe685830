"""Residual blocks in any arithmetic: derivatives against finite differences and SymPy."""

import doctest
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width import residual_blocks
from ntkproofs.finite_width.residual_blocks import (
    ResidualBlock,
    ResidualNetwork,
    hidden_states,
    matrix_product,
    own_kernel,
    propagation,
    tangent_kernel,
)


def tanh(z):
    value = math.tanh(z)
    return value, 1 - value * value


def gelu(z):
    normal = (1 + math.erf(z / math.sqrt(2))) / 2
    return z * normal, normal + z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def random_network(generator, width=3, features=4, blocks=3, scale=0.7):
    rows = lambda *shape: tuple(map(tuple, generator.standard_normal(shape)))  # noqa: E731
    return ResidualNetwork(
        rows(width, features),
        tuple(
            ResidualBlock(rows(width, width), tuple(generator.standard_normal(width)), scale)
            for _ in range(blocks)
        ),
    )


def parameters_of(network):
    parts = [np.ravel(network.lift)]
    for block in network.blocks:
        parts += [np.ravel(block.weights), np.ravel(block.biases)]
    return np.concatenate(parts)


def plain_output(theta, network, features, phi, masks):
    """h_L of parameters in one vector, written anew in NumPy."""
    width, count = len(network.lift), len(features)
    lift, rest = theta[: width * count], theta[width * count :]
    h = lift.reshape(width, count) @ features
    for block, mask in zip(network.blocks, masks, strict=True):
        W, b = rest[: width**2].reshape(width, width), rest[width**2 : width**2 + width]
        rest = rest[width**2 + width :]
        h = h + mask * block.scale * np.array([phi(z)[0] for z in W @ h + b])
    return h


def finite_differences(network, features, phi, masks):
    theta, step = parameters_of(network), 1e-5
    columns = []
    for place in range(len(theta)):
        move = np.zeros(len(theta))
        move[place] = step
        high, low = (
            plain_output(theta + sign * move, network, features, phi, masks) for sign in (1, -1)
        )
        columns.append((high - low) / (2 * step))
    return np.transpose(columns)


@pytest.mark.parametrize("phi", [tanh, gelu])
@pytest.mark.parametrize("masks", [(1, 1, 1), (1, 0, 1), (0, 0, 0)])
def test_derivatives_are_finite_differences(phi, masks):
    generator = np.random.default_rng(5)
    network, x = random_network(generator), generator.standard_normal(4)
    state = hidden_states(network, tuple(x), phi, masks)[-1]
    theta = parameters_of(network)
    np.testing.assert_allclose(
        state.values, plain_output(theta, network, x, phi, masks), rtol=1e-12
    )
    expected = finite_differences(network, x, phi, masks)
    np.testing.assert_allclose(np.array(state.derivatives, float), expected, atol=2e-9)


@pytest.mark.parametrize("phi", [tanh, gelu])
def test_the_recursion_holds_and_the_printed_one_does_not(phi):
    generator = np.random.default_rng(6)
    network = random_network(generator)
    left, right = (
        hidden_states(network, tuple(generator.standard_normal(4)), phi) for _ in range(2)
    )
    for level, block in enumerate(network.blocks):
        P, Q = (np.array(propagation(block, side[level + 1].slopes)) for side in (left, right))
        before = np.array(tangent_kernel(left[level], right[level]))
        own = np.array(own_kernel(left[level : level + 2], right[level : level + 2]), float)
        found = np.array(tangent_kernel(left[level + 1], right[level + 1]))
        np.testing.assert_allclose(found, P @ before @ Q.T + block.scale**2 * own, atol=1e-10)
        printed = before + block.scale**2 * own
        assert np.abs(found - printed).max() > 0.05 * np.abs(found).max()


def test_derivatives_of_a_symbolic_network_are_those_of_sympy():
    V, w, b, c, e, x, y = sp.symbols("V w b c e x y")
    network = ResidualNetwork(
        ((V,),), (ResidualBlock(((w,),), (b,), x), ResidualBlock(((c,),), (e,), y))
    )
    cube = lambda z: (z**3, 3 * z**2)  # noqa: E731
    state = hidden_states(network, (2,), cube)[-1]
    for parameter, derivative in zip((V, w, b, c, e), state.derivatives[0], strict=True):
        assert sp.expand(sp.diff(state.values[0], parameter) - derivative) == 0


def test_fractions_stay_fractions():
    half = Fraction(1, 2)
    network = ResidualNetwork(((1, 0),), (ResidualBlock(((half,),), (-half,), half),))
    state = hidden_states(network, (1, 0), lambda z: (0 * z, Fraction(1)))[-1]
    assert tangent_kernel(state, state) == ((Fraction(25, 16) + Fraction(1, 2),),)


def test_a_matrix_product():
    assert matrix_product(((1, 2), (3, 4)), ((0, 1), (1, 0))) == ((2, 1), (4, 3))


def test_shapes_that_do_not_fit_are_refused():
    block = ResidualBlock(((1, 2),), (0,), 1)
    with pytest.raises(InvalidInput, match="Block 1 of a network of width 1 needs 1 x 1 weights"):
        ResidualNetwork(((1,),), (block,))
    with pytest.raises(InvalidInput, match="at least one row"):
        ResidualNetwork((), ())
    network = ResidualNetwork(((1,),), (ResidualBlock(((1,),), (0,), 1),))
    with pytest.raises(InvalidInput, match="got 2 features and 1 masks"):
        hidden_states(network, (1, 2), tanh)
    with pytest.raises(InvalidInput, match="got 1 features and 2 masks"):
        hidden_states(network, (1,), tanh, (1, 0))


def test_the_examples_of_the_module():
    assert doctest.testmod(residual_blocks).failed == 0
