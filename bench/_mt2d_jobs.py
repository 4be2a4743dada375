"""The jobs of mt2d.py in one library: _mt2d_jobs.py LIBRARY THREADS JOBS... Prints JSON: {job: times and values}.

commemi te|tm ORDER CLOSE GROWTH   one period of COMMEMI 2D-1, with the responses at its five sites (ours)
commemi te|tm CELLS [GROWTH]       the same on a tensor mesh of CELLS m near the sites, or graded from them on (SimPEG)
line te|tm|both ORDER PERIODS SITES forward|sensitivity   a line of sites over blocks
size te|tm UNKNOWNS                biquadratic elements, about that many unknowns, one period; bytes: its peak

Times are seconds, the best of several calls: "cpu" of the process, "wall". LIBRARY is terrella or simpeg.
"""

import json
import os
import resource
import sys
import time

import numpy as np

PERIOD = 0.1
SITES = np.array([0.0, 500.0, 1000.0, 2000.0, 4000.0])
MU_0 = 4e-7 * np.pi


def growing(first, factor, length):
    widths = []
    while sum(widths) < length:
        widths.append(first * factor ** len(widths))
    return np.array(widths, dtype=float)


def lines_around(at, close, factor, padding):
    """Lines at each of `at`, `close` apart there and further between and beyond."""
    beyond = np.cumsum(growing(close, factor, padding))
    parts = [at[0] - beyond[::-1]]
    for left, right in zip(at[:-1], at[1:], strict=True):
        half = growing(close, factor, (right - left) / 2)
        half = np.cumsum(half * (right - left) / 2 / half.sum())
        parts += [[left], left + half, right - half[-2::-1]]
    return np.concatenate([*parts, [at[-1]], at[-1] + beyond])


def block(y, z):
    """Resistivity of COMMEMI 2D-1 at middles y, z (down)."""
    inside = (abs(y)[None, :] < 500) & (z[:, None] > 250) & (z[:, None] < 2250)
    return np.where(inside, 0.5, 100.0)


def middles(edges):
    return (edges[1:] + edges[:-1]) / 2


class Terrella:
    def __init__(self, threads):
        import terrella as tl

        tl.set_threads(threads)
        self.tl, self.mt2d = tl, tl.elec.mt2d

    def commemi(self, mode, order, close, growth):
        close, growth = float(close), float(growth)
        depth = lines_around([0.0, 250.0, 2250.0], close, growth, 60e3)
        depth = depth[depth >= 0]
        y = lines_around([-500.0, 500.0], close, growth, 60e3)
        air = -np.cumsum(growing(close, 1.6, 60e3))[::-1]
        z = np.repeat(np.concatenate([air, depth])[:, None], len(y), 1)
        grid = self.mt2d.Grid(list(y), z, len(air))
        forward = self.mt2d.Forward(grid, np.array([PERIOD]), SITES, order=int(order), mode=mode)
        rho = self.tl.tensor(block(middles(y), middles(depth)))
        return lambda: np.asarray(forward(rho).zxy if mode == "te" else forward(rho).zyx)[0], grid

    def line(self, mode, order, periods, sites, what):
        places = np.linspace(-20e3, 20e3, int(sites))
        times = np.logspace(-1, 2, int(periods))
        grid = self.mt2d.design_grid(list(np.linspace(-20e3, 20e3, 40)), [0.1, 100.0])
        random = np.random.default_rng(0)
        rho = self.tl.tensor(100 * np.exp(0.3 * random.normal(size=(grid.earth_rows, grid.ny))))
        forward = self.mt2d.Forward(grid, times, places, order=int(order), mode=mode)

        def run():
            if what == "forward":
                r = forward(rho)
                wanted = {"te": [r.zxy], "tm": [r.zyx], "both": [r.zxy, r.zyx]}[mode]
            else:
                s = forward.sensitivity(rho, isotropic=True, tipper="tipper" in what)
                wanted = {"te": [s.zxy.by], "tm": [s.zyx.by], "both": [s.zxy.by, s.zyx.by]}[mode]
                if "tipper" in what:
                    wanted.append(s.tipper.by)
            return [part.eval() for part in wanted]

        return run, grid

    def size(self, mode, unknowns):
        n = int(np.sqrt(float(unknowns) / 4 / (1.6 if mode == "te" else 1)))
        y = np.sign(np.linspace(-1, 1, n + 1)) * abs(np.linspace(-1, 1, n + 1)) ** 2 * 60e3
        depth = np.linspace(0, 1, n + 1) ** 2 * 60e3
        air = -(np.linspace(0, 1, int(0.6 * n) + 1)[:0:-1] ** 2) * 60e3
        grid = self.mt2d.Grid(list(y), np.repeat(np.concatenate([air, depth])[:, None], n + 1, 1), len(air))
        forward = self.mt2d.Forward(grid, np.array([PERIOD]), SITES, order=2, mode=mode)
        rho = self.tl.tensor(block(middles(y), middles(depth)))
        self.unknowns = (2 * (n + (len(air) if mode == "te" else 0)) + 1) * (2 * n + 1)
        return lambda: np.asarray(forward(rho).zxy if mode == "te" else forward(rho).zyx)[0], grid


