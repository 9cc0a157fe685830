"""Networks of finite width: ensembles, exact moments, corrections, the hierarchy, bounds.

The law of a network is a :class:`~ntkproofs.finite_width.network.Network`; names are imported when
they are first used.

Example:
    >>> import numpy as np
    >>> from ntkproofs.finite_width import Network, diagonal_moments
    >>> diagonal_moments(Network.of(depth=2, width=10)).variance    # of Θ(x, x), exactly: 12/10
    Fraction(6, 5)
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
