"""Convolutions against sums over windows, and their options."""

import numpy as np
import pytest

import terrella as tl

random = np.random.default_rng(5)


def by_hand(x, kernel, stride, before, after):
    x = np.pad(x, [(0, 0), (0, 0), (before, after)])
    count = (x.shape[2] - kernel.shape[2]) // stride + 1
    windows = np.stack([x[:, :, i * stride : i * stride + kernel.shape[2]] for i in range(count)], 2)
    return np.einsum("ncik,ock->noi", windows, kernel)


def test_options_of_one_axis():
    x, kernel = random.normal(size=(2, 3, 10)), random.normal(size=(4, 3, 4))
    for options, (stride, before, after) in (
        ({}, (1, 0, 0)),
        ({"padding": "valid"}, (1, 0, 0)),
        ({"padding": "same"}, (1, 1, 2)),
        ({"padding": 2, "stride": 3}, (3, 2, 2)),
        ({"padding": [1], "stride": [2]}, (2, 1, 1)),
        ({"padding": [(0, 3)]}, (1, 0, 3)),
    ):
        want = by_hand(x, kernel, stride, before, after)
        np.testing.assert_allclose(tl.conv(x, kernel, **options), want, rtol=1e-12, atol=1e-12)
    assert tl.conv(x, kernel, padding="same").shape == (2, 4, 10)


def test_the_transpose_is_the_adjoint():
    x, kernel = tl.tensor(random.normal(size=(1, 4, 7, 6))), tl.tensor(random.normal(size=(6, 2, 3, 3)))
    options = {"stride": (2, 1), "padding": 1, "groups": 2}
    y = tl.conv(x, kernel, **options)
    g = tl.tensor(random.normal(size=y.shape))
    back = tl.conv_transpose(g, kernel, **options)
    assert back.shape == x.shape
    np.testing.assert_allclose(tl.sum(back * x).item(), tl.sum(g * y).item(), rtol=1e-12)
    gradient = tl.grad(lambda x: tl.sum(g * tl.conv(x, kernel, **options)))(x)
    np.testing.assert_allclose(gradient, back, rtol=1e-12)
    assert tl.conv_transpose(g, kernel, **options, output_padding=(1, 0)).shape == (1, 4, 8, 6)


def test_a_network_of_convolutions_trains_compiled():
    x = tl.tensor(random.normal(size=(8, 1, 12, 12)))
    target = tl.max_pool(tl.abs(x), (2, 2))

    def network(p, x):
        return tl.conv(tl.max_pool(tl.tanh(tl.conv(x, p["a"], padding="same")), (2, 2)), p["b"])

    @tl.jit
    def step(p, state):
        value, gradient = tl.value_and_grad(lambda p: tl.mean((network(p, x) - target) ** 2))(p)
        return (value, *tl.optimize.adam(p, gradient, state, 0.01))

    p = {"a": tl.tensor(random.normal(size=(6, 1, 3, 3)) / 3), "b": tl.tensor(random.normal(size=(1, 6, 1, 1)))}
    state = tl.optimize.adam_start(p)
    values = []
    for _ in range(150):
        value, p, state = step(p, state)
        values.append(value.item())
    assert values[-1] < 0.3 * values[0]
    assert step.compiled == 1


def test_pools():
    x = random.normal(size=(2, 6, 4))
    np.testing.assert_array_equal(tl.max_pool(x, (3, 2)), x.reshape(2, 2, 3, 2, 2).max((2, 4)))
    np.testing.assert_allclose(tl.mean_pool(x, (3, 2)), x.reshape(2, 2, 3, 2, 2).mean((2, 4)), rtol=1e-14)
    assert tl.max_pool(x, (3,), (1,)).shape == (2, 6, 2)


def test_mistakes_are_named():
    x, kernel = tl.ones((1, 2, 5)), tl.ones((3, 2, 3))
    with pytest.raises(ValueError, match="padding 'full'"):
        tl.conv(x, kernel, padding="full")
    with pytest.raises(ValueError, match="channels"):
        tl.conv(tl.ones((1, 3, 5)), kernel)
    with pytest.raises(ValueError, match="does not fit"):
        tl.conv(tl.ones((1, 2, 2)), kernel)
    with pytest.raises(ValueError, match="window"):
        tl.max_pool(x, (6,))
