"""The kernels of infinitely wide ReLU networks, each built from arc-cosine kernels by the algebra.

Conventions: ``depth`` counts weight layers, inputs are unit vectors, the first layer has variance
1 (so that the first covariance is u itself), NTK parametrisation throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from ntkproofs.arithmetic.protocol import Arithmetic
from ntkproofs.conventions import require_depth, require_integer, require_rational
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Composed, Kernel, Leaf, Named, latex_number

cosine = Leaf(
    name="cosine",
    formula=lambda u, ar: u,
    tex=lambda argument: argument,
    smooth=True,
    dual_activation=True,
    homogeneity=1,
)
"""The kernel ``k(u) = u`` of a linear network."""

_RECURSION_NOTES = (
    "infinite width, NTK parametrisation, Gaussian weights",
    "unit inputs, first layer of variance 1",
    "depth counts weight layers",
)


def nngp(depth: int, weight_variance: Any = 2, bias_variance: Any = 0) -> Kernel:
    """The covariance of the outputs of a wide ReLU network at initialisation (NNGP kernel).

    ``S_1 = u + v_b``, ``S_(k+1) = (v_w/2) q_k κ1(S_k/q_k) + v_b`` with ``q_k = S_k(1)``; for the
    default variances ``S_(k+1) = κ1(S_k)``.

    Args:
        depth: number of weight layers, >= 1; 2 is one hidden layer.
        weight_variance: v_w > 0; 2 is He's initialisation, at which the diagonal stays 1.
        bias_variance: v_b >= 0, of every layer.

    Source:
        Neal 1996; Cho, Saul 2009; Lee et al. 2018.

    Example:
        >>> nngp(2)(1.0)
        1.0
    """
    return _relu_network(
        require_depth(depth),
        require_rational("weight_variance", weight_variance, positive=True),
        require_rational("bias_variance", bias_variance),
    )[0]


def ntk(depth: int, weight_variance: Any = 2, bias_variance: Any = 0) -> Kernel:
    """The neural tangent kernel of an infinitely wide ReLU network.

    ``Θ_1 = S_1``, ``Θ_(k+1) = S_(k+1) + (v_w/2) κ0(S_k/q_k) Θ_k`` with the covariances ``S_k`` and
    their diagonals ``q_k`` of :func:`nngp`; for the default variances
    ``Θ_(k+1) = Θ_k κ0(S_k) + κ1(S_k)``. All weights and biases are trained.

    Args:
        depth: number of weight layers, >= 1; 2 is one hidden layer.
        weight_variance: v_w > 0; 2 is He's initialisation.
        bias_variance: v_b >= 0, of every layer.

    Source:
        Jacot, Gabriel, Hongler 2018; Bietti, Mairal 2019 (the formula for the sphere).

    Example:
        >>> ntk(depth=2)(1.0), ntk(depth=5)(1.0)
        (2.0, 5.0)
    """
    return _relu_network(
        require_depth(depth),
        require_rational("weight_variance", weight_variance, positive=True),
        require_rational("bias_variance", bias_variance),
    )[1]


@lru_cache
def _relu_network(
    depth: int, weight_variance: Fraction, bias_variance: Fraction
) -> tuple[Kernel, Kernel]:
    """(NNGP, NTK) by the recursion over layers; diagonals are exact rational numbers."""
    half = weight_variance / 2
    diagonal = 1 + bias_variance
    covariance: Kernel = cosine if bias_variance == 0 else cosine + bias_variance
    tangent = covariance
    for _ in range(depth - 1):
        correlation = covariance if diagonal == 1 else covariance / diagonal
        covariance = _plus(_times(half * diagonal, arccosine(1) @ correlation), bias_variance)
        tangent = _times(half, tangent * (arccosine(0) @ correlation)) + covariance
        diagonal = half * diagonal + bias_variance
    standard = weight_variance == 2 and bias_variance == 0
    arguments = f"depth={depth}" + (
        "" if standard else f", weight_variance={weight_variance}, bias_variance={bias_variance}"
    )
    notes = (
        *_RECURSION_NOTES,
        f"weight variance {weight_variance}, bias variance {bias_variance}",
    )
    first, nngp_step, ntk_step = _recursion_latex(weight_variance, bias_variance)
    steps = rf",\quad {first},\ {nngp_step}" if depth > 1 else rf",\quad {first}"
    return (
        Named(
            f"nngp({arguments})",
            covariance,
            rf"\Sigma_{{{depth}}}",
            rf"k(u) = \Sigma_{{{depth}}}(u){steps}",
            notes,
        ),
        Named(
            f"ntk({arguments})",
            tangent,
            rf"\Theta_{{{depth}}}",
            rf"k(u) = \Theta_{{{depth}}}(u){steps}" + rf",\ \Theta_1 = \Sigma_1,\ {ntk_step}",
            notes,
        ),
    )


def _times(factor: Fraction, kernel: Kernel) -> Kernel:
    return kernel if factor == 1 else factor * kernel


def _plus(kernel: Kernel, constant: Fraction) -> Kernel:
    return kernel if constant == 0 else kernel + constant


def _recursion_latex(weight_variance: Fraction, bias_variance: Fraction) -> tuple[str, str, str]:
    if weight_variance == 2 and bias_variance == 0:
        return (
            r"\Sigma_1 = u",
            r"\Sigma_{k+1} = \kappa_1(\Sigma_k)",
            r"\Theta_{k+1} = \Theta_k\,\kappa_0(\Sigma_k) + \Sigma_{k+1}",
        )
    half, bias = latex_number(weight_variance / 2), latex_number(bias_variance)
    return (
        rf"\Sigma_1 = u + {bias}",
        rf"\Sigma_{{k+1}} = {half}\,q_k\,\kappa_1(\Sigma_k/q_k) + {bias},\ q_k = \Sigma_k(1)",
        rf"\Theta_{{k+1}} = {half}\,\Theta_k\,\kappa_0(\Sigma_k/q_k) + \Sigma_{{k+1}}",
    )


def cosine_map(delta: Any) -> Leaf:
    """ϱ(u) = u + Δ (2/π) (sqrt(1-u²) - u arccos u), the correlation after one (a,b)-ReLU layer.

    Args:
        delta: Δ = b²/(a² + b²) in [0, 1]; 1/2 is the ReLU, 1 the absolute value, 0 the identity.

    Source:
        Terjék, González-Sánchez 2025.
    """
    delta = _require_delta(delta)

    def formula(u: Any, ar: Arithmetic) -> Any:
        return u + (ar.sine(u) - u * ar.acos(u)) * (2 * ar.number(delta)) / ar.pi

    return Leaf(
        name=f"cosine_map(delta={delta})",
        formula=formula,
        tex=lambda argument: rf"\varrho\left({argument}\right)",
        smooth=True,
        dual_activation=True,
        homogeneity=1,
    )


def cosine_map_derivative(delta: Any) -> Leaf:
    """ϱ'(u) = 1 - Δ (2/π) arccos u."""
    delta = _require_delta(delta)

    def formula(u: Any, ar: Arithmetic) -> Any:
        return 1 - ar.acos(u) * (2 * ar.number(delta)) / ar.pi

    return Leaf(
        name=f"cosine_map_derivative(delta={delta})",
        formula=formula,
        tex=lambda argument: rf"\varrho'\left({argument}\right)",
        smooth=delta == 0,
        # ϱ' = (1-Δ) + Δ (2/π) arcsin u.
        dual_activation=True,
        homogeneity=0,
    )


