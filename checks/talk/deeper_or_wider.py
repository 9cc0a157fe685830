r"""Deeper or wider at a fixed budget of parameters: finite width decides, through λ_min.

16 inputs of S^4 and P = 20,000 parameters, ReLU networks without biases of the largest width that
fits, (L-2) N² + (d+1) N <= P. In the limit of infinite width λ_min rises and the condition number
falls from each of the depths 2, 3, 4, 6, 8, 12, 16, 24, 32 to the next: deeper is better. Networks
that are drawn at these widths (3,333 down to 25) say otherwise: narrow layers fluctuate, which
lowers λ_min of most, and beyond some depth this outweighs the gain.

Which depth that is depends on what is asked. λ_min = λ_min(Θ) is the rate of gradient flow in this
parametrisation, in which the whole kernel grows with L; λ_max/λ_min is what counts for descent at
the largest stable step, which is 1/λ_max up to a factor. Of 2, 4, 12, 32 layers λ_min is larger at
12 than at each of the others, and λ_max/λ_min less at 4, for most pairs of networks (the mean of
λ_min, with its heavy tail, is another thing). This is said of this budget and these inputs; other
depths lie between (of 8 and 12 layers the draws do not tell whose λ_min is the larger), and at
other budgets the best depths are others (``ntkproofs frontier``).

The comparisons between depths are sign tests over independent pairs of draws; a true statement
falls with probability 1e-4 at most, over all six of them.
"""

from fractions import Fraction
from functools import cache
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
TESTS = 2 * (len(COMPARED) - 1)  # of κ and of λ_min


def inputs():
    return nt.sphere.uniform(POINTS, DIM, seed=0)


def enclosures(matrix, radius):
    """Of all eigenvalues of every matrix within the radius of this one."""
    return cast(Enclosures, nt.enclose_eigenvalues(matrix, radius=radius))


@cache
def extremes(depth):
    """λ_min and λ_max/λ_min of networks that are drawn; infinite where a kernel is singular."""
    network = Network.of(depth, width_of(BUDGET, depth, DIM))
    found = []
    for draw in range(DRAWS):
        weights = draw_weights(network, DIM, seed=SEED + depth, draw=draw)
        values = np.linalg.eigvalsh(empirical_ntk(network, weights, inputs()).ntk)
        condition = values[-1] / values[0] if values[0] > 0 else np.inf
        found.append((values[0], condition))
    return np.array(found).T


deeper_or_wider = Claim(
    id="talk.deeper-or-wider",
    statement=r"\text{of two networks of depths among } 2, 4, 12, 32\text{, for most pairs, } "
    r"\lambda_{\min}(\Theta_{L,N(P)}) \text{ is larger at } L = 12 \text{ than at each "
    r"other, and } \kappa(\Theta_{L,N(P)}) \text{ less at } L = 4\text{, while } "
    r"\lambda_{\min}(\Theta_{L,\infty}) \text{ rises and } \kappa(\Theta_{L,\infty}) "
    r"\text{ falls with } L",
    source="talk, Perturbation Theory Framework: the deeper versus wider question at a budget P",
    parameters="16 inputs of S^4, P = 20,000 weights by their true count, ReLU, no biases, NTK "
    "parametrisation, at initialisation; L = 2, 3, 4, 6, 8, 12, 16, 24, 32 in the limit",
    constants={"best": 4, "limit": "falls", "best_smallest": 12, "limit_smallest": "rises"},
    mutants={
        "best": [2, 12, 32],
        "limit": ["rises"],
        "best_smallest": [2, 4, 32],
        "limit_smallest": ["falls"],
    },
)


def in_the_limit():
    """Enclosures by depth, proved for the exact directions of the inputs."""
    return {
        depth: enclosures(matrix, radius)
        for depth, matrix, radius in tangent_matrices(inputs(), Fraction(1, 2), DEPTHS)
    }


def one_after_the_other(name, values, way):
    """Each depth against the next."""
    for shallow, deep in pairwise(DEPTHS):
        low, high = (deep, shallow) if way == "falls" else (shallow, deep)
        yield certify(
            rf"{name}(\Theta_{{{low}}}) < {name}(\Theta_{{{high}}})",
            lambda low=low, high=high: less(values[low], values[high]),
        )


@deeper_or_wider.certificate(on="16 inputs of S^4, nine depths", part="κ at infinite width")
def condition_in_the_limit(limit):
    values = {depth: found.condition().ball() for depth, found in in_the_limit().items()}
    yield from one_after_the_other(r"\kappa", values, limit)


@deeper_or_wider.certificate(on="16 inputs of S^4, nine depths", part="λ_min at infinite width")
def smallest_in_the_limit(limit_smallest):
    values = {depth: found.smallest.ball() for depth, found in in_the_limit().items()}
    yield from one_after_the_other(r"\lambda_{\min}", values, limit_smallest)


def most_draws_are_below(name, best, values):
    """Against each other depth: the best one has the lesser value with probability 1/2 at least."""
    for other in COMPARED:
        if other == best:
            continue
        wins = int((values[best] < values[other]).sum())
        yield statistic(
            f"{name} at depth {best} is better than at depth {other} for half of the networks",
            float(stats.binom.cdf(wins, DRAWS, 0.5)),
            false_alarm=FALSE_ALARM / TESTS,
            witness={"best": best, "L": other, "wins": wins, "of": DRAWS},
        )


@deeper_or_wider.statistic(on="200 networks of each depth", part="κ at the budget")
def most_networks_of_the_best_depth_are_better(best):
    values = {depth: extremes(depth)[1] for depth in COMPARED}
    yield from most_draws_are_below("κ", best, values)


@deeper_or_wider.statistic(on="200 networks of each depth", part="λ_min at the budget")
def most_networks_have_the_larger_smallest(best_smallest):
    values = {depth: -extremes(depth)[0] for depth in COMPARED}
    yield from most_draws_are_below("λ_min", best_smallest, values)


deeper_or_wider.picture(
    "results/frontier.svg",
    "Steps of descent to 1 % by depth, at three budgets of parameters (ntkproofs frontier).",
)
