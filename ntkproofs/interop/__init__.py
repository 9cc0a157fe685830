"""Kernels and results in the hands of other libraries: scikit-learn, neural-tangents, pandas.

Example:
    >>> import numpy as np, ntkproofs as nt
    >>> k = nt.interop.on_points(nt.ntk(3))            # inputs of any norm, any array library
    >>> k(np.array([[3.0, 0.0]]), np.array([[0.0, 2.0], [2.0, 0.0]])).round(3)
    array([[ 4.114, 18.   ]])
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
