"""Every notebook of notebooks/ runs to its last cell, in a folder of its own, with and without real data."""

import json
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def run(notebook, folder):
    resources = {"metadata": {"path": str(folder)}}
    return nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()


@pytest.mark.parametrize("real", [False, True], ids=["embedded", "real"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path, real, tmp_path, monkeypatch, request):
    monkeypatch.setenv("TERRELLA_DATA", str(request.getfixturevalue("data")) if real else "")
    run(nbformat.read(path, as_version=4), tmp_path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_kept_without_its_outputs(path):
    cells = json.loads(path.read_text())["cells"]
    kept = [number for number, cell in enumerate(cells) if cell.get("outputs") or cell.get("execution_count")]
    assert not kept, f"{path.name}: clear the outputs of cells {kept} (jupyter nbconvert --clear-output --inplace)"


def test_a_notebook_that_raises_is_a_failure(tmp_path):
    cells = [nbformat.v4.new_code_cell("import terrella as tl\ntl.Site('A01', period=[-1.0])")]
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="period -1 s is not positive"):
        run(nbformat.v4.new_notebook(cells=cells), tmp_path)


@pytest.mark.parametrize(
    ("notebook", "test"),
    [
        ("02_one_function_every_derivative", "core/transform/one_function_test.cpp"),
        ("03_through_a_pde", "core/implicit/through_a_pde_test.cpp"),
        ("07_gradients_of_a_2d_response", "elec/mt2d/gradients_test.cpp"),
    ],
)
def test_cpp_of_a_notebook_is_code_that_is_tested(repository, notebook, test):
    tested = (repository / "tests" / test).read_text()
    cells = json.loads((repository / "notebooks" / f"{notebook}.ipynb").read_text())["cells"]
    markdown = "".join("".join(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "markdown")
    quoted = re.findall(r"```cpp\n(.*?)```", markdown, flags=re.DOTALL)
    lines = [line for block in quoted for line in block.splitlines() if line.strip()]
    assert len(lines) > 20
    assert [line for line in lines if line not in tested] == []
