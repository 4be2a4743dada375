"""Magnetotelluric responses in Python: published numbers, closed forms, derivatives, wrong input by its message."""

import csv

import numpy as np
import pytest

import terrella as tl

MU_0 = 4e-7 * np.pi
# Layers of 100, 10, 1000 ohm m, the first two 1 and 2 km thick: period s, apparent resistivity ohm m, phase degrees.
THREE_LAYERS = [
    (0.01, 102.664952, 44.17237),
    (0.1, 83.564056, 61.03951),
    (1.0, 23.570822, 61.65514),
    (10.0, 27.212102, 22.10518),
    (100.0, 145.419682, 17.66396),
    (1000.0, 463.451072, 29.03857),
]


def test_three_layers_have_the_known_response():
    period, resistivity, phase = np.array(THREE_LAYERS).T
    z = tl.elec.impedance_1d([100.0, 10.0, 1000.0], [1000.0, 2000.0], 1 / period)
    assert z.dtype == tl.complex128 and z.shape == (6,)
    np.testing.assert_allclose(tl.elec.apparent_resistivity(z, 1 / period), resistivity, rtol=1e-6)
    np.testing.assert_allclose(tl.elec.phase(z), phase, atol=1e-5)
    np.testing.assert_allclose(tl.elec.impedance_from(resistivity, phase, 1 / period), z, rtol=1e-6)


def test_a_batch_is_a_loop_and_derivatives_are_right():
    resistivity = np.exp(np.random.default_rng(1).uniform(0, 6, (3, 4)))
    thickness, frequency = np.array([100.0, 500.0, 2000.0]), np.array([0.01, 1.0, 100.0])
    z = tl.elec.impedance_1d(resistivity, thickness, frequency)
    for one, layers in zip(z, resistivity, strict=True):
        np.testing.assert_array_equal(one, tl.elec.impedance_1d(layers, thickness, frequency))
    mapped = tl.vmap(tl.elec.impedance_1d, in_axes=(0, None, None))(resistivity, thickness, frequency)
    np.testing.assert_allclose(mapped, z, rtol=1e-14)

    def forward(m):
        return tl.elec.impedance_1d(tl.exp(m), thickness, frequency)

    m = np.log(resistivity[0])
    assert tl.check.dot_product_error(forward, m) < 1e-12
    assert tl.check.taylor_order(forward, m) == pytest.approx(2.0, abs=0.1)
    whole = tl.elec.impedance_1d_jacobian(resistivity[0], thickness, frequency)
    np.testing.assert_allclose(whole.impedance, z[0], rtol=1e-13)
    np.testing.assert_allclose(
        whole.by_resistivity.numpy() * resistivity[0], tl.jacobian(forward, mode="forward")(m), rtol=1e-9
    )
    along = tl.jvp(lambda h: tl.elec.impedance_1d(resistivity[0], h, frequency), (thickness,), (np.eye(3)[1],))[1]
    np.testing.assert_allclose(whole.by_thickness[:, 1], along, rtol=1e-9)


def test_a_half_space_by_its_closed_form():
    frequency = np.logspace(-4, 4, 9)
    z = np.sqrt(2j * np.pi * frequency * MU_0 * 250.0)
    np.testing.assert_allclose(tl.elec.impedance_1d([250.0], [], frequency), z, rtol=1e-14)
    np.testing.assert_allclose(
        tl.elec.skin_depth(250.0, frequency), np.sqrt(250.0 / (np.pi * frequency * MU_0)), rtol=1e-14
    )


