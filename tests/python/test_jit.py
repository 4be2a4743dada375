"""Compiled functions from Python: what they are compiled for, and that they give what the function gives."""

import threading

import numpy as np
import pytest
from sanitizer import measured_without

import terrella as tl


def close(a, b, tolerance=1e-13):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=tolerance, atol=tolerance)


def test_nests_in_and_out():
    calls = []

    @tl.jit
    def f(parameters, x, *, scale=1.0, kind="tanh"):
        calls.append(kind)
        function = {"tanh": tl.tanh, "sin": tl.sin}[kind]
        y = function(tl.matmul(x, parameters["w"]) + parameters["b"]) * scale
        return {"y": y, "parts": (tl.sum(y), [kind, None])}

    p = {"w": tl.random.normal((3, 4), seed=1), "b": tl.random.normal((4,), seed=2)}
    x = tl.random.normal((5, 3), seed=3)
    want = np.tanh(np.asarray(x) @ np.asarray(p["w"]) + np.asarray(p["b"]))
    for scale in (1.0, 2.5):
        got = f(p, x, scale=scale)
        close(got["y"], scale * want)
        close(got["parts"][0], scale * want.sum())
        assert got["parts"][1] == ["tanh", None]
    assert calls == ["tanh"], "traced once; a number is an input"
    close(f(p, x, kind="sin")["y"], np.sin(np.asarray(x) @ np.asarray(p["w"]) + np.asarray(p["b"])))
    assert calls == ["tanh", "sin"], "other values that are no tensors make another program"


def test_compiled_once_for_each_signature():
    f = tl.jit(lambda x: x * 2)
    f(tl.ones(3))
    f(tl.zeros(3))
    assert f.compiled == 1
    f(tl.ones(4))
    f(tl.ones(3, dtype="float32"))
    assert f.compiled == 3
    assert f.report().fused == 1
    assert "multiply" in f.report().program or "add" in f.report().program


def test_keys_of_a_dict_are_told_apart_by_name_not_order():
    f = tl.jit(lambda d: d["a"] - d["b"])
    assert f({"a": 3.0, "b": 1.0}).item() == 2.0
    assert f({"b": 1.0, "a": 3.0}).item() == 2.0


def test_static_arguments():
    @tl.jit(static_argnums=1, static_argnames="axis")
    def f(x, count, axis=0):
        return tl.sum(tl.stack([x] * count), axis=axis)

    x = tl.tensor([1.0, 2.0])
    close(f(x, 3), [3.0, 6.0])
    close(f(x, 2), [2.0, 4.0])
    close(f(x, 2, axis=1), [3.0, 3.0])
    assert f.compiled == 3


def test_wrapped_function_keeps_its_name_and_binds_to_objects():
    class Model:
        def __init__(self, w):
            self.w = w

        @tl.jit
        def predict(self, x):
            """w x."""
            return self.w * x

    assert Model.predict.__name__ == "predict"
    assert Model.predict.__doc__ == "w x."
    a, b = Model(2.0), Model(3.0)
    assert a.predict(tl.tensor(5.0)).item() == 10.0
    assert b.predict(tl.tensor(5.0)).item() == 15.0


@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_nest_with_jit(order):
    f = lambda x: tl.sum(tl.sin(x) * tl.exp(-x * x))  # noqa: E731
    inside, outside, plain = tl.jit(f), f, f
    for k in range(order):
        direction = tl.random.normal((4,), seed=k)
        plain = (lambda g, v: lambda x: tl.sum(tl.grad(g)(x) * v))(plain, direction)
        inside = (lambda g, v: lambda x: tl.sum(tl.grad(g)(x) * v))(inside, direction)
    outside = tl.jit(plain)
    x = tl.random.normal((4,), seed=9)
    close(inside(x), plain(x), 1e-12)
    close(outside(x), plain(x), 1e-12)


def test_vmap_of_jit_and_jit_of_vmap():
    f = lambda a, b: tl.tanh(tl.dot(a, b)) * a  # noqa: E731
    a, b = tl.random.normal((6, 3), seed=1), tl.random.normal((3,), seed=2)
    want = np.stack([np.asarray(f(a[i], b)) for i in range(6)])
    close(tl.vmap(tl.jit(f), in_axes=(0, None))(a, b), want)
    close(tl.jit(tl.vmap(f, in_axes=(0, None)))(a, b), want)


def test_branching_names_cond():
    with pytest.raises(ValueError, match=r"cond\(\)"):
        tl.jit(lambda x: x if tl.sum(x) > 0 else -x)(tl.ones(2))


def test_an_error_in_the_function_leaves_nothing_behind():
    f = tl.jit(lambda x, y: x + y)
    with pytest.raises(ValueError, match="add"):
        f(tl.ones(2), tl.ones(3))
    assert f.compiled <= 1
    close(f(tl.ones(3), tl.ones(3)), [2, 2, 2])


def test_report_comes_after_a_call():
    with pytest.raises(ValueError, match="not been called"):
        tl.jit(tl.sin).report()


