"""The compiled jobs of core.py, written once for all libraries: _core_jobs.py LIBRARY THREADS JOBS...

LIBRARY is terrella, jax or torch (which has the eager job only). Prints JSON: {job: {"wall", "cpu": best milliseconds
of a warm call, "median": of its wall times, "first": seconds of the first one, "bytes": of memory besides the
arguments, as the library tells, "value": a number on which all must agree}}.
"""

import sys

import _side_by_side
import numpy as np

SIZES = (2, 64, 64, 64, 64, 1)


class Terrella:
    def __init__(self, threads):
        import terrella as tl

        self.tl = tl
        tl.set_threads(threads)
        for name in ("tanh", "matmul", "stack", "mean", "grad", "value_and_grad", "vmap", "jit", "maximum", "abs"):
            setattr(self, name, getattr(tl, name))

    def array(self, values):
        return self.tl.tensor(np.ascontiguousarray(values))

    def wait(self, nest):
        if isinstance(nest, self.tl.Tensor):
            nest.eval()
        else:
            self.tl.eval(nest)

    def bytes(self, compiled, _arguments):
        return compiled.report().peak_bytes

    def chained(self, x, length):
        def f(t):
            z = t
            for _ in range(length):
                z = z + x
            return self.tl.sum(z)

        return self.tl.grad(f)(x)

    def derivatives(self, u, t, x):
        """Value, u_t, u_x, u_xx: Taylor mode along x, jvp along t."""
        one = self.tl.ones_like(x)
        value, (u_x, u_xx) = self.tl.jet(lambda x: u(t, x), (x,), [(one,), (None,)])
        _, u_t = self.tl.jvp(lambda t: u(t, x), (t,), (one,))
        return value, u_t, u_x, u_xx

    def adam(self):
        def step(p, g, state):
            return self.tl.optimize.adam(p, g, state, 1e-3)

        return step, self.tl.optimize.adam_start

    def donating(self, step):
        return self.tl.jit(step, donate=(0, 2))


class Jax:
    def __init__(self, _threads):
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        for name in ("tanh", "matmul", "stack", "mean", "maximum", "abs"):
            setattr(self, name, getattr(jnp, name))
        for name in ("grad", "value_and_grad", "vmap", "jit"):
            setattr(self, name, getattr(jax, name))
        self.array = jnp.asarray

    def wait(self, nest):
        self.jax.block_until_ready(nest)

    def chained(self, x, length):
        def f(t):
            z = t
            for _ in range(length):
                z = z + x
            return z.sum()

        return self.jax.grad(f)(x)

    def bytes(self, compiled, arguments):
        told = compiled.lower(*arguments).compile().memory_analysis()
        return told.temp_size_in_bytes + told.output_size_in_bytes

    def derivatives(self, u, t, x):
        """Value, u_t, u_x, u_xx: jvp of jvp along x, jvp along t."""
        import jax.numpy as jnp

        one = jnp.ones_like(x)

        def along_x(x):
            return self.jax.jvp(lambda x: u(t, x), (x,), (one,))

        (value, u_x), (_, u_xx) = self.jax.jvp(along_x, (x,), (one,))
        _, u_t = self.jax.jvp(lambda t: u(t, x), (t,), (one,))
        return value, u_t, u_x, u_xx

    def adam(self):
        """Algorithm 1 of the paper, as users of the library write it."""
        tree = self.jax.tree_util.tree_map
        import jax.numpy as jnp

        def step(p, g, state):
            t = state["step"] + 1
            mean = tree(lambda m, x: 0.9 * m + 0.1 * x, state["mean"], g)
            square = tree(lambda s, x: 0.999 * s + 0.001 * x * x, state["square"], g)
            a, b = 1 / (1 - 0.9**t), 1 / (1 - 0.999**t)
            after = tree(
                lambda x, m, s: x - 1e-3 * (m * a.astype(x.dtype)) / (jnp.sqrt(s * b.astype(x.dtype)) + 1e-8),
                p,
                mean,
                square,
            )
            return after, {"step": t, "mean": mean, "square": square}

        def begin(p):
            mean, square = (tree(lambda x: x * 0, p) for _ in range(2))
            return {"step": jnp.asarray(0.0), "mean": mean, "square": square}

        return self.jax.jit(step), begin

    def donating(self, step):
        return self.jax.jit(step, donate_argnums=(0, 2))


class Torch:
    """Eager, as its users write loops; its compiler differentiates neither twice nor complex numbers."""

    def __init__(self, threads):
        import torch

        torch.set_num_threads(threads)
        self.torch = torch

    def array(self, values):
        return self.torch.from_numpy(np.ascontiguousarray(values))

    def wait(self, _nest):
        pass

    def chained(self, x, length):
        t = x.detach().requires_grad_(True)
        z = t
        for _ in range(length):
            z = z + x
        (gradient,) = self.torch.autograd.grad(z.sum(), t)
        return gradient


