// inversion/mt2d/checkerboard.h: what an inversion would find of a pattern that is known: blocks of higher and lower
// resistivity are laid over a model, their data are computed with noise of the size of the errors, and inverted by the
// same configuration on the same mesh.
//
// It shows sizes and places that the data can tell apart, for this background and these choices of smoothness; it says
// nothing about whether the earth is two-dimensional. Leveque, Rivera & Wittlinger (1993) on what it cannot show: a
// board that comes back does not prove that larger or smaller bodies do.
#pragma once
#include "inversion/mt2d/mt2d.h"
#include "inversion/mt2d/section.h"

namespace terrella::inversion {

struct CheckerboardOptions {
  double contrast = 0.5;   ///< decades, up and down
  double width = 0;        ///< m, of blocks at the ground; 0: twice the median distance of sites
  double height = 0;       ///< m, likewise; 0: half the width
  double growth = 1.4;     ///< of width and height from one row of blocks to the next
  double depth = 0;        ///< m, below which no block begins; 0: the greatest depth of investigation below sites
  double background = 0;   ///< ohm m, of a half-space; 0: the result's model
  std::uint64_t seed = 1;  ///< of the noise
  /// Data of every element cut in four. Sharp blocks at the ground make errors of the mesh that smooth models do not
  /// have, and a coarse mesh may then not fit; off, data and inversion share the mesh and only the noise is between.
  bool refined = false;
};

/// Of one row of blocks, between the outermost sites; with t what was added to log10 resistivity and r what came back
/// of it, by area:
struct Recovery {
  double top = 0, bottom = 0;  ///< m below the ground
  double amplitude = 0;        ///< sum r t / sum t^2: 1 where all comes back
  double correlation = 0;      ///< sum r t / sqrt(sum t^2 sum r^2)
  double resolvability = 0;    ///< sum (t + r)^2 / (2 sum t^2 + 2 sum r^2): 1 for r = t, 0.5 for noise; Zelt (1998)
  bool operator==(const Recovery&) const = default;
};

struct Checkerboard {
  Result2d recovered;              ///< with `truth`, and what was done among its choices
  std::vector<double> background;  ///< log10 resistivity without blocks, [row, column]
  std::vector<Recovery> recovery;  ///< from the ground down
};

/// The test for a result and the options that it was made by. std::invalid_argument for options that make no sense, for
/// anisotropic results, and where no element lies in a block.
Checkerboard checkerboard_test(const Result2d& result, const Invert2dOptions& options,
                               const CheckerboardOptions& board = {}, const RunControl& control = {});

/// +1, -1, or 0 outside of all blocks, of every element, [rows, columns]. Blocks are made of whole cells, those whose
/// middles lie within, so that the inversion could find them exactly.
std::vector<double> board_signs(const Section2d& section, const CheckerboardOptions& board);

/// With chosen sizes filled in.
CheckerboardOptions settled(CheckerboardOptions board, const Section2d& section, const SectionModel& model);

}  // namespace terrella::inversion
