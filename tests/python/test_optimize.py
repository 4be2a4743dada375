"""Adam over nests, alone and inside of a compiled training step."""

import numpy as np
import pytest

import terrella as tl


def by_hand(x, gradient_of, steps, rate):
    x = np.array(x)
    mean, square = np.zeros_like(x), np.zeros_like(x)
    for t in range(1, steps + 1):
        g = gradient_of(x)
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
        x = x - rate * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
    return x


def test_a_nest_steps_as_the_paper_says():
    x = {"w": tl.tensor([1.0, -2.0]), "b": [tl.tensor(3.0)]}
    state = tl.optimize.adam_start(x)
    for _ in range(10):
        gradient = tl.grad(lambda p: tl.sum(p["w"] ** 2) + p["b"][0] ** 2)(x)
        x, state = tl.optimize.adam(x, gradient, state, 0.1)
    np.testing.assert_allclose(x["w"], by_hand([1.0, -2.0], lambda v: 2 * v, 10, 0.1), rtol=1e-13)
    np.testing.assert_allclose(x["b"][0], by_hand(3.0, lambda v: 2 * v, 10, 0.1), rtol=1e-13)
    assert state["step"].item() == 10


def test_a_training_step_is_one_compiled_function():
    target = tl.tensor(np.linspace(-1, 1, 20))

    @tl.jit
    def train(x, state):
        value, gradient = tl.value_and_grad(lambda p: tl.mean((p - target) ** 2))(x)
        return (value, *tl.optimize.adam(x, gradient, state, learning_rate=0.05))

    x = tl.zeros(20)
    state = tl.optimize.adam_start(x)
    for _ in range(300):
        value, x, state = train(x, state)
    assert value.item() < 1e-5
    assert train.compiled == 1


def test_donated_steps_are_the_same_steps():
    def step(x, g, state):
        return tl.optimize.adam(x, g, state, 0.01, weight_decay=0.1)

    def run(step):
        x = {"w": tl.linspace(-1.0, 1.0, 3000), "b": [tl.ones((5, 7), "float32")]}
        x = tl.eval({"w": x["w"] * 1.0, "b": [x["b"][0] * 2.0]})
        state = tl.optimize.adam_start(x)
        for _ in range(5):
            x, state = step(x, {"w": tl.sin(x["w"]), "b": [x["b"][0] * 3.0]}, state)
        return tl.eval((x, state))

    (x, state), (y, other) = run(step), run(tl.jit(step, donate=(0, 2)))
    np.testing.assert_array_equal(x["w"], y["w"])
    np.testing.assert_array_equal(x["b"][0], y["b"][0])
    np.testing.assert_array_equal(state["square"]["w"], other["square"]["w"])
    assert y["b"][0].dtype == np.float32 and other["step"].item() == 5


def test_a_schedule_of_the_rate_is_an_argument_of_the_compiled_step():
    @tl.jit
    def train(x, state, rate):
        return tl.optimize.adam(x, 2 * x, state, rate)

    x = tl.tensor([1.0, -2.0])
    state = tl.optimize.adam_start(x)
    for rate in (0.3, 0.1, 0.05):
        x, state = train(x, state, tl.tensor(rate))
    assert train.compiled == 1
    with pytest.raises(ValueError, match="learning rate"):
        tl.optimize.adam(x, x, state, float("nan"))
    with pytest.raises(ValueError, match="beta1"):
        tl.optimize.adam(x, x, state, beta1=1)


def test_mistakes_are_named():
    x = {"w": tl.ones(3)}
    with pytest.raises(ValueError, match="gradients"):
        tl.optimize.adam(x, {"v": tl.ones(3)}, tl.optimize.adam_start(x))
    with pytest.raises(ValueError, match="adam_start"):
        tl.optimize.adam(x, x, {})
    with pytest.raises(ValueError, match="gradient or state"):
        tl.optimize.adam(x, {"w": tl.ones(4)}, tl.optimize.adam_start(x))


def test_adam_steps_floats_in_a_nest():
    x = {"a": 1.0, "b": tl.tensor([1.0])}
    x, state = tl.optimize.adam(x, {"a": 2.0, "b": tl.tensor([2.0])}, tl.optimize.adam_start(x), 0.1)
    x, state = tl.optimize.adam(x, x, state, 0.1)
    assert float(x["a"]) == float(x["b"][0]) < 0.9
    assert float(state["mean"]["a"]) == float(state["mean"]["b"][0])


def test_lbfgs_minimises_rosenbrock():
    def f(x):
        return tl.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    for function in (f, tl.jit(f)):
        found = tl.optimize.lbfgs(function, np.zeros(6), max_iterations=500)
        assert found.converged, found.message
        np.testing.assert_allclose(found.x, np.ones(6), atol=1e-6)
        values = np.asarray(found.values)
        assert len(values) == found.iterations + 1 and (np.diff(values) <= 0).all() and values[-1] == found.value
        assert found.evaluations >= found.iterations and "iterations" in repr(found)


def test_lbfgs_asks_its_callback_and_passes_errors_on():
    seen = []
    found = tl.optimize.lbfgs(
        lambda x: tl.sum(tl.cosh(x)), [2.0, -1.0], callback=lambda i, x, value: seen.append((i, value)) or i < 2
    )
    assert [i for i, _ in seen] == [0, 1, 2] and not found.converged
    assert seen[-1][1] == found.value
    with pytest.raises(ZeroDivisionError):
        tl.optimize.lbfgs(lambda x: 1 / 0, [1.0])
    with pytest.raises(ZeroDivisionError):
        tl.optimize.lbfgs(lambda x: tl.sum(x**2), [1.0], callback=lambda *_: 1 / 0)
    with pytest.raises(ValueError, match="the start is c128"):
        tl.optimize.lbfgs(lambda x: tl.sum(tl.real(x)), [1j])
    with pytest.raises(ValueError, match="scalar|one element|number"):
        tl.optimize.lbfgs(lambda x: x, [1.0, 2.0])
