"""Dense linear algebra beside numpy's."""

import numpy as np
import pytest

import terrella as tl

random = np.random.default_rng(7)


def matrices(shape, dtype):
    a = random.normal(size=shape)
    return (a + 1j * random.normal(size=shape) if dtype.startswith("complex") else a).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_solves_inverses_and_determinants_as_numpy(dtype):
    close = {"rtol": 2e-3, "atol": 2e-4} if np.finfo(dtype).bits == 32 else {"rtol": 1e-9, "atol": 1e-11}
    for shape, right in (((4, 4), (4,)), ((3, 5, 5), (5, 2)), ((1, 1), (1, 1)), ((60, 60), (60, 3))):
        a, b = matrices(shape, dtype), matrices(right, dtype)
        np.testing.assert_allclose(tl.linalg.solve(a, b), np.linalg.solve(a, b), **close)
        np.testing.assert_allclose(tl.linalg.inv(a), np.linalg.inv(a), **close)
        np.testing.assert_allclose(tl.linalg.slogdet(a)[1], np.linalg.slogdet(a)[1], **close)
        np.testing.assert_allclose(tl.linalg.slogdet(a)[0], np.linalg.slogdet(a)[0], **close)
        if shape[-1] < 60:
            np.testing.assert_allclose(tl.linalg.det(a), np.linalg.det(a), **close)
        p, lower, upper = tl.linalg.lu(a)
        np.testing.assert_allclose(p @ lower @ upper, a, **close)


def test_singular_matrices_name_their_pivot():
    with pytest.raises(tl.SolveError, match="pivot 1 is zero"):
        tl.linalg.solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 1.0]).eval()


def test_a_solve_is_differentiated_inside_a_compiled_function():
    a, b = tl.tensor(matrices((6, 6), "float64")), tl.tensor(matrices((6,), "float64"))
    loss = tl.jit(tl.grad(lambda a: tl.sum(tl.linalg.solve(a, b) ** 2)))
    x = np.linalg.solve(a, b)
    want = -np.outer(np.linalg.solve(np.asarray(a).T, 2 * x), x)
    np.testing.assert_allclose(loss(a), want, rtol=1e-9)
