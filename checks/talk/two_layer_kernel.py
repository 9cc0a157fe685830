r"""The kernel that the talk prints for two-layer ReLU networks.

The NTK of a two-layer network is Θ_2 = u κ0(u) + κ1(u): hidden and output weights contribute one
term each. In the angle θ = arccos u, with s = sqrt(1-u²), both are polynomials in u, θ and s, and
an identity between such expressions is decided by a normal form, since arccos is transcendental.
The printed kernel has one u arccos(-u) too few: it is π κ1, the kernel of a network whose output
layer alone is trained.
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, identity, identity_modulo, premise
from ntkproofs.claims.theorems import (
    NTK_LIMIT,
    OBLIQUE_POLAR_COORDINATES,
    TRANSCENDENCE_OF_ARCCOS,
)
from ntkproofs.derivation import derivation

u, theta, s, pi = sp.symbols("u theta s pi")

KERNELS = {
    "all layers": nt.ntk(2),
    "output layer": nt.nngp(2),
    "hidden layer": nt.cosine * nt.arccosine(0),
}

two_layer_kernel = Claim(
    id="talk.two-layer-kernel",
    statement=r"\Theta_2(u) \propto u \arccos(-u) + \sqrt{1-u^2}",
    source="talk, NTK Matrix Structure: the simple 2-layer ReLU case",
    parameters="two-layer ReLU network of infinite width, unit inputs; -1 <= u <= 1; factor > 0",
    constants={"linear": 1, "root": 1, "trained": "all layers"},
    mutants={
        "linear": [sp.Rational(101, 100), 3, -1],
        "root": [sp.Rational(101, 100), 2, -1],
        "trained": ["output layer", "hidden layer"],
    },
)


def in_the_angle(kernel):
    """The kernel as a polynomial in u, θ, s over the field of π (here a symbol)."""
    return kernel(u).subs({sp.acos(u): theta, sp.sqrt(1 - u**2): s}).subs(sp.pi, pi)


def as_derived():
    """Θ_2 as the derivation ntk-recursion shows it, as a polynomial in u, θ, s."""
    doc = derivation("ntk-recursion")
    cosine = doc.notation.symbol_entry("u").symbol
    right = doc.statement("two-layers").right.subs(cosine, u)
    return right.subs({sp.acos(u): theta, sp.sqrt(1 - u**2): s}).subs(sp.pi, pi)


@two_layer_kernel.certificate(
    on="u = 0 and u = 1", relies_on=[NTK_LIMIT, OBLIQUE_POLAR_COORDINATES]
)
def at_the_equator(linear, root, trained):
    """Proportional functions have the same quotient of their values at u = 0 and u = 1."""
    kernel = in_the_angle(KERNELS[trained])
    equator = kernel.subs({u: 0, theta: pi / 2, s: 1})
    pole = kernel.subs({u: 1, theta: 0, s: 0})
    yield identity(
        r"\Theta_2(0)\,k(1) = \Theta_2(1)\,k(0)",
        equator * linear * pi,
        pole * root,
        witness={"u": 0},
    )


@two_layer_kernel.proof(relies_on=[NTK_LIMIT, OBLIQUE_POLAR_COORDINATES, TRANSCENDENCE_OF_ARCCOS])
def in_normal_form(linear, root, trained):
    """Θ_2(u) k(1) = Θ_2(1) k(u) as polynomials in u, arccos u and sqrt(1-u²).

    For all layers Θ_2 is the kernel of the derivation ntk-recursion.
    """
    for name in ("gaussian-integrals", "ntk-recursion"):
        for step in derivation(name).steps():
            yield premise(step)
    kernel = in_the_angle(KERNELS[trained])
    yield premise(
        identity_modulo(
            r"\Theta_2(u) \text{ as derived}",
            sp.expand(pi * in_the_angle(nt.ntk(2))),
            sp.expand(pi * as_derived()),
            relations=[s**2 + u**2 - 1],
            generators=[s, theta, u, pi],
        )
    )
    claimed = linear * u * (pi - theta) + root * s
    pole = kernel.subs({u: 1, theta: 0, s: 0})
    yield identity_modulo(
        r"\Theta_2(u)\,k(1) = \Theta_2(1)\,k(u)",
        sp.expand(pi * kernel * linear),
        sp.expand(pole * claimed),
        relations=[s**2 + u**2 - 1],
        generators=[s, theta, u, pi],
    )


two_layer_kernel.amend(
    r"\Theta_2(u) = \tfrac{1}{\pi}\left(2 u \arccos(-u) + \sqrt{1-u^2}\right)",
    linear=2,
    mutants={
        "linear": [1, sp.Rational(202, 100), 3, -2],
        "root": [sp.Rational(101, 100), 2, -1],
        "trained": ["output layer", "hidden layer"],
    },
)
two_layer_kernel.reading(
    "only the output layer is trained (the NNGP kernel)",
    r"\kappa_1(u) \propto u \arccos(-u) + \sqrt{1-u^2}",
    trained="output layer",
)
two_layer_kernel.reading(
    "only the hidden layer is trained",
    r"u\,\kappa_0(u) \propto u \arccos(-u) + \sqrt{1-u^2}",
    trained="hidden layer",
)
