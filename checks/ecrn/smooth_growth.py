r"""Figure 2 of the paper on NTK-ECRN: whose kernel grows smoothly, and whose fast or in waves?

Reconstruction: ECRN, the MLP 3 x 512 and a residual network learn a sum of five sinusoids by 2000
steps of full-batch gradient descent, each at half the rate beyond which descent on its own
linearisation diverges; λ_max(Θ_t) and ‖Θ_t‖_F on 48 training points are looked at 41 times.
Growth is the logarithm of end over start; reversals are the share of the total variation of the
logarithm that is undone again, 0 on a monotone path.

"The rival grows faster or reverses more" falls where both are rejected in favour of ECRN, and
stands where the rival exceeds it significantly in one of them; the rest is open. Paired t tests
over the runs, which have data of their own. A true statement falls with probability 1 in 100 at
most. Measured by ``ntkproofs experiment figure-2`` and kept in results/figure_2.csv, from which
growth and reversals are computed here. (The kernel of the infinitely wide network, the paper's
"standard NTK", does not move at all.)
"""

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from ntkproofs.claims import Claim, significant

RESULTS = Path(__file__).parent / "results" / "figure_2.csv"
FALSE_ALARM = 1e-2 / 4  # two quantities, two rivals
QUANTITIES = ("largest", "frobenius")
NETWORKS = {"ECRN": "ECRN", "MLP": "MLP 3x512", "residual network": "Residual MLP"}


def growth_and_reversals(network, quantity):
    """Two numbers for each run."""
    paths = {}
    with RESULTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            if row["network"] == NETWORKS[network]:
                paths.setdefault(int(row["run"]), []).append(math.log(float(row[quantity])))
    found = []
    for _, path in sorted(paths.items()):
        moves = np.diff(path)
        total = float(np.abs(moves).sum())
        found.append((float(moves.sum()), 1 - abs(float(moves.sum())) / total))
    return np.array(found).T


def p_of_not_more(differences):
    """One-sided, of the hypothesis that the expectation is not positive."""
    test: Any = stats.ttest_1samp(differences, 0.0, alternative="greater")
    return float(test.pvalue)


def rival_is_worse(rival, relation):
    for quantity in QUANTITIES:
        one, other = (growth_and_reversals(name, quantity) for name in ("ECRN", rival))
        excess = other - one
        neither = max(p_of_not_more(-row) for row in excess)
        either = min(1.0, 2 * min(p_of_not_more(row) for row in excess))
        numbers = {
            f"{name}, {what}": round(float(row.mean()), 3)
            for name, rows in (("ECRN", one), (rival, other))
            for what, row in zip(("growth", "reversals"), rows, strict=True)
        }
        yield significant(
            f"{quantity}: {relation} growth or reversals of the {rival} than of ECRN",
            p_value=neither if relation == "more" else either,
            p_opposite=either if relation == "more" else neither,
            false_alarm=FALSE_ALARM,
            witness=numbers,
        )


smooth_growth = Claim(
    id="ecrn.smooth-growth",
    statement=r"\lambda_{\max}(\Theta_t) \text{ and } \|\Theta_t\|_F \text{ of the MLP and of the "
    r"residual network grow faster than those of ECRN, or in waves}",
    source="NTK-ECRN, Figure 2",
    parameters="5 runs on sums of sinusoids, gradient descent at half the stable rate",
    constants={"relation": "more"},
    mutants={"relation": ["no more"]},
)


@smooth_growth.statistic(on="5 runs, kept results", part="the MLP")
def against_the_mlp(relation):
    yield from rival_is_worse("MLP", relation)


@smooth_growth.statistic(on="5 runs, kept results", part="the residual network")
def against_the_residual_network(relation):
    yield from rival_is_worse("residual network", relation)
