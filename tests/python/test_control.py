"""cond, while_loop, scan and jet of Python functions: nests, derivatives, batches, errors."""

import collections
import gc
import math
import weakref

import numpy as np
import pytest

import terrella as tl

State = collections.namedtuple("State", "angle speed")


def close(a, b, tolerance=1e-13):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=0, atol=tolerance)


def test_cond_computes_one_branch_and_keeps_the_nest():
    def f(x, pair):
        return tl.cond(
            tl.sum(x) > 0,
            lambda x, p: {"y": x * p[0], "n": 1},
            lambda x, p: {"y": x - p[1], "n": 2},
            x,
            pair,
        )

    x, pair = tl.tensor([1.0, 2.0]), (tl.tensor(3.0), tl.tensor(5.0))
    result = f(x, pair)
    close(result["y"], [3, 6])
    assert result["n"].item() == 1
    close(f(-x, pair)["y"], [-6, -7])
    gradient = tl.grad(lambda x, p: tl.sum(f(x, p)["y"]), argnums=(0, 1))(x, pair)
    close(gradient[0], [3, 3])
    close(gradient[1][0], 3)
    close(gradient[1][1], 0)
    batch = tl.tensor([[1.0, 2.0], [-1.0, -2.0]])
    close(tl.vmap(lambda t: f(t, pair)["y"])(batch), [[3, 6], [-6, -7]])
    assert tl.cond(False, lambda: 1.0, lambda: 2.0).item() == 2.0


def test_cond_follows_what_branches_use_from_outside():
    def f(a, x):
        return tl.checkpoint(lambda t: tl.cond(t > 0, lambda: a * t, lambda: t / a))(x)

    close(tl.grad(f)(2.0, 3.0), 3.0)
    close(tl.grad(f)(2.0, -3.0), 0.75)


def test_cond_errors():
    with pytest.raises(ValueError, match=r"result 0 is f64 \[2\] from f_true and f64 \[\] from f_false"):
        tl.cond(True, lambda x: x, lambda x: x[0], tl.ones(2))
    with pytest.raises(ValueError, match=r"result of f_false is a list where a tuple belongs"):
        tl.cond(True, lambda x: (x, x), lambda x: [x, x], tl.ones(2))
    with pytest.raises(ValueError, match=r"shape \[3\]; it must be one element"):
        tl.cond(tl.ones(3), lambda: 1.0, lambda: 2.0)
    with pytest.raises(ValueError, match="predicate is a str"):
        tl.cond("yes", lambda: 1.0, lambda: 2.0)
    with pytest.raises(ZeroDivisionError):
        tl.cond(True, lambda: 1 / 0, lambda: 2.0)


def root(a):
    return tl.while_loop(
        lambda c: tl.abs(c["now"] - c["before"]) > 1e-12,
        lambda c: {"now": 0.5 * (c["now"] + a / c["now"]), "before": c["now"]},
        {"now": a + 1.0, "before": 0.0 * a},
    )["now"]


def test_while_loop():
    a = tl.tensor([0.25, 2.0, 9.0])
    close(tl.vmap(root)(a), tl.sqrt(a))
    close(tl.jvp(tl.vmap(root), (a,), (tl.ones(3),))[1], 0.5 / tl.sqrt(a))
    with pytest.raises(ValueError, match=r"use scan\(\)"):
        tl.grad(root)(2.0)
    with pytest.raises(ValueError, match="carry that the body returned is a list where a tuple belongs"):
        tl.while_loop(lambda c: False, lambda c: list(c), (1.0, 2.0))
    with pytest.raises(ValueError, match=r"carry 0 from f64 \[2\] into f64 \[\]"):
        tl.while_loop(lambda c: False, lambda c: c[0], tl.ones(2))
    with pytest.raises(ValueError, match="holds None"):
        tl.while_loop(lambda c: False, lambda c: None, tl.ones(2))
    with pytest.raises(ValueError, match="condition returned a NoneType"):
        tl.while_loop(lambda c: None, lambda c: c, 1.0)
    with pytest.raises(ValueError, match=r"where\(\).*cond\(\).*scan\(\)"):
        tl.while_loop(lambda c: c < 3, lambda c: c + 1.0 if c > 0 else c, 1.0)


def pendulum(state, force):
    speed = state.speed - 0.1 * (tl.sin(state.angle) - force["f"])
    return State(state.angle + 0.1 * speed, speed), (speed * speed, {"angle": state.angle})


@pytest.mark.parametrize("checkpoint", ["binomial", "all", 2])
@pytest.mark.parametrize("reverse", [False, True])
def test_scan_is_the_loop(checkpoint, reverse):
    force = tl.random.normal((7, 3), seed=1)
    start = State(tl.ones(3), tl.zeros(3))

    def looped(start, force):
        return tl.scan(pendulum, start, {"f": force}, checkpoint=checkpoint, reverse=reverse)

    def written_out(start, force):
        steps = range(6, -1, -1) if reverse else range(7)
        squares, angles = [None] * 7, [None] * 7
        for i in steps:
            start, (squares[i], more) = pendulum(start, {"f": force[i]})
            angles[i] = more["angle"]
        return start, (tl.stack(squares), {"angle": tl.stack(angles)})

    end, (squares, more) = looped(start, force)
    end_, (squares_, more_) = written_out(start, force)
    assert isinstance(end, State)
    close(end.angle, end_.angle)
    close(squares, squares_)
    close(more["angle"], more_["angle"])

    def loss(f):
        return lambda start, force: tl.sum(f(start, force)[1][0]) + tl.sum(f(start, force)[0].angle ** 2)

    for a, b in zip(
        tl.grad(loss(looped), argnums=(0, 1))(start, force),
        tl.grad(loss(written_out), argnums=(0, 1))(start, force),
        strict=True,
    ):
        if isinstance(a, State):
            close(a.angle, b.angle)
            close(a.speed, b.speed)
        else:
            close(a, b)
    v = tl.random.normal((7, 3), seed=2)
    close(
        tl.hvp(lambda f: loss(looped)(start, f), force, v),
        tl.hvp(lambda f: loss(written_out)(start, f), force, v),
    )


