r"""Fourier features of the right bandwidth learn high frequencies sooner; narrower ones do not.

Reconstruction: the target is the sum of the frequencies 1 to 6 with random phases, on 32 points of
[0, 1); the ECRN has three tanh blocks of width 128 in the NTK parametrisation and is trained by
full-batch gradient descent with the step 1/λ_max(Θ_0) of its own kernel, 4000 steps at most.
Frequency k is learned when its Fourier coefficient of the residual has fallen to a tenth of its
start for good. "Without" is the same network on the raw input, at the same seed.

Measured by ``ntkproofs experiment spectral-bias --seeds 12`` and kept in
results/spectral_bias.json. For each frequency the seeds are compared in pairs by a sign test of
whether the one said to be first is so, strictly, with a probability of 1/2 or more: it stands where
less is rejected, and falls where that itself is. A frequency that is not learned comes last, and a
tie is no win. A true statement falls with probability 1 in 100 at most.
"""

import json
import math
from pathlib import Path

from scipy import stats

from ntkproofs.claims import Claim, significant

RESULTS = Path(__file__).parent / "results" / "spectral_bias.json"
FREQUENCIES = range(2, 7)
FALSE_ALARM = 1e-2 / len(FREQUENCIES)
FRESH = range(100, 112)


def kept_steps(bandwidth):
    """Steps until each frequency is learned, by seed; infinite where it is not."""
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))["networks"]
    return {r["seed"]: tuple(r["steps"]) for r in rows if r["bandwidth"] == float(bandwidth)}


def measured_steps(bandwidth):
    from ntkproofs.networks.spectral_bias import spectral_bias as measure

    return {run.seed: run.steps for run in measure([float(bandwidth)], FRESH)}


def at(steps, frequency):
    return math.inf if steps[frequency - 1] is None else steps[frequency - 1]


def which_is_first(with_features, without, first):
    if not with_features or set(with_features) != set(without):
        raise ValueError("both networks are trained at the same seeds")
    for frequency in FREQUENCIES:
        pairs = [(at(with_features[s], frequency), at(without[s], frequency)) for s in without]
        sooner, later = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
        wins = sooner if first == "with" else later
        yield significant(
            f"frequency {frequency} is learned first {first} features, more often than not",
            p_value=float(stats.binom.cdf(wins, len(pairs), 0.5)),
            p_opposite=float(stats.binom.sf(wins - 1, len(pairs), 0.5)),
            false_alarm=FALSE_ALARM,
            witness={"frequency": frequency, "with first": sooner, "without first": later},
        )


spectral_bias = Claim(
    id="ecrn.spectral-bias",
    statement=r"\text{with } B_{ij} \sim N(0, s^2),\ s = 4, \text{ each frequency } k = 2..6 "
    r"\text{ is learned in fewer steps than without } \gamma",
    source="NTK-ECRN, section III-D: Fourier features reduce spectral bias",
    parameters="ECRN of three tanh blocks of width 128, 32 features, frequencies 1..6 on 32 points",
    constants={"bandwidth": 4, "first": "with"},
    mutants={"bandwidth": [0.05], "first": ["without"]},
)


@spectral_bias.statistic(on="12 seeds, kept results")
def sign_tests(bandwidth, first):
    yield from which_is_first(kept_steps(bandwidth), kept_steps(0), first)


@spectral_bias.statistic(on="12 other seeds, trained again", full=True)
def sign_tests_again(bandwidth, first):
    yield from which_is_first(measured_steps(bandwidth), measured_steps(0), first)
