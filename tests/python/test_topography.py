"""Topography from Python: files written by other libraries, heights at points, positions in other systems."""

import numpy as np
import pytest

import terrella as tl

HEIGHTS = np.array([[10.0, 20.0, 30.0, 40.0], [11.0, 21.0, np.nan, 41.0], [12.0, 22.0, 32.0, 42.0]])
LONGITUDE = np.array([-111.0, -110.5, -110.0, -109.5])
LATITUDE = np.array([44.0, 44.5, 45.0])


@pytest.mark.parametrize("format", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET"])
@pytest.mark.parametrize("kind", ["f4", "f8", "i2", "i4"])
@pytest.mark.parametrize("unlimited", [False, True])
def test_grids_of_the_netcdf_library(tmp_path, format, kind, unlimited):
    netcdf = pytest.importorskip("netCDF4")
    path = tmp_path / "grid.grd"
    with netcdf.Dataset(path, "w", format=format) as file:
        file.title = "by another library"
        file.createDimension("lat", None if unlimited else 3)
        file.createDimension("lon", 4)
        lon = file.createVariable("lon", "f8", ("lon",))
        lon.units = "degrees_east"
        lat = file.createVariable("lat", "f8", ("lat",) if not unlimited else ("lon",))
        if unlimited:  # a coordinate beside the records would share them, which is refused
            lat[:] = np.arange(4)
        else:
            lat.units = "degrees_north"
            lat[:] = LATITUDE[::-1]
        lon[:] = LONGITUDE
        z = file.createVariable("elevation", kind, ("lat", "lon"), fill_value=-32000)
        z.units = "m"
        z[:] = np.where(np.isnan(HEIGHTS), -32000, HEIGHTS)[::-1]
    if unlimited:
        with pytest.raises(tl.FormatError, match="no grid"):
            tl.read_topography(path)
        return
    t = tl.read_topography(path)
    assert t.is_grid and t.crs == "EPSG:4326" and t.format == "netcdf-3"
    np.testing.assert_array_equal(t.x, LONGITUDE)
    np.testing.assert_array_equal(t.y, LATITUDE)
    np.testing.assert_array_equal(t.elevation, HEIGHTS)


def test_records_shared_with_others_are_refused(tmp_path):
    netcdf = pytest.importorskip("netCDF4")
    path = tmp_path / "grid.grd"
    with netcdf.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("y", None)
        file.createDimension("x", 4)
        file.createVariable("x", "f8", ("x",))[:] = LONGITUDE
        file.createVariable("y", "f8", ("y",))[:] = LATITUDE
        file.createVariable("z", "f8", ("y", "x"))[:] = HEIGHTS
    with pytest.raises(tl.FormatError, match="shares the unlimited dimension"):
        tl.read_topography(path)


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint16", "uint8"])
def test_geotiff_of_the_imaging_library(tmp_path, dtype):
    image = pytest.importorskip("PIL.Image")
    tags = pytest.importorskip("PIL.TiffImagePlugin")
    heights = np.nan_to_num(HEIGHTS, nan=255).astype(dtype)
    info = tags.ImageFileDirectory_v2()
    info.tagtype.update({33550: 12, 33922: 12, 34735: 3, 42113: 2})
    info[33550] = (0.5, 0.25, 0.0)
    info[33922] = (0.0, 0.0, 0.0, -111.0, 45.0, 0.0)
    info[34735] = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    info[42113] = "255"
    path = tmp_path / "dem.tif"
    image.fromarray(heights).save(path, tiffinfo=info)
    t = tl.read_topography(path)
    assert t.format == "geotiff" and t.crs == "EPSG:4326"
    np.testing.assert_allclose(t.x, [-110.75, -110.25, -109.75, -109.25])
    np.testing.assert_allclose(t.y, [44.375, 44.625, 44.875])
    np.testing.assert_array_equal(t.elevation, HEIGHTS[::-1])
    image.fromarray(heights).save(path, tiffinfo=info, compression="tiff_lzw")
    with pytest.raises(tl.FormatError, match="is compressed"):
        tl.read_topography(path)


def test_heights_at_points():
    t = tl.Topography(LONGITUDE, LATITUDE, HEIGHTS, "EPSG:4326")
    assert t.at(-110.75, 44.25) == (10 + 20 + 11 + 21) / 4
    heights = t.at(np.array([[-111.0, -109.5], [0.0, -110.0]]), np.array([[44.0, 45.0], [44.0, 44.5]]))
    np.testing.assert_array_equal(heights, [[10, 42], [np.nan, np.nan]])
    x, y = tl.transform(-110.75, 44.25, "EPSG:4326", "EPSG:32612")
    np.testing.assert_allclose(t.at(x, y, "EPSG:32612"), 15.5, atol=1e-6)
    distance, elevation = t.profile((-111.0, 44.0), (-111.0, 45.0), 3)
    assert elevation[0] == 10 and elevation[2] == 12
    assert 111_000 < distance[2] < 111_300  # a degree of latitude
    with pytest.raises(ValueError, match="must have shape"):
        tl.Topography(LONGITUDE, LATITUDE, HEIGHTS.T)
    with pytest.raises(ValueError, match="is no coordinate reference system"):
        t.crs = "Atlantis"
    with pytest.raises(ValueError, match="not writeable|read-only"):
        t.elevation[0, 0] = 1


def test_written_grids_are_read(tmp_path):
    t = tl.Topography(LONGITUDE, LATITUDE, HEIGHTS, "EPSG:4326")
    tl.write_esri_ascii(t, tmp_path / "a.asc")
    back = tl.read_topography(tmp_path / "a.asc")
    np.testing.assert_array_equal(back.elevation, HEIGHTS)
    assert "WGS" in back.crs
    tl.write_xyz(t, tmp_path / "a.xyz")
    np.testing.assert_array_equal(tl.read_topography(tmp_path / "a.xyz", crs="EPSG:4326").elevation, HEIGHTS)
    points = tl.Topography(np.array([0.0, 1, 0]), np.array([0.0, 0, 1]), np.array([1.0, 2, 3]))
    assert not points.is_grid and repr(points) == "Topography(3 points)"
    assert points.at(0.25, 0.25) == 1.75
    with pytest.raises(ValueError, match="not scattered points"):
        tl.write_esri_ascii(points, tmp_path / "b.asc")


def test_real_grid(data):
    t = tl.read_topography(data / "yellowstone-ynp" / "topography" / "yellowstone.asc")
    assert t.elevation.shape == (368, 794)
    survey = tl.read(data / "yellowstone-ynp" / "edi")
    ground = t.at([s.longitude for s in survey], [s.latitude for s in survey])
    stated = np.array([s.elevation for s in survey])
    assert np.median(np.abs(ground - stated)) < 60  # an arc-minute of mountains
    assert tl.utm_crs(survey[0].longitude, survey[0].latitude) == "EPSG:32612"
