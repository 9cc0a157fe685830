"""Derivations as documents: LaTeX, PDF, HTML, macros."""
