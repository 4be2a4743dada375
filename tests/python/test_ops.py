"""Every function against numpy's on random input: values, broadcasting, promotion of dtypes, axes."""

import math
import re

import numpy as np
import pytest
from conftest import REPOSITORY

import terrella as tl

DTYPES = ["bool", "int32", "int64", "float32", "float64", "complex64", "complex128"]
TABLE = re.findall(
    r"^(UNARY|UNARY_RULES|BINARY|COMPARE)\((.*)\)$", (REPOSITORY / "core/ops/elementwise.def").read_text(), re.M
)


def fields(macro, line):
    """(macro, name, kinds, domain) of a line of the table."""
    parts = [part.strip() for part in line.split(",")]
    domain = parts[3] if macro == "UNARY_RULES" else "any" if macro == "COMPARE" else parts[2]
    return macro, parts[0], parts[1], domain


ENTRIES = [fields(macro, line) for macro, line in TABLE]
# What numpy calls otherwise, or does not have.
REFERENCE = {
    "arg": np.angle,
    "erf": np.vectorize(math.erf),
    "erfc": np.vectorize(math.erfc),
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "reciprocal": lambda x: 1 / x,
}
REFERENCE |= {name: getattr(np, name) for _, name, _, _ in ENTRIES if hasattr(np, name) and name not in REFERENCE}


def sample(shape, dtype, domain="any", seed=0):
    generator = np.random.default_rng(seed)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    if kind == "i":
        values = generator.integers(1, 9, shape) * (
            generator.choice([-1, 1], shape) if domain in ("any", "nonzero") else 1
        )
        return np.asarray(values).astype(dtype)
    values = {
        "any": lambda: 2 * generator.standard_normal(shape),
        "nonzero": lambda: generator.uniform(0.3, 2, shape) * generator.choice([-1, 1], shape),
        "positive": lambda: generator.uniform(0.2, 3, shape),
        "unit": lambda: generator.uniform(-0.9, 0.9, shape),
        "above_one": lambda: generator.uniform(1.1, 4, shape),
    }[domain]()
    if kind == "c":
        values = values + 0.3j * generator.standard_normal(shape)
    return np.asarray(values).astype(dtype)


def compare(ours, reference, precision, name):
    expected = np.asarray(reference)
    assert isinstance(ours, tl.Tensor) and ours.shape == expected.shape, name
    tolerance = {"f": 2e-5, "d": 1e-12}[precision]
    np.testing.assert_allclose(np.asarray(ours), expected, rtol=tolerance, atol=tolerance, err_msg=name)


def precision_of(*dtypes):
    return "f" if any(np.dtype(d) in (np.float32, np.complex64) for d in dtypes) else "d"


def result_dtype(macro, name, kinds, dtypes):
    """Ours: integers become float64 where a function is not exact on them, and never widen float32."""
    common = np.result_type(*[np.float32 if np.dtype(d).kind in "bi" and "float32" in dtypes else d for d in dtypes])
    if any(np.dtype(d).kind in "bi" for d in dtypes) and any(np.dtype(d) == np.complex64 for d in dtypes):
        common = np.result_type(*[d for d in dtypes if np.dtype(d).kind not in "bi"])
    return common


def accepted(kinds, dtype):
    return "C" in kinds or kinds == "B" or np.dtype(dtype).kind != "c"  # anything has a truth


def wide(array):
    """The reference is computed in double precision, so that numpy's float32 functions do not blur the comparison."""
    return array.astype(np.result_type(array.dtype, np.float64)) if array.dtype.kind in "fc" else array


def test_the_table_was_read():
    assert len(ENTRIES) > 50 and {"sinh", "maximum", "equal", "arg"} <= {name for _, name, _, _ in ENTRIES}
    for _, name, _, _ in ENTRIES:
        assert callable(getattr(tl, name)) and name in tl.__all__
    assert not {name for _, name, _, _ in ENTRIES} - set(REFERENCE), "give REFERENCE what numpy does not have"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("entry", [e for e in ENTRIES if e[0].startswith("UNARY")], ids=lambda e: e[1])
