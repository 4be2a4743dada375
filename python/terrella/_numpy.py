"""numpy's functions on tensors: np.sin(x), array + x, np.mean(x).

They become the function here, so that derivatives are not lost. What does not exist here works on the values, but never
on those of a tensor that is being differentiated or mapped: that would lose its derivative without a word.
"""

from terrella import _terrella

# numpy's names that differ from ours.
UFUNCS = {
    "absolute": "abs",
    "fabs": "abs",
    "conjugate": "conj",
    "rint": "round",
    "true_divide": "divide",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "arctan2": "atan2",
    "mod": "remainder",
}
# Functions with the arguments and the meaning of numpy's.
SAME = """
all any argmax argmin argwhere broadcast_to clip concatenate cumprod cumsum dot expand_dims flip imag
matrix_transpose max mean min moveaxis ones_like outer prod ravel real reshape round split squeeze stack
sum swapaxes transpose tril triu var where zeros_like
"""
FUNCTIONS = {"amax": "max", "amin": "min", "angle": "arg"} | {name: name for name in SAME.split()}


def ours(names, name, arguments, options):
    """The result of our function, or NotImplemented where there is none for these arguments."""
    function = getattr(_terrella, names.get(name, name if names is UFUNCS else ""), None)
    if function is None:
        return NotImplemented
    try:
        return function(*arguments, **options)
    except TypeError:  # an option of numpy's that is not known here
        return NotImplemented


def values(nest, name):
    """The nest with arrays for tensors."""
    if isinstance(nest, _terrella.Tensor):
        if _terrella._is_followed(nest):
            raise TypeError(
                f"numpy.{name} of a tensor that is being differentiated or mapped: there is no such function, "
                "and the derivative would be lost; use functions of terrella, or x.numpy() where none is wanted"
            )
        return nest.numpy()
    if isinstance(nest, (list, tuple)):
        return type(nest)(values(item, name) for item in nest)
    if isinstance(nest, dict):
        return {key: values(item, name) for key, item in nest.items()}
    return nest


def array_ufunc(ufunc, method, inputs, options):
    name = ufunc.__name__
    result = ours(UFUNCS, name, inputs, options) if method == "__call__" else NotImplemented
    if result is not NotImplemented:
        return result
    if "out" in options and any(isinstance(out, _terrella.Tensor) for out in options["out"]):
        raise TypeError(f"numpy.{name}: a tensor never changes and cannot be out=")
    return getattr(ufunc, method)(*values(inputs, name), **values(options, name))


def array_function(function, arguments, options):
    name = function.__name__
    result = ours(FUNCTIONS, name, arguments, options) if function.__module__ == "numpy" else NotImplemented
    if result is not NotImplemented:
        return result
    return function(*values(arguments, name), **values(options, name))
