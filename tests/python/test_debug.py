"""What helps to find a mistake: errors that name a line of Python, and the first operation that makes a NaN."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import terrella as tl

HERE = __file__


def line(offset=0):
    return sys._getframe(1).f_lineno + offset


def test_debug_nan_names_the_line_that_made_it():
    with tl.debug_nan():
        x = tl.tensor([[1.0, 2.0], [-3.0, 4.0]])
        made = line(1)
        y = tl.log(x) * 2.0
        z = tl.sum(y)
        with pytest.raises(tl.TerrellaError) as raised:
            z.item()
        said = str(raised.value)
        assert said.startswith(
            "log: made NaN of inputs without, at [1, 0] of its result [2, 2]; 1 in all (in log of f64 "
        )
        assert f"made at {HERE}:{made} in test_debug_nan_names_the_line_that_made_it: y = tl.log(x) * 2.0)" in said
    assert np.isnan(z.item())  # the graph is usable, and the mode has ended


def test_debug_nan_lets_given_nan_pass_and_looks_for_infinity_where_asked():
    with tl.debug_nan():
        assert np.isnan(tl.exp(tl.tensor([np.nan, 1.0])).numpy()[0])
        assert np.isinf((1.0 / tl.tensor([0.0])).item())
    with tl.debug_nan(infinity=True), pytest.raises(tl.TerrellaError, match="divide: made infinity"):
        (1.0 / tl.tensor([0.0])).eval()


def test_a_derivative_stands_on_the_line_of_its_operation():
    def f(x):
        r = tl.sqrt(x)
        return tl.sum(0.0 * r)

    with tl.debug_nan(), pytest.raises(tl.TerrellaError) as raised:
        tl.grad(f)(tl.tensor([0.0])).eval()
    assert f"{HERE}:{f.__code__.co_firstlineno + 1} in f: r = tl.sqrt(x)" in str(raised.value)


def test_operators_of_numpy_and_modules_of_the_package_are_no_user_lines():
    with tl.debug_nan(), pytest.raises(tl.TerrellaError) as raised:
        np.log(tl.tensor([-1.0])).eval()
    assert f"made at {HERE}:" in str(raised.value)


def test_threads_have_lines_of_their_own():
    said = []

    def work():
        try:
            tl.log(tl.tensor([-1.0])).eval()
        except tl.TerrellaError as error:
            said.append(str(error))

    with tl.debug_nan():
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(said) == 8 and len(set(said)) == 1
    assert f"{HERE}:{work.__code__.co_firstlineno + 2} in work" in said[0]


def run(code, mode):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERRELLA_DEBUG": mode}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True).stderr


GATHER = "import terrella as tl\ndef pick(x):\n  return tl.gather(x, tl.tensor([5]))\npick(tl.ones(3)).eval()"


def test_the_environment_switches_it_on():
    assert "made at <string>:3 in pick" in run(GATHER, "1")
    assert "TERRELLA_DEBUG=1 shows where" in run(GATHER, "")
    assert "log: made NaN" in run("import terrella as tl; tl.log(tl.tensor([-1.0])).eval()", "nan")
    assert "TERRELLA_DEBUG=yes: unknown; use 1, nan or inf" in run("import terrella as tl; tl.ones(3) + 1", "yes")