def test_unary(entry, dtype):
    _, name, kinds, domain = entry
    if np.dtype(dtype).kind == "b" and kinds != "B":
        return  # numpy refuses some of these, maps others to float16; ours take bool as 0 and 1
    x = sample((3, 4), dtype, domain if np.dtype(dtype).kind != "i" or domain != "unit" else "any", seed=len(name))
    if np.dtype(dtype).kind == "i" and domain == "unit":
        x = np.zeros_like(x)
    function = getattr(tl, name)
    if not accepted(kinds, dtype):
        with pytest.raises(ValueError, match=f"{name}.*complex|complex.*{name}|c64|c128"):
            function(x)
        return
    y = function(x)
    expected = np.asarray(REFERENCE[name](wide(x)))
    compare(y, expected, precision_of(dtype), name)
    if expected.dtype.kind != "b":
        exact = np.dtype(dtype).kind not in "bi" or "I" in kinds
        base = np.dtype(dtype) if exact else np.dtype("float64")
        to_real = expected.dtype.kind == "f" and base.kind == "c"
        assert y.dtype == (np.empty(0, base).real.dtype if to_real else base), name
    else:
        assert y.dtype == bool


@pytest.mark.parametrize("dtypes", [(a, b) for a in DTYPES for b in DTYPES], ids="-".join)
def test_binary_promotion_and_values(dtypes):
    for macro, name, kinds, domain in ENTRIES:
        if macro not in ("BINARY", "COMPARE"):
            continue
        if any(np.dtype(d).kind == "b" for d in dtypes) and (kinds != "B" or set(dtypes) != {"bool"}):
            continue  # arithmetic on bool is that of 0 and 1; numpy has rules of its own for each function
        if kinds == "B" and set(dtypes) != {"bool"}:
            continue
        x, y = (
            sample((3, 1), dtypes[0], domain, seed=1),
            sample((4,), dtypes[1], "positive" if name == "power" else "nonzero", seed=2),
        )
        function = getattr(tl, name)
        if not all(accepted(kinds, d) for d in dtypes):
            with pytest.raises(ValueError):
                function(x, y)
            continue
        z = function(x, y)
        expected = np.asarray(
            REFERENCE[name](wide(x).astype(float) if name == "power" and x.dtype.kind == "i" else wide(x), wide(y))
        )
        compare(z, expected, precision_of(*dtypes), f"{name} {dtypes}")
        if macro == "BINARY":
            common = result_dtype(macro, name, kinds, dtypes)
            if common.kind == "i" and "I" not in kinds:
                common = np.dtype("float64")
            assert z.dtype == common, (name, dtypes)
        else:
            assert z.dtype == bool


def test_operators_are_the_functions():
    x, y = sample((3, 4), "float64", "positive", 1), sample((4,), "float64", "positive", 2)
    a, b = tl.tensor(x), tl.tensor(y)
    for ours, expected in [
        (a + b, x + y),
        (a - b, x - y),
        (a * b, x * y),
        (a / b, x / y),
        (a // b, x // y),
        (a % b, x % y),
        (a**b, x**y),
        (2.0 - a, 2.0 - x),
        (2.0 / a, 2.0 / x),
        (2.0**a, 2.0**x),
        (2.0 // a, 2.0 // x),
        (2.0 % a, 2.0 % x),
        (-a, -x),
        (+a, x),
        (abs(-a), x),
        (a == b, x == y),
        (a != b, x != y),
        (a < b, x < y),
        (a <= b, x <= y),
        (a > b, x > y),
        (a >= 1.0, x >= 1.0),
        (1.0 < a, x > 1.0),
        (a @ b, x @ y),
        (b @ a.T, y @ x.T),
        ((a > 1) & (a < 2), (x > 1) & (x < 2)),
        ((a > 1) | (a < 0.5), (x > 1) | (x < 0.5)),
        ((a > 1) ^ True, ~(x > 1)),
        (~(a > 1), ~(x > 1)),
        (x - b, x - y),
        (x @ b, x @ y),
    ]:
        np.testing.assert_allclose(ours, expected, rtol=1e-14)


def test_where_and_clip():
    x, y = sample((3, 4), "float64", seed=1), sample((4,), "float64", seed=2)
    np.testing.assert_array_equal(tl.where(x > 0, x, y), np.where(x > 0, x, y))
    np.testing.assert_array_equal(tl.where(x > 0, 1, 0.0), np.where(x > 0, 1, 0.0))
    np.testing.assert_array_equal(tl.clip(x, -0.5, y + 2), np.clip(x, -0.5, y + 2))
    assert tl.where(x > 0, tl.ones(4, dtype=tl.float32), 0.0).dtype == tl.float32


def test_numbers_among_tensors_adopt_their_precision():
    x = tl.tensor(2.0, dtype="float32")
    for joined in (tl.stack([1, x, 0.5]), tl.tensor([1, x, 0.5])):
        assert joined.dtype == np.float32
        np.testing.assert_array_equal(joined, np.float32([1, 2, 0.5]))
    assert tl.tensor([[x, 1.0], [0.0, x]]).dtype == np.float32
    assert tl.stack([x, 1j]).dtype == np.complex64
    assert tl.stack([tl.tensor(2, dtype="int32"), 1]).dtype == np.int32
    assert tl.stack([1, 2]).dtype == np.int64 and tl.stack([1, 2.0]).dtype == np.float64


REDUCTIONS = ["sum", "mean", "prod", "max", "min", "any", "all", "var"]


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (1,), ()], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("dtype", ["bool", "int32", "float32", "float64", "complex128"])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name, dtype, axis, keepdims):
    x = sample((3, 4, 5), dtype, seed=4)
    kind = np.dtype(dtype).kind
    if name in ("max", "min") and kind == "c":
        with pytest.raises(ValueError, match=name):
            getattr(tl, name)(x)
        return
    y = getattr(tl, name)(x, axis=axis, keepdims=keepdims)
    reference = x.astype("int64") if kind == "b" and name in ("sum", "prod", "mean", "var") else wide(x)
    compare(y, getattr(np, name)(reference, axis=axis, keepdims=keepdims), precision_of(dtype), name)
    np.testing.assert_array_equal(getattr(tl.tensor(x), name)(axis=axis, keepdims=keepdims), y)


