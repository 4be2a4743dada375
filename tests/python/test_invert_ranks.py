"""Inversions in two dimensions shared among the processes of mpirun: the bits of one alone, one voice, one end."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from command import (
    BAD_INPUT,
    INTERRUPTED,
    RESUMABLE,
    USAGE,
    assert_same_bits,
    mpirun,
    needs_command,
)

pytestmark = needs_command

FEW = "--shortest-period 0.3 --longest-period 20 --periods-per-decade 3 --columns-between-sites 3".split()
FEW += "--rows-per-skin-depth 2 --growth 1.5 --target-rms 1.5 --threads 1".split()
METHODS = {
    "occam": "--max-iterations 3 --ensemble 2".split(),
    "lbfgs": "--method lbfgs --lambda-choice fixed --lambda 3 --max-iterations 1".split(),
    "conjugate_gradient": "--method conjugate_gradient --lambda-choice fixed --lambda 3 --max-iterations 2".split(),
}


def invert(ranks, files, output, *more, code=(0, 4), **options):
    words = [*mpirun(ranks), "terrella", "invert", "2d", *files, *FEW, "-o", output, *more]
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300, **options)
    assert run.returncode in (code if isinstance(code, tuple) else (code,)), f"{run.returncode}\n{run.stderr}"
    return run


@pytest.fixture(scope="module")
def files(line):
    return [line / f"SYN{i:02d}.edi" for i in (8, 9, 10, 11, 12)]


@pytest.fixture(scope="module")
def alone(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    return {name: (folder / f"{name}.h5", invert(0, files, folder / f"{name}.h5", *o)) for name, o in METHODS.items()}


@pytest.mark.parametrize(
    ("method", "ranks"), [("occam", 1), ("occam", 2), ("occam", 3), ("lbfgs", 2), ("conjugate_gradient", 3)]
)
def test_any_number_of_processes_gives_the_same_bits(files, alone, tmp_path, method, ranks):
    path, told = alone[method]
    run = invert(ranks, files, tmp_path / "p.h5", *METHODS[method])
    assert_same_bits(tmp_path / "p.h5", path)
    assert run.stdout == told.stdout.replace(str(path), str(tmp_path / "p.h5"))  # once, by the first of them
    assert [x.name for x in tmp_path.iterdir()] == ["p.h5"]


def test_a_run_goes_on_under_another_number_of_processes(files, alone, tmp_path):
    path, _ = alone["occam"]
    for first, second in [(2, 3), (0, 2), (3, 0)]:
        output = tmp_path / f"{first}-{second}.h5"
        stopped = invert(first, files, output, *METHODS["occam"], "--time-limit", 1e-3, code=RESUMABLE)
        assert stopped.stderr.count("time is up") == 1 and not output.exists()
        invert(second, files, output, *METHODS["occam"], "--resume")
        assert_same_bits(output, path)


def process_of(rank, mpirun_process):
    """The process of a rank, by the environment that mpirun gave it."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = folder.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
            environment = folder.joinpath("environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(parent) == mpirun_process and f"OMPI_COMM_WORLD_RANK={rank}".encode() in environment:
            return int(folder.name)
    raise LookupError(f"no rank {rank}")


@pytest.mark.parametrize(("which", "rank"), [(signal.SIGINT, None), (signal.SIGTERM, 0), (signal.SIGINT, 1)])
def test_ctrl_c_leaves_a_checkpoint(files, tmp_path, which, rank):
    output = tmp_path / "p.h5"
    checkpoint = tmp_path / "p.h5.checkpoint"
    long = ["--max-iterations", 3, "--ensemble", 3000]  # minutes: no signal comes too late, whatever mpirun does first
    words = [*mpirun(2), "terrella", "invert", "2d", *files, *FEW, *long, "-o", output]
    with subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        for _ in range(3000):
            if checkpoint.exists() or run.poll() is not None:
                break
            time.sleep(0.02)
        os.kill(run.pid if rank is None else process_of(rank, run.pid), which)
        _, told = run.communicate(timeout=120)
    if rank is None:  # mpirun has a code of its own for that, and kills what takes longer than a second
        assert run.returncode != 0
        assert told.count("interrupted; ") <= 1
    else:
        assert run.returncode == INTERRUPTED, told
        assert told.count("interrupted; ") == 1 and "--resume goes on" in told
    assert not output.exists()
    members = checkpoint.stat().st_size
    again = invert(0, files, output, *long, "--resume", "--time-limit", 1e-3, code=RESUMABLE)
    assert again.stderr.count("time is up") == 1 and checkpoint.stat().st_size >= members


def test_errors_are_told_once(files, tmp_path):
    bad = tmp_path / "bad.edi"
    bad.write_text(">HEAD\nno data\n")
    run = invert(2, [*files, bad], tmp_path / "p.h5", code=BAD_INPUT)
    assert run.stderr.count("error:") == 1 and "bad.edi" in run.stderr
    run = invert(2, files, tmp_path / "p.h5", "--corner", -1, code=USAGE)
    assert run.stderr.count("corner is -1") == 1
    # What only one of them meets is told by the first, with the rank of the one.
    one = ["terrella", "invert", "2d", *files, *FEW, "-o", tmp_path / "p.h5"]
    other = ["terrella", "invert", "2d", *files[1:], *FEW, "-o", tmp_path / "p.h5"]
    words = [*mpirun(1), *one, ":", "-n", 1, *other]
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=100)
    assert run.returncode == USAGE, run.stderr
    assert run.stderr.count("rank 1 of 2: invert_2d: data or options are not those of rank 0") == 1
    words[-1] = tmp_path / "nowhere" / "p.h5"
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=100)
    assert run.returncode != 0 and run.stderr.count("its folder does not exist") == 1
    assert not (tmp_path / "p.h5").exists()


