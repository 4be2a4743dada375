// viz/mesh_2d.h: a picture of a two-dimensional grid: elements, ground and sites, as a whole and around the sites.
#pragma once
#include <string>
#include <vector>

#include "elec/mt2d/grid.h"
#include "viz/figure.h"

namespace terrella::viz {

struct MeshPicture {
  elec::mt2d::Grid grid;
  std::vector<double> resistivity;  ///< ohm m, of the elements of the earth [row, column]; empty: the earth is plain
  std::vector<double> place;        ///< m, of sites along the profile
  std::vector<std::string> name;    ///< of sites; empty: none are written
  double depth = 0;  ///< m below the ground, of the picture around the sites; 0: a third of the sites' extent, but
                     ///< eight rows at least
  std::string title = "Mesh";
  std::vector<std::string> notes = {};
};

/// Upper panel: around the sites; lower panel: all of it, with the frame of the upper one. Throws MeshError for grids
/// that are none and std::invalid_argument where sizes disagree.
Figure mesh_figure(const MeshPicture& picture);

}  // namespace terrella::viz
