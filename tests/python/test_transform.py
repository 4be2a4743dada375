"""Derivatives and batches of Python functions: the cases of tests/core/transform_test.cpp, nests, errors, threads."""

import collections
import gc
import math
import threading
import traceback
import weakref

import numpy as np
import pytest

import terrella as tl


def close(a, b, tolerance=1e-14):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=0, atol=tolerance)


def test_gradient_of_a_sum_of_sines():
    x = np.array([0.1, 0.2, 0.3])
    close(tl.grad(lambda t: tl.sum(tl.sin(t) * t))(x), np.sin(x) + x * np.cos(x))


def test_transforms_nest_in_any_order():
    def f(t):
        return tl.sin(t) * tl.exp(t)  # f'' = 2 cos(t) exp(t)

    def reverse(t):
        return tl.grad(f)(t)

    def forward(t):
        return tl.jvp(f, (t,), (tl.ones_like(t),))[1]

    t = 0.7
    expected = 2 * math.cos(t) * math.exp(t)
    one = tl.ones(())
    for first in (reverse, forward):
        close(tl.grad(first)(t), expected)
        close(tl.jvp(first, (t,), (one,))[1], expected)
        close(tl.vjp(first, t)[1](1.0)[0], expected)
        close(tl.jacobian(first)(t), expected)
        close(tl.grad(tl.checkpoint(first))(t), expected)
    many = tl.linspace(0, 1, 5)
    close(tl.vmap(tl.grad(reverse))(many), 2 * tl.cos(many) * tl.exp(many))
    close(tl.grad(lambda y: tl.sum(tl.vmap(f)(y)))(many), (tl.cos(many) + tl.sin(many)) * tl.exp(many))
    close(tl.jacobian(tl.vmap(f))(many), tl.diagonal_matrix((tl.cos(many) + tl.sin(many)) * tl.exp(many)))
    close(tl.vmap(lambda a: tl.vmap(lambda b: a * b)(many))(many), np.outer(many, many))


def test_perturbations_are_not_confused():
    # d/dx (x d/dy (x + y)) = 1; a confused implementation returns 2.
    assert tl.grad(lambda x: x * tl.grad(lambda y: x + y)(1.0))(1.0).item() == 1.0


def test_jacobian_and_hessian():
    x = tl.tensor([0.5, -1.0, 2.0])

    def f(t):
        return tl.stack([t[0] * t[1], tl.exp(t[2]), tl.sum(t * t)])

    expected = [[-1.0, 0.5, 0.0], [0.0, 0.0, math.exp(2.0)], [1.0, -2.0, 4.0]]
    close(tl.jacobian(f)(x), expected)
    close(tl.jacobian(f, mode="forward")(x), expected)

    def g(t):
        return t[0] * t[0] * t[1] + tl.sin(t[2])

    wanted = np.array([[-2.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -math.sin(2.0)]])
    close(tl.hessian(g)(x), wanted)
    v = np.array([1.0, 2.0, 3.0])
    close(tl.hvp(g, x, v), wanted @ v)
    close(
        tl.hvp(
            lambda p: g(tl.stack([p["a"], *p["b"]])), {"a": x[0], "b": (x[1], x[2])}, {"a": v[0], "b": (v[1], v[2])}
        )["a"],
        (wanted @ v)[0],
    )
    both = tl.jacobian(lambda a, b: a * b, argnums=(0, 1))(x, 2 * x)
    close(both[0], np.diag(2 * np.asarray(x)))
    close(both[1], np.diag(np.asarray(x)))
    with pytest.raises(ValueError, match="neither 'reverse' nor 'forward'"):
        tl.jacobian(f, mode="sideways")


