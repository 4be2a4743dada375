"""Tensors as values: made of data, shown, indexed, given to numpy, by the rules of numpy."""

import copy
import gc
import weakref

import numpy as np
import pytest

import terrella as tl

DTYPES = ["bool", "int32", "int64", "float32", "float64", "complex64", "complex128"]


def sample(shape, dtype, seed=0):
    generator = np.random.default_rng(seed)
    values = 3 * generator.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * generator.standard_normal(shape)
    return values.astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)])
def test_arrays_go_in_and_out(dtype, shape):
    array = sample(shape, dtype)
    x = tl.tensor(array)
    assert x.shape == shape and x.dtype == array.dtype and x.ndim == len(shape) and x.size == array.size
    assert x.nbytes == array.nbytes and x.device == "cpu"
    for back in (x.numpy(), np.asarray(x), np.array(x), np.asarray(memoryview(x))):
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)


def test_views_of_arrays_keep_their_order():
    array = sample((4, 5, 6), "float64")
    for view in (array.T, array[::-1, ::2], array[:, None, 2], np.broadcast_to(array[0, 0], (3, 6))):
        np.testing.assert_array_equal(tl.tensor(view), view)
        np.testing.assert_array_equal(tl.tensor(view, copy=False), view)


def address(array):
    return array.__array_interface__["data"][0]


def test_memory_that_can_be_written_is_copied_and_the_rest_shared():
    array = sample((50,), "float64")
    x = tl.tensor(array)
    array[0] = 7.0
    assert x[0].item() != 7.0
    frozen = sample((50,), "float64")
    frozen.flags.writeable = False
    assert address(tl.tensor(frozen).numpy()) == address(frozen)
    assert address(tl.tensor(frozen, copy=True).numpy()) != address(frozen)
    view = array[:]
    view.flags.writeable = False  # array itself can still be written
    assert address(tl.tensor(view).numpy()) != address(array)
    assert address(tl.tensor(array, copy=False).numpy()) == address(array)
    assert address(tl.tensor(x.numpy()).numpy()) == address(x.numpy())


def test_arithmetic_never_writes_into_memory_of_others():
    array = sample((1000,), "float64")
    before = array.copy()
    y = tl.tensor(array, copy=False) + 1.0  # the tensor itself is gone when this runs
    np.testing.assert_array_equal(y.numpy(), before + 1.0)
    np.testing.assert_array_equal(array, before)


def test_a_view_keeps_its_tensor_alive_and_cannot_be_written():
    x = tl.linspace(0.0, 1.0, 1000)
    view = x.numpy()
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1.0
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.flags.writeable = True
    with pytest.raises((BufferError, TypeError, ValueError)):
        memoryview(x)[0] = 1.0
    del x
    gc.collect()
    scribble = [tl.full(1000, 7.0).eval() for _ in range(50)]  # would reuse freed memory
    np.testing.assert_array_equal(view, np.linspace(0.0, 1.0, 1000))
    assert len(scribble) == 50


def test_an_array_lives_as_long_as_the_tensor_around_it():
    array = sample((1000,), "float64")
    expected = array.copy()
    x = tl.tensor(array, copy=False)
    del array
    gc.collect()
    scribble = [np.full(1000, 7.0) for _ in range(50)]
    np.testing.assert_array_equal(x, expected)
    assert len(scribble) == 50


@pytest.mark.parametrize(
    "data, dtype",
    [
        (True, "bool"),
        (3, "int64"),
        (3.0, "float64"),
        (3j, "complex128"),
        ([1, 2], "int64"),
        ([1, 2.5], "float64"),
        ([[1, 2], [3, 4j]], "complex128"),
        ([], "float64"),
        (range(3), "int64"),
        (np.int8([1]), "int32"),
        (np.uint16([1]), "int32"),
        (np.uint32([1]), "int64"),
        (np.float16([1]), "float32"),
        (np.float32(2), "float32"),
        (np.array([1.5], dtype=">f8"), "float64"),
        (memoryview(b"ab"), "int32"),
    ],
)
def test_data_find_their_dtype(data, dtype):
    x = tl.tensor(data)
    assert x.dtype == dtype
    np.testing.assert_array_equal(x, np.asarray(data))


