"""DLPack both ways, with numpy and, where they are installed, torch and jax."""

import ctypes
import gc

import numpy as np
import pytest

import terrella as tl

DTYPES = ["bool", "int32", "int64", "float32", "float64", "complex64", "complex128"]


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2)])
def test_numpy_reads_our_memory(dtype, shape):
    x = tl.ones(shape, dtype=dtype)
    array = np.from_dlpack(x)
    assert array.dtype == dtype and array.shape == shape
    np.testing.assert_array_equal(array, np.ones(shape, dtype))
    if array.size:
        assert not array.flags.writeable and address(array) == address(x.numpy())


@pytest.mark.parametrize("dtype", DTYPES)
def test_we_read_numpys_memory(dtype):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    x = tl.from_dlpack(array)
    assert x.dtype == dtype and address(x.numpy()) == address(array)
    for view in (array.T, array[:, ::2], array[::-1]):
        np.testing.assert_array_equal(tl.from_dlpack(view), view)
    assert tl.from_dlpack(np.zeros((2, 0))).shape == (2, 0)
    assert tl.from_dlpack(x) is not None and address(tl.from_dlpack(x).numpy()) == address(array)


def test_memory_lives_as_long_as_anyone_uses_it():
    array = np.from_dlpack(tl.linspace(0.0, 1.0, 1000))
    x = tl.from_dlpack(np.linspace(0.0, 1.0, 1000))
    gc.collect()
    scribble = [np.full(1000, 7.0) for _ in range(50)] + [tl.full(1000, 7.0).eval() for _ in range(50)]
    np.testing.assert_array_equal(array, np.linspace(0.0, 1.0, 1000))
    np.testing.assert_array_equal(x, np.linspace(0.0, 1.0, 1000))
    assert len(scribble) == 100


def name_of(capsule):
    get_name = ctypes.pythonapi.PyCapsule_GetName
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    return get_name(capsule).decode()


def test_both_kinds_of_capsules():
    x = tl.ones(3)
    assert x.__dlpack_device__() == (1, 0)
    assert name_of(x.__dlpack__()) == "dltensor" == name_of(x.__dlpack__(max_version=(0, 8)))
    assert name_of(x.__dlpack__(max_version=(1, 0))) == "dltensor_versioned"

    class Old:  # a consumer and a producer from before 1.0
        def __init__(self, capsule):
            self.capsule = capsule

        def __dlpack__(self):
            return self.capsule

        def __dlpack_device__(self):
            return (1, 0)

    old = Old(x.__dlpack__())
    y = tl.from_dlpack(old)
    assert y.tolist() == [1.0, 1.0, 1.0] and address(y.numpy()) != address(x.numpy())  # it may be written to: a copy
    assert name_of(old.capsule) == "used_dltensor"
    with pytest.raises(BufferError, match="no unused DLPack capsule"):
        tl.from_dlpack(old)
    z = tl.from_dlpack(Old(x.__dlpack__(max_version=(1, 1))))
    assert address(z.numpy()) == address(x.numpy())
    assert address(np.from_dlpack(x, copy=True)) != address(x.numpy()) and np.from_dlpack(x, copy=True).flags.writeable


def test_capsules_nobody_takes_free_their_memory():
    for _ in range(1000):
        tl.ones(1 << 20, dtype=tl.bool_).__dlpack__(max_version=(1, 0))  # 1 GiB if it were kept


def test_what_cannot_be_exchanged_says_why():
    x = tl.ones(3)
    with pytest.raises(BufferError, match="cannot say that memory is read-only"):
        x.__dlpack__(copy=False)
    with pytest.raises(BufferError, match="has no stream"):
        x.__dlpack__(stream=1)
    with pytest.raises(BufferError, match="cannot be exported to another device"):
        x.__dlpack__(dl_device=(2, 0))
    with pytest.raises(BufferError, match="type code 1 of 8 bits"):
        tl.from_dlpack(np.zeros(2, np.uint8))
    with pytest.raises(TypeError, match="a list has no __dlpack__"):
        tl.from_dlpack([1.0])

    class Elsewhere:
        def __dlpack__(self, **options):
            raise BufferError("data on the moon")

    with pytest.raises(BufferError, match="on the moon"):
        tl.from_dlpack(Elsewhere())


def test_read_only_arrays_are_shared():
    array = np.arange(6.0)
    array.setflags(write=False)
    assert address(tl.from_dlpack(array).numpy()) == address(array)


def test_copy_and_device():
    array = np.arange(6.0)
    x = tl.from_dlpack(array, copy=True)
    assert address(x.numpy()) != address(array) and x.tolist() == array.tolist()
    assert address(tl.from_dlpack(x, copy=True).numpy()) != address(x.numpy())
    for device in ("cpu", (1, 0)):
        assert address(tl.from_dlpack(array, device=device, copy=False).numpy()) == address(array)
    with pytest.raises(BufferError, match=r"device 'cuda'; tensors are on 'cpu', which is \(1, 0\)"):
        tl.from_dlpack(array, device="cuda")

    class Copier:  # made a copy although none was wanted
        def __dlpack__(self, **options):
            assert options.pop("copy", False) is False
            return tl.ones(3).__dlpack__(copy=True, **options)

    assert tl.from_dlpack(Copier()).tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(BufferError, match="made a copy, which copy=False forbids"):
        tl.from_dlpack(Copier(), copy=False)


def test_producers_are_asked_for_what_they_know():
    asked = []

    class Early:  # knows max_version only
        def __dlpack__(self, *, stream=None, max_version=None):
            asked.append(max_version)
            return tl.ones(3).__dlpack__(max_version=max_version)

    class Elsewhere:  # brings its data where they are wanted
        def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
            asked.append((dl_device, copy))
            return tl.ones(3).__dlpack__(max_version=max_version)

    x = tl.from_dlpack(Early(), device="cpu", copy=True)
    assert asked == [(1, 0)] and x.tolist() == [1.0, 1.0, 1.0]
    tl.from_dlpack(Elsewhere(), device="cpu")
    tl.from_dlpack(Elsewhere(), copy=True)
    assert asked[1:] == [((1, 0), None), (None, True)]


def test_shared_memory_is_never_written():
    array = np.arange(1000.0)
    x = tl.from_dlpack(array)
    y = tl.exp(x)  # would be computed in the memory of x, were it ours
    del x
    y.eval()
    np.testing.assert_array_equal(array, np.arange(1000.0))


@pytest.mark.parametrize("peer", ["torch", "jax.numpy"])
def test_peers(peer):
    module = pytest.importorskip(peer)
    theirs = module.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(tl.from_dlpack(theirs), np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(tl.tensor(theirs) + theirs, 2 * np.arange(6.0).reshape(2, 3))
    ours = tl.linspace(0.0, 1.0, 5, dtype=tl.float32)
    np.testing.assert_array_equal(np.asarray(module.from_dlpack(ours)), ours)
