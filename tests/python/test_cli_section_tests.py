"""`terrella test checkerboard` and `terrella test feature`."""

import h5py
import numpy as np
import pytest
from command import BAD_INPUT, RESUMABLE, USAGE, needs_command, report, terrella

import terrella as tl

pytestmark = needs_command
mt2d = tl.elec.mt2d

MESH = ["--rows-per-skin-depth", "2", "--growth", "1.4", "--columns-between-sites", "3", "--cell-width", "0.6"]


def occam2d_data(path):
    """Data of 5 ohm m within 100 ohm m below five of seven sites, with noise of 5 % and 2 degrees."""
    sites, periods = [-3000.0, -2000, -1000, 0, 1000, 2000, 3000], [0.01, 0.1, 1.0, 10.0]
    grid = mt2d.design_grid(sites, periods, near_surface=50.0)
    z, y = np.asarray(grid.z)[grid.surface :, 0], np.array(grid.y)
    middle_z, middle_y = (z[1:] + z[:-1]) / 2, (y[1:] + y[:-1]) / 2
    body = (np.abs(middle_y) < 1300) & (middle_z[:, None] > 400) & (middle_z[:, None] < 1800)
    response = mt2d.forward(grid, np.where(body, 5.0, 100.0), periods, sites)
    noise = np.random.default_rng(1)
    rows = []
    for p, period in enumerate(periods):
        for s in range(len(sites)):
            for rho_type, phase_type, z in ((1, 2, response.zxy), (5, 6, -response.zyx)):
                value = complex(np.asarray(z)[p, s])
                rho = abs(value) ** 2 * period / (2 * np.pi * 4e-7 * np.pi)
                rows.append((s, p, rho_type, np.log10(rho) + 0.03 * noise.normal(), 0.03))
                rows.append((s, p, phase_type, np.degrees(np.angle(value)) + 2 * noise.normal(), 2.0))
    lines = ["FORMAT:           OCCAM2MTDATA_1.0", "TITLE:            synthetic", f"SITES:            {len(sites)}"]
    lines += [f"s{s}" for s in range(len(sites))] + ["OFFSETS (M):"] + [f"{y:.1f}" for y in sites]
    lines += [f"FREQUENCIES:      {len(periods)}"] + [f"{1 / t:.6f}" for t in periods]
    lines += [f"DATA BLOCKS:      {len(rows)}", "SITE    FREQ    TYPE    DATUM    ERROR"]
    lines += [f"{s + 1} {p + 1} {kind} {value:.6f} {error:.4f}" for s, p, kind, value, error in rows]
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("section")
    occam2d_data(folder / "data.dat")
    terrella("invert", "2d", folder / "data.dat", "-o", folder / "run.h5", *MESH)
    return folder / "run.h5"


