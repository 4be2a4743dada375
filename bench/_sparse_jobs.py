"""The sparse jobs of linalg.py, written once for all libraries: _sparse_jobs.py LIBRARY THREADS JOBS...

helmholtz N FREQUENCIES SIDES   sum |u|^2 of (-Laplace + i w c) u = b on N x N unknowns, and its gradient to all c
laplace N                       CG with algebraic multigrid, made and run to 1e-8, for the Laplacian of N^3 unknowns
factorise N                     one complex symmetric matrix of N x N unknowns, its ordering known; bytes: of the factor

LIBRARY is terrella, scipy (SuperLU), mumps (symmetric, over OpenBLAS), pyamg (smoothed aggregation) or jax (spsolve,
SuperLU again, one right-hand side and frequency at a time, each factorised anew). Prints JSON as _core_jobs.py does.
"""

import sys

import _side_by_side
import numpy as np


def laplacian(n):
    """(row, column, value) of the five-point Laplacian on n x n unknowns, the n * n diagonal entries first."""
    at = np.arange(n * n).reshape(n, n)
    pairs = np.concatenate(
        [np.stack([at[1:].ravel(), at[:-1].ravel()]), np.stack([at[:, 1:].ravel(), at[:, :-1].ravel()])], 1
    )
    row = np.concatenate([at.ravel(), pairs[0], pairs[1]])
    column = np.concatenate([at.ravel(), pairs[1], pairs[0]])
    return row, column, np.concatenate([np.full(n * n, 4.0), np.full(2 * pairs.shape[1], -1.0)])


def laplacian_of_space(n):
    """scipy's matrix of the seven-point Laplacian on n^3 unknowns."""
    from scipy.sparse import csr_array, diags_array, eye_array, kron

    line = diags_array([2.0, -1.0, -1.0], offsets=[0, 1, -1], shape=(n, n))
    one = eye_array(n)
    plane = kron(line, one) + kron(one, line)
    return csr_array(kron(plane, one) + kron(eye_array(n * n), line))


def problem(n, frequencies, sides):
    random = np.random.default_rng(0)
    c = np.exp(random.normal(size=n * n))
    b = random.normal(size=(n * n, sides)) + 1j * random.normal(size=(n * n, sides))
    return c, np.geomspace(1e-3, 1e-1, frequencies), b


class Terrella:
    def __init__(self, threads):
        import terrella as tl

        tl.set_threads(threads)
        self.tl = tl

    def wait(self, nest):
        for leaf in _side_by_side.leaves(nest):
            leaf.eval()

    def bytes_of(self, _f, _arguments):
        return 16 * self.numbers

    def helmholtz(self, n, frequencies, sides):
        tl = self.tl
        c, w, b = problem(n, frequencies, sides)
        row, column, value = laplacian(n)
        places = tl.sparse.assemble(n * n, n * n, row, column)
        stiffness, on_diagonal = tl.tensor(value), np.arange(n * n)
        w, b = tl.tensor(w[:, None]), tl.tensor(b)

        def misfit(c):
            values = tl.scatter_add(1j * w * c, on_diagonal, len(row), axis=-1) + stiffness
            u = tl.sparse.solve(places.matrix(values), b, "symmetric")
            return tl.sum(tl.real(u) ** 2 + tl.imag(u) ** 2)

        return tl.jit(tl.value_and_grad(misfit)), (tl.tensor(c),)

    def factorise(self, n):
        tl = self.tl
        c, w, b = problem(n, 1, 1)
        row, column, value = laplacian(n)
        places = tl.sparse.assemble(n * n, n * n, row, column)
        values = value.astype(complex)
        values[: n * n] += 1j * w[0] * c
        matrix = tl.sparse.SparseTensor(places.pattern, places.values(values)).values.eval()
        self.numbers = tl.sparse.Factor(tl.sparse.SparseTensor(places.pattern, matrix), "symmetric").numbers
        return lambda m: tl.sparse.Factor(tl.sparse.SparseTensor(places.pattern, m), "symmetric").eval(), (matrix,)

    def laplace(self, n):
        tl = self.tl
        matrix = tl.sparse.from_scipy(laplacian_of_space(n))
        matrix.values.eval()
        b = tl.ones((n**3,)).eval()

        def solve(b):
            m = tl.precondition.multigrid(matrix)
            x, self.iterations, _residual = tl.krylov_solve(matrix, b, "cg", tolerance=1e-8, preconditioner=m)
            return x

        return solve, (b,)


