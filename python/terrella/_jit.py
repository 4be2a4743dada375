"""Functions compiled once and called often."""

import functools
import inspect

from terrella import _terrella


def jit(f=None, *, static_argnums=(), static_argnames=()):
    """f, compiled for each new combination of shapes and dtypes of its arguments.

    f               : function of tensors, arrays, numbers, and nests (tuples, lists, dicts) of them; what else it takes
                      (texts, None, objects) is compared by == and compiled in
    static_argnums  : positions of arguments to compile in although they are numbers or tensors: sizes, for example
    static_argnames : the same by their names; however told, they may be given by position and by name
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
    if numbers or names:
        numbers, names = _either_way(f, numbers, names)
    return functools.update_wrapper(_terrella.CompiledFunction(f, numbers, names), f)


def _either_way(f, numbers, names):
    """The static arguments of f by position and by name, however they were told."""
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # a function in C that says nothing of its parameters
        return numbers, names
    parameters = signature.parameters.values()
    kinds = {p.kind for p in parameters}
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    by_name = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        for n in numbers:
            if not -len(positional) <= n < len(positional):
                raise ValueError(f"jit: static_argnums names argument {n}, but the function takes {signature}")
        numbers = [n % len(positional) for n in numbers]
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        for name in names:
            if name not in by_name:
                raise ValueError(f"jit: static_argnames names argument {name!r}, but the function takes {signature}")
    also_names = [positional[n] for n in numbers if 0 <= n < len(positional) and positional[n] in by_name]
    also_numbers = [positional.index(name) for name in names if name in positional]
    return sorted({*numbers, *also_numbers}), sorted({*names, *also_names})
