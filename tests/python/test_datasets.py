"""Sites and surveys in Python: arrays without a copy, errors by message, xarray."""

import gc

import numpy as np
import pytest

import terrella as tl


def make_site(name="A01", period=(0.1, 1.0, 10.0), scale=1.0, **more):
    n = len(period)
    z = scale * (np.arange(4 * n).reshape(n, 2, 2) + 1j)
    return tl.Site(name, period=period, z=z, z_error=np.full((n, 2, 2), 0.5), **more)


def test_arrays_hold_what_was_given():
    site = make_site(
        latitude=-30.5, longitude=25.0, elevation=1200.0, rotation=20.0, tipper=np.full((3, 2), 0.1 - 0.2j)
    )
    assert (site.name, site.latitude, site.longitude, site.elevation, site.rotation) == (
        "A01",
        -30.5,
        25.0,
        1200.0,
        20.0,
    )
    np.testing.assert_array_equal(site.period, [0.1, 1.0, 10.0])
    np.testing.assert_array_equal(site.z, np.arange(12).reshape(3, 2, 2) + 1j)
    np.testing.assert_array_equal(site.tipper, np.full((3, 2), 0.1 - 0.2j))
    assert np.isnan(site.tipper_error).all() and site.tipper_error.shape == (3, 2)
    assert site.z.dtype == np.complex128


def test_what_was_not_measured_is_none():
    site = tl.Site("A01", period=[1.0])
    assert site.z is None and site.z_error is None and site.tipper is None and site.z_masked is None


def test_arrays_are_views_read_only_and_keep_their_survey_alive():
    survey = tl.Survey([make_site()])
    first, again = survey.sites[0].z, survey[0].z
    assert first.__array_interface__["data"] == again.__array_interface__["data"]
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0, 0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        first.flags.writeable = True
    del survey, again
    gc.collect()
    scribble = [np.full(12, 7.0 + 0j) for _ in range(100)]  # would reuse freed memory
    np.testing.assert_array_equal(first, np.arange(12).reshape(3, 2, 2) + 1j)
    assert len(scribble) == 100


def test_sites_by_position_name_and_iteration():
    survey = tl.Survey([make_site("A"), make_site("B")], name="line")
    assert len(survey) == 2 and survey.name == "line"
    assert [site.name for site in survey] == ["A", "B"] == [site.name for site in survey.sites]
    assert survey[-1].name == "B" and survey["A"].name == "A"
    with pytest.raises(IndexError, match="site 2 of a survey of 2"):
        survey[2]
    with pytest.raises(KeyError, match="no site 'C' among 2"):
        survey["C"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"period": [1.0, 0.1]}, "site 'X': periods must ascend, but 0.1 s follows 1 s"),
        ({"period": [-1.0]}, "period -1 s is not positive"),
        ({"period": [1.0], "z": np.zeros((1, 4))}, r"Site: z must have shape \(n, 2, 2\), got \(1, 4\)"),
        ({"period": [1.0], "z": np.zeros((2, 2, 2))}, "has 1 periods but 2 rows of z"),
        ({"period": [[1.0]]}, r"Site: period must have shape \(n,\), got \(1, 1\)"),
        ({"period": [1.0], "latitude": 91.0}, "latitude 91 is beyond 90 degrees"),
        ({"period": [1.0], "z": np.zeros((1, 2, 2)), "z_error": np.full((1, 2, 2), -1.0)}, "negative z_error"),
    ],
)
def test_wrong_arguments_say_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        tl.Site("X", **arguments)


def test_to_xarray_puts_sites_side_by_side():
    xarray = pytest.importorskip("xarray")
    tipper = np.full((2, 2), 0.3j)
    near = tl.Site("B", period=[1.0 * (1 + 1e-9), 100.0], z=np.ones((2, 2, 2)), tipper=tipper, latitude=-31.0)
    survey = tl.Survey([make_site("A"), near], name="line")
    dataset = survey.to_xarray()
    assert isinstance(dataset, xarray.Dataset)
    assert dataset.z.dims == ("station", "period", "output", "input")
    assert dict(dataset.sizes) == {"station": 2, "period": 4, "output": 2, "input": 2}
    assert dataset.z.sel(station="A", period=10.0, output="ex", input="hy") == 9 + 1j
    assert dataset.z.sel(station="B", period=0.1).isnull().all()
    assert dataset.z.attrs["units"] == "ohm" and dataset.z.attrs["sign"] == "exp(+iwt)"
    assert dataset.tipper.dims == ("station", "period", "input")
    assert dataset.tipper.sel(station="A").isnull().all()
    assert dataset.latitude.sel(station="B") == -31.0 and dataset.period.attrs["units"] == "s"


def test_to_xarray_leaves_masked_values_out_and_close_periods_of_one_site_apart():
    pytest.importorskip("xarray")
    masked = np.zeros((2, 2, 2), bool)
    masked[0, 0, 1] = True
    site = tl.Site("A", period=[1.0, 1.0 + 1e-8], z=np.ones((2, 2, 2)), z_masked=masked)
    dataset = tl.Survey([site]).to_xarray()
    assert dataset.sizes["period"] == 2
    assert dataset.z.isnull().sum() == 1 and dataset.z.isnull()[0, 0, 0, 1]


def test_a_survey_shows_itself_in_a_notebook_with_names_escaped():
    html = tl.Survey([make_site("<script>")], name="a<b")._repr_html_()
    assert "&lt;script&gt;" in html and "a&lt;b" in html and "<script>" not in html
    assert "3: 0.1 to 10" in html
