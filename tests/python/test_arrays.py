"""tl.load of the arrays that the field shares, against NumPy, SciPy and h5py; damaged files by the thousand."""

import io
import os
import pickle
import struct
import subprocess
import sys
import zipfile
import zlib

import numpy as np
import pytest

import terrella as tl

PLAIN = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"]
PLAIN += ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c8", "<c16", ">c16"]
SHAPES = [(), (1,), (7,), (0,), (3, 4), (2, 0, 3), (2, 3, 4, 5)]


def example(dtype, shape, seed=1):
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return np.asarray(
            rng.integers(info.min, min(info.max, 2**63 - 1), shape, endpoint=True, dtype=dtype.newbyteorder("="))
        )
    x = np.asarray(rng.standard_normal(shape) + (1j * rng.standard_normal(shape) if dtype.kind == "c" else 0))
    return x.astype(dtype)


def same(ours, theirs):
    """Equal to the bit, in the dtype that holds every value."""
    x = np.asarray(ours)
    assert x.shape == theirs.shape
    wide = {"b": ["bool"], "i": ["int32", "int64"], "u": ["int32", "int64"], "f": ["float32", "float64"]}
    assert x.dtype in wide.get(theirs.dtype.kind, ["complex64", "complex128"])
    if theirs.dtype.itemsize >= 4 and theirs.dtype.kind not in "u":
        assert x.dtype == theirs.dtype.newbyteorder("=")
    assert np.ascontiguousarray(x).tobytes() == np.ascontiguousarray(theirs.astype(x.dtype)).tobytes()


@pytest.mark.parametrize("dtype", PLAIN)
def test_npy_and_npz(tmp_path, dtype):
    arrays = {}
    for shape in SHAPES:
        for order in "CF":
            x = np.asarray(example(dtype, shape).astype(dtype), order=order)
            arrays[f"{len(shape)}{shape.count(0)}{order}"] = x
            np.save(tmp_path / "x.npy", x)
            same(tl.load(tmp_path / "x.npy")["array"], x)
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "x.npz", **arrays)
        found = tl.load(tmp_path / "x.npz")
        assert sorted(found) == sorted(arrays)
        for name, x in arrays.items():
            same(found[name], x)
    assert list(tl.load(tmp_path / "x.npz", ["10C"])) == ["10C"]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_versions_of_npy(tmp_path, version):
    x = np.arange(6.0).reshape(2, 3)
    with open(tmp_path / "x.npy", "wb") as file:
        np.lib.format.write_array(file, x, version=version)
    same(tl.load(tmp_path / "x.npy")["array"], x)


def test_zip64(tmp_path):
    x = np.arange(1000.0)
    buffer = io.BytesIO()
    np.save(buffer, x)
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("x.npy", "w", force_zip64=True) as member:
            member.write(buffer.getvalue())
        archive.comment = b"a comment"
    same(tl.load(tmp_path / "x.npz")["x"], x)
    # as an archive beyond 4 GiB has it: sizes, offset and the directory in 64 bits
    name, body, crc = b"y.npy", buffer.getvalue(), zlib.crc32(buffer.getvalue())
    ones, n = 0xFFFFFFFF, len(buffer.getvalue())
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, 0, 0, 0, crc, ones, ones, len(name), 20) + name
    local += struct.pack("<HHQQ", 1, 16, n, n)
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45, 45, 0, 0, 0, 0, crc, ones, ones, len(name), 28, 0, 0, 0, 0, ones
    )
    entry += name + struct.pack("<HHQQQ", 1, 24, n, n, 0)
    at = len(local) + n
    end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), at)
    end += struct.pack("<4sIQI", b"PK\6\7", 0, at + len(entry), 1)
    end += struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, ones, ones, 0)
    (tmp_path / "y.npz").write_bytes(local + body + entry + end)
    same(tl.load(tmp_path / "y.npz")["y"], x)


class Trap:
    def __reduce__(self):
        return os.system, ("touch TRAP",)


