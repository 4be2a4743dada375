// elec/mt2d/receivers.h: what instruments on a row of nodes, the surface or the sea floor, record of a field.
#pragma once
#include <optional>

#include "elec/mt2d/fields.h"

namespace terrella::elec::mt2d {

/// How an instrument stands: its horizontal axes level, along the ground, or as Receivers::tilt says. TM at the
/// surface: no current leaves the ground, so that E along the ground is all there is. On a sea floor current does, and
/// E across it is that of the water, in which instruments stand.
enum class Stance : std::uint8_t { level, along_ground, tilted };

struct Receivers {
  Tensor y;               ///< m along the profile, within the grid, [sites]; differentiable between the grid's lines
  std::int64_t row = -1;  ///< of nodes on which they stand; -1: the ground, which is the surface or the sea floor
  Stance stance = Stance::level;
  Tensor tilt = Tensor::none();  ///< degrees, of the axis along the profile, positive where it points down, [sites]
  /// ohm m, of the water over each site, [sites]: what TM needs of instruments below the surface that do not stand
  /// along the ground. Held: no derivative by the resistivity of the rows of water goes through it.
  Tensor water = Tensor::none();
};

/// Components at the receivers, complex [periods, sites].
struct Recorded {
  Tensor strike;      ///< Ex (TE) or Hx (TM)
  Tensor horizontal;  ///< Hy (TE) or Ey (TM), along the instrument's axis
  Tensor vertical;    ///< Hz (TE), at right angles to that axis, positive down; none() in TM
  Tensor tested;      ///< the sums over the elements below, [periods, nodes of the row]
};

/// How a component follows from the field on the nodes of the row and from the flux through it, a du/dn with n up. The
/// flux is what makes the row's mass matrix, integrals along it of products of its nodes' functions, give the sums over
/// the elements below (Carey 1982), and so `flux` weighs these sums: it is as accurate as the field.
struct Weights {
  Tensor value, flux;  ///< real [sites, nodes of the row]; none() where they are zero
};

/// How E along the ground follows from the current along it, which is continuous where E is not, beside contacts: both
/// have the sums over the elements below in common, and the row's mass matrix is that of resistivity.
struct GroundCurrent {
  Assembly mass;  ///< of the row
  Tensor edges;   ///< its parts [columns, (order + 1)^2]: of resistivity 1, in a model of that of the elements below
  Numbers edge;   ///< the one that each receiver stands on
  Tensor values;  ///< of E from rho J at the nodes of the row, [sites, nodes of the row]
};

/// Components at receivers. Those of H in TE are to be divided by i w mu_0.
struct Instruments {
  RowPlaces places;
  Weights strike, horizontal, vertical;
  std::optional<GroundCurrent> current;  ///< in TM at the surface: horizontal.flux follows from it for each model
};

/// MeshError where a receiver lies outside, in the air or on the bottom.
Instruments instruments_of(const Grid& grid, const Section& section, const Places& places, const Receivers& receivers);

/// With the weights that depend on resistivity.
Instruments in_model(const Instruments& instruments, const Resistivity& resistivity);

/// Sums over the elements below the row, tested with the functions of the row's nodes, as matrices [unknown, nodes of
/// the row] and [known, nodes of the row] of each period; transposed, they make the sums of the field.
struct RowSums {
  SparseTensor own, known;
};
RowSums row_sums(const Section& section, const Fields& fields, const Tensor& omega, const RowPlaces& places);

Recorded record(const Section& section, const Fields& fields, const Tensor& omega, const Instruments& instruments);

}  // namespace terrella::elec::mt2d
