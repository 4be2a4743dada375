"""1D Occam inversion of two real lines, each site alone and tied laterally, with resolution matrices: seconds a line.

inversion.py [--peers] [--json FILE]

KAP03 has 26 sites, Paralana 15; errors at least 5 % of |Z|. Data: $TERRELLA_DATA, else ../shared/data. No peer is
measured: none that we know inverts a whole line from EDI files in one call; target is what `ours` should not exceed on
two cores. Reading the files is not in the time.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import _rows

LINES = {"kap03-profile": "KAP03, 26 sites", "paralana-profile": "Paralana, 15 sites"}
WAYS = {"alone": "each site alone", "tied": "the line together"}
TARGET = 3.0  # seconds


def main():
    arguments = _rows.read_arguments(__doc__, "accepted; there are none")
    data = Path(os.environ.get("TERRELLA_DATA") or _rows.ROOT.parent / "shared" / "data")
    threads = _rows.hold_on_cores(2)
    rows = _rows.Rows()
    for folder, line in LINES.items():
        survey = data / folder / "edi"
        if not survey.is_dir():
            sys.exit(f"{survey} is no folder: set TERRELLA_DATA")
        for way, text in WAYS.items():
            command = [_rows.program("inversion_bench"), survey, way, "5"]
            run = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(f"{line}, {text}: {run['layers']} layers, RMS", run["rms"], file=sys.stderr)
            processor = round(min(run["processor_seconds"]), 3)
            job = f"1D Occam inversion of {line}, {text}"
            rows.add(job, "s/line", min(run["seconds"]), {}, TARGET, threads, digits=3, processor=processor)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
