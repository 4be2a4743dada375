"""Magnetotelluric responses as differentiable functions of tensors."""

from terrella._terrella.elec import *  # noqa: F403
from terrella._terrella.elec import __all__, mt2d  # noqa: F401
