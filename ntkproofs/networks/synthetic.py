"""Laws of synthetic data: sums of sinusoids with noise, and mixtures of Gaussians.

A law is known, so that the best that any model can do on its data is known too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.errors import InvalidInput

Floats = NDArray[np.float64]
_NEEDS_ROW = "data have a row and a column at least"


@dataclass(frozen=True)
class Sinusoids:
    """``y = Σ_k a_k sin(2π w_k·x + p_k) + ε``, x uniform on [-1, 1]^d, ε ~ N(0, noise²).

    Attributes:
        frequencies: w, shape (modes, d), in periods per unit of x.
        amplitudes: a, shape (modes,).
        phases: p, shape (modes,).
        noise: standard deviation of ε, >= 0.

    Raises:
        InvalidInput: for shapes that do not fit, numbers that are not finite, negative noise.

    Source:
        Paper on NTK-ECRN, eq. (22), whose formula is lost; reconstructed from its words.

    Example:
        >>> law = Sinusoids(np.array([[1.0], [3.0]]), np.ones(2), np.zeros(2), noise=0.1)
        >>> inputs, targets = law.draw(100, seed=0)
        >>> inputs.shape, targets.shape
        ((100, 1), (100, 1))
    """

    frequencies: Floats
    amplitudes: Floats
    phases: Floats
    noise: float = 0.0

    def __post_init__(self) -> None:
        arrays = [_array(a) for a in (self.frequencies, self.amplitudes, self.phases)]
        frequencies, amplitudes, phases = arrays
        modes = frequencies.shape[:1]
        if frequencies.ndim != 2 or not frequencies.size or amplitudes.shape != modes:
            raise InvalidInput(
                "Sinusoids have frequencies of shape (modes, d) and one amplitude a mode; got "
                f"shapes {frequencies.shape} and {amplitudes.shape}."
            )
        if phases.shape != modes:
            raise InvalidInput(f"Sinusoids have one phase a mode; got shape {phases.shape}.")
        if not 0 <= self.noise < np.inf or not all(np.isfinite(a).all() for a in arrays):
            raise InvalidInput(
                "Frequencies, amplitudes, phases and noise are finite, and noise is a standard "
                f"deviation >= 0; got noise = {self.noise}."
            )
        for name, value in zip(("frequencies", "amplitudes", "phases"), arrays, strict=True):
            object.__setattr__(self, name, value)

    @staticmethod
    def random(
        *,
        modes: int = 5,
        dim: int = 2,
        lowest: float = 0.5,
        highest: float = 3.0,
        noise: float = 0.1,
        seed: int = 0,
    ) -> Sinusoids:
        """Random directions and phases; the norms of w spread evenly from lowest to highest.

        Amplitudes are equal, of variance 1 in all.
        """
        require_integer("modes", modes, least=1, why="a sum has a term at least")
        require_integer("dim", dim, least=1, why=_NEEDS_ROW)
        if not 0 <= lowest <= highest:
            raise InvalidInput(f"Frequencies go from low to high; got {lowest} to {highest}.")
        generator = np.random.default_rng([seed, 1])
        directions = generator.standard_normal((modes, dim))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        norms = np.linspace(lowest, highest, modes)
        phases = generator.uniform(0, 2 * np.pi, modes)
        amplitudes = np.full(modes, np.sqrt(2 / modes))
        return Sinusoids(norms[:, None] * directions, amplitudes, phases, noise)

    def __call__(self, X: Any) -> Floats:
        """The sum without its noise, shape (n,), at the rows of X, shape (n, d)."""
        angles = 2 * np.pi * np.asarray(X, dtype=float) @ self.frequencies.T + self.phases
        return np.sin(angles) @ self.amplitudes

    def draw(self, n: int, seed: int) -> tuple[Floats, Floats]:
        """Inputs (n, d) and targets (n, 1)."""
        require_integer("n", n, least=1, why=_NEEDS_ROW)
        require_seed(seed)
        generator = np.random.default_rng([seed, 2])
        X = generator.uniform(-1, 1, (n, self.frequencies.shape[1]))
        noisy = self(X) + self.noise * generator.standard_normal(n)
        return X, noisy[:, None]


@dataclass(frozen=True)
class GaussianMixture:
    """Class k with probability π_k; its points are N(mean_k, covariance_k).

    Attributes:
        weights: π, shape (classes,), positive, of sum 1.
        means: shape (classes, d).
        covariances: shape (classes, d, d), positive definite.

    Raises:
        InvalidInput: for shapes that do not fit, weights that are no probabilities, covariances
            that are not symmetric positive definite.

    Source:
        Paper on NTK-ECRN, eq. (23), whose formula is lost; reconstructed from its words.

    Example:
        >>> law = GaussianMixture.random(classes=3, dim=2, seed=0)
        >>> inputs, labels = law.draw(50, seed=0)
        >>> np.exp(law.log_posterior(inputs)).sum(axis=1).round(12).max()
        np.float64(1.0)
    """

    weights: Floats
    means: Floats
    covariances: Floats

    def __post_init__(self) -> None:
        for name in ("weights", "means", "covariances"):
            object.__setattr__(self, name, _array(getattr(self, name)))
        count, dim = self.means.shape if self.means.ndim == 2 else (0, 0)
        if not self.means.size or self.weights.shape != (count,):
            raise InvalidInput(
                "A mixture has means of shape (classes, d) and one weight a class; got shapes "
                f"{self.means.shape} and {self.weights.shape}."
            )
        if self.covariances.shape != (count, dim, dim):
            raise InvalidInput(
                f"A mixture of {count} classes in R^{dim} has covariances of shape "
                f"{(count, dim, dim)}; got {self.covariances.shape}."
            )
        if not (self.weights > 0).all() or abs(self.weights.sum() - 1) > 1e-12:
            raise InvalidInput(f"Weights are positive and sum to 1; got {self.weights}.")
        transposed = self.covariances.transpose(0, 2, 1)
        if not np.allclose(self.covariances, transposed, rtol=1e-12, atol=0):
            raise InvalidInput("Covariances are symmetric.")
        try:
            np.linalg.cholesky(self.covariances)
        except np.linalg.LinAlgError:
            raise InvalidInput("Covariances are positive definite.") from None

    @staticmethod
    def random(
        *, classes: int = 5, dim: int = 10, separation: float = 0.5, seed: int = 0
    ) -> GaussianMixture:
        """Means from N(0, separation² I); covariances W Wᵀ/(2d), W of shape (d, 2d); equal weights.

        Covariances differ, so that the best classifier is quadratic.
        """
        require_integer("classes", classes, least=2, why="one class leaves nothing to decide")
        require_integer("dim", dim, least=1, why=_NEEDS_ROW)
        generator = np.random.default_rng([seed, 3])
        means = separation * generator.standard_normal((classes, dim))
        W = generator.standard_normal((classes, dim, 2 * dim))
        covariances = W @ W.transpose(0, 2, 1) / (2 * dim)
        return GaussianMixture(np.full(classes, 1 / classes), means, covariances)

    def draw(self, n: int, seed: int) -> tuple[Floats, NDArray[np.int64]]:
        """Inputs (n, d) and labels (n,)."""
        require_integer("n", n, least=1, why=_NEEDS_ROW)
        require_seed(seed)
        generator = np.random.default_rng([seed, 4])
        labels = generator.choice(len(self.weights), size=n, p=self.weights)
        normal = generator.standard_normal((n, self.means.shape[1]))
        roots = np.linalg.cholesky(self.covariances)
        X = self.means[labels] + np.einsum("nij,nj->ni", roots[labels], normal)
        return X, labels.astype(np.int64)

    def log_posterior(self, X: Any) -> Floats:
        """log P(class | x), shape (n, classes): the best classifier, by Bayes's rule."""
        X = np.asarray(X, dtype=float)
        roots = np.linalg.cholesky(self.covariances)
        away = X[None] - self.means[:, None]
        white = np.linalg.solve(roots, away.transpose(0, 2, 1))
        heights = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
        joint = (np.log(self.weights) - heights)[:, None] - 0.5 * (white**2).sum(axis=1)
        joint = joint.T
        top = joint.max(axis=1, keepdims=True)
        return joint - top - np.log(np.exp(joint - top).sum(axis=1, keepdims=True))


def _array(values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InvalidInput(f"Laws are given by arrays of numbers; got {values!r}.") from None