def test_norms_and_logsumexp():
    x = sample((3, 4), "complex128", seed=5)
    np.testing.assert_allclose(tl.norm(x), np.linalg.norm(x), rtol=1e-14)
    np.testing.assert_allclose(tl.norm(x, axis=1), np.linalg.norm(x, axis=1), rtol=1e-14)
    np.testing.assert_allclose(tl.norm([3e200, 4e200]), 5e200)
    r = x.real
    np.testing.assert_allclose(tl.logsumexp(r, axis=0), np.log(np.exp(r).sum(0)), rtol=1e-14)
    np.testing.assert_allclose(tl.logsumexp([1000.0, 1000.0]), 1000.0 + np.log(2.0))
    assert tl.max_abs(x) == np.abs(x).max() and tl.max_abs([]) == 0.0


@pytest.mark.parametrize("axis", [None, 0, 1, -1], ids=str)
@pytest.mark.parametrize("name", ["argmax", "argmin", "cumsum", "cumprod"])
def test_along_an_axis(name, axis):
    x = sample((3, 4), "float64", seed=6)
    y = getattr(tl, name)(x, axis)
    np.testing.assert_allclose(y, getattr(np, name)(x, axis), rtol=1e-14)
    np.testing.assert_array_equal(getattr(tl.tensor(x), name)(axis), y)


X = np.arange(24.0).reshape(2, 3, 4)
SHAPES = [
    ("reshape", (X, (4, -1)), np.reshape),
    ("reshape", (X, 24), np.reshape),
    ("ravel", (X,), np.ravel),
    ("transpose", (X,), np.transpose),
    ("transpose", (X, (1, 0, 2)), np.transpose),
    ("matrix_transpose", (X,), lambda x: x.swapaxes(-1, -2)),
    ("adjoint", (X + 1j,), lambda x: x.swapaxes(-1, -2).conj()),
    ("swapaxes", (X, 0, -1), np.swapaxes),
    ("moveaxis", (X, 0, 2), np.moveaxis),
    ("expand_dims", (X, 1), np.expand_dims),
    ("expand_dims", (X, -1), np.expand_dims),
    ("squeeze", (X[:1, :, :1],), np.squeeze),
    ("squeeze", (X[:1, :, :1], 0), np.squeeze),
    ("broadcast_to", (X[0], (5, 3, 4)), np.broadcast_to),
    ("sum_to", (X, (3, 1)), lambda x, s: x.sum((0, 2))[:, None]),
    ("flip", (X,), np.flip),
    ("flip", (X, (0, 2)), np.flip),
    ("flip", (X, 1), np.flip),
    ("pad", (X, [(1, 0), (0, 2), (0, 0)]), np.pad),
    ("astype", (X, "int32"), lambda x, d: x.astype(d)),
    ("concatenate", ([X, X[:1]],), np.concatenate),
    ("concatenate", ([X, X[:, :, :1]], 2), np.concatenate),
    ("stack", ([X, X], 1), np.stack),
    ("stack", ([X, X], -1), np.stack),
    ("diagonal", (X,), lambda x: np.diagonal(x, axis1=-2, axis2=-1)),
    ("diagonal_matrix", (X[0, 0],), np.diag),
    ("tril", (X,), np.tril),
    ("tril", (X, -1), np.tril),
    ("triu", (X, 1), np.triu),
    ("gather", (X, np.array([[2, -1], [0, 0]]), 1), np.take),
    ("argwhere", (X % 5 == 0,), np.argwhere),
    ("matmul", (X, X.swapaxes(1, 2)), np.matmul),
    ("matmul", (X[0, 0], X.swapaxes(1, 2)), np.matmul),
    ("matmul", (X, X[0, 0]), np.matmul),
    ("matmul", (X[0] + 1j, X[1].T.astype("float32")), np.matmul),
    ("matmul", (X.astype(int), X.swapaxes(1, 2).astype(int)), np.matmul),
    ("dot", (X[0, 0], X[1, 1]), np.dot),
    ("dot", (X, X[0].T), np.dot),
    ("outer", (X[0, 0], X[0, 1]), np.outer),
    ("inner", (X + 1j, X - 2j), lambda x, y: np.vdot(x, y).real),
]


