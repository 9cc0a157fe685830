"""Derivations: LaTeX whose every displayed step was checked by the machine."""
