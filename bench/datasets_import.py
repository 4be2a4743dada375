"""A folder of soundings to one survey, on one core; beside mt_metadata, by which mtpy-v2 and mth5 read them.

datasets_import.py [--peers] [--json FILE]

The surveys are KAP03 (26 EDI files), Yellowstone (44 EDI files) and part of the USArray (56 EMTF XML files) of
$TERRELLA_DATA (else ../shared/data). A peer's time counts only where 80 % of its files have our Zxy to 1e-6; what it
refuses or reads otherwise is named. mt_metadata 1.0 refuses every file of KAP03.
ratio = ours / peer, in CPU time; target is a fiftieth of the peer where it is measured.
"""

import os
import subprocess
import sys

import _rows
import numpy as np

FIELD_UNIT = 4e-4 * np.pi  # ohm of 1 mV/km/nT
SURVEYS = {
    "kap03": ("kap03-profile/edi", "KAP03, 26 EDI files"),
    "yellowstone": ("yellowstone-ynp/edi", "Yellowstone, 44 EDI files"),
    "usarray": ("usarray-emtfxml", "USArray, 56 EMTF XML files"),
}


def our_times():
    """{survey: milliseconds of CPU}, the best of five runs."""
    runs = _rows.benchmark_runs("datasets_import_bench")
    if any("error_message" in run for run in runs):
        sys.exit(runs[0]["error_message"])
    return {
        name: min(run["cpu_time"] for run in runs if run["name"].startswith(f"import_survey/{name}"))
        for name in SURVEYS
    }


def our_answers():
    """{survey folder: {path: (period, Zxy)}}."""
    program = _rows.program("datasets_import_bench")
    rows = {}
    for line in subprocess.run([program, "--answers"], check=True, capture_output=True, text=True).stdout.splitlines():
        survey, path, *numbers = line.split("\t")
        rows.setdefault(survey, {}).setdefault(path, []).append([float(number) for number in numbers])
    return {
        survey: {path: (np.array(r)[:, 0], np.array(r)[:, 1] + 1j * np.array(r)[:, 2]) for path, r in paths.items()}
        for survey, paths in rows.items()
    }


def mt_metadata(answers):
    """{name: milliseconds of CPU for all files of a survey}; empty where it cannot be compared."""
    import time

    from loguru import logger
    from mt_metadata.transfer_functions.core import TF

    logger.remove()
    seconds, agreeing = 0.0, 0
    for path, (period, zxy) in sorted(answers.items()):
        start = time.process_time()
        try:
            tf = TF(path)
            tf.read()
            theirs = tf.impedance.values[:, 0, 1] * FIELD_UNIT
        except Exception as error:  # what it refuses is part of the comparison
            print(f"mt_metadata refuses {path}: {type(error).__name__}", file=sys.stderr)
            continue
        finally:
            seconds += time.process_time() - start
        order = np.argsort(tf.period)
        same = len(period) == len(order) and np.allclose(period, np.asarray(tf.period)[order], rtol=1e-6)
        if same and np.allclose(theirs[order], zxy, rtol=1e-6, equal_nan=True):
            agreeing += 1
        else:
            print(f"mt_metadata reads another Zxy of {path}", file=sys.stderr)
    print(f"mt_metadata: Zxy of {agreeing} of {len(answers)} files agrees to 1e-6", file=sys.stderr)
    if agreeing < 0.8 * len(answers):
        print("mt_metadata: fewer than 80 % of the files agree: no comparison of times", file=sys.stderr)
        return {}
    return {"mt_metadata": 1e3 * seconds}


def main():
    arguments = _rows.read_arguments(__doc__, "measure mt_metadata too")
    os.environ.setdefault("TERRELLA_DATA", str(_rows.ROOT.parent / "shared" / "data"))
    threads = _rows.hold_on_cores(1)
    ours = our_times()
    answers = our_answers() if arguments.peers else {}
    rows = _rows.Rows()
    for name, (folder, title) in SURVEYS.items():
        peers = mt_metadata(answers[folder]) if arguments.peers else {}
        target = round(peers["mt_metadata"] / 50, 2) if peers else None
        rows.add(f"import of {title}, CPU time", "ms", ours[name], peers, target, threads)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
