"""terrella.plot on results made by hand: what is drawn stands where the model has it."""

import csv
import re
import subprocess
import sys
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest

import terrella as tl
from terrella import plot
from terrella.plot.profile import column_edges

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.collections import PolyCollection  # noqa: E402


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def make_result(sites=6, layers=5, spacing=0.01):
    """Sites along the equator, `spacing` degrees apart, 100 ohm m, layers of 1 km, depth of investigation 3 km."""
    rng = np.random.default_rng(5)
    period = np.logspace(-2, 3, 20)
    z = np.sqrt(2j * np.pi / period * 4e-7 * np.pi * 100)  # half-space of 100 ohm m
    noise = 0.02 * np.abs(z) * (rng.standard_normal((sites, 20)) + 1j * rng.standard_normal((sites, 20)))
    return SimpleNamespace(
        survey=SimpleNamespace(
            sites=[SimpleNamespace(name=f"S{s}", latitude=0.0, longitude=10 + spacing * s) for s in range(sites)]
        ),
        model=SimpleNamespace(
            resistivity=np.full((sites, layers), 100.0),
            thickness=np.full((sites, layers - 1), 1000.0),
            depth_of_investigation=np.full(sites, 3000.0),
        ),
        fits=[
            SimpleNamespace(
                site=f"S{s}", period=period, observed=z + noise[s], error=0.05 * np.abs(z), predicted=z, rms=0.6
            )
            for s in range(sites)
        ],
    )


def cells(ax):
    """Rows left, right, top, bottom, value of the cells of a section, km and ohm m."""
    mesh = next(c for c in ax.collections if c.get_array() is not None)
    boxes = [path.get_extents() for path in mesh.get_paths()]
    values = np.ma.filled(mesh.get_array(), np.nan)
    return np.array([(b.x0, b.x1, b.y0, b.y1, value) for b, value in zip(boxes, values, strict=True)])


def test_a_block_is_drawn_where_it_is():
    result = make_result()
    result.model.resistivity[2, 1] = 3.0
    ax = plot.section(result, depth_limit=6000)
    drawn = cells(ax)
    assert len(drawn) == 6 * 5
    block = drawn[drawn[:, 4] == 3.0]
    assert len(block) == 1
    # 0.01 degrees of the equator of WGS 84; the third column, the second kilometre.
    spacing = 0.01 * np.pi / 180 * 6378.137
    np.testing.assert_allclose(block[0, :4], [1.5 * spacing, 2.5 * spacing, 1, 2], rtol=1e-6)
    assert drawn[:, 3].max() == 6  # the half-space reaches the limit
    assert ax.get_ylim() == (6, 0)  # depth downwards
    assert ax.get_xlabel() == "Distance (km)"


def test_sites_are_sorted_and_models_go_with_them():
    result = make_result(3)
    result.survey.sites[0], result.survey.sites[2] = result.survey.sites[2], result.survey.sites[0]
    result.model.resistivity[0] = 7.0  # of the site farthest east now
    drawn = cells(plot.section(result))
    assert (drawn[drawn[:, 4] == 7.0][:, 0] > drawn[drawn[:, 4] == 100.0][:, 0].max()).all()


def test_the_veil_begins_at_the_depth_of_investigation():
    result = make_result(2)
    result.model.depth_of_investigation[:] = [2000, np.nan]
    ax = plot.section(result, depth_limit=4000)
    veil = [c for c in ax.collections if isinstance(c, PolyCollection) and c.get_array() is None]
    boxes = [path.get_extents() for path in veil[0].get_paths()]
    assert [(b.y0, b.y1) for b in boxes] == [(2, 4)]
    plain = plot.section(result, depth_of_investigation=False)
    assert len(plain.collections) == 1


def test_one_deep_site_does_not_set_the_depth():
    result = make_result(5, spacing=1.0)  # so long a line sets no limit itself
    assert plot.section(result).get_ylim() == (4.5, 0)
    result.model.depth_of_investigation[2] = 90000
    assert plot.section(result).get_ylim() == (6, 0)


def test_a_section_reaches_half_as_deep_as_the_line_is_long():
    result = make_result(5)
    result.model.depth_of_investigation[:] = 90000
    ax = plot.section(result)
    left, right = ax.get_xlim()
    assert ax.get_ylim()[0] == pytest.approx((right - left) / 2)


