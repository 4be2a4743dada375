"""A ModEM data list of 1000 sites and 40 periods (160 000 rows) read to observations and to soundings, and written.

modem.py [--json FILE]

The file is made by the benchmark and read from disk (its cache), on one core. target is what `ours` should not exceed.
"""

import _rows

JOBS = {
    "read_list": ("ModEM list of 1000 sites x 40 periods to observations, CPU time", 500.0),
    "read_survey": ("ModEM list of 1000 sites x 40 periods to soundings, CPU time", 500.0),
    "write_list": ("observations of 1000 sites x 40 periods to a ModEM list, CPU time", 1000.0),
}


def main():
    arguments = _rows.read_arguments(__doc__, "there are none")
    threads = _rows.hold_on_cores(1)
    rows = _rows.Rows()
    for name, (job, target) in JOBS.items():
        runs = _rows.benchmark_runs("modem_bench", f"--benchmark_filter=^{name}$")
        rows.add(job, "ms", min(run["cpu_time"] for run in runs), {}, target, threads)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
