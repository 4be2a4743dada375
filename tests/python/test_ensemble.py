"""Ensembles of samples on disk: `terrella datasets generate`, tl.data.write_ensemble and tl.data.ensemble."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from command import BAD_INPUT, INTERRUPTED, OK, RESOURCES, USAGE, needs_command, report, terrella

import terrella as tl

h5py = pytest.importorskip("h5py")

CONFIGURATION = """
[generate]
samples = 450
shard = 100
seed = 7
single = false
noise = 0.0
[generate.depth]
cells = 30
[generate.bumps]
count = "integers(0, 2)"
"""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory):
    path = tmp_path_factory.mktemp("ensemble") / "generate.toml"
    path.write_text(CONFIGURATION)
    return path


@pytest.fixture(scope="module")
def ensemble(configuration):
    folder = configuration.parent / "whole"
    terrella("datasets", "generate", configuration, "-o", folder, "--threads", 2)
    return folder


def shards(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("shard-*.h5"))}


@needs_command
def test_samples_are_responses_of_their_models(ensemble):
    ds = tl.data.ensemble(ensemble)
    assert len(ds) == 450
    with h5py.File(ensemble / "shard-00000000.h5") as file:
        period, edges = file["coordinates/period_s"][()], file["coordinates/depth_edges_m"][()]
        assert file.attrs["configuration"] == json.loads((ensemble / "ensemble.json").read_text())["configuration"]
        assert file.attrs["seed"] == "7" and file.attrs["first_sample"] == 0
        model = file["samples/model"][()]
    assert len(edges) == 31 and model.shape == (100, 30)
    thickness = np.diff(edges)[:-1]
    for i, sample in enumerate(ds):
        if i < 100:
            np.testing.assert_array_equal(np.asarray(sample["model"]), model[i])
        if i % 50:
            continue
        z = np.asarray(tl.elec.impedance_1d(10 ** np.asarray(sample["model"]), thickness, 1 / period))
        np.testing.assert_allclose(np.asarray(sample["impedance"]), z, rtol=1e-12)
        rho = np.abs(z) ** 2 * period / (2 * np.pi * 4e-7 * np.pi)
        np.testing.assert_allclose(np.asarray(sample["log10_rho_a"]), np.log10(rho), atol=1e-9)
        np.testing.assert_allclose(np.asarray(sample["phase"]), np.angle(z, deg=True), atol=1e-9)
    every = np.array([np.asarray(s["model"]) for s in ds])
    assert len(np.unique(every, axis=0)) == 450 and every.min() >= -1 and every.max() <= 5


@needs_command
def test_samples_depend_on_the_seed_alone(configuration, ensemble, tmp_path):
    for threads in (1, 4):
        terrella("datasets", "generate", configuration, "-o", tmp_path / str(threads), "--threads", threads)
        assert shards(tmp_path / str(threads)) == shards(ensemble)
    terrella("datasets", "generate", configuration, "-o", tmp_path / "other", "--seed", 8)
    assert shards(tmp_path / "other")["shard-00000000.h5"] != shards(ensemble)["shard-00000000.h5"]
    # The resolved configuration of an ensemble gives the same one again.
    (tmp_path / "again.toml").write_text(tl.data.ensemble_info(ensemble)["configuration"])
    terrella("datasets", "generate", tmp_path / "again.toml", "-o", tmp_path / "again")
    assert shards(tmp_path / "again") == shards(ensemble)


@needs_command
def test_a_dry_run_estimates_and_writes_nothing(configuration, ensemble, tmp_path):
    told = report("datasets", "generate", configuration, "-o", tmp_path / "x", "--dry-run")
    assert told["dry_run"] and told["samples"] == 450 and told["shards"] == 5
    assert not (tmp_path / "x").exists()
    size = sum(len(data) for data in shards(ensemble).values())
    assert 0.8 < told["bytes"] / size < 1.25


@needs_command
def test_wrong_settings_are_named(configuration, ensemble, tmp_path):
    def refused(code, *arguments):
        return terrella("datasets", "generate", *arguments, code=code).stderr

    assert "-o is missing" in refused(USAGE, configuration)
    assert "holds an ensemble already; --resume goes on" in refused(USAGE, configuration, "-o", ensemble)
    text = refused(USAGE, "-o", tmp_path / "x", "--layers-count", "gamma(1, 2)")
    assert "layers.count: 'gamma(1, 2)' is no distribution" in text
    (tmp_path / "bad.toml").write_text("[generate]\nsample = 3\n[generate.layers]\nthicknes = '1'\n")
    text = refused(USAGE, tmp_path / "bad.toml", "-o", tmp_path / "x")
    assert "bad.toml:2: unknown key 'sample'; did you mean 'samples'?" in text or "'samples'" in text
    assert "'thickness'" in text
    assert "nothing.toml: no such file" in refused(BAD_INPUT, tmp_path / "nothing.toml", "-o", tmp_path / "x")
    assert not (tmp_path / "x").exists()


@needs_command
def test_what_was_acknowledged_survives_kill_9(configuration, ensemble, tmp_path):
    folder = tmp_path / "killed"
    arguments = ["terrella", "datasets", "generate", configuration, "-o", folder, "--resume", "--threads", "2"]
    kills = 0
    for delay in np.linspace(0.01, 0.12, 12):
        with subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            told = [line for line in process.stderr.read().splitlines() if " of 450 samples" in line]
            kills += process.wait() == -signal.SIGKILL
        acknowledged = int(told[-1].split()[0]) if told else 0
        if not (folder / "ensemble.json").exists():
            continue
        info = tl.data.ensemble_info(folder)
        assert info["samples"] >= acknowledged
        for name, data in shards(folder).items():
            assert data == shards(ensemble)[name]
        if info["samples"]:
            assert len(list(tl.data.ensemble(folder))) == info["samples"]
    assert kills
    terrella("datasets", "generate", configuration, "-o", folder, "--resume")
    assert shards(folder) == shards(ensemble)
    index = json.loads((folder / "index.json").read_text())
    assert index["samples"] == 450 and [shard["first"] for shard in index["shards"]] == [0, 100, 200, 300, 400]


@needs_command
def test_a_full_disk_ends_with_exit_code_5_and_keeps_the_rest(configuration, tmp_path):
    resource = pytest.importorskip("resource")
    folder = tmp_path / "full"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

    text = terrella("datasets", "generate", configuration, "-o", folder, code=RESOURCES, preexec_fn=limit).stderr
    assert "shard-0000000" in text and "File too large" in text
    assert not shards(folder)
    terrella("datasets", "generate", configuration, "-o", folder, "--resume")
    assert len(tl.data.ensemble(folder)) == 450


@needs_command
def test_ctrl_c_keeps_what_is_done(configuration, tmp_path):
    folder = tmp_path / "stopped"
    arguments = [
        "terrella",
        "datasets",
        "generate",
        configuration,
        "-o",
        folder,
        "--samples",
        "2000000",
        "--shard",
        "200",
    ]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        while " samples" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        text = process.communicate(timeout=20)[1]
        assert time.monotonic() - start < 5
    assert process.returncode == INTERRUPTED and "--resume goes on" in text
    assert 200 <= tl.data.ensemble_info(folder)["samples"] < 2_000_000


def test_an_ensemble_from_python(tmp_path):
    def make(index, seed):
        return {"x": tl.random.normal((3,), seed=seed), "i": index}

    seen = []
    outcome = tl.data.write_ensemble(
        tmp_path / "a",
        make,
        25,
        shard=10,
        seed=4,
        configuration="c",
        coordinates={"t": [1.0, 2.0]},
        progress=lambda done, all: seen.append((done, all)),
    )
    assert (outcome.written, outcome.found, outcome.complete) == (25, 0, True)
    assert seen == [(10, 25), (20, 25), (25, 25)]
    ds = tl.data.ensemble(tmp_path / "a")
    assert [s["i"].item() for s in ds] == list(range(25))
    info = tl.data.ensemble_info(tmp_path / "a")
    assert info["samples"] == info["of"] == 25 and info["configuration"] == "c" and len(info["shards"]) == 3
    # stopped and gone on with
    tl.data.write_ensemble(tmp_path / "b", make, 25, shard=10, seed=4, progress=lambda done, all: False)
    assert tl.data.ensemble_info(tmp_path / "b")["samples"] == 10
    with pytest.raises(tl.TerrellaError, match="holds an ensemble already"):
        tl.data.write_ensemble(tmp_path / "b", make, 25, shard=10, seed=4)
    with pytest.raises(tl.TerrellaError, match="another seed"):
        tl.data.write_ensemble(tmp_path / "b", make, 25, shard=10, seed=5, resume=True)
    assert tl.data.write_ensemble(tmp_path / "b", make, 25, shard=10, seed=4, resume=True).written == 15
    for a, b in zip(ds, tl.data.ensemble(tmp_path / "b"), strict=True):
        assert a["x"].tolist() == b["x"].tolist()
    with pytest.raises(tl.SolveError, match="field 'x' of sample 3 is not finite at position 0"):
        tl.data.write_ensemble(tmp_path / "c", lambda i, seed: {"x": [np.nan if i == 3 else 1.0]}, 5)
    with pytest.raises(RuntimeError, match="mine"):
        tl.data.write_ensemble(tmp_path / "d", lambda i, seed: (_ for _ in ()).throw(RuntimeError("mine")), 5)
    with pytest.raises(tl.FormatError):
        tl.data.ensemble(tmp_path / "nothing")


def test_ctrl_c_in_python(tmp_path):
    code = (
        "import sys, time, terrella as tl\n"
        "def make(i, seed):\n    if i == 0: print('ready', flush=True)\n    time.sleep(0.05)\n    return {'x': i}\n"
        "try:\n    tl.data.write_ensemble(sys.argv[1], make, 1000, shard=5)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped', tl.data.ensemble_info(sys.argv[1])['samples'] % 5, flush=True)\n"
    )
    arguments = [sys.executable, "-c", code, tmp_path / "a"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.6)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20)[0] == "stopped 0\n"
    assert process.returncode == OK


def test_gaussian_fields():
    fields = np.array(
        [np.asarray(tl.data.gaussian_field((64, 48), [6.0, 3.0], deviation=2.0, seed=i)) for i in range(200)]
    )
    assert abs(fields.std() - 2) < 0.05 and abs(fields.mean()) < 0.05
    # Matérn's covariance at one correlation length along each axis
    expected = 4 * (1 + np.sqrt(3)) * np.exp(-np.sqrt(3))
    assert abs((fields[:, 6:] * fields[:, :-6]).mean() - expected) < 0.15
    assert abs((fields[:, :, 3:] * fields[:, :, :-3]).mean() - expected) < 0.15
    with pytest.raises(ValueError, match="kernel 'cubic'"):
        tl.data.gaussian_field((8, 8), [1.0], kernel="cubic", seed=0)
