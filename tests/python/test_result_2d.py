"""Results of two-dimensional inversions in Python and by the command: arrays, files, pictures, tables."""

import csv
import gc
from types import SimpleNamespace

import numpy as np
import pytest
from command import BAD_INPUT, USAGE, needs_command, report, terrella

import terrella as tl

PERIODS = np.array([0.1, 1.0, 10.0])


def make_result():
    """Three sites on a slope; every phase is one error off, every other datum fits."""
    y = np.array([-2000.0, 0.0, 1000.0, 2000.0, 4000.0])
    z = np.array([-100.0, 400.0, 1500.0])[:, None] + np.array([0.0, 20.0, 40.0, 60.0, 80.0])
    resistivity = np.array([[10.0, 20.0, 30.0, 40.0], [100.0, 1.0, 300.0, 400.0]])
    model = tl.SectionModel(
        y,
        z,
        resistivity,
        sensitivity=resistivity / 2,
        log10_resistivity_error=0 * resistivity + 0.1,
        depth_of_investigation=[500.0, 900.0, np.nan, 800.0],
    )
    sites = [tl.ObservationSite(name, y=at, z=-100.0) for name, at in (("A", 0.0), ("B", 900.0), ("C", 2000.0))]
    site, period, quantity, value, error, predicted = [], [], [], [], [], []
    for s in range(3):
        for t in PERIODS:
            for name, v, e, off in (
                ("log10_rho_TE", 2.0, 0.05, 0),
                ("phase_TE", 45.0, 2.0, 2.0),
                ("Tzy", 0.1j, 0.02, 0),
            ):
                site.append(s), period.append(t), quantity.append(name)
                value.append(v), error.append(e), predicted.append(v + off)
    data = tl.Observations(sites, site, period, quantity, value, error, name="slope")
    return tl.Result2d(data, predicted, model, azimuth=101.0, config="[invert_2d]\n", stopped="target reached")


def test_arrays_have_the_documented_shapes_and_outlive_their_result():
    result = make_result()
    assert result.model.resistivity.shape == (2, 4) and result.model.z.shape == (3, 5) and result.model.y.shape == (5,)
    assert result.model.resistivity_y is None and result.models is None and result.ensemble is None
    assert result.model.cell.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    resistivity, predicted = result.model.resistivity, result.predicted
    assert not resistivity.flags.writeable and predicted.dtype == complex
    # Of four real numbers of a site and period one is off by one error.
    np.testing.assert_allclose(result.rms, 0.5, rtol=1e-12)
    np.testing.assert_allclose(result.rms_of_sites, [0.5] * 3)
    np.testing.assert_allclose(result.rms_of_periods, [0.5] * 3)
    assert result.residuals.shape == (27,) and np.nansum(result.residuals.real) == 9
    del result
    gc.collect()
    assert resistivity[1, 1] == 1.0 and predicted[0] == 2


def test_points_are_found_below_the_slope():
    model = make_result().model
    found = model.resistivity_at([-1000.0, 500.0, 500.0, 9e3], [0.0, 1000.0, -200.0, 0.0])
    np.testing.assert_array_equal(found, [10.0, 1.0, np.nan, np.nan])


def test_a_result_written_is_read_back(tmp_path):
    result = make_result()
    tl.write_hdf5(result, tmp_path / "run.h5")
    again = tl.read_result(tmp_path / "run.h5")
    assert isinstance(again, tl.Result2d)
    np.testing.assert_array_equal(again.model.depth_of_investigation, result.model.depth_of_investigation)
    np.testing.assert_array_equal(again.predicted, result.predicted)
    np.testing.assert_array_equal(again.data.quantity, result.data.quantity)
    assert again.config == result.config and again.azimuth == 101.0 and again.data.name == "slope"
    assert "target reached" in again._repr_html_() and "<td>B</td>" in again._repr_html_()
    assert repr(again) == "Result2d(3 sites, 2 x 4 elements, RMS 0.5)"


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_opens_every_group(tmp_path, engine):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip({"netcdf4": "netCDF4"}.get(engine, engine))
    tl.write_hdf5(make_result(), tmp_path / "run.h5")
    groups = {
        name: xarray.open_dataset(tmp_path / "run.h5", engine=engine, group=name)
        for name in ("data", "model", "history", "trials", "choices", "versions")
    }
    assert groups["model"].resistivity.dims == ("row", "column") and groups["model"].resistivity.units == "ohm m"
    assert groups["data"].predicted.shape == (27,) and list(groups["data"].station.values) == ["A", "B", "C"]
    root = xarray.open_dataset(tmp_path / "run.h5", engine=engine)
    assert root.attrs["kind"] == "result-2d" and root.attrs["dimensions"] == 2


