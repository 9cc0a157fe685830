"""XLA compiles with few optimisations here: compiling, not computing, is what these tests cost.

What is compiled is the same program, and its numbers are the same to rounding. The variable is for
processes that tests start, so that they compute with the same bits as this one.
"""

import contextlib
import os

os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"
with contextlib.suppress(ImportError):  # without JAX these tests are skipped
    import jax

    jax.config.update("jax_disable_most_optimizations", True)
