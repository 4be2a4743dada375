"""Two-dimensional responses in Python: an exact half-space, derivatives, errors by their messages."""

import numpy as np
import pytest

import terrella as tl

mt2d = tl.elec.mt2d
PERIODS, SITES = [0.01, 1.0], [-1000.0, 0.0, 1000.0]


@pytest.fixture(scope="module")
def grid():
    return mt2d.design_grid(SITES, PERIODS)


def test_a_half_space_shows_its_resistivity(grid):
    rho = np.full((grid.earth_rows, grid.ny), 100.0)
    response = mt2d.forward(grid, rho, PERIODS, SITES)
    for z in (response.zxy, -response.zyx):
        apparent = tl.elec.apparent_resistivity(z, 1 / np.array(PERIODS)[:, None])
        np.testing.assert_allclose(apparent, 100.0, rtol=1e-3)
        np.testing.assert_allclose(tl.elec.phase(z), 45.0, atol=0.05)
    assert np.abs(response.tipper).max() < 1e-8
    one = mt2d.forward(grid, rho, PERIODS, SITES, mode="tm")
    assert one.zxy is None and one.tipper is None
    np.testing.assert_array_equal(one.zyx, response.zyx)
    assert mt2d.diagnose(grid, rho, PERIODS, SITES) == []
    error = mt2d.refinement_error(grid, rho, PERIODS, SITES)
    assert error.zxy.shape == (2, 3) and np.max(error.zxy) < 1e-3


def test_derivatives_by_transforms_and_at_once(grid):
    forward = mt2d.Forward(grid, PERIODS, SITES, order=1)
    m = np.log(100.0) + 0.5 * np.random.default_rng(1).normal(size=(grid.earth_rows, grid.ny))
    assert tl.check.taylor_order(lambda m: forward(tl.exp(m)).zxy, m) == pytest.approx(2.0, abs=0.05)
    assert tl.check.dot_product_error(lambda m: forward(tl.exp(m)).zyx, m) < 1e-11
    whole = forward.sensitivity(np.exp(m)).zxy
    along = tl.jvp(lambda m: forward(tl.exp(m)).zxy, (m,), (np.ones_like(m),))[1]
    np.testing.assert_allclose(whole.by_x.numpy().sum((2, 3)), along, rtol=1e-9)
    compiled = tl.jit(lambda m: forward(tl.exp(m)).zxy)
    np.testing.assert_allclose(compiled(tl.tensor(m)), forward(np.exp(m)).zxy, rtol=1e-12)


def test_derivatives_by_the_ground_and_by_places():
    y = np.array([-6000.0, -2500, -1000, -400, 0, 500, 1100, 2600, 6100])
    ground = -150 * np.exp(-((y / 900) ** 2))
    rows = {"thickness": [100.0, 150, 230, 350, 520, 800, 1200], "air": [100.0, 300, 900, 2500, 6000]}
    grid = mt2d.grid_under(y, ground, **rows)
    forward = mt2d.Forward(grid, [0.1], [-200.0, 300.0], stance="along_ground")
    rho = np.full((grid.earth_rows, grid.ny), 50.0)

    def of_ground(surface):
        return forward.with_grid(mt2d.grid_under(y, surface, level=700.0, **rows))(rho).zyx

    assert tl.check.dot_product_error(of_ground, ground) < 1e-11
    assert tl.check.dot_product_error(lambda s: forward.with_sites(s)(rho).zxy, np.array([-200.0, 300.0])) < 1e-11


def test_sites_stand_on_a_sea_floor():
    grid = mt2d.design_grid(
        SITES, [10.0, 100.0], [0.0], [1000.0], resistivity=1.0, per_skin_depth=6, sea_resistivity=0.3, sea_level=-50.0
    )
    assert grid.sea > 2 and grid.ground == grid.surface + grid.sea and "of sea" in repr(grid)
    z = np.asarray(grid.z)
    np.testing.assert_allclose(z[grid.surface], -50)
    np.testing.assert_allclose(z[grid.ground], 1000)
    rho = np.full((grid.earth_rows, grid.ny), 1.0)
    rho[: grid.sea] = 0.3
    response = mt2d.Forward(grid, [10.0, 100.0], SITES, water=0.3)(rho)
    for part in (response.zxy, response.zyx):
        np.testing.assert_allclose(np.asarray(tl.elec.apparent_resistivity(part, [[0.1], [0.01]])), 1, rtol=5e-3)
    with pytest.raises(tl.MeshError, match="need the water's resistivity"):
        mt2d.Forward(grid, [10.0], SITES)
    with pytest.raises(ValueError, match="water of -1 ohm m"):
        mt2d.Forward(grid, [10.0], SITES, water=-1.0)
    with pytest.raises(tl.MeshError, match="rows of water need a floor below it everywhere"):
        mt2d.design_grid(SITES, [10.0], [0.0], [-30.0], sea_resistivity=0.3)


def test_mistakes_are_named(grid):
    rho = np.full((grid.earth_rows, grid.ny), 100.0)
    with pytest.raises(ValueError, match="rho_x is -100 ohm m in row 0, column 0"):
        mt2d.forward(grid, -rho, PERIODS, SITES)
    with pytest.raises(ValueError, match="rows of earth and"):
        mt2d.forward(grid, rho[1:], PERIODS, SITES)
    with pytest.raises(tl.MeshError, match="receiver 0 at y = 1e"):
        mt2d.forward(grid, rho, PERIODS, [1e9])
    with pytest.raises(ValueError, match="none of 'te', 'tm', 'both'"):
        mt2d.forward(grid, rho, PERIODS, SITES, mode="TE")
    with pytest.raises(ValueError, match="level"):
        mt2d.Forward(grid, PERIODS, SITES, stance="tilted")
    with pytest.raises(tl.MeshError, match="does not lie below"):
        mt2d.Grid([0.0, 1, 2], [[0.0, 0, 0], [1, 1, 1], [2, 0.5, 2], [3, 3, 3]], 0)
    with pytest.raises(ValueError, match="sites and 2 periods"):
        mt2d.design_grid([], PERIODS)
