"""Dense factorisations and solves."""

from terrella._terrella.linalg import *  # noqa: F403
from terrella._terrella.linalg import __all__  # noqa: F401