def test_invariants_rotation_and_phase_tensor():
    generator = np.random.default_rng(2)
    z = generator.standard_normal((5, 2, 2)) + 1j * generator.standard_normal((5, 2, 2))
    determinant = tl.elec.determinant_impedance(z).numpy()
    np.testing.assert_allclose(determinant**2, np.linalg.det(z), rtol=1e-13)
    c, s = np.cos(np.radians(30.0)), np.sin(np.radians(30.0))
    turn = np.array([[c, s], [-s, c]])
    turned = tl.elec.rotate_impedance(z, 30.0)
    np.testing.assert_allclose(turned, turn @ z @ turn.T, atol=1e-14)
    for invariant in (
        tl.elec.determinant_impedance,
        tl.elec.average_impedance,
        tl.elec.sum_of_squares_impedance,
        tl.elec.swift_skew,
        tl.elec.bahr_skew,
    ):
        np.testing.assert_allclose(invariant(turned), invariant(z), rtol=1e-12)
    phi = tl.elec.phase_tensor(z)
    np.testing.assert_allclose(phi, np.linalg.solve(z.real, z.imag), rtol=1e-11)
    ellipse = tl.elec.phase_tensor_ellipse(phi)
    singular = np.degrees(np.arctan(np.linalg.svd(np.asarray(phi), compute_uv=False)))
    np.testing.assert_allclose(ellipse.phi_max, singular[:, 0], rtol=1e-11)
    np.testing.assert_allclose(np.abs(ellipse.phi_min), singular[:, 1], rtol=1e-9)
    np.testing.assert_allclose(ellipse.strike, (ellipse.alpha - ellipse.beta + 90) % 180 - 90, atol=1e-9)
    tipper = generator.standard_normal((5, 2)) + 1j * generator.standard_normal((5, 2))
    np.testing.assert_allclose(tl.elec.rotate_tipper(tipper, 30.0), tipper @ turn.T, atol=1e-14)
    np.testing.assert_allclose(tl.elec.tipper_magnitude(tipper), np.linalg.norm(tipper, axis=1), rtol=1e-14)
    towards, away = tl.elec.real_arrow(tipper), tl.elec.real_arrow(tipper, convention="wiese")
    np.testing.assert_allclose(towards.length, np.hypot(*tipper.real.T), rtol=1e-14)
    np.testing.assert_allclose(np.abs(towards.azimuth - away.azimuth), 180.0)
    np.testing.assert_allclose(
        tl.elec.imaginary_arrow(tipper, "wiese").azimuth, np.degrees(np.arctan2(*tipper.imag.T[::-1])), rtol=1e-12
    )


def test_errors_are_propagated():
    z = np.array([3 + 4j, 1j])
    error = tl.elec.propagate_error(lambda t: tl.elec.apparent_resistivity(t, 1.0), z, [0.1, 0.2], axes=0)
    np.testing.assert_allclose(error, 2 * np.abs(z) * [0.1, 0.2] / (2 * np.pi * MU_0), rtol=1e-12)
    covariance = tl.elec.propagate_covariance(
        lambda x: tl.stack([x[..., 0] + x[..., 1], 2 * x[..., 0]], -1), [1.0, 2.0], np.eye(2)
    )
    np.testing.assert_allclose(covariance, [[2, 2], [2, 4]], atol=1e-14)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: tl.elec.impedance_1d([1.0, 2.0], [], [1.0]), "impedance_1d.*2.*1"),
        (lambda: tl.elec.impedance_1d([1j], [], [1.0]), "impedance_1d.*complex"),
        (lambda: tl.elec.determinant_impedance(np.ones((3, 2))), "determinant_impedance"),
        (lambda: tl.elec.real_arrow(np.ones(2), "north"), "neither 'parkinson'"),
        (lambda: tl.elec.propagate_error(lambda t: t, np.ones(2) + 1j, 0.1, axes=0), "must give one real number"),
    ],
)
def test_wrong_arguments_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_synthetic_line_is_inverted_and_written_as_tables(tmp_path):
    survey = tl.synthetic_survey()
    assert len(survey) == 24 and len(survey[0].period) == 37
    np.testing.assert_array_equal(survey[3].z, tl.synthetic_survey(seed=1)[3].z)
    assert not np.array_equal(survey[3].z, tl.synthetic_survey(seed=2)[3].z)
    noise = (survey[5].z[:, 0, 1] - tl.synthetic_survey(1e-9)[5].z[:, 0, 1]) / survey[5].z_error[:, 0, 1]
    assert 0.7 < np.sqrt(np.mean(np.abs(noise) ** 2) / 2) < 1.3
    run = tl.invert_1d(survey, error_floor=0.05)
    assert np.all(run.rms < 1.05)
    tl.write_section_csv(run, tmp_path / "section.csv")
    with open(tmp_path / "section.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == run.model.resistivity.size
    of_site = [float(row["resistivity_ohm_m"]) for row in rows if row["site"] == survey[7].name]
    np.testing.assert_array_equal(of_site, run.model.resistivity[7])
    tl.write_fit_csv(run, tmp_path / "fit.csv")
    assert len((tmp_path / "fit.csv").read_text().splitlines()) == 1 + sum(len(fit.period) for fit in run.fits)
    with pytest.raises(tl.TerrellaError, match="nowhere.*create the folder"):
        tl.write_fit_csv(run, tmp_path / "nowhere" / "fit.csv")
