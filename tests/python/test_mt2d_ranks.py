"""Periods and modes shared out among the processes of mpirun: the same bits for any number of them."""

import os
import subprocess
import sys

import numpy as np
from command import mpirun

WORK = """
import sys
import numpy as np
import terrella as tl
mt2d = tl.elec.mt2d
sites, periods = np.linspace(-3e3, 3e3, 5), np.logspace(-1, 1, 3)
grid = mt2d.design_grid(list(sites), list(periods))
rho = 100 * np.exp(0.5 * np.random.default_rng(0).normal(size=(grid.earth_rows, grid.ny)))
forward = mt2d.Forward(grid, periods, sites)
r, plain = forward.distributed(rho), forward(rho)
assert all(np.allclose(getattr(r, n), getattr(plain, n), rtol=1e-11, atol=1e-14) for n in ("zxy", "zyx", "tipper"))
cells = np.arange(rho.size).reshape(rho.shape) // 7
s = forward.with_cells(cells, int(cells.max()) + 1).distributed_sensitivity(rho, isotropic=True)
every = [r.zxy, r.zyx, r.tipper, s.zxy.value, s.zxy.by, s.zyx.by, s.tipper.by]
np.savez(sys.argv[1] + "-" + __import__("os").environ.get("OMPI_COMM_WORLD_RANK", "alone"), *map(np.asarray, every))
"""

FAILS = WORK.replace("rho = ", "bad = int(__import__('os').environ['OMPI_COMM_WORLD_RANK'])\nrho = ") + (
    "\ntry:\n    forward.distributed(-rho if bad == 1 else rho)\n"
    "except ValueError as e:\n    open(sys.argv[1] + f'-{bad}.txt', 'w').write(str(e))\n"
)


def run(tmp_path, ranks, code=WORK):
    script = tmp_path / "work.py"
    script.write_text(code)
    command = [*mpirun(ranks), sys.executable, str(script), str(tmp_path / f"of{ranks}")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def arrays(tmp_path, name):
    with np.load(tmp_path / f"{name}.npz") as stored:
        return [stored[key] for key in stored.files]


def test_any_number_of_processes_gives_the_same_bits(tmp_path):
    run(tmp_path, 0)
    alone = arrays(tmp_path, "of0-alone")
    assert [x.shape[:2] for x in alone] == [(3, 5)] * 7
    for ranks in (1, 2, 3):
        run(tmp_path, ranks)
        for rank in range(ranks):
            for ours, theirs in zip(arrays(tmp_path, f"of{ranks}-{rank}"), alone, strict=True):
                assert np.array_equal(ours, theirs)


def test_an_error_of_one_process_is_thrown_by_all(tmp_path):
    run(tmp_path, 2, FAILS)  # each into a file of its own: mpirun mixes what two processes print
    told = [(tmp_path / f"of2-{rank}.txt").read_text() for rank in range(2)]
    assert told[0] == told[1] and "rank 1 of 2: mt2d: rho_x is -" in told[0], told


def test_mpirun_without_its_module_is_refused():
    environment = {**os.environ, "OMPI_COMM_WORLD_SIZE": "2", "TERRELLA_MPI": "/nowhere/libterrella_mpi.so"}
    code = WORK.replace("sys.argv[1]", "'/nowhere/x'")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=100)
    assert done.returncode != 0 and "the module of MPI is not there" in done.stderr
