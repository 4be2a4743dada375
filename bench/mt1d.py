"""Impedance of 1000 soundings of 60 layers at 40 periods on one core, and its full Jacobian; beside SimPEG and JAX.

mt1d.py [--peers] [--json FILE]

Every code gets the same models; their answers must agree (values to 1e-9, single Jacobian entries to 1e-6 of the
largest of their frequency) before a time is printed. Times are CPU time of a process that is held on one core, the
best of several runs, so that other work on the machine matters little. ratio = ours / best peer; target is what `ours`
should not exceed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import _rows
import numpy as np

SOUNDINGS, LAYERS, FREQUENCIES, SHOWN = 1000, 60, 40, 10
# What is measured: its name in mt1d_bench, in words, and what it should not exceed, microseconds a sounding.
JOBS = {
    "forward": ("1D impedance", 50.0),
    "jacobian": ("1D impedance and full Jacobian", 200.0),
    "jvp": ("1D impedance, J v", None),
    "vjp": ("1D impedance, J^H w", None),
    "tensor_forward": ("1D impedance, as an operation of the graph", None),
    "tensor_gradient/kernel": ("1D, gradient of sum |Z|^2 by grad()", None),
    "tensor_gradient/composed": ("1D, the same made of table operations", None),
}


def model():
    random = np.random.default_rng(1)
    resistivity = 10 ** random.uniform(0, 4, (SOUNDINGS, LAYERS))
    thickness = np.tile(10 * 1.12 ** np.arange(LAYERS - 1), (SOUNDINGS, 1))
    return resistivity, thickness, np.logspace(3, -3, FREQUENCIES)


def our_answers(resistivity, thickness, frequency):
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "model"), Path(folder, "answers")
        given.write_bytes(resistivity.tobytes() + thickness.tobytes() + frequency.tobytes())
        subprocess.run([_rows.program("mt1d_bench"), "--answers", given, found], check=True)
        values = np.fromfile(found, complex)
    z, rest = np.split(values, [SOUNDINGS * FREQUENCIES])
    by_resistivity, by_thickness = np.split(rest, [SHOWN * FREQUENCIES * LAYERS])
    return (
        z.reshape(SOUNDINGS, FREQUENCIES),
        by_resistivity.reshape(SHOWN, FREQUENCIES, LAYERS),
        by_thickness.reshape(SHOWN, FREQUENCIES, LAYERS - 1),
    )


def check(peer, ours, theirs):
    names = ("Z", "dZ/dresistivity", "dZ/dthickness")
    for name, a, b, tolerance in zip(names, ours, theirs, (1e-9, 1e-6, 1e-6), strict=True):
        scale = abs(a) if name == "Z" else abs(a).max(axis=-1, keepdims=True)
        error = (abs(a - b[: len(a)]) / scale).max()
        print(f"{peer}: {name} differs by {error:.1e}", file=sys.stderr)
        if not error < tolerance:
            sys.exit(f"{peer}: {name} differs by {error:.1e}, more than {tolerance}: no comparison of times")


def main():
    arguments = _rows.read_arguments(__doc__, "measure SimPEG and JAX too")
    threads = _rows.hold_on_cores(1)
    times, peers = _rows.best_times("mt1d_bench", 1e3 / SOUNDINGS), {}
    if arguments.peers:
        import _mt1d_peers

        data = model()
        answers = our_answers(*data)
        for name, measure in _mt1d_peers.PEERS.items():
            peers[name], theirs = measure(*data)
            check(name, answers, theirs)

    rows = _rows.Rows()
    for job, (text, target) in JOBS.items():
        others = {name: measured[job] for name, measured in peers.items() if job in measured}
        rows.add(f"{text}, {LAYERS} layers x {FREQUENCIES} periods", "us/sounding", times[job], others, target, threads)
    rows.write(arguments.json)


if __name__ == "__main__":
    main()
