"""1D Occam inversion of two real lines, each site alone and tied laterally, with resolution matrices: seconds a line.

inversion.py [--peers] [--json FILE]

KAP03 has 26 sites, Paralana 15; errors at least 5 % of |Z|. Data: $TERRELLA_DATA, else ../shared/data; target is what
`ours` should not exceed on two cores. Reading the files is not in the time. No peer that we know inverts a whole line
in one call: SimPEG inverts the soundings of Paralana one by one, ours as well, on one core, without resolution, to RMS
1, of the same data, errors, layers and start (_inversion_peers.py); soundings that one of the codes does not bring to
RMS 1 are left out. SimPEG stops at the first model below the target, ours goes on to the smoothest that meets it.
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


def single(rows, survey, with_peers):
    threads = _rows.hold_on_cores(1)
    command = [_rows.program("inversion_bench"), survey, "single", "5"]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    met = [sounding["rms"] <= 1 for sounding in ours]
    theirs = {}
    if with_peers:
        import _inversion_peers

        for name, measure in _inversion_peers.PEERS.items():
            theirs[name] = measure(ours, 1.0)
            met = [a and b["rms"] <= 1 for a, b in zip(met, theirs[name], strict=True)]
            print(f"{name}: RMS", [round(b["rms"], 3) for b in theirs[name]], file=sys.stderr)

    def mean(results):  # milliseconds
        return sum(r["seconds"] for r, both in zip(results, met, strict=True) if both) / sum(met) * 1e3

    job = f"1D smooth inversion to RMS 1, each of {sum(met)} soundings of Paralana"
    peers = {name: mean(results) for name, results in theirs.items()}
    rows.add(job, "ms/sounding", mean(ours), peers, None, threads)


def main():
    arguments = _rows.read_arguments(__doc__, "measure SimPEG too")
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
    single(rows, data / "paralana-profile" / "edi", arguments.peers)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
