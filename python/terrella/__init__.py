"""Scientific machine learning for geophysics: surveys, differentiable tensors, inversion.

>>> import terrella as tl
>>> site = tl.Site("A01", period=[0.1, 1.0])
>>> tl.Survey([site])
Survey(1 sites)
"""

from terrella._terrella import Provenance, Repair, Site, Survey, __version__
from terrella.errors import FormatError, MeshError, ResourceError, SolveError, TerrellaError, UnitError

__all__ = [
    "FormatError",
    "MeshError",
    "Provenance",
    "Repair",
    "ResourceError",
    "Site",
    "SolveError",
    "Survey",
    "TerrellaError",
    "UnitError",
    "__version__",
]
