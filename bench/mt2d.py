"""Responses of two-dimensional earths: one period and mode at equal accuracy beside SimPEG, the full Jacobian, growth.

mt2d.py [--peers] [--json FILE] [--only WORD]     WORD: commemi, jacobian, growth, periods, sites, threads

Equal accuracy: COMMEMI 2D-1 at 0.1 s; the largest error of apparent resistivity at its five sites, against a solution
of ours on a grid of 6 m near the edges (which tests compare with published values), is at most 1 %. Every code gets
several grids, and the fastest that is good enough counts; ours with elements of either order. Times are CPU time of a
process held on one core, codes in turn, the best of three rounds. ratio = ours / best peer, or ours / what the job says
it is measured by; target is what it should not exceed, of threads what it should reach.
"""

import sys

import _rows
import _side_by_side
import numpy as np

REFERENCE = "2 6 1.15"
OURS = {
    "bilinear": ["1 12 1.3", "1 25 1.3", "1 12 1.25"],
    "biquadratic": ["2 200 2.0", "2 100 2.5", "2 50 2.5", "2 100 2.0"],
}
SIMPEG = ["50", "25", "12 1.2", "25 1.2", "20 1.15", "12 1.3"]
ALLOWED = 0.01
ROUNDS = 3


def times_of(library, threads, jobs, own_process=False):
    told = {}
    for group in [[job] for job in jobs] if own_process else [jobs]:
        told |= _side_by_side.library_times("_mt2d_jobs.py", library, threads, group)
    return told


def best_of(rounds):
    """The least times of several {job: {"cpu", "wall", ..}}."""
    best = rounds[0]
    for told in rounds[1:]:
        for job, times in told.items():
            for clock in ("cpu", "wall"):
                best[job][clock] = min(best[job][clock], times[clock])
    return best


def commemi(rows, peers):
    for mode in ("te", "tm"):
        jobs = {name: [f"commemi {mode} {grid}" for grid in grids] for name, grids in OURS.items()}
        reference = f"commemi {mode} {REFERENCE}"
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(times_of("terrella", 1, [reference, *jobs["bilinear"], *jobs["biquadratic"]]))
            if peers:
                theirs.append(times_of("simpeg", 1, [f"commemi {mode} {grid}" for grid in SIMPEG]))
        ours = best_of(ours)
        truth = np.array(ours[reference]["rho"])

        def fastest(told, whose, mode=mode, truth=truth):
            good = {}
            for job, times in told.items():
                error = abs(np.array(times["rho"]) / truth - 1).max()
                print(f"{whose}, {job}, {times['grid']}: {error:.2%}, {times['cpu'] * 1e3:.1f} ms", file=sys.stderr)
                if error <= ALLOWED:
                    good[job] = times | {"error": error}
            if not good:
                sys.exit(f"{whose}: no grid is good enough in {mode}")
            return min(good.values(), key=lambda times: times["cpu"])

        simpeg = fastest(best_of(theirs), "simpeg") if peers else None
        for order, names in jobs.items():
            best = fastest({job: ours[job] for job in names}, f"ours, {order}")
            rows.add(
                f"COMMEMI 2D-1, {mode.upper()}, one period to 1 %, {order}",
                "ms",
                best["cpu"] * 1e3,
                {"simpeg": simpeg["cpu"] * 1e3} if peers else {},
                0.1 if order == "biquadratic" else None,
                1,
                grid=best["grid"],
                error=round(best["error"], 4),
                **({"simpeg_grid": simpeg["grid"], "simpeg_error": round(simpeg["error"], 4)} if peers else {}),
            )


def jacobian(rows):
    for order, name in ((2, "biquadratic"), (1, "bilinear")):
        for mode, what in (("te", "Zxy"), ("te", "Zxy and tipper"), ("tm", "Zyx")):
            kind = "sensitivity+tipper" if "tipper" in what else "sensitivity"
            forward, full = (f"line {mode} {order} 4 40 {k}" for k in ("forward", kind))
            told = best_of([times_of("terrella", 1, [forward, full]) for _ in range(ROUNDS)])
            rows.add(
                f"full Jacobian of {what}, 40 sites, {name}, beside the forward problem",
                "ms/period",
                told[full]["cpu"] * 250,
                {"forward": told[forward]["cpu"] * 250},
                2 if order == 2 else None,
                1,
            )


def fitted(sizes, values):
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def growth(rows):
    base = times_of("terrella", 1, ["size tm 400"], own_process=True)["size tm 400"]["bytes"]
    for mode in ("te", "tm"):
        jobs = [f"size {mode} {n}" for n in (10_000, 30_000, 100_000, 300_000, 1_000_000)]
        told = times_of("terrella", 1, jobs, own_process=True)
        sizes = [told[job]["unknowns"] for job in jobs]
        for job in jobs:
            times = told[job]
            memory = (times["bytes"] - base) / 2**20
            rows.add(
                f"one period, {mode.upper()}, {times['unknowns']} unknowns", "s", times["cpu"], {}, None, 1, 3,
                mebibytes=round(memory),
            )  # fmt: skip
        rows.add(f"{mode.upper()}, exponent of seconds", "", fitted(sizes, [told[j]["cpu"] for j in jobs]), {}, None, 1)
        memory = [told[j]["bytes"] - base for j in jobs]
        rows.add(f"{mode.upper()}, exponent of memory", "", fitted(sizes[1:], memory[1:]), {}, None, 1)


def along(rows, what, sizes, job):
    jobs = [job(n) for n in sizes]
    told = best_of([times_of("terrella", 1, jobs) for _ in range(2)])
    for n, each in zip(sizes, jobs, strict=True):
        rows.add(f"{n} {what}: {each.split()[-1]}, both modes", "s", told[each]["cpu"], {}, None, 1, 3)
    rows.add(f"exponent of seconds by {what}", "", fitted(sizes, [told[each]["cpu"] for each in jobs]), {}, None, 1)


def threads(rows):
    job = "line both 2 8 40 sensitivity"
    one, two = (
        best_of([times_of("terrella", n, [job]) for _ in range(ROUNDS)])[job]["wall"] for n in (1, 2)
    )  # by the clock: the machine must be quiet
    rows.add("8 periods with Jacobian, one thread", "s", one, {}, None, 1, 3)
    rows.add("8 periods with Jacobian, two threads", "s", two, {}, None, 2, 3)
    rows.add("two threads, times as fast as one", "", one / two, {}, 1.7, 2)


def main():
    arguments = _rows.read_arguments(__doc__, "measure SimPEG too", only=True)
    rows = _rows.Rows()
    jobs = {
        "commemi": lambda: commemi(rows, arguments.peers),
        "jacobian": lambda: jacobian(rows),
        "growth": lambda: growth(rows),
        "periods": lambda: along(rows, "periods", (2, 4, 8, 16), lambda n: f"line both 2 {n} 40 forward"),
        "sites": lambda: along(rows, "sites", (10, 20, 40, 80), lambda n: f"line both 2 4 {n} sensitivity"),
        "threads": lambda: threads(rows),
    }
    for name, job in jobs.items():
        if arguments.only in name:
            job()
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
