"""Scientific machine learning for geophysics: surveys, differentiable tensors, inversion.

>>> import terrella as tl
>>> site = tl.Site("A01", period=[0.1, 1.0])
>>> tl.Survey([site])
Survey(1 sites)
>>> tl.grad(lambda x: tl.sum(x * x))(tl.tensor([1.0, 2.0]))
tensor([2., 4.])

The functions on tensors bear the names of numpy's, `sum` and `abs` among them: import the package, not `*` of it.
"""

from terrella import _terrella, check, data, elec, fft, linalg, optimize, plot, precondition, random, sparse
from terrella._debug import debug_nan
from terrella._jit import jit
from terrella._profile import memory, profile
from terrella._terrella import *  # noqa: F403
from terrella._terrella import __version__
from terrella.errors import FormatError, MeshError, ResourceError, SolveError, TerrellaError, UnitError

__all__ = [
    "FormatError",
    "MeshError",
    "ResourceError",
    "SolveError",
    "TerrellaError",
    "UnitError",
    "__version__",
    "check",
    "data",
    "debug_nan",
    "elec",
    "jit",
    "fft",
    "linalg",
    "memory",
    "optimize",
    "plot",
    "precondition",
    "profile",
    "random",
    "sparse",
]
__all__ += _terrella.__all__
