"""`terrella forward`."""

import csv

import numpy as np
from command import (
    needs_command,
    report,
    terrella,
)

pytestmark = needs_command


def test_forward_gives_the_exact_values_of_three_layers(tmp_path):
    model = ["--resistivity", "100,10,1000", "--thickness", "1000,2000", "--periods", "0.01,0.1,1,10,100,1000"]
    rho = [102.664952, 83.564056, 23.570822, 27.212102, 145.419682, 463.451072]  # by an independent program
    phase = [44.17237, 61.03951, 61.65514, 22.10518, 17.66396, 29.03857]
    found = report("forward", "1d", *model)
    assert np.allclose(found["rho_a_ohm_m"], rho, rtol=1e-6)
    assert np.allclose(found["phase_deg"], phase, atol=1e-5)
    table = np.loadtxt(terrella("forward", "1d", *model).stdout.splitlines()[1:])
    assert np.allclose(table[:, 1], rho, rtol=1e-6)
    terrella("forward", "1d", *model, "-o", tmp_path / "a.csv")
    with open(tmp_path / "a.csv") as file:
        assert np.allclose([float(row["rho_a_ohm_m"]) for row in csv.DictReader(file)], rho, rtol=1e-6)
    terrella("forward", "1d", *model, "-o", tmp_path / "a.edi")
    assert report("check", tmp_path / "a.edi")["files"][0]["sites"][0]["periods"] == 6
    (tmp_path / "a.toml").write_text("[forward_1d]\nresistivity = [100, 10, 1000]\nthickness = [1e3, 2e3]\n")
    again = report("forward", "1d", "--config", tmp_path / "a.toml", *model[4:])
    assert again["rho_a_ohm_m"] == found["rho_a_ohm_m"]
