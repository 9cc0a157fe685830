"""The kernel of residual networks against wide finite networks, and against the printed sum."""

import functools
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

import ntkproofs as nt
from ntkproofs.errors import InvalidInput

POINTS = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [-0.8, 0.6]], dtype=np.float32)


def network(parameters, x, alpha):
    """x_l = x_(l-1) + α sqrt(1/m) V σ(sqrt(2/m) W x_(l-1)), with the linear layers at both ends."""
    lift, blocks, readout = parameters
    width = lift.shape[0]
    hidden = lift @ x  # coordinates of variance |x|², so that |h|²/m is about 1
    for inner, outer in blocks:
        active = jax.nn.relu(inner @ hidden * jnp.sqrt(2 / width))
        hidden = hidden + alpha * outer @ active / jnp.sqrt(width)
    return readout @ hidden / jnp.sqrt(width)


@functools.partial(jax.jit, static_argnums=(1, 3))
def tangents(seed, depth, alpha, width):
    """One draw of the NTK between the first point and all."""
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 2 * depth + 2))
    square = (width, width)
    parameters = (
        jax.random.normal(next(keys), (width, 2)),
        [
            (jax.random.normal(next(keys), square), jax.random.normal(next(keys), square))
            for _ in range(depth)
        ],
        jax.random.normal(next(keys), (width,)),
    )
    rows = [ravel_pytree(jax.grad(network)(parameters, x, alpha))[0] for x in POINTS]
    return jnp.array([rows[0] @ row for row in rows])


@pytest.mark.parametrize(("depth", "alpha"), [(1, 1.0), (2, 0.5), (3, 1.0)])
def test_wide_residual_networks(depth, alpha):
    """The mean over draws is the kernel; a missing term would be off by a tenth of k(1) or more."""
    draws = np.array([tangents(seed, depth, alpha, 128) for seed in range(60)])
    truth = nt.residual(depth, Fraction(alpha))(POINTS.astype(float) @ POINTS[0])
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    assert np.all(error < 0.04 * truth[0])
    # Finite width shifts the mean by O(depth/width) of k(1).
    assert np.all(abs(draws.mean(axis=0) - truth) < 4 * error + 0.01 * truth[0])


@pytest.mark.parametrize("depth", [0, 1, 4])
def test_printed_sum(depth):
    """K_L + Σ_l α² Π_(l+1) (Σ_l + K_(l-1) Σ'_l) + Π_1 K_0, term by term."""
    square, u = Fraction(1, 3) ** 2, np.linspace(-1, 1, 41)
    kappa0, kappa1 = nt.arccosine(0), nt.arccosine(1)
    covariances, steps, slopes = [u], [], []
    for block in range(depth):
        diagonal = float((1 + square) ** block)
        correlation = np.clip(covariances[-1] / diagonal, -1, 1)
        steps.append(diagonal * kappa1(correlation))
        slopes.append(kappa0(correlation))
        covariances.append(covariances[-1] + float(square) * steps[-1])
    total = covariances[-1].copy()
    for block in range(depth):
        later = np.prod([1 + float(square) * s for s in slopes[block + 1 :]], axis=0)
        total += float(square) * later * (steps[block] + covariances[block] * slopes[block])
    total += np.prod([1 + float(square) * s for s in slopes], axis=0) * u
    assert np.allclose(nt.residual(depth, Fraction(1, 3))(u), total, rtol=1e-13, atol=1e-14)


def test_bad_input():
    with pytest.raises(InvalidInput, match="residual blocks"):
        nt.residual(-1, 1)
    with pytest.raises(InvalidInput, match="alpha"):
        nt.residual(2, float("nan"))
