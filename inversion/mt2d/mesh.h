// inversion/mt2d/mesh.h: the grid of the forward problem with the cells of an inversion on it.
#pragma once
#include <string>
#include <vector>

#include "elec/mt2d/design.h"
#include "inversion/mt2d/cells.h"
#include "inversion/mt2d/data.h"

namespace terrella::inversion {

/// A grid, on whose ground the sites stand, which elements make a cell, and the resistivities to start from and to
/// hold: designed, or given by the user, of another code's mesh and model, say.
struct Mesh2d {
  elec::mt2d::Grid grid;
  std::vector<std::int64_t> cell;   ///< of every element of the earth, [rows, columns], from 0; -1: held
  std::vector<double> resistivity;  ///< ohm m, start of cells (logarithmic mean of their elements) and what is held
};

/// Throws std::invalid_argument or MeshError where sizes disagree, a resistivity is not positive.
void validate(const Mesh2d& mesh);

/// The mesh for these data. `notes` gets what was decided, one sentence each. Throws std::invalid_argument where a sea
/// is asked for and a site does not stand under its water.
Mesh2d design_mesh(const Data2d& data, const Invert2dOptions& options, std::vector<std::string>& notes);

/// A warning where sites lie below depth 0 and the options have no sea: that they stand on dry land, as salt lakes and
/// mines have it, is taken for granted. Empty where there is nothing to tell.
std::string missing_sea(const Data2d& data, const Invert2dOptions& options);

/// The ground through the sites that have a depth, each place once; empty where none has or topography is not wanted.
elec::mt2d::Profile ground_of(const Data2d& data, bool topography);

}  // namespace terrella::inversion