def test_complex_gradients_follow_the_stated_convention():
    z = tl.tensor([1 + 2j, -0.5j])
    close(tl.grad(lambda t: tl.sum(tl.abs(t) ** 2))(z), 2 * np.asarray(z))  # dL/dre + i dL/dim
    a = np.array([[1 + 1j, 2.0], [0.5j, 3.0]])
    pullback = tl.vjp(lambda t: tl.matmul(a, t), z)[1]
    close(pullback(tl.tensor([1j, 1.0]))[0], a.conj().T @ np.array([1j, 1.0]))  # the Hermitian adjoint
    close(tl.jacobian(lambda t: t * t)(z), np.diag(2 * np.asarray(z)))


def test_checkpoint_gives_the_same_derivatives():
    def f(t):
        return tl.exp(tl.sin(t) * t)

    x = tl.linspace(0, 1, 4)
    kept = tl.checkpoint(f)
    close(tl.grad(lambda t: tl.sum(f(t)))(x), tl.grad(lambda t: tl.sum(kept(t)))(x), 0)
    close(tl.hessian(lambda t: tl.sum(f(t)))(x), tl.hessian(lambda t: tl.sum(kept(t)))(x))
    close(tl.vmap(kept)(x), f(x), 0)
    assert tl.grad(lambda a: tl.sum(tl.checkpoint(lambda t: a * t)(x)))(3.0).item() == pytest.approx(2.0)


def test_custom_rules_are_used_in_both_modes():
    by_vjp = tl.custom_rule(lambda x: x * x, vjp=lambda x, y, g: 3 * x * g)
    by_jvp = tl.custom_rule(lambda x: x * x, jvp=lambda x, y, t: 3 * x * t, name="mine")
    x = tl.linspace(0, 1, 3)
    for f in (by_vjp, by_jvp):
        assert f(tl.tensor(2.0)).item() == 4.0
        assert tl.grad(f)(2.0).item() == 6.0
        assert tl.jvp(f, (2.0,), (1.0,))[1].item() == 6.0
        assert tl.grad(tl.grad(f))(2.0).item() == 3.0
        close(tl.vmap(tl.grad(f))(x), 3 * np.asarray(x))
    two = tl.custom_rule(lambda p, b: {"y": p["a"] * b}, vjp=lambda p, b, y, g: ({"a": g["y"] * 10}, None))
    gradient = tl.grad(lambda p, b: two(p, b)["y"], argnums=(0, 1))({"a": 2.0}, 5.0)
    assert gradient[0]["a"].item() == 10.0 and gradient[1].item() == 0.0


def test_custom_rules_that_are_wrong_say_so():
    with pytest.raises(ValueError, match="f: give a vjp rule, a jvp rule or both"):
        tl.custom_rule(lambda x: x, name="f")
    x = tl.ones(3)
    with pytest.raises(ValueError, match=r"sum3: its vjp rule returned shape \[\] where \[3\] is due"):
        tl.grad(lambda t: tl.sum(tl.custom_rule(lambda s: s, vjp=lambda s, y, g: tl.sum(g), name="sum3")(t)))(x)
    with pytest.raises(ValueError, match="vjp rule: give a tuple of 2"):
        tl.grad(lambda t: tl.sum(tl.custom_rule(lambda s, u: s, vjp=lambda s, u, y, g: g)(t, t)))(x)
    with pytest.raises(ValueError, match="pass it as an argument"):
        tl.grad(lambda t: tl.sum(tl.custom_rule(lambda s: s * t, vjp=lambda s, y, g: g)(x)))(x)


def test_stop_gradient():
    assert tl.grad(lambda x: x * tl.stop_gradient(x))(3.0).item() == 3.0
    assert tl.grad(lambda x: x * tl.stop_gradient({"a": (x, "text")})["a"][0])(3.0).item() == 3.0


Layer = collections.namedtuple("Layer", "weight bias")


