"""What evaluation spends: profiles and the memory of tensors."""

import json
import os
import subprocess
import sys
import threading

import pytest

import terrella as tl


def names(p):
    return {row.name: row.count for row in p.by_operation}


def test_a_profile_sees_what_is_evaluated_in_its_block():
    x = tl.linspace(0.0, 1.0, 1000).eval()
    with tl.profile() as p:
        built = tl.cos(x)
        assert p.events == ()
        total = tl.sum(tl.sin(x)).item()
        assert names(p) == {"sin": 1, "sum": 1}  # also while the block lasts
    built.eval()
    assert total > 0 and names(p) == {"sin": 1, "sum": 1}
    assert p.events is p.events
    sin = p.events[0]
    assert (sin.name, sin.bytes_read, sin.bytes_written) == ("sin", 8000, 8000)
    assert sin.shapes == "f64 [1000] -> f64 [1000]" and sin.origin == ""
    assert 0 <= sin.start <= sin.start + sin.duration <= p.events[1].start < p.seconds
    assert abs(sum(row.share for row in p.by_operation) - 1) < 1e-12 and p.left_out == 0


def test_a_profile_shows_itself():
    with tl.profile() as p:
        (tl.ones((64, 64)) @ tl.ones((64, 64))).eval()
    lines = str(p).splitlines()
    assert lines[0].split() == ["operation", "count", "time", "share", "read", "written", "rate"]
    assert any(line.startswith("matmul") and "32.8 kB" in line for line in lines)
    assert "<td>matmul</td><td>1</td>" in p._repr_html_()
    assert repr(p.events[-1]).startswith("ProfileEvent('") and "count=1" in repr(p.by_operation[0])


def test_a_trace_is_json_that_viewers_read(tmp_path):
    with tl.profile() as p:
        tl.exp(tl.ones(10)).eval()
    p.save(tmp_path / "trace.json")
    trace = json.loads((tmp_path / "trace.json").read_text())
    events = [event for event in trace["traceEvents"] if event["ph"] == "X"]
    assert [event["name"] for event in events] == [event.name for event in p.events]
    assert events[-1]["ts"] == pytest.approx(1e6 * p.events[-1].start)
    assert events[-1]["args"]["bytes_written"] == 80
    with pytest.raises(tl.TerrellaError, match="create the folder first"):
        p.save(tmp_path / "nowhere" / "trace.json")


def test_blocks_nest_and_run_on_threads():
    x = tl.linspace(0.0, 1.0, 10).eval()
    with tl.profile() as outer:
        tl.sin(x).eval()
        with tl.profile() as inner:
            tl.cos(x).eval()

        def work():
            with tl.profile() as mine:
                tl.exp(x).eval()
            seen.append(names(mine)["exp"])

        seen = []
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert names(inner) == {"cos": 1} and names(outer) == {"sin": 1, "cos": 1, "exp": 4}
    assert len(seen) == 4 and min(seen) >= 1
    assert len({event.thread for event in outer.events}) == 5


def test_a_block_that_raises_ends_its_recording():
    with pytest.raises(tl.SolveError), tl.profile() as p:
        tl.linalg.cholesky(-tl.eye(2)).eval()
    count = len(p.events)
    tl.ones(3).eval()
    assert len(p.events) == count and names(p)["cholesky"] == 1


def test_one_object_is_one_block():
    p = tl.profile(most_events=2)
    with pytest.raises(ValueError, match="nothing was recorded yet"):
        p.events  # noqa: B018
    with p:
        for _ in range(5):
            tl.exp(tl.tensor([1.0])).eval()
    assert len(p.events) == 2 and p.left_out == 3 and names(p) == {"exp": 5}
    with pytest.raises(ValueError, match="one block"), p:
        pass


def test_events_name_their_lines():
    code = (
        "import terrella as tl\nwith tl.profile() as p:\n  tl.exp(tl.tensor([1.0])).eval()\nprint(p.events[-1].origin)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERRELLA_DEBUG": "1"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("<string>:3 in <module>")


def test_memory_in_use_peak_and_kept():
    before = tl.memory()
    x = tl.linspace(0.0, 1.0, 1 << 20).eval()
    assert tl.memory().in_use - before.in_use == 8 << 20
    tl.reset_peak_memory()
    y = tl.exp(x).eval()
    del y
    now = tl.memory()
    assert now.peak - now.in_use == 8 << 20 and now.kept >= 8 << 20
    tl.reset_peak_memory()
    assert tl.memory().peak == tl.memory().in_use
    del x
    assert tl.memory().in_use == before.in_use