def test_pickles_are_never_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    np.savez("x.npz", good=np.ones(2), bad=np.array([Trap()], dtype=object))
    for name in ("x.npy", "x.npz"):
        with pytest.raises(tl.FormatError, match=r"holds Python objects \(a pickle\), which are never loaded"):
            tl.load(name)
    assert tl.load("x.npz", ["good"])["good"].tolist() == [1, 1]
    for protocol in (2, 3, 4, 5):
        with zipfile.ZipFile("x.pt", "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps({"x": Trap()}, protocol))
        with pytest.raises(
            tl.FormatError, match="asks for posix.system, which is not a part of tensors; nothing of it is run"
        ):
            tl.load("x.pt")
    assert not (tmp_path / "TRAP").exists()


def test_what_npy_cannot_bring_is_refused(tmp_path):
    path = tmp_path / "x.npy"
    for x, message in [
        (np.array(["a"]), "has dtype '<U1'"),
        (np.array([b"a"]), "has dtype '|S1'"),
        (np.zeros(2, [("a", "f8"), ("b", "i4")]), "holds records of several fields"),
        (np.array([1], np.longdouble), "has dtype '<f16'"),
        (np.array(["2020-01-01"], "M8[D]"), "has dtype '<M8"),
        (np.array([2**63], np.uint64), "the unsigned number 9223372036854775808 at position 0 is beyond int64"),
    ]:
        np.save(path, x)
        with pytest.raises(tl.FormatError, match=message.replace("[", r"\[").replace("|", r"\|")):
            tl.load(path)
    np.save(path, np.ones((3, 2)))
    whole = path.read_bytes()
    for bad, message in [
        (whole[:-1], "48 bytes, but holds 47"),
        (whole + b"x", "48 bytes, but holds 49"),
        (whole[:50], "cut off within its header"),
        (whole.replace(b"(3, 2)", b"(3,-2)"), "more elements than memory can hold"),
        (whole.replace(b"'shape'", b"'shope'"), "has a damaged header"),
        (whole.replace(b"(3, 2), }", b"(9999999999999, 9999999999), }"), "more elements than memory can hold"),
        (whole[:6] + b"\x09" + whole[7:], "unknown .npy version 9"),
        (whole[:-48] + b"" + whole[-48:].replace(b"\x3f", b"\x3f"), None),
    ]:
        path.write_bytes(bad)
        if message is None:
            tl.load(path)
            continue
        with pytest.raises(tl.FormatError, match=message):
            tl.load(path)


def test_damaged_archives_say_so(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, x=np.arange(1000.0))
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with pytest.raises(tl.FormatError, match="'x.npy' (is damaged|does not unpack)"):
        tl.load(path)
    path.write_bytes(whole[:-30])
    with pytest.raises(tl.FormatError, match="has no directory at its end"):
        tl.load(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("x.npy", b"x")
    with pytest.raises(tl.FormatError, match="packed by method 12"):
        tl.load(path)
    path.write_bytes(whole)
    with pytest.raises(tl.FormatError, match="holds no array 'y'"):
        tl.load(path, ["y"])
    bomb = bytearray(whole)
    entry = bomb.rindex(b"PK\1\2")
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 2**31)
    path.write_bytes(bomb)
    with pytest.raises(tl.FormatError, match="claims 2147483648 bytes from"):
        tl.load(path)


MATLAB = ["bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "f4", "f8", "c8", "c16"]


@pytest.mark.parametrize("compressed", [False, True])
def test_matlab_5(tmp_path, compressed):
    scipy_io = pytest.importorskip("scipy.io")
    path = tmp_path / "x.mat"
    arrays = {}
    for dtype in MATLAB:
        for shape in [(1, 1), (3, 4), (0, 2), (2, 3, 4)]:
            arrays[f"x_{dtype}_{len(shape)}{shape[0]}"] = example(dtype, shape).astype(dtype)
    scipy_io.savemat(path, arrays, do_compression=compressed)
    found, theirs = tl.load(path), scipy_io.loadmat(path)
    assert sorted(found) == sorted(arrays)
    for name, x in arrays.items():
        # SciPy gives truth values back as numbers
        same(found[name], theirs[name].astype(bool) if x.dtype == bool else theirs[name])
        np.testing.assert_array_equal(np.asarray(found[name]), x)


def element(type_, data, order):
    return struct.pack(order + "II", type_, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(order, class_, extents, name, stored, values, flags=0, imaginary=None):
    body = element(6, struct.pack(order + "II", class_ | flags, 0), order)
    body += element(5, struct.pack(order + f"{len(extents)}i", *extents), order) + element(1, name, order)
    for part in (values,) if imaginary is None else (values, imaginary):
        body += element(stored, part, order)
    return element(14, body, order)


def header(order):
    return b"MATLAB 5.0 MAT-file, by hand".ljust(124) + (b"\0\1IM" if order == "<" else b"\1\0MI")


@pytest.mark.parametrize("order", "<>")
def test_matlab_5_of_both_byte_orders_with_narrow_storage(tmp_path, order):
    """MATLAB itself stores whole numbers of class double in bytes; SciPy reads both byte orders but writes one."""
    path = tmp_path / "x.mat"
    x = (np.arange(6) - 2).astype(order + "i2")
    y, twice = np.array([1.5, -2.5], order + "f4"), np.array([3, -5], order + "f4")
    path.write_bytes(
        header(order)
        + matrix(order, 6, (2, 3), b"small", 3, x.tobytes())
        + matrix(order, 7, (1, 2), b"z", 7, y.tobytes(), 0x800, twice.tobytes())
        + matrix(order, 9, (1, 3), b"truth", 2, b"\0\1\1", 0x200)
    )
    found, theirs = tl.load(path), pytest.importorskip("scipy.io").loadmat(path)
    np.testing.assert_array_equal(np.asarray(found["small"]), x.reshape(3, 2).T)
    assert np.asarray(found["small"]).dtype == np.float64
    np.testing.assert_array_equal(np.asarray(found["z"]), [[1.5 + 3j, -2.5 - 5j]])
    assert found["truth"].tolist() == [[False, True, True]]
    for name in found:
        np.testing.assert_array_equal(np.asarray(found[name]), theirs[name])


def test_matlab_5_refuses_what_is_no_array_of_numbers(tmp_path):
    scipy_io, sparse = pytest.importorskip("scipy.io"), pytest.importorskip("scipy.sparse")
    path = tmp_path / "x.mat"
    cell = np.empty(2, object)
    cell[:] = [1, "a"]
    for value, message in [
        ("text", "'x' is a text"),
        (cell, "'x' is a cell array"),
        ({"a": 1}, "'x' is a struct"),
        (sparse.eye(3, format="csc"), "'x' is a sparse matrix"),
    ]:
        scipy_io.savemat(path, {"x": value, "good": np.ones(2)})
        with pytest.raises(tl.FormatError, match=message):
            tl.load(path)
        assert tl.load(path, ["good"])["good"].tolist() == [[1, 1]]
    with pytest.raises(tl.FormatError, match="holds no array 'y'"):
        tl.load(path, ["good", "y"])
    order = "<"
    good = matrix(order, 6, (1, 2), b"x", 9, np.ones(2).tobytes())
    for body, message in [
        (good[:-1], "claims 72 bytes, 71 follow"),
        (matrix(order, 6, (1, 3), b"x", 9, np.ones(2).tobytes()), "has 16 bytes of values instead of 24"),
        (matrix(order, 6, (-1, 2), b"x", 9, np.ones(2).tobytes()), "has a shape that is impossible"),
        (matrix(order, 6, (2**31 - 1,) * 3, b"x", 9, b""), "has a shape that is impossible"),
        (matrix(order, 6, (1, 2), b"x", 77, np.ones(2).tobytes()), "unknown type 77"),
        (matrix(order, 12, (1, 2), b"x", 9, np.ones(2).tobytes()), "stores whole numbers as fractions"),
        (matrix(order, 9, (1, 1), b"x", 2, b"\2", 0x200), "truth value at position 0 is 2"),
        (good + good, "stands twice"),
        (
            element(15, zlib.compress(good)[:-3], order)[: 8 + len(zlib.compress(good)) - 3],
            "packed array that is damaged",
        ),
    ]:
        path.write_bytes(header(order) + body)
        with pytest.raises(tl.FormatError, match=message):
            tl.load(path)


def test_matlab_7_3(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "x.mat"
    x, z = np.arange(24.0).reshape(2, 3, 4), np.array([[1 + 2j, 3 - 4j]])
    with h5py.File(path, "w", userblock_size=512) as file:

        def put(name, value, class_, **attributes):
            d = file.create_dataset(
                name, data=value, **(dict(chunks=True, compression="gzip") if np.ndim(value) > 1 else {})
            )
            d.attrs["MATLAB_class"] = np.bytes_(class_)
            for key, item in attributes.items():
                d.attrs[key] = item

        put("x", x.T, "double")
        put("z", np.array([[(1, 2)], [(3, -4)]], [("real", "f8"), ("imag", "f8")]), "double")
        put("truth", np.array([[1], [0]], np.uint8), "logical", MATLAB_int_decode=np.int32(1))
        put("none", np.array([0, 3], np.uint64), "double", MATLAB_empty=np.uint8(1))
        put("small", np.array([[5], [6]], np.int16), "int16")
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM"
    with open(path, "r+b") as file:
        file.write(head)
    found = tl.load(path)
    np.testing.assert_array_equal(np.asarray(found["x"]), x)
    np.testing.assert_array_equal(np.asarray(found["z"]), z)
    assert found["truth"].tolist() == [[True, False]] and found["none"].shape == (0, 3)
    assert found["small"].tolist() == [[5, 6]]
    with h5py.File(path, "a") as file:
        file.create_dataset("text", data=np.array([[72], [105]], np.uint16)).attrs["MATLAB_class"] = np.bytes_("char")
    with pytest.raises(tl.FormatError, match="text: is of MATLAB's class char; name the arrays"):
        tl.load(path)
    assert list(tl.load(path, ["x"])) == ["x"]


def test_hdf5_as_pdebench_has_it(tmp_path):
    h5py = pytest.importorskip("h5py")
    rng = np.random.default_rng(1)
    with h5py.File(tmp_path / "1D_Advection.hdf5", "w") as file:
        file["tensor"] = rng.standard_normal((5, 4, 8)).astype(np.float32)
        file["t-coordinate"] = np.linspace(0, 1, 5)
        file["x-coordinate"] = np.linspace(0, 1, 8)
        file["group/deep"] = np.arange(3, dtype=">i4")
        file.attrs["beta"] = 0.1
        theirs = {"tensor": file["tensor"][()], "t-coordinate": file["t-coordinate"][()]}
    found = tl.load(tmp_path / "1D_Advection.hdf5")
    assert sorted(found) == ["group/deep", "t-coordinate", "tensor", "x-coordinate"]
    for name, x in theirs.items():
        same(found[name], x)
    ds = tl.data.hdf5(tmp_path / "1D_Advection.hdf5", ["tensor"])
    assert len(ds) == 5
    with h5py.File(tmp_path / "text.h5", "w") as file:
        file["x"], file["text"] = np.ones(2), "text"
    with pytest.raises(tl.FormatError, match="text: holds texts, not numbers; name the arrays that you want"):
        tl.load(tmp_path / "text.h5")
    assert tl.load(tmp_path / "text.h5", ["x"])["x"].tolist() == [1, 1]


def test_pytorch(tmp_path):
    """By PyTorch itself where this machine has it: Debian's is not in our environment."""
    code = (
        "import torch, numpy as np, sys\n"
        "d = {'a': torch.arange(6).reshape(2, 3).float(), 'n': {'b': torch.ones(2, dtype=torch.bfloat16)},"
        " 't': torch.arange(12.0).reshape(3, 4).t()[1:], 'z': torch.tensor([1 + 2j]), 's': torch.tensor(3),"
        " 'half': torch.tensor([0.5]).half(), 'p': torch.nn.Parameter(torch.ones(2)), 'bool': torch.tensor([True]),"
        " 'empty': torch.zeros(0, 3)}\n"
        "torch.save(d, sys.argv[1] + '/d.pt'); torch.save(d['t'], sys.argv[1] + '/t.pt')\n"
        "torch.save(torch.nn.Linear(2, 3).state_dict(), sys.argv[1] + '/w.pt')\n"
        "torch.save({'x': 1}, sys.argv[1] + '/x.pt')\n"
        "torch.save(torch.nn.Linear(2, 3), sys.argv[1] + '/m.pt')\n"
    )
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if subprocess.run(["/usr/bin/python3", "-c", code, tmp_path], env=clean, capture_output=True).returncode:
        pytest.skip("no PyTorch here")
    d = tl.load(tmp_path / "d.pt")
    assert sorted(d) == ["a", "bool", "empty", "half", "n/b", "p", "s", "t", "z"]
    assert d["a"].tolist() == [[0, 1, 2], [3, 4, 5]] and d["n/b"].tolist() == [1, 1] and d["z"].tolist() == [1 + 2j]
    expected = np.arange(12.0).reshape(3, 4).T[1:]
    np.testing.assert_array_equal(np.asarray(d["t"]), expected)
    np.testing.assert_array_equal(np.asarray(tl.load(tmp_path / "t.pt")["array"]), expected)
    assert d["s"].item() == 3 and d["half"].item() == 0.5 and d["empty"].shape == (0, 3)
    assert sorted(tl.load(tmp_path / "w.pt")) == ["bias", "weight"]
    with pytest.raises(tl.FormatError, match="'x' is no tensor; name the tensors"):
        tl.load(tmp_path / "x.pt")
    with pytest.raises(tl.FormatError, match="asks for torch.nn.modules.linear.Linear"):
        tl.load(tmp_path / "m.pt")


class Torch(pickle.Unpickler):
    """What a file of torch.save holds, by Python's own unpickler with NumPy in the place of PyTorch."""

    def __init__(self, archive):
        self.archive = archive
        self.pickle = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        super().__init__(archive.open(self.pickle))

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, shape, strides, *_: np.lib.stride_tricks.as_strided(
                storage[offset:], shape, [step * storage.itemsize for step in strides]
            )
        return {"OrderedDict": dict, "DoubleStorage": "f8", "FloatStorage": "f4", "BoolStorage": "?"}[name]

    def persistent_load(self, key):
        return np.frombuffer(self.archive.read(self.pickle.replace("data.pkl", f"data/{key[2]}")), key[1])


def test_real_files(data):
    """Every file of pde-ml, against SciPy, NumPy and Python's unpickler."""
    scipy_io = pytest.importorskip("scipy.io")
    files = sorted((data / "pde-ml").rglob("*.*"))
    assert len(files) == 12
    for path in files:
        ours = tl.load(path)
        if path.suffix == ".mat":
            theirs = {k: v for k, v in scipy_io.loadmat(path).items() if not k.startswith("__")}
        elif path.suffix == ".npz":
            theirs = dict(np.load(path))
        else:
            with zipfile.ZipFile(path) as archive:
                theirs = Torch(archive).load()
        assert sorted(ours) == sorted(theirs) and ours
        for name, x in theirs.items():
            same(ours[name], x)


@pytest.mark.parametrize("kind", ["npy", "npz", "mat", "h5", "pt"])
def test_a_thousand_damaged_files_give_arrays_or_a_format_error(tmp_path, data, kind):
    rng = np.random.default_rng(3)
    good = tmp_path / f"good.{kind}"
    x = np.arange(40.0).reshape(5, 8)
    if kind == "npy":
        np.save(good, x)
    elif kind == "npz":
        np.savez_compressed(good, x=x, y=np.arange(3))
    elif kind == "mat":
        pytest.importorskip("scipy.io").savemat(good, {"x": x, "z": 1j * x}, do_compression=True)
    elif kind == "h5":
        with pytest.importorskip("h5py").File(good, "w") as file:
            file.create_dataset("x", data=x, chunks=(2, 3), compression="gzip", shuffle=True)
            file["g/y"] = np.arange(3)
    else:
        good = data / "pde-ml/neuraloperator/darcy_test_16.pt"
    whole = good.read_bytes()
    bad, outcomes = tmp_path / f"bad.{kind}", {"read": 0, "refused": 0}
    for _ in range(100 if kind == "h5" else 1000):
        damaged = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            at = rng.integers(len(damaged)) if rng.random() < 0.5 else rng.integers(min(len(damaged), 600))
            if rng.random() < 0.8:
                damaged[at] = rng.integers(256)
            else:
                del damaged[at:]
                break
            if not damaged:
                break
        bad.write_bytes(damaged)
        try:
            for value in tl.load(bad).values():
                np.asarray(value)
            outcomes["read"] += 1
        except tl.FormatError as error:
            assert str(bad) in str(error)
            outcomes["refused"] += 1
    assert outcomes["refused"] > 10, outcomes


def test_our_own_tool_chain_reads_what_was_loaded(tmp_path):
    """What comes from others can be saved by us: strided tensors, too."""
    x = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    np.save(tmp_path / "x.npy", x)
    tl.save(tmp_path / "x.safetensors", tl.load(tmp_path / "x.npy"))
    np.testing.assert_array_equal(np.asarray(tl.load(tmp_path / "x.safetensors")["array"]), x)
    assert sys.byteorder == "little"
