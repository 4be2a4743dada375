"""tl.line, tl.invert_2d, tl.Observations: strike and earth that are known, options by name, Ctrl-C."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import terrella as tl

PERIOD = np.logspace(-1, 1, 5)


def two_dimensional(strike=20.0, azimuth=105.0, sites=5, axes=0.0):
    """TE and TM of two layered earths: a strike that is known, and a line at some azimuth."""
    random = np.random.default_rng(3)
    te = np.array(tl.elec.impedance_1d([50.0, 5.0, 300.0], [3000.0, 8000.0], 1 / PERIOD))
    tm = -np.array(tl.elec.impedance_1d([200.0, 30.0, 1000.0], [2000.0, 20000.0], 1 / PERIOD))
    made = []
    for i in range(sites):
        z = np.zeros((len(PERIOD), 2, 2), complex)
        z[:, 0, 1], z[:, 1, 0] = te, tm
        error = 0.01 * abs(tm)[:, None, None] * np.ones((1, 2, 2))
        z += error * (random.normal(size=z.shape) + 1j * random.normal(size=z.shape))
        site = tl.Site(
            f"S{i}",
            PERIOD,
            z=z,
            z_error=error,
            latitude=-30 + 0.02 * i * np.cos(np.radians(azimuth)),
            longitude=20 + 0.02 * i * np.sin(np.radians(azimuth)) / np.cos(np.radians(30)),
            rotation=strike,
        )
        made.append(site.rotate_to(axes))
    return tl.Survey(made, name="known strike")


def half_space(resistivity=100.0, sites=4):
    """The response of a half-space as the data of a line."""
    places = [tl.ObservationSite(f"H{i}", y=1000.0 * i) for i in range(sites)]
    rows = [(i, t, q) for i in range(sites) for t in (0.1, 1.0) for q in ("log10_rho_TE", "phase_TE", "log10_rho_TM")]
    site, period, quantity = zip(*rows, strict=True)
    value = [45.0 if q == "phase_TE" else np.log10(resistivity) for q in quantity]
    error = [1.0 if q == "phase_TE" else 0.02 for q in quantity]
    return tl.Observations(places, site, period, quantity, value, error)


def test_a_known_strike_is_found():
    line = tl.line(two_dimensional(axes=50.0))
    assert abs(line.strike - 20) < 1.5 and abs(line.azimuth - 110) < 1.5 and line.profile == pytest.approx(105, abs=0.2)
    assert [site.name for site in line.data.sites] == ["S0", "S1", "S2", "S3", "S4"]
    assert any("strike" in text for text in line.choices) and not line.warnings
    assert "strike = 'auto'" in line.config
    given = tl.line(two_dimensional(), strike=15, profile="auto", data="impedance", periods_per_decade=1)
    assert given.strike == 15
    assert set(given.data.quantity) == {"Z_TE", "Z_TM"} and len(np.unique(given.data.period)) == 3
    assert tl.line(two_dimensional(), strike="perpendicular").azimuth == pytest.approx(given.profile)


def test_observations_are_read_only_arrays():
    data = half_space()
    assert len(data) == 24 and data.site.dtype == np.uint32 and data.value.dtype == complex
    assert list(data.quantity[:3]) == ["log10_rho_TE", "phase_TE", "log10_rho_TM"]
    np.testing.assert_array_equal(data.value.real[:3], [2.0, 45.0, 2.0])
    np.testing.assert_array_equal(data.error[:3], [0.02, 1.0, 0.02])
    for array in (data.site, data.period, data.value, data.error, data.masked, data.quantity):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
    period = data.period
    del data
    assert period[0] == 0.1  # the view keeps the rows alive
    masked = half_space().with_masked(np.arange(24) < 3)
    assert masked.masked.sum() == 3
    with pytest.raises(ValueError, match="one for each row"):
        half_space().with_masked(np.zeros(3, bool))
    with pytest.raises(ValueError, match="unknown quantity 'rho'"):
        tl.Observations([tl.ObservationSite("A")], [0], [1.0], "rho", [1.0])
    with pytest.raises(ValueError, match="row 0 is of site 1 of 1"):
        tl.Observations([tl.ObservationSite("A")], [1], [1.0], "rho_TE", [1.0])
    assert {"name": "rho_TE", "unit": "ohm m", "complex": False} in tl.quantities()


def test_observations_of_real_files(data):
    line = tl.read_observations(data / "paralana-profile" / "occam2d" / "OccamDataFile.dat")
    assert len(line.sites) == 15 and set(line.quantity) == {"log10_rho_TE", "phase_TE", "log10_rho_TM", "phase_TM"}
    assert tl.line(line).strike == 7
    survey, lost = line.to_survey()
    assert len(survey) == 15
    with pytest.raises(tl.FormatError, match="holds no data of an inversion code"):
        tl.read_observations(data / "kap03-profile" / "edi" / "kap103.edi")


def test_a_half_space_is_found():
    seen = []
    result = tl.invert_2d(half_space(), columns_between_sites=3, progress=seen.append)
    assert isinstance(result, tl.Result2d) and result.converged and result.rms <= 1
    below = result.model.resistivity_at(np.linspace(0, 3000, 4), np.full(4, 800.0))
    np.testing.assert_allclose(below, 100, rtol=0.1)
    assert [p.iteration for p in seen] == list(range(len(seen))) and seen[-1].rms == result.history["rms"][-1]
    assert any("mesh of" in text for text in result.choices)
    assert "[line]" in result.config and "columns_between_sites = 3" in result.config


def sea_floor(depth, resistivity=1.0, sites=4):
    """The response of a half-space below a sea, with sites on its floor."""
    data = half_space(resistivity, sites)
    places = [tl.ObservationSite(f"H{i}", y=1000.0 * i, z=depth, tilt=2.0) for i in range(sites)]
    return tl.Observations(places, data.site, 100 * data.period, data.quantity, data.value, data.error)


@pytest.mark.filterwarnings("ignore:invert_2d. .*iterations are used up")
def test_a_sea_lies_over_its_floor():
    options = dict(columns_between_sites=3, rows_per_skin_depth=3, order=2, max_iterations=3, static_shift=False)
    result = tl.invert_2d(sea_floor(800.0), sea_resistivity=0.25, sea_level=-100.0, **options)
    model = result.model
    assert model.sea_rows >= 3 and result.converged
    np.testing.assert_allclose(model.z[0], -100)
    np.testing.assert_allclose(model.z[model.sea_rows], 800)
    assert (model.cell[: model.sea_rows] == -1).all() and (model.cell[model.sea_rows :] >= 0).all()
    np.testing.assert_array_equal(model.resistivity[: model.sea_rows], 0.25)
    np.testing.assert_allclose(model.resistivity_at([500.0, 2500.0], [1500.0, 1500.0]), 1, rtol=0.1)
    assert "sea_resistivity = 0.25" in result.config
    with pytest.warns(UserWarning, match="4 of 4 sites lie 800 to 800 m below depth 0"):
        tl.invert_2d(sea_floor(800.0), **options)


@pytest.mark.parametrize(
    "depth, options, message",
    [
        (800.0, {"sea_resistivity": -0.3}, "sea_resistivity is -0.3"),
        (800.0, {"sea_resistivity": np.nan}, "sea_resistivity is nan"),
        (800.0, {"sea_resistivity": 0.3, "sea_level": np.inf}, "sea_level is inf"),
        (800.0, {"sea_level": 10.0}, "there is no sea; give sea_resistivity too"),
        (800.0, {"sea_resistivity": 0.3, "sea_level": 900.0}, "4 sites do not stand 1 m or more below: H0"),
        (-5.0, {"sea_resistivity": 0.3}, "with a sea all sites stand on its floor"),
        (800.0, {"sea_resistivity": 0.3, "topography": False}, "topography is off"),
    ],
)
def test_what_is_no_sea_is_refused(depth, options, message):
    with pytest.raises(ValueError, match=message):
        tl.invert_2d(sea_floor(depth), **options)


@pytest.mark.filterwarnings("ignore:invert_2d. .*iterations are used up")
def test_a_survey_is_inverted_along_its_line():
    result = tl.invert_2d(two_dimensional(), strike=20, columns_between_sites=3, max_iterations=2, resolution=False)
    assert result.azimuth == 110
    assert any("strike 20 degrees as given" in text for text in result.choices)
    line = tl.line(two_dimensional(), strike=20)
    same = tl.invert_2d(line, columns_between_sites=3, max_iterations=2, resolution=False)
    np.testing.assert_array_equal(result.model.resistivity, same.model.resistivity)
    cost = tl.estimate_2d(line, columns_between_sites=3)
    assert cost["data"] == 5 * 5 * 4 and cost["cells"] > 0 and cost["bytes"] > 0


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"te_error_flor": 0.1}, TypeError, "no option 'te_error_flor'; there are te, tm, "),
        ({"method": "ocam"}, ValueError, "'ocam' is unknown; give one of occam"),
        ({"te_error_floor": "5 %"}, TypeError, "te_error_floor = '5 %' is of the wrong type"),
        ({"start_resistivity": -1.0}, ValueError, "start_resistivity is -1"),
        ({"strike": 105.0}, ValueError, "within 0 degrees of the profile"),
        ({"strike": "north"}, ValueError, "neither degrees nor one of auto"),
        ({"cuts": [np.zeros((1, 2))]}, ValueError, r"a cut has shape \(n, 2\)"),
        ({"te": False, "tm": False}, ValueError, "no row of the data can be fitted"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        tl.invert_2d(two_dimensional(), **options)


def test_options_of_a_line_belong_to_making_it():
    line = tl.line(two_dimensional())
    with pytest.raises(TypeError, match="a Line has its profile and strike"):
        tl.invert_2d(line, strike=10)
    with pytest.raises(TypeError, match="no option 'largest_skew'"):
        tl.invert_2d(line, largest_skew=5)
    with pytest.raises(TypeError, match="a Line already"):
        tl.line(line)


@pytest.mark.filterwarnings("ignore:invert_2d. .*iterations are used up")
def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path):
    options = dict(columns_between_sites=3, target_rms=0.5, max_iterations=4, resolution=False)
    data = two_dimensional()
    whole = tl.invert_2d(data, **options)
    kept = tmp_path / "run.checkpoint"
    tl.invert_2d(data, **options, checkpoint=kept, progress=lambda p: p.iteration < 1)
    assert kept.exists()
    rest = tl.invert_2d(data, **options, checkpoint=kept, resume=True)
    assert rest.model.resistivity.tobytes() == whole.model.resistivity.tobytes()


def test_an_exception_in_progress_stops_and_is_raised():
    def refuse(progress):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        tl.invert_2d(half_space(), progress=refuse)


def test_ctrl_c_stops_it(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import terrella as tl, test_invert_2d as t\n"
        "data = t.two_dimensional(sites=12)\n"
        "def tell(p): print(p.iteration, flush=True)\n"
        "try:\n"
        "    tl.invert_2d(data, target_rms=1e-6, relax=1.0, max_iterations=500, progress=tell)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, script, os.path.dirname(__file__)], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()  # the start
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait() == 0 and "stopped" in rest
    assert time.monotonic() - begin < 30
