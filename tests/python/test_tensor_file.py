"""tl.save and tl.load: both formats, and files exchanged with other programs."""

import json
import struct

import numpy as np
import pytest

import terrella as tl

DTYPES = ["bool", "int32", "int64", "float32", "float64", "complex64", "complex128"]
EXTENSIONS = [".safetensors", ".h5", ".hdf5"]


def examples():
    rng = np.random.default_rng(1)
    arrays = {}
    for dtype in DTYPES:
        for shape in [(), (3,), (2, 0), (2, 3, 4)]:
            values = 10 * rng.standard_normal(shape) + 10j * rng.standard_normal(shape)
            kept = values if "complex" in dtype else values.real
            arrays[f"{dtype}/{len(shape)}{shape.count(0)}"] = np.asarray(kept).astype(dtype)
    return arrays


def same(x, array):
    x = np.asarray(x)
    assert x.dtype == array.dtype and x.shape == array.shape
    assert x.tobytes() == array.tobytes()


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_is_saved_is_loaded(tmp_path, extension):
    path = tmp_path / ("file" + extension)
    arrays = examples()
    tl.save(path, arrays, {"note": "µ₀", "empty": ""})
    loaded = tl.load(path)
    assert sorted(loaded) == sorted(arrays)
    for name, array in arrays.items():
        same(loaded[name], array)
    assert tl.load_metadata(path) == {"note": "µ₀", "empty": ""}
    tl.save(path, {})
    assert tl.load(str(path)) == {} and tl.load_metadata(path) == {}


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_lazy_tensors_views_and_numbers_are_saved(tmp_path, extension):
    path = tmp_path / ("file" + extension)
    x = tl.linspace(0.0, 1.0, 12).reshape((3, 4))
    tl.save(path, {"lazy": tl.sin(x), "view": x.T[::-1], "number": 2, "list": [1.0, 2.0]})
    loaded = tl.load(path)
    same(loaded["lazy"], np.asarray(tl.sin(x)))
    same(loaded["view"], np.ascontiguousarray(np.asarray(x).T[::-1]))
    assert loaded["number"].item() == 2 and loaded["list"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_large_tensors(tmp_path, extension):
    path = tmp_path / ("file" + extension)
    x = np.arange(3_000_000, dtype=np.float64) ** 0.5
    tl.save(path, {"x": x, "small": np.float32(1)})
    same(tl.load(path)["x"], x)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_failure_leaves_the_old_file(tmp_path, extension):
    path = tmp_path / ("file" + extension)
    tl.save(path, {"x": tl.ones(3)})
    with pytest.raises(tl.SolveError):
        tl.save(path, {"x": tl.linalg.cholesky(-tl.eye(2))})
    with pytest.raises(TypeError, match="save: 'x' is a str, not a tensor"):
        tl.save(path, {"x": "text"})
    with pytest.raises(TypeError, match="save: names are texts, not 1"):
        tl.save(path, {1: tl.ones(3)})
    assert tl.load(path)["x"].tolist() == [1.0, 1.0, 1.0]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    with pytest.raises(tl.TerrellaError, match="create the folder first"):
        tl.save(tmp_path / "nowhere" / path.name, {})


def test_other_extensions_are_refused_naming_both_formats(tmp_path):
    with pytest.raises(ValueError, match=r"'.npz' names no format for tensors; use .safetensors, or .h5 \(.hdf5\)"):
        tl.save(tmp_path / "file.npz", {})


def test_damaged_files_say_what_is_wrong(tmp_path):
    path = tmp_path / "file.safetensors"
    tl.save(path, {"weight": tl.ones(3)})
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(
        tl.FormatError, match="tensor 'weight' ends at byte 24 of the values, but the file holds 23"
    ) as e:
        tl.load(path)
    assert e.value.path == str(path)
    with pytest.raises(tl.FormatError, match="No such file"):
        tl.load(tmp_path / "missing.safetensors")
    header = json.dumps({"t": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 0]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(tl.FormatError, match="more elements than memory can hold"):
        tl.load(path)


def test_the_library_of_the_format_reads_ours(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "ours.safetensors"
    arrays = examples()
    tl.save(path, arrays, {"note": "text"})
    theirs = safetensors.load_file(path)
    assert sorted(theirs) == sorted(arrays)
    for name, array in arrays.items():
        if array.dtype == np.complex128:
            assert theirs[name].shape == (*array.shape, 2)
            np.testing.assert_array_equal(theirs[name][..., 0] + 1j * theirs[name][..., 1], array)
        else:
            same(theirs[name], array)
    with pytest.importorskip("safetensors").safe_open(path, framework="numpy") as file:
        assert file.metadata()["note"] == "text"


def test_we_read_what_the_library_of_the_format_writes(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "theirs.safetensors"
    arrays = {name: array for name, array in examples().items() if array.dtype != np.complex128}
    halves = np.array([0.1, -65504.0, 6e-8, np.inf], dtype=np.float16)
    narrow = {"halves": halves, "bytes": np.array([0, 255], np.uint8), "words": np.array([2**32 - 1], np.uint32)}
    safetensors.save_file({**arrays, **narrow}, path, {"note": "text"})
    ours = tl.load(path)
    assert sorted(ours) == sorted([*arrays, *narrow]) and tl.load_metadata(path) == {"note": "text"}
    for name, array in arrays.items():
        same(ours[name], array)
    same(ours["halves"], halves.astype(np.float32))
    same(ours["bytes"], np.array([0, 255], np.int32))
    same(ours["words"], np.array([2**32 - 1], np.int64))
    safetensors.save_file({"x": np.array([1], np.uint64)}, path)
    with pytest.raises(tl.FormatError, match="tensor 'x' has dtype 'U64'"):
        tl.load(path)


def test_all_halves_are_read_exactly(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "halves.safetensors"
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    safetensors.save_file({"halves": halves}, path)
    np.testing.assert_array_equal(np.asarray(tl.load(path)["halves"]), halves.astype(np.float32))


def test_h5py_reads_ours(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "ours.h5"
    arrays = examples()
    tl.save(path, arrays, {"note": "µ₀"})
    with h5py.File(path) as file:
        group = file["tensors"]
        assert dict(group.attrs) == {"note": "µ₀"} and sorted(group) == sorted(DTYPES)
        for name, array in arrays.items():
            same(group[name][()], array)


def test_content_tells_the_format_not_the_name(tmp_path):
    for extension in EXTENSIONS:
        tl.save(tmp_path / ("file" + extension), {"x": tl.ones(3)})
        other = (tmp_path / ("file" + extension)).rename(tmp_path / "file.bin")
        assert tl.load(other)["x"].tolist() == [1.0, 1.0, 1.0]
    (tmp_path / "file.bin").write_bytes(b"something else")
    with pytest.raises(tl.FormatError, match="is in no format of arrays that is known"):
        tl.load(tmp_path / "file.bin")


def test_only_the_named_tensors(tmp_path):
    for extension in EXTENSIONS:
        path = tmp_path / ("file" + extension)
        tl.save(path, {"a": 1.0, "b": 2.0})
        assert list(tl.load(path, names=["b"])) == ["b"] and tl.load(path, []) == {}
        with pytest.raises(tl.FormatError, match="holds no tensor 'c'"):
            tl.load(path, ["c"])


def test_names_that_hdf5_cannot_hold_together(tmp_path):
    with pytest.raises(ValueError, match="'a' is the name of a tensor and, in 'a/b', of a group; rename one"):
        tl.save(tmp_path / "file.h5", {"a": 1.0, "a/b": 2.0})
