"""Eager cost of small operations on one core: building, evaluating and differentiating nodes; beside JAX and numpy.

core.py [--peers] [--json FILE]

JAX runs without jit, as our graph does. ratio = ours / best peer; target is what `ours` should not exceed.
"""

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

import numpy as np

CHAIN = 1000
JOBS = {  # name of our benchmark: what it does, operations in one run, target in microseconds
    "add": ("add of 10 numbers, evaluated", 1, 0.5),
    "add_number": ("add of 10 numbers and a scalar, evaluated", 1, 0.5),
    "chain_value": ("one add in a chain of 1000", CHAIN, 0.5),
    "chain_gradient": ("one add in a chain of 1000, value and gradient", CHAIN, 1.5),
    "chain_of_products": ("one product in a chain of 1000, value and gradient", CHAIN, None),
}


def ours():
    """CPU microseconds of one run: the best of five."""
    program = Path(__file__).resolve().parent.parent / "build" / "release" / "bench" / "core_bench"
    command = [program, "--benchmark_format=json", "--benchmark_repetitions=5", "--benchmark_min_time=0.2"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    times = {}
    for run in report["benchmarks"]:
        if run["run_type"] == "iteration":
            times[run["run_name"]] = min(times.get(run["run_name"], np.inf), run["cpu_time"] * 1e-3)
    return times


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="measure numpy and JAX too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    arguments = parser.parse_args()

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core for all, children included
    mine = ours()
    peers = {"numpy": numpy_times(), "JAX": jax_times()} if arguments.peers else {}
    rows = []
    for job, (text, count, target) in JOBS.items():
        others = {name: round(times[job] / count, 4) for name, times in peers.items() if job in times}
        value = mine[job] / count
        rows.append(
            {
                "job": text,
                "unit": "us",
                "ours": round(value, 4),
                "peers": others,
                "ratio": round(value / min(others.values()), 4) if others else None,
                "target": target,
                "threads": 1,
            }
        )
        print(json.dumps(rows[-1]))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