def _require_delta(delta: Any) -> Fraction:
    delta = require_rational("delta", delta)
    if delta > 1:
        raise InvalidInput(f"delta = b²/(a² + b²) lies in [0, 1]; got {delta}.")
    return delta


def eoc(depth: int, a: Any, b: Any) -> Kernel:
    """The NTK of a network with the activation φ(s) = a s + b|s| at the edge of chaos.

    ``R_1 = u, R_(k+1) = ϱ(R_k)``, ``Θ_1 = u, Θ_(k+1) = Θ_k ϱ'(R_k) + R_(k+1)`` with weight variance
    σ² = 1/(a² + b²); ReLU networks have a = b and are :func:`ntk`.

    Args:
        depth: number of weight layers, >= 1.
        a: slope of the linear part.
        b: slope of the absolute value; a and b are not both 0.

    Source:
        Terjék, González-Sánchez 2025.

    Example:
        >>> abs(eoc(4, 1, 1)(0.3) - ntk(4)(0.3)) < 1e-15
        True
    """
    depth = require_depth(depth)
    a, b = require_rational("a", a, sign=True), require_rational("b", b, sign=True)
    if a == b == 0:
        raise InvalidInput("eoc needs a and b that are not both 0: the activation a s + b|s| is 0.")
    return _eoc(depth, b * b / (a * a + b * b))


