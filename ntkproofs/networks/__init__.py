"""Floor 7: networks that are trained, and what theory says of them (extra ``networks``).

Without the extra no module of this floor can be imported; the error names what to install.
"""

from importlib.util import find_spec

from ntkproofs.errors import MissingPackage


def _is_missing(package: str) -> bool:
    try:
        return find_spec(package) is None
    except (ImportError, ValueError):  # a finder that refuses it; a module that was put in by hand
        return True


_missing = [package for package in ("jax", "equinox", "optax") if _is_missing(package)]
if _missing:
    raise MissingPackage(
        "Networks are trained by JAX with Equinox and Optax, which are no part of the core; not "
        f'installed: {", ".join(_missing)}. Install all: pip install "ntkproofs[networks]".'
    )
