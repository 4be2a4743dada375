"""`terrella invert 2d`: from files to a section, every choice told and overridable, stopping and going on."""

import signal
import subprocess

import h5py
import numpy as np
import pytest
from command import (
    BAD_INPUT,
    INTERRUPTED,
    NOT_CONVERGED,
    RESUMABLE,
    USAGE,
    assert_same_bits,
    needs_command,
    report,
    terrella,
)

import terrella as tl

pytestmark = needs_command

# Small enough for seconds: five of the sites of the synthetic line, a decade and a half of periods.
FEW = [
    "--shortest-period",
    0.3,
    "--longest-period",
    20,
    "--periods-per-decade",
    2,
    "--columns-between-sites",
    3,
    "--target-rms",
    1.5,
]


@pytest.fixture(scope="module")
def files(line):
    return [line / f"SYN{i:02d}.edi" for i in (8, 9, 10, 11, 12)]


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """The run that others are compared with, and what it told."""
    path = tmp_path_factory.mktemp("2d") / "run.h5"
    return path, terrella("invert", "2d", *files, *FEW, "-o", path)


def config_of(path):
    with h5py.File(path) as file:
        config = file.attrs["config"]
    return config.decode() if isinstance(config, bytes) else config


def test_the_basin_is_found(whole, line):
    path, told = whole
    for words in [
        "profile at azimuth 70.1 degrees, the best straight line through the sites",
        "dimensions by",
        "the data prefer no strike; that of the profile was taken",
        "strike -19.9 degrees, at right angles to the profile",
        "sites projected along strike on a line at azimuth 70.1 degrees, 12 km long, SYN08 to SYN12",
        "ground through the sites",
        "errors raised to 5 % of |Z|",
        "mesh of",
    ]:
        assert words in told.stderr, told.stderr
    assert "rms" in told.stdout and str(path) in told.stdout
    with h5py.File(path) as file:
        assert file.attrs["rms"] <= 1.5
        assert file.attrs["azimuth"] == pytest.approx(70, abs=0.2)
        y, z, rho = (file["model"][name][()] for name in ("y", "z", "resistivity"))
        choices = [text.decode() if isinstance(text, bytes) else text for text in file["choices/choice"][()]]
    assert any("profile at azimuth" in text for text in choices) and any("mesh of" in text for text in choices)
    # The basin of 4 to 12 ohm m over 3000: its conductance below the middle site, 2.3 km deep and wide.
    column = int(np.searchsorted(y, 6000.0)) - 1
    thickness = np.diff(z, axis=0)[:, column]
    within = z[1:, column] < 5000
    found = (thickness / rho[:, column])[within].sum()
    text = (line.parent / "truth.csv").read_text().splitlines()
    rows = [row.split(",") for row in text if row.startswith("SYN10,")]
    true = sum((min(float(r[-2] or "inf"), 5000) - min(float(r[-3]), 5000)) / float(r[-1]) for r in rows)
    # The data are those of layers below each site, which no section has exactly, and are fitted to RMS 1.5 only.
    assert true / 1.5 < found < 1.5 * true


def test_what_a_result_holds_repeats_the_run(whole, files, tmp_path):
    (tmp_path / "again.toml").write_text(config_of(whole[0]))
    terrella("invert", "2d", *files, "-o", tmp_path / "again.h5", "--config", tmp_path / "again.toml")
    assert_same_bits(whole[0], tmp_path / "again.h5")


def test_flags_overrule_the_configuration(files, tmp_path):
    (tmp_path / "run.toml").write_text(
        "[invert_2d]\ncolumns_between_sites = 3\nmax_iterations = 1\ncuts = ['0 100 12000 100']\n"
        "[line]\nstrike = 10\nprofile = 'auto'\nperiods_per_decade = 1\ndata = 'impedance'\n"
    )
    told = report(
        "invert",
        "2d",
        *files,
        "-o",
        tmp_path / "run.h5",
        "--config",
        tmp_path / "run.toml",
        "--strike",
        -15,
        "--dry-run",
    )
    for words in ["strike = -15", "periods_per_decade = 1", "data = 'impedance'", 'cuts = ["0 100 12000 100"]']:
        assert words in told["config"]
    assert told["strike"] == -15 and told["sites"] == 5
    assert any("strike -15 degrees as given; the data say" in text for text in told["choices"])
    assert not (tmp_path / "run.h5").exists()


@pytest.mark.parametrize(
    "text, message",
    [
        ("[invert_2d]\nte_error_flor = 0.1\n", ":2: unknown key 'te_error_flor'; did you mean 'te_error_floor'?"),
        ("[line]\nstrike = true\n", ":2: strike is true; it must be an angle or a word"),
        ("[line]\nte = true\n", ":2: unknown key 'te'"),
        ("[invert_1d]\nx = 1\n", "settings stand in [invert_2d] and [line]"),
        ("line = 3\n", ":1: line must be a table"),
    ],
)
def test_a_wrong_configuration_is_refused_by_line(files, tmp_path, text, message):
    (tmp_path / "run.toml").write_text(text)
    told = terrella("invert", "2d", *files, "-o", "run.h5", "--config", "run.toml", cwd=tmp_path, code=USAGE)
    assert message in told.stderr


