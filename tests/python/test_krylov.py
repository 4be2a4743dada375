"""Iterative solves, roots and fixed points against numpy."""

import numpy as np
import pytest

import terrella as tl

n = 12


def laplace():
    i = np.arange(n * n).reshape(n, n)
    pairs = np.concatenate(
        [np.stack([i[1:].ravel(), i[:-1].ravel()]), np.stack([i[:, 1:].ravel(), i[:, :-1].ravel()])], 1
    )
    row, column = np.r_[i.ravel(), pairs[0], pairs[1]], np.r_[i.ravel(), pairs[1], pairs[0]]
    values = np.r_[np.full(n * n, 4.0), np.full(2 * pairs.shape[1], -1.0)]
    return tl.sparse.assemble(n * n, n * n, row, column).matrix(values)


@pytest.mark.parametrize("method", ["cg", "minres", "bicgstab", "gmres", "fgmres", "cocg", "idr"])
@pytest.mark.parametrize("kind", [None, "jacobi", "ssor", "ilu", "multigrid"])
def test_every_method_and_preconditioner_solves_laplace(method, kind):
    a, b = laplace(), np.random.default_rng(0).normal(size=(n * n, 2))
    m = kind and getattr(tl.precondition, kind)(a)
    x, iterations, residual = tl.krylov_solve(a, b, method, preconditioner=m, restart=100)
    dense = np.asarray(a.to_dense())
    np.testing.assert_allclose(x, np.linalg.solve(dense, b), rtol=0, atol=1e-7)
    assert iterations.shape == residual.shape == (2,)
    assert iterations.dtype == np.int64
    assert np.all(np.asarray(residual) <= 1e-10)


def test_functions_are_differentiated_through_what_they_use():
    rng = np.random.default_rng(1)
    d, b, c = 4 + rng.random(n), rng.normal(size=n), rng.normal(size=n)
    shift = np.eye(n, k=1)

    def loss(d):
        x = tl.krylov_solve(lambda v: d * v + tl.tensor(shift) @ v, b, preconditioner=lambda r: r / 5)[0]
        return tl.sum(c * x)

    dense = np.diag(d) + shift
    x, adjoint = np.linalg.solve(dense, b), np.linalg.solve(dense.T, c)
    np.testing.assert_allclose(tl.grad(loss)(tl.tensor(d)), -adjoint * x, rtol=1e-7, atol=1e-10)
    batch = tl.vmap(loss)(tl.tensor(np.stack([d, 2 * d])))
    np.testing.assert_allclose(batch, [c @ x, c @ np.linalg.solve(dense + np.diag(d), b)], rtol=1e-8)
    np.testing.assert_allclose(tl.jit(tl.grad(loss))(tl.tensor(d)), tl.grad(loss)(tl.tensor(d)), rtol=1e-12)


def test_errors_say_what_to_do():
    a, b = laplace(), np.ones(n * n)
    with pytest.raises(tl.SolveError, match=r"CG of 144 unknowns did not converge.*residual.*after 2 iterations"):
        tl.krylov_solve(a, b, "cg", max_iterations=2)[0].eval()
    with pytest.raises(ValueError, match="method 'sor' does not exist; choose one of cg, minres"):
        tl.krylov_solve(a, b, "sor")
    with pytest.raises(ValueError, match="the operator is a int"):
        tl.krylov_solve(3, b)
    with pytest.raises(ValueError, match="not linear"):
        tl.krylov_solve(lambda v: v + 1.0, b)[0].eval()
    with pytest.raises(ValueError, match="must return a tensor, not a str"):
        tl.krylov_solve(lambda _v: "v", b)
    with pytest.raises(KeyError):
        tl.krylov_solve(lambda _v: {}["v"], b)
    with pytest.raises(tl.SolveError, match="jacobi: the diagonal of row 1 is zero"):
        hole = tl.sparse.diagonal_matrix([1.0, 0.0])
        tl.krylov_solve(hole, [1.0, 1.0], preconditioner=tl.precondition.jacobi(hole))[0].eval()


def test_roots_and_their_derivatives():
    def cube_root(p):
        return tl.root(lambda x: x**3 - p, 1.0)[0]

    np.testing.assert_allclose(cube_root(8.0), 2.0, rtol=1e-14)
    np.testing.assert_allclose(tl.grad(tl.grad(cube_root))(tl.tensor(8.0)), -2 / 9 * 8 ** (-5 / 3), rtol=1e-12)
    np.testing.assert_allclose(tl.vmap(cube_root)(tl.tensor([1.0, 27.0])), [1, 3], rtol=1e-14)
    a, s = laplace(), np.random.default_rng(2).normal(size=n * n)

    def u(c):
        f = lambda u: a @ u + c * u**3 - s  # noqa: E731
        step = lambda u, r: tl.sparse.solve(a + tl.sparse.diagonal_matrix(3 * c * u**2), r, "positive_definite")  # noqa: E731
        return tl.root(f, np.zeros(n * n), solver=step)

    x, iterations, residual = u(tl.tensor(np.ones(n * n)))
    assert int(iterations) < 12
    assert float(residual) < 1e-12
    assert tl.check.gradient_error(lambda c: tl.sum(u(c)[0] ** 2), tl.tensor(np.ones(n * n))) < 1e-7
    with pytest.raises(tl.SolveError, match="root: Newton's method .* after 3 iterations"):
        tl.root(lambda x: tl.exp(x), 0.0, max_iterations=3)[0].eval()


def test_fixed_points_and_their_derivatives():
    def f(p):
        return tl.fixed_point(lambda x: tl.cos(p * x), 0.5)[0]

    x = float(f(1.0))
    assert abs(np.cos(x) - x) < 1e-9
    np.testing.assert_allclose(tl.grad(f)(tl.tensor(1.0)), -x * np.sin(x) / (1 + np.sin(x)), rtol=1e-8)
    with pytest.raises(tl.SolveError, match="fixed_point: the iteration did not converge"):
        tl.fixed_point(lambda x: tl.cos(x), 1.0, max_iterations=3)[0].eval()
