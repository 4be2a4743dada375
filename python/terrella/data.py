"""Samples from files, memory and functions to training: read, shuffled, batched, resumable.

>>> ds = tl.data.arrays(x=tl.linspace(0.0, 1.0, 8)).shuffle(seed=3).batch(4)
>>> [batch["x"].shape for batch in ds]
[(4,), (4,)]
"""

from terrella._terrella.data import *  # noqa: F403
from terrella._terrella.data import __all__  # noqa: F401
