"""Eager cost of small operations on one core: building, evaluating and differentiating nodes; beside JAX and numpy.

core.py [--peers] [--json FILE]

JAX runs without jit, as our graph does. ratio = ours / best peer; target is what `ours` should not exceed.
"""

import time

import _rows
import numpy as np

CHAIN = 1000
JOBS = {  # name of our benchmark: what it does, operations in one run, target in microseconds
    "add": ("add of 10 numbers, evaluated", 1, 0.5),
    "add_number": ("add of 10 numbers and a scalar, evaluated", 1, 0.5),
    "chain_value": ("one add in a chain of 1000", CHAIN, 0.5),
    "chain_gradient": ("one add in a chain of 1000, value and gradient", CHAIN, 1.5),
    "chain_of_products": ("one product in a chain of 1000, value and gradient", CHAIN, None),
    "scan_value": ("one step c sin(c) of a scan of 1000", CHAIN, None),
    "scan_gradient": ("one step of a scan of 1000, gradient with 20 states held", CHAIN, None),
}


def best(job, seconds=1.0):
    """CPU microseconds of one call: the best of five."""
    job()
    start = time.process_time()
    job()
    repeat = max(1, int(seconds / 5 / max(time.process_time() - start, 1e-7)))
    times = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(repeat):
            job()
        times.append((time.process_time() - start) / repeat)
    return min(times) * 1e6


def chained(operation, x, length=CHAIN):
    y = x
    for _ in range(length):
        y = operation(y, x)
    return y


def numpy_times():
    x, y = np.linspace(0, 1, 10), np.linspace(0, 1, 10)
    return {
        "add": best(lambda: x + y),
        "add_number": best(lambda: x + 1.0),
        "chain_value": best(lambda: chained(np.add, x)),
    }


def jax_times():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, y = jnp.linspace(0, 1, 10), jnp.linspace(0, 1, 10)

    def of_chain(operation):
        def f(t):
            z = t
            for _ in range(CHAIN):
                z = operation(z, x)
            return z.sum()

        return lambda: jax.block_until_ready(jax.value_and_grad(f)(x))

    return {
        "add": best(lambda: (x + y).block_until_ready()),
        "add_number": best(lambda: (x + 1.0).block_until_ready()),
        "chain_value": best(lambda: chained(jnp.add, x).block_until_ready()),
        "chain_gradient": best(of_chain(jnp.add)),
        "chain_of_products": best(of_chain(jnp.multiply)),
    }


def main():
    arguments = _rows.read_arguments(__doc__, "measure numpy and JAX too")
    threads = _rows.hold_on_cores(1)
    mine = _rows.best_times("core_bench", 1e-3)
    peers = {"numpy": numpy_times(), "JAX": jax_times()} if arguments.peers else {}
    rows = _rows.Rows()
    for job, (text, count, target) in JOBS.items():
        others = {name: times[job] / count for name, times in peers.items() if job in times}
        rows.add(text, "us", mine[job] / count, others, target, threads, digits=4)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
