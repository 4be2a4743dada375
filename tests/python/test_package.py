"""The package as a user meets it: import, types, errors, documented examples."""

import ast
import doctest
import importlib
import os
import pkgutil
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest
from sanitizer import measured_without

import terrella as tl
from terrella import _terrella


def cpu_seconds(code):
    """CPU time of a fresh interpreter's own thread, which neither other load on the machine nor threads that wait for
    work (numpy's BLAS lets them spin) change much."""
    measured = f"import time; {code}; print(time.thread_time())"
    return float(subprocess.run([sys.executable, "-c", measured], check=True, capture_output=True, text=True).stdout)


@measured_without
def test_import_takes_at_most_0_3_seconds():
    assert min(cpu_seconds("import terrella") for _ in range(3)) < 0.3


def test_import_brings_numpy_and_nothing_else_from_outside():
    listed = "import sys; before = set(sys.modules); import terrella; print(*set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", listed], check=True, capture_output=True, text=True).stdout.split()
    packages = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert packages <= {"terrella", "numpy"}


def test_version_is_that_of_the_project(repository):
    assert f"project(Terrella VERSION {tl.__version__} " in (repository / "CMakeLists.txt").read_text()


def test_all_names_exist_and_are_documented():
    for name in set(tl.__all__) - {"__version__"}:
        assert getattr(tl, name).__doc__, name


def test_errors_form_the_documented_hierarchy():
    for error in (tl.FormatError, tl.UnitError, tl.MeshError, tl.SolveError, tl.ResourceError):
        assert issubclass(error, tl.TerrellaError)
    assert not issubclass(tl.TerrellaError, ValueError)


@measured_without
def test_stubs_name_all_that_the_module_has():
    stub = Path(tl.__file__).parent / "_terrella" / "__init__.pyi"
    tree = list(ast.walk(ast.parse(stub.read_text())))
    names = {node.name for node in tree if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    values = {node.target.id for node in tree if isinstance(node, ast.AnnAssign)}
    assert set(_terrella.__all__) <= names | values
    assert {"to_xarray", "z_error", "sites"} <= names
    for below in ("check", "data", "elec", "elec.mt2d", "fft", "linalg", "optimize", "random", "sparse"):
        path = stub.parent.joinpath(*below.split("."))
        text = (path / "__init__.pyi" if path.is_dir() else path.with_suffix(".pyi")).read_text()
        assert all(f"def {name}(" in text or f"class {name}" in text for name in attrgetter(below)(_terrella).__all__)
    assert stub.parent.with_name("py.typed").exists()


@measured_without
def test_a_type_checker_follows_a_users_program(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import terrella as tl\n"
        "survey = tl.Survey([tl.Site('A01', period=[1.0])], name='line')\n"
        "periods: int = len(survey.sites[0].period)\n"
        "try:\n"
        "    survey.to_xarray()\n"
        "except tl.FormatError as error:\n"
        "    line: int = error.line\n"
        "wrong: int = survey.name\n"
    )
    package = Path(tl.__file__).parent.parent
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", program],
        capture_output=True, text=True, env={**os.environ, "MYPYPATH": str(package)}, cwd=tmp_path,
    )  # fmt: skip
    complaints = [line for line in run.stdout.splitlines() if "error" in line and line.startswith("program.py")]
    assert len(complaints) == 1, run.stdout + run.stderr
    assert complaints[0].startswith("program.py:8") and '"str"' in complaints[0]


def modules():
    compiled = [name for name in sys.modules if name.startswith("terrella._terrella.")]
    return ["terrella"] + compiled + [module.name for module in pkgutil.walk_packages(tl.__path__, "terrella.")]


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name), extraglobs={"tl": tl}).failed == 0