@pytest.mark.parametrize(
    "data, options, message",
    [
        ("text", {}, "dtype <U4 has no counterpart"),
        ([[1, 2], [3]], {}, "tensor: .*inhomogeneous"),
        (np.uint64([1]), {}, "dtype uint64 has no counterpart"),
        (object(), {}, "dtype object has no counterpart"),
        ([1j], {"dtype": "float64"}, "would lose their imaginary parts"),
        ([1.0], {"dtype": "float128"}, "has no counterpart; use bool, int32"),
        ([1.0], {"copy": False}, "a list has no memory to share"),
        (np.int8([1]), {"copy": False}, "must be converted; copy=False forbids it"),
        (np.ones(2), {"dtype": "float32", "copy": False}, "f64 as f32 must be converted"),
    ],
)
def test_what_is_no_tensor_says_why(data, options, message):
    with pytest.raises(ValueError, match=message):
        tl.tensor(data, **options)


def test_what_has_array_is_taken():
    class Measured:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3.0)

    np.testing.assert_array_equal(tl.tensor(Measured()) + Measured(), 2 * np.arange(3.0))


def test_tensors_in_lists_are_joined_and_derivatives_flow():
    def f(x):
        return tl.sum(tl.tensor([[x, 2.0], [3 * x, x * x]]) * tl.tensor([[1.0, 10.0], [100.0, 1000.0]]))

    assert tl.grad(f)(2.0).item() == 1 + 300 + 4000
    with pytest.raises(ValueError, match="a list of tensors holds a str"):
        tl.tensor([tl.ones(()), "x"])


def test_numbers_adopt_the_precision_of_tensors_and_arrays_do_not():
    x = tl.ones(2, dtype=tl.float32)
    assert (2.0 * x).dtype == tl.float32 and (x + 1j).dtype == tl.complex64 and (x * True).dtype == tl.float32
    assert (x * np.float64(2.0)).dtype == tl.float64 == (x * tl.tensor(2.0)).dtype
    assert (tl.ones(2, dtype=tl.int32) + 1).dtype == tl.int32
    with pytest.raises(ValueError, match="does not fit into 64 bits"):
        x + 2**64


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        slice(None),
        slice(1, 3),
        slice(None, None, -2),
        slice(-100, 100),
        None,
        Ellipsis,
        (0, 1),
        (Ellipsis, 0),
        (slice(None), None, 2),
        (0, Ellipsis, -1),
        [0, 2, 2],
        np.array([[0, 1], [2, -1]]),
        (slice(None), [0, 1], 0),
        ([0, 1], slice(None), [1, 2]),
        ([0, 1], [1, 2]),
        (0, slice(None), [1, 2]),
        np.int64(1),
        np.arange(60).reshape(3, 4, 5) % 7 == 0,
        np.array([True, False, True]),
        (slice(None), np.array([True, False, True, True])),
        (np.array([True, False, True]), [0, 1]),
        [],
        (slice(2, 1),),
        np.zeros((2, 0), int),
        (None, 0, None),
    ],
    ids=repr,
)
def test_indices_follow_numpy(index):
    array = np.arange(60.0).reshape(3, 4, 5)
    x = tl.tensor(array)
    np.testing.assert_array_equal(x[index], array[index])
    expected = array.copy()
    expected[index] = -1.0
    np.testing.assert_array_equal(x.at[index].set(-1.0), expected)
    np.testing.assert_array_equal(x.at[index].get(), array[index])
    expected = array.copy()
    np.add.at(expected, index, 2.0)
    np.testing.assert_array_equal(x.at[index].add(2.0), expected)
    np.testing.assert_array_equal(x, array)


def test_tensors_are_indices_and_values():
    x = tl.arange(5)
    np.testing.assert_array_equal(x[tl.tensor([3, 0])], [3, 0])
    np.testing.assert_array_equal(x[x > 2], [3, 4])
    np.testing.assert_array_equal(x.at[x > 2].set(tl.tensor([10, 20])), [0, 1, 2, 10, 20])
    assert x[tl.tensor(2)].item() == 2
    assert [10, 20, 30][tl.tensor(2)] == 30


