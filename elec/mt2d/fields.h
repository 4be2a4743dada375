// elec/mt2d/fields.h: the field along strike, electric (TE) or magnetic (TM), over a section that a plane wave excites.
//
// exp(+i w t), x along strike, y along the profile, z down. TE: d2Ex/dy2 + d2Ex/dz2 = i w mu_0 Ex / rho_x, with the air
// and Hy = 1 on top of it. TM: d/dy(rho_z dHx/dy) + d/dz(rho_y dHx/dz) = i w mu_0 Hx in the earth, with Hx = 1 on its
// surface. At both sides stand the fields of the layers there, computed by the same elements; at the bottom a
// half-space of the lowest row's resistivity below each edge, as for waves that go straight down.
#pragma once
#include <complex>

#include "core/sparse.h"
#include "elec/mt2d/elements.h"
#include "elec/mt2d/places.h"

namespace terrella::elec::mt2d {

inline const std::complex<double> i_unit(0, 1);

enum class Mode : std::uint8_t { te, tm };

/// Resistivities of the elements of the earth, ohm m, positive, [earth rows, ny].
struct Resistivity {
  Tensor x, y, z;
  Resistivity(const Tensor& isotropic) : x(isotropic), y(isotropic), z(isotropic) {}  // NOLINT: what most have
  Resistivity(Tensor along_strike, Tensor along_profile, Tensor down)
      : x(std::move(along_strike)), y(std::move(along_profile)), z(std::move(down)) {}
};

/// What a mode needs of a grid, whatever the resistivity.
struct Section {
  Mode mode;
  std::int64_t air_rows;  ///< among the rows of the elements; TM has none
  Elements elements;
  LineElements left, right;
};
Section section_of(const Grid& grid, Mode mode, int order);

/// The equation of the layers at one side: stiffness + i w mass + sqrt(i w) bottom.
struct LineMatrices {
  Tensor stiffness, mass, bottom;  ///< [rows, (order + 1)^2] twice, and [1]
};

/// The equation of a section, stiffness + i w mass + sqrt(i w) bottom: what all periods share of it.
struct Matrices {
  Tensor stiffness, mass;                      ///< [elements, nodes^2]
  Tensor stiffness_z;                          ///< the part that belongs to d2/dz2, proportional to rho_y in TM
  Tensor bottom;                               ///< [columns, (order + 1)^2]
  Tensor own_stiffness, own_mass, own_bottom;  ///< of the unknowns: complex values on Places::own
  SparseTensor across_stiffness, across_mass, corners;  ///< of unknowns and known nodes
  LineMatrices left, right;
};
Matrices matrices_of(const Section& section, const Places& places, const Resistivity& resistivity);

/// The field of the layers at one side.
struct Line {
  Tensor u;             ///< [periods, node rows]
  SparseFactor factor;  ///< of its equations, without a known node on top
};

/// Fields and the matrices that they came from.
struct Fields {
  Matrices matrices;
  Tensor own, known;    ///< Ex (V/m) or Hx (A/m) at the unknown and the known nodes, [periods, nodes]
  Tensor u;             ///< at all nodes, [periods, nodes]
  SparseFactor factor;  ///< of the matrix of the unknowns, for each period
  Line left, right;
};

/// sqrt(i w), [periods].
Tensor root_of(const Tensor& omega);

/// The nodes of the edges of a line one after the other, [columns (order + 1)].
Numbers edge_nodes(std::int64_t columns, int order);

/// Sums at the nodes of a line, [.., order columns + 1], from those of its edges, [.., columns, order + 1].
Tensor edges_to_line(const Tensor& values, int order);

/// For angular frequencies [periods], rad/s. SolveError where the matrix of a period is singular or not finite.
Fields fields(const Section& section, const Places& places, const Matrices& matrices, const Tensor& omega);

}  // namespace terrella::elec::mt2d
