from .frames import report_frame as report_frame
from .frames import spectrum_frame as spectrum_frame
from .neural_tangents import KernelFunction as KernelFunction
from .neural_tangents import from_kernel_fn as from_kernel_fn
from .points import PointKernel as PointKernel
from .points import on_points as on_points
from .scikit_learn import NTKKernel as NTKKernel
from .scikit_learn import sklearn_kernel as sklearn_kernel
