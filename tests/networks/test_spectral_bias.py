"""When frequencies count as learned, and what features do to it."""

from __future__ import annotations

import numpy as np
import pytest

from ntkproofs.errors import InvalidInput
from ntkproofs.networks.spectral_bias import BiasSetting, learned_at, spectral_bias

SMALL = BiasSetting(points=12, frequencies=3, width=32, depth=1, features=8, steps=200)


def test_a_frequency_is_learned_when_it_stays_small():
    shares = np.array([[1, 1, 0.05, 1], [0.05, 0.2, 0.01, 1], [0.3, 0.1, 0.02, 0.5], [0, 0, 0, 1]])
    assert learned_at(shares, 0.1, 10) == (30, 20, 0, None)


def test_features_bring_high_frequencies_and_their_absence_does_not():
    with_features, without = spectral_bias([3.0, 0.0], [1], SMALL)
    assert None not in with_features.steps
    assert without.steps[2] is None


def test_the_same_seed_gives_the_same_run():
    assert spectral_bias([3.0], [2], SMALL) == spectral_bias([3.0], [2], SMALL)


@pytest.mark.parametrize(
    ("bandwidths", "seeds", "setting"),
    [([], [0], SMALL), ([1.0], [], SMALL), ([1.0], [0], BiasSetting(points=8, frequencies=4))],
)
def test_questions_that_are_none(bandwidths, seeds, setting):
    with pytest.raises(InvalidInput):
        spectral_bias(bandwidths, seeds, setting)
