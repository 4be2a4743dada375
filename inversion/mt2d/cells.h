// inversion/mt2d/cells.h: what an inversion seeks on the elements of a two-dimensional forward problem: cells of one or
// several elements, finer than the data can tell apart below sites, coarser with depth.
#pragma once
#include <cstdint>
#include <vector>

#include "elec/mt2d/grid.h"

namespace terrella::inversion {

/// A line, m along the profile and m down, across which the model may jump.
struct CutLine {
  std::vector<double> y, z;
  bool operator==(const CutLine&) const = default;
};

/// Places and sizes of the elements of the earth and the sea, [rows, columns].
struct ElementPlaces {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> y, z;    ///< m, of their middles
  std::vector<double> depth;   ///< m, of their middles below the ground; negative in the sea
  std::vector<double> height;  ///< m, in the middle
  std::vector<double> area;    ///< m^2
};
ElementPlaces element_places(const elec::mt2d::Grid& grid);

/// Elements to cells.
struct Cells {
  std::int64_t count = 0;
  std::vector<std::int64_t> cell;      ///< of every element of the earth, [rows, columns]; -1: held
  std::vector<double> y, z;            ///< m, of their middles, [count]
  std::vector<double> depth;           ///< m, below the ground, [count]
  std::vector<double> area;            ///< m^2, [count]
  std::vector<std::int64_t> elements;  ///< how many, [count]
};

/// Cells numbered 0 .. count - 1 by their elements. Throws std::invalid_argument for another number of elements, a
/// number below -1, one that no element has, and where all are held.
Cells cells_of(const elec::mt2d::Grid& grid, const std::vector<std::int64_t>& cell);

/// Cells at the ground have `columns` columns, those of a site in their middle, beyond the sites one; deeper down
/// neighbours are joined, pair by pair from row to row, while their width does not exceed `width` times the
/// depth of the row's bottom below the ground; neighbouring rows likewise by `height`. 0 joins none. Elements of
/// `held` (empty: none) are left out, and so is the sea.
struct CellDesign {
  std::vector<double> sites = {};  ///< m along the profile
  int columns = 1;                 ///< odd; fewer where sites stand too close
  double width = 0.4;
  double height = 0;
};
std::vector<std::int64_t> design_cells(const elec::mt2d::Grid& grid, const CellDesign& design,
                                       const std::vector<bool>& held = {});

/// Two cells with a common side.
struct CellSide {
  std::int64_t a = 0, b = 0;  ///< a < b
  bool along_rows = false;    ///< beside each other; else one above the other
  double length = 0;          ///< m, of what they have in common
  double distance = 0;        ///< m, of their middles along or across the rows
  double depth = 0;           ///< m, of both middles below the ground
};
/// Every pair once for each direction, in the order of the elements. Sides between elements whose middles a line
/// separates are left out.
std::vector<CellSide> sides_of(const elec::mt2d::Grid& grid, const Cells& cells, const std::vector<CutLine>& cuts = {});

}  // namespace terrella::inversion
