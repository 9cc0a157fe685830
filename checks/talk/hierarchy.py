r"""The mean of the trained kernel to order 1/n.

O_2 = Θ, O_(s+1)(.., x) = D O_s(..)[∇f(x)]; loss ½ Σ (f-y)². The talk adds four terms for E Θ_∞. A
linear network of two layers at one input can be solved: Θ_t² - 4 f_t²/n is conserved, and
n (E Θ_∞ - 2) → y² - 1, where the four terms give 2y² - 2. What is missing is the covariance K of
f_0 beside y yᵀ, and the weight of O_4 is an iterated integral over the two times of the hierarchy:
1/(λ_i (λ_i + λ_j)), i the third slot, not 1/(λ_i λ_j). O_4 is not symmetric in these slots; a
network with outputs Σ v w and Σ v w² shows it in exact means at every width. Networks with the
activation erf were trained and compared: results/hierarchy.json.
"""

import sympy as sp
from sympy.abc import n, y

from ntkproofs.claims import (
    Claim,
    exactly,
    gamma_ratio,
    identity,
    nonnegative,
    nonzero_exactly,
    premise,
)
from ntkproofs.claims.steps import limit
from ntkproofs.claims.theorems import GAUSSIAN_POLAR, HIERARCHY_SIZES
from ntkproofs.finite_width.polynomial_networks import PolynomialNetwork, mean, order

outer, inner, t = sp.symbols("lambda_i lambda_j t", positive=True)
decay_outer, decay_inner = sp.symbols("x_i x_j", positive=True)
"""e^(-λ_i t) and e^(-λ_j t): 1 at t = 0, and 0 at t = ∞."""
HISTORY = ((1 - decay_outer) / outer - (1 - decay_outer * decay_inner) / (outer + inner)) / inner
"""w_ij(t), the integral of e^(-λ_i s) e^(-λ_j s') over 0 < s' < s < t."""
EXCHANGED = {
    outer: inner,
    inner: outer,
    decay_outer: decay_inner,
    decay_inner: decay_outer,
}

hierarchy = Claim(
    id="talk.hierarchy",
    statement=r"\mathbb{E}\,\Theta_\infty = \Theta + \tfrac1n \mathbb{E}[O_2^{(1)}] "
    r"+ c\,\tfrac1n \mathbb{E}[O_3 \Theta^{-1} f_0] + \tfrac1n \sum_{ij} w_{ij}\, "
    r"\mathbb{E}[O_4]_{ij}\,(y_i y_j + k K_{ij}) + \text{higher order},\quad c = -1,\ "
    r"w_{ij} = \frac{1}{\lambda_i \lambda_j},\ k = 0",
    source="talk, Finite-Width Corrections and NTK Hierarchy",
    parameters="gradient flow of ½ Σ (f-y)² from Gaussian weights in the NTK parametrisation; "
    "widths n to infinity; i, j in the eigenbasis of Θ, K = E f_0 f_0ᵀ; i belongs to the third "
    "slot of O_4, j to the fourth; equal: λ² w_ij where λ_i = λ_j = λ",
    constants={"third": -1, "weight": 1 / (outer * inner), "equal": 1, "gaussian": 0},
    mutants={"third": [1], "equal": [2], "gaussian": [1]},
)


def moments_of_the_square_norm():
    """S = |v|² + |w|² is chi-squared with 2n degrees of freedom; c = <v, w>, c/S independent of S.

    E S^p = 2^p Γ(n+p)/Γ(n); E c² = n and E c⁴ = 3n(n+2), as c ~ N(0, |v|²) given v.
    """
    powers = {p: 2**p * sp.prod(n + k for k in range(p)) for p in (1, 2, 4)}
    powers[-1] = 1 / (2 * (n - 1))
    powers[-3] = 1 / (8 * (n - 1) * (n - 2) * (n - 3))
    ratios = {2: n / powers[2], 4: 3 * n * (n + 2) / powers[4]}  # E (c/S)², E (c/S)⁴
    return powers, ratios


