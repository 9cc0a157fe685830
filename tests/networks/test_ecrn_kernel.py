"""The infinite-width kernels of ECRN against wide networks, and the expectation over masks."""

import functools
import itertools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate

from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.finite_width.scores import agreement
from ntkproofs.kernels.activations import Activation, Gelu, activation_named
from ntkproofs.kernels.ecrn import ecrn_kernel
from ntkproofs.networks.models import ECRN
from ntkproofs.networks.tangents import tangent_kernel

RANDOM = np.random.default_rng(0)
X = RANDOM.uniform(-1, 1, (4, 2))
B = RANDOM.standard_normal((5, 2))
UPPER = np.triu_indices(4)
WIDTH, DRAWS = 256, 100
FALSE_ALARM = 1e-4
ALPHA = (0.9, 0.6, 0.8)


@eqx.filter_jit
def drawn(phi, key, mask):
    """A network in the NTK parametrisation with the frequencies of the test."""
    options = {"features": 5, "width": WIDTH, "depth": 3, "parametrisation": "ntk"}
    model = ECRN(2, 1, key, phi=phi, **options)
    where = lambda m: (m.frequencies, m.alpha)  # noqa: E731
    return eqx.tree_at(where, model, (jnp.asarray(B, jnp.float32), mask * jnp.asarray(ALPHA)))


@functools.cache
def measured(phi, keep=(1.0, 1.0, 1.0)):
    """f fᵀ and what each trained layer adds to the kernel, for each draw; entries i <= j."""
    products, parts = [], []
    random = np.random.default_rng(3)
    for key in jax.random.split(jax.random.key(7), DRAWS):
        mask = jnp.asarray(random.uniform(size=3) < keep, jnp.float32)
        found = tangent_kernel(drawn(phi, key, mask), X, by_block=True)
        products.append((found.outputs @ found.outputs.T)[UPPER])
        blocks = (found.blocks["readout"], found.blocks["lift"], found.kernel)
        parts.append([block[UPPER] for block in blocks])
    return np.array(products), np.array(parts)


def z_scores(samples, wanted):
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    return agreement(samples.mean(axis=0), wanted, error, len(samples), false_alarm=FALSE_ALARM)


def wanted(phi, **options):
    kernel = lambda **more: ecrn_kernel(  # noqa: E731
        X, frequencies=B, alpha=ALPHA, activation=phi, **options, **more
    )
    whole = kernel()
    parts = [whole.ntk - kernel(**{f"train_{name}": False}).ntk for name in ("readout", "lift")]
    return whole.nngp[UPPER], np.array([part[UPPER] for part in (*parts, whole.ntk)])


@pytest.mark.parametrize("phi", ["tanh", "gelu"])
def test_wide_networks_have_these_kernels_in_the_mean(phi):
    products, parts = measured(phi)
    nngp, ntk = wanted(phi)
    assert (verdict := z_scores(products, nngp)).agrees, verdict
    assert (verdict := z_scores(parts, ntk)).agrees, verdict
    # and the standard errors are small enough for 5 % of the kernel to be seen, and for biases
    assert not z_scores(parts, 1.05 * ntk).agrees
    assert not z_scores(parts, wanted(phi, biases=False)[1]).agrees


def test_without_cross_terms_gelu_networks_are_others():
    class Even(Gelu):
        """GELU, as if its mean were 0."""

        def mean(self, p):
            return 0 * p

    _, parts = measured("gelu")
    found = z_scores(parts, wanted(Even())[1])
    assert found.z > 3 * found.threshold


def test_expectation_over_masks_is_that_of_masked_networks():
    keep = (0.9, 0.5, 0.3)
    products, parts = measured("tanh", keep)
    nngp, ntk = wanted("tanh", keep=keep)
    assert (verdict := z_scores(products, nngp)).agrees, verdict
    assert (verdict := z_scores(parts, ntk)).agrees, verdict


def kernel(alpha, **options):
    return ecrn_kernel(X, X[:2], frequencies=B, alpha=alpha, activation="erf", **options)


