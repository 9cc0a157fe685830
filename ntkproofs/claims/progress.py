"""What is told of a verification while it runs."""

from __future__ import annotations

from typing import Protocol

from ntkproofs.claims.verdict import ClaimResult


class Progress(Protocol):
    """Whoever watches a verification."""

    def start(self, total_claims: int) -> None:
        """The files are read; so many claims will be run."""
        ...

    def planned(self, tasks: int) -> None:
        """So many more pieces of evidence are to be run; mutants show when their claim stands."""
        ...

    def claim(self, id: str) -> None:
        """What is told next belongs to this claim."""
        ...

    def step(self, text: str) -> None:
        """A piece of evidence or a mutant, in words."""
        ...

    def finished(self) -> None:
        """One of the planned pieces is done, or was taken from the store."""
        ...

    def done(self, result: ClaimResult) -> None:
        """A claim has its verdict."""
        ...


class Silence:
    """A :class:`Progress` that tells nobody."""

    def start(self, total_claims: int) -> None:
        pass

    def planned(self, tasks: int) -> None:
        pass

    def claim(self, id: str) -> None:
        pass

    def step(self, text: str) -> None:
        pass

    def finished(self) -> None:
        pass

    def done(self, result: ClaimResult) -> None:
        pass
