"""What is installed, and whether it works: the packages and a self-check of a few seconds."""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ntkproofs.reports.json_report import installed_version
from ntkproofs.reports.readable import plain

_FOR_DEVELOPERS = "dev"
_EIGENVALUE = "5/64"
"""μ_2 of the two-layer NTK on S^2, from the closed form; 0.078125."""


@dataclass(frozen=True)
class Package:
    """A package that ntkproofs uses.

    Attributes:
        name: its name on the package index.
        extra: the extra of ntkproofs that installs it; empty for the core.
        version: the installed version, None where it is missing.
    """

    name: str
    extra: str
    version: str | None

    @property
    def status(self) -> str:
        """Its version, or how to install it."""
        if self.version is not None:
            return self.version
        wanted = f"ntkproofs[{self.extra}]" if self.extra else "ntkproofs"
        return f'missing: pip install "{wanted}"'


@dataclass(frozen=True)
class Check:
    """A self-check: what was checked, and why it failed, empty where it passed."""

    name: str
    failure: str
    seconds: float


def packages() -> list[Package]:
    """The packages of the core and of the extras, as the metadata of ntkproofs names them."""
    found: list[Package] = []
    for requirement in metadata.requires("ntkproofs") or []:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", requirement)
        group = extra.group(1) if extra else ""
        if name is not None and group != _FOR_DEVELOPERS:
            found.append(Package(name.group(), group, installed_version(name.group())))
    return sorted(found, key=lambda package: (package.extra, package.name))


def self_checks() -> list[Check]:
    """Run every self-check; one that raises has failed."""
    return [_run(name, check) for name, check in _CHECKS.items()]


def _run(name: str, check: Callable[[], str]) -> Check:
    start = time.perf_counter()
    try:
        failure = check()
    except Exception as error:  # noqa: BLE001 - a broken package may fail in any way; it is shown
        failure = f"{type(error).__name__}: {error}"
    return Check(name, failure, time.perf_counter() - start)


def _exact_eigenvalue() -> str:
    from ntkproofs.kernels.networks import ntk
    from ntkproofs.spectra.exact import exact_eigenvalue

    value = exact_eigenvalue(ntk(2), dim=3, degree=2)
    return "" if str(value) == _EIGENVALUE else f"got {value}, not {_EIGENVALUE}"


def _ball_eigenvalue() -> str:
    from flint import arb, fmpq

    from ntkproofs.kernels.networks import ntk
    from ntkproofs.spectra.certified import ball_eigenvalues

    (value,) = ball_eigenvalues(ntk(2), 3, (2,), 30)
    narrow = value.rad() < arb(10) ** -30
    holds = value.contains(fmpq(5, 64))
    return "" if holds and narrow else f"got {value.str(35)}, not {_EIGENVALUE}"


def _float_eigenvalue() -> str:
    from ntkproofs.kernels.networks import ntk
    from ntkproofs.spectra.floating import float_eigenvalues

    value = float(float_eigenvalues(ntk(2), 3, 2).values[2])
    return "" if abs(value - 5 / 64) <= 1e-15 else f"got {value!r}, not {_EIGENVALUE}"


def _decided_comparison() -> str:
    from flint import arb

    from ntkproofs.arithmetic.truth import Truth, decide, less

    # The two sides agree to 60 digits, so that the first precision of 64 bits cannot tell.
    found = decide(lambda: less(arb.pi(), arb.pi() + arb(10) ** -60))
    if found.truth is Truth.TRUE and found.bits > 64:
        return ""
    return f"got {found.truth.value} at {found.bits} bits"


def _verified_claim() -> str:
    import sympy as sp

    from ntkproofs.claims import Claim, identity
    from ntkproofs.claims.runner import verify_claim
    from ntkproofs.claims.verdict import Verdict

    n = sp.Symbol("n")
    claim = Claim(
        id="doctor.square",
        statement="(n+1)^2 = n^2 + c n + 1",
        source="self-check",
        constants={"c": 2},
        mutants={"c": [3]},
    )

    @claim.proof()
    def expand(c: int):  # pyright: ignore[reportUnusedFunction] - the decorator registers it
        yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)

    result = verify_claim(claim, mutants=True)
    killed = result.mutants.killed if result.mutants is not None else 0
    if result.original.verdict is Verdict.PROVED and killed == 1:
        return ""
    return f"got {result.original.verdict.value} with {killed} of 1 mutant killed"


def _bundled_checks() -> str:
    from ntkproofs.claims.files import bundled_checks

    folder = bundled_checks()
    return "" if any(folder.rglob("*.py")) else f"no claim file below {folder}"


_CHECKS: dict[str, Callable[[], str]] = {
    "eigenvalue 5/64 of ntk(2) on S^2, degree 2: closed form": _exact_eigenvalue,
    "the same by integration in balls, to 30 digits": _ball_eigenvalue,
    "the same by a Gauss-Legendre rule in floats": _float_eigenvalue,
    "balls decide π < π + 10^-60, at a raised precision": _decided_comparison,
    "a claim is proved, and its mutant refuted": _verified_claim,
    "the bundled claims are in place": _bundled_checks,
}


def print_packages(console: Console, found: list[Package]) -> None:
    """The table of packages."""
    console.print(Text(f"ntkproofs {installed_version('ntkproofs')}", style="bold"))
    console.print(Text(f"Python {platform.python_version()}, {platform.system()}"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for title in ("package", "for", "version"):
        table.add_column(title, overflow="fold")
    for package in found:
        missing = "bold red" if not package.extra else "yellow"
        style = "" if package.version is not None else missing
        table.add_row(package.name, package.extra or "core", Text(package.status, style=style))
    console.print(table)
    console.print()


def print_checks(console: Console, found: list[Check]) -> None:
    """The self-checks, a line each."""
    for check in found:
        word, style = ("FAIL", "bold red") if check.failure else ("pass", "green")
        line = Text.assemble((word, style), f"  {check.name} ({check.seconds:.2f} s)")
        if check.failure:
            line.append(f"\n      {plain(check.failure)}", style="red")
        console.print(line)
