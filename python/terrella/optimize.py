"""Minimisers of functions, and steps of minimisers over nests of tensors."""

from terrella._terrella.optimize import *  # noqa: F403
from terrella._terrella.optimize import __all__  # noqa: F401