def test_arguments_are_nests_and_other_things_pass_through():
    def loss(parameters, x, power, *, factor=1.0):
        h = x
        for layer in parameters["layers"]:
            h = tl.tanh(h @ layer.weight + layer.bias)
        return factor * tl.sum(h**power) * (2 if parameters["name"] == "net" else 0)

    shapes = [(2, 3), (3, 1)]
    layers = [Layer(tl.random.normal(s, seed=i), tl.random.normal(s[1], seed=9 + i)) for i, s in enumerate(shapes)]
    parameters = {"layers": layers, "name": "net", "none": None}
    x = tl.random.normal((4, 2), seed=5)
    gradient = tl.grad(loss)(parameters, x, 2, factor=0.5)
    assert list(gradient) == ["layers", "name", "none"] and gradient["name"] is None and gradient["none"] is None
    assert isinstance(gradient["layers"][1], Layer) and isinstance(gradient["layers"], list)

    def of_weight(w):
        return loss({"layers": [Layer(w, layers[0].bias), layers[1]], "name": "net"}, x, 2, factor=0.5)

    assert tl.check.gradient_error(of_weight, layers[0].weight) < 1e-8
    close(gradient["layers"][0].weight, tl.grad(of_weight)(layers[0].weight), 0)
    both = tl.grad(loss, argnums=(0, -2))(parameters, x, 2)
    assert both[1].shape == (4, 2)


def test_values_and_aux_come_along():
    def f(x):
        return tl.sum(x * x), {"note": "text", "double": 2 * x}

    x = tl.tensor([1.0, 2.0])
    (value, aux), gradient = tl.value_and_grad(f, has_aux=True)(x)
    assert value.item() == 5.0 and aux["note"] == "text" and aux["double"].tolist() == [2.0, 4.0]
    assert gradient.tolist() == [2.0, 4.0]
    gradient, aux = tl.grad(f, has_aux=True)(x)
    assert gradient.tolist() == [2.0, 4.0] and aux["double"].tolist() == [2.0, 4.0]
    value, gradient = tl.value_and_grad(lambda t: tl.sum(t))(x)
    assert value.item() == 3.0 and gradient.tolist() == [1.0, 1.0]


def test_vjp_and_jvp_of_nests():
    def f(p, s):
        return {"sum": p[0] + p[1], "product": (p[0] * p[1] * s,)}

    value, pullback = tl.vjp(f, (tl.tensor(2.0), tl.tensor(3.0)), 4.0)
    assert value["product"][0].item() == 24.0
    for _ in range(2):  # again and again
        (a, b), s = pullback({"sum": 1.0, "product": (10.0,)})
        assert (a.item(), b.item(), s.item()) == (121.0, 81.0, 60.0)
    (a, b), s = pullback({"sum": None, "product": (1.0,)})
    assert (a.item(), b.item(), s.item()) == (12.0, 8.0, 6.0)
    value, tangent = tl.jvp(f, ((2.0, 3.0), 4.0), ((1.0, 0.0), 0.0))
    assert tangent["sum"].item() == 1.0 and tangent["product"][0].item() == 12.0
    with pytest.raises(
        ValueError, match=r"vjp: cotangent\['product'\] is a Tensor where a tuple belongs".replace("Tensor", ".*Tensor")
    ):
        pullback({"sum": 1.0, "product": tl.ones(())})
    with pytest.raises(ValueError, match=r"vjp: cotangent\['product'\] has 2 entries where 1 belong"):
        pullback({"sum": 1.0, "product": (1.0, 2.0)})
    with pytest.raises(ValueError, match=r"cotangent\['sum'\] is missing|has 1 entries where 2 belong"):
        pullback({"product": (1.0,)})
    with pytest.raises(ValueError, match="jvp: tangents: give a tuple of 2"):
        tl.jvp(f, ((2.0, 3.0), 4.0), (1.0,))


