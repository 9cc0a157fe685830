# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false
"""Domains on which kernels are studied: the sphere, the torus, Gaussian space.

Each holds its points, its quadratures with their exactness, and its harmonic analysis.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(__name__, submodules=["gaussian", "sphere", "torus"])
