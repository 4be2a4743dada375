"""Survey files seen by programs that are not ours: xarray with both of its engines, h5py."""

import numpy as np
import pytest

import terrella as tl

xarray = pytest.importorskip("xarray")


def site(name, n):
    """Random numbers of a site with n periods; sites of one survey differ in length."""
    random = np.random.default_rng(n)
    z = random.normal(size=(n, 2, 2)) + 1j * random.normal(size=(n, 2, 2))
    tipper = random.normal(size=(n, 2)) + 1j * random.normal(size=(n, 2))
    mask = random.random(size=(n, 2, 2)) > 0.5
    return tl.Site(
        name,
        np.logspace(-2, 3, n),
        z=z,
        z_error=abs(z) / 20,
        z_masked=mask,
        tipper=tipper,
        tipper_error=abs(tipper) / 20,
        latitude=-30.5,
        longitude=22.25,
        elevation=1200.0,
        rotation=-20.0,
    )


@pytest.fixture(scope="module")
def survey():
    return tl.Survey([site("kap103", 5), site("東京", 8), site("kap118", 1)])


@pytest.fixture(scope="module")
def path(survey, tmp_path_factory):
    path = tmp_path_factory.mktemp("hdf5") / "line.h5"
    tl.write_hdf5(survey, path)
    return path


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_sees_labelled_values_to_the_last_bit(survey, path, engine):
    pytest.importorskip({"netcdf4": "netCDF4"}.get(engine, engine))
    with xarray.open_dataset(path, engine=engine) as dataset:
        assert dataset.z.dims == dataset.z_error.dims == ("station", "period", "output", "input")
        assert dataset.tipper.dims == ("station", "period", "input")
        assert list(dataset.station.values) == ["kap103", "東京", "kap118"]
        assert list(dataset.output.values) == ["ex", "ey"] and list(dataset.input.values) == ["hx", "hy"]
        assert dataset.z.attrs["units"] == "ohm" and dataset.sounding_period.attrs["units"] == "s"
        assert dataset.latitude.attrs["units"] == "degrees_north"
        assert {"sounding_period", "latitude", "longitude", "elevation"} <= set(dataset.z.coords)
        for i, one in enumerate(survey):
            n = int(dataset.period_count[i])
            assert n == len(one.period)
            np.testing.assert_array_equal(dataset.sounding_period[i, :n], one.period)
            assert np.isnan(dataset.sounding_period[i, n:]).all()
            z = dataset.z[i].values  # netCDF4 gives pairs of r and i, unless it is asked for complex numbers
            z = z if np.iscomplexobj(z) else z["r"] + 1j * z["i"]
            np.testing.assert_array_equal(z[:n], one.z)
            np.testing.assert_array_equal(dataset.z_error[i, :n], one.z_error)
            np.testing.assert_array_equal(dataset.z_masked[i, :n].astype(bool), one.z_masked)


def test_a_component_is_taken_by_its_labels(survey, path):
    with xarray.open_dataset(path, engine="h5netcdf") as dataset:
        zxy = dataset.z.sel(station="東京", output="ex", input="hy")
        assert zxy.dtype == np.complex128
        np.testing.assert_array_equal(zxy, survey[1].z[:, 0, 1])


def test_a_file_changed_by_another_program_is_refused(path, tmp_path):
    h5py = pytest.importorskip("h5py")
    changed = tmp_path / "changed.h5"
    changed.write_bytes(path.read_bytes())
    with h5py.File(changed, "r+") as file:
        file["latitude"][0] = 0.0
    with pytest.raises(tl.FormatError, match="was changed by another program: its content differs from its SHA-256"):
        tl.read(changed)


def test_mth5_files_have_the_table_by_which_mth5_finds_their_functions(survey, tmp_path):
    """mth5 0.6.9 opens no transfer function without it. Types of its columns as that program declares them."""
    import h5py

    flat = tl.Survey([tl.Site(s.name, s.period, z=s.z, z_error=s.z_error, latitude=45.5) for s in survey.sites])
    tl.write(flat, tmp_path / "line.h5", format="mth5")
    text = {"station": "S30", "survey": "S50", "tf_id": "S30", "units": "S60"}
    numbers = ("latitude", "longitude", "elevation", "period_min", "period_max")
    with h5py.File(tmp_path / "line.h5") as file:
        table = file["Experiment/tf_summary"]
        assert {name: table.dtype[name].str[1:] for name in text} == text
        assert all(table.dtype[name].str == "<f8" for name in numbers)
        assert table.maxshape == (None,)
        for row, site in zip(table[()], flat.sites, strict=True):
            assert row["station"].decode() == site.name
            assert (row["has_impedance"], row["has_tipper"], row["has_covariance"]) == (True, False, False)
            assert (row["period_min"], row["period_max"]) == (min(site.period), max(site.period))
            assert file[row["hdf5_reference"]]["transfer_function"].shape == (len(site.period), 3, 2)
            assert file[row["station_hdf5_reference"]].attrs["location.latitude"] == 45.5