def fourth_moment_of_the_output():
    """E f_0² = 1, E f_0⁴ = 3 + 6/n and E Θ_0 = 2, at every width."""
    linear = PolynomialNetwork(((0, 1),))
    square = linear.output(0) * linear.output(0)
    for about, observable, expected in (
        (r"\mathbb{E} f_0^2", square, (1, 0, 0)),
        (r"\mathbb{E} f_0^4", square * square, (3, 6, 0)),
        (r"\mathbb{E} \Theta_0", linear.kernel(0, 0), (2, 0, 0)),
    ):
        found = tuple(order(observable, power, [y]) for power in (0, 1, 2))
        yield premise(exactly(about, found, expected))


def solved_by_a_conservation_law():
    """Θ_∞² = Θ_0² + 4 (y² - f_0²)/n, and how far the square root is from its first two terms."""
    S, c, r = sp.symbols("S c r")
    # v' = -r w/√n and w' = -r v/√n, in units of time of √n.
    rate_S, rate_c = -4 * r * c, -r * S
    yield premise(identity(r"(S^2 - 4c^2)' = 0", 2 * S * rate_S - 8 * c * rate_c, 0))
    a, q = sp.symbols("a q")
    exact = q - a - (q**2 - a**2) / (2 * a)
    yield premise(identity(r"q - a - \frac{q^2-a^2}{2a}", exact, -((q - a) ** 2) / (2 * a)))
    about = r"(q-a)^2 \le (q^2-a^2)^2/a^2 \text{ for } a, q > 0"
    yield premise(nonnegative(about, (q + a) ** 2 - a**2, {"a": 0, "q": 0}))


def hierarchy_of_the_linear_network():
    """λ, E[O_3 f_0], E[O_4] (times n) and K: O_3 = D Θ[∇f] = 4c n^(-3/2), O_4 = 4S/n²."""
    linear = PolynomialNetwork(((0, 1),))
    f, kernel = linear.output(0), linear.kernel(0, 0)
    third, fourth = linear.third(0, 0, 0), linear.fourth(0, 0, 0, 0)
    return (
        order(kernel, 0, [y]),
        order(third * f, 1, [y]),
        order(fourth, 1, [y]),
        order(f * f, 0, [y]),
    )


@hierarchy.proof(
    relies_on=[GAUSSIAN_POLAR],
    part="order 1/n at t = ∞",
    covers="a counterexample for every y; where it does not refute, the order 1/n of this network "
    "is shown for all y, and the rest is decided by the other evidence",
)
def trained_linear_network(third, equal, gaussian):
    """n (E Θ_∞ - 2) of the linear network at x = 1, with a bounded remainder, for all n and y.

    f_∞ = y almost surely: n² Θ_t² >= S² - 4c² > 0 at t = 0, by Cauchy and Schwarz.
    """
    yield from solved_by_a_conservation_law()
    powers, ratios = moments_of_the_square_norm()
    yield from fourth_moment_of_the_output()
    for p, value in powers.items():
        about = rf"\mathbb{{E}} S^{{{p}}}"
        moment = sp.Integer(2) ** p * sp.gamma(n + p)
        yield premise(gamma_ratio(about, moment, sp.gamma(n), value, least={"n": 4}))
    # With a = S/n and b = 4(y² - c²/n)/n: E b/(2a) and E b²/(2a³), times n.
    first = 2 * (n * y**2 * powers[-1] - ratios[2] * powers[1])
    bound = (
        8 * n**2 * (y**4 * powers[-3] - 2 * y**2 * ratios[2] * powers[-1] / n)
        + 8 * ratios[4] * powers[1]
    )
    yield premise(limit(r"n\,\mathbb{E}\,b/(2a)", first, y**2 - 1, n))
    yield premise(limit(r"n\,\mathbb{E}\,b^2/(2a^3)", bound, 0, n))
    eigenvalue, with_output, fourth, covariance = hierarchy_of_the_linear_network()
    yield premise(exactly(r"\lambda = \mathbb{E}\,\Theta_0", eigenvalue, 2))
    weighted = equal / sp.Integer(eigenvalue) ** 2 * fourth
    claimed = third * with_output / eigenvalue + weighted * (y**2 + gaussian * covariance)
    about = r"\lim n\,(\mathbb{E}\,\Theta_\infty - 2), \text{ linear network}"
    yield identity(about, y**2 - 1, claimed, witness={"network": "n^{-1/2} <v, w> x", "x": 1})


