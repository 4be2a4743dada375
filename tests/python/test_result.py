"""Results in Python: arrays, files, pictures."""

import gc

import numpy as np
import pytest

import terrella as tl


def half_space_impedance(period, resistivity):
    return np.sqrt(1j * 2 * np.pi / period * 4e-7 * np.pi * resistivity)


def make_result():
    period = np.logspace(-2, 2, 9)
    names = ("A01", "A02", "A03")
    sites = [tl.Site(name, period=period, latitude=-30 + 0.01 * i, longitude=25.0) for i, name in enumerate(names)]
    resistivity = np.array([[100.0, 10.0], [200.0, 20.0], [300.0, 30.0]])
    model = tl.LayeredModel(resistivity, np.full((3, 1), 500.0), depth_of_investigation=[1e3, 2e3, 3e3])
    fits = []
    for name, top in zip(names, resistivity[:, 0], strict=True):
        observed = half_space_impedance(period, top)
        error = 0.05 * abs(observed)
        fits.append(tl.SiteFit(name, period, observed, error, observed + 2 * error, stopped="target reached"))
    return tl.Result(tl.Survey(sites, name="line"), model, fits, config="target_rms = 1.0\n")


def test_arrays_have_the_documented_shapes_and_outlive_their_result():
    result = make_result()
    assert result.model.resistivity.shape == (3, 2) and result.model.thickness.shape == (3, 1)
    assert result.model.resolution is None and result.model.log10_resistivity_error is None
    resistivity, predicted = result.model.resistivity, result.predicted[2]
    assert not resistivity.flags.writeable
    del result
    gc.collect()
    np.testing.assert_array_equal(resistivity[:, 1], [10.0, 20.0, 30.0])
    np.testing.assert_allclose(abs(predicted), abs(half_space_impedance(np.logspace(-2, 2, 9), 300.0) + 0), rtol=0.2)


def test_rms_counts_real_numbers():
    # Every residual is two errors in the real part and none in the imaginary part: sqrt((4 + 0) / 2).
    np.testing.assert_allclose(make_result().rms, np.sqrt(2.0), rtol=1e-12)


def test_a_result_written_is_read_back(tmp_path):
    result = make_result()
    tl.write_hdf5(result, tmp_path / "run.h5")
    again = tl.read_result(tmp_path / "run.h5")
    np.testing.assert_array_equal(again.model.resistivity, result.model.resistivity)
    np.testing.assert_array_equal(again.fits[1].predicted, result.fits[1].predicted)
    assert again.config == result.config and again.fits[0].stopped == "target reached"
    assert again.survey.name == "line" and again.history.dtype.names[:3] == ("site", "iteration", "rms")
    assert "A02" in again._repr_html_() and "target reached" in again._repr_html_()


def test_what_is_no_result_is_refused(tmp_path):
    path = tmp_path / "run.h5"
    path.write_bytes(b"no HDF5")
    with pytest.raises(tl.FormatError) as caught:
        tl.read_result(path)
    assert caught.value.path == str(path) and caught.value.line == 0


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"LayeredModel: thickness must have shape \(3, 1\), got \(3, 2\)"):
        tl.LayeredModel(np.ones((3, 2)), np.ones((3, 2)))
    with pytest.raises(ValueError, match="at least one layer"):
        tl.LayeredModel(np.ones((3, 0)), np.ones((3, 0)))
    with pytest.raises(ValueError, match=r"SiteFit: error must have shape \(2,\), got \(1,\)"):
        tl.SiteFit("A", [1.0, 2.0], [1, 1], [1.0], [1, 1])


def test_pictures_hang_on_the_result():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = make_result().plot.section()
    assert ax.get_ylabel() == "Depth (km)"
