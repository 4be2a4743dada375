"""Files to surveys in Python: real lines, what is refused, and that reading leaves other threads alone."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

import terrella as tl


def half_space(name="A01", resistivity=100.0, n=5):
    """Z of a uniform half-space by its closed form, Zxy = sqrt(i w mu rho), as an independent value."""
    period = np.logspace(-1, 3, n)
    z = np.zeros((n, 2, 2), complex)
    z[:, 0, 1] = np.sqrt(1j * 2 * np.pi / period * 4e-7 * np.pi * resistivity)
    z[:, 1, 0] = -z[:, 0, 1]
    return tl.Site(name, period, z=z, z_error=0.01 * np.abs(z) + 1e-9, latitude=-30.0, longitude=25.0)


def test_a_site_written_is_read_back(tmp_path):
    site = half_space()
    tl.write_edi(site, tmp_path / "a.edi")
    survey = tl.read(tmp_path / "a.edi")
    assert len(survey) == 1 and survey[0].name == "A01"
    np.testing.assert_allclose(survey[0].z, site.z, rtol=1e-11)
    np.testing.assert_allclose(survey[0].z_error, site.z_error, rtol=1e-11)
    assert survey[0].provenance.format.startswith("edi") and survey[0].provenance.path == str(tmp_path / "a.edi")


def test_a_survey_in_hdf5_is_read_back_and_opened_by_xarray(tmp_path):
    xarray = pytest.importorskip("xarray")
    survey = tl.Survey([half_space("A", n=5), half_space("B", n=3)], name="line")
    tl.write_hdf5(survey, tmp_path / "line.h5")
    again = tl.read(tmp_path / "line.h5")
    assert again.name == "line"
    for one, other in zip(survey, again, strict=True):
        np.testing.assert_array_equal(one.z, other.z)
        np.testing.assert_array_equal(one.period, other.period)
    with xarray.open_dataset(tmp_path / "line.h5", engine="h5netcdf") as dataset:
        assert dict(dataset.z.sizes) == {"station": 2, "period": 5, "output": 2, "input": 2}
        assert dataset.z.attrs["units"] == "ohm"
        np.testing.assert_array_equal(dataset.z[0], survey[0].z)


def test_write_takes_any_format(tmp_path):
    survey = tl.Survey([half_space("A"), half_space("../B")])
    assert tl.write(survey, tmp_path / "line.h5") == [tmp_path / "line.h5"]
    paths = tl.write(survey, tmp_path / "edi")
    assert [path.name for path in paths] == ["A.edi", "%2E.%2FB.edi"]
    assert [site.name for site in tl.read(paths)] == ["A", "../B"]
    assert tl.write(survey[0], tmp_path / "a", format="hdf5") == [tmp_path / "a"]
    with pytest.raises(ValueError, match="'edl' is no format"):
        tl.write(survey, tmp_path / "x", format="edl")
    assert {"edi", "hdf5"} <= {entry["name"] for entry in tl.formats() if entry["reads"] and entry["writes"]}


def test_paths_globs_folders_and_lists(tmp_path):
    for name in ("s2", "s10", "s1"):
        tl.write_edi(half_space(name), tmp_path / f"{name}.edi")
    natural = ["s1", "s2", "s10"]
    assert [site.name for site in tl.read(str(tmp_path / "*.edi"))] == natural
    assert [site.name for site in tl.read(tmp_path)] == natural
    assert [site.name for site in tl.read([tmp_path / "s10.edi", str(tmp_path / "s1.edi")])] == ["s10", "s1"]


def test_a_broken_file_raises_with_path_and_line(tmp_path):
    tl.write_edi(half_space(), tmp_path / "good.edi")
    text = (tmp_path / "good.edi").read_text().splitlines()
    line = next(i for i, row in enumerate(text) if row.startswith(">FREQ")) + 1
    text[line] = "oops " + text[line]
    broken = tmp_path / "broken.edi"
    broken.write_text("\n".join(text))
    with pytest.raises(tl.FormatError, match="oops") as caught:
        tl.read(tmp_path)
    assert caught.value.path == str(broken) and caught.value.line == line + 1
    assert str(caught.value).startswith(f"{broken}:{line + 1}: ")
    reading = tl.read_readable(tmp_path)
    assert [site.name for site in reading.survey] == ["A01"]
    assert [(u.path, u.line) for u in reading.unreadable] == [(str(broken), line + 1)]


@pytest.mark.parametrize("paths", [[], None, 5, [1.0]])
def test_wrong_arguments(paths):
    with pytest.raises((ValueError, TypeError)):
        tl.read(paths)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(tl.FormatError, match="nothing.edi: no such file or folder"):
        tl.read(tmp_path / "nothing.edi")


def test_rotation_by_90_degrees_swaps_axes():
    site = half_space()
    turned = site.rotate_to(90.0)
    np.testing.assert_allclose(turned.z[:, 0, 1], -site.z[:, 1, 0], atol=1e-15)
    assert turned.rotation == 90.0 and turned.provenance.history
    assert tl.Survey([site]).rotate_to(30.0)[0].rotation == 30.0


def test_a_real_profile(data):
    survey = tl.read(data / "kap03-profile" / "edi")
    assert len(survey) == 26
    site = survey["kap103"]  # not rotated, frequencies ascending in the file
    words = Path(site.provenance.path).read_text().partition(">ZXYR")[2].partition("\n")[2].partition(">")[0].split()
    np.testing.assert_allclose(site.z[::-1, 0, 1].real, np.array(words, float) * 4e-4 * np.pi, rtol=1e-12)
    dataset = survey.to_xarray()
    assert dataset.sizes["station"] == 26 and dataset.sizes["period"] < 60
    assert "kap" in survey._repr_html_().lower()


def test_other_threads_run_while_files_are_read(data):
    """Counts how often another thread gets the interpreter while one long read goes on."""
    folder = data / "east-tennant" / "edi"
    ticks, done = 0, threading.Event()

    def count():
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    before = ticks
    start = time.monotonic()
    tl.read([folder, Path(folder).parents[1] / "yellowstone-ynp" / "edi"])
    during, seconds = ticks - before, time.monotonic() - start
    done.set()
    counter.join()
    assert during >= 3, f"{during} turns in {seconds:.3f} s"
