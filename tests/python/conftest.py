"""Where the tests find real data that this repository does not hold: TERRELLA_DATA, by default ../shared/data."""

import os
import signal
from pathlib import Path

import pytest
from command import terrella

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TERRELLA_DATA") or REPOSITORY.parent / "shared" / "data")


@pytest.fixture(scope="session", autouse=True)
def ctrl_c():
    """Ctrl-C as at a terminal, here and in every child: a shell's background jobs start with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def data():
    if not DATA.is_dir():
        pytest.skip(f"NO REAL DATA at {DATA}: set TERRELLA_DATA")
    return DATA


@pytest.fixture(scope="session")
def repository():
    return REPOSITORY


@pytest.fixture(scope="session")
def line(tmp_path_factory):
    """The synthetic line: 24 EDI files and truth.csv."""
    folder = tmp_path_factory.mktemp("line")
    terrella("demo-data", folder)
    (folder / "truth.csv").rename(folder.parent / "truth.csv")
    return folder


@pytest.fixture(scope="session")
def run(line):
    """Its inversion, all sites together."""
    path = line.parent / "run.h5"
    path.unlink(missing_ok=True)
    terrella("invert", "1d", line, "-o", path, "--lateral", 1)
    return path


def pytest_terminal_summary(terminalreporter):
    if not DATA.is_dir():
        terminalreporter.write_line(f"NO REAL DATA at {DATA}: tests on it were skipped; set TERRELLA_DATA", red=True)