def test_red_is_conductive():
    colormap = plot.resistivity_colormap()
    assert tuple(round(255 * part) for part in colormap(0.0)[:3]) == plot.RESISTIVITY_COLORS[0]
    assert tuple(round(255 * part) for part in colormap(1.0)[:3]) == plot.RESISTIVITY_COLORS[-1]
    assert colormap(0.05)[0] > colormap(0.05)[2]


def test_the_colours_are_those_of_the_library(repository):
    header = (repository / "viz/color.h").read_text()
    table = re.search(r"resistivity_colors\{\{(.*?)\}\};", header, re.S).group(1)
    colors = tuple(tuple(map(int, triple)) for triple in re.findall(r"(\d+), (\d+), (\d+)", table))
    assert colors == plot.RESISTIVITY_COLORS


def test_equal_spacing_is_said():
    result = make_result(3)
    result.survey.sites[1].latitude = np.nan
    ax = plot.section(result)
    assert ax.get_xlabel() == "Sites in file order, equal spacing"
    assert ax.get_xlim() == (-0.5, 2.5)
    ax = plot.section(make_result(3, spacing=0))
    assert ax.get_xlabel() == "Sites in file order, equal spacing"


def test_distances_agree_with_the_published_geodesic():
    # Flinders Peak to Buninyong: 54972.271 m (Geocentric Datum of Australia Technical Manual, GRS 80).
    sites = [
        SimpleNamespace(latitude=-37.9510334, longitude=144.4248679),
        SimpleNamespace(latitude=-37.6528211, longitude=143.9264955),
    ]
    order, distance, placed = plot.profile(sites)
    assert placed
    assert list(order) == [1, 0]  # west to east
    assert distance[1] == pytest.approx(54972.271, rel=1e-6)  # a sphere is 0.3 % off


@pytest.mark.parametrize("sites, layers", [(1, 1), (1, 8), (200, 30)])
def test_all_sizes_are_drawn(sites, layers):
    result = make_result(sites, layers)
    ax = plot.section(result)
    assert cells(ax)[:, 1].max() == ax.get_xlim()[1]
    ax.figure.canvas.draw()


def test_hostile_names_and_missing_values_are_drawn():
    result = make_result(4)
    for site, name in zip(result.survey.sites, ["two\nlines", "$x^$ $\\frac{", "../\x00", "long" * 50], strict=True):
        site.name = name
    result.model.resistivity[1] = np.nan
    result.model.depth_of_investigation = None
    ax = plot.section(result)
    ax.figure.canvas.draw()
    assert np.isnan(cells(ax)[:, 4]).sum() == 5
    result.fits[0].site = "$x^$\n"
    result.fits[0].observed[3] = np.nan
    upper, _ = plot.response(result, 0)
    upper.figure.canvas.draw()
    plot.station_map(result).figure.canvas.draw()


def test_response_shows_the_half_space():
    result = make_result()
    upper, lower = plot.response(result, "S3")
    model, phase = upper.lines[-1], lower.lines[-1]
    np.testing.assert_allclose(model.get_ydata(), 100, rtol=1e-12)
    np.testing.assert_allclose(phase.get_ydata(), 45, rtol=1e-12)
    data = upper.containers[0]
    np.testing.assert_allclose(
        data.lines[0].get_ydata(), np.abs(result.fits[3].observed) ** 2 / np.abs(result.fits[3].predicted) ** 2 * 100
    )
    # 5 % of |Z| are 10 % of rho_a and 2.86 degrees.
    bar = lower.containers[0].lines[2][0].get_segments()[0]
    assert (bar[1, 1] - bar[0, 1]) / 2 == pytest.approx(2.8648, rel=0.1)
    assert upper.get_title() == "S3, RMS 0.60"


def test_third_quadrant_is_turned_and_said():
    result = make_result(1)
    result.fits[0].observed, result.fits[0].predicted = -result.fits[0].observed, -result.fits[0].predicted
    _, lower = plot.response(result, 0)
    np.testing.assert_allclose(lower.lines[-1].get_ydata(), 45, rtol=1e-12)
    assert lower.get_ylabel() == "Phase of −Z (°)"


def test_station_map_has_the_sites():
    result = make_result(3)
    result.survey.sites[1].longitude = np.nan
    for source in (result, result.survey):
        ax = plot.station_map(source)
        np.testing.assert_allclose(ax.lines[0].get_xdata(), [10, 10.02])
        assert ax.get_title() == "1 of 3 sites without coordinates"


