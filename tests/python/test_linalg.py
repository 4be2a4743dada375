"""Dense linear algebra against numpy."""

import numpy as np
import pytest

import terrella as tl

DTYPES = ["float32", "float64", "complex64", "complex128"]


def sample(shape, dtype, seed=0):
    g = np.random.default_rng(seed)
    x = g.standard_normal(shape)
    return (x + 1j * g.standard_normal(shape) if np.dtype(dtype).kind == "c" else x).astype(dtype)


def tolerance(dtype):
    return {"rtol": 1e-3, "atol": 1e-3} if np.finfo(dtype).bits == 32 else {"rtol": 1e-11, "atol": 1e-11}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (6, 6), (3, 2, 5, 5), (0, 4, 4), (40, 40)], ids=str)
def test_general_matrices(shape, dtype):
    a, b = sample(shape, dtype), sample((*shape[:-1], 2), dtype, 1)
    for ours, numpys in [
        (tl.linalg.solve(a, b), np.linalg.solve(a, b)),
        (tl.linalg.inv(a), np.linalg.inv(a)),
        (tl.linalg.slogdet(a)[0], np.linalg.slogdet(a)[0]),
        (tl.linalg.slogdet(a)[1], np.linalg.slogdet(a)[1]),
    ]:
        assert ours.dtype == numpys.dtype
        np.testing.assert_allclose(ours, numpys, **tolerance(dtype))
    ours, numpys = np.asarray(tl.linalg.det(a)), np.linalg.det(a)
    np.testing.assert_allclose(ours, numpys, rtol=tolerance(dtype)["rtol"])
    p, lower, upper = tl.linalg.lu(a)
    np.testing.assert_allclose(p.astype(dtype) @ (lower @ upper), a, **tolerance(dtype))


def test_singular_matrices_are_named():
    with pytest.raises(tl.SolveError, match="singular: pivot 1, from row 0, is zero"):
        tl.linalg.solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 1.0]).eval()
