"""Real EDI files read to impedances in ohm, on one core; beside mt_metadata, which reads them for mtpy-v2.

edi.py [--peers] [--json FILE]

The files are those of $TERRELLA_DATA (else ../shared/data). A peer reads every eighth of them; Zxy of the files in
geographic axes must agree to 1e-6 before a time is printed. Files that the peer refuses or reads otherwise are named.
ratio = ours / peer; target is what `ours` should not exceed (1000 files in 2 s).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bench" / "edi_bench"
TARGET = 2000.0  # microseconds a file
FIELD_UNIT = 4e-4 * np.pi  # ohm of 1 mV/km/nT


def our_time():
    """Microseconds of CPU a file: the best of five runs over all of them."""
    command = [
        PROGRAM,
        "--benchmark_filter=read_files",
        "--benchmark_format=json",
        "--benchmark_repetitions=5",
        "--benchmark_min_time=0.2",
    ]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    runs = [run for run in report["benchmarks"] if run["run_type"] == "iteration"]
    if any("error_message" in run for run in runs):
        sys.exit(runs[0]["error_message"])
    return min(run["cpu_time"] * 1e3 / run["files"] for run in runs)


def our_answers():
    """{path: (period, Zxy)} of every file."""
    text = subprocess.run([PROGRAM, "--answers"], check=True, capture_output=True, text=True).stdout
    rows = {}
    for line in text.splitlines():
        path, *numbers = line.split("\t")
        rows.setdefault(path, []).append([float(number) for number in numbers])
    return {path: (np.array(r)[:, 0], np.array(r)[:, 1] + 1j * np.array(r)[:, 2]) for path, r in rows.items()}


def mt_metadata(answers):
    """Microseconds of CPU a file of mt_metadata, over the files that it reads."""
    import time

    from loguru import logger
    from mt_metadata.transfer_functions.core import TF

    logger.remove()
    seconds, agreeing = [], 0
    for path, (period, zxy) in sorted(answers.items())[::8]:
        start = time.process_time()
        try:
            tf = TF(path)
            tf.read()
            theirs = tf.impedance.values[:, 0, 1] * FIELD_UNIT
        except Exception as error:  # what it refuses is part of the comparison
            print(f"mt_metadata refuses {path}: {type(error).__name__}", file=sys.stderr)
            continue
        seconds.append(time.process_time() - start)
        order = np.argsort(tf.period)
        same = len(period) == len(order) and np.allclose(period, np.asarray(tf.period)[order], rtol=1e-6)
        known = np.isfinite(zxy)
        if same and np.allclose(theirs[order][known], zxy[known], rtol=1e-6):
            agreeing += 1
        else:
            print(f"mt_metadata reads another Zxy of {path}", file=sys.stderr)
    print(f"mt_metadata: {len(seconds)} files read, Zxy of {agreeing} agrees to 1e-6", file=sys.stderr)
    if agreeing < 0.8 * len(seconds):
        sys.exit("mt_metadata: fewer than 80 % of the files agree: no comparison of times")
    return float(np.median(seconds)) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="measure mt_metadata too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    arguments = parser.parse_args()

    os.environ.setdefault("TERRELLA_DATA", str(ROOT.parent / "shared" / "data"))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core for all, children included
    ours = our_time()
    peers = {"mt_metadata": round(mt_metadata(our_answers()), 2)} if arguments.peers else {}
    row = {
        "job": "EDI file to impedances, CPU time",
        "unit": "us/file",
        "ours": round(ours, 2),
        "peers": peers,
        "ratio": round(ours / min(peers.values()), 6) if peers else None,
        "target": TARGET,
        "threads": 1,
    }
    print(json.dumps(row))
    if arguments.json:
        arguments.json.write_text(json.dumps([row], indent=1) + "\n")


if __name__ == "__main__":
    main()
