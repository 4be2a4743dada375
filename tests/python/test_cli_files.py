"""Files in and out of the command `terrella`."""

import json
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest
from command import BAD_INPUT, USAGE, files_below, needs_command, report, terrella

pytestmark = needs_command


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


def test_check_counts_outcomes_by_folder_and_format(line, tmp_path):
    (tmp_path / "sub").mkdir()
    text = (line / "SYN01.edi").read_text()
    (tmp_path / "good.edi").write_text(text)
    (tmp_path / "sub" / "mended.edi").write_text("\ufeff" + text)
    for name, number in (("a", "five"), ("b", "six")):
        broken = text.splitlines()
        at = next(i for i, row in enumerate(broken) if row.startswith(">ZXYR")) + 1
        broken[at] = f"  {number} " + broken[at].split(maxsplit=1)[1]
        (tmp_path / "sub" / f"{name}.edi").write_text("\n".join(broken))
    (tmp_path / "sub" / "notes.txt").write_text("these are notes")
    found = report("check", "--summary", tmp_path, code=BAD_INPUT)
    assert found["schema"] == "terrella/check-summary/1"
    assert found["all"] == {"files": 5, "read": 1, "mended": 1, "refused": 3, "sites": 2}
    rows = {(Path(row["folder"]).name, row["format"]): row for row in found["folders"]}
    assert rows["sub", "edi"]["refused"] == 2 and rows["sub", "edi"]["mended"] == 1
    assert rows["sub", "unknown"]["refused"] == 1 and rows[tmp_path.name, "edi"]["read"] == 1
    messages = {entry["message"]: entry["files"] for entry in found["refusals"]}
    assert messages[">ZXYR: '...' is not a number"] == 2
    assert [(entry["rule"], entry["files"]) for entry in found["repairs"]] == [("byte-order-mark", 1)]
    told = terrella("check", "--summary", tmp_path, code=BAD_INPUT).stdout
    assert "2  >ZXYR: '...' is not a number" in told and "byte-order-mark" in told


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


def test_convert_names_its_format(line, tmp_path):
    terrella("convert", line, "-o", tmp_path / "any.name", "--to", "hdf5")
    with h5py.File(tmp_path / "any.name") as file:
        assert file["z"].shape[0] == 24
    told = terrella("convert", line, "-o", tmp_path / "out", "--to", "edl", code=USAGE)
    assert "'edl' is no format that can be written; there are edi, " in told.stderr
    told = terrella("convert", line, "-o", tmp_path / "one.edi", code=USAGE)
    assert "24 sites do not fit into one EDI file" in told.stderr


def test_convert_tells_what_is_not_carried(line, tmp_path):
    told = json.loads(terrella("convert", line, "-o", tmp_path / "line.dat", "--to", "occam2d", "--json").stdout)
    assert any(words.endswith(" Zxx") for words in told["not_carried"])
    told = terrella("convert", line, "-o", tmp_path / "line.h5")
    assert "not carried" not in told.stderr


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


def test_what_is_read_is_not_replaced_even_by_force(line, tmp_path):
    (tmp_path / "SYN01.edi").write_bytes((line / "SYN01.edi").read_bytes())
    terrella("convert", "SYN01.edi", "-o", "a.h5", cwd=tmp_path)
    (tmp_path / "link.h5").symlink_to("a.h5")
    before = files_below(tmp_path)
    for words in [
        ["convert", "SYN01.edi", "-o", "SYN01.edi"],
        ["convert", ".", "-o", "."],
        ["convert", "a.h5", "-o", "a.h5"],
        ["invert", "1d", "a.h5", "-o", "link.h5"],
    ]:
        told = terrella(*words, "--force", cwd=tmp_path, code=USAGE)
        assert "is read by this command; write to another file" in told.stderr
        assert files_below(tmp_path) == before
    told = terrella("invert", "1d", "SYN01.edi", "-o", "SYN01.edi", "--force", cwd=tmp_path, code=USAGE)
    assert "SYN01.edi must end with .h5" in told.stderr and files_below(tmp_path) == before


def test_a_file_is_no_folder(line, run, tmp_path):
    (tmp_path / "a").write_text("mine")
    for words in (["convert", line, "-o", "a"], ["export", run, "-o", "a"], ["demo-data", "a"]):
        assert terrella(*words, cwd=tmp_path, code=USAGE).stderr == "error: a: is no folder\n"


def test_errors_of_zero_are_no_errors(line, tmp_path):
    text = (line / "SYN01.edi").read_text()
    blocks = [">" + block for block in text.split(">")[1:]]
    for i, block in enumerate(blocks):
        if block.startswith(">Z") and ".VAR" in block:
            head, *numbers = block.split("\n")
            blocks[i] = head + "\n" + "\n".join(" ".join("0" for _ in row.split()) for row in numbers) + "\n"
    (tmp_path / "zero.edi").write_text("".join(blocks))
    site = report("check", tmp_path / "zero.edi")["files"][0]["sites"][0]
    assert (site["without_error"], site["median_relative_error"]) == (4 * 37, None)
    assert "needs --error-floor" in terrella("check", tmp_path / "zero.edi").stderr


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
