"""Pipelines from HDF5 files, on two cores; beside a PyTorch DataLoader over h5py and libhdf5 itself.

datasets.py [--peers] [--json FILE] [--only WORD]

The file: smooth random fields of 128 x 128 f32 in chunks, shuffle and gzip level 4, 2 GB on disk (0.4 GB where chunks
hold 16 samples), in the system's cache when read, made once below build/bench-datasets. Shuffled: one epoch in batches
of 64; one number of every sample is summed, so that all have seen the same. The peer is Debian's PyTorch: a Dataset
that reads f["x"][i], a DataLoader with shuffle, two workers and the default collation. Sequential: blocks of 64 rows in
order; the peer is h5py's read_direct into one array, which is H5Dread on one thread. ratio = ours / peer, in seconds of
wall time; target is what the ratio should not exceed: 0.5 shuffled, 1.25 (80 % of the speed) sequential.
"""

import json
import subprocess
import sys
import time

import _rows

FOLDER = _rows.ROOT / "build" / "bench-datasets"
SIZE, BATCH = 128, 64
FILES = {  # name: rows of a chunk, rows, how they are packed
    "packed": (1, 44_000, dict(compression="gzip", compression_opts=4, shuffle=True)),
    "packed in sixteens": (16, 8_000, dict(compression="gzip", compression_opts=4, shuffle=True)),
    "unpacked": (None, 32_000, {}),
}
PEERS = """
import json, sys, time
import h5py, numpy as np, torch
path, job, rows, workers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(1)

class Samples(torch.utils.data.Dataset):
    file = None
    def __len__(self):
        return rows
    def __getitem__(self, i):
        if self.file is None:
            self.file = h5py.File(path)["x"]
        return torch.from_numpy(self.file[i])

start = time.perf_counter()
total = 0.0
if job == "shuffled":
    for batch in torch.utils.data.DataLoader(Samples(), batch_size=64, shuffle=True, num_workers=workers):
        total += float(batch[:, 5, 7].double().sum())
else:
    x = h5py.File(path)["x"]
    block = np.empty((64, *x.shape[1:]), x.dtype)
    for i in range(0, rows, 64):
        n = min(64, rows - i)
        x.read_direct(block, np.s_[i : i + n], np.s_[:n])
        total += float(block[:n, 5, 7].astype(float).sum())
print(json.dumps([time.perf_counter() - start, total]))
"""


def field_file(name):
    """Smooth fields by sums of few waves, with noise in the last bits as measurements have it."""
    import h5py
    import numpy as np

    chunk, rows, packing = FILES[name]
    path = FOLDER / f"{name.replace(' ', '-')}.h5"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    grid = np.linspace(0, 2 * np.pi, SIZE, dtype=np.float32)
    waves = np.arange(1, 5)
    unfinished = path.with_suffix(".part")
    with h5py.File(unfinished, "w") as file:
        shape = (rows, SIZE, SIZE)
        x = file.create_dataset("x", shape, "f4", chunks=chunk and (chunk, SIZE, SIZE), **packing)
        for begin in range(0, rows, 500):
            n = min(500, rows - begin)
            a, b = (rng.standard_normal((n, 4, 1)).astype("f4") * np.sin(waves[:, None] * grid + 1) for _ in range(2))
            fields = np.einsum("nki,nkj->nij", a, b).astype("f4")
            x[begin : begin + n] = fields + 1e-4 * rng.standard_normal((n, SIZE, SIZE)).astype("f4")
    unfinished.rename(path)
    return path


def our_time(path, job):
    """Wall seconds of an epoch and the sum of what was seen."""
    import numpy as np

    import terrella as tl

    start = time.perf_counter()
    ds = tl.data.hdf5(path, ["x"], threads=2)
    batches = (ds.shuffle(seed=1) if job == "shuffled" else ds).batch(BATCH).prefetch(2)
    total = sum(float(np.asarray(batch["x"])[:, 5, 7].astype(float).sum()) for batch in batches)
    return time.perf_counter() - start, total


def peer_time(path, job, rows):
    command = ["/usr/bin/python3", "-c", PEERS, str(path), job, str(rows), "2"]
    run = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
    if run.returncode:
        sys.exit(f"datasets: the peer failed; it needs Debian's python3-torch and python3-h5py:\n{run.stderr}")
    return json.loads(run.stdout)


def main():
    arguments = _rows.read_arguments(__doc__, "measure PyTorch and h5py too", only=True)
    threads = _rows.hold_on_cores(2)
    jobs = [
        ("shuffled batches of 64, chunks of one sample", "packed", "shuffled", 0.5),
        ("shuffled batches of 64, chunks of 16 samples", "packed in sixteens", "shuffled", 0.5),
        ("sequential, packed", "packed", "sequential", 1.25),
        ("sequential, unpacked", "unpacked", "sequential", 1.25),
    ]
    rows = _rows.Rows()
    for text, name, job, target in jobs:
        if arguments.only not in text:
            continue
        path = field_file(name)
        path.read_bytes()  # into the cache
        count = FILES[name][1]
        ours = [our_time(path, job) for _ in range(3)]
        peers = {}
        if arguments.peers:
            # The plain loader unpacks a chunk of sixteen for every sample: it gets a tenth of an epoch.
            part = count // 10 if "16" in text else count
            seconds, total = min(peer_time(path, job, part) for _ in range(2))
            peers["PyTorch over h5py" if job == "shuffled" else "libhdf5"] = seconds * count / part
            if part == count and abs(total - ours[0][1]) > 1e-6 * count:
                sys.exit(f"{text}: the peer saw {total}, we {ours[0][1]}")
        size = path.stat().st_size / 1e9
        best = min(seconds for seconds, _ in ours)
        rows.add(
            text, "s", best, peers, target, threads, file_gb=round(size, 2), gb_per_s=round(count * 65536e-9 / best, 2)
        )
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
