r"""Frequencies that a network learns on the torus, and how fast.

On the N^d grid the kernel's matrix K and P_s are convolutions (talk.torus-commutation), so that
under gradient flow with a constant kernel each Fourier coefficient of the residual decays by its
own rate, eigenvalue over N^d times multiplier. Three things are to be said about the statement. The
eigenvalues over N^d are the kernel's Fourier coefficients up to aliases only (talk.torus-spectrum).
Not every frequency is learned: two layers of ReLUs without biases have the kernel u + (an even
function of u), u = (1/d) Σ cos 2πx_i, and shifting all angles by half a turn turns u into -u, and a
mode k into (-1)^(k_1+..+k_d) times itself, so that odd modes beyond those of u have no coefficient.
On grids with N even half a turn is N/2 points, and these modes have the rate 0 at every s. With N
odd each of them has even aliases, k + Ne_1 is one, and is learned, on fine grids slowly: at s = 0
the rate of k = 3 on the circle is 0.0213 for N = 7, 0.0091 for N = 9, and tends to 0.
And a network of finite width has a kernel that depends on its draw, and that moves while it is
trained: the statement about networks is one about large widths, tested by a statistic. Targets are
scaled by 1/100 there, with the output at initialisation subtracted. With targets of size 1 and all
frequencies, networks of width 2048 learn the higher ones some five times slower than predicted
(s = 1, circle of 16 points; results/frequency_control.csv, by ntkproofs experiment).
"""

import math
from functools import lru_cache
from itertools import product

import numpy as np
import sympy as sp
from flint import arb
from scipy import stats
from sympy.core.function import AppliedUndef

import ntkproofs as nt
from ntkproofs.arithmetic.truth import equal, less
from ntkproofs.claims import (
    Claim,
    certify,
    equality,
    exactly,
    identity,
    nonzero_exactly,
    premise,
    statistic,
)
from ntkproofs.claims.theorems import ALIASING, CONVOLUTIONS, NTK_LIMIT, SYMMETRIC_EIGENVECTORS
from ntkproofs.derivation import derivation
from ntkproofs.domains import torus
from ntkproofs.finite_width.mode_rates import fit_rates, independent_modes, measure_rates
from ntkproofs.finite_width.network import Network, draw_weights
from ntkproofs.finite_width.torus_problems import TorusLoss
from ntkproofs.finite_width.torus_training import choose_step, descend, predicted_rates

FALSE_ALARM = 1e-3
SLOPE_MARGIN, OFFSET_MARGIN = 0.05, 0.1
WIDTH, DRAWS, STEPS = 1024, 8, 160
RUNS = {(12, 1, -0.5): 3, (12, 1, 1): 7, (12, 1, 2): 7, (4, 2, 1): 10}
"""(N, d, s) of the networks that are trained: how many modes fall to a quarter in all draws."""
TESTS = 11

frequency_control = Claim(
    id="talk.frequency-control",
    statement=r"\hat r_k(t) = e^{-\lambda_k t}\,\hat r_k(0),\quad "
    r"\lambda_k = c\,\hat{k}(k)\,(1 + \|k\|^2)^{q s} > 0,\quad q = c = 1,\text{ for every } k",
    source="talk, Future Directions: toroidal domain; PDE applications",
    parameters="wide networks, NTK parametrisation, on the N^d grid embedded in S^(2d-1); Sobolev "
    "loss ½ Σ (1+‖k‖²)^s |r_k|², gradient flow; any real s",
    constants={"q": 1, "c": 1, "aliasing": "none", "learned": "every k"},
    mutants={"q": [2], "c": [2], "aliasing": ["summed"], "learned": ["zeros for two layers"]},
)


@frequency_control.proof(
    relies_on=[NTK_LIMIT],
    part="frequencies with a rate",
    covers="k(u) - k(-u) is known as a polynomial in u; on the circle every odd k is covered by "
    "the symbolic degree 2m + 1",
)
def odd_frequencies(learned):
    """Fourier coefficients of the two-layer kernel at odd frequencies.

    Shifting x by (1/2, ..., 1/2) turns u into -u and a mode k into (-1)^(k_1+..+k_d) times itself,
    so that odd modes of the kernel are those of (k(u) - k(-u))/2 = u: ±e_i and no others.
    """
    if learned == "every k":
        found = nt.exact_eigenvalue(nt.ntk(2), dim=2, degree=3)
        witness = {"L": 2, "biases": "none", "d": 1, "k": 3, "s": "any"}
        yield nonzero_exactly(r"\lambda_3 \neq 0", found, witness)
        return
    order = sp.Symbol("m", integer=True, positive=True)
    yield from the_odd_part_is_u()
    value = nt.exact_eigenvalue(nt.ntk(2), dim=2, degree=2 * order + 1)
    yield identity(r"\hat k(2m+1) = 0 \text{ on the circle}, m \ge 1", value, 0)


