"""A chain of 20 elementwise operations over 1e7 numbers as one fused program, beside JAX, jitted.

tape.py [--peers] [--json FILE]

Four times y = f(max(y 1.0001 + 0.5, x) - x), f the absolute value ("cheap") or tanh; each run makes its output anew.
CPU milliseconds of all threads. ratio = ours / JAX; target is what `ratio` should not exceed. Adam: 100 tensors of
10 000 numbers, f32, updated by one job.
"""

import os
import subprocess
import sys

import _rows

N = 10_000_000
TARGET = 0.8
PEER = """
import sys, time
import jax, jax.numpy as jnp, numpy as np
jax.config.update("jax_enable_x64", True)
n = int(sys.argv[1])
for dtype in ("f32", "f64"):
    x = jnp.asarray(-2 + 4 * (np.arange(n) * 7919 % n / n), dtype={"f32": jnp.float32, "f64": jnp.float64}[dtype])
    for job, last in (("cheap", jnp.abs), ("tanh", jnp.tanh)):
        @jax.jit
        def chain(x):
            y = x
            for _ in range(4):
                y = last(jnp.maximum(y * 1.0001 + 0.5, x) - x)
            return y
        chain(x).block_until_ready()
        best = float("inf")
        for _ in range(15):
            start = time.process_time()
            chain(x).block_until_ready()
            best = min(best, time.process_time() - start)
        print(dtype, job, best * 1e3, chain(x).mean(dtype=jnp.float64))
"""


def jax_chains():
    """{chain: (milliseconds, mean of its result)}, by a process of its own: XLA counts the cores when it starts."""
    command = [sys.executable, "-c", PEER, str(N)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {f"{dtype}_{job}": (float(time), float(mean)) for dtype, job, time, mean in map(str.split, lines)}


def our_runs():
    """{benchmark: (best CPU milliseconds, mean of its result)}."""
    best = {}
    for run in _rows.benchmark_runs("tape_bench"):
        name = run["run_name"].removesuffix("/process_time/real_time")
        best[name] = min(best.get(name, (float("inf"),)), (run["cpu_time"], run.get("mean")))
    return best


def main():
    arguments = _rows.read_arguments(__doc__, "measure JAX too")
    rows = _rows.Rows()
    everywhere = os.sched_getaffinity(0)
    for wanted in (1, 2):
        os.sched_setaffinity(0, everywhere)
        threads = _rows.hold_on_cores(wanted)
        if threads < wanted:
            break
        mine = our_runs()
        peer = jax_chains() if arguments.peers else {}
        for dtype in ("f32", "f64"):
            for job in ("cheap", "tanh"):
                name = f"{dtype}_{job}"
                time, mean = mine[f"chain20/{name}/{threads}"]
                if peer and abs(peer[name][1] - mean) > 1e-5 * abs(mean):
                    raise SystemExit(f"{name}: the mean of our result is {mean}, of JAX's {peer[name][1]}")
                others = {"JAX": peer[name][0]} if peer else {}
                text = f"20 operations on 1e7 {dtype}, {'4 of them tanh' if job == 'tanh' else 'cheap'}"
                rows.add(text, "ms", time, others, TARGET, threads)
        rows.add("Adam, 100 tensors of 10 000", "ms", mine[f"adam/{threads}"][0], {}, None, threads)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
