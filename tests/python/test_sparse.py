"""Sparse matrices against numpy, and against SciPy where it is installed."""

import numpy as np
import pytest

import terrella as tl

n = 30


def helmholtz(d):
    """-u'' + i d u on n points, d [.., n]."""
    i = np.arange(n)
    places = tl.sparse.assemble(n, n, np.r_[i, i[1:], i[:-1]], np.r_[i, i[:-1], i[1:]])
    d = tl.tensor(d)
    off = tl.broadcast_to(tl.tensor(-1.0), (*d.shape[:-1], 2 * n - 2))
    return places.matrix(tl.concatenate([2.0 + 1j * d, off + 0j], axis=-1))


def test_algebra_is_that_of_dense_matrices():
    rng = np.random.default_rng(0)
    dense = rng.normal(size=(5, 4)) * (rng.random((5, 4)) < 0.5)
    other = rng.normal(size=(5, 4)) * (rng.random((5, 4)) < 0.5)
    a, b = tl.sparse.from_dense(dense), tl.sparse.from_dense(other)
    x = rng.normal(size=(4, 3))
    for got, want in [
        (a @ x, dense @ x),
        (a.T @ dense, dense.T @ dense),
        ((a + b).to_dense(), dense + other),
        ((a - b).to_dense(), dense - other),
        ((2.0 * a).to_dense(), 2 * dense),
        ((a * 2.0).to_dense(), 2 * dense),
        ((a / 2.0).to_dense(), dense / 2),
        ((np.float64(2) * a).to_dense(), 2 * dense),
        ((-a).to_dense(), -dense),
        ((a.H @ b).to_dense(), dense.T @ other),
        (a.diagonal(), np.diag(dense)),
        (tl.sparse.scale_rows(np.arange(5.0), a).to_dense(), np.arange(5.0)[:, None] * dense),
        (tl.sparse.scale_columns(a, np.arange(4.0)).to_dense(), dense * np.arange(4.0)),
        (tl.sparse.submatrix(a, [4, 0], [1, 3, 2]).to_dense(), dense[np.ix_([4, 0], [1, 3, 2])]),
        (tl.sparse.block_matrix([[a, None], [None, b]]).to_dense()[5:, 4:], other),
        (tl.sparse.diagonal_matrix([1.0, 2.0]).to_dense(), np.diag([1.0, 2.0])),
    ]:
        np.testing.assert_allclose(got, want, atol=1e-15)
    assert a.shape == (5, 4) and a.pattern.shape == (5, 4) and a.dtype == a.values.dtype
    assert a.pattern == tl.sparse.from_dense(dense).pattern and a.pattern != b.pattern
    assert repr(a) == f"SparseTensor(shape (5, 4), {np.count_nonzero(dense)} entries, float64)"


def test_elements():
    places = tl.sparse.assemble_elements(2, [[-1, 0], [0, 1]])
    stiffness = np.array([[1.0, -1], [-1, 1]])
    matrix = places.matrix(np.stack([stiffness, 3 * stiffness]).ravel())
    np.testing.assert_array_equal(matrix.to_dense(), [[4, -3], [-3, 3]])


def test_solves_and_their_gradients():
    rng = np.random.default_rng(1)
    d, b = np.exp(rng.normal(size=n)), rng.normal(size=(n, 4)) + 1j * rng.normal(size=(n, 4))
    for kind in ("general", "symmetric"):
        x = tl.sparse.solve(helmholtz(d), b, kind)
        np.testing.assert_allclose(x, np.linalg.solve(helmholtz(d).to_dense(), b), rtol=1e-11)

    def energy(m):
        return tl.sum(tl.abs(tl.sparse.solve(helmholtz(tl.exp(m)), b, "symmetric")) ** 2)

    m = np.log(d)
    step = 1e-5 * rng.normal(size=n)
    difference = float(energy(m + step) - energy(m - step)) / 2
    assert float(tl.sum(tl.grad(energy)(m) * step)) == pytest.approx(difference, rel=1e-7)
    np.testing.assert_allclose(tl.jit(tl.grad(energy))(m), tl.grad(energy)(m), rtol=1e-12)
    hessian_step = tl.jvp(tl.grad(energy), (m,), (step,))[1]
    np.testing.assert_allclose(
        hessian_step, (np.asarray(tl.grad(energy)(m + step)) - np.asarray(tl.grad(energy)(m - step))) / 2, rtol=1e-4
    )