def test_checkerboard_comes_back_near_the_sites(run, tmp_path):
    board = ["--background", "100", "--contrast", "0.4", "--width", "2000", "--height", "500", "--depth", "4000"]
    found = report("test", "checkerboard", run, "-o", tmp_path / "cb.h5", *board)
    first = found["recovery"][0]
    assert first["correlation"] > 0.7 and first["resolvability"] > 0.7
    assert [band["top_m"] for band in found["recovery"]] == sorted(band["top_m"] for band in found["recovery"])
    assert (tmp_path / "cb.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    with h5py.File(tmp_path / "cb.h5") as file:
        truth = file["truth/log10_resistivity"][0]
        assert set(np.round(truth.ravel(), 6)) == {1.6, 2.0, 2.4}
        assert file["model/resistivity"].shape == truth.shape
    again = report("test", "checkerboard", run, "-o", tmp_path / "cb2.h5", *board)
    assert again["recovery"] == found["recovery"]
    # A result is one: it can be drawn and tested again.
    terrella("plot", "section", tmp_path / "cb.h5", "-o", tmp_path / "section.png")
    text = terrella("test", "checkerboard", run, "-o", tmp_path / "cb3.h5", "--seed", "2", *board)
    assert "resolvability" in text.stdout and "checkerboard of 0.4 decades on 100 ohm m" in text.stderr


def test_a_body_is_needed_and_what_lies_beside_is_not(run, tmp_path):
    body = ["--box=-1400,1400,300,2500", "--resistivity", "100"]
    found = report("test", "feature", run, "-o", tmp_path / "body.h5", *body)
    assert found["needed"] and found["rms_changed"] > 2 * found["rms"]
    assert found["rms_again"] > 1.05 * found["rms"]
    by_site = {site["site"]: site["rms_changed"] / site["rms"] for site in found["sites"]}
    assert by_site["s3"] > by_site["s0"]
    assert (tmp_path / "body.png").exists()
    beside = ["--box=-20000,-12000,0,1500", "--resistivity", "1000"]
    text = terrella("test", "feature", run, "-o", tmp_path / "beside.h5", *beside).stdout
    assert "data do not need the feature" in text
    looked = report("test", "feature", run, "-o", tmp_path / "looked.h5", "--no-inversion", *body)
    assert looked["rms_changed"] == found["rms_changed"] and looked["rms_again"] is None
    assert not (tmp_path / "looked.h5").exists() and (tmp_path / "looked.png").exists()


def test_a_test_that_is_stopped_goes_on(run, tmp_path):
    board = ["test", "checkerboard", run, "--background", "100", "--width", "2000", "--depth", "3000"]
    terrella(*board, "-o", tmp_path / "cb.h5", "--time-limit", "1e-6", code=RESUMABLE)
    terrella(*board, "-o", tmp_path / "cb.h5", "--resume")
    terrella(*board, "-o", tmp_path / "whole.h5")
    with h5py.File(tmp_path / "cb.h5") as a, h5py.File(tmp_path / "whole.h5") as b:
        assert np.array_equal(a["model/resistivity"][()], b["model/resistivity"][()])


def test_an_ensemble_spreads_where_data_say_little(run, tmp_path):
    data = run.parent / "data.dat"
    terrella("invert", "2d", data, "-o", tmp_path / "run.h5", *MESH, "--ensemble", "6", "--seed", "3")
    with h5py.File(tmp_path / "run.h5") as file, h5py.File(run) as alone:
        members = file["ensemble/log10_resistivity"][()]
        assert np.array_equal(file["model/resistivity"][()], alone["model/resistivity"][()])
        error = file["model/log10_resistivity_error"][()]
    assert members.shape[0] == 6
    ratio = members.std(axis=0, ddof=1) / error
    assert 0.6 < np.median(ratio) < 1.5  # six members know a deviation to 30 %, each cell
    assert len(np.unique(members[:, 3, members.shape[2] // 2])) == 6


def test_the_mesh_of_a_result_is_examined(run, tmp_path):
    found = report("mesh", "2d", "--mesh", run, "-o", tmp_path / "mesh.png", "--measured-periods", "2")
    with h5py.File(run) as file:
        assert (found["rows_of_earth"], found["columns"]) == file["model/resistivity"].shape
    assert (found["sites"], found["periods"]) == (7, 4)
    assert found["elements_error"]["zxy"] > 0
    assert "give no FILES" in terrella("mesh", "2d", run, "--mesh", run, code=USAGE).stderr


def test_wrong_words_are_errors(run, tmp_path):
    def error(*arguments, code=USAGE):
        return terrella("test", *arguments, code=code).stderr

    out = ["-o", tmp_path / "x.h5"]
    assert "-o is missing" in error("checkerboard", run)
    assert "contrast" in error("checkerboard", run, *out, "--contrast", "0")
    assert "--box takes four numbers" in error("feature", run, *out, "--box", "1,2,3", "--resistivity", "1")
    assert "--resistivity is missing" in error("feature", run, *out, "--box", "0,1,0,1")
    assert "no element has its middle in the box" in error(
        "feature", run, *out, "--box", "0,1,0,1e-3", "--resistivity", "1"
    )
    assert "give the smaller numbers first" in error("feature", run, *out, "--box", "1,0,0,1", "--resistivity", "1")
    assert "followed by one of: checkerboard, feature" in error("section", run)
    data = run.parent / "data.dat"
    assert "data.dat" in error("checkerboard", data, *out, code=BAD_INPUT)


def test_an_ensemble_and_the_resolution_are_drawn(run, tmp_path):
    result = tmp_path / "ensemble.h5"
    terrella("invert", "2d", run.parent / "data.dat", "-o", result, "--ensemble", "3", *MESH)
    pictures = []
    for shown in ("mean", "deviation", "low", "high", "error", "sensitivity", "resolution"):
        terrella("plot", "section", result, "-o", tmp_path / f"{shown}.png", "--show", shown)
        pictures.append((tmp_path / f"{shown}.png").read_bytes())
        assert pictures[-1][:8] == b"\x89PNG\r\n\x1a\n"
    assert len(set(pictures)) == len(pictures)
    refused = terrella("plot", "section", run, "-o", tmp_path / "none.png", "--show", "mean", code=USAGE)
    assert "has no ensemble: invert with --ensemble 30" in refused.stderr