def test_vmap_over_chosen_axes():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(4, 3)
    close(tl.vmap(tl.dot, in_axes=(0, None))(a, b[0]), a @ b[0])
    close(tl.vmap(tl.vmap(tl.dot, in_axes=(None, 0)), in_axes=(0, None))(a, b), a @ b.T)
    close(tl.vmap(lambda x: 2 * x, in_axes=1, out_axes=1)(a), 2 * a)
    close(tl.vmap(lambda x: 2 * x, in_axes=-1, out_axes=-1)(a), 2 * a)
    mapped = tl.vmap(
        lambda p, s: {"y": p["m"] * p["c"], "s": (s,)}, in_axes=({"m": 0, "c": None}, None), out_axes={"y": 1, "s": 0}
    )
    result = mapped({"m": a, "c": tl.ones(3)}, 5.0)
    close(result["y"], a.T)
    close(result["s"][0], [5.0, 5.0])
    close(tl.vmap(lambda x, y: x + y)(a, tl.zeros((2, 3))), a)
    for wrong, message in [
        (lambda: tl.vmap(tl.add)(a, b), "has 4 elements along its mapped axis, others have 2"),
        (lambda: tl.vmap(tl.add, in_axes=(0,))(a, a), "in_axes has 1 entries for 2 arguments"),
        (lambda: tl.vmap(tl.sin, in_axes="x")(a), "is a str where an axis"),
        (lambda: tl.vmap(tl.sin, in_axes=None)(a), "no argument has a mapped axis"),
        (lambda: tl.vmap(tl.sin, in_axes=2)(a), "axis 2"),
        (lambda: tl.vmap(tl.sin, out_axes=None)(a), "out_axes must be integers"),
    ]:
        with pytest.raises(ValueError, match=message):
            wrong()


def test_branching_is_for_derivatives_and_not_for_batches():
    def f(x):
        return x if x > 0.0 else -x

    assert tl.grad(f)(-2.0).item() == -1.0
    for read in (f, lambda x: float(x) * x, lambda x: np.asarray(x) * x, lambda x: x.item() * x):
        with pytest.raises(ValueError, match="where"):
            tl.vmap(read)(tl.linspace(0, 1, 3))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: tl.grad(lambda x: x)(tl.ones(2)), r"must return a real scalar, got f64 \[2\]"),
        (lambda: tl.grad(lambda x: x + 0j)(1.0), "must return a real scalar, got c128"),
        (lambda: tl.grad(lambda x: (x, x))(1.0), "must return one tensor, not a tuple; use has_aux"),
        (lambda: tl.grad(lambda x: None)(1.0), "must return one tensor, not a NoneType"),
        (lambda: tl.grad(lambda x: x, has_aux=True)(1.0), r"returns \(value, aux\), not a"),
        (lambda: tl.grad(lambda x: x)(3), "hold no floating tensor"),
        (lambda: tl.grad(lambda x: tl.sum(x))(tl.arange(3)), "is i64; derivatives need a floating"),
        (lambda: tl.grad(lambda x: x, argnums=1)(3.0), "argument 1 does not exist; the function was called with 1"),
        (lambda: tl.grad(lambda x: x, argnums=())(3.0), "argnums names no argument"),
        (lambda: tl.vjp(lambda x: "text", 1.0), "returned 'text', which holds no tensor"),
        (lambda: tl.hessian(lambda x: x[0])((1.0, 2.0)), "must be one tensor, not a nest of 2"),
        (lambda: tl.check.taylor_order(lambda x: x, tl.arange(3)), "derivatives need a floating dtype"),
        (lambda: tl.check.taylor_order(lambda x: "text", tl.ones(3)), "must return a tensor, not a str"),
    ],
)
def test_wrong_use_says_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    with pytest.raises(TypeError):
        tl.grad("no function")


class Trouble(Exception):
    pass


def raises_trouble(x):
    raise Trouble("inside")


