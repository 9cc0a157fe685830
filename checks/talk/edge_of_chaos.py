r"""The sampled NTK at the edge of chaos, as depth grows at a fixed set of n points.

Off the diagonal Θ_k = α/sin(ψ_k/2) + B + o(1) with α = 3π/(16Δ), B = -1/8 (derivation
inverse-cosine-distance), where ψ_k is the angle of two inputs after k - 1 layers; and 1/ψ_k grows
like a k + ((a²-b)/a) log k with a = 2Δ/(3π), b = -2Δ²/(9π²) (derivation edge-of-chaos). So off the
diagonal Θ_l = l/4 + (3/8) log l + O(1), whatever Δ and the points; on it Θ_l = l. The matrix with
entries Θ_l/n is l (3 I + J)/(4n) + O(log l), J all ones, whose eigenvalues are 3l/(4n) and
(n+3) l/(4n). What is claimed is compared with what was derived.
"""

from fractions import Fraction

import sympy as sp
from flint import acb_mat, arb, arb_mat
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, identity, premise
from ntkproofs.claims.theorems import NTK_LIMIT, STOLZ_CESARO, WEYL
from ntkproofs.derivation import derivation
from ntkproofs.matrices.sampled import exact_cosines

n, l = sp.symbols("n l", positive=True)  # noqa: E741
delta = sp.Symbol("Delta", positive=True)
ALPHA, SHIFT = 3 * sp.pi / (16 * delta), -sp.Rational(1, 8)
"""The coefficients of 1/sin(ψ/2) and of 1 in F."""

BITS, DEPTH = 128, 1200
TINY = arb(2) ** -BITS
POINTS = [
    (Fraction(1), Fraction(0), Fraction(0)),
    (Fraction(3, 5), Fraction(4, 5), Fraction(0)),
    (Fraction(-2, 3), Fraction(1, 3), Fraction(2, 3)),
]


def derived(*names):
    """All steps of derivations, as premises."""
    for name in names:
        for step in derivation(name).steps():
            yield premise(step)


def shown(name, line):
    """What a line of a derivation shows, in the symbols of this file and without its O(x^k)."""
    right = derivation(name).statement(line).right.replace(sp.Function("O"), lambda _: sp.S.Zero)
    here = {str(s): s for s in (n, l, delta)}
    return sp.expand(right.subs({s: here[str(s)] for s in right.free_symbols if str(s) in here}))


def limits():
    """The derivations, and that the one rests on what the other shows: 3π/(16Δ) and -1/8."""
    yield from derived("edge-of-chaos", "inverse-cosine-distance")
    for about, one, other in zip(("A", "B"), used_form(), shown_form(), strict=True):
        yield premise(identity(about, one, other))


def shown_form():
    """A and B in Θ_k = A W_k + B + ε_k, as derived."""
    right = shown("inverse-cosine-distance", "affine")
    (inverse,) = right.atoms(sp.Function("W"))
    rest, _ = right.as_independent(*right.atoms(AppliedUndef))
    return right.coeff(inverse), rest


def used_form():
    """A and B in Θ_k = A/sin(ψ_k/2) + B + ε_k, as used."""
    right = shown("edge-of-chaos", "affine")
    (sine,) = right.atoms(sp.sin)
    return right.coeff(1 / sine), right.as_independent(*right.atoms(AppliedUndef))[0]


def least_eigenvalue():
    """That of vectors whose entries sum to 0."""
    right = derivation("edge-of-chaos").statement("eigenvalues").right
    (entry,) = (v for v in right.atoms(AppliedUndef) if str(v) == "v(i)")
    return sp.expand(shown("edge-of-chaos", "eigenvalues").coeff(entry))


def largest_eigenvalue():
    """That of the vector of ones."""
    return shown("edge-of-chaos", "ones")


def condition_number():
    """Its first terms in x = log(l)/l."""
    return shown("edge-of-chaos", "condition")


