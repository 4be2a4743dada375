"""`terrella invert`: models, configuration, exit codes, stopping and going on."""

import csv
import fcntl
import re
import resource
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest
from command import (
    BAD_INPUT,
    INTERRUPTED,
    NOT_CONVERGED,
    RESOURCES,
    RESUMABLE,
    USAGE,
    assert_same_bits,
    needs_command,
    report,
    terrella,
)

import terrella as tl

pytestmark = needs_command


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
        ("[invert_1d]\nmethod = 'ocam'\n", ":2: method: 'ocam' is unknown; did you mean 'occam'?"),
        ("[invert_1d]\nlayers = 3\n", ":2: layers is 3; it must be a table"),
        ("[invert_1d]\n" + "a." * 200_000 + "b = 1\n", ":2: a key of too many words"),
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
    whole = "--lateral" in words
    assert (
        "the line as a whole did not reach" if whole else "2 of 2 sites did not reach the target RMS"
    ) in told.stderr
    assert told.stdout.count("  the whole line: target RMS 0.01 is out of reach") == 2 * whole
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
    assert told.stdout == "" and [path.name for path in tmp_path.iterdir()] == ["bare.edi"]
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
