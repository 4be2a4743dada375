"""Linear algebra, Fourier transforms and convolutions, beside JAX and SciPy.

linalg.py [--peers] [--json FILE]

Wall and CPU time of a warm call on one and two cores, JAX jitted, each library in a process of its own, one after the
other; the answers must agree. ratio = ours / best peer; targets are of the ratio.
"""

import _rows
import _side_by_side

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
AGREEMENT = {"float32": 1e-4, "complex64": 1e-5, "float64": 1e-11, "complex128": 1e-11}


def main():
    arguments = _rows.read_arguments(__doc__, "measure JAX and SciPy too")
    rows = _rows.Rows()
    libraries = {"jax": JOBS, "scipy": FOURIER} if arguments.peers else {}
    for threads in (1, 2):
        ours = _side_by_side.library_times("_linalg_jobs.py", "terrella", threads, JOBS)
        peers = {
            library: _side_by_side.library_times("_linalg_jobs.py", library, threads, jobs)
            for library, jobs in libraries.items()
        }
        for job, target in JOBS.items():
            others = {name: told[job] for name, told in peers.items() if job in told}
            _side_by_side.check_agreement(job, ours[job], others, AGREEMENT)
            for clock in ("wall", "cpu"):
                times = {name: other[clock] for name, other in others.items()}
                rows.add(f"{job}, {clock}", "ms", ours[job][clock], times, target, threads, digits=3)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