def test_other_commands_are_refused(files):
    words = [*mpirun(2), "terrella", "info", *files]
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=100)
    assert run.returncode == USAGE
    assert run.stderr.count("info works alone: run it without mpirun; invert 2d, ") == 1


WORK = """
import os, sys
import numpy as np
import terrella as tl

def run(progress=None):
    survey = tl.read([FILES])
    return tl.invert_2d(survey, shortest_period=0.3, longest_period=20, periods_per_decade=3, columns_between_sites=3,
                        rows_per_skin_depth=2, growth=1.5, max_iterations=2, progress=progress)

rank = int(os.environ.get("OMPI_COMM_WORLD_RANK", -1))
seen = []
r = run(lambda p: seen.append(p.iteration))
assert bool(seen) == (rank <= 0)
np.savez(f"{sys.argv[1]}{rank}", r.model.resistivity, r.models, r.predicted, [r.rms])

def fails(p):
    raise RuntimeError("no more")

if rank >= 0:
    try:
        run(fails)
    except (RuntimeError, tl.TerrellaError) as e:
        open(f"{sys.argv[1]}{rank}.txt", "w").write(f"{type(e).__name__}: {e}")
"""


def test_python_gives_the_result_to_all(files, tmp_path):
    import numpy as np

    script = tmp_path / "work.py"
    script.write_text(WORK.replace("FILES", ", ".join(repr(str(f)) for f in files)))
    for ranks in (0, 2):
        words = [*mpirun(ranks), sys.executable, str(script), f"{tmp_path}/of"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stderr
    results = [np.load(tmp_path / f"of{rank}.npz") for rank in (-1, 0, 1)]
    for key in results[0].files:
        assert all(np.array_equal(r[key], results[0][key]) for r in results[1:]), key
    assert (tmp_path / "of0.txt").read_text() == "RuntimeError: no more"
    assert (tmp_path / "of1.txt").read_text() == "TerrellaError: stopped by an exception in progress"