class Scipy:
    def __init__(self, _threads):
        pass

    def wait(self, _nest):
        pass

    def factor(self, matrix):
        from scipy.sparse.linalg import splu

        return splu(matrix)

    def helmholtz(self, n, frequencies, sides):
        from scipy.sparse import csc_array

        c, w, b = problem(n, frequencies, sides)
        row, column, value = laplacian(n)
        stiffness = csc_array((value.astype(complex), (row, column)), shape=(n * n, n * n))
        diagonal = np.flatnonzero(stiffness.indices == np.repeat(np.arange(n * n), np.diff(stiffness.indptr)))

        def misfit(c):
            total, gradient, matrix = 0.0, np.zeros(n * n), stiffness.copy()
            for each in w:
                matrix.data[diagonal] = stiffness.data[diagonal] + 1j * each * c
                factor = self.factor(matrix)
                u = factor.solve(b)
                total += np.sum(u.real**2 + u.imag**2)
                adjoint = factor.solve(u.conj())  # A^T = A: the conjugate of what A^H gives
                gradient -= 2 * each * np.sum((1j * adjoint * u).real, axis=1)
            return total, gradient

        return misfit, (c,)

    def factorise(self, n):
        from scipy.sparse import csc_array

        c, w, _b = problem(n, 1, 1)
        row, column, value = laplacian(n)
        values = value.astype(complex)
        values[: n * n] += 1j * w[0] * c
        return self.factor, (csc_array((values, (row, column)), shape=(n * n, n * n)),)


class Mumps(Scipy):
    """Sequential; analysed once for a pattern, as ours."""

    def __init__(self, threads):
        super().__init__(threads)
        import mumps

        self.context = mumps.Context()
        self.analysed = 0

    def bytes_of(self, f, arguments):
        return 16 * f(*arguments).mumps_instance.infog[29]  # numbers in the factor

    def factor(self, matrix):
        self.context.set_matrix(matrix, symmetric=True)
        self.context.factor(reuse_analysis=self.analysed == matrix.shape[0])
        self.analysed = matrix.shape[0]
        return self.context


class Pyamg:
    """In the fastest of four settings that were tried: its defaults take half as long again."""

    def __init__(self, _threads):
        import pyamg

        self.pyamg = pyamg

    def wait(self, _nest):
        pass

    def laplace(self, n):
        from scipy.sparse import csr_matrix

        matrix = csr_matrix(laplacian_of_space(n))

        def solve(b):
            smooth, lengths = ("chebyshev", {"degree": 2}), []
            levels = self.pyamg.smoothed_aggregation_solver(
                matrix, improve_candidates=None, presmoother=smooth, postsmoother=smooth
            )
            x = levels.solve(b, tol=1e-8, accel="cg", residuals=lengths)
            self.iterations = len(lengths) - 1
            return x

        return solve, (np.ones(n**3),)


class Jax:
    def __init__(self, _threads):
        import jax

        jax.config.update("jax_enable_x64", True)
        self.jax, self.wait = jax, jax.block_until_ready

    def helmholtz(self, n, frequencies, sides):
        from jax.experimental.sparse.linalg import spsolve
        from scipy.sparse import csr_array

        jnp = self.jax.numpy
        c, w, b = problem(n, frequencies, sides)
        row, column, value = laplacian(n)
        stiffness = csr_array((value.astype(complex), (row, column)), shape=(n * n, n * n))
        stiffness.sort_indices()
        diagonal = np.flatnonzero(stiffness.indices == np.repeat(np.arange(n * n), np.diff(stiffness.indptr)))
        data, indices, starts = map(jnp.asarray, (stiffness.data, stiffness.indices, stiffness.indptr))

        def misfit(c):
            total = 0.0
            for each in w:
                values = data.at[diagonal].add(1j * each * c)
                for side in b.T:
                    u = spsolve(values, indices, starts, jnp.asarray(side))
                    total += jnp.sum(u.real**2 + u.imag**2)
            return total

        return self.jax.jit(self.jax.value_and_grad(misfit)), (jnp.asarray(c),)


def size_of(result):
    """A number on which all must agree."""
    return float(np.linalg.norm(np.asarray(result[1])))


def made(library, job):
    kind, *sizes = job.split()
    if kind == "helmholtz":
        return *library.helmholtz(*map(int, sizes)), size_of
    if kind == "laplace":
        return *library.laplace(int(sizes[0])), lambda result: float(np.linalg.norm(np.asarray(result)))
    return *library.factorise(int(sizes[0])), lambda _factor: 0.0


if __name__ == "__main__":
    libraries = {"terrella": Terrella, "scipy": Scipy, "mumps": Mumps, "pyamg": Pyamg, "jax": Jax}

    def measured(library, job, made):
        many = 3 if "factorise" in job and "1000" not in job else 1
        bytes_of = library.bytes_of if job.startswith("factorise") else None
        told = _side_by_side.measured(library, job, made, many=many, bytes_of=bytes_of)
        return {**told, "iterations": int(library.iterations)} if job.startswith("laplace") else told

    _side_by_side.main(sys.argv, libraries, made, measured)