def sine_less_angle_cosine(angle):
    """sin x - x cos x = x³/3 - x⁵/30 + ..., without the cancellation that balls would suffer."""
    if not angle < 1:
        sine, cosine = angle.sin_cos()
        return sine - angle * cosine
    total, square, term = arb(0), angle * angle, angle**3 / 3
    for m in range(1, 50):
        total += term
        term *= -square / (2 * m * (2 * m + 3))
        if abs(term) < TINY:
            break
    return total + term * arb(0, 1)  # the terms alternate and fall


def recursion(a, cosine, depths):
    """(Θ_l, sin(ψ_l/2)) at the given depths, layer by layer in balls, for φ = a s + |s|."""
    rate = 2 / (arb(a * a + 1) * arb.pi())  # 2Δ/π
    angle, tangent, found = ball(cosine).acos(), ball(cosine), []
    for layer in range(2, max(depths) + 1):
        here = 1 - rate * angle
        versine = 2 * (angle / 2).sin() ** 2 - rate * sine_less_angle_cosine(angle)
        angle = 2 * (versine / 2).sqrt().asin()
        tangent = tangent * here + 1 - versine
        if layer in depths:
            found.append((tangent, (angle / 2).sin()))
    return found


def eigenvalues_of(depth):
    """Enclosures of the least and the largest eigenvalue of (Θ_depth(x_i·x_j))/n."""
    with precision(BITS):
        size = len(POINTS)
        rows = [[arb(depth) / size] * size for _ in range(size)]
        for i, cosines in enumerate(exact_cosines(POINTS)):
            for j in range(i):
                ((tangent, _),) = recursion(1, cosines[j], (depth,))
                rows[i][j] = rows[j][i] = tangent / size
        found = acb_mat(arb_mat(rows)).eig(multiple=True)
        least, largest = found[0].real, found[0].real
        for value in found[1:]:
            least, largest = least.min(value.real), largest.max(value.real)
    return least, largest


def near(ratio, tolerance):
    """Whether a ball is 1 up to a tolerance."""
    return less(abs(ratio - 1), ball(tolerance))


def numeric(value):
    """A constant that may depend on n, at the number of points of the instance, as a ball."""
    return ball(sp.sympify(value).subs(n, len(POINTS)))


SOURCE = "talk, Edge of Chaos"
SETTING = (
    "K_ij = Θ_l(x_i·x_j)/n, (a,b)-ReLU at the edge of chaos, Δ in (0, 1], n >= 2 fixed unit "
    "inputs, no two parallel; depth l to infinity"
)
THEOREMS = [NTK_LIMIT, STOLZ_CESARO, WEYL]
INSTANCE = "ReLU, three rational points of S², l = 1200"

lambda_min = Claim(
    id="talk.eoc-lambda-min",
    statement=r"\lambda_{\min}(K) \sim c\,l/n,\quad c = 3/4",
    source=SOURCE,
    parameters=SETTING,
    constants={"c": sp.Rational(3, 4)},
    mutants={"c": [sp.Rational(1, 4), sp.Rational(1, 2), sp.Rational(303, 400), sp.Integer(1)]},
)


@lambda_min.proof(relies_on=THEOREMS)
def least_eigenvalue_of_the_limit(c):
    """The eigenvalue of the vectors whose entries sum to 0, as derived; its term in l."""
    yield from limits()
    yield identity(r"3l/(4n) = c\,l/n", least_eigenvalue().coeff(l) * l, c * l / n)


@lambda_min.certificate(on=INSTANCE)
def least_eigenvalue_of_an_instance(c):
    """n λ_min/l, corrected by (3/8) log l, is c up to 1/300."""
    depth = DEPTH
    least, _ = eigenvalues_of(depth)
    corrected = (least * len(POINTS) + 3 * arb(depth).log() / 8) / depth
    yield certify(r"n\lambda_{\min}/l", lambda: near(corrected / ball(c), Fraction(1, 300)))


lambda_max = Claim(
    id="talk.eoc-lambda-max",
    statement=r"\lambda_{\max}(K) = c\,l \pm \xi,\ \xi \sim \log l,\quad c = 3/4",
    source=SOURCE,
    parameters=SETTING,
    constants={"c": sp.Rational(3, 4)},
    mutants={"c": [sp.Rational(1, 4)]},
)


