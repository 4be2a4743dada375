"""Models of other inversion codes, and their responses against ours."""

import numpy as np
import pytest

import terrella as tl


def test_occam1d_model_has_the_response_that_occam_says(data):
    folder = data / "mtpy-occam1d"
    resistivity, thickness = tl.read_occam1d_layers(folder / "Model1D", folder / "ITER_97.iter")
    assert resistivity.shape == (101,) and thickness.shape == (100,)
    site = tl.read(folder / "ITER_97.resp")[0]
    ours = np.asarray(tl.elec.impedance_1d(resistivity, thickness, 1 / site.period))
    # The response is printed with five digits.
    np.testing.assert_allclose(ours, site.z[:, 0, 1], rtol=3e-4)
    measured = tl.read(folder / "Occam1d_DataFile_DET.dat")[0]  # says that it holds determinants
    np.testing.assert_allclose(measured.z[:, 1, 0], -measured.z[:, 0, 1], rtol=1e-12)
    assert "determinant" in measured.provenance.history[0]


def test_occam2d_section(data):
    section = tl.read_occam2d_section(data / "paralana-profile" / "occam2d" / "ITER12.iter")
    assert section.resistivity.shape == (60, 82) and section.mesh.shape == (60, 82)
    assert section.mesh.z[0] == 0
    model = tl.read_model(data / "paralana-profile" / "occam2d" / "ITER12.iter")  # by the table of models
    np.testing.assert_array_equal(model.resistivity, section.resistivity)


def test_mare2dem_model(data):
    model = tl.read_mare2dem_model(data / "mare2dem" / "Demo_forward_MT" / "Demo.0.resistivity")
    assert model.regions == 10 and model.anisotropy == "isotropic"
    assert model.settings["Model File"] == "Demo.poly"
    y = np.array([[5000.0, 5000.0], [5000.0, 1e9]])
    z = np.array([[-100.0, 1000.0], [60000.0, 0.0]])
    found = model.resistivity_at(y, z)
    assert found[0, 0] == 1e13 and found[0, 1] == 0.3 and np.isnan(found[1, 1])
    section = model.section(tl.Mesh2D([0, 1000, 2000], [-500, 0, 500]))
    np.testing.assert_array_equal(section.resistivity, [[1e13, 1e13], [0.3, 0.3]])
    with pytest.raises(tl.MeshError, match="no region holds"):
        model.section(tl.Mesh2D([1e7, 2e7], [0, 1]))


def test_soundings_go_to_inversion_codes_and_back(data, tmp_path):
    survey = tl.read(data / "paralana-profile" / "edi")
    tl.write(survey, tmp_path / "line.emdata")
    back = tl.read(tmp_path / "line.emdata")
    assert len(back) == 15
    azimuth = back[0].rotation
    turned = {site.name: site for site in survey.rotate_to(azimuth)}
    for site in back:
        other = turned[site.name]
        np.testing.assert_allclose(site.period, other.period, rtol=1e-8)
        np.testing.assert_allclose(site.z[:, 0, 1], other.z[:, 0, 1], rtol=1e-7)
    tl.write(survey, tmp_path / "occam.dat", format="occam2d")
    assert len(tl.read(tmp_path / "occam.dat")) == 15


def test_requests_for_forward_runs_are_no_surveys(data):
    with pytest.raises(tl.FormatError, match="asks for a forward run"):
        tl.read(data / "mare2dem" / "Demo_forward_MT" / "Demo.emdata")
