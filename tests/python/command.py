"""Runs the command `terrella` as a user does; what its tests share."""

import json
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

OK, INTERNAL, USAGE, BAD_INPUT, NOT_CONVERGED, RESOURCES, RESUMABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

needs_command = pytest.mark.skipif(not shutil.which("terrella"), reason="NO COMMAND terrella on the path: build it")


def terrella(*arguments, cwd=None, code=OK, **options):
    run = subprocess.run(
        ["terrella", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300, **options
    )
    assert run.returncode == code, f"exit code {run.returncode}\n{run.stdout}\n{run.stderr}"
    return run


def mpirun(ranks):
    """The words before a program for so many processes; none for 0."""
    if not ranks:
        return []
    if not shutil.which("mpirun"):
        pytest.skip("no mpirun: install openmpi-bin, which ./dev setup does; ranks are NOT TESTED")
    quiet = ["--mca", "btl_base_warn_component_unused", "0"]
    return ["mpirun", "--allow-run-as-root", "--oversubscribe", *quiet, "-n", str(ranks)]


def report(*arguments, **options):
    """The JSON object that a command gives on stdout."""
    return json.loads(terrella(*arguments, "--json", **options).stdout)


def files_below(folder):
    return {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def model_of(path):
    """All numbers of a result but the seconds of its history."""
    with h5py.File(path) as file:
        values = {}
        file.visititems(lambda name, item: values.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    values.pop("history/seconds")
    return values


def assert_same_bits(a, b):
    a, b = model_of(a), model_of(b)
    assert a.keys() == b.keys()
    for name in a:
        same = np.array_equal(a[name], b[name]) if a[name].dtype == object else a[name].tobytes() == b[name].tobytes()
        assert same, name