@pytest.mark.parametrize(
    "call",
    [
        lambda: tl.grad(raises_trouble)(1.0),
        lambda: tl.vmap(raises_trouble)(tl.ones(2)),
        lambda: tl.vmap(tl.grad(tl.checkpoint(raises_trouble)))(tl.ones(2)),
        lambda: tl.jacobian(tl.grad(raises_trouble), mode="forward")(1.0),
        lambda: tl.grad(tl.custom_rule(lambda x: x, vjp=lambda x, y, g: raises_trouble(g)))(1.0),
        lambda: tl.check.dot_product_error(raises_trouble, tl.ones(2)),
        lambda: tl.check.convergence_order(raises_trouble, [1, 2]),
    ],
)
def test_exceptions_keep_their_type_and_traceback(call):
    with pytest.raises(Trouble, match="inside") as caught:
        call()
    assert "raises_trouble" in "".join(traceback.format_tb(caught.value.__traceback__))


def test_functions_are_freed_with_what_used_them():
    class Callable:
        def __call__(self, x):
            return tl.sum(x * x)

    f = Callable()
    gone = weakref.ref(f)
    x = tl.ones(3)
    y = tl.custom_rule(f, vjp=lambda x, y, g: 2 * x * g, name="f")(x)
    pullback = tl.vjp(f, x)[1]
    del f
    gc.collect()
    assert gone() is not None
    pullback(1.0)
    y.eval()
    del pullback, y
    gc.collect()
    assert gone() is None


def test_threads_work_side_by_side():
    expected = tl.grad(lambda t: tl.sum(tl.sin(t @ t)))(tl.eye(50)).numpy()
    wrong = []

    def work():
        for _ in range(20):
            found = tl.grad(lambda t: tl.sum(tl.checkpoint(lambda s: tl.sin(s @ s))(t)))(tl.eye(50)).numpy()
            if not np.array_equal(found, expected):
                wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_nodes_shared_by_threads_are_evaluated_once_and_right():
    y = tl.random.normal((200, 200), seed=1)
    for _ in range(20):
        y = tl.tanh(y @ y / 200)
    values = []
    threads = [threading.Thread(target=lambda: values.append(y.numpy().sum())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(values) == 4 and len(set(values)) == 1


def test_checks_tell_right_from_wrong_derivatives():
    x = tl.tensor([0.3, -0.7, 1.1])
    wrong = tl.custom_rule(tl.sin, jvp=lambda x, y, t: 1.1 * tl.cos(x) * t)
    assert tl.check.taylor_order(tl.sin, x) == pytest.approx(2.0, abs=0.1)
    assert tl.check.taylor_order(wrong, x) == pytest.approx(1.0, abs=0.1)
    assert tl.check.gradient_error(tl.sin, x) < 1e-8 < 0.05 < tl.check.gradient_error(wrong, x)
    bad_pair = tl.custom_rule(tl.sin, jvp=lambda x, y, t: tl.cos(x) * t, vjp=lambda x, y, g: 2 * tl.cos(x) * g)
    assert tl.check.dot_product_error(tl.sin, x) < 1e-15
    assert tl.check.dot_product_error(bad_pair, x) > 1e-2
    assert tl.check.convergence_order(lambda n: 5.0 * n**-3.0, [4, 8, 16]) == pytest.approx(3.0)


def test_a_long_loop_neither_grows_nor_overflows():
    x = tl.zeros(10)
    for _ in range(100000):
        x = x + 1.0
    assert x[3].item() == 1e5

    def f(t):
        y = t
        for _ in range(20000):
            y = y + t
        return tl.sum(y)

    assert tl.grad(f)(tl.ones(3))[0].item() == 20001.0


def test_a_list_that_holds_itself_is_an_error_and_no_crash():
    nest = [tl.ones(2)]
    nest.append(nest)
    with pytest.raises(ValueError, match="nested deeper than 64 levels, or one holds itself"):
        tl.tensor(nest)
    with pytest.raises(RecursionError, match="maximum recursion depth"):
        tl.grad(lambda x: tl.sum(x[0]))(nest)
