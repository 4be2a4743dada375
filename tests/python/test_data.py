"""tl.data: samples from files to training, against numpy and h5py."""

import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import terrella as tl

h5py = pytest.importorskip("h5py")

ROWS = 103


def example(rows=ROWS):
    rng = np.random.default_rng(7)
    return {
        "image": rng.standard_normal((rows, 6, 5)).astype(np.float32),
        "label": np.arange(rows, dtype=np.int64),
        "spectrum": rng.standard_normal((rows, 4)) + 1j * rng.standard_normal((rows, 4)),
    }


LAYOUTS = {
    "contiguous": {},
    "chunks of one": dict(chunks=1, compression="gzip", shuffle=True),
    "chunks of ten": dict(chunks=10, compression="gzip", shuffle=True),
    "no shuffle": dict(chunks=7, compression="gzip"),
    "no deflate": dict(chunks=7, shuffle=True),
    "raw chunks": dict(chunks=16),
    "one chunk": dict(chunks=ROWS, compression="gzip", shuffle=True),
}


def write(path, arrays, chunks=None, group="", cut=False, **options):
    with h5py.File(path, "w") as file:
        for name, x in arrays.items():
            shape = None
            if chunks:
                # cut: chunks that divide the axes behind the first, too, and do not fit their extents
                inner = tuple(max(1, n // 2 + 1) for n in x.shape[1:]) if cut else x.shape[1:]
                shape = (min(chunks, len(x)), *inner)
            file.create_dataset(group + name, data=x, chunks=shape, **options)
    return path


def collect(iterable):
    samples = list(iterable)
    return {name: np.array([np.asarray(s[name]) for s in samples]) for name in samples[0]}


def same(a, b):
    assert sorted(a) == sorted(b)
    for name in a:
        assert a[name].dtype == b[name].dtype, name
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def values(iterable, name="label"):
    return [np.asarray(sample[name]).tolist() for sample in iterable]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("cut", [False, True], ids=["rows", "cut"])
@pytest.mark.parametrize("block_bytes", [1, 700, 1 << 20])
def test_samples_are_those_of_h5py(tmp_path, layout, cut, block_bytes):
    arrays = example()
    path = write(tmp_path / "a.h5", arrays, group="deep/", cut=cut, **LAYOUTS[layout])
    ds = tl.data.hdf5(path, {name: f"deep/{name}" for name in arrays}, block_bytes=block_bytes, threads=2)
    assert len(ds) == ROWS
    same(collect(ds), arrays)
    inner = (slice(1, None, 2), slice(-3, -1))
    part = tl.data.hdf5(path, {"image": ("deep/image", inner)}, block_bytes=block_bytes)
    np.testing.assert_array_equal(collect(part)["image"], arrays["image"][:, 1::2, -3:-1])


def test_fields_of_different_chunks(tmp_path):
    arrays = example()
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for (name, x), rows in zip(arrays.items(), (3, 64, 10), strict=True):
            file.create_dataset(name, data=x, chunks=(rows, *x.shape[1:]), compression="gzip")
    same(collect(tl.data.hdf5(tmp_path / "a.h5", block_bytes=1000)), arrays)


@pytest.mark.parametrize(
    "dtype", ["i1", "u1", "<i2", ">i2", ">u2", "<u4", ">i4", ">i8", "<u8", "<f2", ">f2", ">f4", ">f8"]
)
def test_narrow_and_foreign_numbers(tmp_path, dtype):
    rng = np.random.default_rng(1)
    x = (
        (100 * rng.standard_normal((20, 3))).astype(dtype)
        if "u" not in dtype
        else rng.integers(0, 200, (20, 3)).astype(dtype)
    )
    for options in ({}, dict(chunks=(4, 2), compression="gzip", shuffle=True)):
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file.create_dataset("x", data=x, **options)
        found = collect(tl.data.hdf5(tmp_path / "a.h5"))["x"]
        assert found.dtype in (np.int32, np.int64, np.float32, np.float64)
        np.testing.assert_array_equal(found.astype(np.float64), x.astype(np.float64))


def test_truth_values_big_endian_complex_and_what_was_never_written(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["truth"] = np.arange(12) % 3 == 0
        file["z"] = (np.arange(12) + 2j).astype(">c16")
        file.create_dataset("fill", (12, 2), "f4", fillvalue=2.5)
        holes = file.create_dataset("holes", (12, 2), "f8", chunks=(5, 1), fillvalue=-1.0)
        holes[6:, 1] = 3.0
    found = collect(tl.data.hdf5(tmp_path / "a.h5"))
    np.testing.assert_array_equal(found["truth"], np.arange(12) % 3 == 0)
    np.testing.assert_array_equal(found["z"], np.arange(12) + 2j)
    assert (found["fill"] == 2.5).all() and found["fill"].shape == (12, 2)
    expected = np.full((12, 2), -1.0)
    expected[6:, 1] = 3.0
    np.testing.assert_array_equal(found["holes"], expected)


def test_a_user_block_moves_everything(tmp_path):
    x = np.arange(40.0).reshape(20, 2)
    with h5py.File(tmp_path / "a.h5", "w", userblock_size=1024) as file:
        file["flat"] = x
        file.create_dataset("packed", data=x, chunks=(3, 2), compression="gzip")
        file.create_dataset("raw", data=x, chunks=(3, 2))
    found = collect(tl.data.hdf5(tmp_path / "a.h5"))
    for name in ("flat", "packed", "raw"):
        np.testing.assert_array_equal(found[name], x)


def test_many_files_and_rows(tmp_path):
    arrays = example()
    paths = []
    for i, (begin, end) in enumerate([(0, 40), (40, 41), (41, 103)]):
        part = {name: x[begin:end] for name, x in arrays.items()}
        paths.append(write(tmp_path / f"{i}.h5", part, chunks=9, compression="gzip"))
    same(collect(tl.data.hdf5(paths)), arrays)
    same(collect(tl.data.hdf5([str(p) for p in paths], rows=slice(30, -10))), {n: x[30:-10] for n, x in arrays.items()})


def test_groups_that_are_samples(tmp_path):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((11, 4, 3))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for i in range(11):
            file[f"{i:04d}/data"] = x[i]
            file[f"{i:04d}/grid/x"] = np.arange(3.0)
            file[f"{i:04d}/seed"] = i
    ds = tl.data.hdf5(tmp_path / "a.h5", {"u": "*/data", "seed": "*/seed"}, block_bytes=200)
    assert len(ds) == 11
    found = collect(ds)
    np.testing.assert_array_equal(found["u"], x)
    np.testing.assert_array_equal(found["seed"], np.arange(11))
    assert sorted(values(ds.shuffle(seed=1), "seed")) == list(range(11))


@pytest.mark.parametrize("buffer", [1, 25, 1000])
def test_shuffle_gives_every_sample_once_in_an_order_of_its_epoch(tmp_path, buffer):
    path = write(tmp_path / "a.h5", example(), chunks=4, compression="gzip")
    ds = tl.data.hdf5(path, block_bytes=1).shuffle(seed=5, buffer=buffer)
    first, again, other = values(ds), values(ds.epoch(0)), values(ds.epoch(1))
    assert first == again and first != other and sorted(first) == sorted(other) == list(range(ROWS))
    assert values(tl.data.hdf5(path, block_bytes=1).shuffle(seed=6, buffer=buffer)) != first
    assert first != list(range(ROWS))
    sample = collect(ds)
    np.testing.assert_array_equal(sample["image"], example()["image"][sample["label"]])


def test_shuffle_is_uniform():
    """Where each of 8 samples lands in 4000 epochs: every cell expects 500, with a deviation of 21."""
    ds = tl.data.arrays(label=np.arange(8)).shuffle(seed=2)
    counts = np.zeros((8, 8))
    for epoch in range(4000):
        counts[np.arange(8), values(ds.epoch(epoch))] += 1
    assert abs(counts - 500).max() < 5 * 21


def test_order_and_values_do_not_depend_on_threads(tmp_path):
    path = write(tmp_path / "a.h5", example(), chunks=5, compression="gzip", shuffle=True)

    def stream(threads, ahead):
        ds = tl.data.hdf5(path, threads=threads, block_bytes=1).shuffle(seed=1, buffer=20)
        ds = ds.map(lambda s: {"label": s["label"], "sum": tl.sum(s["image"])}, threads=threads)
        ds = ds.filter(lambda s: s["label"].item() % 5 != 0).batch(7)
        return collect_batches((ds.prefetch(ahead) if ahead else ds).repeat(2))

    expected = stream(1, 0)
    for threads in (1, 2, 4):
        for ahead in (0, 1, 3):
            assert stream(threads, ahead) == expected


def collect_batches(ds):
    return [{name: np.asarray(x).tolist() for name, x in batch.items()} for batch in ds]


def pipelines(path):
    """Every stage, in an order in which it has work to do."""
    hdf5 = tl.data.hdf5(path, block_bytes=1)
    arrays = tl.data.arrays(label=np.arange(40), square=np.arange(40.0) ** 2)
    generated = tl.data.generate(lambda i: {"label": i, "root": np.sqrt(float(i))}, 30)
    streamed = tl.data.stream(lambda epoch: ({"label": 100 * epoch + i} for i in range(25)))
    other = tl.data.arrays(other=np.arange(40) + 0.5)
    double = dict(f=lambda s: {**s, "double": 2 * s["label"]})
    odd = dict(keep=lambda s: s["label"].item() % 3 != 1)
    return {
        "plain": hdf5,
        "shuffle": hdf5.shuffle(seed=1, buffer=17),
        "batches": hdf5.shuffle(seed=1, buffer=17).batch(8),
        "map": arrays.map(**double),
        "map on threads": arrays.map(**double, threads=3),
        "filter": arrays.filter(**odd).batch(5),
        "late shuffle": arrays.map(**double).shuffle(seed=4, buffer=7),
        "late shuffle of a shuffle": arrays.shuffle(seed=1).filter(**odd).shuffle(seed=4, buffer=6).batch(4),
        "window": arrays.window(5, 3),
        "window with gaps": arrays.window(2, 7),
        "window of a filter": arrays.filter(**odd).window(4),
        "zip": tl.data.zip([arrays, other]).batch(3),
        "interleave": tl.data.interleave([arrays.take(9), arrays.take(4), arrays.shard(4, 3)], block=2),
        "repeat": arrays.take(6).shuffle(seed=9).repeat(4),
        "repeat of batches": arrays.shuffle(seed=9).batch(16).repeat(2),
        "take": arrays.shuffle(seed=1).take(13),
        "shard": hdf5.shard(3, 1).shuffle(seed=2),
        "late shard": arrays.map(**double).shard(3, 2),
        "prefetch": hdf5.shuffle(seed=3).batch(10).prefetch(3),
        "cache": arrays.filter(**odd).cache().shuffle(seed=8, buffer=9).repeat(3),
        "generate": generated.shuffle(seed=1).batch(4),
        "stream": streamed.shuffle(seed=1, buffer=6).batch(2).repeat(2).prefetch(),
        "all": hdf5.shuffle(seed=1, buffer=30)
        .map(**double)
        .filter(**odd)
        .shuffle(seed=2, buffer=10)
        .batch(4)
        .prefetch(2)
        .repeat(2),
    }


PIPELINES = """
plain, shuffle, batches, map, map on threads, filter, late shuffle, late shuffle of a shuffle, window, window with gaps,
window of a filter, zip, interleave, repeat, repeat of batches, take, shard, late shard, prefetch, cache, generate,
stream, all"""
PIPELINES = sorted(name.strip() for name in PIPELINES.split(","))


def test_every_pipeline_is_tested(tmp_path):
    assert sorted(pipelines(write(tmp_path / "a.h5", {"label": np.arange(50)}))) == PIPELINES


@pytest.mark.parametrize("name", PIPELINES)
def test_an_iteration_goes_on_where_another_one_stood(tmp_path, name):
    path = write(tmp_path / "a.h5", {"label": np.arange(50), "x": np.arange(100.0).reshape(50, 2)}, chunks=4)
    whole = collect_batches(pipelines(path)[name])
    assert len(whole) >= 4
    for stop in sorted({0, 1, 2, 3, len(whole) // 2, len(whole) // 2 + 1, len(whole) - 1, len(whole)}):
        iteration = iter(pipelines(path)[name])
        before = [next(iteration) for _ in range(stop)]
        state = iteration.state()
        assert state == iteration.state() and "\n" not in state
        assert len(before) == stop
        rest = pipelines(path)[name].resume(state)
        assert collect_batches(rest) == whole[stop:], stop
        # and once more from the middle of what was restored
        rest = pipelines(path)[name].resume(state)
        if stop + 1 < len(whole):
            next(rest)
            assert collect_batches(pipelines(path)[name].resume(rest.state())) == whole[stop + 1 :]
    assert collect_batches(pipelines(path)[name].resume(state)) == []


@pytest.mark.parametrize("name", PIPELINES)
def test_lengths_are_told_before(tmp_path, name):
    ds = pipelines(write(tmp_path / "a.h5", {"label": np.arange(50)}, chunks=4))[name]
    if any(word in ds.recipe for word in ("filter", "stream")):
        with pytest.raises(TypeError, match="number of samples is not known"):
            len(ds)
    else:
        assert len(ds) == len(list(ds))


def test_an_iteration_goes_on_in_another_process_with_other_threads(tmp_path):
    path = write(tmp_path / "a.h5", example(), chunks=5, compression="gzip")
    code = (
        "import sys, json, terrella as tl\n"
        "ds = tl.data.hdf5(sys.argv[1], ['label'], threads=1, block_bytes=1).shuffle(seed=1, buffer=30).batch(9)\n"
        "print(json.dumps([b['label'].tolist() for b in ds.resume(sys.argv[2])]))\n"
    )
    ds = tl.data.hdf5(path, ["label"], threads=4, block_bytes=1).shuffle(seed=1, buffer=30).batch(9).prefetch(4)
    iteration = iter(ds)
    for _ in range(5):
        next(iteration)
    told = subprocess.run(
        [sys.executable, "-c", code, path, iteration.state()], capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == values(iteration)


def test_states_of_other_pipelines_and_no_states_are_refused():
    ds = tl.data.arrays(x=np.arange(10)).shuffle(seed=1)
    state = iter(ds).state()
    with pytest.raises(tl.TerrellaError, match="belongs to another one than"):
        tl.data.arrays(x=np.arange(10)).shuffle(seed=2).resume(state)
    for bad in (
        "",
        "nonsense",
        state + " x",
        state + " 1",
        state[:-2],
        state.replace(" 0 0", " 0 11"),
        state.replace(" 0 0", " 0 -1"),
    ):
        with pytest.raises(tl.TerrellaError, match="state of a pipeline"):
            ds.resume(bad)


def test_stages_against_numpy():
    x = np.arange(20.0)
    ds = tl.data.arrays(x=x)
    assert [b["x"].tolist() for b in ds.batch(6)] == [x[i : i + 6].tolist() for i in range(0, 20, 6)]
    assert [b["x"].tolist() for b in ds.batch(6, drop_last=True)] == [x[i : i + 6].tolist() for i in range(0, 18, 6)]
    windows = np.lib.stride_tricks.sliding_window_view(x, 4)[::3]
    assert [b["x"].tolist() for b in ds.window(4, 3)] == windows.tolist()
    assert values(ds.take(3), "x") == [0, 1, 2] and values(ds.shard(3, 1), "x") == list(range(6, 13))
    assert values(ds.map(lambda s: s).shard(3, 1), "x") == [1, 4, 7, 10, 13, 16, 19]
    assert values(ds.take(2).repeat(2), "x") == [0, 1, 0, 1]
    assert values(ds.take(3).interleave(ds.take(1), block=2), "x") == [0, 1, 0, 2]
    parts = [values(ds.shard(7, i), "x") for i in range(7)]
    assert sum(parts, []) == x.tolist() and {len(p) for p in parts} == {2, 3}


def test_a_cache_computes_once():
    calls = []
    ds = tl.data.arrays(x=np.arange(5)).map(lambda s: calls.append(1) or s).cache()
    assert values(ds, "x") == values(ds, "x") == values(ds.epoch(3), "x") == [0, 1, 2, 3, 4]
    assert len(calls) == 5
    ds = tl.data.arrays(x=np.arange(5)).map(lambda s: calls.append(1) or s).cache()
    next(iter(ds))  # a part of an epoch is not kept
    assert len(list(ds)) == 5 and len(calls) == 11


def test_tensors_are_not_copied(tmp_path):
    x = tl.tensor(np.arange(12.0).reshape(6, 2))
    address = np.asarray(x).ctypes.data
    samples = list(tl.data.arrays(x=x))
    assert [np.asarray(s["x"]).ctypes.data - address for s in samples] == [0, 16, 32, 48, 64, 80]
    path = write(tmp_path / "a.h5", {"x": np.arange(1000.0).reshape(100, 10)})
    samples = list(tl.data.hdf5(path))
    addresses = np.array([np.asarray(s["x"]).ctypes.data for s in samples])
    assert (np.diff(addresses) == 80).all()  # views of one block


def test_what_is_dropped_is_freed(tmp_path):
    path = write(tmp_path / "a.h5", {"x": np.zeros((2000, 1000))}, chunks=20, compression="gzip")
    ds = tl.data.hdf5(path).map(lambda s: s).batch(20).prefetch(2)
    before, most = tl.memory().in_use, 0
    for _ in ds:
        most = max(most, tl.memory().in_use - before)
    assert most < 8e6  # of 16 MB, a batch has 160 kB, a block 1 MB
    del _
    assert tl.memory().in_use - before < 2e5


def test_wrong_arguments_are_refused_before_anything_is_read(tmp_path):
    ds = tl.data.arrays(x=np.arange(4))
    for call, message in [
        (lambda: ds.batch(0), "batch: 0 samples; give 1 or more"),
        (lambda: ds.window(0), "window: size 0, stride 1"),
        (lambda: ds.window(2, 0), "window: size 2, stride 0"),
        (lambda: ds.take(-1), "take: -1 samples"),
        (lambda: ds.shard(2, 2), "shard: part 2 of 2"),
        (lambda: ds.repeat(-1), "repeat: -1 times"),
        (lambda: ds.prefetch(0), "prefetch: 0 samples"),
        (lambda: ds.shuffle(buffer=0), "shuffle: a buffer of 0 samples"),
        (lambda: ds.map(lambda s: s, threads=0), "map: 0 threads"),
        (lambda: ds.interleave(ds, block=0), "interleave: blocks of 0 samples"),
        (lambda: ds.zip(tl.data.arrays(y=np.arange(5))), "zip: one dataset has 4 samples, another 5"),
        (lambda: ds.epoch(-1), "epoch -1; the first is 0"),
        (lambda: tl.data.zip([]), "zip: no datasets"),
        (lambda: tl.data.arrays(), "no fields"),
        (lambda: tl.data.arrays(x=np.arange(3), y=np.arange(4)), "'y' has 4 rows, but 'x' 3"),
        (lambda: tl.data.arrays(x=1.0), "'x' is a single number"),
        (lambda: tl.data.hdf5([]), "no files"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(ValueError, match="two fields 'x'"):
        list(ds.zip(ds))
    with pytest.raises(ValueError, match=r"'x' is i64 \[1\] and then i64 \[2\]"):
        list(tl.data.generate(lambda i: {"x": np.arange(i + 1)}, 3).map(lambda s: s).batch(3))
    with pytest.raises(TypeError, match="map: a sample is a dict of arrays, not a int"):
        list(ds.map(lambda s: 1))
    with pytest.raises(TypeError, match="map: field 'x' is a str"):
        list(ds.map(lambda s: {"x": "text"}))
    with pytest.raises(tl.TerrellaError, match="repeat: the dataset has no samples"):
        list(ds.take(0).repeat())


def test_errors_name_file_array_and_what_is_wrong(tmp_path):
    arrays = example()
    a = write(tmp_path / "a.h5", arrays, chunks=10)
    b = write(tmp_path / "b.h5", {**arrays, "image": arrays["image"][:, :5]}, chunks=10)
    c = write(tmp_path / "c.h5", {**arrays, "label": arrays["label"][:-1]}, chunks=10)
    for paths, fields, message in [
        ([a], ["nothing"], f"{a}: nothing: is not in the file"),
        ([a, b], None, f"{b}: image: holds f32 rows of shape .5, 5., others f32 of .6, 5."),
        ([c], ["image", "label"], f"{c}: label: has 102 rows, but image has 103"),
        ([a, tmp_path / "d.h5"], None, f"{tmp_path / 'd.h5'}: cannot be opened: No such file"),
    ]:
        with pytest.raises(tl.FormatError, match=message):
            tl.data.hdf5(paths, fields)
    (tmp_path / "e.h5").write_bytes(b"no HDF5 at all")
    with pytest.raises(tl.FormatError, match="e.h5: cannot be opened by libhdf5"):
        tl.data.hdf5(tmp_path / "e.h5")
    with h5py.File(tmp_path / "f.h5", "w") as file:
        file["texts"] = ["a", "b"]
        file["x"] = np.arange(3)
        file["soft"] = h5py.SoftLink("/x")
        file["out"] = h5py.ExternalLink(str(a), "label")
        file.create_dataset("lzf", data=np.arange(3), chunks=(3,), compression="lzf")
        file.create_virtual_dataset("virtual", h5py.VirtualLayout((3,), "f8"))
    for field, message in [
        ("texts", "holds texts, not numbers"),
        ("soft", "is a soft, external or user-defined link"),
        ("out", "is a soft, external or user-defined link"),
        ("lzf", "is packed with filter 32000 .lzf."),
        ("virtual", "virtual"),
    ]:
        with pytest.raises(tl.FormatError, match=f"f.h5: {field}: .*{message}"):
            tl.data.hdf5(tmp_path / "f.h5", [field])
    more = [write(tmp_path / f"more{i}.h5", arrays, chunks=10) for i in range(40)]
    ds = tl.data.hdf5([a, *more])  # so many that the first is not kept open
    os.utime(a, (1, 1))
    with pytest.raises(tl.TerrellaError, match="a.h5: was changed or removed since the dataset was made"):
        next(iter(ds))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_damaged_chunk_names_file_array_and_rows(tmp_path, threads, shuffled):
    arrays = example()
    path = write(tmp_path / "a.h5", arrays, chunks=10, compression="gzip", shuffle=True)
    with h5py.File(path) as file:
        info = file["image"].id.get_chunk_info(4)
        assert info.chunk_offset == (40, 0, 0)
    with open(path, "r+b") as file:
        file.seek(info.byte_offset + info.size // 2)
        file.write(b"\xff" * 16)
    ds = tl.data.hdf5(path, block_bytes=1, threads=threads)
    iteration = iter(ds.shuffle(seed=1, buffer=20) if shuffled else ds)
    seen = []
    with pytest.raises(tl.FormatError, match=rf"{path}: image: the chunk at \[40, 0, 0\], rows 40 to 49, ") as error:
        for sample in iteration:
            seen.append(sample["label"].item())
    assert error.value.path == str(path)
    with pytest.raises(tl.TerrellaError, match="ended by an error: .*rows 40 to 49"):  # nothing is passed over
        next(iteration)
    assert iteration.state() != iter(ds).state()
    if not shuffled:
        assert seen == list(range(40))
    same(collect(tl.data.hdf5(path, ["label"])), {"label": arrays["label"]})


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    path = write(tmp_path / "a.h5", {"x": np.arange(10000.0)})
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(tl.FormatError, match="a.h5"):
        tl.data.hdf5(path)


@pytest.mark.parametrize("chunks", [None, 10])
def test_a_file_that_is_written_over_while_it_is_read_is_an_error(tmp_path, chunks):
    path = write(tmp_path / "a.h5", example(2000), chunks=chunks)
    ds = tl.data.hdf5(path, ["label"], block_bytes=1, threads=1)
    iteration = iter(ds)
    next(iteration)
    with open(path, "r+b") as file:
        file.seek(-8, os.SEEK_END)
        file.write(b"\xff" * 8)
    os.utime(path, (1, 1))  # clocks of file systems tick slowly
    for rest in (iteration, iter(ds)):
        with pytest.raises(tl.TerrellaError, match="a.h5: was changed or removed since the dataset was made"):
            list(rest)


def test_functions_that_raise_do_so_where_their_sample_would_have_come():
    def f(sample):
        if sample["x"].item() == 3:
            raise RuntimeError("three")
        return sample

    for threads in (1, 4):
        seen = []
        with pytest.raises(RuntimeError, match="three"):
            for sample in tl.data.arrays(x=np.arange(10)).map(f, threads=threads).prefetch(2):
                seen.append(sample["x"].item())
        assert seen == [0, 1, 2]


def test_iterations_may_be_dropped_in_their_middle(tmp_path):
    path = write(tmp_path / "a.h5", example(), chunks=2, compression="gzip")
    for _ in range(20):
        ds = tl.data.hdf5(path, threads=4, block_bytes=1).shuffle(seed=1, buffer=10)
        iteration = iter(ds.map(lambda s: s, threads=3).batch(4).prefetch(4))
        next(iteration)
        del iteration
    assert threading.active_count() < 20


def test_python_goes_on_while_a_pipeline_is_waited_for():
    def slow(i):
        time.sleep(0.3)
        return {"x": i}

    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=tick)
    thread.start()
    list(tl.data.generate(slow, 3))
    stop.set()
    thread.join()
    assert len(ticks) > 20


def test_ctrl_c_ends_the_wait():
    code = (
        "import time, terrella as tl\n"
        "def f(i):\n    time.sleep(1.5)\n    return {'x': i}\n"
        "it = iter(tl.data.generate(f, 1000).prefetch(2))\n"
        "print('ready', flush=True)\n"
        "try:\n    list(it)\nexcept KeyboardInterrupt:\n    print('stopped', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        process.send_signal(2)
        assert process.communicate(timeout=20)[0] == "stopped\n"


def test_a_function_that_raises_stop_iteration_does_not_end_the_epoch():
    def stops(_):
        raise StopIteration("mine")

    samples = tl.data.arrays(x=np.arange(4.0))
    for ds in (
        samples.map(stops),
        samples.map(stops, threads=2),
        samples.filter(stops),
        tl.data.generate(stops, 3),
        tl.data.stream(stops),
    ):
        with pytest.raises(RuntimeError, match="the function raised StopIteration") as told:
            list(ds)
        assert isinstance(told.value.__cause__, StopIteration)


def test_an_iteration_has_one_user_at_a_time():
    entered, leave = threading.Event(), threading.Event()

    def slow(sample):
        entered.set()
        leave.wait(30)
        return sample

    iteration = iter(tl.data.arrays(x=[1.0, 2.0]).map(slow))
    thread = threading.Thread(target=next, args=(iteration,))
    thread.start()
    assert entered.wait(30)
    for use in (lambda: next(iteration), iteration.state):
        with pytest.raises(RuntimeError, match="in use already"):
            use()
    leave.set()
    thread.join()
    assert values(iteration, "x") == [2.0]


@pytest.mark.parametrize(
    "recipe",
    [
        "tl.data.arrays(x=[1.0] * 8).map(f).prefetch(2)",
        "tl.data.arrays(x=[1.0] * 8).map(f, threads=2)",
        "tl.data.arrays(x=[1.0] * 8).map(f).repeat().prefetch(2)",
        "tl.data.generate(lambda i: {'x': i}, 100)",
        "tl.data.stream(lambda epoch: ({'x': i} for i in range(100))).prefetch(2)",
    ],
)
def test_python_may_end_while_an_iteration_is_alive(recipe):
    code = f"import terrella as tl\nf = lambda s: {{'x': s['x'] * 2}}\nit = iter({recipe})\nnext(it)\nprint('done')\n"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stdout) == (0, "done\n"), told.stderr


def test_an_iteration_is_closed_when_python_ends():
    code = (
        "import atexit\n"
        "def late():\n"  # registered before terrella's, so called after it
        "    for use in (lambda: next(it), lambda: it.state(), lambda: iter(ds)):\n"
        "        try:\n            use()\n"
        "        except RuntimeError as error:\n            print(error)\n"
        "atexit.register(late)\n"
        "import terrella as tl\n"
        "ds = tl.data.arrays(x=[1.0, 2.0])\n"
        "it = iter(ds)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    closed = "the iteration is closed: the interpreter is about to end"
    none = "no iteration begins any more: the interpreter is about to end"
    assert told.stdout.splitlines() == [closed, closed, none], told.stderr


@pytest.mark.parametrize("keep", [None, (), (0,), (-1,), (0, 1)])
def test_statistics_against_numpy(tmp_path, keep):
    x = (1e6 + np.random.default_rng(2).standard_normal((501, 4, 3))).astype(np.float64)
    y = np.arange(501)
    ds = tl.data.arrays(x=x, y=y)
    s = tl.data.statistics(ds.map(lambda t: t), keep)
    axes = (0, *(k + 1 for k in range(2) if keep is not None and k not in [a % 2 for a in keep]))
    kwargs = dict(axis=axes, keepdims=True)
    assert s.samples == 501 and s.fields == ["x", "y"]
    # sums of 501 to 6012 numbers of 1e6: the mean to 1e-15 of them, the deviation to 1e-9 of itself
    np.testing.assert_allclose(np.asarray(s["x"].mean), x.mean(**kwargs)[0], rtol=1e-14)
    np.testing.assert_allclose(np.asarray(s["x"].deviation), x.std(**kwargs)[0], rtol=1e-9)
    np.testing.assert_array_equal(np.asarray(s["x"].minimum), x.min(**kwargs)[0])
    np.testing.assert_array_equal(np.asarray(s["x"].maximum), x.max(**kwargs)[0])
    assert s["y"].mean.item() == 250 and s["x"].count == x.size // s["x"].mean.size
    s.save(tmp_path / "data.h5")
    back = tl.data.load_statistics(tmp_path / "data.h5")
    assert back.samples == 501 and back.fields == ["x", "y"] and back["x"].count == s["x"].count
    np.testing.assert_array_equal(np.asarray(back["x"].deviation), np.asarray(s["x"].deviation))
    batch = next(iter(ds.normalize(back).batch(501)))
    expected = (x - x.mean(**kwargs)) / x.std(**kwargs)
    np.testing.assert_allclose(np.asarray(batch["x"]), expected, atol=1e-7)
    batched = next(iter(ds.batch(501).normalize(back)))
    np.testing.assert_array_equal(np.asarray(batched["x"]), np.asarray(batch["x"]))
    row = {"x": x[3], "y": y[3]}
    restored = back.restore(back.normalize(row))
    np.testing.assert_allclose(np.asarray(restored["x"]), x[3], rtol=1e-14)


def test_statistics_refuse_what_would_spoil_them():
    x = np.ones((5, 2))
    x[3, 1] = np.nan
    with pytest.raises(tl.TerrellaError, match="'x' of sample 3 holds nan at position 1"):
        tl.data.statistics(tl.data.arrays(x=x))
    with pytest.raises(tl.TerrellaError, match="no samples"):
        tl.data.statistics(tl.data.arrays(x=x[:0]))
    with pytest.raises(ValueError, match="'x' is complex"):
        tl.data.statistics(tl.data.arrays(x=x + 1j))
    s = tl.data.statistics(tl.data.arrays(x=np.ones((5, 2))))
    assert np.asarray(s.normalize({"x": np.ones(2)})["x"]).tolist() == [0, 0]
    with pytest.raises(ValueError, match=r"'x' has shape \[3\], its statistics \[2\]"):
        s.normalize({"x": np.ones(3)})
