"""Preconditioners for krylov_solve."""

from terrella._terrella.precondition import *  # noqa: F403
from terrella._terrella.precondition import __all__  # noqa: F401