def test_to_xarray():
    pytest.importorskip("xarray")
    made = make_result().to_xarray()
    assert made.resistivity.dims == ("row", "column") and float(made.depth[0, 0]) == 250.0
    assert float(made.elevation[0, 0]) == -160.0
    np.testing.assert_array_equal(made.predicted[made.quantity == "phase_TE"], 47)


def test_wrong_shapes_and_kinds_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"SectionModel: z must have shape \(2, 3\), got \(2, 2\)"):
        tl.SectionModel([0.0, 1.0, 2.0], np.ones((2, 2)), np.ones((1, 2)))
    good = make_result()
    with pytest.raises(ValueError, match="model.z is 1 m at node 1 of line 0"):
        model = tl.SectionModel([0.0, 1.0], np.ones((2, 2)), np.ones((1, 1)))
        tl.Result2d(good.data, good.predicted, model)
    with pytest.raises(ValueError, match=r"predicted must have shape \(27,\)"):
        tl.Result2d(good.data, good.predicted[1:], good.model)
    with pytest.raises(ValueError, match="no curve 'rho'; there are rho_te"):
        tl.plot.fit(good, "rho")


def test_pictures_hang_on_the_result():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    result = make_result()
    ax = result.plot.section()
    assert ax.get_ylabel() == "Depth (km)" and ax.get_ylim()[0] > ax.get_ylim()[1]
    assert tl.plot.section(result).get_xlabel() == "Distance (km)"
    assert tl.plot.section_2d(result.model, span=(0, 1000)).get_xlim() == (0, 1)
    error = result.plot.section(quantity="log10_resistivity_error", mesh=True)
    assert error.collections
    with pytest.raises(ValueError, match="no resistivity_y"):
        result.plot.section(quantity="resistivity_y")
    with pytest.raises(ValueError, match="no ensemble; invert with ensemble=30"):
        result.plot.section(quantity="ensemble_mean")
    steps = np.array([1.0, 2.0, 3.0])[:, None, None] + np.zeros((3, 2, 4))
    drawn = SimpleNamespace(model=result.model, data=result.data, ensemble=steps)
    mean = tl.plot.section_2d(drawn, quantity="ensemble_mean").collections[0].get_array()
    np.testing.assert_allclose(mean, 100)
    scatter = tl.plot.section_2d(drawn, quantity="ensemble_deviation").collections[0].get_array()
    np.testing.assert_allclose(scatter, 1)
    for show in ("observed", "predicted", "residual"):
        drawn = result.plot.fit("phase_te", show)
        assert len(drawn.collections[0].get_array()) == 9
    np.testing.assert_array_equal(result.plot.fit("phase_te", "residual").collections[0].get_array(), 1)
    assert len(result.plot.misfit().lines) == 6  # four curves with data, all, the line at 1
    upper, lower = tl.plot.response(result, "B")
    assert upper.get_title() == "B, RMS 0.50" and lower.get_xscale() == "log"
    with pytest.raises(ValueError, match="no history"):
        result.plot.convergence()
    matplotlib.pyplot.close("all")