amended = hierarchy.amend(
    r"\mathbb{E}\,\Theta_t = \Theta + \mathbb{E}[\Theta_0 - \Theta] - \sum_i \mathbb{E}[O_3(i) "
    r"f_0(i)] \frac{1 - e^{-\lambda_i t}}{\lambda_i} + \sum_{ij} w_{ij}(t)\,\mathbb{E}[O_4(i, j)] "
    r"(y_i y_j + K_{ij}) + o(1/n) \text{ for polynomial activations, as power series in } t,"
    r"\quad w_{ij}(t) = \int_0^t e^{-\lambda_i s} \int_0^s e^{-\lambda_j s'} ds' ds "
    r"\to \frac{1}{\lambda_i (\lambda_i + \lambda_j)}",
    weight=1 / (outer * (outer + inner)),
    equal=sp.Rational(1, 2),
    gaussian=1,
    history=HISTORY,
    mutants={
        "third": [1, 0, -2, -sp.Rational(101, 100)],
        "weight": [
            1 / (outer * inner),
            1 / (inner * (outer + inner)),
            1 / (2 * outer * inner),
            2 / (outer + inner) ** 2,
            sp.Rational(101, 100) / (outer * (outer + inner)),
        ],
        "equal": [1, 0, sp.Rational(1, 4), sp.Rational(101, 200)],
        "gaussian": [0, -1, 2, sp.Rational(1, 2)],
        "history": [
            HISTORY.subs(EXCHANGED, simultaneous=True),
            (HISTORY + HISTORY.subs(EXCHANGED, simultaneous=True)) / 2,
            (1 - decay_outer) * (1 - decay_inner) / (outer * inner),
            HISTORY * sp.Rational(101, 100),
        ],
    },
)


def rate(expression, modes):
    """d/dt of a function of decays x_i = e^(-λ_i t)."""
    return sum(-lam * x * sp.diff(expression, x) for lam, x in modes)


@amended.proof(
    relies_on=[HIERARCHY_SIZES],
    part="times of the hierarchy",
    covers="any number of modes: each pair of modes enters by itself, and all pairs of two are "
    "here, equal ones included",
)
def truncated_hierarchy(third, weight, equal, gaussian, history):
    """Θ' = -Σ O_3(i) r_i, O_3' = -Σ O_4(., j) r_j, r' = -Θ∞ r, solved; then the mean, and t → ∞."""
    modes = [(sp.Symbol(f"lambda_{i}"), sp.Symbol(f"x_{i}")) for i in (1, 2)]
    start = sp.symbols("r_1 r_2")
    residual = [r * x for r, (_, x) in zip(start, modes, strict=True)]
    pairs = [(i, j) for i in (0, 1) for j in (0, 1)]
    O3, O4 = sp.symbols("O_1 O_2"), {p: sp.Symbol(f"O_{p[0] + 1}{p[1] + 1}") for p in pairs}
    first = [(1 - x) / lam for lam, x in modes]
    now = [O3[i] - sum(O4[i, j] * start[j] * first[j] for j in (0, 1)) for i in (0, 1)]
    for i in (0, 1):
        right = -sum(O4[i, j] * residual[j] for j in (0, 1))
        yield premise(identity(rf"O_3({i + 1})'", rate(now[i], modes), right))
    at = {
        (i, j): history.subs(
            {outer: modes[i][0], inner: modes[j][0], decay_outer: modes[i][1],
             decay_inner: modes[j][1]}, simultaneous=True)
        for i, j in pairs
    }  # fmt: skip
    change = third * sum(O3[i] * start[i] * first[i] for i in (0, 1))
    change += sum(O4[i, j] * start[i] * start[j] * at[i, j] for i, j in pairs)
    yield identity("at t = 0", change.subs({x: 1 for _, x in modes}), 0)
    right = -sum(now[i] * residual[i] for i in (0, 1))
    yield identity(r"\Theta'", rate(change, modes), right)
    limits = history.subs({decay_outer: 0, decay_inner: 0})
    yield identity(r"\lim w_{ij}(t)", limits, weight)
    yield identity(r"\lambda_i^2 w_{ii}", outer**2 * limits.subs(inner, outer), equal)
    yield from mean_of_residuals(gaussian)


