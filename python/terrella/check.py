"""Checks of derivatives and of orders of convergence."""

from terrella._terrella.check import *  # noqa: F403
from terrella._terrella.check import __all__  # noqa: F401