def two_layers_at_opposite_points():
    """u, k(u) and k(-u) for two layers without biases, in one arccosine."""
    u = sp.Symbol("u")
    return u, nt.ntk(2)(u), nt.ntk(2)(-u).subs(sp.acos(-u), sp.pi - sp.acos(u))


def the_odd_part_is_u():
    """(k(u) - k(-u))/2 = u, whose modes on two axes are ±e_i."""
    u, here, opposite = two_layers_at_opposite_points()
    yield equality(r"k(u) - k(-u) = 2u", here - opposite, 2 * u)
    of_u = torus.fourier_coefficients([0, 1], dim=2)
    yield exactly("modes of u, d = 2", len(of_u), 4)
    for k in of_u:
        yield exactly("‖k‖² of a mode of u", sum(part * part for part in k), 1)


@frequency_control.proof(
    relies_on=[NTK_LIMIT, CONVOLUTIONS, ALIASING, SYMMETRIC_EIGENVECTORS],
    part="rate with a constant kernel",
    covers="every N, k and s, for the limit kernel, and while it stays as it is (that it does in "
    "wide networks is measured, not proved here): derived for one axis and finitely many aliases; "
    "on more axes the modes are eigenvectors by the cited theorem on Z_N^d, with m the norm of k, "
    "and all aliases are summed by the cited theorem on aliasing",
)
def rate_of_a_mode(q, c, aliasing):
    """The derived factor of a mode under the flow with K P_s/N, against the statement's.

    K e_m = N a_m e_m as derived, a_m the transform of one row over N, which sums two frequencies
    here; P_s multiplies e_m by (1+m²)^s as derived for the pipeline; the flow's eigenvalue is the
    product over N.
    """
    grid, modes = derivation("torus-pipeline"), derivation("mode-dynamics")
    for step in (*grid.steps(), *modes.steps()):
        yield premise(step)
    m, s, t = sp.Symbol("m", nonnegative=True), sp.Symbol("s", real=True), sp.Symbol("t")
    frequencies = sp.symbols("a_0 a_1", positive=True)
    wave = grid.statement("convolution").right
    (gamma,) = (node for node in wave.atoms(AppliedUndef) if node.func.__name__ == "gam")
    of_kernel = wave.coeff(gamma)
    size = grid.notation.symbol_entry("N").symbol
    eigenvalue = of_kernel.subs(dict.fromkeys(of_kernel.free_symbols - {size}, 0))  # at x = 0
    last = grid.notation.symbol_entry("h").symbol
    coefficient = grid.statement("aliasing").right.subs(last, 1).doit()
    row = coefficient.replace(sp.Function("A"), lambda _, turn: frequencies[turn])
    rate = eigenvalue * row / size * (1 + m**2) ** s
    solution = modes.statement("mode").right
    time = modes.notation.symbol_entry("t").symbol
    derived = solution.replace(
        lambda node: isinstance(node, AppliedUndef),
        lambda node: {"lam": rate, "c": sp.S.One}[node.func.__name__],
    ).subs(time, t)
    total = sum(frequencies) if aliasing == "summed" else frequencies[0]
    stated = sp.exp(-c * total * (1 + m**2) ** (q * s) * t)
    yield equality(r"\hat r_k(t)/\hat r_k(0)", derived, stated)


def trained(n, dim, order, width, draw):
    """Measured rates of the modes of one network, next to what is predicted with aliases."""
    network = Network.of(2, width, bias_variance=0.5)
    problem = TorusLoss("sobolev", order).problem(n, dim, amplitude=0.01, seed=0)
    step = choose_step(predicted_rates(network, problem)) * 2.5  # a quarter of the limit
    weights = draw_weights(network, 2 * dim, seed=1, draw=draw)
    curves = descend(
        network,
        weights,
        problem,
        steps=STEPS,
        step_size=step,
        record=range(STEPS + 1),
        centred=True,
    )
    return measure_rates(curves).measured


@lru_cache
def measured(n, dim, order):
    """Measured rates, shape (draws, modes)."""
    return np.array([trained(n, dim, order, WIDTH, draw) for draw in range(DRAWS)])


