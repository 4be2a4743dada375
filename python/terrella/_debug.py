"""Where operations are made, and which makes a NaN."""

import contextlib
import linecache
import os
import sys

from terrella import _terrella

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_NAN, _INFINITY = 2, 3  # of core/debug.h


@contextlib.contextmanager
def debug_nan(infinity=False):
    """Within the block, an operation that makes a NaN of numbers is a TerrellaError that names the line that wrote it.

    infinity : an infinity made of finite numbers is an error too

    Operations run when their values are asked for: what is to be found must be built and evaluated in the block. NaN
    that were given, such as missing data, pass. A derivative stands on the line of its operation. The mode is one for
    all threads. The environment variable TERRELLA_DEBUG=nan (or inf) does the same for a whole program;
    TERRELLA_DEBUG=1 only lets errors name lines, which costs microseconds for every operation.

    >>> with tl.debug_nan():
    ...     y = tl.log(tl.tensor([1.0, -1.0]))
    ...     y.eval()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    terrella.errors.TerrellaError: log: made NaN of inputs without, at [1] of its result [2]; 1 in all (in log of ...)
    """
    before = _terrella._set_debug_mode(_INFINITY if infinity else _NAN)
    try:
        yield
    finally:
        _terrella._set_debug_mode(before)


def line_of_caller():
    """ "model.py:12 in forward: y = tl.log(x)" of the innermost frame outside of this package."""
    frame = sys._getframe()
    while frame and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    if frame is None:
        return ""
    code = frame.f_code
    source = linecache.getline(code.co_filename, frame.f_lineno, frame.f_globals).strip()
    return f"{code.co_filename}:{frame.f_lineno} in {code.co_name}" + (f": {source}" if source else "")