@pytest.mark.parametrize(
    "words, message",
    [
        (["--strike", 65], "strike 65.0 is within 5 degrees of the profile at 70.1"),
        (["--strike", "north"], "neither degrees nor one of auto"),
        (["--profile", "north"], "neither degrees nor 'auto'"),
        (["--shortest-period", 1e6], "the data have"),
        (["--start-resistivity", -5], "start_resistivity is -5"),
        (["--te", "false", "--tm", "false", "--tipper", "false"], "there is nothing to fit"),
        (["--impedance-floor", 5], "it is a fraction of |Z|"),
        (["--cuts", "0 100 12000"], "has 3 numbers"),
        (["--time-limit", -1], "--time-limit is not negative"),
    ],
)
def test_bad_input_is_refused_before_work_starts(files, tmp_path, words, message):
    told = terrella("invert", "2d", *files, "-o", tmp_path / "run.h5", *words, code=USAGE)
    assert message in told.stderr
    assert "iteration" not in told.stderr and list(tmp_path.iterdir()) == []


def test_what_is_no_line_is_refused(files, line, tmp_path):
    told = terrella("invert", "2d", files[0], "-o", tmp_path / "run.h5", code=USAGE)
    assert "1 site; a line needs two at least" in told.stderr
    bare = [tl.Site(f"N{i}", [1.0], z=np.ones((1, 2, 2), complex), z_error=np.ones((1, 2, 2))) for i in range(3)]
    tl.write_hdf5(tl.Survey(bare), tmp_path / "nowhere.h5")
    told = terrella("invert", "2d", tmp_path / "nowhere.h5", "-o", tmp_path / "run.h5", code=USAGE)
    assert "3 sites without coordinates: N0, N1, N2" in told.stderr
    terrella("invert", "2d", tmp_path / "absent.edi", "-o", tmp_path / "run.h5", code=BAD_INPUT)


def test_data_without_errors_need_a_floor(files, tmp_path):
    survey = tl.read(files)
    bare = [tl.Site(s.name, s.period, z=s.z, latitude=s.latitude, longitude=s.longitude) for s in survey]
    tl.write_hdf5(tl.Survey(bare), tmp_path / "bare.h5")
    words = ["invert", "2d", tmp_path / "bare.h5", "-o", tmp_path / "run.h5", *FEW, "--impedance-floor", 0]
    told = terrella(*words, code=USAGE)
    assert "has error" in told.stderr and "te_error_floor" in told.stderr
    told = report(*words, "--te-error-floor", 0.05, "--tm-error-floor", 0.05, "--dry-run")
    assert told["data"] == 5 * 4 * 4


def test_a_file_of_a_line_is_taken_as_it_is(files, tmp_path):
    terrella("convert", *files, "-o", tmp_path / "line.dat", "--to", "occam2d")
    told = report("invert", "2d", tmp_path / "line.dat", "-o", tmp_path / "run.h5", *FEW[:6], "--dry-run")
    assert any("5 sites along a line already, 12 km long" in text for text in told["choices"])
    assert told["sites"] == 5
    told = terrella("invert", "2d", tmp_path / "line.dat", "-o", tmp_path / "run.h5", "--strike", 7, code=USAGE)
    assert "these data stand along a line already" in told.stderr
    told = terrella("invert", "2d", files[0], tmp_path / "line.dat", "-o", tmp_path / "run.h5", code=USAGE)
    assert "a line comes alone" in told.stderr


def test_a_dry_run_says_what_it_will_cost(files, tmp_path):
    told = report("invert", "2d", *files, *FEW, "-o", tmp_path / "run.h5", "--dry-run")
    assert told["sites"] == 5 and told["periods"] == 4 and told["data"] == 5 * 4 * 6
    assert 0 < told["cells"] < told["rows"] * told["columns"] < told["unknowns_te"]
    assert 0 < told["forward_seconds"] < told["seconds_at_most"] and 1e7 < told["bytes"] < 2e9
    assert list(tmp_path.iterdir()) == []


def test_a_target_out_of_reach_is_code_4_and_keeps_the_result(files, tmp_path):
    words = ["invert", "2d", *files, *FEW[:-2], "-o", tmp_path / "run.h5", "--max-iterations", 1]
    told = terrella(*words, "--target-rms", 0.01, code=NOT_CONVERGED)
    assert "target RMS 0.01 is not reached; the result is kept" in told.stderr
    with h5py.File(tmp_path / "run.h5") as file:
        assert not file.attrs["converged"]
    told = terrella(*words, code=USAGE)
    assert "--force" in told.stderr


def test_a_time_limit_is_code_6_and_goes_on_to_the_same_bits(whole, files, tmp_path):
    words = ["invert", "2d", *files, *FEW, "-o", tmp_path / "run.h5"]
    told = terrella(*words, "--time-limit", 1e-6, code=RESUMABLE)
    assert "time is up" in told.stderr and (tmp_path / "run.h5.checkpoint").exists()
    told = terrella(*words, "--resume", "--impedance-floor", 0.1, code=BAD_INPUT)  # other data
    assert "run.h5.checkpoint" in told.stderr
    terrella(*words, "--resume", "--threads", 1)
    assert not (tmp_path / "run.h5.checkpoint").exists()
    assert_same_bits(whole[0], tmp_path / "run.h5")


def test_ctrl_c_leaves_a_checkpoint(whole, files, tmp_path):
    words = ["invert", "2d", *files, *FEW, "-o", tmp_path / "run.h5"]
    process = subprocess.Popen(
        ["terrella", *map(str, words)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    for text in process.stderr:
        if text.startswith("iteration 1 "):
            break
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait() == INTERRUPTED, rest
    assert "the same command with --resume goes on" in rest and (tmp_path / "run.h5.checkpoint").exists()
    told = terrella(*words, code=USAGE)
    assert "--resume goes on from it" in told.stderr
    terrella(*words, "--resume")
    assert_same_bits(whole[0], tmp_path / "run.h5")