def mean_of_residuals(gaussian):
    """For r = f_0 - y: E O_3 r = E O_3 f_0, E r_i r_j = y_i y_j + K_ij, where f_0 and O_3 are odd.

    They change sign with the weights of the last layer, so that their means are 0.
    """
    O_3, with_output = sp.symbols("O_3 O_3f")
    f, target = sp.symbols("f y")
    product = sp.expand(O_3 * (f - target)).subs(O_3 * f, with_output).subs(O_3, 0)
    yield premise(identity(r"\mathbb{E}\,O_3 r", product, with_output))
    f_i, f_j, y_i, y_j, K = sp.symbols("f_i f_j y_i y_j K_ij")
    product = sp.expand((f_i - y_i) * (f_j - y_j)).subs(f_i * f_j, K).subs({f_i: 0, f_j: 0})
    yield identity(r"\mathbb{E}\,r_i r_j", product, y_i * y_j + gaussian * K)


@amended.certificate(
    on="neurons v w and v w² (λ = 2, 7), all targets, orders t to t^4 of the coefficient of 1/n; "
    "means exact at every width",
    part="times of the hierarchy",
)
def quadratic_network(third, gaussian, history):
    """d^k/dt^k E Θ_t at t = 0 from the weights themselves, against the hierarchy."""
    network, targets = PolynomialNetwork(((0, 1), (0, 0, 1))), sp.symbols("y_1 y_2")
    eigenvalues, pairs = (2, 7), [(i, j) for i in (0, 1) for j in (0, 1)]
    for i, j in pairs:
        found = order(network.kernel(i, j), 0, targets)
        yield premise(exactly(rf"\Theta_{{{i}{j}}}", found, eigenvalues[i] if i == j else 0))
    odd = [mean(network.third(k, m, i)) for k, m in pairs for i in (0, 1)]
    yield premise(exactly(r"\mathbb{E}\,O_3 \text{ has no terms}", sum(map(len, odd)), 0))
    asymmetry = [order(network.fourth(0, 1, i, 1 - i), 1, targets) for i in (0, 1)]
    about = "O_4 is not symmetric in its last slots"
    yield premise(nonzero_exactly(about, asymmetry[0] - asymmetry[1]))
    weights = {p: taylor(history, eigenvalues[p[0]], eigenvalues[p[1]]) for p in pairs}
    K = {(i, j): order(network.output(i) * network.output(j), 0, targets) for i, j in pairs}
    for k, m in ((0, 0), (0, 1), (1, 1)):
        O3 = [order(network.third(k, m, i) * network.output(i), 1, targets) for i in (0, 1)]
        O4 = {(i, j): order(network.fourth(k, m, i, j), 1, targets) for i, j in pairs}
        truth = network.kernel(k, m)
        for power in (1, 2, 3, 4):
            truth = network.rate(truth)
            expected = third * sum(
                O3[i] * -((-lam) ** power) / (lam * sp.factorial(power))
                for i, lam in enumerate(eigenvalues)
            ) + sum(
                O4[i, j] * (targets[i] * targets[j] + gaussian * K[i, j]) * weights[i, j][power]
                for i, j in pairs
            )
            found = order(truth, 1, targets) / sp.factorial(power)
            about = rf"[t^{power}]\,n\,\mathbb{{E}}\,\Theta_t({k + 1},{m + 1})"
            yield identity(about, found, expected)


def taylor(history, at_outer, at_inner):
    """Coefficients of w_ij(t) up to t^4."""
    exponentials = {decay_outer: sp.exp(-at_outer * t), decay_inner: sp.exp(-at_inner * t)}
    function = history.subs({outer: at_outer, inner: at_inner}).subs(exponentials)
    return [sp.diff(function, t, k).subs(t, 0) / sp.factorial(k) for k in range(5)]
