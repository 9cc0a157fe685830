"""What happens to the kernel of a network while it is trained, on fixed probe inputs.

A :class:`Tracker` is a ``watch`` of :func:`ntkproofs.networks.training.train`. Its records go to a
folder: an ``.npz`` of plain arrays, and ``manifest.json`` with versions, seeds and digests.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ntkproofs.environment import versions
from ntkproofs.errors import InvalidInput
from ntkproofs.files import replacing
from ntkproofs.networks.checkpoints import digest
from ntkproofs.networks.recipes import Data
from ntkproofs.networks.tangents import tangent_kernel

_FORMAT = 1
_PACKAGES = ("ntkproofs", "numpy", "jax", "jaxlib", "equinox", "optax")


@dataclass
class Tracker:
    """Records the kernel of a network at the steps at which it is called.

    Every record is kept by its step in :attr:`records`, a dict of arrays, and what the first one
    was in :attr:`start`. With K the kernel and K_0 that of the first record, a record holds

    - ``spectrum``, ascending; ``largest``, its last; ``frobenius``, ‖K‖_F;
    - ``drift``, ‖K - K_0‖_F/‖K_0‖_F;
    - ``block_trace``, the trace of what each layer adds (named in :attr:`blocks`), and
      ``block_share``, its inner product with K over ‖K‖_F²; the shares sum to 1;
    - where there are targets, ``alignment``, yᵀKy/(‖y‖²‖K‖_F); ``residual``, the coordinates of
      f - y in the eigenbasis of K_0; with a rate η also ``flow`` and ``descent``, e^(-ηλt) and
      (1-ηλ)^t times the first residual, λ the eigenvalues of K_0.

    Attributes:
        inputs: the probe, shape (n, ...).
        targets: numbers of shape (n, k), or (n,) for one output; one-hot rows for classes.
        rate: η of one step, f ↦ f - η K (f - y). Descent on ``mse`` at a learning rate r has
            η = 2r/(n k) where the probe is all that is trained on: :func:`rate_of`.
        full: the kernel of all pairs of outputs; otherwise the mean over outputs, whose modes are
            those of training only as far as outputs share one kernel, as at infinite width.
        folder: where to write after each record; None writes nothing. Records that are there, of
            the same probe and notes, are kept.
        notes: what else the manifest should hold, such as
            :func:`ntkproofs.networks.checkpoints.run_header`: recipe, seed, digests of model and
            data; JSON.

    Raises:
        InvalidInput: for a probe that is none, or a folder with records of another one.

    Example:
        >>> import jax, numpy as np
        >>> from ntkproofs.networks.models import MLP
        >>> from ntkproofs.networks.training import Data, Recipe, train
        >>> x = np.linspace(-1, 1, 8)[:, None]
        >>> model = MLP(1, 1, jax.random.key(0), width=64, depth=1, phi="tanh")
        >>> tracker = Tracker(x, x[:, 0] ** 2)
        >>> recipe, data = Recipe("gd", 0.01, 20), Data(x, x**2)
        >>> _ = train(model, recipe, data, watch=tracker, watch_steps=[0, 20])
        >>> bool(0 < tracker.arrays()["drift"][-1] < 1)
        True
    """

    inputs: Any
    targets: Any = None
    rate: float | None = None
    full: bool = False
    method: str = "layers"
    folder: Path | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    records: dict[int, dict[str, Any]] = field(default_factory=dict, init=False)
    start: dict[str, Any] = field(default_factory=dict, init=False)
    blocks: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        probe = np.zeros(len(self.inputs)) if self.targets is None else self.targets
        checked = Data(self.inputs, probe)
        self.inputs = checked.inputs
        if self.targets is not None:
            targets = np.asarray(checked.targets, dtype=float)
            self.targets = targets[:, None] if targets.ndim == 1 else targets
        if self.rate is not None and self.targets is None:
            raise InvalidInput("A rate predicts residuals; give the targets too.")
        if self.folder is not None:
            self.folder = Path(self.folder)
            self._take_up(self.folder)

    def __call__(self, step: int, model: Any) -> None:
        """Record a model after so many steps; a record of the same step is replaced."""
        tangent = tangent_kernel(
            model, self.inputs, full=self.full, by_block=True, method=self.method
        )
        K, outputs = tangent.kernel, np.asarray(tangent.outputs, dtype=float)
        if self.targets is not None and self.targets.shape != outputs.shape:
            raise InvalidInput(
                f"The model has outputs of shape {outputs.shape} on the probe; got targets of "
                f"shape {self.targets.shape}."
            )
        if not np.isfinite(K).all():
            raise InvalidInput(
                f"The kernel at step {step} is not finite: the weights have diverged. Train at a "
                "smaller rate, or watch earlier steps."
            )
        if not self.start:
            self._begin(step, K, outputs)
            self.blocks = list(tangent.blocks)
        self.records[step] = self._record(step, K, tangent.blocks, outputs)
        if self.folder is not None:
            self.save(self.folder)

    def arrays(self) -> dict[str, Any]:
        """The records as arrays, the first axis of each that of ``step``."""
        rows = [self.records[step] for step in sorted(self.records)]
        if not rows:
            raise InvalidInput("Nothing was recorded yet; call the tracker with a model.")
        found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        return {"step": np.array(sorted(self.records)), **found}

    def save(self, folder: Path) -> None:
        """Write ``manifest.json`` and the arrays it names to a folder that exists.

        The arrays of earlier records stay until the manifest names the new ones.

        Raises:
            InvalidInput: if the folder cannot be written to.
        """
        arrays = self.arrays() | {f"start_{name}": value for name, value in self.start.items()}
        last = max(self.records)
        name = f"records-{last:08d}.npz"
        with replacing(folder / name) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)
        manifest = self._identity() | {
            "arrays": name,
            "sha256": _sha256(folder / name),
            "blocks": self.blocks,
            "versions": versions(_PACKAGES),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        }
        with replacing(folder / "manifest.json") as temporary:
            temporary.write_text(json.dumps(manifest, indent=2) + "\n")
        for old in folder.glob("records-*.npz"):
            if old.name != name:
                old.unlink(missing_ok=True)

    def _identity(self) -> dict[str, Any]:
        probe = (self.inputs, self.targets, self.rate, self.full)
        return {"format": _FORMAT, "probe": digest(probe), "notes": self.notes}

    def _take_up(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InvalidInput(f"Records go to a folder that exists; {folder} is none. Make it.")
        if not (folder / "manifest.json").exists():
            return
        manifest, arrays = load_run(folder)
        for name, value in self._identity().items():
            if json.loads(json.dumps(value)) != manifest.get(name):
                raise InvalidInput(
                    f"{folder} holds records of another run: its {name} differs. Give another "
                    "folder."
                )
        self.start = {n[6:]: arrays.pop(n) for n in list(arrays) if n.startswith("start_")}
        self.blocks = manifest["blocks"]
        for row, step in enumerate(arrays.pop("step")):
            self.records[int(step)] = {name: values[row] for name, values in arrays.items()}

    def _begin(self, step: int, K: Any, outputs: Any) -> None:
        self.start = {"kernel": K, "at": np.array(step)}
        values, vectors = np.linalg.eigh(K)
        self.start |= {"eigenvalues": values, "eigenvectors": vectors}
        if self.targets is not None:
            self.start["residual"] = vectors.T @ self._columns(outputs - self.targets)

    def _columns(self, values: Any) -> Any:
        """(n, k) numbers as columns that the kernel acts on."""
        return values.reshape(-1, 1) if self.full else values

    def _record(self, step: int, K: Any, blocks: dict[str, Any], outputs: Any) -> dict[str, Any]:
        start = self.start
        spectrum, size = np.linalg.eigvalsh(K), np.linalg.norm(K)
        moved = np.linalg.norm(K - start["kernel"]) / np.linalg.norm(start["kernel"])
        row = {
            "spectrum": spectrum,
            "largest": spectrum[-1],
            "frobenius": size,
            "drift": moved,
            "block_trace": np.array([np.trace(block) for block in blocks.values()]),
            "block_share": np.array([np.sum(block * K) for block in blocks.values()]) / size**2,
        }
        if self.targets is None:
            return row
        y = self._columns(self.targets)
        square = float(np.sum(y**2))
        row["alignment"] = np.sum(y * (K @ y)) / (square * size) if square else np.nan
        row["residual"] = start["eigenvectors"].T @ self._columns(outputs - self.targets)
        if self.rate is not None:
            spent, speed = step - int(start["at"]), self.rate * start["eigenvalues"][:, None]
            row["flow"] = np.exp(-speed * spent) * start["residual"]
            with np.errstate(over="ignore"):  # beyond 2/λ it grows without bound
                row["descent"] = (1 - speed) ** spent * start["residual"]
        return row


def rate_of(learning_rate: float, points: int, outputs: int = 1) -> float:
    """η of a :class:`Tracker` for full-batch descent on ``mse``.

    The loss is the mean of (f - y)² over n points and k outputs, so that a step moves f by
    -(2r/(n k)) K (f - y), K the kernel in full; the mean over outputs stands for K where outputs
    share one kernel.

    Example:
        >>> rate_of(0.5, 10)
        0.1
    """
    return 2 * learning_rate / (points * outputs)


def load_run(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The manifest and the arrays of a folder; nothing in it is executed.

    Raises:
        InvalidInput: if there is no manifest, or the arrays are not those that it names.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        path = folder / Path(manifest["arrays"]).name
        if _sha256(path) != manifest["sha256"]:
            raise InvalidInput(f"{path} is not the file that its manifest was written for.")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return manifest, {name: stored[name] for name in stored.files}
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{folder} holds no records of a run: a manifest.json and the .npz that it names."
        ) from error


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
