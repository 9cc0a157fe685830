"""What strategies refuse, and what they shrink to."""

from __future__ import annotations

import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, Unable

st = nt.st


def test_the_simplest_instance_is_the_same_on_every_call() -> None:
    """Where the search can end in several places, too: it shrinks by steps."""
    far = lambda x: x * x > 2  # noqa: E731
    assert len({st.simplest(st.short_rationals(), far) for _ in range(8)}) == 1


def test_an_instance_that_is_not_found_is_not_said_to_be_none() -> None:
    with pytest.raises(Unable, match="does not show that none exists"):
        st.simplest(st.degrees(0, 3), lambda degree: degree > 3)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: st.dimensions(1),
        lambda: st.degrees(-1),
        lambda: st.degrees(3, 2),
        lambda: st.depths(0),
        lambda: st.widths(0),
        lambda: st.short_rationals(1, 0),
        lambda: st.rationals(1, 1),
        lambda: st.targets(-1),
        lambda: st.kernels(most_depth=1),
        lambda: st.kernels(most_operations=-1),
        lambda: st.sphere_points(2, 2, kinds=["square"]),
        lambda: st.simplest(st.psd_matrices(0)),
        lambda: st.simplest(st.sphere_points(2, 1)),
    ],
)
def test_strategies_of_nothing_are_refused(ask) -> None:
    with pytest.raises(InvalidInput):
        ask()


def test_kernels_without_operations_are_the_named_ones_and_compositions() -> None:
    sums = lambda kernel: type(kernel).__name__ in ("Sum", "Product", "Scaled")  # noqa: E731
    with pytest.raises(Unable):
        st.simplest(st.kernels(most_operations=0), sums)
    assert sums(st.simplest(st.kernels(), sums))
