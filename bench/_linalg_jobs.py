"""The jobs of linalg.py, written once for all libraries: _linalg_jobs.py LIBRARY THREADS JOBS...

LIBRARY is terrella, jax or scipy (which has the Fourier transforms only). Prints JSON as _core_jobs.py does.
"""

import sys

import _side_by_side
import numpy as np


class Terrella:
    def __init__(self, threads):
        import terrella as tl

        tl.set_threads(threads)
        self.array = tl.tensor
        self.jit, self.value_and_grad, self.sum, self.matmul = tl.jit, tl.value_and_grad, tl.sum, tl.matmul
        self.fft, self.solve, self.cholesky = tl.fft, tl.linalg.solve, tl.linalg.cholesky
        self.tl = tl

    def conv(self, x, w):
        return self.tl.conv(x, w, padding=1)

    def wait(self, nest):
        for leaf in _side_by_side.leaves(nest):
            leaf.eval()


class Jax:
    def __init__(self, _threads):
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        self.array = jnp.asarray
        self.jit, self.value_and_grad, self.sum, self.matmul = jax.jit, jax.value_and_grad, jnp.sum, jnp.matmul
        self.fft, self.solve, self.cholesky = jnp.fft, jnp.linalg.solve, jnp.linalg.cholesky
        self.wait = jax.block_until_ready
        self.jax = jax

    def conv(self, x, w):
        return self.jax.lax.conv_general_dilated(x, w, (1, 1), "SAME")


class Scipy:
    def __init__(self, threads):
        import scipy.fft

        self.array = np.asarray
        self.jit = lambda f: f
        self.fft = type("fft", (), {})
        for name in ("fft", "rfft", "fft2", "rfft2"):
            transform = getattr(scipy.fft, name)
            setattr(self.fft, name, staticmethod(lambda x, f=transform: f(x, workers=threads)))

    def wait(self, _nest):
        pass


def numbers(shape, dtype):
    random = np.random.default_rng(0)
    x = random.normal(size=shape)
    return (x + 1j * random.normal(size=shape) if dtype.startswith("complex") else x).astype(dtype)


def size_of(y):
    """A number of the result on which all must agree, whatever the order of its elements."""
    y = np.asarray(y)
    return float(np.sqrt(np.mean(np.abs(y.astype(np.complex128)) ** 2)))


def made(library, job):
    """(function, its arguments, a number of its result)."""
    kind, dtype, *rest = job.split()
    if kind == "matmul":
        n = int(rest[0])
        a, b = library.array(numbers((n, n), dtype)), library.array(numbers((n, n), dtype)[::-1].copy())
        return library.jit(library.matmul), (a, b), size_of
    if kind in ("fft", "rfft", "fft2", "rfft2"):
        x = library.array(numbers(tuple(map(int, rest)), dtype))
        return library.jit(getattr(library.fft, kind)), (x,), size_of
    if kind == "conv":
        x, w = library.array(numbers((16, 32, 64, 64), dtype)), library.array(numbers((32, 32, 3, 3), dtype))
        loss = library.value_and_grad(lambda x, w: library.sum(library.conv(x, w) ** 2), (0, 1))
        return library.jit(loss), (x, w), lambda y: size_of(y[1][1])
    count, n = map(int, rest)
    a = numbers((count, n, n), dtype)
    if kind == "solve":
        b = numbers((count, n, 1), dtype)
        return library.jit(library.solve), (library.array(a + n * np.eye(n)), library.array(b)), size_of
    if kind == "cholesky":
        positive = (a @ a.conj().swapaxes(-1, -2) + n * np.eye(n)).astype(dtype)
        return library.jit(library.cholesky), (library.array(positive),), size_of
    raise SystemExit(f"no job {job}")


if __name__ == "__main__":
    _side_by_side.main(sys.argv, {"terrella": Terrella, "jax": Jax, "scipy": Scipy}, made)
