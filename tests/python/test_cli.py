"""The command `terrella`, run as a user runs it."""

import csv
import fcntl
import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

import terrella as tl

OK, INTERNAL, USAGE, BAD_INPUT, NOT_CONVERGED, RESOURCES, RESUMABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

pytestmark = pytest.mark.skipif(not shutil.which("terrella"), reason="NO COMMAND terrella on the path: build it")


def terrella(*arguments, cwd=None, code=OK, **options):
    run = subprocess.run(
        ["terrella", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300, **options
    )
    assert run.returncode == code, f"exit code {run.returncode}\n{run.stdout}\n{run.stderr}"
    return run


def report(*arguments, **options):
    """The JSON object that a command gives on stdout."""
    return json.loads(terrella(*arguments, "--json", **options).stdout)


def files_below(folder):
    return {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def model_of(path):
    """All numbers of a result but the seconds of its history."""
    with h5py.File(path) as file:
        values = {}
        file.visititems(lambda name, item: values.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    values.pop("history/seconds")
    return values


def assert_same_bits(a, b):
    a, b = model_of(a), model_of(b)
    assert a.keys() == b.keys()
    for name in a:
        same = np.array_equal(a[name], b[name]) if a[name].dtype == object else a[name].tobytes() == b[name].tobytes()
        assert same, name


@pytest.fixture(scope="session")
def line(tmp_path_factory):
    """The synthetic line: 24 EDI files and truth.csv."""
    folder = tmp_path_factory.mktemp("line")
    terrella("demo-data", folder)
    (folder / "truth.csv").rename(folder.parent / "truth.csv")
    return folder


@pytest.fixture(scope="session")
def run(line):
    """Its inversion, all sites together."""
    path = line.parent / "run.h5"
    path.unlink(missing_ok=True)
    terrella("invert", "1d", line, "-o", path, "--lateral", 1)
    return path


# --- the frame -----------------------------------------------------------------------------------------------------


def test_help_names_every_command_and_its_options():
    overview = terrella("help").stdout
    for command in ["check", "info", "convert", "forward 1d", "invert 1d", "plot section", "plot response", "export"]:
        assert f"  {command} " in overview
        text = terrella("help", *command.split()).stdout
        assert text.startswith(f"usage: terrella {command} ")
        assert text == terrella(*command.split(), "--help").stdout
    assert "--error-floor" in terrella("help", "invert", "1d").stdout
    forward = terrella("help", "forward", "1d").stdout
    for preset in ["period, s (0.001)", "period, s (1000)", "periods (6)", "of the noise (1)"]:
        assert preset in forward  # read from values that must still be alive


def test_version_names_libraries_and_instruction_set(repository):
    found = report("--version")
    assert found["schema"] == "terrella/version/1"
    assert f"VERSION {found['terrella']} " in (repository / "CMakeLists.txt").read_text()
    assert found["versions"]["instruction set"] in ("baseline", "avx2", "avx512")
    assert {"hdf5", "eigen", "onetbb", "toml++", "cli11", "fmt", "spdlog", "nlohmann-json", "proj"} <= set(
        found["versions"]
    )


@pytest.mark.parametrize(
    "words, message",
    [
        (["chek"], "unknown command 'chek'; did you mean 'check'?"),
        (["invert"], "invert is followed by one of: 1d"),
        (["plot", "sektion"], "plot is followed by one of: section, response; did you mean 'section'?"),
        (["check"], "check: too few FILES... given"),
        (["check", "--jsn", "x"], "check: unknown option '--jsn'; did you mean '--json'?"),
        (["invert", "1d", "x"], "invert 1d: -o is missing"),
        (["invert", "1d", "x", "-o", "r.h5", "--method", "ocam"], "--method: 'ocam' is unknown; did you mean 'occam'?"),
        (["invert", "1d", "x", "-o", "r.h5", "--lateral", "much"], "--lateral: 'much' is no number"),
        (["invert", "1d", "x", "-o", "r.h5", "--max-iterations", "1.5"], "'1.5' is no whole number"),
        (["invert", "1d", "x", "-o", "r.h5", "--error-floor", "-1"], "error_floor is -1; give 0 or a positive number"),
        (["forward", "1d"], "--resistivity is missing"),
        (["forward", "1d", "--resistivity", "1,2"], "2 resistivities need 1 thicknesses, got 0"),
        (["forward", "1d", "--resistivity", "1,-2", "--thickness", "5"], "resistivity -2 is not positive"),
        (["forward", "1d", "--resistivity", "1", "--periods", "2,1"], "periods must ascend; 1 follows 2"),
        (["plot", "section", "x.h5", "-o", "x.gif"], "x.gif must end with .png"),
        (["completion", "fish"], "only bash is known"),
    ],
)
def test_wrong_use_is_code_2_and_says_what(words, message, tmp_path):
    told = terrella(*words, cwd=tmp_path, code=USAGE)
    assert message in told.stderr
    assert told.stdout == ""
    assert files_below(tmp_path) == {}


def test_all_missing_files_are_named_at_once(tmp_path):
    (tmp_path / "empty").mkdir()
    for words in [["check"], ["info"], ["convert", "-o", "x.h5"], ["invert", "1d", "-o", "x.h5"]]:
        told = terrella(*words, "one.edi", "two.h5", "empty", cwd=tmp_path, code=BAD_INPUT)
        text = told.stdout + told.stderr
        assert "one.edi: no such file or folder" in text
        assert "two.h5: no such file or folder" in text
        assert "empty: holds no file of a known format" in text
    told = terrella("invert", "1d", "one.edi", "-o", "x.h5", "--config", "no.toml", cwd=tmp_path, code=BAD_INPUT)
    assert "no.toml: no such file" in told.stderr and "one.edi: no such file" in told.stderr


def test_a_full_standard_output_is_code_5(line):
    with open("/dev/full", "w") as full:
        run = subprocess.run(["terrella", "info", line], stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == RESOURCES
    assert "standard output" in run.stderr


def test_a_missing_renderer_is_code_1(run, tmp_path):
    told = terrella(
        "plot",
        "section",
        run,
        "-o",
        tmp_path / "x.png",
        code=INTERNAL,
        env=os.environ | {"TERRELLA_RENDER": "/nowhere"},
    )
    assert "/nowhere" in told.stderr


def in_bash(script):
    source = 'eval "$(terrella completion bash)"\n' + script
    return subprocess.run(["bash", "-c", source], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize(
    "words, expected",
    [
        (["inv"], ["invert"]),
        (["plot", ""], ["response", "section"]),
        (["invert", "1d", "--error"], ["--error-floor"]),
        (["invert", "1d", "--method", "gauss"], ["gauss_newton"]),
        (["check", "--js"], ["--json"]),
        (["help", "con"], ["convert"]),
    ],
)
def test_bash_completes(words, expected):
    quoted = " ".join(f"'{word}'" for word in ["terrella", *words])
    script = f'COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _terrella; echo "${{COMPREPLY[@]}}"'
    assert in_bash(script) == expected


def on_terminal(words, environment):
    """What stderr shows where it is a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(["terrella", *words], stdout=subprocess.DEVNULL, stderr=slave, env=environment)
    os.close(slave)
    seen = b""
    while True:
        try:
            block = os.read(master, 4096)
        except OSError:
            break
        if not block:
            break
        seen += block
    os.close(master)
    assert process.wait() == OK
    return seen.decode()


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(line, tmp_path):
    words = ["invert", "1d", str(line), "--force", "-o", str(tmp_path / "run.h5")]
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"}
    assert "\r[" in on_terminal(words, environment)
    lines = terrella(*words).stderr.splitlines()
    assert sum("SYN01  iteration" in text for text in lines) >= 2
    assert not any("\r" in text or "\033" in text for text in lines)
    assert terrella(*words, "-q").stderr == ""


def test_no_color_is_obeyed(line, tmp_path):
    words = ["invert", "1d", "--resume", str(line), "--force", "-o", str(tmp_path / "run.h5")]  # warns: no checkpoint
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"}
    assert "\033[33m" in on_terminal(words, environment)
    plain = on_terminal(words, environment | {"NO_COLOR": "1"})
    assert "warning:" in plain and "\033[33m" not in plain


# --- files in and out ----------------------------------------------------------------------------------------------


def test_check_reads_or_refuses_every_file_by_line(line, tmp_path):
    broken = tmp_path / "broken.edi"
    text = (line / "SYN01.edi").read_text()
    number = next(i for i, row in enumerate(text.splitlines(), 1) if row.startswith(">ZXYR")) + 1
    rows = text.splitlines()
    rows[number - 1] = "x" + rows[number - 1][1:]
    broken.write_text("\n".join(rows))
    told = terrella("check", line / "SYN02.edi", broken, code=BAD_INPUT)
    assert f"refused  {broken}:{number}: " in told.stdout
    found = report("check", line / "SYN02.edi", broken, code=BAD_INPUT)
    assert found["schema"] == "terrella/check/1"
    good, bad = found["files"]
    assert (good["read"], bad["read"], bad["line"], found["refused"]) == (True, False, number, 1)
    site = good["sites"][0]
    assert (site["name"], site["periods"], site["components"], site["missing"]) == ("SYN02", 37, "Z+T", 0)
    assert site["median_relative_error"] == pytest.approx(0.02, rel=0.2)


def test_check_counts_repairs(data):
    found = report("check", data / "kap03-profile" / "edi")
    assert found["sites"] == 26
    rules = {repair["rule"] for file in found["files"] for repair in file["sites"][0]["repairs"]}
    assert "coordinates-from-reference" in rules
    assert found["repairs"] == sum(len(file["sites"][0]["repairs"]) for file in found["files"])


def test_info_lists_sites(line, run):
    found = report("info", line)
    assert [site["name"] for site in found["sites"]] == [f"SYN{i:02}" for i in range(1, 25)]
    assert (found["sites"][0]["shortest_period"], found["sites"][0]["longest_period"]) == pytest.approx((1e-3, 1e3))
    assert len(terrella("info", line).stdout.splitlines()) == 25
    result = report("info", run)["results"][0]
    assert len(result["fits"]) == 24 and "lateral = 1.0" in result["config"]


def test_convert_there_and_back_keeps_the_numbers(line, tmp_path):
    terrella("convert", line, "-o", tmp_path / "line.h5")
    terrella("convert", tmp_path / "line.h5", "-o", tmp_path / "edi")
    assert files_below(tmp_path / "edi").keys() == files_below(line).keys()
    terrella("convert", tmp_path / "edi", "-o", tmp_path / "again.h5")
    with h5py.File(tmp_path / "line.h5") as a, h5py.File(tmp_path / "again.h5") as b:
        for name in ("z", "z_error", "tipper", "sounding_period"):
            x, y = a[name][()], b[name][()]
            if x.dtype.names:
                x, y = x["r"] + 1j * x["i"], y["r"] + 1j * y["i"]
            assert np.allclose(x, y, rtol=1e-11, atol=1e-11 * np.nanmax(abs(x)), equal_nan=True), name


def edi_named(line, name):
    rows = (line / "SYN01.edi").read_text().splitlines()
    return "\n".join(f'DATAID="{name}"' if "DATAID" in row else row for row in rows) + "\n"


def test_names_of_stations_never_become_paths(line, tmp_path):
    names = ["../../evil", "/tmp/evil", "a/b", ".hidden", "..", "-o", "same", "same", "SAME", "é" * 40, "é ü"]
    for i, name in enumerate(names):
        (tmp_path / f"{i:02}.edi").write_text(edi_named(line, name))
    terrella("convert", *sorted(tmp_path.glob("*.edi")), "-o", tmp_path / "deep" / "out")
    written = sorted(path.name for path in (tmp_path / "deep" / "out").iterdir())
    assert len(written) == len(names) and len({name.lower() for name in written}) == len(names)
    assert {"%2E.%2F..%2Fevil.edi", "a%2Fb.edi", "%2Ehidden.edi", "%2E..edi", "%2Do.edi"} <= set(written)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    assert max(map(len, written)) <= 104


def test_names_cannot_drive_the_terminal(line, tmp_path):
    (tmp_path / "a.edi").write_text(edi_named(line, "\033[2Jevil"))
    for command in ("check", "info"):
        told = subprocess.run(["terrella", command, tmp_path / "a.edi"], capture_output=True)
        assert b"\033" not in told.stdout + told.stderr
        json.loads(subprocess.run(["terrella", command, tmp_path / "a.edi", "--json"], capture_output=True).stdout)


def test_nothing_is_overwritten_unasked(line, run, tmp_path):
    picture, survey, folder = tmp_path / "a.png", tmp_path / "a.h5", tmp_path / "out"
    for path in (picture, survey):
        path.write_text("mine")
    folder.mkdir()
    (folder / "SYN05.edi").write_text("mine")
    (folder / "fit.csv").write_text("mine")
    (tmp_path / "a.edi").write_text("mine")
    before = files_below(tmp_path)
    for words in [
        ["convert", line, "-o", survey],
        ["convert", line, "-o", folder],
        ["invert", "1d", line, "-o", survey],
        ["plot", "section", run, "-o", picture],
        ["plot", "response", run, "-o", picture],
        ["export", run, "-o", folder],
        ["forward", "1d", "--resistivity", "1", "-o", tmp_path / "a.edi"],
    ]:
        told = terrella(*words, code=USAGE)
        assert "exists already; --force replaces it" in told.stderr
        assert files_below(tmp_path) == before
    terrella("convert", line, "-o", survey, "--force")
    assert survey.read_bytes() != b"mine"


def test_dry_runs_write_nothing(line, run, tmp_path):
    for words in [
        ["convert", line, "-o", "a.h5"],
        ["convert", line, "-o", "edi"],
        ["demo-data", "edi"],
        ["invert", "1d", line, "-o", "run.h5"],
        ["plot", "section", run, "-o", "a.png"],
        ["plot", "response", run, "-o", "a.png"],
        ["export", run, "-o", "out"],
        ["forward", "1d", "--resistivity", "1", "-o", "a.edi"],
    ]:
        terrella(*words, "--dry-run", cwd=tmp_path)
        assert list(tmp_path.iterdir()) == []
    found = report("invert", "1d", line, "-o", "run.h5", "--dry-run", cwd=tmp_path)
    assert (found["sites"], found["data"]) == (24, 24 * 37 * 2)
    assert found["bytes"] > 1e6 and 0 < found["seconds_at_most"] < 600


def test_a_folder_that_is_not_there_is_named_before_work(line, tmp_path):
    told = terrella("invert", "1d", line, "-o", tmp_path / "no" / "run.h5", code=USAGE)
    assert "its folder does not exist" in told.stderr


# --- forward -------------------------------------------------------------------------------------------------------


def test_forward_gives_the_exact_values_of_three_layers(tmp_path):
    model = ["--resistivity", "100,10,1000", "--thickness", "1000,2000", "--periods", "0.01,0.1,1,10,100,1000"]
    rho = [102.664952, 83.564056, 23.570822, 27.212102, 145.419682, 463.451072]  # by an independent program
    phase = [44.17237, 61.03951, 61.65514, 22.10518, 17.66396, 29.03857]
    found = report("forward", "1d", *model)
    assert np.allclose(found["rho_a_ohm_m"], rho, rtol=1e-6)
    assert np.allclose(found["phase_deg"], phase, atol=1e-5)
    table = np.loadtxt(terrella("forward", "1d", *model).stdout.splitlines()[1:])
    assert np.allclose(table[:, 1], rho, rtol=1e-6)
    terrella("forward", "1d", *model, "-o", tmp_path / "a.csv")
    with open(tmp_path / "a.csv") as file:
        assert np.allclose([float(row["rho_a_ohm_m"]) for row in csv.DictReader(file)], rho, rtol=1e-6)
    terrella("forward", "1d", *model, "-o", tmp_path / "a.edi")
    assert report("check", tmp_path / "a.edi")["files"][0]["sites"][0]["periods"] == 6
    (tmp_path / "a.toml").write_text("[forward_1d]\nresistivity = [100, 10, 1000]\nthickness = [1e3, 2e3]\n")
    again = report("forward", "1d", "--config", tmp_path / "a.toml", *model[4:])
    assert again["rho_a_ohm_m"] == found["rho_a_ohm_m"]


# --- invert --------------------------------------------------------------------------------------------------------


def test_the_synthetic_earth_is_found_again(line, run):
    """Against truth.csv: what magnetotellurics resolves, conductances and the resistive crust."""
    truth = {}
    with open(line.parent / "truth.csv") as file:
        for row in csv.DictReader(file):
            bottom = float(row["depth_bottom_m"] or "inf")
            truth.setdefault(row["site"], []).append(
                (float(row["depth_top_m"]), bottom, float(row["resistivity_ohm_m"]))
            )
    with h5py.File(run) as file:
        names = [name.decode() if isinstance(name, bytes) else name for name in file["model/station"][()]]
        resistivity, thickness = file["model/resistivity"][()], file["model/thickness"][()]
        rms = file["fit/rms"][()]
    found = {}
    for name, rho, h in zip(names, resistivity, thickness, strict=True):
        edges = np.concatenate([[0], np.cumsum(h), [np.inf]])
        found[name] = list(zip(edges[:-1], edges[1:], rho, strict=True))

    def conductance(layers, top, bottom):
        return sum(max(0, min(b, bottom) - max(t, top)) / rho for t, b, rho in layers)

    assert np.sqrt(np.mean(rms**2)) < 1.1
    for name in names[8:18]:  # the basin
        true = conductance(truth[name], 0, 5000)
        assert conductance(found[name], 0, 5000) == pytest.approx(true, rel=0.15), name
    for name in names[19:]:  # the conductor in the crust, where no basin hides it
        true = conductance(truth[name], 10000, 34000)
        assert conductance(found[name], 10000, 34000) == pytest.approx(true, rel=0.25), name
    for name in names[:6]:  # the crust without conductor
        mean = (8000 - 2000) / conductance(found[name], 2000, 8000)
        assert 1500 < mean < 6000, name


def test_configuration_is_kept_and_flags_overrule_it(line, tmp_path):
    (tmp_path / "run.toml").write_text(
        '[invert_1d]\nerror_floor = 0.1\ndata = "xy"\ntarget_rms = 1\n[invert_1d.layers]\ncount = 20\n'
    )
    sites = [line / "SYN01.edi", line / "SYN02.edi"]
    run = tmp_path / "run.h5"
    terrella("invert", "1d", *sites, "-o", run, "--config", tmp_path / "run.toml", "--error-floor", 0.05)
    config = report("info", run)["results"][0]["config"]
    for key in ["error_floor = 0.05", 'data = "xy"', "count = 20", "lateral = 0.0"]:
        assert key in config
    # What a result holds is a configuration itself, and repeats the run.
    (tmp_path / "again.toml").write_text(config)
    terrella("invert", "1d", *sites, "-o", tmp_path / "again.h5", "--config", tmp_path / "again.toml")
    assert_same_bits(run, tmp_path / "again.h5")


@pytest.mark.parametrize(
    "text, message",
    [
        ("[invert_1d]\n\nerror_flor = 0.1\n", ":3: unknown key 'error_flor'; did you mean 'error_floor'?"),
        ("[invert_1d]\nlayers.cuont = 3\n", ":2: unknown key 'layers.cuont'; did you mean 'count'?"),
        ("[invert_1d]\nerror_floor = '5 %'\n", ":2: error_floor is a text; it must be a number"),
        ("[invert_1d]\nmax_iterations = 2.5\n", ":2: max_iterations is 2.5; it must be a whole number"),
        ("[invert_1d]\nresolution = 1\n", ":2: resolution is 1; it must be true or false"),
        ("[invert_1d]\nstart_model = [1, 'a']\n", ":2: start_model is a list; it must be a list of numbers"),
        ("[invert_1d]\nmethod = 'ocam'\n", ":2: value: 'ocam' is unknown; did you mean 'occam'?"),
        ("[invert_1d]\nlayers = 3\n", ":2: unknown key 'layers'"),
        ("[invert_2d]\nx = 1\n", ":1: unknown table or key 'invert_2d'"),
        ("invert_1d = 3\n", ":1: invert_1d must be a table"),
        ("[invert_1d]\nerror_floor = \n", ":2: "),
        ("[invert_1d]\nerror_floor = 0.1\nerror_floor = 0.2\n", ":3: "),
    ],
)
def test_a_wrong_configuration_is_refused_by_line(line, tmp_path, text, message):
    (tmp_path / "run.toml").write_text(text)
    told = terrella("invert", "1d", line, "-o", "run.h5", "--config", "run.toml", cwd=tmp_path, code=USAGE)
    assert f"run.toml{message}" in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run.toml"]


def test_all_wrong_keys_are_named_at_once(line, tmp_path):
    (tmp_path / "run.toml").write_text("[invert_1d]\nfoo = 1\nmethod = 3\n")
    told = terrella("invert", "1d", line, "-o", "run.h5", "--config", "run.toml", cwd=tmp_path, code=USAGE)
    assert "run.toml:2: " in told.stderr and "run.toml:3: " in told.stderr


def test_not_converged_is_code_4_and_keeps_the_result(line, tmp_path):
    run = tmp_path / "run.h5"
    told = terrella("invert", "1d", line / "SYN12.edi", "-o", run, "--max-iterations", 1, code=NOT_CONVERGED)
    assert "1 of 1 sites did not reach the target RMS or did not converge; the result is kept" in told.stderr
    assert not report("info", run)["results"][0]["fits"][0]["converged"]


def rms_of(run):
    return [fit["rms"] for fit in report("info", run)["results"][0]["fits"]]


@pytest.mark.parametrize("words", [[], ["--relax", 1], ["--lateral", 1], ["--method", "gauss_newton"]])
def test_a_target_out_of_reach_is_code_4_and_keeps_the_result(line, tmp_path, words):
    run = tmp_path / "run.h5"
    sites = [line / "SYN12.edi", line / "SYN13.edi"]
    told = terrella("invert", "1d", *sites, "-o", run, "--target-rms", 0.01, *words, code=NOT_CONVERGED)
    assert "2 of 2 sites did not reach the target RMS" in told.stderr
    assert told.stdout.count("target RMS 0.01 is out of reach") == 2
    assert all(0.01 < rms < 1.2 for rms in rms_of(run))  # fitted as well as can be
    terrella("invert", "1d", *sites, "-o", run, "--force", *words)
    assert all(rms < 1.2 for rms in rms_of(run))  # tied, the RMS of both together is 1


def test_where_no_target_is_aimed_at_a_minimum_is_success(line, tmp_path):
    words = ["invert", "1d", line / "SYN12.edi", "--target-rms", 0.01, "--force", "-o", tmp_path / "run.h5"]
    terrella(*words, "--method", "few_layers")
    terrella(*words, "--method", "gauss_newton", "--lambda-choice", "fixed", "--lambda", 10)


def test_sites_without_usable_data(line, tmp_path):
    terrella("forward", "1d", "--resistivity", "10", "-o", tmp_path / "bare.edi")  # an exact response has no errors
    told = terrella("invert", "1d", tmp_path / "bare.edi", "-o", tmp_path / "a.h5", code=BAD_INPUT)
    assert "no site has usable data; sites without errors need --error-floor" in told.stderr
    terrella("invert", "1d", tmp_path / "bare.edi", "-o", tmp_path / "b.h5", "--error-floor", 0.05)
    with h5py.File(tmp_path / "b.h5") as file:
        assert np.allclose(file["model/resistivity"][()], 10, rtol=1e-3)


def test_a_survey_without_sites(tmp_path):
    tl.write_hdf5(tl.Survey([]), tmp_path / "none.h5")
    assert terrella("check", tmp_path / "none.h5").stdout == f"read     {tmp_path / 'none.h5'}: no sites\n"
    assert report("info", tmp_path / "none.h5")["sites"] == []
    told = terrella("invert", "1d", tmp_path / "none.h5", "-o", tmp_path / "run.h5", code=BAD_INPUT)
    assert "no sites are in there" in told.stderr


def test_refused_files_are_skipped_when_asked(line, tmp_path):
    (tmp_path / "bad.edi").write_text(">HEAD\nnonsense")
    files = [line / "SYN01.edi", tmp_path / "bad.edi"]
    terrella("invert", "1d", *files, "-o", tmp_path / "a.h5", code=BAD_INPUT)
    told = terrella("invert", "1d", *files, "-o", tmp_path / "a.h5", "--skip-unreadable")
    assert f"skipped: {tmp_path / 'bad.edi'}" in told.stderr


def test_the_number_of_threads_changes_nothing(line, tmp_path):
    for threads in (1, 2, 4):
        terrella("invert", "1d", line, "-o", tmp_path / f"{threads}.h5", "--threads", threads)
    assert_same_bits(tmp_path / "1.h5", tmp_path / "2.h5")
    assert_same_bits(tmp_path / "1.h5", tmp_path / "4.h5")


def started(words, lines):
    """A run that has just told so many iterations."""
    process = subprocess.Popen(
        ["terrella", *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    # What is told and not read soon fills a page: the run waits for us and cannot end before we end it.
    fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, 4096)
    seen = 0
    for text in process.stderr:
        seen += "iteration" in text
        if seen >= lines:
            break
    return process


@pytest.mark.parametrize("lateral", [0, 1])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_goes_on_to_the_same_bits(line, tmp_path, lateral, end):
    whole, run = tmp_path / "whole.h5", tmp_path / "run.h5"
    words = ["invert", "1d", line, "--lateral", lateral]
    terrella(*words, "-o", whole)
    process = started([*words, "-o", run], 3)
    while process.poll() is None and not (tmp_path / "run.h5.checkpoint").exists():
        time.sleep(0.001)  # the checkpoint is written beside the iterations
    process.send_signal(end)
    rest = process.stderr.read()
    process.stderr.close()
    code = process.wait()
    assert not run.exists()
    if end == signal.SIGKILL:
        assert code == -signal.SIGKILL
        assert (tmp_path / "run.h5.checkpoint").exists()
        terrella(*words, "-o", run, "--resume")
    else:
        assert code == INTERRUPTED
        assert "the same command with --resume goes on" in rest
        assert (tmp_path / "run.h5.checkpoint").exists()
        told = terrella(*words, "-o", run, code=USAGE)
        assert "--resume goes on from it" in told.stderr
        terrella(*words, "-o", run, "--resume")
    assert not (tmp_path / "run.h5.checkpoint").exists()
    assert_same_bits(whole, run)


def test_ctrl_c_answers_within_an_iteration_of_minutes(line, tmp_path):
    files = tmp_path / "long"
    files.mkdir()
    for i in range(150):  # one after the other along the line, 45000 unknowns
        text = (line / f"SYN{i // 10 + 1:02d}.edi").read_text()
        text = re.sub(r'DATAID="\w+"', f'DATAID="S{i:03d}"', text)
        text = re.sub(r"\b(REFLAT|LAT)=\S+", rf"\1={-30 + 0.01 * i}", text)
        (files / f"S{i:03d}.edi").write_text(re.sub(r"\b(REFLONG|LONG)=\S+", r"\1=134", text))
    run = tmp_path / "run.h5"
    process = started(["invert", "1d", files, "-o", run, "--lateral", 1, "--layers-count", 300], 1)
    time.sleep(1)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait() == INTERRUPTED
    assert time.monotonic() - begin < 1
    assert "run.h5.checkpoint holds what is done" in rest
    assert (tmp_path / "run.h5.checkpoint").exists()


def test_a_second_ctrl_c_ends_at_once(line, tmp_path):
    process = started(["invert", "1d", line, "--lateral", 1, "--max-iterations", 1000, "-o", tmp_path / "run.h5"], 1)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    assert process.wait() == INTERRUPTED
    process.stderr.close()
    assert time.monotonic() - begin < 10
    assert not (tmp_path / "run.h5").exists()


def test_a_time_limit_is_code_6_and_resumable(line, tmp_path):
    words = ["invert", "1d", line, "-o", tmp_path / "run.h5"]
    told = terrella(*words, "--time-limit", 1e-6, code=RESUMABLE)
    assert "time is up" in told.stderr
    terrella(*words, "--resume")
    terrella("invert", "1d", line, "-o", tmp_path / "whole.h5")
    assert_same_bits(tmp_path / "whole.h5", tmp_path / "run.h5")


def test_a_checkpoint_of_another_run_is_refused(line, tmp_path):
    words = ["invert", "1d", line, "-o", tmp_path / "run.h5"]
    terrella(*words, "--time-limit", 1e-6, code=RESUMABLE)
    told = terrella(*words, "--resume", "--error-floor", 0.1, code=BAD_INPUT)
    assert "run.h5.checkpoint" in told.stderr
    assert (tmp_path / "run.h5.checkpoint").exists()


def test_no_room_for_the_checkpoint_is_code_5(line, tmp_path):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    told = terrella("invert", "1d", line, "-o", tmp_path / "run.h5", code=RESOURCES, preexec_fn=small_files)
    assert "run.h5.checkpoint" in told.stderr
    assert list(tmp_path.iterdir()) == []


# --- pictures and tables -------------------------------------------------------------------------------------------


def test_plots_are_pictures(run, tmp_path):
    told = terrella("plot", "section", run, "-o", tmp_path / "section.png", "--title", "A <line> & more")
    assert told.stdout.strip() == str(tmp_path / "section.png")
    terrella("plot", "response", run, "-o", tmp_path / "one.png", "--sites", "SYN03")
    for name in ("section.png", "one.png"):
        assert (tmp_path / name).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert (tmp_path / name).stat().st_size > 20000
    told = terrella("plot", "response", run, "-o", tmp_path / "no.png", "--sites", "SYN99", code=USAGE)
    assert "no site 'SYN99'" in told.stderr
    terrella("plot", "section", tmp_path / "one.png", "-o", tmp_path / "no.png", code=BAD_INPUT)


def test_export_writes_tables_and_vtk(run, tmp_path):
    told = terrella("export", run, "-o", tmp_path / "out")
    names = ["section.csv", "fit.csv", "section.vtr", "section-sites.vtp"]
    assert told.stdout.split() == [str(tmp_path / "out" / name) for name in names]
    with open(tmp_path / "out" / "section.csv") as file, h5py.File(run) as result:
        rows = [float(row["resistivity_ohm_m"]) for row in csv.DictReader(file)]
        assert np.array_equal(rows, result["model/resistivity"][()].ravel())
    assert b'type="RectilinearGrid"' in (tmp_path / "out" / "section.vtr").read_bytes()
    terrella("export", run, "-o", tmp_path / "csv", "--csv")
    assert sorted(path.name for path in (tmp_path / "csv").iterdir()) == ["fit.csv", "section.csv"]
