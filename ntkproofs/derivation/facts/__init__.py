"""Theorems of the literature as formulas, to be used in derivations by ``at(FACT, ...)``.

Each is tested numerically at admissible values: a misprint would make everything that rests on it
wrong.
"""
