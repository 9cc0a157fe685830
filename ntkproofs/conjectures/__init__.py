"""Conjectures: searching for a counterexample, shrinking it, certifying it."""