def test_scan_without_x_or_y():
    end, ys = tl.scan(lambda c, x: (2 * c, None), 1, length=10)
    assert ys is None
    assert end.item() == 1024
    assert end.dtype == np.int64
    end, ys = tl.scan(lambda c, x: (c, x * x), None, tl.arange(4))
    assert end is None
    close(ys, [0, 1, 4, 9])


def test_ten_thousand_steps():
    n = 10000
    f = lambda x: tl.scan(lambda c, _: (c - 0.5 / n * c * c, None), x, length=n)[0]  # noqa: E731
    close(tl.grad(f)(0.8), 1 / (1 + 0.4) ** 2, 1e-4)


def test_scan_errors():
    with pytest.raises(ValueError, match="give x with an axis of steps, or length"):
        tl.scan(lambda c, x: (c, None), 1.0)
    with pytest.raises(ValueError, match=r"must return \(carry, y\), not a .*Tensor"):
        tl.scan(lambda c, x: c, tl.ones(2), length=3)
    with pytest.raises(ValueError, match="checkpoint 'some' is neither"):
        tl.scan(lambda c, x: (c, None), 1.0, length=3, checkpoint="some")
    with pytest.raises(ValueError, match="at least 1"):
        tl.scan(lambda c, x: (c, None), 1.0, length=3, checkpoint=0)
    with pytest.raises(ValueError, match=r"x 1 of shape \[4\] has 4 entries .* where 3 steps"):
        tl.scan(lambda c, x: (c, None), 1.0, (tl.ones(3), tl.ones(4)))


def test_bodies_are_let_go():
    class Body:
        def __call__(self, c, x):
            return tl.sin(c), c

    def differentiated():
        body = Body()
        value, pullback = tl.vjp(lambda x: tl.scan(body, x, length=5)[0], 1.0)
        return weakref.ref(body), value, pullback

    watch, value, pullback = differentiated()
    close(pullback(1.0)[0], tl.grad(lambda x: tl.sin(tl.sin(tl.sin(tl.sin(tl.sin(x))))))(1.0))
    del value, pullback
    gc.collect()
    assert watch() is None


def test_jet():
    u, (first, second, third, fourth) = tl.jet(tl.tanh, (0.3,), [(1.0,), (None,), (None,), (None,)])
    t = math.tanh(0.3)
    d = 1 - t * t
    close([u, first, second, third, fourth], [t, d, -2 * t * d, d * (6 * t * t - 2), d * (16 * t - 24 * t**3)])

    def f(x, p):
        return {"product": x * p["a"], "power": p["a"] ** 3}

    value, (one, two) = tl.jet(f, (2.0, {"a": 3.0}), [(1.0, {"a": 1.0}), (None, {"a": 0.5})])
    close([value["product"], one["product"], two["product"]], [6, 5, 2 + 2 * 0.5])
    close([value["power"], one["power"], two["power"]], [27, 27, 6 * 3 + 27 * 0.5])
    with pytest.raises(ValueError, match=r"jet: derivative of argument 0 is f64 \[3\], but must be f64 \[2\]"):
        tl.jet(tl.exp, (tl.ones(2),), [(tl.ones(3),)])
    with pytest.raises(ValueError, match=r"jet: series\[1\]: give a tuple of 1"):
        tl.jet(tl.exp, (tl.ones(2),), [(tl.ones(2),), ()])


def test_the_residual_of_a_network_by_jet():
    weights = [tl.random.normal(s, seed=i) for i, s in enumerate([(1, 8), (8,), (8, 8), (8,), (8, 1)])]

    def network(w, x):
        h = tl.tanh(x @ w[0] + w[1])
        return tl.tanh(h @ w[2] + w[3]) @ w[4]

    x = tl.reshape(tl.linspace(-1, 1, 9), (9, 1))

    def loss(w):
        u, (_, u_xx) = tl.jet(lambda t: network(w, t), (x,), [(tl.ones_like(x),), (None,)])
        return tl.mean((u_xx + u) ** 2)

    def nested(w):
        def slope(t):
            return tl.jvp(lambda s: network(w, s), (t,), (tl.ones_like(x),))[1]

        return tl.mean((tl.jvp(slope, (x,), (tl.ones_like(x),))[1] + network(w, x)) ** 2)

    close(loss(weights), nested(weights))
    for a, b in zip(tl.grad(loss)(weights), tl.grad(nested)(weights), strict=True):
        close(a, b, 1e-11)
