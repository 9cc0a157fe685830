r"""Proof 2: the learning operator under Sobolev training.

L(w) = ½ <f_w - y, P (f_w - y)> on n points (or in L²), P symmetric. Gradient flow w' = -∇L and
the chain rule give f' = J w' = -J Jᵀ P (f - y) = -K P (f - y), with J the Jacobian and K = J Jᵀ the
tangent kernel; the kernel acts last. Where K stays constant (the NTK regime) this is
∂_t f = -T_s (f - y). The factor ½ in the loss matters, and so does the order of K and P: they need
not commute on a sample. Derived in indices: derivations/learning_operator.py.
"""

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.claims import Claim, identity, premise
from ntkproofs.derivation import derivation

proof_2 = Claim(
    id="talk.proof-2",
    statement=r"\partial_t f = -T_s (f - y),\quad T_s = K \circ (I + (-\Delta)^{1/2})^s",
    source="talk, The Five Main Proofs: Proof 2",
    parameters="loss ½<f-y, P_s(f-y)>, P_s symmetric; gradient flow; K the tangent kernel",
    constants={"factor": 1, "order": "K P"},
    mutants={"factor": [2, -1, sp.Rational(101, 100)], "order": ["P K"]},
)


@proof_2.proof(covers="any numbers of points and of parameters: derived in indices for all of them")
def derived_flow(factor, order):
    """The derived right-hand side against -factor K P r or -factor P K r, written out for n = 2."""
    operator = derivation("learning-operator")
    for step in operator.steps():
        yield premise(step)
    n = operator.notation.symbol_entry("n").symbol
    i = operator.notation.symbol_entry("i").symbol
    right = operator.statement("learning").right.subs({n: 2, i: 1}).doit()

    def named(node):
        indices = "".join(str(a) for a in node.args if a.is_Integer)
        if node.name in "KP":  # both matrices are symmetric
            indices = "".join(sorted(indices))
        return sp.Symbol(node.name + indices)

    found = right.replace(lambda node: isinstance(node, AppliedUndef), named)
    K, P = (sp.Matrix(2, 2, sp.symbols(f"{x}11 {x}12 {x}12 {x}22")) for x in "KP")
    r = sp.Matrix(sp.symbols("f1 f2")) - sp.Matrix(sp.symbols("y1 y2"))
    claimed = -factor * (K * P * r if order == "K P" else P * K * r)
    yield identity(r"\partial_t f(x_1) = -(K P r)_1", sp.expand(found), sp.expand(claimed[0]))


@proof_2.certificate(on="3 outputs, 2 parameters; Jacobian, P and residual symbolic")
def chain_rule(factor, order):
    """Any Jacobian (3 outputs, 2 parameters), any symmetric P, any residual: entries are symbols.

    f_w = f_0 + J w + O(w²) near the present parameters w = 0, which is all that ∇L and f' see.
    """
    w = sp.symbols("w1 w2")
    J = sp.Matrix(3, 2, sp.symbols("j1:7"))
    residual = sp.Matrix(sp.symbols("r1:4"))
    p11, p12, p13, p22, p23, p33 = sp.symbols("p11 p12 p13 p22 p23 p33")
    P = sp.Matrix([[p11, p12, p13], [p12, p22, p23], [p13, p23, p33]])
    yield from flow(
        residual + J * sp.Matrix(w), w, dict.fromkeys(w, 0), P, factor=factor, order=order
    )


@proof_2.certificate(on="f = w1 (1 + w2² x)³ - w2 x² at x = 0, 1, 2; (w1, w2) = (1, 2); y = 0")
def a_small_network(factor, order):
    """A real, nonlinear model differentiated exactly, at a point of its parameters."""
    w1, w2 = sp.symbols("w1 w2")
    outputs = sp.Matrix([w1 * (1 + w2**2 * x) ** 3 - w2 * x**2 for x in (0, 1, 2)])
    P = sp.Matrix([[2, 1, 0], [1, 3, 1], [0, 1, 5]])
    yield from flow(outputs, (w1, w2), {w1: 1, w2: 2}, P, factor=factor, order=order)


def flow(residual, parameters, at, P, *, factor, order):
    """f' along -∇L by differentiation, against -factor K P r or -factor P K r, entry by entry."""
    loss = (residual.T * P * residual)[0, 0] / 2
    gradient = sp.Matrix([sp.diff(loss, w) for w in parameters])
    J = residual.jacobian(parameters)
    velocity = (-J * gradient).subs(at)
    K, r = (J * J.T).subs(at), residual.subs(at)
    claimed = -factor * (K * P * r if order == "K P" else P * K * r)
    for i in range(3):
        yield identity(
            rf"\partial_t f(x_{i + 1}) = -(K P r)_{i + 1}",
            sp.expand(velocity[i]),
            sp.expand(claimed[i]),
        )
