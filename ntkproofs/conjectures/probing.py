"""Probing the conjectures of files."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from ntkproofs.claims.files import bundled_checks
from ntkproofs.claims.ledger import recording
from ntkproofs.claims.loading import guarded_module
from ntkproofs.conjectures.repairs import repairs
from ntkproofs.conjectures.results import ProbeResult, result_of
from ntkproofs.conjectures.search import Budget, Searched, search
from ntkproofs.conjectures.statements import Conjecture
from ntkproofs.errors import InvalidInput

Progress = Callable[[str, int, float], None]


def load_conjectures(path: str | Path) -> list[Conjecture]:
    """The conjectures that a Python file defines. It is code, and is run as such.

    The file is run with the float guard in it: balls that are made of floats certify nothing.

    Args:
        path: of the file.

    Returns:
        What ``nt.probe`` takes, in the order of their definition.

    Raises:
        InvalidInput: if there is no such file, it raises, or it defines no conjecture.

    Example:
        >>> import os, tempfile
        >>> file = Path(tempfile.mkdtemp()) / "mine.py"
        >>> lines = [
        ...     "import ntkproofs as nt",
        ...     "@nt.conjecture('N(3, l+1) > l', source='')",
        ...     "@nt.given(degree=nt.st.degrees())",
        ...     "def grows(degree):",
        ...     "    return nt.harmonic_dimension(3, degree + 1) > degree",
        ... ]
        >>> _ = file.write_text(os.linesep.join(lines))
        >>> [found.id for found in load_conjectures(file)]
        ['grows']
    """
    file = Path(path)
    if not file.is_file() or file.suffix != ".py":
        raise InvalidInput(f"conjectures are read from a Python file; {file} is none")
    module, run = guarded_module("conjectures", file)
    try:
        with recording():
            run()
    except SyntaxError as error:
        raise InvalidInput(f"{file}:{error.lineno}: syntax error: {error.msg}") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is a user's code
        lines = [
            f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(file)
        ]
        where = f":{lines[-1]}" if lines else ""
        raise InvalidInput(f"{file}{where}: {type(error).__name__}: {error}") from None
    found = [v for v in vars(module).values() if isinstance(v, Conjecture)]
    if not found:
        raise InvalidInput(f"{file} defines no conjecture (@conjecture above @given)")
    return list({c.id: c for c in found}.values())


def open_questions() -> list[Path]:
    """The files of the conjectures that ship with ntkproofs."""
    return sorted((bundled_checks() / "open").glob("*.py"))


def probe(
    *conjectures: Conjecture,
    examples: int = 20_000,
    seconds: float = 60.0,
    seed: int = 0,
    suggest: bool = False,
    database: str | Path | None = None,
    progress: Progress | None = None,
) -> list[ProbeResult]:
    """Try to break conjectures; what refutes one is certified by balls, and small.

    Args:
        conjectures: from ``@conjecture``, or :func:`load_conjectures`.
        examples: instances for each at most.
        seconds: for each at most, shrinking not counted.
        seed: same seed, same search.
        suggest: whether to look for repairs of those that fall.
        database: folder where found examples are kept; they are tried first the next time.
        progress: called with the id, the number of examples and the smallest slack.

    Raises:
        InvalidInput: for less than one example, or no time.

    Example:
        >>> import ntkproofs as nt
        >>> @nt.conjecture("n > 4", source="an example")
        ... @nt.given(n=nt.st.integers(0, 9))
        ... def large(n):
        ...     from ntkproofs.conjectures.quantities import quantity
        ...     return quantity(n) > 4
        >>> (found,) = nt.probe(large, examples=100)
        >>> found.outcome, dict(found.witness.arguments)
        ('refuted', {'n': '0'})
    """
    if examples < 1 or not seconds > 0:
        raise InvalidInput(f"a probe needs examples and time; got {examples} and {seconds} s")
    budget = Budget(examples, seconds)
    found: list[ProbeResult] = []
    for one in conjectures:
        folder = None if database is None else Path(database) / one.id
        searched = _searched(one, budget, seed, folder, progress)
        result = result_of(one, searched, seed)
        if suggest and searched.witness is not None:
            with threadpool_limits(1):
                offers = repairs(one, searched.witness[0], budget, seed=seed)
            result = replace(result, repairs=offers)
        found.append(result)
    return found


def _searched(
    conjecture: Conjecture,
    budget: Budget,
    seed: int,
    folder: Path | None,
    progress: Progress | None,
) -> Searched:
    told = None if progress is None else lambda n, slack: progress(conjecture.id, n, slack)
    try:
        # Slacks in floats lead the search: they are to have the same bits everywhere.
        with threadpool_limits(1):
            return search(conjecture, budget, seed=seed, database=folder, progress=told)
    # The body is a user's code, and may raise anything.
    except Exception as error:  # noqa: BLE001
        return Searched(problem=f"the body raised {type(error).__name__}: {error}")
