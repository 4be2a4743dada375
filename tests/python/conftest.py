"""Where the tests find real data that this repository does not hold: TERRELLA_DATA, by default ../shared/data."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TERRELLA_DATA") or REPOSITORY.parent / "shared" / "data")


@pytest.fixture(scope="session")
def data():
    if not DATA.is_dir():
        pytest.skip(f"NO REAL DATA at {DATA}: set TERRELLA_DATA")
    return DATA


@pytest.fixture(scope="session")
def repository():
    return REPOSITORY


def pytest_terminal_summary(terminalreporter):
    if not DATA.is_dir():
        terminalreporter.write_line(f"NO REAL DATA at {DATA}: tests on it were skipped; set TERRELLA_DATA", red=True)
