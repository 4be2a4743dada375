"""What the data of a survey say about themselves, in Python."""

import matplotlib
import matplotlib.pyplot
import numpy as np
import pytest

import terrella as tl

matplotlib.use("Agg")


def layered_survey(sites=6, noise=0.01, distorted=False):
    rng = np.random.default_rng(2)
    period = np.logspace(-2, 3, 21)
    result = []
    for s in range(sites):
        a = np.asarray(tl.elec.impedance_1d([100.0 + 10 * s, 10.0, 500.0], [500.0, 2000.0], 1 / period))
        b = -np.asarray(tl.elec.impedance_1d([40.0, 100.0 - 9 * s, 2000.0], [800.0, 5000.0], 1 / period))
        if distorted:
            z = np.asarray(tl.elec.distorted_impedance(20.0, 3.0 * s - 6, 15.0 - 4 * s, a, b)).copy()
        else:
            z = np.zeros((len(period), 2, 2), complex)
            z[:, 0, 1], z[:, 1, 0] = a, -a
        error = np.repeat(noise * np.abs(z).max(axis=(1, 2)), 4).reshape(z.shape)
        z += error * (rng.normal(size=z.shape) + 1j * rng.normal(size=z.shape))
        result.append(tl.Site(f"S{s}", period, z=z, z_error=error, latitude=-30 + 0.01 * s, longitude=20 + 0.1 * s))
    return tl.Survey(result, "synthetic")


def published(data):
    """Cull (1985), Table 5 of Constable, Parker & Constable (1987)."""
    folder = data / "occam1d-classic"
    table = np.loadtxt(next(path for path in sorted(folder.iterdir()) if path.suffix == ".dat"), comments="#")
    period, rho, _, phase, phase_error = table.T
    z = np.asarray(tl.elec.impedance_from(10**rho, phase, 1 / period))
    return period, z, np.abs(z) * np.radians(phase_error)


def test_d_plus_agrees_with_scipy_on_a_fine_grid(data):
    optimize = pytest.importorskip("scipy.optimize")
    period, z, error = published(data)
    omega, mu = 2 * np.pi / period, 4e-7 * np.pi
    rate = np.concatenate([[0], np.logspace(-8, 7, 3000)])
    weight = omega * mu / error
    kernel = np.hstack([np.ones((len(period), 1)), 1 / (rate + 1j * omega[:, None])]) * weight[:, None]
    size = np.linalg.norm(kernel, axis=0)
    datum = z / (1j * omega * mu) * weight
    _, norm = optimize.nnls(
        np.vstack([kernel.real, kernel.imag]) / size, np.concatenate([datum.real, datum.imag]), maxiter=20000
    )
    ours = tl.elec.d_plus(period, z, error)
    assert ours.chi_squared <= norm**2 * (1 + 1e-9)
    assert ours.chi_squared == pytest.approx(norm**2, rel=1e-4)
    assert ours.exists and ours.rms < 1
    best = tl.elec.rho_plus(period, z, error)
    assert best.exists
    assert tl.elec.rho_plus(period, z, error, data="resistivity").chi_squared < best.chi_squared


def test_groom_bailey_and_phase_tensors_find_the_strike():
    survey = layered_survey(distorted=True)
    fit = tl.elec.groom_bailey(survey)
    assert abs(fit.strike.value - 20) < 3 * fit.strike.error + 0.1
    assert fit.converged and 0.8 < fit.chi_squared / fit.freedom < 1.2
    for s, site in enumerate(fit.sites):
        assert abs(site.twist.value - (3 * s - 6)) < 4 * site.twist.error
    strike = tl.elec.phase_tensor_strike(survey)
    assert abs(strike.principal.angle - 20) < 5
    assert strike.principal.low < strike.principal.angle < strike.principal.high


def test_analyze_holds_together():
    survey = layered_survey()
    analysis = tl.analyze(survey)
    assert len(analysis.sites) == len(survey) == len(analysis.static_shifts)
    site = analysis.sites[0]
    assert site.phase_tensors.beta.value.shape == survey[0].period.shape
    assert [test.mode for test in site.layered] == ["xy", "yx", "determinant"]
    assert all(test.best.exists for one in analysis.sites for test in one.layered)
    assert site.dimensions.wal.count("1D") > 15
    assert not site.xy.period.flags.writeable
    assert analysis.notes == []
    with pytest.raises(ValueError, match="none of 1 sites has an impedance"):
        tl.analyze(tl.Survey([tl.Site("A", period=[1.0])]))
    with pytest.raises(ValueError, match="mode 'zz'"):
        tl.elec.curve_of(survey[0], "zz")
    with pytest.raises(ValueError, match="a median needs at least 3"):
        tl.elec.static_shifts(tl.Survey([survey[0]]))


