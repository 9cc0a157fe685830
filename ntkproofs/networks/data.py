"""Tasks: data in three parts, standardised by the training part alone.

Parts are stratified: by the class, or for regression by quantiles of the target. (The paper on
NTK-ECRN says by mode frequency; every point of a sum of sinusoids contains all modes, so that this
has no meaning there.) Data that are downloaded are downloaded only when that is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntkproofs.conventions import require_integer, require_seed
from ntkproofs.errors import InvalidInput, MissingPackage
from ntkproofs.networks.synthetic import GaussianMixture, Sinusoids
from ntkproofs.networks.training import Data

PARTS = (0.6, 0.2, 0.2)
"""Shares of training, validation and test."""
_BINS = 10
_LAW_SEED = 0


@dataclass(frozen=True)
class Task:
    """What models are trained and judged on.

    Attributes:
        name: of the data.
        train, validation, test: inputs (n, ...), standardised by the training part; targets are
            labels (n,) or, for regression, standardised numbers (n, 1).
        classes: number of classes; None for regression.
        about: where the data come from and how they were split.
        target_scale: what targets of a regression were divided by; 1 for classes.
        possible: metrics on the test part of the best model there can be, where the law is known.
        resplit: whether tasks of other seeds split the same rows in another way.
    """

    name: str
    train: Data
    validation: Data
    test: Data
    classes: int | None
    about: str
    target_scale: float = 1.0
    possible: Mapping[str, float] = field(default_factory=dict)
    resplit: bool = False

    def parts(self) -> dict[str, Data]:
        """The three parts by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @property
    def outputs(self) -> int:
        """How many outputs a model has: one for each class, or one."""
        return 1 if self.classes is None else self.classes

    @property
    def overlap(self) -> float:
        """test/train where other seeds split the same rows, else 0: how much runs share."""
        return len(self.test) / len(self.train) if self.resplit else 0.0

    def digest(self) -> str:
        """SHA-256 of all parts: the same for the same data, split and standardised alike."""
        found = hashlib.sha256(f"{self.name} {self.classes}".encode())
        for part in self.parts().values():
            for array in (part.inputs, part.targets):
                found.update(f"{array.dtype} {array.shape}".encode())
                found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


@dataclass(frozen=True)
class Standardiser:
    """x -> (x - mean)/scale, feature by feature; of images channel by channel.

    Example:
        >>> Standardiser.fit(np.array([[0.0, 1.0], [2.0, 5.0]]))(np.array([[1.0, 5.0]]))
        array([[0., 1.]])
    """

    mean: Any
    scale: Any

    @staticmethod
    def fit(inputs: Any, names: Sequence[str] | None = None) -> Standardiser:
        """Mean and standard deviation of the training part, shape (n, d) or (n, h, w, channels).

        Raises:
            InvalidInput: for a feature that is constant there: it cannot be given variance 1.
        """
        axes = tuple(range(inputs.ndim - 1))
        constant = np.flatnonzero(inputs.max(axis=axes) == inputs.min(axis=axes))
        if constant.size:
            first = int(constant[0])
            known = f" ({names[first]})" if names else ""
            raise InvalidInput(
                "Features are standardised to variance 1 on the training part; feature "
                f"{first}{known} is constant there. Leave it out, or give more rows."
            )
        mean = inputs.mean(axis=axes, dtype=float)
        return Standardiser(mean, inputs.std(axis=axes, dtype=float))

    def __call__(self, inputs: Any) -> Any:
        """Standardised inputs; float32 stays float32."""
        return ((inputs - self.mean) / self.scale).astype(inputs.dtype)


