"""Long calls leave other threads alone and answer Ctrl-C within a second."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import terrella as tl


def busy(products=100):
    """Some ten seconds of products; pending, so that one call evaluates them all."""
    y = tl.random.normal((1500, 1500), seed=1).eval()
    for _ in range(products):
        y = y @ y / 1500.0
    return y


def interrupted_after(seconds, work):
    """Seconds from Ctrl-C to KeyboardInterrupt."""
    sent = []

    def press():
        time.sleep(seconds)
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        work()
    answered = time.perf_counter()
    thread.join()
    return answered - sent[0]


@pytest.mark.parametrize(
    "work", [lambda y: y.eval(), lambda y: float(tl.sum(y)), lambda y: y.numpy(), lambda y: np.asarray(y)]
)
def test_ctrl_c_stops_an_evaluation_which_can_go_on_later(work):
    y = busy()
    assert interrupted_after(0.3, lambda: work(y)) < 1.0
    small = tl.ones(3) + 1.0
    assert small.tolist() == [2.0, 2.0, 2.0]


def test_a_stopped_evaluation_gives_the_right_values_when_it_goes_on():
    x = tl.random.normal((300, 300), seed=2).eval()
    y = x
    for _ in range(100):
        y = tl.tanh(y @ x / 20.0) + 1.0
    expected = np.asarray(x)
    for _ in range(100):
        expected = np.tanh(expected @ np.asarray(x) / 20.0) + 1.0
    interrupted_after(0.05, lambda: (y.eval(), time.sleep(60)))
    np.testing.assert_allclose(y, expected, rtol=1e-6)


def test_ctrl_c_stops_a_function_under_a_transform():
    def forever(x):
        while True:
            x = tl.sin(x)

    assert interrupted_after(0.3, lambda: tl.grad(forever)(1.0)) < 1.0


@pytest.mark.parametrize(
    "loop",
    [
        lambda x: tl.while_loop(lambda c: tl.isfinite(c), lambda c: tl.sin(c), x),
        lambda x: tl.scan(lambda c, _: (tl.sin(c), None), x, length=10**12)[0],
        tl.grad(lambda x: tl.scan(lambda c, _: (tl.sin(c), None), x, length=10**12)[0]),
    ],
)
def test_ctrl_c_stops_loops_in_the_graph(loop):
    assert interrupted_after(0.3, lambda: loop(1.0).eval()) < 1.0


def test_other_threads_run_during_an_evaluation():
    y = busy(8)
    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.wait(0.01):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    (y[0, 0] + 0.0).eval()
    end = time.perf_counter()
    stop.set()
    thread.join()
    during = [t for t in ticks if begin < t < end]
    assert len(during) > 0.2 * (end - begin) / 0.01
    assert max(np.diff([begin, *during, end])) < 1.0


def test_arrays_may_be_freed_by_any_thread():
    """The last user of numpy's memory may be a worker of an evaluation, or the end of the interpreter."""
    code = (
        "import numpy as np, threading, terrella as tl\n"
        "def work():\n"
        "    for i in range(200):\n"
        "        x = tl.tensor(np.ones(100000), copy=False)\n"
        "        y = tl.sum(x * 2.0 + x)\n"
        "        del x\n"
        "        assert float(y) == 300000.0\n"
        "threads = [threading.Thread(target=work) for _ in range(3)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "kept = tl.tensor(np.ones(10), copy=False) + 1.0\n"
        "tl.custom_rule(tl.sin, vjp=lambda x, y, g: g)(kept)\n"
        "print('done')\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (run.returncode, run.stdout, run.stderr) == (0, "done\n", "")
