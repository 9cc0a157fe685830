r"""Wide ECRNs train like their linearisations: how fast with the width, and what α does to it.

Reconstruction, as the formulas of the paper are not printed: the network of the paper (Fourier
features, a linear lift to width N, three blocks h + α tanh(Wh + b), a linear readout), NTK
parametrisation, trained by full-batch gradient descent with step 1/λ_max(Θ_0) on ½ Σ (f - y)², 12
inputs of [0, 1], targets a sum of three sinusoids. The drift is ‖Θ_t - Θ_0‖_F/‖Θ_0‖_F after 300
steps; the distance is the root mean square of f_t minus its linearisation at 24 other inputs.

Measured once, by ``ntkproofs experiment lazy-regime``, and kept in results/lazy_regime.json: 24
seeds, widths 32 to 512 at α = 1/2, and α from 1/16 to 1 at width 128. The tests below are made
from these rows. A slope of log(quantity) against log(width) is fitted for each seed; slopes of
different seeds are independent, and their mean is compared with an exponent q by Student's t, the
null hypothesis being that the mean slope lies within 1/5 of -q.

α. The drift falls with α, but by no power law: the lift and the readout are trained too, and their
part of the drift stays when α tends to 0.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from ntkproofs.claims import Claim, statistic
from ntkproofs.claims.figures import LOG, POINTS, Chart, curve

RESULTS = Path(__file__).parent / "results" / "lazy_regime.json"
FALSE_ALARM = 1e-3
MARGIN = 0.2


def rows():
    return json.loads(RESULTS.read_text(encoding="utf-8"))["networks"]


def slopes(kept, quantity, against):
    """One slope of the logarithms for each seed."""
    found = []
    for seed in sorted({row["seed"] for row in kept}):
        own = [row for row in kept if row["seed"] == seed]
        x, z = ([math.log(row[name]) for row in own] for name in (against, quantity))
        found.append(np.polyfit(x, z, 1)[0])
    return np.array(found)


def p_value_of_being_within(values, centre, margin):
    """Of the hypothesis that the expectation of the values lies within a margin of the centre."""
    error = values.std(ddof=1) / math.sqrt(len(values))
    beyond = (abs(values.mean() - centre) - margin) / error
    return float(min(1.0, 2 * stats.t.sf(beyond, len(values) - 1))) if beyond > 0 else 1.0


def p_value_of(test: Any):
    return float(test.pvalue)


def against_width(quantity, q):
    values = slopes([row for row in rows() if row["alpha"] == 0.5], quantity, "width")
    return statistic(
        f"mean slope of log({quantity}) against log(N) within 1/5 of -q",
        p_value_of_being_within(values, -float(q), MARGIN),
        false_alarm=FALSE_ALARM,
        witness={"mean slope": round(float(values.mean()), 3), "seeds": len(values), "q": str(q)},
    )


def against_alpha(low, high):
    """Slopes of log(drift) against log(α) between two values, at width 128, seed by seed."""
    kept = [row for row in rows() if row["width"] == 128 and row["alpha"] in (low, high)]
    return slopes(kept, "drift", "alpha")


linearised = Claim(
    id="ecrn.linearised",
    statement=r"\|f_t - f_t^{\mathrm{lin}}\| \propto N^{-q} \text{ as } N \to \infty,\ q = 1",
    source="NTK-ECRN, equations 1 and 5: wide networks follow their linearisation",
    parameters="ECRN of three tanh blocks, α = 1/2, NTK parametrisation; q measured to 1/5",
    constants={"q": 1},
    mutants={"q": [0, 0.5, 1.5, 2]},
)


@linearised.statistic(on="24 seeds, widths 32, 64, 128, 256, 512")
def distance_from_the_linearisation(q):
    yield against_width("distance", q)


kernel_drift = Claim(
    id="ecrn.kernel-drift",
    statement=r"\|\Theta_t - \Theta_0\|_F/\|\Theta_0\|_F \propto N^{-q},\ q = 1, \text{ and it "
    r"falls with } \alpha",
    source="NTK-ECRN, equations 3, 6 and 10: the drift falls with N and with α",
    parameters="ECRN of three tanh blocks, NTK parametrisation; N = 32..512 at α = 1/2, α = 1/16 "
    "to 1 at N = 128; q measured to 1/5",
    constants={"q": 1, "alpha_law": "falls"},
    mutants={"q": [0, 0.5, 1.5, 2], "alpha_law": ["does not change", "one power"]},
)


@kernel_drift.statistic(on="24 seeds, widths 32, 64, 128, 256, 512", part="the width")
def drift_by_width(q):
    yield against_width("drift", q)


@kernel_drift.statistic(on="24 seeds, α = 1/16, 1/8, 1/2, 1", part="the residual scale")
def drift_by_alpha(alpha_law):
    """Exponents of α at both ends. Each seed gives both, so that they are compared in pairs."""
    small, large = against_alpha(1 / 16, 1 / 8), against_alpha(1 / 2, 1)
    numbers = {
        "exponent 1/16..1/8": round(float(small.mean()), 3),
        "exponent 1/2..1": round(float(large.mean()), 3),
    }
    if alpha_law == "one power":
        about = "the exponent of α is the same from 1/16 to 1/8 as from 1/2 to 1"
        p_value = p_value_of(stats.ttest_rel(large, small))
        yield statistic(about, p_value, false_alarm=FALSE_ALARM, witness=numbers)
        return
    for name, values in (("from 1/16 to 1/8", small), ("from 1/2 to 1", large)):
        if alpha_law == "falls":
            p_value = p_value_of(stats.ttest_1samp(values, 0.0, alternative="less"))
            about = f"the exponent of α {name} is not negative"
        else:
            p_value = p_value_of(stats.ttest_1samp(values, 0.0))
            about = f"the exponent of α {name} is 0"
        yield statistic(about, p_value, false_alarm=FALSE_ALARM / 2, witness=numbers)


kernel_drift.reading(
    "one power of α, at both ends of the range",
    r"\|\Theta_t - \Theta_0\|_F/\|\Theta_0\|_F \propto N^{-q} \alpha^{p}",
    q=1,
    alpha_law="one power",
)


def by_width(quantity):
    """The mean over seeds at α = 1/2 for each width, and the line through the first as N^(-1)."""
    kept = [row for row in rows() if row["alpha"] == 0.5]
    widths = sorted({row["width"] for row in kept})
    means = [np.mean([row[quantity] for row in kept if row["width"] == n]) for n in widths]
    return Chart(
        "width $N$",
        f"{quantity}, mean of the seeds",
        (
            curve(quantity, widths, means, POINTS),
            curve("$C/N$", widths, [means[0] * widths[0] / n for n in widths]),
        ),
        LOG,
        LOG,
    )


@linearised.chart("Distance of trained networks from their linearisation by width, α = 1/2.")
def distance_by_width():
    return by_width("distance")


@kernel_drift.chart("Relative change of the kernel in training by width, α = 1/2.")
def change_by_width():
    return by_width("drift")
