"""terrella analyze, edit and map on real and synthetic surveys."""

import csv
import json

import numpy as np
import pytest
from command import BAD_INPUT, USAGE, needs_command, report, terrella

import terrella as tl

pytestmark = needs_command
MAP_AND_SECTIONS = ["map.png", "phase_tensors.png", "rho_phase.png", "strike.png", "responses.png"]


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def is_picture(path):
    return path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and path.stat().st_size > 10000


@pytest.fixture(scope="module")
def survey_file(line, tmp_path_factory):
    path = tmp_path_factory.mktemp("survey") / "line.h5"
    terrella("convert", line, "-o", path)
    return path


def test_analyze_writes_tables_summary_and_pictures(line, tmp_path):
    out = tmp_path / "out"
    summary = report("analyze", line, "-o", out)
    assert summary["schema"] == "terrella/analyze/1"
    assert json.loads((out / "summary.json").read_text()) == summary
    assert all((tmp_path / name).exists() or (out / name).exists() for name in MAP_AND_SECTIONS)
    for name in MAP_AND_SECTIONS:
        assert is_picture(out / name), name
    survey = tl.read(line)
    values = sum(len(site.period) for site in survey)
    assert len(rows(out / "phase_tensors.csv")) == len(rows(out / "dimensionality.csv")) == values
    assert len(rows(out / "layered.csv")) == 3 * len(survey)
    # The synthetic line is made of layered earths, whose noise the errors describe.
    layered = rows(out / "layered.csv")
    assert np.mean([float(row["layered_earth_exists"]) for row in layered]) > 0.9
    assert summary["dimensions"]["phase_tensor"].get("3D", 0) < 0.1 * values
    assert terrella("analyze", line, "-o", out, code=USAGE).stderr.count("exists already") >= 10
    assert (out / "summary.json").exists()


def test_analyze_says_what_is_wrong(line, tmp_path):
    assert "-o is missing" in terrella("analyze", line, code=USAGE).stderr
    assert "no such file" in terrella("analyze", tmp_path / "none", "-o", tmp_path / "o", code=BAD_INPUT).stderr
    stderr = terrella("analyze", line, "-o", tmp_path / "o", "--shortest-period", -1, code=USAGE).stderr
    assert "period -1 s is negative" in stderr
    empty = tmp_path / "empty.h5"
    tl.write_hdf5(tl.Survey([tl.Site("A", period=[1.0], tipper=[[0.1, 0.2]])]), empty)
    told = terrella("analyze", empty, "-o", tmp_path / "o", code=BAD_INPUT).stderr
    assert "empty.h5: none of 1 sites has an impedance" in told
    assert not (tmp_path / "o").exists()
    dry = terrella("analyze", line, "-o", tmp_path / "o", "--dry-run").stdout
    assert "strike.png" in dry and not (tmp_path / "o").exists()


def test_analyze_paralana_finds_the_strike_of_its_inversion(data, tmp_path):
    """The Occam2D inversion that stands beside the data turned them to strike 7 degrees (profile 97)."""
    summary = report("analyze", data / "paralana-profile" / "edi", "-o", tmp_path / "o", "--no-pictures")
    assert abs(summary["decomposition"]["strike"] - 7) < 6
    assert abs(summary["strike"]["principal"]["angle"] - 7) < 6
    decades = {row["from"]: row["principal"]["angle"] for row in summary["strike_by_decade"]}
    assert all(abs((decades[t] - 7 + 45) % 90 - 45) < 10 for t in (1, 10, 100))


def test_map(line, tmp_path):
    terrella("map", line, "-o", tmp_path / "map.png")
    assert is_picture(tmp_path / "map.png")
    assert "exists already" in terrella("map", line, "-o", tmp_path / "map.png", code=USAGE).stderr
    assert "must end with .png" in terrella("map", line, "-o", tmp_path / "map.jpg", code=USAGE).stderr
    terrella("map", line, "-o", tmp_path / "tensors.png", "--period", 10, "--no-names")
    (tmp_path / "far.xyz").write_text("0 0 1\n1 0 2\n0 1 3\n1 1 4\n")
    ground = ("map", line, "-o", tmp_path / "g.png", "--topography", tmp_path / "far.xyz")
    assert "EPSG:4326" in terrella(*ground, code=USAGE).stderr
    assert "covers nothing" in terrella(*ground, "--topography-crs", "EPSG:4326", code=USAGE).stderr
    assert is_picture(tmp_path / "tensors.png")
    nowhere = tmp_path / "nowhere.h5"
    tl.write_hdf5(tl.Survey([tl.Site("A", period=[1.0])]), nowhere)
    assert "none of 1 sites has coordinates" in terrella("map", nowhere, "-o", tmp_path / "m.png", code=USAGE).stderr


def test_edit_in_place_is_logged_and_undone(survey_file, tmp_path):
    path = tmp_path / "line.h5"
    path.write_bytes(survey_file.read_bytes())
    before = tl.read(path)
    name = before[2].name
    arguments = ["--mask", "--sites", name, "--periods", "1,100", "--components", "xy", "--reason", "railway"]
    edit = report("edit", path, *arguments)
    assert edit["edits"] == [
        {"edit": "mask", "sites": [name], "from": 1.0, "to": 100.0, "components": ["xy"], "reason": "railway"}
    ]
    assert edit["masked"] == np.sum((before[2].period >= 1) & (before[2].period <= 100))
    terrella("edit", path, "--floor", 0.05, "--rotate", 30, "--decimate", 4)
    after = tl.read(path)
    assert after[0].rotation == 30 and len(after[0].period) < len(before[0].period)
    assert any("error floor" in entry for entry in after[0].provenance.history)
    log = terrella("edit", path, "--log").stdout.splitlines()
    assert [line.split()[1] for line in log] == ["mask", "error", "rotate", "decimate"]
    assert "railway" in log[0]
    for left in (3, 2, 1, 0):
        terrella("edit", path, "--undo")
        assert len(report("edit", path, "--log")["edits"]) == left
    for a, b in zip(tl.read(path), before, strict=True):
        assert np.array_equal(a.z, b.z) and np.array_equal(a.period, b.period) and a.z_masked is None
    assert "there are 0" in terrella("edit", path, "--undo", code=USAGE).stderr