@pytest.mark.parametrize(
    "index, error, message",
    [
        (3, IndexError, "3 is out of range for axis 0 of extent 3"),
        ((0, 0, 0), IndexError, r"3 indices for a tensor of shape \[3, 2\]"),
        ("a", IndexError, "a str is no index"),
        (1.0, IndexError, "a float is no index"),
        ([0.5], IndexError, "a list is no index"),
        (True, IndexError, "a single True or False is no index"),
        (np.array([True, False]), IndexError, r"mask of shape \[2\] does not match"),
        ((Ellipsis, Ellipsis), IndexError, "more than one ellipsis"),
        (slice(None, None, 0), ValueError, "slice step cannot be zero"),
        (slice("a", None), TypeError, "str"),
    ],
)
def test_wrong_indices_say_what_is_wrong(index, error, message):
    with pytest.raises(error, match=message):
        tl.zeros((3, 2))[index]


def test_index_tensors_out_of_range_are_found_when_evaluated():
    y = tl.zeros(3)[tl.tensor([0, 3])]
    with pytest.raises(IndexError, match="3"):
        y.eval()


def test_operators_take_what_can_be_a_tensor_and_leave_the_rest_to_others():
    class Other:
        def __add__(self, _x):
            return "from the left"

        def __radd__(self, _x):
            return "from the right"

    x = tl.tensor([1.0, 2.0])
    for other in (3.0, 3, True, np.float32(3), np.array([3.0, 4.0]), [3.0, 4.0], x, 3 + 4j):
        np.testing.assert_array_equal(np.asarray(x - other), np.asarray(x) - np.asarray(other))
        np.testing.assert_array_equal(np.asarray(other - x), np.asarray(other) - np.asarray(x))
        np.testing.assert_array_equal(np.asarray(x.__sub__(other)), np.asarray(x - other))
    np.testing.assert_array_equal(np.asarray(2.0**x), [2.0, 4.0])
    assert x + Other() == "from the right" and Other() + x == "from the left"
    with pytest.raises(TypeError, match="unsupported operand"):
        x * object()
    with pytest.raises(TypeError, match="unsupported operand"):
        pow(x, 2, 3)
    with pytest.raises(ValueError, match="64 bits"):
        x + 10**30


def test_a_nest_is_evaluated_at_once():
    x = tl.linspace(0.0, 1.0, 5)
    nest = {"a": [x + 1.0, None, "text"], "b": (tl.sin(x), 3)}
    with tl.profile() as seen:
        assert tl.eval(nest) is nest
    assert {row.name for row in seen.by_operation} == {"add", "sin"}
    with tl.profile() as seen:
        tl.eval(nest)
        tl.eval(x)
        tl.eval(3.0)
    assert seen.events == ()
    with pytest.raises(IndexError):
        tl.eval([x[tl.tensor([7])]])


def test_weak_references_see_the_end_of_a_tensor():
    x = tl.tensor([1.0]) + 1.0
    seen = weakref.ref(x)
    assert seen() is x
    del x
    assert seen() is None


def test_a_tensor_never_changes():
    x = tl.zeros(3)
    with pytest.raises(TypeError, match=r"use x = x.at\[index\].set\(value\)"):
        x[0] = 1.0
    y = x
    y += 1.0
    assert x.tolist() == [0.0, 0.0, 0.0] and y.tolist() == [1.0, 1.0, 1.0]
    assert copy.copy(x) is x and copy.deepcopy([x])[0] is x
    with pytest.raises(TypeError, match="unhashable"):
        hash(x)


def test_one_element_is_a_number():
    assert float(tl.tensor(2.5)) == 2.5 and int(tl.tensor([3.7])) == 3 and complex(tl.tensor(1j)) == 1j
    assert tl.tensor(True).item() is True and isinstance(tl.tensor(3).item(), int)
    assert bool(tl.tensor(0.0)) is False and list(range(tl.tensor(3))) == [0, 1, 2]
    assert f"{float(tl.tensor(0.5)):.1f}" == "0.5"
    for wrong, error, message in [
        (lambda: bool(tl.ones(2)), ValueError, "ambiguous; use any"),
        (lambda: tl.ones(2).item(), ValueError, "needs exactly one"),
        (lambda: float(tl.ones(2)), ValueError, "needs exactly one"),
        (lambda: float(tl.tensor(1j)), TypeError, "complex tensor; use .real"),
        (lambda: [1, 2][tl.tensor(1.0)], TypeError, "one integer"),
        (lambda: len(tl.tensor(1.0)), TypeError, "without axes"),
        (lambda: iter(tl.tensor(1.0)), TypeError, "without axes"),
    ]:
        with pytest.raises(error, match=message):
            wrong()


