"""What `pip install .` gives: the package with its module and stubs, and the programs."""

import os
import subprocess
import sys

import pytest

import terrella as tl

pytestmark = pytest.mark.skipif("build/release" not in os.environ.get("PYTHONPATH", ""), reason="once is enough")


@pytest.fixture(scope="module")
def installed(repository, tmp_path_factory):
    """The wheel, built in build/wheel and installed into a folder of its own, without what the build left elsewhere."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    flags = ["--no-deps", "-q"]
    # Compiled like the rest of the build, so that ccache has it all.
    same = ["--no-build-isolation", "--config-settings=cmake.define.TERRELLA_WERROR=ON"]
    environment = {"CC": "cc", "CXX": "c++", **os.environ}
    subprocess.run([*pip, "wheel", *flags, *same, "-w", folder, repository], check=True, env=environment)
    (wheel,) = folder.glob("terrella-*.whl")
    subprocess.run([*pip, "install", *flags, "--target", folder / "site", wheel], check=True)
    return folder / "site"


def test_the_package_is_imported_from_the_wheel(installed, tmp_path):
    code = "import terrella; print(terrella.__file__); print(terrella.Survey([]))"
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )  # fmt: skip
    file, survey = run.stdout.splitlines()
    assert file.startswith(str(installed)) and survey == "Survey(0 sites)"


def test_stubs_come_with_it(installed):
    assert (installed / "terrella" / "py.typed").exists()
    assert "class Survey" in (installed / "terrella" / "_terrella" / "__init__.pyi").read_text()


def test_the_command_comes_with_it_and_finds_the_renderer_beside_it(installed, tmp_path):
    """Installed programs draw a picture without the build tree, to which no variable leads."""
    elsewhere = {key: value for key, value in os.environ.items() if key != "TERRELLA_RENDER"} | {
        "PATH": "/usr/bin:/bin"
    }

    def terrella(*arguments):
        command = [installed / "bin" / "terrella", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path, env=elsewhere).stdout

    assert tl.__version__ in terrella("version")
    terrella("demo-data", "edi")
    terrella("invert", "1d", "edi", "-o", "run.h5", "--error-floor", "0.05")
    terrella("plot", "section", "run.h5", "-o", "section.png")
    assert (tmp_path / "section.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_else_comes_with_it(installed):
    assert {entry.name.split("-")[0] for entry in installed.iterdir()} <= {"terrella", "bin"}
