"""The proofs behind the balls: what quadrature leaves out."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pytest
from flint import arb

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import eoc, ntk
from ntkproofs.spectra import certified
from ntkproofs.spectra.certified import ball_eigenvalues, ellipses

from ._eigenvalues import LAPLACE, NTK_3, poisson

CONTROLS = [
    (NTK_3, 3, (0, 1, 6)),
    (NTK_3, 10, (2, 5)),
    (eoc(3, 1, 3), 2, (0, 3)),
    (LAPLACE, 3, (1, 8)),
    (poisson(4), 4, (0, 5)),
    (ntk(2), 3, (2, 20)),
]


@lru_cache
def fine_values(kernel: Kernel, dim: int, degrees: tuple[int, ...]) -> list[arb]:
    return ball_eigenvalues(kernel, dim, degrees, 60)


@pytest.fixture
def rule_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the number of nodes, whatever the tolerance."""
    return lambda size: monkeypatch.setattr(certified, "_rule_size", lambda *_: size)


@pytest.mark.parametrize("size", [6, 12, 24])
@pytest.mark.parametrize(("kernel", "dim", "degrees"), CONTROLS, ids=repr)
def test_a_rule_that_is_too_small_gives_wider_balls_that_hold_the_truth(
    kernel: Kernel, dim: int, degrees: tuple[int, ...], size: int, rule_of: Callable[[int], None]
) -> None:
    truths = fine_values(kernel, dim, degrees)
    full = certified._gauss_legendre_values(kernel, dim, list(degrees), 100)
    rule_of(size)
    small = certified._gauss_legendre_values(kernel, dim, list(degrees), 100)
    for value, wide, truth in zip(full, small, truths, strict=True):
        assert value.contains(truth.mid())
        assert wide.contains(truth.mid())
        assert value.rad() < 1e-28
        assert wide.rad() > 1e6 * value.rad()


@pytest.mark.parametrize(("kernel", "dim", "degrees"), CONTROLS, ids=repr)
def test_without_the_remainder_small_rules_miss_the_truth(
    kernel: Kernel,
    dim: int,
    degrees: tuple[int, ...],
    rule_of: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truths = fine_values(kernel, dim, degrees)
    rule_of(8)
    bounds = [certified._remainder(kernel, dim, degree, 8) for degree in degrees]
    monkeypatch.setattr(certified, "_remainder", lambda *_: arb(0))
    bare = certified._gauss_legendre_values(kernel, dim, list(degrees), 100)
    for value, truth, bound in zip(bare, truths, bounds, strict=True):
        assert not value.overlaps(truth)
        with precision(200):
            assert abs(value - truth) < bound


def test_the_remainder_falls_geometrically_as_the_error_does() -> None:
    """By ρ^-2 a node; a bound that did not fall, or fell faster than the error, would show."""
    ellipse = ellipses(NTK_3)[0]
    bounds = [float(certified._remainder_on(ellipse, 3, 2, size)) for size in (10, 20)]
    assert bounds[0] / bounds[1] == pytest.approx(ellipse.rho**20, rel=1e-9)


@pytest.mark.parametrize("degree", [0, 3, 30])
def test_rules_are_as_large_as_they_must_be(degree: int) -> None:
    """The number of nodes is the least whose bound is below the tolerance."""
    with precision(64):
        tolerance = ball(2) ** -120
        size = certified._rule_size(LAPLACE, 3, degree, tolerance)
        scale = certified.sphere_constant_ball(3) * arb.pi() / 2
        assert certified._remainder(LAPLACE, 3, degree, size) < 1.001 * tolerance * scale
        assert certified._remainder(LAPLACE, 3, degree, size - 2) > tolerance * scale
