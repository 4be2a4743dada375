"""tl.invert_1d: an earth that is known, options by name, progress, and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import terrella as tl

PERIOD = np.logspace(-3, 3, 31)


def layered_impedance(resistivity, thickness, period):
    """Wait's recursion in plain numpy, independent of Terrella's."""
    iwm = 2j * np.pi / period * 4e-7 * np.pi
    z = np.sqrt(iwm * resistivity[-1])
    for rho, h in zip(resistivity[-2::-1], thickness[::-1], strict=True):
        w = np.sqrt(iwm * rho)
        t = np.tanh(h * iwm / w)
        z = w * (z + w * t) / (w + z * t)
    return z


def make_survey(sites=2, noise=0.03):
    random = np.random.default_rng(7)
    z_1d = layered_impedance([100.0, 10.0, 1000.0], [1000.0, 2000.0], PERIOD)
    made = []
    for i in range(sites):
        error = noise * abs(z_1d)
        scatter = error * (random.standard_normal(31) + 1j * random.standard_normal(31))
        z = np.zeros((31, 2, 2), complex)
        z[:, 0, 1], z[:, 1, 0] = z_1d + scatter, -z_1d - scatter
        z_error = np.repeat(error, 4).reshape(31, 2, 2)
        made.append(tl.Site(f"S{i:02d}", PERIOD, z=z, z_error=z_error, latitude=0.01 * i, longitude=20.0))
    return tl.Survey(made, name="known")


def test_a_known_earth_is_found():
    result = tl.invert_1d(make_survey(), data="xy")
    assert result.rms.shape == (2,) and (result.rms <= 1.0).all()
    depth = np.concatenate([[0], np.cumsum(result.model.thickness[0])])
    found = result.model.resistivity[0]
    assert abs(np.log10(found[np.searchsorted(depth, 300.0)]) - 2) < 0.15
    conductor = found[(depth > 1000) & (depth < 3500)]
    assert 5 < conductor.min() < 20
    assert result.fits[0].converged and result.model.depth_of_investigation.shape == (2,)
    # The fit that it reports is that of its own model, by the recursion above.
    predicted = layered_impedance(found, result.model.thickness[0], result.fits[0].period)
    np.testing.assert_allclose(result.predicted[0], predicted, rtol=1e-9)
    residual = (result.fits[0].observed - predicted) / result.fits[0].error
    assert np.sqrt((abs(residual) ** 2).sum() / (2 * len(residual))) == pytest.approx(result.rms[0], rel=1e-9)


def test_options_reach_the_inversion():
    result = tl.invert_1d(make_survey(1), data="yx", layers={"thickness": [500.0] * 9}, target_rms=3.0)
    assert result.model.resistivity.shape == (1, 10)
    np.testing.assert_array_equal(result.model.thickness, np.full((1, 9), 500.0))
    assert 'data = "yx"' in result.config and "target_rms = 3.0" in result.config
    few = tl.invert_1d(make_survey(1), method="few_layers", few_layers={"count": 3}, error_floor=0.02)
    np.testing.assert_allclose(few.model.resistivity[0], [100.0, 10.0, 1000.0], rtol=0.3)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"data": "zxx"}, "determinant"),
        ({"method": "magic"}, "occam"),
        ({"error_floor": -1.0}, "error_floor"),
        ({"layers": {"cuont": 3}}, "layers has no 'cuont'; it takes count, first_thickness, factor, thickness"),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        tl.invert_1d(make_survey(1), **options)


def test_a_site_without_data_is_no_error():
    result = tl.invert_1d(tl.Survey([tl.Site("empty", PERIOD), *make_survey(1)]), data="xy")
    assert np.isnan(result.model.resistivity[0]).all() and result.fits[0].stopped
    assert result.rms[1] <= 1.0


def test_progress_is_told_may_stop_and_may_raise():
    seen = []
    tl.invert_1d(make_survey(), progress=lambda p: seen.append((p.site, p.iteration, p.rms)))
    assert {site for site, _, _ in seen} == {"S00", "S01"} and all(np.isfinite(rms) for _, _, rms in seen)
    calls = []
    stopped = tl.invert_1d(make_survey(), progress=lambda p: calls.append(p) or False)
    assert not stopped.fits[0].converged or not stopped.fits[1].converged
    assert len(calls) < len(seen)

    def raises(progress):
        raise RuntimeError(f"enough of {progress.sites}")

    with pytest.raises(RuntimeError, match="enough of 2"):
        tl.invert_1d(make_survey(), progress=raises)


def test_a_run_is_resumed_to_the_same_bits(tmp_path):
    survey, file = make_survey(1), tmp_path / "run.checkpoint"
    whole = tl.invert_1d(survey)
    part = tl.invert_1d(survey, checkpoint=file, progress=lambda p: p.iteration < 2)
    assert not part.fits[0].converged and file.exists()
    rest = tl.invert_1d(survey, checkpoint=file, resume=True)
    np.testing.assert_array_equal(rest.model.resistivity, whole.model.resistivity)


LONG_RUN = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # as at a terminal: background jobs start with it ignored
sys.path.insert(0, {tests!r})
import terrella as tl
from test_invert_1d import make_survey
survey = make_survey(400)
def told(p):
    if not hasattr(told, "said"):
        told.said = print("running", flush=True)
tl.invert_1d(survey, layers={{"count": 300}}, target_rms=0.001, relax=1.0, max_iterations=1000, progress=told)
print("finished", flush=True)
"""


def test_control_c_ends_a_run_within_a_second(tmp_path):
    code = LONG_RUN.format(tests=os.path.dirname(__file__))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        try:
            assert child.stdout.readline() == b"running\n"
            time.sleep(0.3)
            start = time.monotonic()
            child.send_signal(signal.SIGINT)
            output, error = child.communicate(timeout=60)
            seconds = time.monotonic() - start
        finally:
            child.kill()
    assert b"KeyboardInterrupt" in error and b"finished" not in output, error.decode()
    print(f"ended after {seconds:.2f} s")
    assert seconds < 2, seconds  # a fifth of a second on an idle machine