def test_depths_of_a_section_under_water_begin_at_the_floor():
    matplotlib = pytest.importorskip("matplotlib")
    pytest.importorskip("xarray")
    matplotlib.use("Agg")
    z = np.array([0.0, 300.0, 500.0, 2000.0])[:, None] + np.array([0, 0, 0.0])
    sites = [tl.ObservationSite("A", y=500.0, z=300.0), tl.ObservationSite("B", y=1500.0, z=300.0)]
    data = tl.Observations(sites, [0, 1], [1.0, 1.0], "phase_TE", [45.0, 45.0], [1.0, 1.0])
    model = tl.SectionModel(
        [0.0, 1000.0, 2000.0],
        z,
        [[0.3, 0.3], [1.0, 2.0], [5.0, 8.0]],
        cell=np.array([[-1, -1], [0, 1], [2, 3]]),
        depth_of_investigation=[400.0, 400.0],
        sea_rows=1,
    )
    assert model.sea_rows == 1
    result = tl.Result2d(data, [45.0, 46.0], model)
    assert result.to_xarray().depth.values.tolist() == [[-150.0, -150.0], [100.0, 100.0], [950.0, 950.0]]
    ax = result.plot.section()
    assert ax.get_ylim()[1] < 0  # the sea is in the picture
    assert len(ax.collections[1].get_array().compressed()) == 4  # and has no colour of a resistivity
    marks = [line for line in ax.lines if line.get_marker() == "v"]
    assert (np.abs(marks[0].get_ydata() - 0.3) < 0.05).all()
    matplotlib.pyplot.close("all")
    with pytest.raises(ValueError, match="has 3 rows of sea; there must be earth below it"):
        tl.Result2d(data, [45.0, 46.0], tl.SectionModel(model.y, z, model.resistivity, sea_rows=3))


@needs_command
def test_commands_draw_and_export_it(tmp_path):
    tl.write_hdf5(make_result(), tmp_path / "run.h5")
    for what in ("section", "fit", "misfit", "response"):
        terrella("plot", what, "run.h5", "-o", f"{what}.png", cwd=tmp_path)
        assert (tmp_path / f"{what}.png").read_bytes().startswith(b"\x89PNG")
    terrella("plot", "section", "run.h5", "run.h5", "--difference", "-o", "two.png", cwd=tmp_path)
    terrella("export", "run.h5", "-o", "out", cwd=tmp_path)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "fit.csv",
        "history.csv",
        "section-sites.vtp",
        "section.csv",
        "section.vtu",
        "sites.csv",
    ]
    rows = list(csv.DictReader((tmp_path / "out" / "section.csv").read_text().splitlines()))
    assert len(rows) == 8 and float(rows[5]["resistivity_ohm_m"]) == 1 and float(rows[0]["elevation_m"]) == -160
    described = report("info", tmp_path / "run.h5")["results"][0]
    assert described["dimensions"] == 2 and described["rms"] == 0.5 and described["sites"][1]["name"] == "B"
    assert "two-dimensional, 2 x 4 elements, 8 cells" in terrella("info", tmp_path / "run.h5").stdout
    assert terrella("check", tmp_path / "run.h5").stdout.count("read") == 3


@needs_command
def test_a_wrong_kind_of_result_is_said(tmp_path):
    tl.write_hdf5(make_result(), tmp_path / "line.h5")
    flat = tl.Result(tl.Survey([]), tl.LayeredModel(np.ones((1, 2)), np.ones((1, 1))), [])
    tl.write_hdf5(flat, tmp_path / "flat.h5")
    said = terrella("plot", "fit", "flat.h5", "-o", "a.png", cwd=tmp_path, code=BAD_INPUT).stderr
    assert "is the result of a layered (1D) inversion, not of a two-dimensional one" in said
    said = terrella("plot", "section", "line.h5", "flat.h5", "-o", "a.png", cwd=tmp_path, code=BAD_INPUT).stderr
    assert "layered (1D)" in said
    said = terrella("plot", "section", "flat.h5", "--difference", "-o", "a.png", cwd=tmp_path, code=USAGE).stderr
    assert "are for two-dimensional results" in said
    said = terrella("plot", "convergence", "line.h5", "-o", "a.png", cwd=tmp_path, code=USAGE).stderr
    assert "no history" in said
    assert not list(tmp_path.glob("*.png"))
