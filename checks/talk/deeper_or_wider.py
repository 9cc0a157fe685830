r"""Deeper or wider at a fixed budget of parameters: finite width decides, through λ_min.

16 inputs of S^4 and P = 20,000 parameters, ReLU networks without biases of the largest width that
fits, (L-2) N² + (d+1) N <= P. In the limit of infinite width the condition number of the kernel
falls from each of the depths 2, 3, 4, 6, 8, 12, 16, 24, 32 to the next: deeper is better. Networks
that are drawn at these widths (3,333 down to 25) say otherwise: narrow layers fluctuate, which
lowers λ_min, and beyond a few layers this outweighs the gain.

The comparisons between depths are sign tests over independent pairs of draws.
"""

from fractions import Fraction
from itertools import pairwise
from typing import cast

import numpy as np
from scipy import stats

import ntkproofs as nt
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, statistic
from ntkproofs.finite_width.budgets import width_of
from ntkproofs.finite_width.empirical import empirical_ntk
from ntkproofs.finite_width.network import Network, draw_weights
from ntkproofs.matrices.condition_curves import tangent_matrices
from ntkproofs.matrices.enclosures import Enclosures

BUDGET, POINTS, DIM, DRAWS, SEED = 20_000, 16, 5, 200, 7
DEPTHS = (2, 3, 4, 6, 8, 12, 16, 24, 32)
COMPARED = (2, 4, 12, 32)
FALSE_ALARM = 1e-4


def inputs():
    return nt.sphere.uniform(POINTS, DIM, seed=0)


def enclosures(matrix, radius):
    """Of all eigenvalues of every matrix within the radius of this one."""
    return cast(Enclosures, nt.enclose_eigenvalues(matrix, radius=radius))


def condition_numbers(depth):
    """λ_max/λ_min of networks that are drawn; infinite where a kernel is singular."""
    network = Network.of(depth, width_of(BUDGET, depth, DIM))
    found = []
    for draw in range(DRAWS):
        weights = draw_weights(network, DIM, seed=SEED + depth, draw=draw)
        values = np.linalg.eigvalsh(empirical_ntk(network, weights, inputs()).ntk)
        found.append(values[-1] / values[0] if values[0] > 0 else np.inf)
    return np.array(found)


deeper_or_wider = Claim(
    id="talk.deeper-or-wider",
    statement=r"\kappa(\Theta_{L,N(P)}) \text{ is least at } L = 4 \text{ among } 2, 4, 12, 32 "
    r"\text{ for most networks, while } \kappa(\Theta_{L,\infty}) \text{ falls with } L",
    source="talk, Perturbation Theory Framework: the deeper versus wider question at a budget P",
    parameters="16 inputs of S^4, P = 20,000 weights by their true count, ReLU, no biases, at "
    "initialisation; L = 2, 3, 4, 6, 8, 12, 16, 24, 32 in the limit",
    constants={"best": 4, "limit": "falls"},
    mutants={"best": [2, 12, 32], "limit": ["rises"]},
)


@deeper_or_wider.certificate(on="16 inputs of S^4, nine depths", part="infinite width")
def deeper_is_better_in_the_limit(limit):
    """Enclosures of κ, proved for the exact directions of the inputs, each against the next."""
    values = {
        depth: enclosures(matrix, radius).condition().ball()
        for depth, matrix, radius in tangent_matrices(inputs(), Fraction(1, 2), DEPTHS)
    }
    for shallow, deep in pairwise(DEPTHS):
        low, high = (deep, shallow) if limit == "falls" else (shallow, deep)
        yield certify(
            rf"\kappa(\Theta_{{{low}}}) < \kappa(\Theta_{{{high}}})",
            lambda low=low, high=high: less(values[low], values[high]),
        )


@deeper_or_wider.statistic(on="200 networks of each depth", part="at the budget")
def most_networks_of_the_best_depth_are_better(best):
    """Against each other depth: the best one has the lesser κ with probability 1/2 at least."""
    others = [depth for depth in COMPARED if depth != best]
    here = condition_numbers(best)
    for other in others:
        wins = int((here < condition_numbers(other)).sum())
        p_value = float(stats.binom.cdf(wins, DRAWS, 0.5))
        yield statistic(
            f"κ at depth {best} is below κ at depth {other} for half of the networks at least",
            p_value,
            false_alarm=FALSE_ALARM / len(others),
            witness={"L": other, "wins": wins, "of": DRAWS},
        )


deeper_or_wider.picture(
    "results/frontier.svg",
    "Steps of descent to 1 % by depth, at three budgets of parameters (ntkproofs frontier).",
)