class Simpeg:
    def __init__(self, _threads):
        pass

    def commemi(self, mode, cells, factor=None):
        import discretize
        from simpeg import maps
        from simpeg.electromagnetics import natural_source as ns
        from simpeg.utils.solver_utils import get_default_solver

        cell = float(cells)
        if factor:  # graded as ours
            depth = lines_around([0.0, 250.0, 2250.0], cell, float(factor), 60e3)
            below = np.diff(depth[depth >= 0])[::-1]
            hy = np.diff(lines_around([-500.0, 500.0], cell, float(factor), 60e3))
        else:
            beyond = growing(cell * 1.3, 1.3, 60e3)
            hy = np.concatenate([beyond[::-1], np.full(round(9000 / cell), cell), beyond])
            below = np.concatenate([np.full(round(2500 / cell), cell), beyond])[::-1]
        hz = np.concatenate([below, growing(cell, 1.6, 60e3)])
        mesh = discretize.TensorMesh([hy, hz], origin=[-hy.sum() / 2, -below.sum()])
        y, z = mesh.cell_centers_x, mesh.cell_centers_y
        sigma = np.where(z[:, None] > 0, 1e-8, 1 / block(y, -z)).ravel()
        places = np.stack([SITES, np.zeros(len(SITES))], 1)
        orientation = "yx" if mode == "te" else "xy"  # its x runs along the profile
        receivers = [
            ns.receivers.Impedance(places, orientation=orientation, component=part) for part in ("real", "imag")
        ]
        survey = ns.Survey([ns.sources.Planewave(receivers, frequency=1 / PERIOD)])
        kind = ns.Simulation2DMagneticField if mode == "te" else ns.Simulation2DElectricField
        simulation = kind(mesh, survey=survey, sigmaMap=maps.IdentityMap(mesh), solver=get_default_solver())

        def run():
            simulation.model = None  # nothing is kept from the last call
            simulation.model = sigma
            parts = simulation.dpred(sigma)
            return parts[: len(SITES)] + 1j * parts[len(SITES) :]

        return run, mesh


def measured(run, seconds, least=3):
    """The best of `least` or more warm calls."""
    result = run()
    wall = cpu = float("inf")
    stop, rounds = time.perf_counter() + seconds, 0
    while rounds < least or time.perf_counter() < stop:
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        result = run()
        cpu = min(cpu, time.process_time() - cpu_start)
        wall = min(wall, time.perf_counter() - wall_start)
        rounds += 1
    return {"cpu": cpu, "wall": wall}, result


def main():
    name, threads, *jobs = sys.argv[1:]
    cores = sorted(os.sched_getaffinity(0))[-int(threads) :]
    os.sched_setaffinity(0, cores)
    library = {"terrella": Terrella, "simpeg": Simpeg}[name](int(threads))
    told = {}
    for job in jobs:
        kind, *sizes = job.split()
        run, mesh = getattr(library, kind)(*sizes)
        told[job], result = measured(run, 1.0, 1 if kind == "size" else 3)
        if kind == "commemi":
            z = np.asarray(result)
            told[job] |= {"rho": (abs(z) ** 2 * PERIOD / (2 * np.pi * MU_0)).tolist()}
            told[job]["grid"] = f"{mesh.ny} x {mesh.nz}" if name == "terrella" else "{} x {}".format(*mesh.shape_cells)
        if kind == "size":  # of one job, if it is the only one of its process
            told[job] |= {
                "unknowns": library.unknowns,
                "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
