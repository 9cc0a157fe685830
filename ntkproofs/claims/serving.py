"""What a worker does with a request: outline a claim file, run evidence, ask a conjecture."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ntkproofs.claims.claim import Claim
from ntkproofs.claims.dependencies import Recorder, forget_local_modules
from ntkproofs.claims.figures import chart_to_json
from ntkproofs.claims.files import Problem
from ntkproofs.claims.isolation import restore, snapshot
from ntkproofs.claims.ledger import recording
from ntkproofs.claims.loading import claims_in
from ntkproofs.claims.originals import replaced
from ntkproofs.claims.outline import outline_of, without_addresses
from ntkproofs.claims.runner import run_task
from ntkproofs.claims.tasks import Task, Variant
from ntkproofs.claims.wire import outline_to_json, result_to_json


class Server:
    """Serves requests.

    Every request runs its claim file anew, in the state in which the process started: what a piece
    of evidence left in the variables of its module reaches no other, and a result cannot depend on
    what the worker did before.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._start = snapshot()
        self._stay = set(sys.modules)

    def serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply to a request."""
        found, problems = self._load(request)
        if request["do"] == "outline":
            reply = _outlines(found, problems)
        elif request["do"] == "chart":
            reply = _chart(request, found, problems)
        elif request["do"] == "ask":
            reply = _asked(request, found, problems)
        else:
            reply = _run(request, found, problems)
        # A process whose library was replaced serves no other evidence.
        spent = bool(reply.get("spent")) or bool(replaced())
        return {**reply, "files": self._recorder.files, "spent": spent}

    def _load(self, request: dict[str, Any]) -> tuple[list[Claim], list[Problem]]:
        restore(self._start)
        forget_local_modules(self._stay)
        self._recorder.forget()
        random.seed(request["seed"])
        np.random.seed(request["seed"] % 2**32)  # noqa: NPY002 - for files that use the global one
        problems: list[Problem] = []
        return claims_in(Path(request["path"]), problems, request["digest"]), problems


def _outlines(found: list[Claim], problems: list[Problem]) -> dict[str, Any]:
    return {
        "claims": [outline_to_json(outline_of(claim)) for claim in found],
        "problems": [problem.message for problem in problems],
    }


def _chart(request: dict[str, Any], found: list[Claim], problems: list[Problem]) -> dict[str, Any]:
    figures = [f for claim in found if claim.id == request["claim"] for f in claim.figures]
    named = [f.function for f in figures if f.outline.name == request["figure"]]
    if not named or named[0] is None:
        return {"trouble": problems[0].message if problems else "the claim file no longer has it"}
    try:
        with recording():
            chart = named[0]()
        return {"chart": chart_to_json(chart)}
    # A claim file is a user's code and may raise anything.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return {"trouble": without_addresses(f"{type(error).__name__}: {error}"), "spent": True}


def _asked(request: dict[str, Any], found: list[Claim], problems: list[Problem]) -> dict[str, Any]:
    """What a claim's origin says; the last of a name counts, as where a file is loaded whole."""
    named = [claim.answers for claim in found if claim.id == request["claim"]]
    if not named or named[-1] is None:
        return {"trouble": problems[0].message if problems else "the file no longer has it"}
    return {"answer": named[-1](request["question"]), "spent": True}


def _run(request: dict[str, Any], found: list[Claim], problems: list[Problem]) -> dict[str, Any]:
    variant = Variant(*request["variant"])
    path, claim_id, evidence = request["path"], request["claim"], request["evidence"]
    task = Task(path, claim_id, evidence, request["position"], variant)
    claim = next((claim for claim in found if claim.id == task.claim), None)
    if claim is None:
        why = problems[0].message if problems else "the claim is no longer in its file"
        return {"crash": why, "spent": True}
    before = snapshot()
    result = run_task(claim, task, request["seed"])
    changes = before.changes(snapshot())
    if changes:
        crash = f"changes {' and '.join(changes)}, which would reach other evidence; undo it"
        return {"crash": crash, "spent": True}
    # What failed to get memory may have left anything half done.
    return {"result": result_to_json(result), "spent": "MemoryError" in result.detail}
