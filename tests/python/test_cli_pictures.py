"""`terrella plot` and `terrella export`."""

import csv
import os
import shutil

import h5py
import numpy as np
import pytest
from command import (
    BAD_INPUT,
    INTERNAL,
    USAGE,
    needs_command,
    terrella,
)

pytestmark = needs_command
needs_renderer = pytest.mark.skipif(
    not shutil.which("terrella-render"), reason="this build has no terrella-render (CMake option TERRELLA_RENDER)"
)


@needs_renderer
def test_plots_are_pictures(run, tmp_path):
    told = terrella("plot", "section", run, "-o", tmp_path / "section.png", "--title", "A <line> & more")
    assert told.stdout.strip() == str(tmp_path / "section.png")
    terrella("plot", "response", run, "-o", tmp_path / "one.png", "--sites", "SYN03")
    for name in ("section.png", "one.png"):
        assert (tmp_path / name).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert (tmp_path / name).stat().st_size > 20000
    told = terrella("plot", "response", run, "-o", tmp_path / "no.png", "--sites", "SYN99", code=USAGE)
    assert "no site 'SYN99'" in told.stderr
    terrella("plot", "section", tmp_path / "one.png", "-o", tmp_path / "no.png", code=BAD_INPUT)


@needs_renderer
def test_no_place_for_temporary_files(run, tmp_path):
    told = terrella(
        "plot", "section", run, "-o", tmp_path / "a.png", env={**os.environ, "TMPDIR": "/no/where"}, code=INTERNAL
    )
    assert "set the environment variable TMPDIR to one that exists" in told.stderr


@needs_renderer
def test_export_writes_tables_and_vtk(run, tmp_path):
    told = terrella("export", run, "-o", tmp_path / "out")
    names = ["section.csv", "fit.csv", "section.vtr", "section-sites.vtp"]
    assert told.stdout.split() == [str(tmp_path / "out" / name) for name in names]
    with open(tmp_path / "out" / "section.csv") as file, h5py.File(run) as result:
        rows = [float(row["resistivity_ohm_m"]) for row in csv.DictReader(file)]
        assert np.array_equal(rows, result["model/resistivity"][()].ravel())
    assert b'type="RectilinearGrid"' in (tmp_path / "out" / "section.vtr").read_bytes()


def test_tables_need_no_renderer(run, tmp_path):
    terrella("export", run, "-o", tmp_path / "csv", "--csv", env={**os.environ, "TERRELLA_RENDER": "/no/such/program"})
    assert sorted(path.name for path in (tmp_path / "csv").iterdir()) == ["fit.csv", "section.csv"]