def chain(library, kind):
    """Twenty operations: four times f(max(1.0001 y + 0.5, x) - x), f the absolute value or tanh."""
    last = {"cheap": library.abs, "tanh": library.tanh}[kind]

    def f(x):
        y = x
        for _ in range(4):
            y = last(library.maximum(y * 1.0001 + 0.5, x) - x)
        return y

    return f


def network(library, parameters, t, x):
    h = library.stack([t, x])
    for w, b in parameters[:-1]:
        h = library.tanh(library.matmul(h, w) + b)
    w, b = parameters[-1]
    return (library.matmul(h, w) + b)[0]


def burgers_loss(library):
    """Mean square of u_t + u u_x - nu u_xx of a network u(t, x), by nested gradients of one point in a vmap."""
    nu = 0.01 / np.pi

    def residual(parameters, t, x):
        def u(t, x):
            return network(library, parameters, t, x)

        u_x = library.grad(u, 1)
        value, u_t = library.value_and_grad(u, 0)(t, x)
        return u_t + value * u_x(t, x) - nu * library.grad(u_x, 1)(t, x)

    def loss(parameters, t, x):
        return library.mean(library.vmap(lambda t, x: residual(parameters, t, x))(t, x) ** 2)

    return loss


def forward_loss(library):
    """The same residual of all points at once, with respect to t and x in forward mode."""
    nu = 0.01 / np.pi

    def loss(parameters, t, x):
        def u(t, x):
            h = library.stack([t, x], 1)
            for w, b in parameters[:-1]:
                h = library.tanh(library.matmul(h, w) + b)
            w, b = parameters[-1]
            return (library.matmul(h, w) + b)[:, 0]

        value, u_t, u_x, u_xx = library.derivatives(u, t, x)
        return library.mean((u_t + value * u_x - nu * u_xx) ** 2)

    return loss


def pinn_arguments(library, dtype, points):
    random = np.random.default_rng(0)
    parameters = [
        (
            library.array((random.normal(size=(a, b)) / np.sqrt(a)).astype(dtype)),
            library.array(np.zeros(b, dtype)),
        )
        for a, b in zip(SIZES[:-1], SIZES[1:], strict=True)
    ]
    place = random.uniform(-1, 1, size=(points, 2)).astype(dtype)
    return parameters, library.array(place[:, 0]), library.array(place[:, 1])


def made(library, job):
    """(compiled function, its arguments, a number of its result)."""
    kind, *rest = job.split()
    if kind == "chain":
        name, dtype, count = rest
        x = library.array(np.linspace(-2, 2, int(float(count))).astype(dtype))
        return library.jit(chain(library, name)), (x,), lambda y: float(np.asarray(y).mean(dtype=np.float64))
    if kind == "pinn":
        dtype, points = rest
        arguments = pinn_arguments(library, dtype, int(points))
        return library.jit(library.value_and_grad(burgers_loss(library))), arguments, lambda y: float(np.asarray(y[0]))
    if kind == "pinn-forward":
        dtype, points = rest
        arguments = pinn_arguments(library, dtype, int(points))
        return library.jit(library.value_and_grad(forward_loss(library))), arguments, lambda y: float(np.asarray(y[0]))
    if kind == "adam":
        random = np.random.default_rng(0)
        p = [library.array(random.normal(size=(100, 100)).astype("float32")) for _ in range(100)]
        g = [library.array(random.normal(size=(100, 100)).astype("float32")) for _ in range(100)]
        step, begin = library.adam()
        if rest == ["donated"]:
            donating = library.donating(step)
            after = [p, begin(p)]  # each call begins with what the one before returned

            def next_step(g):
                after[:] = donating(after[0], g, after[1])
                return after

            start = np.asarray(p[7]).copy()
            return next_step, (g,), lambda y: float(np.abs(np.asarray(y[0][7]) - start).max())
        return step, (p, g, begin(p)), lambda y: float(np.abs(np.asarray(y[0][7]) - np.asarray(p[7])).max())
    if kind == "call":
        x = library.array(np.ones(10))
        return library.jit(lambda x: x + 1.0), (x,), lambda y: float(np.asarray(y)[0])
    if kind == "chained":
        x = library.array(np.linspace(0, 1, 10))
        return lambda x: library.chained(x, 1000), (x,), lambda y: float(np.asarray(y)[0])
    raise SystemExit(f"no job {job}")


def measured(library, job, made):
    kind = job.split()[0]
    bytes_of = library.bytes if kind in ("chain", "pinn", "pinn-forward") else None
    return _side_by_side.measured(library, job, made, many=1000 if kind == "call" else 1, bytes_of=bytes_of)


if __name__ == "__main__":
    _side_by_side.main(sys.argv, {"terrella": Terrella, "jax": Jax, "torch": Torch}, made, measured)