@lambda_max.proof(relies_on=THEOREMS)
def largest_eigenvalue_of_the_limit(c):
    """The eigenvalue of the vector of ones, as derived; its term in l."""
    yield from limits()
    largest = largest_eigenvalue().coeff(l)
    yield identity(r"(3 + n)\,l/(4n) = c\,l", largest * l, c * l, least={"n": 2})


@lambda_max.certificate(on=INSTANCE)
def largest_eigenvalue_of_an_instance(c):
    """λ_max/l, corrected by (3/8)(1 - 1/n) log l, is c up to 1/300."""
    depth, size = DEPTH, len(POINTS)
    _, largest = eigenvalues_of(depth)
    corrected = (largest - ball(Fraction(3 * (size - 1), 8 * size)) * arb(depth).log()) / depth
    witness = {"n": size, "l": depth}
    yield certify(
        r"\lambda_{\max}/l", lambda: near(corrected / numeric(c), Fraction(1, 300)), witness=witness
    )


amended_max = lambda_max.amend(
    r"\lambda_{\max}(K) = \frac{n+3}{4n}\,l + \frac{3(n-1)}{8n} \log l + O(1)",
    c=(n + 3) / (4 * n),
    xi=3 * (n - 1) / (8 * n),
    mutants={
        "c": [sp.Rational(1, 4), (n + 4) / (4 * n), (n + 3) / (2 * n), 101 * (n + 3) / (400 * n)],
        "xi": [sp.Rational(3, 8), 3 * (n - 1) / (4 * n), (n - 1) / (3 * n)],
    },
)


@amended_max.proof(relies_on=THEOREMS, part="error")
def logarithm_of_the_error(xi):
    """The eigenvalue of the vector of ones, as derived; its term in log l."""
    yield from limits()
    slope = largest_eigenvalue().coeff(sp.log(l))
    yield identity(r"3(n-1)/(8n) = \xi", slope, xi, least={"n": 2})


condition = Claim(
    id="talk.eoc-condition",
    statement=r"\kappa(K) = 1 + c\,n + n\,\xi/l + O(1/l),\quad c = 1/3,\ \xi = e \log l,\ "
    r"e = 2/3",
    source=SOURCE + ", with the error O(n ξ/l), ξ ~ log l; its first term is found here",
    parameters=SETTING,
    constants={"c": sp.Rational(1, 3), "e": sp.Rational(2, 3)},
    mutants={
        "c": [sp.Rational(1, 4), sp.Rational(101, 300), sp.Rational(1, 2), sp.Integer(1)],
        "e": [sp.Rational(1, 3), sp.Rational(3, 8), sp.Integer(1), sp.Rational(101, 150)],
    },
)


@condition.proof(relies_on=THEOREMS)
def quotient_of_the_extremes(c, e):
    """The quotient of the eigenvalues to first order in x = log(l)/l, as derived."""
    yield from limits()
    x = derivation("edge-of-chaos").notation.symbol_entry("x").symbol
    quotient = condition_number()
    yield identity(r"\kappa \to 1 + c n", quotient.coeff(x, 0), 1 + c * n, least={"n": 2})
    about = r"(\kappa - 1 - n/3)\,l/\log l = e\,n"
    yield identity(about, quotient.coeff(x, 1), e * n, least={"n": 2})


@condition.certificate(on=INSTANCE.replace("1200", "2400"))
def condition_of_an_instance(c):
    """κ, less (2/3) n log(l)/l, is 1 + c n up to 1/300."""
    depth, size = 2 * DEPTH, len(POINTS)
    least, largest = eigenvalues_of(depth)
    corrected = largest / least - arb(2 * size) / 3 * arb(depth).log() / depth
    limit = 1 + ball(c) * size
    yield certify(r"\kappa - 2n \log(l)/(3l)", lambda: near(corrected / limit, Fraction(1, 300)))


