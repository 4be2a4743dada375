"""The core: eager cost of small operations, and compiled functions, beside numpy, JAX and PyTorch.

core.py [--peers] [--json FILE] [--only WORD]

Eager: CPU time on one core; JAX runs without jit there. Compiled (_core_jobs.py): wall and CPU time on one and two
cores, JAX jitted, each library in a process of its own, one after the other; the answers must agree. ratio = ours /
best peer; targets are of the ratio for compiled jobs, of `ours` for eager ones. Times are the best of all rounds, since
a machine is seldom alone; beside them the medians of wall times and their ratio. limit: what `ours` may be at most,
whatever the peer takes. --only measures the jobs with that word in their names, of the compiled ones and of growth.
"""

import sys
import time

import _rows
import _side_by_side
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


CHAINS = [f"chain {kind} float{bits} 1e7" for kind in ("cheap", "tanh") for bits in (32, 64)]
STEPS = [f"pinn float{bits} 4096" for bits in (32, 64)]
COMPILED = {  # job: target of the ratio
    **dict.fromkeys(CHAINS, 0.8),
    **dict.fromkeys(STEPS, 0.6),
    "adam": 0.5,
    "adam donated": 0.5,
    "call": 0.12,
    "chained": 0.1,
}
GROWTH = [f"pinn float32 {n}" for n in (1024, 4096, 16384, 65536)] + [
    f"chain {kind} float32 {n}" for kind in ("cheap", "tanh") for n in ("1e4", "1e5", "1e6", "1e7", "1e8")
]
LIMITS = {"call": 0.003, "first call": 0.2}  # ms, s
AGREEMENT = {"float32": 2e-5, "float64": 1e-11}


def library_times(library, threads, jobs):
    return _side_by_side.library_times("_core_jobs.py", library, threads, jobs)


def add_compiled(rows, with_peers, only):
    chosen = {job: target for job, target in COMPILED.items() if only in job}
    libraries = {
        "jax": [job for job in chosen if job != "chained"],
        "torch": [job for job in chosen if job == "chained"],
    }
    for threads in (1, 2) if chosen else ():
        ours = library_times("terrella", threads, chosen)
        peers = {}
        for library, jobs in libraries.items() if with_peers else ():
            if not jobs:
                continue
            if (told := library_times(library, threads, jobs)) is None:
                print(f"core: no {library} here; its rows are missing", file=sys.stderr)
                continue
            peers[library] = told
        for job, target in chosen.items():
            mine, others = ours[job], {name: told[job] for name, told in peers.items() if job in told}
            _side_by_side.check_agreement(job, mine, others, AGREEMENT)
            for clock in ("wall", "cpu"):
                times = {name: other[clock] for name, other in others.items()}
                more = {"limit": LIMITS[job]} if job in LIMITS else {}
                if clock == "wall":
                    more["medians"] = {name: round(t["median"], 4) for name, t in {"ours": mine, **others}.items()}
                    best_peer = min((t["median"] for t in others.values()), default=None)
                    more["ratio_of_medians"] = best_peer and float(f"{mine['median'] / best_peer:.4g}")
                rows.add(f"{job}, {clock}", "ms", mine[clock], times, target, threads, digits=4, **more)
            if job in STEPS and threads == 2:
                first = {name: other["first"] for name, other in others.items()}
                limit = LIMITS["first call"]
                rows.add(f"{job}, first call", "s", mine["first"], first, 0.1, threads, digits=3, limit=limit)
            if "bytes" in mine and threads == 2:
                held = {name: other["bytes"] / 2**20 for name, other in others.items()}
                rows.add(f"{job}, memory besides arguments", "MiB", mine["bytes"] / 2**20, held, 0.7, threads)


def add_growth(rows, only):
    """Nanoseconds an element (point) from small to large: flat above the caches."""
    jobs = [job for job in GROWTH if only in job]
    times = library_times("terrella", 2, jobs) if jobs else {}
    for job in jobs:
        count = float(job.split()[-1])
        rows.add(f"{job}, wall an element", "ns", times[job]["wall"] * 1e6 / count, {}, None, 2, digits=3)


def add_eager(rows, with_peers):
    mine = _rows.best_times("core_bench", 1e-3)
    peers = {"numpy": numpy_times(), "JAX": jax_times()} if with_peers else {}
    for job, (text, count, target) in JOBS.items():
        others = {name: times[job] / count for name, times in peers.items() if job in times}
        rows.add(text, "us", mine[job] / count, others, target, 1, digits=4)


def main():
    arguments = _rows.read_arguments(__doc__, "measure numpy, JAX and PyTorch too", only=True)
    rows = _rows.Rows()
    add_compiled(rows, arguments.peers, arguments.only)
    add_growth(rows, arguments.only)
    if not arguments.only:
        _rows.hold_on_cores(1)
        add_eager(rows, arguments.peers)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