@pytest.mark.parametrize("name, arguments, reference", SHAPES, ids=lambda v: v if isinstance(v, str) else "")
def test_rearranging_joining_and_products(name, arguments, reference):
    expected = reference(*arguments)
    ours = getattr(tl, name)(*arguments)
    np.testing.assert_allclose(ours, expected, rtol=1e-13)
    assert ours.dtype == np.asarray(expected).dtype


def test_split_and_scatter():
    for where in (3, [1, 2], [1, 1]):
        parts = tl.split(X, where, axis=1)
        for ours, expected in zip(parts, np.split(X, where, axis=1), strict=True):
            np.testing.assert_array_equal(ours, expected)
    expected = np.zeros(5)
    np.add.at(expected, [1, 1, -1], [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(tl.scatter_add([1.0, 2.0, 3.0], [1, 1, -1], 5), expected)


def test_creation():
    for ours, expected in [
        (tl.zeros((2, 3)), np.zeros((2, 3))),
        (tl.zeros(3, dtype="int32"), np.zeros(3, "int32")),
        (tl.ones(()), np.ones(())),
        (tl.full((2,), 3.5), np.full(2, 3.5)),
        (tl.full((2, 2), [1, 2]), np.full((2, 2), [1, 2])),
        (tl.full(2, 1, dtype=tl.float32), np.full(2, 1, "float32")),
        (tl.zeros_like(np.ones(2, "complex64")), np.zeros(2, "complex64")),
        (tl.ones_like(tl.zeros(2), dtype=int), np.ones(2, int)),
        (tl.arange(5), np.arange(5)),
        (tl.arange(2, 11, 3), np.arange(2, 11, 3)),
        (tl.arange(5, 0, -2), np.arange(5, 0, -2)),
        (tl.arange(0.0, 1.0, 0.25), np.arange(0.0, 1.0, 0.25)),
        (tl.arange(3, dtype=tl.float32), np.arange(3, dtype="float32")),
        (tl.linspace(0, 1, 7), np.linspace(0, 1, 7)),
        (tl.linspace(2, -1), np.linspace(2, -1)),
        (tl.eye(3), np.eye(3)),
    ]:
        np.testing.assert_array_equal(ours, expected)
        assert ours.dtype == expected.dtype
    np.testing.assert_allclose(tl.logspace(-1, 2, 4), np.logspace(-1, 2, 4), rtol=1e-15)


def test_random_numbers():
    a = tl.random.normal(100000, seed=1)
    np.testing.assert_array_equal(a, tl.random.normal((100000,), seed=1))
    assert not np.array_equal(a, tl.random.normal(100000, seed=2))
    assert abs(np.mean(a)) < 0.02 and abs(np.std(a.numpy()) - 1) < 0.02
    u = tl.random.uniform((1000, 100), seed=1).numpy()
    assert 0 <= u.min() and u.max() < 1 and abs(u.mean() - 0.5) < 0.01
    z = tl.random.normal(100000, seed=3, dtype=tl.complex64)
    assert z.dtype == tl.complex64 and abs(np.mean(np.abs(z.numpy()) ** 2) - 2) < 0.05
    i = tl.random.integers(100000, -2, 3, seed=4)
    assert set(np.unique(i)) == {-2, -1, 0, 1, 2} and i.dtype == tl.int64
    np.testing.assert_array_equal(np.sort(tl.random.permutation(100, seed=5)), np.arange(100))
    assert tl.random.split_seed(1, 0) != tl.random.split_seed(1, 1) == tl.random.split_seed(1, 1)
    with pytest.raises(TypeError):
        tl.random.normal(3)  # a seed is never taken from the clock


def test_linear_algebra():
    a = sample((2, 4, 3), "complex128", seed=7)
    hermitian = np.swapaxes(a, -1, -2).conj() @ a + np.eye(3)
    b = sample((2, 3, 2), "complex128", seed=8)
    np.testing.assert_allclose(tl.linalg.cholesky(hermitian), np.linalg.cholesky(hermitian), rtol=1e-12)
    np.testing.assert_allclose(tl.linalg.solve_positive(hermitian, b), np.linalg.solve(hermitian, b), rtol=1e-11)
    lower = np.tril(hermitian)
    np.testing.assert_allclose(tl.linalg.triangular_solve(hermitian, b), np.linalg.solve(lower, b), rtol=1e-11)
    adjoint = np.swapaxes(lower, -1, -2).conj()
    np.testing.assert_allclose(
        tl.linalg.triangular_solve(lower, b, adjoint=True), np.linalg.solve(adjoint, b), rtol=1e-11
    )
    np.testing.assert_allclose(
        tl.linalg.triangular_solve(adjoint, b, lower=False), np.linalg.solve(adjoint, b), rtol=1e-11
    )
    q, r = tl.linalg.qr(a)
    np.testing.assert_allclose(q @ r, a, atol=1e-13)
    u, s, vh = tl.linalg.svd(a)
    np.testing.assert_allclose((u * s[:, None, :]) @ vh, a, atol=1e-13)
    np.testing.assert_allclose(s, np.linalg.svd(a, compute_uv=False), rtol=1e-13)
    np.testing.assert_allclose(tl.linalg.singular_values(a), s, rtol=1e-13)
    with pytest.raises(tl.SolveError, match="positive definite"):
        tl.linalg.cholesky(-np.eye(2)).eval()


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: tl.add(tl.ones((2, 3)), tl.ones(4)), ValueError, r"add: .*\[2, 3\].*\[4\]"),
        (lambda: tl.sum(tl.ones(3), axis=1), ValueError, "sum: axis 1"),
        (lambda: tl.sum(tl.ones(3), axis="x"), TypeError, "incompatible function arguments"),
        (lambda: tl.reshape(tl.ones(6), (4, 2)), ValueError, "reshape"),
        (lambda: tl.matmul(tl.ones((2, 3)), tl.ones((2, 3))), ValueError, r"matmul: .*\[2, 3\]"),
        (lambda: tl.concatenate([tl.ones((2, 3)), tl.ones((2, 4))]), ValueError, "concatenate"),
        (lambda: tl.stack([]), ValueError, "stack"),
        (lambda: tl.split(tl.ones(5), 2), ValueError, "split"),
        (lambda: tl.transpose(tl.ones((2, 3)), (0, 0)), ValueError, "transpose"),
        (lambda: tl.zeros(-1), ValueError, "-1"),
        (lambda: tl.zeros([1] * 13), ValueError, "12"),
        (lambda: tl.sin("text"), TypeError, "incompatible function arguments"),
        (lambda: tl.sin(None), TypeError, "incompatible function arguments"),
        (lambda: tl.broadcast_to(tl.ones(3), (2,)), ValueError, "broadcast_to"),
        (lambda: tl.arange(0, 5, 0), ValueError, "arange"),
        (lambda: tl.zeros(3, dtype="uint8"), ValueError, "dtype uint8 has no counterpart"),
        (lambda: tl.pad(tl.ones(3), [(-1, 0)]), ValueError, "pad"),
        (lambda: tl.random.integers(3, 2, 2, seed=1), ValueError, "2"),
    ],
)
def test_wrong_arguments_say_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_function_without_a_counterpart_is_documented():
    assert "hyperbolic sine" in tl.sinh.__doc__ and "real, complex" in tl.sinh.__doc__
    assert "radians" in tl.atan2.__doc__
