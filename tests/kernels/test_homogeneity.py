"""The homogeneous extension, against networks on inputs of any norm."""

import copy

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.finite_width.network import Network, limit
from ntkproofs.kernels.homogeneity import homogeneity
from ntkproofs.kernels.networks import cosine_map, cosine_map_derivative

X = np.random.default_rng(0).standard_normal((7, 3)) * [[1], [2], [0.1], [5], [1], [3], [0.5]]


@pytest.mark.parametrize(
    ("kernel", "degree"),
    [
        (nt.cosine, 1),
        (nt.ntk(1), 1),
        (nt.ntk(50), 1),
        (nt.nngp(4, weight_variance=3), 1),
        (nt.eoc(5, 1, 3), 1),
        (nt.residual(3, 1), 1),
        (cosine_map_derivative(0.25) @ cosine_map(0.25), 0),
        (nt.arccosine(2) @ nt.arccosine(3), 6),
        (nt.arccosine(2) * nt.ntk(2), 3),
        (2 * nt.ntk(3) - nt.nngp(3) / 7, 1),
        (nt.ntk(2) + nt.arccosine(0), None),
        (nt.ntk(2) + 1, None),
        (nt.ntk(2, bias_variance=1), None),
        (nt.deep_narrow(1, 1, input_dim=3), None),
        (nt.deep_narrow(1, 1), None),
        (nt.zonal("own", lambda u, ar: u), None),
        (nt.arccosine(1) @ nt.zonal("own", lambda u, ar: u), None),
        (nt.zonal("own", lambda u, ar: u) @ nt.arccosine(1), None),
    ],
)
def test_degrees(kernel, degree):
    assert homogeneity(kernel) == degree


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_the_extension_is_the_kernel_of_the_network_at_all_norms(depth):
    found = limit(Network.of(depth, 8), X)
    unit, norms = nt.normalise(X)
    scales = norms[:, None] * norms
    for kernel, expected in ((nt.nngp(depth), found.nngp), (nt.ntk(depth), found.ntk)):
        assert homogeneity(kernel) == 1
        assert np.abs(scales * nt.gram(kernel, unit) / expected - 1).max() < 1e-12
    biased = limit(Network.of(depth, 8, bias_variance=1), X)
    assert (
        np.abs(scales * nt.gram(nt.ntk(depth, bias_variance=1), unit) / biased.ntk - 1).max() > 0.1
    )


@pytest.mark.parametrize("order", [0, 1, 2])
def test_arc_cosine_kernels_have_the_degree_of_their_power(order):
    """Against the definition, a Gaussian integral in polar coordinates of the plane."""
    x, y = np.array([2.0, 0.0]), np.array([0.6, 0.8])
    angle = (np.arange(200_000) + 0.5) * (2 * np.pi / 200_000)
    on = np.cos(angle) * x[0] + np.sin(angle) * x[1], np.cos(angle) * y[0] + np.sin(angle) * y[1]
    powers = [np.where(value > 0, value, 0) ** order * (value > 0) for value in on]
    radial = 2**order * [1, 1, 2][order]  # E r^(2n) for two Gaussians
    second = [1, 1, 3][order]  # E g^(2n), by which the kernel is normalised to 1 at u = 1
    expected = 2 * radial * float(np.mean(powers[0] * powers[1])) / second
    found = 2.0 ** homogeneity(nt.arccosine(order)) * nt.arccosine(order)(0.6)
    assert found == pytest.approx(expected, rel=1e-4)


def test_a_deep_kernel_is_its_own_copy():
    deep = nt.ntk(2000)
    assert copy.deepcopy(deep) is deep
    assert copy.copy(deep) is deep