def test_mumps_gives_the_same():
    a, b = helmholtz(np.exp(np.random.default_rng(4).normal(size=n))), np.ones(n)
    np.testing.assert_allclose(
        tl.sparse.solve(a, b, "symmetric", by="mumps"), tl.sparse.solve(a, b, "symmetric"), rtol=1e-11
    )
    with pytest.raises(ValueError, match="choose multifrontal or mumps"):
        tl.sparse.solve(a, b, by="superlu")


def test_batches_of_frequencies_share_one_analysis():
    d = np.exp(np.random.default_rng(2).normal(size=(3, n)))
    b = np.ones((n, 2))
    together = tl.sparse.solve(helmholtz(d), b, "symmetric")
    mapped = tl.vmap(lambda one: tl.sparse.solve(helmholtz(one), b, "symmetric"))(d)
    assert together.shape == (3, n, 2)
    np.testing.assert_allclose(mapped, together, rtol=1e-13)
    for i in range(3):
        np.testing.assert_allclose(tl.sparse.solve(helmholtz(d[i]), b), together[i], rtol=1e-11)


def test_factors_serve_later_solves():
    a = helmholtz(np.ones(n))
    factor = tl.sparse.Factor(a, "symmetric")
    b = np.random.default_rng(3).normal(size=n)
    np.testing.assert_allclose(a @ factor.solve(b), b, atol=1e-13)
    np.testing.assert_allclose(a.H @ factor.solve_adjoint(b), b, atol=1e-13)
    real = tl.sparse.Factor(tl.sparse.SparseTensor(a.pattern, tl.real(a.values)), "positive_definite")
    x = real.solve(b + 2j * b)
    assert x.dtype == tl.tensor(1j).dtype
    np.testing.assert_allclose(real.matrix @ x, b + 2j * b, atol=1e-12)


def test_errors_say_what_to_do():
    with pytest.raises(tl.SolveError, match="is singular: row 1 is zero"):
        tl.sparse.solve(tl.sparse.diagonal_matrix([1.0, 0.0]), [1.0, 1.0]).eval()
    with pytest.raises(tl.SolveError, match="not positive definite at row 0"):
        tl.sparse.solve(tl.sparse.diagonal_matrix([-1.0, 1.0]), [1.0, 1.0], "positive_definite").eval()
    with pytest.raises(ValueError, match="choose general, symmetric, hermitian or positive_definite"):
        tl.sparse.solve(tl.sparse.diagonal_matrix([1.0]), [1.0], "spd")
    with pytest.raises(ValueError, match="contribution 1 at .2, 0. lies outside a 2 x 2 matrix"):
        tl.sparse.assemble(2, 2, [0, 2], [0, 0])
    with pytest.raises(ValueError, match="rows must be integers"):
        tl.sparse.assemble(2, 2, [0.5], [0])
    with pytest.raises(ValueError, match="cast one of them"):
        tl.sparse.Factor(tl.sparse.diagonal_matrix(tl.ones(2, dtype="float32"))).solve(np.ones(2))


def test_what_is_no_operand_is_left_to_python():
    a = tl.sparse.diagonal_matrix([1.0, 2.0])
    assert a.pattern != 3
    for operation in (lambda: a + 3, lambda: a * a, lambda: a @ None):
        with pytest.raises(TypeError, match="unsupported operand"):
            operation()


def test_no_contributions_make_zeros():
    np.testing.assert_array_equal(tl.sparse.assemble(2, 3, [], []).matrix([]).to_dense(), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="the last axis must be 8"):
        tl.sparse.assemble_elements(2, [[-1, 0], [0, 1]]).matrix(np.ones((2, 2, 2)))


def test_scipy_matrices_come_and_go():
    scipy = pytest.importorskip("scipy.sparse")
    matrix = scipy.random_array((6, 5), density=0.4, random_state=0)
    ours = tl.sparse.from_scipy(matrix)
    np.testing.assert_array_equal(ours.to_dense(), matrix.toarray())
    np.testing.assert_array_equal(tl.sparse.to_scipy(ours).toarray(), matrix.toarray())
    with pytest.raises(ValueError, match="take one of them"):
        tl.sparse.to_scipy(helmholtz(np.ones((2, n))))
