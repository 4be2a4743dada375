"""1D Occam inversion of two real lines, each site alone and tied laterally, with resolution matrices: seconds a line.

inversion.py [--peers] [--json FILE]

KAP03 has 26 sites, Paralana 15; errors at least 5 % of |Z|. Data: $TERRELLA_DATA, else ../shared/data. No peer is
measured: none that we know inverts a whole line from EDI files in one call; target is what `ours` should not exceed on
two cores. Reading the files is not in the time.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = {"kap03-profile": "KAP03, 26 sites", "paralana-profile": "Paralana, 15 sites"}
WAYS = {"alone": "each site alone", "tied": "the line together"}
TARGET = 3.0  # seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="accepted; there are none")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    arguments = parser.parse_args()

    data = Path(os.environ.get("TERRELLA_DATA") or ROOT.parent / "shared" / "data")
    cores = sorted(os.sched_getaffinity(0))[-2:]
    os.sched_setaffinity(0, cores)  # two cores, child included
    rows = []
    for folder, line in LINES.items():
        survey = data / folder / "edi"
        if not survey.is_dir():
            sys.exit(f"{survey} is no folder: set TERRELLA_DATA")
        for way, text in WAYS.items():
            command = [ROOT / "build" / "release" / "bench" / "inversion_bench", survey, way, "5"]
            run = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            rms = run["rms"]
            print(f"{line}, {text}: {run['layers']} layers, RMS", rms, file=sys.stderr)
            rows.append(
                {
                    "job": f"1D Occam inversion of {line}, {text}",
                    "unit": "s/line",
                    "ours": round(min(run["seconds"]), 3),
                    "processor": round(min(run["processor_seconds"]), 3),
                    "peers": {},
                    "ratio": None,
                    "target": TARGET,
                    "threads": len(cores),
                }
            )
            print(json.dumps(rows[-1]))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