def test_dump_writes_every_pass(tmp_path, monkeypatch):
    monkeypatch.setenv("TERRELLA_DUMP", str(tmp_path / "passes"))
    tl.jit(lambda x: tl.sum(x * 2 + 1))(tl.ones(3)).eval()
    names = sorted(p.name.split("-", 1)[1] for p in (tmp_path / "passes").iterdir())
    assert "0-lowered.txt" in names
    assert any(n.endswith("fuse.dot") for n in names)
    fused = next(p for p in (tmp_path / "passes").iterdir() if p.name.endswith("fuse.txt")).read_text()
    assert "tape over [3]" in fused


def test_a_function_that_calls_itself():
    factorial = tl.jit(lambda x, n: x if n == 0 else x * n * factorial(x, n - 1), static_argnums=1)
    for _ in range(2):
        close(factorial(tl.ones(3), 5), np.full(3, 120.0))


@measured_without  # whose frames are so large that a thousand of them overflow the stack
def test_endless_recursion_is_an_error():
    endless = tl.jit(lambda x: endless(x))
    with pytest.raises(RecursionError):
        endless(tl.ones(2))


def test_the_class_makes_no_function_by_itself():
    kind = type(tl.jit(lambda x: x))
    with pytest.raises(TypeError, match="jit"):
        kind.__new__(kind)(1.0)
    with pytest.raises(TypeError, match="acceptable base type"):
        type("Derived", (kind,), {})


def test_first_calls_of_several_threads():
    f = tl.jit(lambda x, n: tl.sum(tl.tanh(x) * n), static_argnums=1)
    wrong = []

    def work(k):
        for i in range(60):
            n = (7 * i + k) % 30
            value = float(f(tl.ones(1 + n % 5), n))
            if abs(value - np.tanh(1) * n * (1 + n % 5)) > 1e-12:
                wrong.append((n, value))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert f.compiled == 30


def test_static_arguments_that_compare_oddly():
    f = tl.jit(lambda x, s: x * s, static_argnums=1)
    x = tl.tensor([1, 2])
    assert f(x, 1).dtype == f(x, True).dtype == tl.int64
    assert f(x, 1.0).dtype == tl.float64, "1 == 1.0 == True, but they are other programs"
    assert np.signbit(np.asarray(f(x, -0.0))).all() and not np.signbit(np.asarray(f(x, 0.0))).any()
    compiled = f.compiled
    f(x, float("nan"))
    f(x, float("nan"))
    assert f.compiled == compiled + 1

    length = tl.jit(lambda x, s: x + len(s), static_argnums=1)
    sizes = [1, 2]
    close(length(tl.ones(1), sizes), [3.0])
    sizes.append(3)
    close(length(tl.ones(1), sizes), [4.0])

    scale = tl.jit(lambda x, s: x * tl.sum(s), static_argnums=1)
    close(scale(tl.ones(1), tl.tensor([1.0, 2.0])), [3.0])
    close(scale(tl.ones(1), tl.tensor([1.0, 3.0])), [4.0])
    with pytest.raises(ValueError, match="static argument holds a numpy array"):
        scale(tl.ones(1), [np.ones(2)])


def test_many_static_values_take_memory_in_proportion():
    resource = pytest.importorskip("resource")
    f = tl.jit(lambda x, n: x * n, static_argnums=1)
    x = tl.ones(3)
    sizes = []
    for i in range(900):
        float(tl.sum(f(x, i)))
        if i % 300 == 299:
            sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert sizes[2] - sizes[0] < 40 * 1024  # KiB; every program held those before it: 130 MiB


def test_static_arguments_by_position_and_by_name():
    def rows(x, n=2):
        return tl.reshape(x, (n, -1))

    for static in ({"static_argnums": 1}, {"static_argnums": -1}, {"static_argnames": "n"}):
        f = tl.jit(rows, **static)
        assert f(tl.ones(12)).shape == (2, 6)
        assert f(tl.ones(12), 3).shape == f(tl.ones(12), n=3).shape == (3, 4)
    assert tl.jit(lambda *x: tl.reshape(x[0], (x[-1], -1)), static_argnums=-1)(tl.ones(12), 3).shape == (3, 4)
    assert tl.jit(lambda x, **k: tl.reshape(x, (k["n"], -1)), static_argnames="n")(tl.ones(12), n=3).shape == (3, 4)
    with pytest.raises(ValueError, match="static_argnums names argument 5"):
        tl.jit(rows, static_argnums=5)
    with pytest.raises(ValueError, match="static_argnames names argument 'm'"):
        tl.jit(rows, static_argnames="m")


def arrays(seed, count=3):
    random = np.random.default_rng(seed)
    return [random.normal(size=(40, 30)) for _ in range(count)]


def state_of(seed):
    return {"a": [tl.tensor(x, copy=True) for x in arrays(seed)], "n": 1.0}


def moved(state, x, rate=0.1):
    after = [s - rate * (tl.tanh(s) * x + s / (1 + x * x)) for s in state["a"]]
    return {"a": after, "n": state["n"] + 1}, tl.sum(after[0])


