"""What evaluation spends: time and bytes by operation, and memory."""

import os
from html import escape
from typing import NamedTuple

from terrella import _terrella


class profile:
    """Records, within a block, what is evaluated: each operation with its time, bytes, shapes and thread.

    most_events : events kept one by one; later ones appear in the table only

    Tensors are lazy: an operation is seen when its value is asked for, so evaluate inside of the block what is to be
    measured (`.eval()`, `.numpy()`, `float()`); what is only built there does not appear. All threads are recorded.
    Blocks may nest and overlap, on any threads: each sees what begins and ends within it. One object records one
    block, and may be looked at while it lasts.

    Bytes are those of operands and results: elements that are broadcast count once, views nothing. Where
    TERRELLA_DEBUG=1 asks for lines, an event names that which made it. Recording costs about a microsecond for each
    operation.

    events       : tuple of ProfileEvent, by start
    by_operation : tuple of ProfileRow, the longest first
    seconds      : of the block
    left_out     : events beyond most_events
    raises       : ValueError where the block has not begun, or begins again

    >>> x = tl.linspace(0.0, 1.0, 1000)
    >>> with tl.profile() as p:
    ...     total = tl.sum(tl.sin(x)).item()
    >>> sorted(row.name for row in p.by_operation)
    ['sin', 'sum']
    """

    def __init__(self, most_events=1_000_000):
        self._most_events = most_events
        self._recording = None
        self._ended = None
        self._events = None

    def __enter__(self):
        if self._recording is not None:
            raise ValueError("profile: an object records one block; make another with tl.profile()")
        self._recording = _terrella._Recording(self._most_events)
        return self

    def __exit__(self, *_):
        self._recording.end()
        self._ended = self._recording.profile()

    def _seen(self):
        if self._recording is None:
            raise ValueError("profile: nothing was recorded yet; write: with tl.profile() as p:")
        return self._ended or self._recording.profile()

    @property
    def events(self):
        if self._ended is None:
            return tuple(self._seen().events)
        if self._events is None:
            self._events = tuple(self._ended.events)  # objects of Python, made once
        return self._events

    @property
    def by_operation(self):
        return tuple(self._seen().rows)

    @property
    def seconds(self):
        return self._seen().seconds

    @property
    def left_out(self):
        return self._seen().left_out

    def save(self, path):
        """Writes the events as a trace in JSON, for chrome://tracing and ui.perfetto.dev.

        path : replaced as a whole
        """
        self._seen().save(os.fspath(path))

    def __str__(self):
        return str(self._seen()).rstrip("\n")

    def _repr_html_(self):
        heads = ("operation", "count", "time ms", "share %", "read MB", "written MB")
        rows = [
            (
                escape(row.name),
                str(row.count),
                f"{1e3 * row.seconds:.3f}",
                f"{100 * row.share:.1f}",
                f"{row.bytes_read / 1e6:.3f}",
                f"{row.bytes_written / 1e6:.3f}",
            )
            for row in self.by_operation
        ]
        head = "".join(f"<th>{name}</th>" for name in heads)
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        return (
            f"<b>Profile</b>: {1e3 * self.seconds:.3f} ms<table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )


class Memory(NamedTuple):
    """Memory of the tensors of this process, in bytes."""

    in_use: int
    """held by the values of live tensors"""
    peak: int
    """the largest in_use since the program began, or since reset_peak_memory()"""
    kept: int
    """freed, but kept for the next tensors of that size"""


def memory():
    """Memory of the tensors of this process: (in_use, peak, kept), in bytes.

    Arrays of numpy that tensors only share are not counted.

    >>> tl.reset_peak_memory()
    >>> before = tl.memory().in_use
    >>> x = tl.linspace(0.0, 1.0, 1000).eval()
    >>> tl.memory().in_use - before
    8000
    """
    return Memory(*_terrella._memory())