def strata_of(targets: Any, classes: int | None, bins: int = _BINS) -> NDArray[np.int64]:
    """The stratum of every row: its class, or the quantile of its target.

    Args:
        targets: labels (n,), or numbers (n, 1).
        classes: None for regression.
        bins: quantiles for regression; fewer where a bin would have fewer than ten rows.
    """
    if classes is not None:
        return np.asarray(targets, dtype=np.int64)
    values = np.asarray(targets, dtype=float)[:, 0]
    bins = max(1, min(bins, len(values) // 10))
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return ranks * bins // len(values)


def split(
    strata: Any, *, seed: int, parts: Sequence[float] = PARTS
) -> tuple[NDArray[np.int64], ...]:
    """Random disjoint parts that hold every stratum in the same share, to within one row.

    Args:
        strata: shape (n,), integers.
        seed: of the split.
        parts: shares, of sum 1.

    Returns:
        The rows of each part, ascending.

    Raises:
        InvalidInput: for shares that are none, or a stratum too small to be in every part.

    Example:
        >>> [len(part) for part in split(np.repeat([0, 1], 10), seed=0)]
        [12, 4, 4]
    """
    if any(share <= 0 for share in parts) or abs(sum(parts) - 1) > 1e-9:
        raise InvalidInput(f"Shares of parts are positive and sum to 1; got {tuple(parts)}.")
    require_seed(seed)
    strata = np.asarray(strata)
    generator = np.random.default_rng([seed, 5])
    found: list[list[NDArray[np.int64]]] = [[] for _ in parts]
    for stratum in np.unique(strata):
        rows = generator.permutation(np.flatnonzero(strata == stratum))
        ends = np.rint(np.cumsum(parts) * len(rows)).astype(int)
        pieces = np.split(rows, ends[:-1])
        if not all(len(piece) for piece in pieces):
            raise InvalidInput(
                f"Every class (or quantile) is in every part; number {stratum} has {len(rows)} "
                f"rows, too few for shares {tuple(parts)}. Give more rows."
            )
        for part, piece in zip(found, pieces, strict=True):
            part.append(piece)
    return tuple(np.sort(np.concatenate(part)) for part in found)


def make_task(
    name: str,
    inputs: Any,
    targets: Any,
    *,
    classes: int | None,
    seed: int,
    about: str,
    names: Sequence[str] | None = None,
    test: tuple[Any, Any] | None = None,
    resplit: bool = True,
) -> Task:
    """Check data, split them, standardise them.

    Args:
        name, about, resplit: see :class:`Task`.
        inputs: shape (n, d), or images (n, h, w, channels).
        targets: labels 0..classes-1, shape (n,); numbers, shape (n,) or (n, 1), for regression.
        classes: None for regression.
        seed: of the split.
        names: of the features, for messages.
        test: inputs and targets of a test part that comes with the data; without it a fifth is
            taken for testing. Validation is a fifth of all, or of the training rows given.

    Raises:
        InvalidInput: for numbers that are not finite, labels out of range, shapes that do not fit,
            features that are constant on the training part, a class that is missing from a part.

    Example:
        >>> X = np.random.default_rng(0).standard_normal((100, 3))
        >>> task = make_task("sign", X, (X[:, 0] > 0).astype(int), classes=2, seed=0, about="")
        >>> len(task.train.inputs), len(task.validation.inputs), len(task.test.inputs)
        (60, 20, 20)
    """
    inputs, targets = _checked(name, inputs, targets, classes)
    shares = PARTS if test is None else (PARTS[0] + PARTS[2], PARTS[1])
    rows = split(strata_of(targets, classes), seed=seed, parts=shares)
    pieces = [(inputs[part], targets[part]) for part in rows]
    if test is not None:
        pieces.append(_checked(f"{name} (test)", *test, classes))
        if pieces[2][0].shape[1:] != inputs.shape[1:]:
            raise InvalidInput(f"Training and test inputs of {name} have different shapes.")
    for part, (_, labels) in zip(("training", "validation", "test"), pieces, strict=True):
        _require_all_classes(name, part, labels, classes)
    standard = Standardiser.fit(pieces[0][0], names)
    scale = 1.0
    if classes is None:
        target = Standardiser.fit(pieces[0][1], ["target"])
        scale = float(target.scale[0])
        pieces = [(X, target(y)) for X, y in pieces]
    train, validation, last = (Data(standard(X), y) for X, y in pieces)
    again = resplit and test is None
    return Task(name, train, validation, last, classes, about, scale, resplit=again)


def _checked(name: str, inputs: Any, targets: Any, classes: int | None) -> tuple[Any, Any]:
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    for what, array in (("inputs", inputs), ("targets", targets)):
        if array.dtype.kind not in "fiub":
            raise InvalidInput(
                f"{name}: {what} are real numbers; got {array.dtype}. Encode text and dates first."
            )
    if inputs.dtype != np.float32:
        inputs = inputs.astype(float)
    if inputs.ndim < 2 or not inputs.size or len(inputs) != len(targets):
        raise InvalidInput(
            f"{name}: data are rows of inputs, shape (n, ...), and one target for each; got shapes "
            f"{inputs.shape} and {targets.shape}."
        )
    if not np.isfinite(inputs).all():
        raise InvalidInput(f"{name}: inputs are finite numbers; some are not.")
    if classes is None:
        targets = targets.astype(float).reshape(len(targets), -1)
        if targets.shape[1] != 1 or not np.isfinite(targets).all():
            raise InvalidInput(f"{name}: a regression has one finite target for each row.")
        return inputs, targets
    require_integer("classes", classes, least=2, why="one class leaves nothing to decide")
    if targets.ndim != 1 or not np.issubdtype(targets.dtype, np.integer):
        raise InvalidInput(f"{name}: labels are integers, shape (n,); got {targets.dtype} numbers.")
    if targets.min() < 0 or targets.max() >= classes:
        raise InvalidInput(
            f"{name}: labels of {classes} classes are 0 to {classes - 1}; got {targets.min()} to "
            f"{targets.max()}."
        )
    return inputs, targets.astype(np.int64)


def _require_all_classes(name: str, part: str, labels: Any, classes: int | None) -> None:
    if classes is None:
        return
    missing = sorted(set(range(classes)) - set(labels.tolist()))
    if missing:
        raise InvalidInput(
            f"{name}: every class is in every part; class {missing[0]} is missing from the {part} "
            "part."
        )


def sinusoids(
    seed: int = 0, *, rows: int = 1500, law: Sinusoids | None = None, law_seed: int = _LAW_SEED
) -> Task:
    """Regression on a sum of sinusoids; every seed draws points and noise of its own.

    Args:
        seed: of the points, the noise and the split.
        rows: in all three parts.
        law: by default ``Sinusoids.random(seed=law_seed)``, the same for every seed.
        law_seed: of that default.

    Example:
        >>> task = sinusoids(seed=1, rows=100)
        >>> task.train.inputs.shape, task.outputs
        ((60, 2), 1)
    """
    law = law or Sinusoids.random(seed=law_seed)
    X, y = law.draw(rows, seed)
    about = (
        f"A sum of {len(law.amplitudes)} sinusoids of frequencies up to "
        f"{np.linalg.norm(law.frequencies, axis=1).max():.3g} on [-1, 1]^{X.shape[1]}, noise "
        f"{law.noise:g}; points of their own for every seed, split by quantiles of the target."
    )
    task = make_task("sinusoids", X, y, classes=None, seed=seed, about=about, resplit=False)
    test = split(strata_of(y, None), seed=seed)[2]
    left = float(np.mean((y[test, 0] - law(X[test])) ** 2))
    return replace(task, possible={"mse": left, "r2": 1 - left / float(np.var(y[test]))})


def gaussian_mixture(
    seed: int = 0,
    *,
    rows: int = 1500,
    law: GaussianMixture | None = None,
    law_seed: int = _LAW_SEED,
) -> Task:
    """Classes of a mixture of Gaussians (five); every seed draws points of its own.

    Args:
        seed: of the points and the split.
        rows: in all three parts.
        law: by default ``GaussianMixture.random(seed=law_seed)``, the same for every seed.
        law_seed: of that default.

    Example:
        >>> gaussian_mixture(seed=1, rows=200).classes
        5
    """
    law = law or GaussianMixture.random(seed=law_seed)
    X, labels = law.draw(rows, seed)
    classes, dim = law.means.shape
    about = (
        f"{classes} Gaussians in R^{dim} with covariances of their own; points of their own for "
        "every seed, split by class."
    )
    task = make_task("mixture", X, labels, classes=classes, seed=seed, about=about, resplit=False)
    test = split(labels, seed=seed)[2]
    known = law.log_posterior(X[test])
    best = {
        "accuracy": float(np.mean(known.argmax(axis=1) == labels[test])),
        "cross_entropy": -float(np.mean(known[np.arange(len(test)), labels[test]])),
    }
    return replace(task, possible=best)


def iris(seed: int = 0) -> Task:
    """Iris, 150 rows of 4 features in 3 classes; comes with scikit-learn."""
    return _bundled("iris", seed)


def wine(seed: int = 0) -> Task:
    """Wine, 178 rows of 13 features in 3 classes; comes with scikit-learn."""
    return _bundled("wine", seed)


def _bundled(name: str, seed: int) -> Task:
    datasets = require_sklearn()
    found = getattr(datasets, f"load_{name}")()
    about = f"{name.capitalize()} as in scikit-learn; seeds split the same rows, by class."
    names = list(found.feature_names)
    return make_task(name, found.data, found.target, classes=3, seed=seed, about=about, names=names)


def require_sklearn() -> Any:
    """The module sklearn.datasets.

    Raises:
        MissingPackage: if scikit-learn is not installed.
    """
    try:
        from sklearn import datasets
    except ImportError:
        raise MissingPackage(
            "Iris and Wine come with scikit-learn, which is not installed. Install it: "
            'pip install "ntkproofs[networks]".'
        ) from None
    return datasets