def test_expectation_is_the_sum_over_masks():
    for alpha in ((0.9, 0.6, 0.8), (0.7, 0.7, 0.7)):
        keep, total = (0.9, 0.5, 0.3), 0
        for mask in itertools.product((0, 1), repeat=3):
            chance = np.prod([k if m else 1 - k for k, m in zip(keep, mask, strict=True)])
            masked = [a * m for a, m in zip(alpha, mask, strict=True)]
            total = total + chance * kernel(masked).ntk
        np.testing.assert_allclose(kernel(alpha, keep=keep).ntk, total, rtol=1e-13)
    np.testing.assert_allclose(kernel(ALPHA, keep=(1, 1, 1)).ntk, kernel(ALPHA).ntk, rtol=1e-15)


def test_means_of_masks_in_the_recursion_are_something_else():
    # with α² m in the place of α², which is right for one block
    for alpha, differ in (((0.9,), False), ((0.9, 0.9), True)):
        keep = (0.5,) * len(alpha)
        naive = kernel([a * np.sqrt(0.5) for a in alpha])
        exact = kernel(alpha, keep=keep)
        assert np.allclose(naive.nngp, exact.nngp, rtol=1e-12) != differ
        assert np.allclose(naive.ntk, exact.ntk, rtol=1e-12) != differ
        assert np.allclose(naive.ntk, exact.ntk, rtol=1e-3) != differ


def test_kernel_is_stationary_and_symmetric():
    moved = ecrn_kernel(X + np.array([0.3, -2.0]), frequencies=B, alpha=ALPHA, activation="gelu")
    still = ecrn_kernel(X, frequencies=B, alpha=ALPHA, activation="gelu")
    np.testing.assert_allclose(moved.ntk, still.ntk, rtol=1e-11)
    np.testing.assert_allclose(still.ntk, still.ntk.T, rtol=1e-12)
    part = ecrn_kernel(X[:1], X[2:], frequencies=B, alpha=ALPHA, activation="gelu")
    np.testing.assert_allclose(part.ntk, still.ntk[:1, 2:], rtol=1e-12)
    assert np.linalg.eigvalsh(still.ntk)[0] > 0


def test_linear_blocks_in_closed_form():
    # φ = identity: K_l = (1 + α²) K_(l-1), G_(l-1) = (1 + α²) G_l
    wave = ecrn_kernel(X, frequencies=B, alpha=()).nngp
    c = 1 + 0.25
    found = ecrn_kernel(X, frequencies=B, alpha=(0.5, 0.5), activation="identity", biases=False)
    np.testing.assert_allclose(found.nngp, c**2 * wave, rtol=1e-13)
    np.testing.assert_allclose(found.ntk, wave * (2 * c**2 + 0.25 * 2 * c), rtol=1e-13)


def test_duals_of_gelu_by_quadrature():
    phi = Gelu()
    random = np.random.default_rng(1)
    A = 0.7 * random.standard_normal((50, 2, 2))
    S = A @ A.transpose(0, 2, 1)
    p, r, q = S[:, 0, 0], S[:, 0, 1], S[:, 1, 1]
    small = np.maximum(p, q) < 1  # the Hermite rule is good there
    assert small.sum() > 10
    for closed, rule in (
        (phi.dual(p, r, q), Activation.dual(phi, p, r, q)),
        (phi.dual_of_derivative(p, r, q), Activation.dual_of_derivative(phi, p, r, q)),
        (phi.mean(p), Activation.mean(phi, p)),
    ):
        np.testing.assert_allclose(closed[small], rule[small], rtol=1e-9, atol=1e-11)
    for name in ("relu", "gelu", "erf", "tanh", "sin"):
        each = activation_named(name)
        exact, _ = integrate.quad(
            lambda z, f=each: f(np.array(z)) * np.exp(-z * z / 4) / np.sqrt(4 * np.pi),
            -30,
            30,
            points=[0],
        )
        assert float(each.mean(np.array(2.0))) == pytest.approx(exact, abs=1e-7)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: kernel(ALPHA, keep=(0.5,)), InvalidInput, "Each of the 3 blocks"),
        (lambda: kernel(ALPHA, keep=(0.5, 1.2, 0)), InvalidInput, "in .0, 1."),
        (lambda: kernel([np.nan]), InvalidInput, "finite"),
        (lambda: ecrn_kernel(X[:, :1], frequencies=B, alpha=()), InvalidInput, "one dimension"),
        (lambda: kernel(np.arange(13.0), keep=[0.5] * 13), Unable, "more than 4096"),
    ],
)
def test_what_cannot_be_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()
