"""Discrete Fourier transforms of any length, numpy's conventions; differentiable to any order."""

from terrella._terrella.fft import *  # noqa: F403
from terrella._terrella.fft import __all__  # noqa: F401