def test_edit_writes_elsewhere_and_merges(line, tmp_path):
    out = tmp_path / "all.h5"
    files = sorted(line.glob("*.edi"))
    twice = tmp_path / "again.edi"
    twice.write_bytes(files[0].read_bytes())
    merged = report("edit", *files, twice, "--merge", "name_and_place", "-o", out)
    assert (merged["original_sites"], merged["sites"]) == (len(files) + 1, len(files))
    assert len(tl.read(out)) == len(files)
    assert "merge 2 soundings" in tl.read(out)[0].provenance.history[-1]
    assert "exists already" in terrella("edit", *files, "--rotate", 1, "-o", out, code=USAGE).stderr
    assert "-o is missing" in terrella("edit", files[0], "--rotate", 1, code=USAGE).stderr
    assert "must end with .h5" in terrella("edit", files[0], "--rotate", 1, "-o", "x.edi", code=USAGE).stderr


def test_edit_says_what_is_wrong(survey_file, tmp_path):
    path = tmp_path / "line.h5"
    path.write_bytes(survey_file.read_bytes())
    same = path.read_bytes()
    for arguments, message in [
        ([], "nothing to do"),
        (["--mask", "--sites", "nobody"], "no site 'nobody' among"),
        (["--mask", "--components", "zz"], "component 'zz' is none of"),
        (["--mask", "--periods", "5"], "--periods needs two periods"),
        (["--mask-flags", "bad"], "'bad' is none of outlier"),
        (["--merge", "sound"], "'sound' is none of name_and_place"),
        (["--decimate", -1], "-1 periods a decade"),
        (["--decimate", 0], "0 periods a decade"),
        (["--floor", -0.05], "--floor -0.05 is not positive"),
        (["--tipper-floor", 0], "--tipper-floor 0"),
        (["--rotate", 30, "--sites", "A*"], "--sites says nothing to --rotate; it goes with --mask, --unmask, "),
        (["--floor", 0.05, "--periods", "1,10"], "--periods says nothing to --floor"),
        (["--mask", "--decimate", 4, "--sites", "A*"], "--sites says nothing to --decimate"),
        (["--interpolate", "1,2", "--sites", "A*"], "--sites says nothing to --interpolate"),
        (["--keep-periods", "1,2", "--components", "xy"], "--components says nothing to --keep-periods"),
        (["--merge", "name", "--sites", "A*"], "--sites says nothing to --merge"),
        (["--rotate-to-strike", "--sites", "A*"], "--sites says nothing to --rotate-to-strike"),
        (["--static-shift", "--components", "xy"], "--components says nothing to --static-shift"),
        (["--log", "--sites", "A*"], "--sites goes with --mask"),
        (["--static-shift", "--sites", "nobody"], "no site 'nobody' among"),
        (["--rotate-to-strike"], "prefer no direction"),
    ]:
        assert message in terrella("edit", path, *arguments, code=USAGE).stderr, arguments
    assert path.read_bytes() == same
    terrella("edit", path, "--rotate", 10, "--dry-run")
    assert path.read_bytes() == same


def test_edits_by_analysis_need_names_of_one_site(survey_file, tmp_path):
    path = tmp_path / "twice.h5"
    sites = list(tl.read(survey_file))
    tl.write_hdf5(tl.Survey([*sites, sites[0]]), path)
    for arguments in (["--static-shift"], ["--mask-flags", "outlier"], ["--static-shift", "--sites", sites[0].name]):
        told = terrella("edit", path, *arguments, code=USAGE).stderr
        assert f"two sites are named '{sites[0].name}'" in told and "--merge name" in told
    terrella("edit", path, "--static-shift", "--sites", sites[1].name)
    terrella("edit", path, "--merge", "name", "--static-shift")
    assert len(tl.read(path)) == len(sites)


def test_edit_by_analysis(data, tmp_path):
    path = tmp_path / "paralana.h5"
    terrella("convert", data / "paralana-profile" / "edi", "-o", path)
    of_xy = report("edit", path, "--mask-flags", "outlier,d-plus", "--components", "xy", "--dry-run")["edits"]
    assert of_xy and all(edit["components"] == ["xy"] for edit in of_xy)
    flagged = report("edit", path, "--mask-flags", "outlier,d-plus")
    assert 0 < flagged["masked"] < 100
    assert all(edit["reason"].startswith("flagged") for edit in flagged["edits"])
    shifted = report("edit", path, "--static-shift", "--sites", "pb27")["edits"][-1]
    assert shifted["sites"] == ["pb27"]
    assert shifted["yx"][0] > 2 and 0.7 < shifted["xy"][0] < 1.5  # the one curve that stands apart in the picture
    turned = report("edit", path, "--rotate-to-strike", "--periods", "1,1000")["edits"][-1]
    assert abs(turned["azimuth"] - 7) < 6
    assert tl.read(path)[0].rotation == turned["azimuth"]