linear_depth = Claim(
    id="talk.eoc-linear-depth",
    statement=r"\lambda_{\min}(K) \sim C\,l^{p},\ \lambda_{\max}(K) \sim C'\,l^{q},\quad p = q = 1",
    source=SOURCE,
    parameters=SETTING,
    constants={"p": sp.Integer(1), "q": sp.Integer(1)},
    mutants={
        "p": [sp.Integer(0), sp.Integer(2), sp.Integer(3)],
        "q": [sp.Integer(0), sp.Integer(2), sp.Integer(3)],
    },
)


@linear_depth.proof(relies_on=THEOREMS)
def powers_of_depth(p, q):
    """The terms in l of both eigenvalues, as derived: 3l/(4n) and (n+3) l/(4n)."""
    yield from limits()
    for about, value, power in (
        (r"\lambda_{\min}", least_eigenvalue(), p),
        (r"\lambda_{\max}", largest_eigenvalue(), q),
    ):
        top = value.coeff(l)
        yield identity(about, top * l, top * l**power, least={"n": 2})


affine = Claim(
    id="talk.affine-inverse-cosine",
    statement=r"\Theta_l(\rho) = A\,W_l + B + o(1),\ W_l = \left(\tfrac{1-\rho_l}{2}\right)^{-1/2},"
    r"\quad A = \frac{3\pi}{16\Delta},\ B = -\tfrac{1}{8}",
    source=SOURCE + ", inverse cosine distance matrices; A and B are found here",
    parameters="off the diagonal, for every Δ in (0, 1] and every pair that is not parallel; "
    "ρ_l = cos ψ_l the cosine after l - 1 layers; depth l to infinity",
    constants={"A": ALPHA, "B": SHIFT},
    mutants={
        "A": [
            ALPHA * sp.Rational(101, 100),
            3 * sp.pi / (8 * delta),
            sp.Integer(3) / (16 * delta),
            3 * sp.pi / 16,
        ],
        "B": [sp.Integer(0), sp.Rational(1, 8), -sp.Rational(1, 4), -sp.Rational(101, 800)],
    },
)


@affine.proof(relies_on=[NTK_LIMIT, STOLZ_CESARO])
def the_recursion_up_to_second_order(A, B):
    """A and B as derived, from the recursion up to O(ψ²); its error is damped as k^-3."""
    yield from limits()
    for about, found, claimed in zip(("A", "B"), shown_form(), (A, B), strict=True):
        yield identity(about, found, claimed)


@affine.certificate(on="Δ = 1/2 and 1, ρ = 3/5 and -2/3, l = 500, 2000")
def differences_of_instances(A):
    """Θ_l - A W_l + 1/8 falls by half or more between l = 500 and 2000, to less than 0.02."""
    for a, ratio in ((1, sp.Rational(1, 2)), (0, sp.S.One)):
        for cosine in (Fraction(3, 5), Fraction(-2, 3)):
            with precision(BITS):
                slope_ball = ball_of(A, ratio)
                rest = [
                    abs(tangent - slope_ball / half_sine + arb(1) / 8)
                    for tangent, half_sine in recursion(a, cosine, (500, 2000))
                ]
            witness = {"delta": ratio, "rho": cosine}
            about = r"|\Theta_l - A W_l + 1/8|"
            yield certify(f"{about} falls", lambda r=rest: less(2 * r[1], r[0]), witness=witness)
            yield certify(about, lambda r=rest: less(r[1], arb(1) / 50), witness=witness)


def ball_of(value, ratio):
    """A, a rational multiple of π/Δ or of 1/Δ, at a value of Δ, as a ball."""
    value = sp.sympify(value).subs(delta, ratio)
    return ball(value / sp.pi) * arb.pi() if value.has(sp.pi) else ball(value)


condition.picture(
    "results/condition_numbers.svg",
    "The condition number by depth, 32 points of S¹⁵, for eight values of Δ: mean over 100 draws "
    "(ntkproofs condition). The limit is 1 + n/3.",
)
