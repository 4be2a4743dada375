"""Fourier transforms beside numpy's."""

import numpy as np
import pytest

import terrella as tl

random = np.random.default_rng(3)


def array(shape, dtype):
    x = random.normal(size=shape)
    return (x + 1j * random.normal(size=shape) if np.issubdtype(dtype, np.complexfloating) else x).astype(dtype)


def tolerance(dtype):
    return 3e-6 if np.finfo(dtype).bits == 32 else 1e-14


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
def test_one_axis_as_numpy(dtype, norm):
    for shape, axis in (((7,), -1), ((4, 30), 1), ((30, 4), 0), ((3, 16, 5), 1)):
        x = array(shape, dtype)
        for n in (None, 5, 12, 33):
            names = ["fft", "ifft", "irfft"] + ([] if np.iscomplexobj(x) else ["rfft"])
            for name in names:
                want = getattr(np.fft, name)(x.astype("complex128" if np.iscomplexobj(x) else "float64"), n, axis, norm)
                got = getattr(tl.fft, name)(x, n, axis, norm)
                assert got.shape == want.shape
                np.testing.assert_allclose(got, want, rtol=0, atol=tolerance(dtype) * np.abs(want).max())


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_several_axes_as_numpy(dtype):
    x = array((6, 10, 9), dtype)
    choices = [{}, {"axes": (0, 2)}, {"s": (4, 8)}, {"s": (8, 4), "axes": (2, 0)}, {"axes": (1,), "norm": "ortho"}]
    for options in choices:
        if "s" in options and "axes" not in options:
            options = {**options, "axes": (-2, -1)}  # numpy deprecates that they follow from s
        for name in ["fftn", "ifftn", "irfftn"] + ([] if dtype == "complex128" else ["rfftn"]):
            np.testing.assert_allclose(
                getattr(tl.fft, name)(x, **options), getattr(np.fft, name)(x, **options), rtol=0, atol=1e-12
            )
    for name in ["fft2", "ifft2", "irfft2"] + ([] if dtype == "complex128" else ["rfft2"]):
        np.testing.assert_allclose(getattr(tl.fft, name)(x), getattr(np.fft, name)(x), rtol=0, atol=1e-12)


def test_the_last_axes_follow_from_lengths():
    x = array((3, 6, 9), "float64")
    assert tl.fft.fftn(x, (4, 8)).shape == (3, 4, 8)


def test_frequencies_as_numpy():
    for n in (1, 2, 7, 8):
        np.testing.assert_allclose(tl.fft.fftfreq(n, 0.1), np.fft.fftfreq(n, 0.1), rtol=1e-15)
        np.testing.assert_allclose(tl.fft.rfftfreq(n, 0.1), np.fft.rfftfreq(n, 0.1), rtol=1e-15)
        x = array((n, 3), "float64")
        for axes in (None, 0, (0, 1)):
            np.testing.assert_array_equal(tl.fft.fftshift(x, axes), np.fft.fftshift(x, axes))
            np.testing.assert_array_equal(tl.fft.ifftshift(x, axes), np.fft.ifftshift(x, axes))


def test_a_spectral_derivative_and_its_gradient():
    n = 64
    k = tl.fft.fftfreq(n, 1 / n)
    x = 2 * np.pi * np.arange(n) / n

    def slope(u):
        return tl.real(tl.fft.ifft(1j * k * tl.fft.fft(u)))

    np.testing.assert_allclose(slope(np.sin(3 * x)), 3 * np.cos(3 * x), atol=1e-12)
    u = tl.tensor(array(n, "float64"))
    gradient = tl.jit(tl.grad(lambda u: tl.sum(slope(u) ** 2)))(u)
    np.testing.assert_allclose(gradient, -2 * slope(slope(u)), rtol=0, atol=1e-10)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="norm 'half'"):
        tl.fft.fft([1.0], norm="half")
    with pytest.raises(ValueError, match="call fftn"):
        tl.fft.rfft([1j])
    with pytest.raises(ValueError, match="1 or more"):
        tl.fft.fft([1.0], 0)