def test_functions_are_differentiable():
    survey = layered_survey(1, distorted=True)
    z = tl.tensor(survey[0].z)
    for f in (
        lambda x: tl.sum(tl.elec.bahr_parameters(x).kappa),
        lambda x: tl.sum(tl.elec.wal_invariants(x).i5),
        lambda x: tl.sum(tl.elec.phase_tensor_ellipse(tl.elec.phase_tensor(x)).ellipticity),
    ):
        assert np.isfinite(np.asarray(tl.grad(f)(z))).all()


def test_edits_of_a_survey():
    survey = layered_survey(3)
    masked = survey.mask(sites=["S1"], periods=(1, 10), components=["xy"], reason="noise")
    assert masked["S1"].z_masked.sum() == np.sum((survey[1].period >= 1) & (survey[1].period <= 10))
    assert masked["S0"].z_masked is None
    assert masked["S1"].provenance.history[-1].endswith("noise")
    assert masked.unmask()["S1"].z_masked is None
    assert (survey.error_floor(0.05)[0].z_error >= survey[0].z_error).all()
    assert len(survey.decimate(2)[0].period) < len(survey[0].period)
    assert survey.keep_periods(1, 10)[0].period.min() >= 1
    assert np.array_equal(survey.interpolate([1.5, 2.5])[0].period, [1.5, 2.5])
    assert len(tl.Survey([survey[0], survey[0]]).merge()) == 1
    assert np.allclose(survey[0].remove_static_shift(4.0, 1.0).z[:, 0], survey[0].z[:, 0] / 2)
    with pytest.raises(ValueError, match="no site 'X'"):
        survey.mask(sites=["X"])


def test_edited_surveys_are_saved_and_undone(tmp_path):
    survey = layered_survey(3)
    edited = tl.EditedSurvey(survey).edit({"edit": "rotate", "azimuth": 20.0, "reason": "strike"})
    edited = edited.edit({"edit": "mask", "sites": ["S0"], "to": 1.0})
    assert edited.log == ["rotate to azimuth 20: strike", "mask sites S0, periods 0 .. 1 s"]
    edited.save(tmp_path / "edited.h5")
    again = tl.read_edited(tmp_path / "edited.h5")
    assert again.edits == edited.edits
    assert tl.read(tmp_path / "edited.h5")[0].rotation == 20
    assert np.array_equal(again.undo(2).survey[0].z, survey[0].z)
    with pytest.raises(ValueError, match="3 edits are to be taken back, and there are 2"):
        again.undo(3)
    with pytest.raises(ValueError, match="key 'azimuth' is missing"):
        edited.edit({"edit": "rotate"})


def test_cells_of_pictures_meet_where_the_spacing_is_the_usual_one():
    from terrella.plot.survey import _period_cells

    cells = np.log10(_period_cells(10.0 ** np.array([0, 0.5, 1, 1.5, 3.5, 4])))
    np.testing.assert_allclose(cells[:3, 1], [0.25, 0.75, 1.25], atol=1e-12)
    np.testing.assert_allclose(cells[1:4, 0], cells[:3, 1], atol=1e-12)
    np.testing.assert_allclose([cells[3, 1], cells[4, 0]], [1.875, 3.125], atol=1e-12)  # a gap of two decades


def test_pictures():
    survey = layered_survey(distorted=True)
    assert tl.plot.pseudosection(survey).get_ylabel() == "Period (s)"
    tl.plot.pseudosection(survey, "phase", "determinant")
    ax = tl.plot.phase_tensors(survey)
    assert len(ax.collections) == 1
    tl.plot.phase_tensors(survey, color="phi_min")
    rose = tl.plot.strike_rose(survey)
    assert "or" in rose.get_title()
    with pytest.raises(ValueError, match="quantity 'x'"):
        tl.plot.pseudosection(survey, "x")
    with pytest.raises(ValueError, match="must be polar"):
        tl.plot.strike_rose(survey, tl.plot.pseudosection(survey))
    matplotlib.pyplot.close("all")
