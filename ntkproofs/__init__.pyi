from . import claims as claims
from . import finite_width as finite_width
from . import interop as interop
from .arithmetic.balls import precision as precision
from .claims.report import verify as verify
from .conjectures import (
    assume as assume,
)
from .conjectures import (
    check_kernel as check_kernel,
)
from .conjectures import (
    conjecture as conjecture,
)
from .conjectures import (
    given as given,
)
from .conjectures import (
    probe as probe,
)
from .conjectures import (
    quantity as quantity,
)
from .conjectures import (
    st as st,
)
from .domains import gaussian as gaussian
from .domains import sphere as sphere
from .domains import torus as torus
from .errors import (
    ClosedFormUnknown as ClosedFormUnknown,
)
from .errors import (
    InvalidInput as InvalidInput,
)
from .errors import (
    MissingPackage as MissingPackage,
)
from .errors import (
    NtkproofsError as NtkproofsError,
)
from .errors import (
    PrecisionExhausted as PrecisionExhausted,
)
from .errors import (
    Unable as Unable,
)
from .finite_width import bounds as bounds
from .kernels.arccosine import arccosine as arccosine
from .kernels.networks import (
    cosine as cosine,
)
from .kernels.networks import (
    deep_narrow as deep_narrow,
)
from .kernels.networks import (
    eoc as eoc,
)
from .kernels.networks import (
    nngp as nngp,
)
from .kernels.networks import (
    ntk as ntk,
)
from .kernels.residual import residual as residual
from .kernels.user import zonal as zonal
from .matrices.blocks import gram_blocks as gram_blocks
from .matrices.blocks import operator as operator
from .matrices.cluster import (
    dask_operator as dask_operator,
)
from .matrices.cluster import (
    gram_dask as gram_dask,
)
from .matrices.condition_curves import condition_curves as condition_curves
from .matrices.definite import is_positive_definite as is_positive_definite
from .matrices.diagnosis import diagnose as diagnose
from .matrices.enclosures import enclose_eigenvalues as enclose_eigenvalues
from .matrices.files import gram_to_file as gram_to_file
from .matrices.gram import gram as gram
from .matrices.points import normalise as normalise
from .matrices.products import (
    commutator_norm as commutator_norm,
)
from .matrices.products import (
    enclose_product_eigenvalues as enclose_product_eigenvalues,
)
from .matrices.smallest import enclose_smallest as enclose_smallest
from .matrices.solvers.eigenvalues import (
    condition_estimate as condition_estimate,
)
from .matrices.solvers.eigenvalues import (
    extreme_eigenvalues as extreme_eigenvalues,
)
from .matrices.solvers.flow import (
    gradient_descent as gradient_descent,
)
from .matrices.solvers.flow import (
    gradient_flow as gradient_flow,
)
from .matrices.solvers.linear import solve as solve
from .matrices.solvers.regression import kernel_regression as kernel_regression
from .spectra.asymptotics import asymptotics as asymptotics
from .spectra.composite import composite_law as composite_law
from .spectra.eigenvalues import eigenvalues as eigenvalues
from .spectra.exact import exact_eigenvalue as exact_eigenvalue
from .spectra.harmonics import gegenbauer as gegenbauer
from .spectra.harmonics import harmonic_dimension as harmonic_dimension
from .spectra.sobolev import sobolev as sobolev

__version__: str