def stated_rates(run, *, q, c, aliasing):
    """The rates of the statement; without aliases from a grid that is 16 times as fine."""
    (n, dim, order), network = run, Network.of(2, 1, bias_variance=0.5)
    factor = 1 if aliasing == "summed" else 16
    fine = TorusLoss("sobolev", float(q) * order).problem(n * factor, dim, amplitude=1, seed=0)
    rates = predicted_rates(network, fine) * float(c)
    kept = [k % (n * factor) for k in torus.frequencies(n, 1)[:, 0]]
    return rates[np.ix_(*[kept] * dim)].reshape(-1)[independent_modes(n, dim)]


def within(about, values, margin, witness):
    """A t-test of |mean| <= margin over independent draws, two-sided at the margin."""
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    distance = max(0.0, abs(float(np.mean(values))) - margin) / error
    p_value = min(1.0, 2 * float(stats.t.sf(distance, len(values) - 1)))
    return statistic(about, p_value, false_alarm=FALSE_ALARM / TESTS, witness=witness)


@frequency_control.statistic(
    on="two layers of width 1024 with biases, 8 draws each, 160 steps, targets of size 1/100 "
    "without the output at initialisation; (N, d, s) = (12, 1, -1/2), (12, 1, 1), (12, 1, 2), "
    "(4, 2, 1); all modes, but three of seven at s = -1/2, where the others do not fall to "
    "a quarter; false-alarm probability 1/1000 in all, for draws that are normal",
    part="trained networks",
)
def networks_follow(q, c, aliasing):
    """Mean over draws: slope of log measured on log predicted rates within 0.05 of 1, mean of
    log(measured/predicted) within 0.1 of 0, and that of the highest frequency too.
    """
    for run, modes in RUNS.items():
        n, dim, order = run
        rates, found = stated_rates(run, q=q, c=c, aliasing=aliasing), measured(*run)
        lines = [fit_rates(rates, each) for each in found]
        witness = {"N": n, "d": dim, "s": order, "width": WIDTH}
        slopes = np.array([line.slope for line in lines])
        offsets = np.array([line.offset for line in lines])
        about = f"N = {n}, d = {dim}, s = {order}"
        seen = int(np.isfinite(found).all(axis=0).sum())  # the lines leave the others out
        yield premise(exactly(f"modes measured, {about}", seen, modes))
        yield within(f"slope, {about}", slopes - 1, SLOPE_MARGIN, witness)
        yield within(f"offset, {about}", offsets, OFFSET_MARGIN, witness)
        if order >= 1:
            highest = np.log(found[:, -1] / rates[-1])
            yield within(f"highest mode, {about}", highest, OFFSET_MARGIN, witness)


amended = frequency_control.amend(
    r"\lambda_k = \sum_m \hat{k}(k + m N)\,(1 + \|k\|^2)^{s}\text{ as widths tend to infinity; for "
    r"two layers without biases } \lambda_k = 0 \text{, so that no } s \text{ helps, exactly if "
    r"} N \text{ is even, } k_1 + \dots + k_d \text{ is odd and } k \neq \pm e_i \bmod N",
    aliasing="summed",
    learned="zeros for two layers",
    zeros="N even",
    mutants={
        "q": [0, -1, sp.Rational(1, 2), sp.Rational(3, 2), 2],
        "c": [sp.Rational(1, 2), 2, 4 * sp.pi**2],
        "aliasing": ["none"],
        "learned": ["every k"],
        "zeros": ["every N", "N odd", "no N"],
    },
)

ZEROS = {"N even": (0,), "N odd": (1,), "every N": (0, 1), "no N": ()}
"""On which grids the odd modes beyond those of u are said to have the rate 0: N modulo 2."""
GRIDS = ((7, 1), (9, 1), (5, 2), (8, 1), (12, 1), (4, 2))


