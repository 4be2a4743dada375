"""Every format from Python: what one writes another reads, and covariances that come along."""

import numpy as np
import pytest
from command import needs_command, terrella

import terrella as tl

NAMES = ["edi", "emtf-xml", "zfile", "j", "zonge-avg", "mth5", "hdf5"]


def with_covariances(data):
    return tl.read(data / "usarray-emtfxml" / "USArray.IDD11.2007.xml")


def test_the_table_of_formats_is_what_read_and_write_take():
    table = {entry["name"]: entry for entry in tl.formats()}
    for name in NAMES:
        assert table[name]["reads"] and table[name]["writes"] and table[name]["extensions"].startswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_real_station_through_every_format(data, tmp_path, name):
    survey = with_covariances(data)
    paths = tl.write(survey, tmp_path / "out", format=name)
    (back,) = tl.read(paths)
    site = survey[0]
    np.testing.assert_allclose(back.period, site.period, rtol=1e-12)
    np.testing.assert_allclose(back.z, site.z, rtol=1e-11)
    np.testing.assert_allclose(back.z_error, site.z_error, rtol=1e-2 if name == "zfile" else 1e-11)
    np.testing.assert_allclose(back.tipper, site.tipper, rtol=1e-11)
    assert (back.inverse_signal_power is None) == (name in ("edi", "j", "zonge-avg"))


def test_errors_follow_from_covariances(data):
    site = with_covariances(data)[0]
    s, n = site.inverse_signal_power, site.residual_covariance
    assert s.shape == (30, 2, 2) and n.shape == (30, 3, 3)
    expected = np.sqrt(np.einsum("pii,pjj->pij", n[:, :2, :2], s).real / 2)
    np.testing.assert_allclose(site.z_error, expected, rtol=1e-6)
    turned = site.rotate_to(30)
    r = np.array([[np.cos(np.pi / 6), np.sin(np.pi / 6)], [-np.sin(np.pi / 6), np.cos(np.pi / 6)]])
    s2, n2 = r @ s @ r.T, r @ n[:, :2, :2] @ r.T
    expected = np.sqrt(np.einsum("pii,pjj->pij", n2, s2).real / 2)
    np.testing.assert_allclose(turned.z_error, expected, rtol=1e-6)
    assert tl.Site("A", [1.0]).residual_covariance is None
    made = tl.Site("A", site.period, z=site.z, inverse_signal_power=s, residual_covariance=n)
    np.testing.assert_array_equal(made.residual_covariance, n)
    with pytest.raises(ValueError, match="only one of inverse signal power"):
        tl.Site("A", site.period, z=site.z, inverse_signal_power=s)


def test_a_file_of_many_sites(data):
    survey = tl.read(data / "zonge-csamt" / "avg" / "K1.AVG")
    assert len(survey) == 47 and survey["150"].elevation == 574.5
    with pytest.raises(ValueError, match="has no coordinates"):
        tl.write(survey, "nowhere.avg")


def test_mth5_with_checksums_is_read_and_its_damage_seen(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "a.mth5"
    z = np.array([[[0.1, 2 + 1j], [-3 - 2j, 0.2]], [[0.2, 1 + 1j], [-1 - 1j, 0.1]]])
    tl.write(tl.Survey([tl.Site("A01", [1.0, 10.0], z=z, latitude=1.0, longitude=2.0)]), path, format="mth5")
    with h5py.File(path, "r+") as file:
        group = file["Experiment/Surveys/survey/Stations/A01/Transfer_Functions/A01"]
        values, attributes = group["transfer_function"][()], dict(group["transfer_function"].attrs)
        del group["transfer_function"]
        packed = group.create_dataset("transfer_function", data=values, chunks=values.shape, fletcher32=True)
        packed.attrs.update(attributes)
        place = packed.id.get_chunk_info(0).byte_offset
    np.testing.assert_allclose(tl.read(path)[0].z, z, rtol=1e-12)
    damaged = bytearray(path.read_bytes())
    damaged[place + 3] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(tl.FormatError, match="transfer_function"):
        tl.read(path)


def test_hostile_files_are_refused(tmp_path):
    bomb = tmp_path / "bomb.xml"
    bomb.write_text(
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>\n<EM_TF><Site><Id>&b;</Id></Site></EM_TF>'
    )
    with pytest.raises(tl.FormatError, match="has a DOCTYPE"):
        tl.read(bomb)
    nested = tmp_path / "deep.xml"
    nested.write_text("<EM_TF>" + "<a>" * 200000 + "</a>" * 200000 + "</EM_TF>")
    with pytest.raises(tl.FormatError, match="nested deeper than 32"):
        tl.read(nested)


@needs_command
@pytest.mark.parametrize("first", NAMES)
def test_the_command_converts_each_format_into_each(data, tmp_path, first):
    source = data / "usarray-emtfxml" / "USArray.IDD11.2007.xml"
    terrella("convert", source, "-o", tmp_path / "first", "--to", first)
    truth = tl.read(source)[0]
    for second in NAMES:
        if second == "zfile" and first in ("edi", "j", "zonge-avg"):  # which hold no covariances
            told = terrella("convert", tmp_path / "first", "-o", tmp_path / second, "--to", second, code=2)
            assert "has no covariances" in told.stderr
            continue
        terrella("convert", tmp_path / "first", "-o", tmp_path / second, "--to", second)
        np.testing.assert_allclose(tl.read(tmp_path / second)[0].z, truth.z, rtol=1e-10)
