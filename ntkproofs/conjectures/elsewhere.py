"""Probing on a cluster: each conjecture in a process of its own beside a worker, as evidence is.

A conjecture is code, and does not travel: its file does, and the worker loads it. What was found
comes back as JSON; so do the kept examples, which are sent along before.
"""

from __future__ import annotations

import base64
import functools
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ntkproofs.claims.dependencies import digest
from ntkproofs.claims.workers import Limits
from ntkproofs.conjectures.probing import probe
from ntkproofs.conjectures.results import ProbeResult, Repair, Witness, result_of
from ntkproofs.conjectures.search import Searched
from ntkproofs.conjectures.statements import Conjecture

_MARGIN = 120.0
"""Seconds for starting, shrinking and deciding, beyond those of the search."""
_REPAIRS = 600.0
_NO_LIMIT = 2**20
"""MiB of address space; a local probe has no limit either."""


@dataclass(frozen=True)
class Asked:
    """How every conjecture is probed; the arguments of :func:`ntkproofs.conjectures.probe`."""

    examples: int
    seconds: float
    seed: int
    suggest: bool
    database: Path | None

    def limits(self) -> Limits:
        """After which a probe that does not end is ended: the search sees to its own time."""
        repairs = _REPAIRS + self.seconds if self.suggest else 0.0
        return Limits(1, self.seconds + _MARGIN + repairs, _NO_LIMIT)

    def question(self, id: str) -> dict[str, Any]:
        """What is asked of a worker: JSON."""
        numbers = {"examples": self.examples, "seconds": self.seconds, "seed": self.seed}
        kept = None if self.database is None else _packed(self.database / id)
        return {**numbers, "suggest": self.suggest, "kept": kept}


def probe_on(
    address: str,
    conjectures: Sequence[tuple[Path, Conjecture]],
    asked: Asked,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, ProbeResult]]:
    """Probe conjectures on a cluster.

    Args:
        address: as for :func:`ntkproofs.cluster.connection.connected`.
        conjectures: with their files.
        asked: how; the results are those of a local probe, where it is examples and not time that
            end the search.
        progress: called with the conjectures done and those in all.

    Yields:
        The number of a conjecture and its result, as they are done.

    Raises:
        Unable: if the cluster cannot be reached or is lost.
    """
    from ntkproofs.cluster.evidence import evidence_pool

    with evidence_pool(asked.limits(), address, None) as pool:
        numbers: dict[int, int] = {}
        for index, (file, one) in enumerate(conjectures):
            path = os.path.abspath(file)
            request = {"do": "ask", "path": path, "digest": digest(path), "seed": asked.seed}
            question = asked.question(one.id)
            numbers[pool.submit({**request, "claim": one.id, "question": question})] = index
        for done in range(1, len(conjectures) + 1):
            reply = pool.next()
            index = numbers[reply.number]
            yield index, _heard(conjectures[index][1], reply.data, reply.failure, asked)
            if progress is not None:
                progress(done, len(conjectures))


def _heard(
    conjecture: Conjecture, data: Mapping[str, Any], failure: str, asked: Asked
) -> ProbeResult:
    """The result in a reply, or that there is none; kept examples are taken over."""
    trouble = failure or data.get("trouble", "")
    if trouble:
        return result_of(conjecture, Searched(problem=trouble), asked.seed)
    answer = data["answer"]
    if asked.database is not None:
        _unpack(answer["kept"], asked.database / conjecture.id)
    found = dict(answer["result"])
    witness = found.pop("witness")
    offers = tuple(Repair(**offer) for offer in found.pop("repairs"))
    return ProbeResult(**found, witness=witness and Witness(**witness), repairs=offers)


def answering(conjecture: Conjecture) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What answers the questions that :func:`probe_on` asks."""
    return functools.partial(_answer, conjecture)


def _answer(conjecture: Conjecture, question: dict[str, Any]) -> dict[str, Any]:
    kept = question.pop("kept")
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / conjecture.id
        _unpack(kept or {}, own)
        (found,) = probe(conjecture, **question, database=None if kept is None else folder)
        return {"result": asdict(found), "kept": _packed(own)}


def _packed(folder: Path) -> dict[str, str]:
    """The files below a folder, by their paths from there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): base64.b64encode(path.read_bytes()).decode()
        for path in files
    }


def _unpack(files: Mapping[str, str], folder: Path) -> None:
    """Make the files below a folder these."""
    for name in _packed(folder).keys() - files.keys():
        (folder / name).unlink()
    for name, content in files.items():
        target = folder / name
        if not target.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{name} lies outside of the folder of kept examples")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(base64.b64decode(content))
