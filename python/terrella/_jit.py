"""Functions compiled once and called often."""

import functools
import inspect

from terrella import _terrella


def jit(f=None, *, static_argnums=(), static_argnames=(), donate=()):
    """f, compiled for each new combination of shapes and dtypes of its arguments.

    f               : function of tensors, arrays, numbers, and nests (tuples, lists, dicts) of them; what else it takes
                      (texts, None, objects) is compared by == and compiled in
    static_argnums  : positions of arguments to compile in although they are numbers or tensors: sizes, for example
    static_argnames : the same by their names; however told, they may be given by position and by name
    donate          : positions or names of arguments whose tensors the function may write over, so that a training step
                      needs no new memory for its state; using one of them afterwards is a ValueError
    returns         : a function of the same arguments; f.report() tells what became of it, f.compiled how often

    f is called with placeholders once for each combination. What it builds is simplified, its elementwise operations
    and reductions are fused, and its memory is planned; no compiler is needed. Branching on a value is a ValueError
    that names cond() and where(). Tensors that f uses besides its arguments stay those of the first call: pass what
    changes. jit, grad, vjp, jvp and vmap nest in any order.

    A donated tensor is written over only where nobody else can see its memory: not while a view, an earlier operation
    that has not run yet or another thread uses it, and never when it has been shown as an array of numpy, by a buffer
    or by DLPack, or stands in memory of others. It counts as donated all the same, but the results are then new. Calls
    with donated arguments run at once; inside of other compiled functions and transforms nothing is donated.

    >>> step = tl.jit(lambda x, y: tl.sum(tl.tanh(x) * y))
    >>> step(tl.ones(3), 2.0)
    tensor(4.56956494)
    """
    if f is None:
        return functools.partial(jit, static_argnums=static_argnums, static_argnames=static_argnames, donate=donate)
    numbers = [static_argnums] if isinstance(static_argnums, int) else list(static_argnums)
    names = [static_argnames] if isinstance(static_argnames, str) else list(static_argnames)
    given = [donate] if isinstance(donate, int | str) else list(donate)
    fixed = _either_way(f, numbers, names, "static_argnums", "static_argnames")
    donated = _either_way(
        f, [d for d in given if isinstance(d, int)], [d for d in given if not isinstance(d, int)], "donate", "donate"
    )
    if both := [*(set(fixed[0]) & set(donated[0])), *(set(fixed[1]) & set(donated[1]))]:
        raise ValueError(f"jit: argument {both[0]!r} is static and donated; a static one has no memory to give")
    return functools.update_wrapper(_terrella.CompiledFunction(f, *fixed, *donated), f)


def _either_way(f, numbers, names, numbers_option, names_option):
    """Arguments of f by position and by name, however they were told by the two options."""
    if not numbers and not names:
        return numbers, names
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
                raise ValueError(f"jit: {numbers_option} names argument {n}, but the function takes {signature}")
        numbers = [n % len(positional) for n in numbers]
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        for name in names:
            if name not in by_name:
                raise ValueError(f"jit: {names_option} names argument {name!r}, but the function takes {signature}")
    also_names = [positional[n] for n in numbers if 0 <= n < len(positional) and positional[n] in by_name]
    also_numbers = [positional.index(name) for name in names if name in positional]
    return sorted({*numbers, *also_numbers}), sorted({*names, *also_names})
