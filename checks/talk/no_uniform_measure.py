r"""Is there a uniform sampling measure on the sphere?

There is: the law of g/|g| for a standard Gaussian g. Its density depends on |g|² only, which
rotations keep. What is missing is another thing. On a grid of the torus as many Fourier modes are
orthogonal, with equal weights, as there are points, for finer and finer grids. On S² the harmonics
up to degree L are (L+1)², and for L >= 2 no (L+1)² points make them orthogonal with equal weights:
that would be a tight spherical design of strength 2L >= 4, and S² has none (Bannai, Damerell 1979).
With more points, as in spherical designs, or with other weights they are orthogonal.
"""

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity_modulo, premise

no_uniform_measure = Claim(
    id="talk.no-uniform-measure",
    statement=r"\text{there is no uniform (rotation-invariant) probability measure on } S^{d-1}",
    source="talk, Strategic Component-wise Investigation",
    parameters="d >= 2",
    constants={"exists": 0},
    mutants={"exists": [1]},
)


@no_uniform_measure.proof()
def gaussian_directions(exists):
    """exp(-|x|²/2) is invariant under rotations of coordinate planes, which generate all."""
    c, s, x, y, rest = sp.symbols("c s x_i x_j r")
    turned = (c * x - s * y) ** 2 + (s * x + c * y) ** 2 + rest
    yield premise(
        identity_modulo(
            r"|R x|^2 = |x|^2",
            sp.expand(turned),
            x**2 + y**2 + rest,
            [c**2 + s**2 - 1],
            [c, s, x, y, rest],
        )
    )
    yield exactly(
        "rotation-invariant probability measures exist: 1, or not: 0",
        exists,
        1,
        {"measure": "the law of g/|g|, g a standard Gaussian in R^d"},
    )


no_uniform_measure.amend(
    r"\text{the law of } g/|g|,\ g \text{ standard Gaussian in } \mathbb{R}^d, "
    r"\text{ is uniform on } S^{d-1}",
    exists=1,
    mutants={"exists": [0]},
)
