"""2D Occam inversions of real lines to their RMS: seconds, with RMS, iterations, memory and what judges the model.

inversion2d.py [--peers] [--json FILE] [--only WORD]

Paralana: the data and errors of its Occam2D set, roughness beside that of Occam2D's iteration 12 by one operator.
COPROD2: errors at least 5 % of |Z|. KAP03: soundings turned to the strike that is found, static shifts sought.
MARE2DEM's Demo: under its sea of 0.3 ohm m; what the model misses of the truth, beside MARE2DEM's own last model, down
to the depth of investigation and to 20, 10 and 5 km below the floor. Data: $TERRELLA_DATA, else ../shared/data. No peer
runs here: what others reached stands in their files.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import _rows

COARSE = ["order=2", "columns_between_sites=4", "cell_columns=3", "rows_per_skin_depth=2", "growth=1.4"]
# Sediments: what is beside counts three times what is above and below.
SEA = ["sea_resistivity=0.3", "horizontal=3", "static_shift=false"]
LINES = {
    "paralana": ("Paralana, 15 sites", 120.0, ["cell_width=0.3", "tolerance=0.005"]),
    "coprod2": ("COPROD2, 20 sites", None, ["te_error_floor=0.05", "tm_error_floor=0.05", *COARSE]),
    "kap03": ("KAP03, 26 sites", None, ["static_shift=true", *COARSE]),
    "demo": ("MARE2DEM's Demo, 25 sites", None, [*SEA, *COARSE[:3], "rows_per_skin_depth=4", "growth=1.25"]),
}


def main():
    arguments = _rows.read_arguments(__doc__, "none runs here", only=True)
    data = Path(os.environ.get("TERRELLA_DATA") or _rows.ROOT.parent / "shared" / "data")
    threads = _rows.hold_on_cores(2)
    rows = _rows.Rows()
    if not data.is_dir():
        sys.exit(f"{data} is no folder: set TERRELLA_DATA")
    for line, (text, target, options) in LINES.items():
        job = f"2D Occam inversion of {text}"
        if arguments.only not in job:
            continue
        command = [_rows.program("inversion2d_bench"), line, data, *options]
        run = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        more = {key: value for key, value in run.items() if key not in ("line", "seconds")}
        rows.add(job, "s/line", run["seconds"], {}, target, threads, digits=1, **more)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
