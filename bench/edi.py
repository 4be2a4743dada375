"""Real EDI files read to impedances in ohm, on one core; beside mt_metadata, which reads them for mtpy-v2.

edi.py [--peers] [--json FILE]

The files are those of $TERRELLA_DATA (else ../shared/data). A peer reads every eighth of them; Zxy of the files in
geographic axes must agree to 1e-6 before a time is printed. Files that the peer refuses or reads otherwise are named.
ratio = ours / peer; target is what `ours` should not exceed (1000 files in 2 s).
"""

import os
import subprocess
import sys

import _rows
import numpy as np

TARGET = 2000.0  # microseconds a file
FIELD_UNIT = 4e-4 * np.pi  # ohm of 1 mV/km/nT


def our_time():
    """Microseconds of CPU a file: the best of five runs over all of them."""
    runs = _rows.benchmark_runs("edi_bench", "--benchmark_filter=read_files")
    if any("error_message" in run for run in runs):
        sys.exit(runs[0]["error_message"])
    return min(run["cpu_time"] * 1e3 / run["files"] for run in runs)


def our_answers():
    """{path: (period, Zxy)} of every file."""
    text = subprocess.run([_rows.program("edi_bench"), "--answers"], check=True, capture_output=True, text=True).stdout
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
    arguments = _rows.read_arguments(__doc__, "measure mt_metadata too")
    os.environ.setdefault("TERRELLA_DATA", str(_rows.ROOT.parent / "shared" / "data"))
    threads = _rows.hold_on_cores(1)
    ours = our_time()
    peers = {"mt_metadata": mt_metadata(our_answers())} if arguments.peers else {}
    rows = _rows.Rows()
    rows.add("EDI file to impedances, CPU time", "us/file", ours, peers, TARGET, threads)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