@lru_cache
def _eoc(depth: int, delta: Fraction) -> Kernel:
    step, slope = cosine_map(delta), cosine_map_derivative(delta)
    covariance: Kernel = cosine
    tangent: Kernel = cosine
    for _ in range(depth - 1):
        tangent = tangent * (slope @ covariance)
        covariance = step @ covariance
        tangent = tangent + covariance
    steps = r"R_1 = u,\ R_{k+1} = \varrho(R_k),\ \Theta_1 = u,\ "
    steps += r"\Theta_{k+1} = \Theta_k\,\varrho'(R_k) + R_{k+1}"
    return Named(
        f"eoc(depth={depth}, delta={delta})",
        tangent,
        rf"\Theta_{{{depth}}}",
        rf"k(u) = \Theta_{{{depth}}}(u),\quad {steps},\ \Delta = {latex_number(delta)}",
        (*_RECURSION_NOTES, f"(a,b)-ReLU with Δ = b²/(a²+b²) = {delta}, σ² = 1/(a²+b²)"),
    )


@dataclass(frozen=True, eq=False, repr=False)
class DeepNarrow(Kernel):
    """The deep narrow limit before the input dimension is known; see :func:`deep_narrow`."""

    rho: Fraction
    beta: Fraction

    @property
    def children(self) -> tuple[Kernel, ...]:
        return ()

    @cached_property
    def needs_dim(self) -> bool:
        return True

    def at_dim(self, dim: int | None) -> Kernel:
        if dim is None:
            raise InvalidInput(
                "The deep narrow kernel needs the input dimension d: the covariance of its field "
                "is rho² x·y/d + beta². Give it: nt.deep_narrow(rho, beta, input_dim=3); "
                "nt.eigenvalues and nt.gram take it from their own dimension."
            )
        return deep_narrow(self.rho, self.beta, input_dim=dim)

    def combine(self, values: Any, u: Any, ar: Arithmetic) -> Any:
        return self.at_dim(None)

    def with_children(self, children: tuple[Kernel, ...]) -> Kernel:
        return self

    def latex_at(self, argument: str) -> str:
        return rf"K_{{\mathrm{{dn}}}}\left({argument}\right)"

    def latex(self) -> str:
        return _deep_narrow_latex(self.rho, self.beta, "d")

    def __repr__(self) -> str:
        return f"deep_narrow(rho={self.rho}, beta={self.beta})"


def deep_narrow(rho: Any, beta: Any, input_dim: int | None = None) -> Kernel:
    """The scaled NTK of deep narrow ReLU networks in the limit of infinite depth.

    ``k = u + 1 + E[σ(g) σ(g')]``, g a centred Gaussian field with covariance ``ρ² u/d + β²``; with
    ``q = ρ²/d + β²`` the expectation is ``(q/2) κ1((ρ² u/d + β²)/q)``.

    Args:
        rho: ρ > 0.
        beta: β >= 0.
        input_dim: the dimension d of the inputs; if left out, eigenvalues and Gram matrices take
            it from their own dimension, and a bare ``k(u)`` asks for it.

    Source:
        Lee, Choi, Ryu, No 2022.

    Example:
        >>> deep_narrow(1, 1, input_dim=1)(1.0)
        3.0
    """
    rho = require_rational("rho", rho, positive=True)
    beta = require_rational("beta", beta)
    if input_dim is None:
        return DeepNarrow(rho, beta)
    dim = require_integer("input_dim", input_dim, least=1, why="it is the dimension of the inputs")
    signal = rho**2 / dim
    variance = signal + beta**2
    correlation = (signal * cosine + beta**2) / variance
    body = cosine + 1 + (variance / 2) * Composed(arccosine(1), correlation)
    return Named(
        f"deep_narrow(rho={rho}, beta={beta}, input_dim={dim})",
        body,
        r"K_{\mathrm{dn}}",
        _deep_narrow_latex(rho, beta, str(dim)),
        ("depth to infinity at constant width", f"inputs of unit norm in R^{dim}"),
    )


def _deep_narrow_latex(rho: Fraction, beta: Fraction, dim: str) -> str:
    return (
        r"k(u) = u + 1 + \tfrac{q}{2}\,\kappa_1\left(\frac{\rho^2 u/d + \beta^2}{q}\right),"
        rf"\quad q = \rho^2/d + \beta^2,\ \rho = {latex_number(rho)},\ \beta = {latex_number(beta)}"
        + (rf",\ d = {dim}" if dim != "d" else "")
    )
