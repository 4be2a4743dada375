"""Data and models of inversion codes by the command `terrella`."""

import pytest
from command import BAD_INPUT, USAGE, needs_command, report, terrella

pytestmark = needs_command


def test_info_and_convert_of_models(data, tmp_path):
    source = data / "modem-examples" / "2D_BLOCK2" / "m1.rho"
    found = report("info", source)
    assert found["models"][0]["cells"] == 3100 and found["sites"] == []
    assert "100 x 31 cells" in terrella("info", source).stdout
    terrella("convert", source, "-o", tmp_path / "m.mod")
    assert report("info", tmp_path / "m.mod")["models"][0]["format"] == "coprod2-model"
    terrella("convert", source, "-o", tmp_path / "m.mod", code=USAGE)  # is there
    terrella("convert", source, "-o", tmp_path / "m.out", code=USAGE)  # a section is no block


def test_convert_keeps_data_as_they_stand(data, tmp_path):
    source = data / "modem-examples" / "3D_BLOCK2" / "de_mini.dat"
    terrella("convert", source, "-o", tmp_path / "same.dat", "--to", "modem")
    ours, theirs = (tmp_path / "same.dat").read_text().splitlines(), source.read_text().splitlines()
    assert ours[:5] == theirs[:5]  # header, type, sign and units
    numbers = [[float(word) for word in line.split()[8:]] for line in ours[8:]]
    expected = [[float(word) for word in line.split()[8:]] for line in theirs[8:]]
    for row, wanted in zip(numbers, expected, strict=True):
        assert row == pytest.approx(wanted, rel=1e-11)
    terrella("convert", source, "-o", tmp_path / "observe.dat", "--to", "femtic")
    assert (tmp_path / "observe.dat").read_text().startswith("MT 3\n")


def test_a_line_of_edi_files_becomes_a_list(data, tmp_path):
    terrella("convert", data / "paralana-profile" / "edi", "-o", tmp_path / "list.dat", "--to", "modem")
    found = report("check", tmp_path / "list.dat")
    assert found["sites"] == 15


def test_check_counts_models_and_refuses_gradients(data):
    found = terrella("check", data / "modem-examples" / "2D_BLOCK2", "--summary", code=BAD_INPUT)
    assert "modem-model" in found.stdout and "are these numbers a gradient" in found.stdout
