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


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (6, 6), (3, 2, 5, 5), (0, 4, 4), (2, 0, 0), (40, 40)], ids=str)
def test_eigenvalues(shape, dtype):
    a = sample(shape, dtype)
    hermitian = a + np.swapaxes(a, -1, -2).conj()
    w, v = tl.linalg.eigh(hermitian)
    numpys = np.linalg.eigh(hermitian)
    assert w.dtype == numpys[0].dtype and v.dtype == numpys[1].dtype
    np.testing.assert_allclose(w, numpys[0], **tolerance(dtype))
    np.testing.assert_allclose(tl.linalg.eigvalsh(hermitian), numpys[0], **tolerance(dtype))
    np.testing.assert_allclose(hermitian @ v, np.asarray(v) * np.asarray(w)[..., None, :], **tolerance(dtype))
    w, v = (np.asarray(x) for x in tl.linalg.eig(a))
    np.testing.assert_allclose(a @ v, v * w[..., None, :], **tolerance(dtype))
    np.testing.assert_allclose(np.linalg.norm(v, axis=-2), 1.0, **tolerance(dtype))
    np.testing.assert_allclose(np.sort_complex(tl.linalg.eigvals(a)), np.sort_complex(w), **tolerance(dtype))
    if a.size:
        np.testing.assert_allclose(w.sum(-1), np.trace(a, axis1=-2, axis2=-1), **tolerance(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (6, 4), (3, 5), (40, 7)], ids=str)
def test_least_squares(shape, dtype):
    a, b = sample(shape, dtype), sample((shape[0], 2), dtype, 1)
    a[-1] = a[0]  # of lesser rank where there are fewer rows than columns
    x, residuals, rank, s = tl.linalg.lstsq(a, b)
    want = np.linalg.lstsq(a, b, rcond=None)
    np.testing.assert_allclose(x, want[0], **tolerance(dtype))
    np.testing.assert_allclose(residuals, (np.abs(a @ want[0] - b) ** 2).sum(0), **tolerance(dtype))
    assert rank == want[2]
    np.testing.assert_allclose(s, want[3], **tolerance(dtype))
    rcond = max(shape) * np.finfo(dtype).eps
    np.testing.assert_allclose(tl.linalg.pinv(a), np.linalg.pinv(a, rcond=rcond), **tolerance(dtype))
    assert tl.linalg.matrix_rank(a) == np.linalg.matrix_rank(a)
    c = sample(shape, dtype)
    np.testing.assert_allclose(tl.linalg.cond(c), np.linalg.cond(c), rtol=tolerance(dtype)["rtol"])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [1e-3, 0.03, 0.1, 0.3, 1.0, 10.0])
def test_matrix_exponential(scale, dtype):
    """Against the eigenvalues of a skew-Hermitian matrix, whose exponential is as large as it is."""
    a = sample((2, 8, 8), dtype)
    a = a - np.swapaxes(a, -1, -2).conj()
    a = (scale * a).astype(dtype)
    w, v = np.linalg.eigh(1j * a.astype(complex))
    want = (v * np.exp(-1j * w)[:, None, :]) @ np.swapaxes(v, -1, -2).conj()
    np.testing.assert_allclose(
        tl.linalg.expm(a), want if np.dtype(dtype).kind == "c" else want.real, **tolerance(dtype)
    )


def test_one_factorisation_serves_value_and_derivatives():
    a, b = tl.tensor(sample((5, 5), "float64")), tl.tensor(sample((5,), "float64", 1))

    def f(a):
        return tl.sum(tl.linalg.solve(a, b) ** 2)

    with tl.profile() as p:
        value, gradient = tl.value_and_grad(f)(a)
        (value + tl.sum(gradient)).eval()
    assert {row.name: row.count for row in p.by_operation}["lu"] == 1
    with tl.profile() as p:
        tl.jvp(tl.grad(f), (a,), (tl.ones_like(a),))[1].eval()
    assert {row.name: row.count for row in p.by_operation}["lu"] == 1
