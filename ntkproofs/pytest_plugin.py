"""Conjectures under pytest: ``pytest conjectures.py`` probes them.

Registered as an entry point. It imports nothing of the library until a file holds a conjecture:
other test suites pay nothing for it.
"""

from __future__ import annotations

from typing import Any

import pytest


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("ntkproofs")
    group.addoption(
        "--ntk-examples", type=int, default=1000, help="instances of each conjecture at most"
    )
    group.addoption(
        "--ntk-seconds", type=float, default=30.0, help="seconds for each conjecture at most"
    )
    group.addoption("--ntk-seed", type=int, default=0, help="seed of the search")


def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> Any:
    """Conjectures of a module, but those whose names start with an underscore."""
    if name.startswith("_"):
        return None
    if type(obj).__module__ == "ntkproofs.conjectures.statements" and hasattr(obj, "strategies"):
        return ConjectureItem.from_parent(collector, name=name, conjecture=obj)
    return None


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
