r"""The smallest eigenvalue of the NTK of one finite network, against its limit.

K is the NTK of one draw of an L-layer ReLU network without biases, of width N, divided by the
number n of points. The roadmap asks for λ_min >= 3L/(4n) - C n L/N. Weights are drawn from a
Gaussian of a seed and rounded to 1/1000, so that they are exact rational numbers, and the kernel is
computed in balls where a verdict is needed.

Refuted in that form, for two reasons, and kept as the mutants. At infinite width the bound says
λ_min >= 3L/(4n), and 3L/4 is the leading term only: for two orthogonal points and L = 4 already
n λ_min is 2.94 < 3. And one draw deviates from its mean by 1/sqrt(N), not 1/N; only the mean is
that near.

Conjectured instead, at n = 2, 3, 4 orthonormal points and L = 2, 3, 4:
n λ_min(K_N) >= n λ_min(K_∞) - C L N^(-q) with q = 1/2 and C = 8. It is a statement about draws: for
every C there is an unlucky one, at widths that are large against C². Where the right-hand side is
negative, as at N = 64 and C = 8, it says nothing.

Found: no counterexample among 3,630 draws, smallest slack 0.41, of widths 64, 128, 256. Refuted by
certified draws: q = 1 and C = 1, and the roadmap's form with C = 1 (seed 1606, N = 256, L = 2, n =
2).
"""

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np
from flint import arb, arb_mat

import ntkproofs as nt
from ntkproofs.conjectures import st
from ntkproofs.conjectures.matrices import SymmetricMatrix
from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.quantities import quantity
from ntkproofs.conjectures.spectra import NTKMatrix
from ntkproofs.errors import Unable

SCALE = 1000


@lru_cache(maxsize=2)
def weights(seed, width, depth, dim):
    """Integer matrices: the weights times 1000."""
    generator = np.random.default_rng(seed)
    sizes = [dim, *[width] * (depth - 1), 1]
    return [
        np.rint(generator.standard_normal((a, b)) * SCALE).astype(int) for a, b in pairwise(sizes)
    ]


class FiniteNTK(SymmetricMatrix):
    """The NTK of one network at the points e_1, ..., e_n of R^n."""

    def __init__(self, seed, width, depth, n):
        self.seed, self.width, self.depth, self.n = seed, width, depth, n

    @property
    def floats(self):
        layers = [w / SCALE for w in weights(self.seed, self.width, self.depth, self.n)]
        values, slopes, h = [np.eye(self.n)], [], np.eye(self.n)
        for layer in layers[:-1]:
            z = h @ layer
            factor = np.sqrt(2 / self.width)
            slopes.append((z > 0) * factor)
            h = np.maximum(z, 0) * factor
            values.append(h)
        kernel, back = values[-1] @ values[-1].T, np.ones((self.n, 1))
        for k in range(self.depth - 1, 0, -1):
            back = (back @ layers[k].T) * slopes[k - 1]
            kernel = kernel + (back @ back.T) * (values[k - 1] @ values[k - 1].T)
        return kernel

    def entries(self):
        n, raw = self.n, weights(self.seed, self.width, self.depth, self.n)
        layers = [arb_mat([[arb(int(x)) / SCALE for x in row] for row in w]) for w in raw]
        factor = (arb(2) / self.width).sqrt()
        h = arb_mat([[int(i == j) for j in range(n)] for i in range(n)])
        values, slopes = [h], []
        for layer in layers[:-1]:
            z = h * layer
            on = [[positive(z[i, j]) for j in range(self.width)] for i in range(n)]
            h = arb_mat(
                [[z[i, j] * on[i][j] * factor for j in range(self.width)] for i in range(n)]
            )
            values.append(h)
            slopes.append(on)
        kernel, back = h * h.transpose(), arb_mat([[1]] * n)
        for k in range(self.depth - 1, 0, -1):
            back = back * layers[k].transpose()
            gate = slopes[k - 1]
            back = arb_mat(
                [[back[i, j] * gate[i][j] * factor for j in range(self.width)] for i in range(n)]
            )
            outer, inner = back * back.transpose(), values[k - 1] * values[k - 1].transpose()
            kernel += arb_mat([[outer[i, j] * inner[i, j] for j in range(n)] for i in range(n)])
        lower = [[kernel[max(i, j), min(i, j)] for j in range(n)] for i in range(n)]
        return lower


def positive(value):
    """Whether a ReLU is on, where the ball tells."""
    if not (value > 0 or value <= 0):
        raise Unable("the sign of a preactivation is not known at this precision")
    return int(value > 0)


@nt.conjecture(
    r"n\lambda_{\min}(K_N) \ge B - C L N^{-q},\quad B = n\lambda_{\min}(K_\infty),\ q = \tfrac12,\ "
    r"C = 8",
    source="roadmap, open questions: λ_min of finite networks",
    id="open.finite-width",
    constants={"bound": "limit", "q": Fraction(1, 2), "C": 8},
    mutants={"q": [1], "C": [1], "bound": ["3L/4 - C n^2 L/N"]},
)
@nt.given(
    seed=st.integers(0, 2**16),
    width=st.sampled_from((256, 128, 64)),
    depth=st.integers(2, 4),
    n=st.integers(2, 4),
)
def finite_width(*, seed, width, depth, n, bound, q, C):
    found = FiniteNTK(seed, width, depth, n).smallest()
    if bound == "limit":
        basis = SpherePoints.of([[int(i == j) for j in range(n)] for i in range(n)])
        limit = NTKMatrix(depth, basis).smallest()
        return found >= limit - C * depth / quantity(width) ** q
    return found >= Fraction(3 * depth, 4) - Fraction(n * n * depth, width)