def test_names_on_the_map_do_not_touch():
    result = make_result(60, spacing=0.001)
    ax = plot.station_map(result)
    names = [text.get_text() for text in ax.texts]
    assert names[0] == "S0"
    assert 10 < len(names) < 40
    assert len(plot.station_map(result, names=False).texts) == 0
    assert len(plot.station_map(make_result(4)).texts) == 4


def test_axes_are_used_and_returned():
    result = make_result()
    figure, (first, second, third) = plt.subplots(3)
    assert plot.section(result, first) is first
    assert plot.response(result, 0, (second, third)) == (second, third)
    assert plot.station_map(result, ax=first) is first
    plots = plot.ResultPlots(result)
    assert plots.section(ax=first) is first
    assert plots.response("S1", ax=[second, third])[0] is second
    assert plots.station_map(first) is first


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda r: plot.section(r, depth_limit=-1), "depth_limit -1 m is not positive"),
        (lambda r: plot.section(r, limits=(10, 1)), "limits 10 to 1 ohm m must be positive and ascend"),
        (lambda r: plot.response(r, "X"), "no site 'X', the result has S0, S1, S2, S3, S4, S5"),
        (lambda r: plot.response(r, 9), "no site 9, the result has 6"),
        (lambda r: plot.response(r, 0, plt.gca()), "ax must be two axes"),
        (lambda r: plot.station_map(SimpleNamespace(sites=[])), "none of 0 sites has coordinates"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call(make_result())


def test_wrong_sizes_are_named():
    result = make_result(3, 4)
    result.model.thickness = np.ones((3, 4))
    with pytest.raises(
        ValueError, match=re.escape("resistivity [3, 4] needs thickness [3, 3] and 3 sites, got (3, 4) and 3")
    ):
        plot.section(result)
    result = make_result(3, 4)
    result.fits[1].error = np.ones(3)
    with pytest.raises(ValueError, match=re.escape("site 'S1' has (20,) periods, (20,) observed, (3,) errors")):
        plot.response(result, 1)


def test_without_matplotlib_the_mend_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for call in (lambda r: plot.section(r), lambda r: plot.response(r, 0), lambda r: plot.station_map(r)):
        with pytest.raises(ImportError, match=re.escape("pip install terrella[viz]")):
            call(make_result())


def test_matplotlib_is_loaded_only_when_needed():
    code = "import sys, terrella.plot; assert not any(name.startswith('matplotlib') for name in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pictures_and_tables_have_one_profile(tmp_path):
    """The distances of a picture are those of the CSV file, also where sites share a place."""
    rng = np.random.default_rng(3)
    period = np.array([1.0, 10.0])
    places = list(zip(rng.uniform(-31, -30, 6), rng.uniform(20, 24, 6), strict=True))
    places.insert(2, places[4])
    sites = [
        tl.Site(f"S{i}", period, latitude=latitude, longitude=longitude)
        for i, (latitude, longitude) in enumerate(places)
    ]
    model = tl.LayeredModel(np.full((7, 2), 100.0), np.full((7, 1), 500.0))
    z = np.full(2, 1e-3 + 1e-3j)
    fits = [tl.SiteFit(site.name, period, z, np.abs(z), z) for site in sites]
    tl.write_section_csv(tl.Result(tl.Survey(sites), model, fits), tmp_path / "section.csv")
    with open(tmp_path / "section.csv", newline="") as file:
        written = {row["site"]: float(row["distance_m"]) for row in csv.DictReader(file)}
    order, distance, placed = plot.profile(sites)
    assert placed
    np.testing.assert_allclose([written[sites[i].name] for i in order], distance, atol=0.01)


def test_columns_of_sites_at_one_place_are_shared():
    edges = column_edges([0.0, 100.0, 100.0, 100.0, 200.0])
    np.testing.assert_allclose(edges, [-50, 50, 50 + 100 / 3, 50 + 200 / 3, 150, 250], rtol=1e-12)
    np.testing.assert_allclose(column_edges([7.0]), [-493, 507])
    with pytest.raises(ValueError, match="distance 1 is 1 m; distances must be finite and ascend"):
        column_edges([2.0, 1.0])


def test_nothing_to_show_is_said():
    empty = tl.Result(tl.Survey([]), tl.LayeredModel(np.zeros((0, 2)), np.zeros((0, 1))), [])
    with pytest.raises(ValueError, match="section: the result has no sites"):
        empty.plot.section()
