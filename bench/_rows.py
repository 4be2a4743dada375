"""What the benchmarks share: their command line, the cores they are held on, and the rows they print.

One row a job: {"job", "unit", "ours", "peers": {name: value}, "ratio", "target", "threads"}; ratio = ours / best peer.
"""

import argparse
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def read_arguments(doc, peers, only=False):
    """--peers and --json; `peers` says what the first measures. --only WORD where `only`."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help=peers)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    if only:
        parser.add_argument("--only", default="", metavar="WORD", help="jobs with that word in their names")
    return parser.parse_args()


def hold_on_cores(count):
    """Holds this process and its children on the last `count` cores; returns how many they are."""
    cores = sorted(os.sched_getaffinity(0))[-count:]
    os.sched_setaffinity(0, cores)
    return len(cores)


def program(name):
    return ROOT / "build" / "release" / "bench" / name


def benchmark_runs(name, *options):
    """Five runs of every benchmark of a Google Benchmark program, as it reports them."""
    command = [program(name), "--benchmark_format=json", "--benchmark_repetitions=5", "--benchmark_min_time=0.2"]
    report = json.loads(subprocess.run([*command, *options], check=True, capture_output=True, text=True).stdout)
    return [run for run in report["benchmarks"] if run["run_type"] == "iteration"]


def best_times(name, scale):
    """{benchmark: its best CPU time times scale}."""
    times = {}
    for run in benchmark_runs(name):
        job = run["run_name"].removesuffix("/process_time/real_time")
        times[job] = min(times.get(job, float("inf")), run["cpu_time"] * scale)
    return times


class Rows:
    """Prints each row when it is known, and keeps them for the file."""

    def __init__(self):
        self.rows = []

    def add(self, job, unit, ours, peers, target, threads, digits=2, **more):
        """Numbers are rounded to `digits` decimals, the ratio is that of the unrounded ones."""
        self.rows.append(
            {
                "job": job,
                "unit": unit,
                "ours": round(ours, digits),
                **more,
                "peers": {name: round(value, digits) for name, value in peers.items()},
                "ratio": float(f"{ours / min(peers.values()):.4g}") if peers else None,
                "target": target,
                "threads": threads,
            }
        )
        print(json.dumps(self.rows[-1]))

    def write(self, path):
        if path:
            path.write_text(json.dumps(self.rows, indent=1) + "\n")
