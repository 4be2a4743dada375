"""`terrella mesh 2d`."""

import numpy as np
import pytest
from command import BAD_INPUT, USAGE, needs_command, report, terrella

import terrella as tl

pytestmark = needs_command

SITES = ["--sites=-2000,-800,0,1000,2100", "--periods", "0.1,1,10"]


def error(*arguments, code):
    return terrella("mesh", "2d", *arguments, code=code).stderr


def test_a_designed_mesh_keeps_all_rules(tmp_path):
    found = report("mesh", "2d", *SITES, "-o", tmp_path / "mesh.png")
    assert found["broken_rules"] == []
    assert found["elements_error"]["zxy"] < 0.02
    assert found["unknowns_te"] > found["unknowns_tm"] > found["elements_of_earth"] / 2
    assert found["seconds_jacobian_of_a_period"] > 0
    assert (tmp_path / "mesh.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    text = terrella("mesh", "2d", *SITES).stdout
    assert "all rules are kept" in text
    assert "unknowns: TE" in text


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (["--depth", "1.5"], ["depth"]),
        (["--air", "1"], ["air"]),
        (["--sides", "1"], ["sides"]),
        (["--padding-growth", "4"], ["growth"]),
        (["--per-skin-depth", "1.2"], ["first row"]),
    ],
)
def test_broken_rules_are_named_with_their_error(options, rules):
    found = report("mesh", "2d", *SITES, *options)
    assert {broken["rule"] for broken in found["broken_rules"]} == set(rules)
    assert all(broken["error"]["zxy"] > 0 for broken in found["broken_rules"])


def test_the_doctor_of_python_says_the_same():
    grid = tl.elec.mt2d.design_grid([-1000.0, 0.0, 1000.0], [0.1, 1.0], air=1.0, growth=1.2)
    rho = tl.full((grid.earth_rows, grid.ny), 100.0)
    checkup = tl.elec.mt2d.check_up(grid, rho, [0.1, 1.0], [-1000.0, 0.0, 1000.0], order=1)
    assert [a.finding.rule for a in checkup.ailments] == ["air"]
    found = report("mesh", "2d", "--sites=-1000,0,1000", "--periods", "0.1,1", "--air", "1")
    assert np.isclose(found["broken_rules"][0]["error"]["zxy"], checkup.ailments[0].error.zxy)
    assert np.isclose(found["elements_error"]["zyx"], checkup.elements.zyx)
    assert checkup.elements.largest == max(checkup.elements.zxy, checkup.elements.zyx)
    assert "air" in repr(checkup.ailments[0])


def test_water_over_the_sites_of_real_data(data, tmp_path):
    line = data / "mare2dem" / "Demo_forward_MT" / "DemoSynthMT.emdata"
    options = (
        "--sea-resistivity",
        "0.3",
        "--resistivity",
        "5",
        "--growth",
        "1.5",
        "--between-sites",
        "2",
        "--no-check",
    )
    told = report("mesh", "2d", line, *options, "-o", tmp_path / "sea.png")
    assert told["rows_of_sea"] >= 3 and told["elements_of_earth"] == told["rows_of_earth"] * told["columns"]
    refused = terrella("mesh", "2d", line, "--sea-resistivity", "0.3", "--sea-level", "1000", code=BAD_INPUT)
    assert "rows of water need a floor below it everywhere" in refused.stderr


def test_wrong_words_are_errors(tmp_path):
    assert "--sites (m along the line) and --periods" in error(code=USAGE)
    assert "not positive" in error("--sites", "0,1000", "--periods", "0,1", code=USAGE)
    assert "--order is 1" in error(*SITES, "--order", "3", code=USAGE)
    assert ".png" in error(*SITES, "-o", tmp_path / "mesh.pdf", code=USAGE)
    assert "growth" in error(*SITES, "--growth", "0.9", code=USAGE)


def test_topography_follows_the_sites_of_real_data(data, tmp_path):
    edi = data / "paralana-profile" / "edi"
    found = report("mesh", "2d", edi, "-o", tmp_path / "mesh.png")
    assert found["sites"] == 15
    assert found["broken_rules"] == []
    assert found["elements_error"]["zxy"] < 0.03


def test_meshes_of_others_are_examined(data, tmp_path):
    occam = data / "paralana-profile" / "occam2d"
    lines = occam / "OccamDataFile.dat"
    found = report("mesh", "2d", lines, "--mesh", occam / "ITER12.iter", "-o", tmp_path / "occam.png")
    assert (found["columns"], found["rows_of_earth"]) == (82, 60)
    assert [broken["rule"] for broken in found["broken_rules"]] == ["sites"]
    # The mesh alone lies where one says it does; the iteration says where that is.
    bare = report("mesh", "2d", lines, "--mesh", occam / "Occam2DMesh", f"--left={found['y_m'][0]}", "--no-check")
    assert np.allclose(bare["y_m"], found["y_m"])
    assert "--left" in error(lines, "--mesh", occam / "Occam2DMesh", code=USAGE)
    block = data / "modem-examples" / "2D_BLOCK2"
    found = report("mesh", "2d", block / "d0_JT.dat", "--mesh", block / "m1.rho")
    assert {broken["rule"] for broken in found["broken_rules"]} == {"sides", "growth", "sites"}


def test_what_is_no_section_is_refused(data):
    lines = data / "paralana-profile" / "occam2d" / "OccamDataFile.dat"
    triangles = data / "mare2dem" / "Demo_forward_MT" / "Demo.poly"
    assert "triangles" in error(lines, "--mesh", triangles, code=USAGE)
    block = data / "modem-examples" / "3D_BLOCK2" / "m1.ws"
    assert "three-dimensional" in error(lines, "--mesh", block, code=BAD_INPUT)
