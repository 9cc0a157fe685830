"""Claims and conjectures under pytest.

``pytest checks/`` verifies the claims of claim files, a test each; ``pytest conjectures.py`` probes
conjectures. Registered as an entry point. It imports nothing of the library until a file holds a
claim or a conjecture: other test suites pay nothing for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_GRADES = ("sampled", "statistical", "certified", "proved")
_MENTIONS = re.compile(rb"ntkproofs[\s\S]*^\w+ *(:[^=\n]*)?= *([\w.]+\.)?Claim\(", re.MULTILINE)


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("ntkproofs")
    group.addoption(
        "--ntk-examples", type=int, default=1000, help="instances of each conjecture at most"
    )
    group.addoption(
        "--ntk-seconds", type=float, default=30.0, help="seconds for each conjecture at most"
    )
    group.addoption("--ntk-seed", type=int, default=0, help="seed of searches and evidence")
    group.addoption(
        "--ntk-grade",
        choices=_GRADES,
        default=_GRADES[0],
        help="claims need evidence of this grade at least; sampled is the weakest",
    )
    group.addoption(
        "--ntk-mutants", action="store_true", help="claims need evidence that refutes every mutant"
    )
    group.addoption(
        "--ntk-timeout", type=float, default=60.0, help="seconds for one piece of evidence"
    )


def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> Any:
    """Conjectures of a module, but those whose names start with an underscore."""
    if name.startswith("_"):
        return None
    if type(obj).__module__ == "ntkproofs.conjectures.statements" and hasattr(obj, "strategies"):
        return ConjectureItem.from_parent(collector, name=name, conjecture=obj)
    return None


def pytest_collect_file(file_path: Path, parent: Any) -> Any:
    """Claim files, as ``ntkproofs verify`` finds them; files that pytest takes for tests are not.

    The text alone decides, so that no file is run that is none.
    """
    if file_path.suffix != ".py" or file_path.name.startswith("_"):
        return None
    patterns = parent.config.getini("python_files")
    if any(file_path.match(pattern) for pattern in patterns) or not _states_claims(file_path):
        return None
    return ClaimFile.from_parent(parent, path=file_path)


def _states_claims(path: Path) -> bool:
    try:
        source = path.read_bytes()
        if not _MENTIONS.search(source):
            return False
        body = ast.parse(source).body
    except (OSError, SyntaxError, ValueError):
        return False  # whatever it is, it states no claim that could be read
    made = [node.value for node in body if isinstance(node, ast.Assign | ast.AnnAssign)]
    called = [ast.unparse(call.func) for call in made if isinstance(call, ast.Call)]
    return any(name.rpartition(".")[2] == "Claim" for name in called)


class ClaimFile(pytest.File):
    """A claim file. It is code, and is run to know its claims."""

    def collect(self) -> Iterator[ClaimItem]:
        from ntkproofs.claims.loading import load_claims

        loaded = load_claims([self.path])
        if loaded.problems:
            raise self.CollectError("\n".join(map(str, loaded.problems)))
        for claim in loaded.claims:
            yield ClaimItem.from_parent(self, name=claim.id)


class ClaimItem(pytest.Item):
    """One claim: passes where its statement stands, or where it falls and its amendment stands."""

    def runtest(self) -> None:
        from ntkproofs.claims.grades import Grade
        from ntkproofs.claims.report import verify

        option: Any = self.config.getoption
        report = verify(
            [self.path],
            only=[self.name],
            mutants=option("--ntk-mutants"),
            jobs=1,
            timeout=option("--ntk-timeout"),
            seed=option("--ntk-seed"),
        )
        if report.unfinished is not None:
            raise KeyboardInterrupt
        (claim,) = report.claims
        reasons = claim.shortcomings(Grade[option("--ntk-grade").upper()])
        if reasons:
            raise ClaimFails(_told(report, reasons))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, ClaimFails):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> Any:
        return self.path, None, f"claim: {self.name}"


def _told(report: Any, reasons: Any) -> str:
    """Why a claim fails, and its report as ``ntkproofs verify`` prints it."""
    import io

    from rich.console import Console

    from ntkproofs.reports.terminal import print_report

    text = io.StringIO()
    print_report(Console(file=text, width=100), report)
    return "; ".join(reasons) + "\n\n" + text.getvalue()


class ClaimFails(Exception):
    """A claim that falls short of what is demanded."""


class ConjectureItem(pytest.Item):
    """One conjecture: fails where a counterexample is certified, or nothing was searched."""

    def __init__(self, *, conjecture: Any, **rest: Any) -> None:
        super().__init__(**rest)
        self.conjecture = conjecture

    def runtest(self) -> None:
        from ntkproofs.conjectures.probing import probe

        option: Any = self.config.getoption
        (result,) = probe(
            self._guarded(),
            examples=option("--ntk-examples"),
            seconds=option("--ntk-seconds"),
            seed=option("--ntk-seed"),
        )
        if result.outcome in ("refuted", "error"):
            raise ConjectureFails(result)
        if result.outcome == "suspected":
            pytest.skip(result.words())
        self.add_report_section("call", "ntkproofs", result.words())

    def _guarded(self) -> Any:
        """The conjecture as the float guard reads its file; pytest's own import has none."""
        from ntkproofs.conjectures.probing import load_conjectures

        return next(c for c in load_conjectures(self.path) if c.id == self.conjecture.id)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, ConjectureFails):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> Any:
        return self.path, None, f"conjecture: {self.conjecture.id}"


class ConjectureFails(Exception):
    """A conjecture that is refuted, or that could not be searched."""

    def __init__(self, result: Any) -> None:
        lines = [f"{result.id}: {result.statement}", result.words()]
        if result.witness is not None:
            lines += [f"    {name} = {value}" for name, value in result.witness.arguments.items()]
            sides = f"{result.witness.left} {result.witness.sign} {result.witness.right}"
            lines.append(f"    fails: {sides}  (certified at {result.witness.bits} bits)")
        super().__init__("\n".join(lines))
