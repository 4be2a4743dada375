"""The same jobs in several libraries, each in a process of its own.

A benchmark NAME.py calls library_times(); the script _NAME_jobs.py calls main() with its libraries and jobs.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path


def openblas_core():
    """The kernels that Debian's OpenBLAS has for this processor; an unknown one gets those of 2004. We choose
    by ourselves, a peer (MUMPS, PyTorch) must be told."""
    flags = Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0].split()
    return "SkylakeX" if "avx512dq" in flags else "Haswell" if "avx2" in flags else None


def library_times(script, library, threads, jobs):
    """{job: times} of the script in a process of its own; None where the library is not there."""
    python = sys.executable
    if library == "torch":  # Debian's, since the registry's wheel brings CUDA along
        python = shutil.which("python3", path="/usr/bin")
        if not python or subprocess.run([python, "-c", "import torch"], capture_output=True).returncode:
            return None
    core = openblas_core() if library != "terrella" else None
    run = subprocess.run(
        [python, Path(__file__).with_name(script), library, str(threads), *jobs],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)} | ({"OPENBLAS_CORETYPE": core} if core else {}),
    )
    if run.returncode:
        raise SystemExit(f"{script}: {library} failed:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def check_agreement(job, ours, peers, tolerances):
    """tolerances: {part of the job's name: relative difference}, the first that is found."""
    tolerance = next((t for dtype, t in tolerances.items() if dtype in job), 1e-6)
    for name, peer in peers.items():
        if not abs(ours["value"] - peer["value"]) <= tolerance * abs(peer["value"]):
            raise SystemExit(f"{job}: {name} gives {peer['value']!r}, we {ours['value']!r}")


def leaves(nest):
    if isinstance(nest, dict):
        nest = list(nest.values())
    if isinstance(nest, tuple | list):
        return [leaf for part in nest for leaf in leaves(part)]
    return [nest]


def measured(library, job, made, seconds=2.0, many=1, bytes_of=None):
    """Times of made(library, job) = (function, arguments, number of its result): {"wall", "cpu": best milliseconds of a
    warm call, "median": of its wall times, "first": seconds of the first one, "value", and "bytes" where bytes_of is
    asked}."""
    f, arguments, number = made(library, job)
    start = time.perf_counter()
    result = f(*arguments)
    library.wait(result)
    told = {"first": time.perf_counter() - start, "value": number(result)}
    if bytes_of:
        told["bytes"] = bytes_of(f, arguments)
    del result
    walls, cpu = [], float("inf")
    stop = time.perf_counter() + seconds
    while len(walls) < 5 or time.perf_counter() < stop:
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        for _ in range(many):
            result = f(*arguments)
            library.wait(result)
        cpu = min(cpu, (time.process_time() - cpu_start) / many)
        walls.append((time.perf_counter() - wall_start) / many)
    return {**told, "wall": min(walls) * 1e3, "cpu": cpu * 1e3, "median": statistics.median(walls) * 1e3}


def main(argv, libraries, made, measure=measured):
    name, threads, *jobs = argv[1:]
    cores = sorted(os.sched_getaffinity(0))[-int(threads) :]
    os.sched_setaffinity(0, cores)
    library = libraries[name](int(threads))
    print(json.dumps({job: measure(library, job, made) for job in jobs}))
