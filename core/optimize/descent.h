// core/optimize/descent.h: the loop around one iteration that the minimisers share: records, callbacks, reasons to
// stop.
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "core/optimize/state.h"

namespace terrella::optimize {

/// When small is small enough.
struct Tolerances {
  double gradient = 1e-8;  ///< largest |component| relative to that at the start
  double step = 1e-12;     ///< of x, relative to |x|
  double value = 1e-12;    ///< decrease in one iteration, relative to the value
};

double largest(std::span<const double> values);
double dot_of(std::span<const double> a, std::span<const double> b);
/// a += factor b.
void add_scaled(std::span<double> a, double factor, std::span<const double> b);

/// Keeps a run's books: its history, its clock, its summary.
class Descent {
 public:
  Descent(State start, int max_iterations, const Tolerances& tolerances, const Progress& progress);

  State state;
  std::int64_t evaluations = 0;

  /// Notes the start of a fresh run. None: go on; else the reason to stop, which a resumed run may have had before.
  std::optional<Stop> begin(double value, double gradient);
  bool has_iterations_left() const { return state.iteration < max_iterations_; }
  /// Takes the accepted point and notes the iteration. None: go on; else the reason to stop.
  std::optional<Stop> accept(const Tensor& x, double value, double gradient, double step);
  Summary finish(Stop reason, const std::string& detail = "");

 private:
  bool is_flat(double gradient) const;
  bool note(double gradient, double step);
  int max_iterations_;
  Tolerances tolerances_;
  const Progress& progress_;
  std::chrono::steady_clock::time_point clock_ = std::chrono::steady_clock::now();
  double seconds_before_;
};

}  // namespace terrella::optimize
