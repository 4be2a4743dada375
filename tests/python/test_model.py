"""Resistivity models of inversion codes in Python."""

import numpy as np
import pytest

import terrella as tl

SMALL = """# by hand
 2 3 2 0 LOGE
 10 20
 1 2 3
 5 6
 1.0 0.0
 2.0 0.1
 3.0 0.2
 4.0 0.3
 5.0 0.4
 6.0 0.5
 -10 -3 -67
 12.5
"""


def test_a_model_is_read_written_and_converted(tmp_path):
    (tmp_path / "m.rho").write_text(SMALL)
    model = tl.read_model(tmp_path / "m.rho")
    assert isinstance(model.mesh, tl.Mesh3D) and model.mesh.shape == (2, 3, 2) == model.resistivity.shape
    np.testing.assert_allclose(model.mesh.x, [-10, 0, 20])
    # Rows of the file go from north to south: the northern cell of the first row comes first in the file, last here.
    np.testing.assert_allclose(model.resistivity[0, 0], np.exp([0.0, 1.0]))
    assert model.mesh.rotation == 12.5 and model.storage == "ln resistivity" and model.header == ["by hand"]
    assert model.air is None and not model.resistivity.flags.writeable
    model.write(tmp_path / "m.out")  # Mackie's by its extension
    back = tl.read_model(tmp_path / "m.out")
    assert back.format == "mackie-model" and back.mesh == model.mesh
    np.testing.assert_allclose(back.resistivity, model.resistivity, rtol=1e-11)
    with pytest.raises(ValueError, match="no origin and no rotation"):
        model.write(tmp_path / "m", format="wsinv3dmt")
    with pytest.raises(ValueError, match="name one of modem, mackie"):
        model.write(tmp_path / "m.unknown")


def test_a_model_is_made_of_an_array(tmp_path):
    mesh = tl.Mesh2D(y=[0, 100, 300], z=[0, 50, 150, 400])
    model = tl.ResistivityModel(mesh, [[1, 2], [3, 4], [5, 6]], storage="log10 resistivity")
    model.write(tmp_path / "section.rho")
    assert (tmp_path / "section.rho").read_text().startswith("2 3 LOG10")
    back = tl.read_model(tmp_path / "section.rho")
    np.testing.assert_allclose(back.resistivity, [[1, 2], [3, 4], [5, 6]], rtol=1e-11)
    assert back.mesh == mesh and "2 x 3 cells" in repr(back)
    with pytest.raises(ValueError, match="shape"):
        tl.ResistivityModel(mesh, [[1, 2, 3]])
    with pytest.raises(ValueError, match="not positive and finite"):
        tl.ResistivityModel(mesh, [[1, 2], [3, 4], [5, -6]])
    with pytest.raises(tl.MeshError, match="must ascend"):
        tl.Mesh2D(y=[0, 0], z=[0, 1])


def test_what_is_wrong_has_a_line(tmp_path):
    (tmp_path / "m.rho").write_text(SMALL.replace("2.0 0.1", "2.0 x"))
    with pytest.raises(tl.FormatError, match="'x' is not a number") as refused:
        tl.read_model(tmp_path / "m.rho")
    assert refused.value.line == 7
    (tmp_path / "note.txt").write_text("no model\n")
    with pytest.raises(tl.FormatError, match="no known model format"):
        tl.read_model(tmp_path / "note.txt")


def test_real_models(data):
    model = tl.read_model(data / "yellowstone-ynp" / "modem" / "ynp_sm02_topo.rho")
    assert model.resistivity.shape == (55, 55, 52) and model.mesh.z[0] == -3269
    tetra = tl.read_model(data / "femtic" / "INV_MT_01_Tetra" / "resistivity_block_iter0.dat")
    assert tetra.mesh.points.shape == (5806, 3) and tetra.mesh.corners.shape == (34559, 4)
    assert tetra.air.sum() > 1000 and tetra.resistivity[~tetra.air].max() == 100


def test_data_of_inversion_codes_are_soundings(data):
    survey = tl.read(data / "paralana-profile" / "modem" / "ModEM_Data.dat")
    assert len(survey) == 15 and survey[0].z.shape == (13, 2, 2)
    assert survey[0].provenance.units == "[mV/km]/[nT]"
    with pytest.raises(tl.FormatError, match="PTxx"):
        tl.read(data / "modem-examples" / "ObliqueOne_FWD" / "FWD_ObliqueOne_PT.dat")
