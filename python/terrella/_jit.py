"""Functions compiled once and called often."""

import functools

from terrella import _terrella


def jit(f=None, *, static_argnums=(), static_argnames=()):
    """f, compiled for each new combination of shapes and dtypes of its arguments.

    f               : function of tensors, arrays, numbers, and nests (tuples, lists, dicts) of them; what else it takes
                      (texts, None, objects) is compared by == and compiled in
    static_argnums  : positions of arguments to compile in although they are numbers or tensors: sizes, for example
    static_argnames : the same for arguments given by name
    returns         : a function of the same arguments; f.report() tells what became of it, f.compiled how often

    f is called with placeholders once for each combination. What it builds is simplified, its elementwise operations
    and reductions are fused, and its memory is planned; no compiler is needed. Branching on a value is a ValueError
    that names cond() and where(). Tensors that f uses besides its arguments stay those of the first call: pass what
    changes. jit, grad, vjp, jvp and vmap nest in any order.

    >>> step = tl.jit(lambda x, y: tl.sum(tl.tanh(x) * y))
    >>> step(tl.ones(3), 2.0)
    tensor(4.56956494)
    """
    if f is None:
        return functools.partial(jit, static_argnums=static_argnums, static_argnames=static_argnames)
    numbers = [static_argnums] if isinstance(static_argnums, int) else list(static_argnums)
    names = [static_argnames] if isinstance(static_argnames, str) else list(static_argnames)
    return functools.update_wrapper(_terrella.CompiledFunction(f, numbers, names), f)
