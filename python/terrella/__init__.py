"""Scientific machine learning for geophysics: surveys, differentiable tensors, inversion.

>>> import terrella as tl
>>> site = tl.Site("A01", period=[0.1, 1.0])
>>> tl.Survey([site])
Survey(1 sites)
"""

from terrella import plot
from terrella._terrella import (
    LayeredModel,
    Progress,
    Provenance,
    Reading,
    Repair,
    Result,
    Site,
    SiteFit,
    Survey,
    Unreadable,
    __version__,
    invert_1d,
    read,
    read_readable,
    read_result,
    write_edi,
    write_result,
    write_survey,
)
from terrella.errors import FormatError, MeshError, ResourceError, SolveError, TerrellaError, UnitError

__all__ = [
    "FormatError",
    "LayeredModel",
    "MeshError",
    "Progress",
    "Provenance",
    "Reading",
    "Repair",
    "ResourceError",
    "Result",
    "Site",
    "SiteFit",
    "SolveError",
    "Survey",
    "TerrellaError",
    "UnitError",
    "Unreadable",
    "__version__",
    "invert_1d",
    "plot",
    "read",
    "read_readable",
    "read_result",
    "write_edi",
    "write_result",
    "write_survey",
]