def test_sequences():
    x = tl.arange(6).reshape(3, 2)
    assert len(x) == 3 and [row.tolist() for row in x] == [[0, 1], [2, 3], [4, 5]]
    a, b, c = x
    assert c.tolist() == [4, 5] and x.tolist() == [[0, 1], [2, 3], [4, 5]] and x.T.shape == (2, 3)
    assert x.reshape((2, 3)).shape == (2, 3) == x.reshape(2, -1).shape and x.ravel().shape == (6,)
    with pytest.raises(ValueError, match="reshape"):
        x.reshape(4, 2)


def test_repr():
    assert repr(tl.tensor([1.0, 2.5])) == "tensor([1. , 2.5])"
    assert repr(tl.tensor([1, 2], dtype=tl.int32)) == "tensor([1, 2], dtype=int32)"
    assert repr(tl.zeros((0,))) == "tensor([], dtype=float64)"
    assert "..." in repr(tl.arange(5000))
    seen = []
    tl.vmap(lambda x: (seen.append(repr(x)), x)[1])(tl.ones((2, 3)))
    assert seen == ["tensor(<traced>, shape=(3,), dtype=float64)"]


def test_numpy_hands_its_functions_over():
    array = np.array([1.0, 2.0])
    x = tl.tensor(array)
    for y in (array + x, array * x, np.sin(x), np.arctan2(array, x), np.float64(2.0) * x, array > x, array @ x):
        assert isinstance(y, tl.Tensor)
    np.testing.assert_array_equal(array - x * 2, -array)
    assert tl.grad(lambda t: tl.sum(np.sin(t) * array))(x).tolist() == pytest.approx(list(np.cos(array) * array))
    for y in (
        np.sum(x),
        np.mean(x, axis=0),
        np.concatenate([x, array]),
        np.where(x > 1, x, 0.0),
        np.reshape(x, (2, 1)),
    ):
        assert isinstance(y, tl.Tensor)
    assert tl.grad(lambda t: np.sum(np.reshape(t, (2, 1)) * 2.0))(x).tolist() == [2.0, 2.0]
    with pytest.raises(TypeError):
        x + "text"
    with pytest.raises(TypeError):
        x + None
    assert (x == None) is False  # noqa: E711


def test_numpys_other_functions_work_on_values_and_never_lose_a_derivative():
    x = tl.tensor([3.0, 1.0, 2.0])
    assert np.sort(x).tolist() == [1.0, 2.0, 3.0] and np.add.reduce(x) == 6.0 and np.linalg.norm(x, 1) == 6.0
    assert np.sum(x, dtype=np.float32).dtype == np.float32 and np.nextafter(x, x).tolist() == [3.0, 1.0, 2.0]
    for lost in (
        np.sort,
        lambda t: np.add.reduce(t),
        lambda t: np.nextafter(t, t),
        lambda t: np.sum(t, dtype=np.float32),
    ):
        with pytest.raises(TypeError, match="the derivative would be lost"):
            tl.grad(lambda t, lost=lost: tl.sum(lost(t)))(x)
    with pytest.raises(TypeError, match="a tensor never changes and cannot be out="):
        np.add(x, x, out=x)


def test_settings():
    before = tl.set_threads(1)
    try:
        assert tl.threads() == 1
        one = tl.sum(tl.random.normal(300000, seed=3)).item()
        tl.set_threads(2)
        assert tl.sum(tl.random.normal(300000, seed=3)).item() == one
        with pytest.raises(ValueError, match="-1 threads"):
            tl.set_threads(-1)
    finally:
        tl.set_threads(before)
    assert tl.devices() == ["cpu"]


def test_memory_that_cannot_be_had_is_an_error_of_its_own():
    with pytest.raises(tl.ResourceError, match="out of memory"):
        (tl.ones(1 << 50) + 1.0).eval()
