// elec/mt2d/forward.h: magnetotelluric responses of a two-dimensional earth.
#pragma once
#include <functional>

#include "elec/mt2d/sensitivity.h"

namespace terrella::elec::mt2d {

/// Complex [periods, sites]. Impedances in ohm, exp(+i w t); Zxy is that of the TE mode, Zyx that of the TM mode, whose
/// phase over a uniform earth is -135 degrees. Hz = tipper Hy. A mode that was not asked for is Tensor::none().
struct Response {
  Tensor zxy, zyx, tipper;
};

/// A response with its derivatives by ln rho of every element of the earth, complex [periods, sites, earth rows, ny].
struct Sensitivity {
  Derivatives zxy, zyx, tipper;
};

struct SensitivityOptions {
  bool zxy = true, zyx = true, tipper = true;  ///< which are wanted; the others are not computed
  bool isotropic = false;                      ///< one derivative, `by`, instead of those along the axes
};

struct ForwardOptions {
  int order = 2;  ///< of elements: 1 bilinear, 2 biquadratic
  bool te = true, tm = true;
};

/// A period and a mode: what is computed by itself.
struct Piece {
  std::int64_t period;
  Mode mode;
};

/// The response of a section as a function of its resistivity, made ready once for a grid, periods and receivers.
///
/// Where all that it depends on has numbers and no transform follows, threads share out periods and modes, and what
/// comes back is computed; else it is graph, whose operations share out their work. All derivatives of any order by the
/// transforms, also by depths of nodes (with_grid) and by receiver positions; they solve with the factors of the
/// forward problem.
class Forward {
 public:
  /// periods [n], s. MeshError for grids and receivers that do not fit, std::invalid_argument for periods.
  Forward(Grid grid, const Tensor& periods, Receivers receivers, ForwardOptions options = {});
  Response operator()(const Resistivity& resistivity) const;
  /// The same with all derivatives by resistivity, for Gauss-Newton: the rows that jacobian() would give, by one solve
  /// a response.
  Sensitivity sensitivity(const Resistivity& resistivity, const SensitivityOptions& options = {}) const;
  /// All periods and the modes that tell what is wanted, those that take longest first.
  std::vector<Piece> pieces(const SensitivityOptions& options = {}) const;
  /// Computes some of them, one at a time on each thread, and gives each to `take` there as soon as it is done, with
  /// its number among `pieces`: complex [1, sites, ..], none() where it does not tell. Several threads may be in `take`
  /// at the same time. The resistivity has numbers; no transforms follow.
  void each(const Resistivity& resistivity, const std::vector<Piece>& pieces,
            const std::function<void(std::size_t, const Response&)>& take) const;
  void each_sensitivity(const Resistivity& resistivity, const std::vector<Piece>& pieces,
                        const SensitivityOptions& options,
                        const std::function<void(std::size_t, const Sensitivity&)>& take) const;
  /// The same with derivatives by the resistivity of cells of one or several elements, -1 for elements that are none:
  /// [periods, sites, cells]. std::invalid_argument where numbers do not fit.
  Forward with_cells(Cells cells) const;
  /// The same with other depths of nodes or receivers, of the same numbers of rows, lines and sites.
  Forward with_grid(Grid grid) const;
  Forward with_receivers(Receivers receivers) const;
  /// The same at other periods.
  Forward with_periods(const Tensor& periods) const;

  const Grid& grid() const { return grid_; }
  const Tensor& periods() const { return periods_; }
  const Receivers& receivers() const { return receivers_; }
  std::int64_t unknowns(Mode mode) const;

 private:
  struct Half {  // of one mode
    Places places;
    Section section;
    Instruments instruments;
    ChangePlaces changes;
  };
  struct Model {  // what a mode's periods share
    Matrices matrices;
    Instruments instruments;
  };
  static Model model_of(const Half& half, const Resistivity& resistivity);
  Half half_of(const Places& places, Mode mode) const;
  void set_periods(const Tensor& periods);
  void require_shapes(const Resistivity& resistivity) const;
  bool at_hand(const Resistivity& resistivity) const;
  void share_out(const Resistivity& resistivity, const std::vector<Piece>& pieces,
                 const std::function<void(std::size_t, const Half&, const Model&, const Tensor&)>& work) const;
  Grid grid_;
  Tensor periods_, omega_;
  Receivers receivers_;
  ForwardOptions options_;
  Cells cells_;
  std::vector<Half> te_, tm_;  // one or none
};

}  // namespace terrella::elec::mt2d
