"""Linear algebra, dense and sparse, Fourier transforms and convolutions, beside JAX, SciPy, MUMPS and PyAMG.

linalg.py [--peers] [--json FILE] [--only WORD]

--only: the jobs with that word in their names.

Wall and CPU time of a warm call on one and two cores, JAX jitted, each library in a process of its own, one after the
other; the answers must agree. ratio = ours / best peer; targets are of the ratio.
"""

import _rows
import _side_by_side
import numpy as np

FOURIER = {
    "fft2 complex64 16 256 256": 0.8,
    "fft2 complex128 16 256 256": 0.8,
    "rfft2 float32 16 256 256": 0.8,
    "rfft2 float64 16 256 256": 0.8,
    "fft complex64 1000000": 0.8,
    "fft complex128 1000000": 0.8,
    "rfft float64 1000000": 0.8,
    "fft complex64 1000 1009": 0.8,
    "fft complex128 1000 1009": 0.8,
    "fft complex128 1000003": 0.8,
}
JOBS = {
    "matmul float32 1024": 1.1,
    "matmul float64 1024": 1.1,
    "matmul complex128 1024": 1.1,
    "solve float64 10000 16": 0.5,
    "solve complex128 10000 16": 0.5,
    "cholesky float64 10000 16": 0.5,
    "cholesky complex128 10000 16": 0.5,
    "conv float32": 0.7,
    "conv float64": 0.7,
    **FOURIER,
}
# JAX solves for one right-hand side of one frequency at a time: measured for one, counted for all.
HELMHOLTZ, JAX_PART, JAX_TIMES = "helmholtz 200 16 30", "helmholtz 200 1 1", 16 * 30
SPARSE_TARGETS = {"jax": 0.2, "scipy": 0.5, "mumps": 1.0}
GROWTH = ["factorise 100", "factorise 316", "factorise 1000"]
LAPLACE = ["laplace 25", "laplace 50", "laplace 100"]
AGREEMENT = {"float32": 1e-4, "complex64": 1e-5, "float64": 1e-11, "complex128": 1e-11}


def dense(rows, only, peers):
    libraries = {"jax": JOBS, "scipy": FOURIER} if peers else {}
    for threads in (1, 2):
        chosen = {job: target for job, target in JOBS.items() if only in job}
        if not chosen:
            return
        ours = _side_by_side.library_times("_linalg_jobs.py", "terrella", threads, chosen)
        others = {
            library: _side_by_side.library_times("_linalg_jobs.py", library, threads, [j for j in jobs if j in chosen])
            for library, jobs in libraries.items()
        }
        for job, target in chosen.items():
            told = {name: times[job] for name, times in others.items() if job in times}
            _side_by_side.check_agreement(job, ours[job], told, AGREEMENT)
            for clock in ("wall", "cpu"):
                times = {name: other[clock] for name, other in told.items()}
                rows.add(f"{job}, {clock}", "ms", ours[job][clock], times, target, threads, digits=3)


def sparse(rows, only, peers):
    jobs = [job for job in [HELMHOLTZ, *GROWTH] if only in job]
    if not jobs:
        return

    def told(library, asked, threads=1):
        return _side_by_side.library_times("_sparse_jobs.py", library, threads, asked) if asked else {}

    # One thread for all: MUMPS and SuperLU have no more. Ours on two beside it.
    ours, two = told("terrella", jobs), told("terrella", jobs, 2)
    alike = {"mumps": jobs, "scipy": [job for job in jobs if job == HELMHOLTZ]} if peers else {}
    others = {name: told(name, asked) for name, asked in alike.items()}
    if peers and HELMHOLTZ in jobs:
        one = told("jax", [JAX_PART])[JAX_PART]
        others["jax"] = {HELMHOLTZ: {clock: one[clock] * JAX_TIMES for clock in ("wall", "cpu")}}
        exact = {name: times[HELMHOLTZ] for name, times in others.items() if name != "jax"}
        _side_by_side.check_agreement(HELMHOLTZ, ours[HELMHOLTZ], exact, {"": 1e-11})
    for clock in ("wall", "cpu"):
        if HELMHOLTZ in jobs:
            for name, target in SPARSE_TARGETS.items():
                times = {name: others[name][HELMHOLTZ][clock]} if peers else {}
                rows.add(f"{HELMHOLTZ}, {clock}", "ms", ours[HELMHOLTZ][clock], times, target, 1, digits=0)
            rows.add(f"{HELMHOLTZ}, {clock}", "ms", two[HELMHOLTZ][clock], {}, None, 2, digits=0)
        for job in GROWTH if GROWTH[0] in jobs else []:
            times = {"mumps": others["mumps"][job][clock]} if peers else {}
            rows.add(f"{job}, {clock}", "ms", ours[job][clock], times, 1.2, 1, digits=1)
            rows.add(f"{job}, {clock}", "ms", two[job][clock], {}, None, 2, digits=1)
    if GROWTH[0] in jobs:
        for job in GROWTH:
            memory = {"mumps": others["mumps"][job]["bytes"] / 2**20} if peers else {}
            rows.add(f"{job}, factor", "MiB", ours[job]["bytes"] / 2**20, memory, 1.2, 1, digits=1)
        for what in ("wall", "bytes"):  # exponents of the number of unknowns
            slopes = {
                name: exponent(times, what) for name, times in {"ours": ours, **others}.items() if GROWTH[0] in times
            }
            rows.add(f"factorise, exponent of {what}", "", slopes.pop("ours"), slopes, None, 1)


def multigrid(rows, only, peers):
    jobs = [job for job in LAPLACE if only in job]
    if not jobs:
        return
    # PyAMG has one thread, and the BLAS threads that it would get on two cores make it slower. Ours on two beside it.
    ours, two = (_side_by_side.library_times("_sparse_jobs.py", "terrella", threads, jobs) for threads in (1, 2))
    other = _side_by_side.library_times("_sparse_jobs.py", "pyamg", 1, jobs) if peers else {}
    for job in jobs:
        told = {"pyamg": other[job]} if peers else {}
        _side_by_side.check_agreement(job, ours[job], told, {"": 1e-6})
        for clock in ("wall", "cpu"):
            times = {name: times[clock] for name, times in told.items()}
            rows.add(f"{job}, {clock}", "ms", ours[job][clock], times, 1.0, 1, digits=1)
            rows.add(f"{job}, {clock}", "ms", two[job][clock], {}, None, 2, digits=1)
        counts = {name: times["iterations"] for name, times in told.items()}
        rows.add(f"{job}, iterations", "", ours[job]["iterations"], counts, None, 1, digits=0)


def exponent(times, what):
    unknowns = [int(job.split()[1]) ** 2 for job in GROWTH]
    return np.polyfit(np.log(unknowns), np.log([times[job][what] for job in GROWTH]), 1)[0]


def main():
    arguments = _rows.read_arguments(__doc__, "measure JAX, SciPy, MUMPS and PyAMG too", only=True)
    rows = _rows.Rows()
    dense(rows, arguments.only, arguments.peers)
    sparse(rows, arguments.only, arguments.peers)
    multigrid(rows, arguments.only, arguments.peers)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
