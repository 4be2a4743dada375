// python/mt2d.cpp: terrella.elec.mt2d, responses of two-dimensional earths.
#include <cmath>

#include "core/error.h"
#include "core/ops.h"
#include "elec/mt2d/distributed.h"
#include "elec/mt2d/doctor.h"
#include "python/bindings.h"
#include "python/core/function.h"

namespace terrella::python {
namespace {

using namespace elec::mt2d;

/// "level", "along_ground", or tilts.
Receivers receivers_at(const Operand& sites, std::int64_t row, const py::object& stance) {
  Receivers r{cast(sites.value, DType::f64), row};
  if (!py::isinstance<py::str>(stance)) {
    r.stance = Stance::tilted;
    r.tilt = cast(py::cast<Operand>(stance).value, DType::f64);
    return r;
  }
  const auto name = stance.cast<std::string>();
  if (name != "level" && name != "along_ground")
    fail("mt2d: stance '", name, "' is neither 'level' nor 'along_ground', nor tilts in degrees");
  r.stance = name == "level" ? Stance::level : Stance::along_ground;
  return r;
}

/// One resistivity, or three along the axes.
Resistivity resistivity_of(const py::object& x) {
  const auto one = [](py::handle h) { return py::cast<Operand>(h).value; };
  if (!py::isinstance<py::tuple>(x)) return one(x);
  const auto parts = py::reinterpret_borrow<py::tuple>(x);
  if (parts.size() != 3)
    fail("mt2d: ", parts.size(), " resistivities; give one, or (along strike, along profile, down)");
  return {one(parts[0]), one(parts[1]), one(parts[2])};
}

py::object or_none(const Tensor& x) { return x.defined() ? py::cast(x) : py::object(py::none()); }

template <class Of>
void bind_response(py::class_<Of>& c) {
  c.def_property_readonly(
       "zxy", [](const Of& r) { return or_none(r.zxy); }, "TE: Ex/Hy, ohm [period, site]")
      .def_property_readonly(
          "zyx", [](const Of& r) { return or_none(r.zyx); }, "TM: Ey/Hx, ohm [period, site]")
      .def_property_readonly(
          "tipper", [](const Of& r) { return or_none(r.tipper); }, "TE: Hz/Hy [period, site]");
}

/// Level receivers, `water` ohm m of sea over them, or 0.
Receivers under_water(Receivers receivers, double water) {
  if (water == 0) return receivers;
  if (!(water > 0) || std::isinf(water)) fail("mt2d: water of ", water, " ohm m; give a positive number");
  receivers.water = full(receivers.y.shape(), water, DType::f64);
  return receivers;
}

Forward made(const Grid& grid, const Operand& periods, const Operand& sites, std::int64_t row, const py::object& stance,
             int order, const std::string& mode, double water) {
  if (mode != "both" && mode != "te" && mode != "tm") fail("mt2d: mode '", mode, "' is none of 'te', 'tm', 'both'");
  return Forward(grid, cast(periods.value, DType::f64), under_water(receivers_at(sites, row, stance), water),
                 {.order = order, .te = mode != "tm", .tm = mode != "te"});
}

void bind_grids(py::module_& m) {
  py::class_<Grid>(m, "Grid", "Quadrilaterals between vertical lines and rows of nodes that follow the ground.")
      .def(py::init([](const std::vector<double>& y, const Operand& z, std::int64_t surface, std::int64_t sea) {
             Grid grid{y, cast(z.value, DType::f64), surface, sea};
             validate(grid);
             return grid;
           }),
           "y"_a, "z"_a, "surface"_a, "sea"_a = 0,
           "y [ny + 1] m, ascending; z [nz + 1, ny + 1] depths of nodes in m, positive down; surface: the row of nodes "
           "between air and earth or sea; sea: rows of elements below it that are water. Raises MeshError.")
      .def_readonly("y", &Grid::y, "lines, m [ny + 1]")
      .def_readonly("z", &Grid::z, "depths of nodes, m [nz + 1, ny + 1]")
      .def_readonly("surface", &Grid::surface, "row of nodes between air and earth or sea")
      .def_readonly("sea", &Grid::sea, "rows of elements of water")
      .def_property_readonly("ground", &Grid::ground, "row of nodes that sites stand on: surface or sea floor")
      .def_property_readonly("ny", &Grid::ny)
      .def_property_readonly("nz", &Grid::nz)
      .def_property_readonly("earth_rows", &Grid::earth_rows, "rows of elements with a resistivity")
      .def("__repr__", [](const Grid& g) {
        return text("Grid(", g.ny(), " columns from ", g.y.front(), " to ", g.y.back(), " m, ", g.surface,
                    " rows of air, ", g.sea > 0 ? text(g.sea, " of sea, ") : "", g.earth_rows() - g.sea, " of earth)");
      });
  m.def(
      "grid_under",
      [](const std::vector<double>& y, const Operand& surface, const std::vector<double>& thickness,
         const std::vector<double>& air, double level, const std::vector<double>& sea, double sea_level) {
        return grid_under(y, cast(surface.value, DType::f64), {thickness, air, level, sea, sea_level});
      },
      "y"_a, "surface"_a, "thickness"_a, "air"_a, "level"_a = 0.0, py::kw_only(), "sea"_a = std::vector<double>(),
      "sea_level"_a = 0.0,
      R"(The grid of lines y under a surface, in whose depths it is differentiable.

y         : [ny + 1], m, ascending
surface   : [ny + 1], depth of the ground, m, positive down: a hill is negative
thickness : of the rows of earth from the surface down, m
air       : of the rows of air from the surface up, m
level     : depth and height, m, at which rows are level; 0: four times the relief
sea       : heights of rows of water from the floor up, in proportion; with them the surface is a sea floor
sea_level : depth of the water's surface, m, positive down
raises    : MeshError where rows cross or numbers make no sense)");
  m.def(
      "design_grid",
      [](const std::vector<double>& sites, const std::vector<double>& periods, const std::vector<double>& ground_y,
         const std::vector<double>& ground_z, double resistivity, double near_surface, double per_skin_depth,
         double growth, double padding_growth, double between_sites, double depth, double sides, double air,
         double sea_resistivity, double sea_level) {
        return design_grid(sites, periods, {ground_y, ground_z},
                           {resistivity,
                            near_surface,
                            per_skin_depth,
                            growth,
                            padding_growth,
                            between_sites,
                            depth,
                            sides,
                            air,
                            {sea_resistivity, sea_level}});
      },
      "sites"_a, "periods"_a, "ground_y"_a = std::vector<double>(), "ground_z"_a = std::vector<double>(), py::kw_only(),
      "resistivity"_a = 100.0, "near_surface"_a = 0.0, "per_skin_depth"_a = 3.0, "growth"_a = 1.25,
      "padding_growth"_a = 1.5, "between_sites"_a = 4.0, "depth"_a = 4.0, "sides"_a = 5.0, "air"_a = 5.0,
      "sea_resistivity"_a = 0.0, "sea_level"_a = 0.0,
      R"(A grid for sites and periods by rules of skin depths.

sites, periods     : m along the profile; s
ground_y, ground_z : the ground: depths (m, positive down) at ascending places; none: level at 0
resistivity        : ohm m, of the host; near_surface: of what lies on top, 0: the host's
per_skin_depth     : rows within the shortest skin depth
growth             : from row to row and column to column; padding_growth: beyond the sites and in the air
between_sites      : columns between neighbours, at least
depth, sides, air  : extents in skin depths of the host at the longest period
sea_resistivity    : ohm m, of water over the ground, which then is a sea floor; 0: none
sea_level          : depth of the water's surface, m, positive down
raises             : ValueError, MeshError where land rises out of the sea

>>> tl.elec.mt2d.design_grid([-1000.0, 0.0, 1000.0], [0.01, 1.0])
Grid(27 columns from -29207.5 to 29207.5 m, 11 rows of air, 16 of earth))");
  py::class_<Finding>(m, "Finding", "A rule that a grid breaks.")
      .def_readonly("rule", &Finding::rule, "'depth', 'sides', 'air', 'first row', 'growth', 'slope', 'sites'")
      .def_readonly("message", &Finding::message, "what and where, with numbers, and how to mend it")
      .def("__repr__", [](const Finding& f) { return f.rule + ": " + f.message; });
  m.def(
      "diagnose",
      [](const Grid& grid, const Operand& resistivity, const std::vector<double>& periods, const Operand& sites) {
        return diagnose(grid, resistivity.value, periods, {cast(sites.value, DType::f64)});
      },
      "grid"_a, "resistivity"_a, "periods"_a, "sites"_a,
      "What to expect trouble from: a list of findings, empty where the grid is sound. See refinement_error.");
}

void bind_doctor(py::module_& m) {
  py::class_<LargestError>(
      m, "LargestError",
      "The largest relative errors over periods and sites; the tipper's is absolute. NaN for a mode "
      "that was not asked for.")
      .def_readonly("zxy", &LargestError::zxy)
      .def_readonly("zyx", &LargestError::zyx)
      .def_readonly("tipper", &LargestError::tipper)
      .def_readonly("period", &LargestError::period, "s, of the largest of the impedances")
      .def_readonly("place", &LargestError::place, "m, likewise")
      .def_property_readonly("largest", &LargestError::largest, "of the impedances");
  py::class_<Ailment>(m, "Ailment", "A rule that a grid breaks, and the error to expect of it.")
      .def_readonly("finding", &Ailment::finding)
      .def_readonly("error", &Ailment::error)
      .def("__repr__", [](const Ailment& a) {
        return text(a.finding.rule, ": ", a.finding.message, "; error to expect ", a.error.largest());
      });
  py::class_<Checkup>(m, "Checkup", "What is wrong with a grid, measured.")
      .def_readonly("ailments", &Checkup::ailments, "a list of Ailment, empty where the grid is sound")
      .def_readonly("elements", &Checkup::elements, "the error of the elements, by refining them once");
  m.def(
      "check_up",
      [](const Grid& grid, const py::object& resistivity, const std::vector<double>& periods, const Operand& sites,
         int order, double water) {
        const Resistivity rho = resistivity_of(resistivity);
        const Receivers receivers = under_water({cast(sites.value, DType::f64)}, water);
        const py::gil_scoped_release unlocked;
        return check_up(grid, rho, periods, receivers, {.order = order});
      },
      "grid"_a, "resistivity"_a, "periods"_a, "sites"_a, "order"_a = 2, "water"_a = 0.0,
      "diagnose() with the error to expect of each broken rule: of depth, sides and air the difference to a grid that "
      "keeps it, of the rules of sizes that to the refined grid. True errors are within a factor of two where fields "
      "are "
      "smooth. Returns a Checkup.");
}

}  // namespace

void bind_mt2d(py::module_& parent) {
  py::module_ m = parent.attr("elec").cast<py::module_>().def_submodule(
      "mt2d", R"(Responses of two-dimensional earths by finite elements, differentiable in all that they depend on.

x along strike, y along the profile, z down; SI units, exp(+iwt). TE gives Zxy and the tipper, TM gives Zyx.)");
  bind_grids(m);
  py::class_<Response> response(m, "Response", "Complex [period, site]; None where the mode was not asked for.");
  bind_response(response);
  py::class_<Derivatives>(m, "Derivatives",
                          "A response and its derivatives by ln rho, complex [period, site, row, column].")
      .def_property_readonly(
          "value", [](const Derivatives& d) { return or_none(d.value); }, "[period, site]")
      .def_property_readonly(
          "by_x", [](const Derivatives& d) { return or_none(d.by_x); }, "by ln rho along strike, or None")
      .def_property_readonly(
          "by_y", [](const Derivatives& d) { return or_none(d.by_y); }, "by ln rho along the profile, or None")
      .def_property_readonly(
          "by_z", [](const Derivatives& d) { return or_none(d.by_z); }, "by ln rho downwards, or None")
      .def_property_readonly(
          "by", [](const Derivatives& d) { return or_none(d.by); }, "by ln rho, of isotropic sections, or None");
  py::class_<Sensitivity>(m, "Sensitivity", "The responses with their derivatives.")
      .def_readonly("zxy", &Sensitivity::zxy)
      .def_readonly("zyx", &Sensitivity::zyx)
      .def_readonly("tipper", &Sensitivity::tipper);
  py::class_<Forward>(m, "Forward",
                      "The response of a section as a function of its resistivity, made ready once for a grid, periods "
                      "and sites.")
      .def(py::init(&made), "grid"_a, "periods"_a, "sites"_a, "row"_a = -1, "stance"_a = "level", "order"_a = 2,
           "mode"_a = "both", "water"_a = 0.0,
           R"(grid    : Grid
periods : [period], s
sites   : [site], m along the profile
row     : of nodes on which the sites stand; -1: the ground, which is the surface or the sea floor
stance  : 'level', 'along_ground', or tilts [site] of the axis along the profile, degrees, positive where it points down
water   : ohm m, of the sea over the sites, one number: TM on a sea floor needs it unless they stand along the ground
order   : 1 bilinear, 2 biquadratic elements
mode    : 'te', 'tm' or 'both'
raises  : MeshError, ValueError)")
      .def(
          "__call__",
          [](const Forward& f, const py::object& resistivity) {
            const Resistivity rho = resistivity_of(resistivity);
            const py::gil_scoped_release unlocked;
            return f(rho);
          },
          "resistivity"_a,
          "resistivity [earth rows, columns], ohm m, or a tuple (along strike, along profile, down) of three. Returns "
          "a "
          "Response. Raises ValueError for shapes and values, SolveError.")
      .def(
          "sensitivity",
          [](const Forward& f, const py::object& resistivity, bool zxy, bool zyx, bool tipper, bool isotropic) {
            const Resistivity rho = resistivity_of(resistivity);
            const py::gil_scoped_release unlocked;
            return f.sensitivity(rho, {zxy, zyx, tipper, isotropic});
          },
          "resistivity"_a, py::kw_only(), "zxy"_a = true, "zyx"_a = true, "tipper"_a = true, "isotropic"_a = false,
          "The responses with all derivatives by ln rho, by one solve a response: what tl.jacobian would give, row by "
          "row. zxy, zyx, tipper: which are wanted; isotropic: one derivative, `by`, instead of those along the axes.")
      .def(
          "with_cells",
          [](const Forward& f, const py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>& cell,
             std::int64_t count) {
            return f.with_cells({{cell.data(), cell.data() + cell.size()}, count});
          },
          "cell"_a, "count"_a,
          "The same with derivatives by cells, [period, site, count]: cell [earth rows, columns] is the number of the "
          "cell of each element, -1 for none. Raises ValueError.")
      .def(
          "distributed",
          [](const Forward& f, const py::object& resistivity) {
            const Resistivity rho = resistivity_of(resistivity);
            const py::gil_scoped_release unlocked;
            return distributed(f, rho);
          },
          "resistivity"_a,
          "The same, computed now, periods and modes shared out among the processes of mpirun, which must all call "
          "this; the same bits for any number of them. No transforms follow.")
      .def(
          "distributed_sensitivity",
          [](const Forward& f, const py::object& resistivity, bool zxy, bool zyx, bool tipper, bool isotropic) {
            const Resistivity rho = resistivity_of(resistivity);
            const py::gil_scoped_release unlocked;
            return distributed_sensitivity(f, rho, {zxy, zyx, tipper, isotropic});
          },
          "resistivity"_a, py::kw_only(), "zxy"_a = true, "zyx"_a = true, "tipper"_a = true, "isotropic"_a = false,
          "sensitivity() likewise.")
      .def("with_grid", &Forward::with_grid, "grid"_a,
           "The same with other depths of nodes: for derivatives by topography.")
      .def(
          "with_sites",
          [](const Forward& f, const Operand& sites) {
            Receivers moved = f.receivers();
            moved.y = cast(sites.value, DType::f64);
            return f.with_receivers(moved);
          },
          "sites"_a, "The same with sites elsewhere on the same row: for derivatives by their places.")
      .def_property_readonly("grid", &Forward::grid)
      .def_property_readonly("periods", &Forward::periods);
  bind_doctor(m);
  m.def(
      "forward",
      [](const Grid& grid, const py::object& resistivity, const Operand& periods, const Operand& sites,
         const std::string& mode) {
        return made(grid, periods, sites, -1, py::str("level"), 2, mode, 0)(resistivity_of(resistivity));
      },
      "grid"_a, "resistivity"_a, "periods"_a, "sites"_a, "mode"_a = "both",
      R"(The response of a section at once; Forward keeps what calls share.

>>> grid = tl.elec.mt2d.design_grid([0.0], [1.0])
>>> z = tl.elec.mt2d.forward(grid, tl.full((grid.earth_rows, grid.ny), 100.0), [1.0], [0.0]).zxy
>>> round(tl.elec.apparent_resistivity(z, [1.0]).item())
100)");
  m.def(
      "refinement_error",
      [](const Grid& grid, const py::object& resistivity, const Operand& periods, const Operand& sites, int order,
         double water) {
        const Resistivity rho = resistivity_of(resistivity);
        const py::gil_scoped_release unlocked;
        return refinement_error(grid, rho, cast(periods.value, DType::f64),
                                under_water({cast(sites.value, DType::f64)}, water), {.order = order});
      },
      "grid"_a, "resistivity"_a, "periods"_a, "sites"_a, "order"_a = 2, "water"_a = 0.0,
      "|Z - Z'| / |Z'| of this grid's responses and those of a grid with every element cut in four, [period, site], as "
      "a "
      "Response of real numbers; the tipper's is absolute.");
}

}  // namespace terrella::python
