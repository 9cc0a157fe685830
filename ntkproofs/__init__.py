"""ntkproofs: checks the mathematics of wide neural networks before it is published.

Public names are imported when they are first used, so that ``import ntkproofs`` stays light.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