def test_donated_arguments_give_the_same_bits_without_new_memory():
    plain, f = tl.jit(moved), tl.jit(moved, donate="state")
    x = tl.tensor(arrays(9)[0])
    want, got = state_of(1), state_of(1)
    for _ in range(4):
        want, _ = plain(want, x)
        got, total = f(got, x)
        assert total.shape == ()
    for a, b in zip(want["a"], got["a"], strict=True):
        np.testing.assert_array_equal(a, b)
    assert float(got["n"]) == 5
    assert f.compiled <= 2


def test_a_donated_tensor_is_not_used_again():
    f = tl.jit(lambda x, y: x * 2 + y, donate=(0,))
    x, y = tl.tensor(arrays(1)[0]), tl.tensor(arrays(2)[0])
    earlier, same = x + 1, tl.tensor(x)
    view = x.T
    close(f(x, y), 2 * arrays(1)[0] + arrays(2)[0])
    close(f(x=tl.tensor(arrays(1)[0]), y=y), 2 * arrays(1)[0] + arrays(2)[0])
    close(earlier, arrays(1)[0] + 1)
    close(view, arrays(1)[0].T)
    assert x.shape == (40, 30)
    for use in (x.numpy, lambda: np.asarray(x), lambda: x + 1, lambda: print(x), lambda: f(x, y), same.eval):
        with pytest.raises(ValueError, match="was donated to a compiled function"):
            use()
    with pytest.raises(ValueError, match="was donated to a compiled function"):
        tl.jit(lambda t: t + x)(y)
    close(y, arrays(2)[0])


def test_memory_that_others_see_is_not_written():
    f = tl.jit(lambda x: x * 2, donate=0)
    for see in (lambda x: x.numpy(), np.asarray, memoryview, np.from_dlpack):
        for _ in range(2):
            x = tl.tensor(arrays(1)[0], copy=True)
            seen = see(x)
            close(f(x), 2 * arrays(1)[0])
            np.testing.assert_array_equal(np.asarray(seen), arrays(1)[0])
    mine = arrays(1)[0]
    f(tl.tensor(mine, copy=False)).eval()
    f(mine).eval()
    np.testing.assert_array_equal(mine, arrays(1)[0])


def test_one_tensor_donated_and_not():
    f = tl.jit(lambda x, y: (x * 2 + y, tl.sin(x * 2 + y) - y), donate=0)
    plain = tl.jit(lambda x, y: (x * 2 + y, tl.sin(x * 2 + y) - y))
    x, same = (tl.tensor(arrays(1)[0]) for _ in range(2))
    for a, b in zip(f(x, x), plain(same, same), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_call_that_cannot_be_compiled_donates_nothing():
    f = tl.jit(lambda x: x if float(tl.sum(x)) > 0 else -x, donate=0)
    x = tl.tensor(arrays(1)[0])
    with pytest.raises(ValueError, match="cond"):
        f(x)
    close(x, arrays(1)[0])


def test_nothing_is_donated_under_transforms():
    f = tl.jit(lambda x: tl.sum(x**3), donate=0)
    x = tl.tensor(arrays(1)[0])
    for g in (tl.grad(f), tl.jit(tl.grad(f)), tl.jit(lambda t: tl.grad(f)(t) + 0)):
        close(g(x), 3 * arrays(1)[0] ** 2)
    close(x, arrays(1)[0])


def test_wrong_donations_are_errors():
    for donate in (2, "z", (0, "z")):
        with pytest.raises(ValueError, match="donate names argument"):
            tl.jit(lambda x, y: x + y, donate=donate)
    with pytest.raises(ValueError, match="static and donated"):
        tl.jit(lambda x, y: x + y, donate="y", static_argnums=1)


def test_donation_among_threads():
    f = tl.jit(lambda x: x * 2 + 1, donate=0)
    want = 2 * arrays(1)[0] + 1
    wrong = []

    def work():
        for _ in range(100):
            if not np.array_equal(f(tl.tensor(arrays(1)[0])), want):
                wrong.append("donor")

    shared = [tl.tensor(arrays(1)[0])]

    def read():
        for _ in range(300):
            try:
                if not np.array_equal(np.asarray(shared[0] + 0), arrays(1)[0]):
                    wrong.append("reader")
            except ValueError as error:
                assert "donated" in str(error)

    def give():
        for _ in range(100):
            x = shared[0]
            shared[0] = tl.tensor(arrays(1)[0])
            f(x).eval()

    all_threads = [threading.Thread(target=job) for job in (work, read, read, give)]
    for thread in all_threads:
        thread.start()
    for thread in all_threads:
        thread.join()
    assert not wrong


def test_a_kept_pullback_outlives_the_donation_of_its_argument():
    f = tl.jit(lambda x: x * 2, donate=0)
    for evaluated in (False, True):
        x = tl.tensor(arrays(1)[0])
        y, pullback = tl.vjp(lambda t: tl.sum(t**3), x)
        if evaluated:
            y.eval()
        f(x).eval()
        close(pullback(1.0)[0], 3 * arrays(1)[0] ** 2)
        close(y, np.sum(arrays(1)[0] ** 3))
