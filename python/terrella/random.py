"""Random numbers from explicit seeds."""

from terrella._terrella.random import *  # noqa: F403
from terrella._terrella.random import __all__  # noqa: F401