@amended.proof(
    relies_on=[NTK_LIMIT, CONVOLUTIONS, ALIASING],
    part="zeros on grids",
    covers="every N, d and k: where half a turn of all angles is a shift of the grid, λ_k of an "
    "odd k is that of u, by the modes ±e_i modulo N. The even part of k(u) is a power series with "
    "positive coefficients, and u^(2j) has positive coefficients at all even k with |k|_1 <= 2j: "
    "no coefficient is negative, those of even k and of ±e_i are positive, and with N odd every k "
    "has aliases of both parities",
)
def half_a_turn_on_the_grid(zeros):
    """Half a turn of N = 2M points is M points; with N = 2M + 1 frequencies k and k + N differ in
    parity. The second derivative of the even part is a sum of binomial series in u².
    """
    yield from map(premise, the_odd_part_is_u())
    half, m = sp.symbols("M m", integer=True, positive=True)
    for rest in (0, 1):
        turn = sp.Mod(2 * half + rest, 2)
        parity = sp.Mod((2 * m + 1) - (2 * m + 1 + 2 * half + rest), 2)
        yield premise(exactly("parity of N, and of an alias against k", parity, turn))
        said = int(rest in ZEROS[zeros])
        witness = {"N": "2M + 1" if rest else "2M", "zeros are said to be there": said}
        yield exactly("aliases of an odd k are all odd: 1, or not: 0", 1 - parity, said, witness)
    u, here, opposite = two_layers_at_opposite_points()
    root = sp.sqrt(1 - u**2)
    series = (2 / root + 1 / root**3) / sp.pi
    yield equality("g'' of the even part g", sp.diff((here + opposite) / 2, u, 2), series)
    yield nonzero_exactly("g(0) is not 0", sp.pi * (here + opposite).subs(u, 0))


@amended.certificate(
    on="(N, d) = (7, 1), (9, 1), (5, 2), (8, 1), (12, 1), (4, 2), all modes",
    relies_on=[NTK_LIMIT, CONVOLUTIONS],
    part="zeros on grids",
)
def rates_on_small_grids(zeros):
    """Rates of two layers without biases: positive ones enclosed, zeros by the modes of u."""
    for n, dim in GRIDS:
        for k, rate in grid_rates(n, dim).items():
            witness = {"N": n, "d": dim, "k": k}
            of_u = sum(
                all((a - b) % n == 0 for a, b in zip(k, mode, strict=True))
                for mode in torus.fourier_coefficients([0, 1], dim=dim)
            )
            if sum(k) % 2 == 0 or of_u or n % 2 not in ZEROS[zeros]:
                about = rf"\lambda_k > 0,\ N = {n}"
                if n % 2 == 0 and sum(k) % 2:
                    yield nonzero_exactly(about, sp.Integer(of_u), witness)
                else:
                    yield certify(about, lambda v=rate: less(arb(0), v), witness=witness)
            elif n % 2:
                about = rf"\lambda_k = 0,\ N = {n}"
                yield certify(about, lambda v=rate: equal(v, arb(0)), witness=witness)
            else:
                yield exactly(rf"\lambda_k = 0,\ N = {n}", of_u, 0, witness)


def grid_rates(n, dim):
    """Enclosures of the eigenvalues of K/N^d by frequency, entries of k between -N/2 and N/2."""
    wave = [(arb(2 * j) / n).cos_pi() for j in range(n)]
    points = list(product(range(n), repeat=dim))
    row = [nt.ntk(2)(sum((wave[j] for j in x), arb(0)) / dim) for x in points]
    modes = product(range(-((n - 1) // 2), n // 2 + 1), repeat=dim)
    return {
        k: sum(
            value * wave[sum(a * b for a, b in zip(k, x, strict=True)) % n]
            for value, x in zip(row, points, strict=True)
        )
        / n**dim
        for k in modes
    }


@amended.certificate(
    on="circle, k = 0..12, three layers without biases, and two with biases of variance 1/2",
    relies_on=[NTK_LIMIT],
    part="frequencies with a rate",
)
def other_networks_learn_all(learned):
    """Three layers, or biases, leave no zero among the Fourier coefficients: enclosures."""
    if learned == "every k":
        kernels = {"L = 2, no biases": nt.ntk(2)}
    else:
        half = sp.Rational(1, 2)
        kernels = {"L = 3, no biases": nt.ntk(3), "L = 2, biases": nt.ntk(2, bias_variance=half)}
    for name, kernel in kernels.items():
        for k, value in enumerate(nt.eigenvalues(kernel, 2, range(13), digits=15)):
            yield certify(
                rf"\hat k({k}) > 0, {name}",
                lambda v=value: less(arb(0), v),
                witness={"kernel": name, "k": k},
            )


frequency_control.picture(
    "results/frequency_control_rates.svg",
    "Measured rates of Fourier modes against predicted ones (ntkproofs experiment "
    "frequency-control).",
)
frequency_control.picture(
    "results/frequency_control_widths.svg",
    "How the rates approach the predicted ones as widths grow.",
)
