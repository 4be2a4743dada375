// inversion/strategy/linearized.h: a problem linearised once, and its steps at any lambda.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "inversion/problem.h"

namespace terrella::inversion {

/// Where the systems of the steps are solved: as large as the model, or as the data (core/optimize/data_space.h), with
/// the same steps to rounding. smaller: the data's where they are fewer than the parameters and those are many.
enum class Space : std::uint8_t { model, data, smaller };

/// H = J^T W J + prior + lambda R at a model; W the weights of the loss.
class Linearized {
 public:
  Linearized(const Problem& problem, std::vector<double> model, Space space = Space::model);

  const std::vector<double>& model() const { return model_; }
  Space space() const { return space_; }  ///< model or data
  bool finite() const { return finite_; }
  /// log10 of the lambda at which both matrices weigh the same.
  double balance() const;
  /// Minus the gradient at this lambda (0: that of the data and the prior alone).
  std::vector<double> descent(double lambda) const;
  const optimize::Linearization& data() const { return linear_; }
  const std::vector<double>& weight() const { return weight_; }

  /// H at one lambda; copies share factors.
  class At {
   public:
    /// H^-1 b; none where it is not finite.
    std::optional<std::vector<double>> solve(const std::vector<double>& b) const;
    /// Trace of J H^-1 J^T W.
    double freedom() const;
    /// Diagonal of H^-1.
    std::vector<double> inverse_diagonal() const;

   private:
    friend class Linearized;
    struct Kind;
    std::shared_ptr<const Kind> kind_;
  };
  /// None where H is not positive definite in floating point.
  std::optional<At> at(double lambda) const;

 private:
  std::vector<double> model_;
  Space space_;
  bool finite_ = false;
  optimize::Linearization linear_;
  std::vector<double> weight_, data_gradient_, model_gradient_;
  double data_trace_ = 0, model_trace_ = 0;
  struct Matrices;
  std::shared_ptr<const Matrices> matrices_;
};

}  // namespace terrella::inversion
