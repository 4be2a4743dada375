#include "inversion/few_layers.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/ops.h"
#include "core/optimize/ceres.h"
#include "elec/mt1d/impedance.h"
#include "inversion/layered_earth.h"
#include "inversion/misfit/loss.h"
#include "inversion/resolution.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

std::vector<double> logarithms(std::vector<double> values) {
  for (double& x : values) x = std::log10(x);
  return values;
}

/// Residuals of parameters [log10 resistivity of `layers`, log10 thickness of `layers` - 1].
optimize::Term few_layers_data(const Sounding& sounding, std::int64_t layers, const Invert1dOptions& options) {
  std::vector<double> f;
  for (const double period : sounding.period) f.push_back(1 / period);
  const Tensor frequency(f);
  const ComplexMisfit misfit = misfit_of(sounding, options);
  const auto property = [](const Tensor& m) { return exp(std::numbers::ln10 * m); };

  optimize::Term term;
  term.name = "data";
  if (options.loss == Loss1d::huber) term.loss = huber();
  if (options.loss == Loss1d::student_t) term.loss = student_t();
  term.residual = [=](const Tensor& m) {
    const Tensor p = property(m);
    return misfit.residual(
        elec::impedance_1d(slice(p, 0, {0, layers}), slice(p, 0, {layers, std::nullopt}), frequency));
  };
  term.linearize = [=](const Tensor& m) {
    const Tensor p = property(m);
    const auto made =
        elec::impedance_1d_jacobian(slice(p, 0, {0, layers}), slice(p, 0, {layers, std::nullopt}), frequency);
    const Tensor all = concatenate({made.by_resistivity, made.by_thickness}, 1);  // [period, parameter]
    const auto z = made.impedance.data<Complex>(), dz = all.data<Complex>();
    const auto values = p.data<double>();
    const std::size_t n = at(m.size());
    const std::vector<ComplexMisfit::Row> rows = misfit.rows(z);
    std::vector<double> jacobian(rows.size() * n);
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t j = 0; j < n; ++j)
        jacobian[i * n + j] = (rows[i].factor * dz[at(rows[i].datum) * n + j]).real() * std::numbers::ln10 * values[j];
    return optimize::Linearization{
        misfit.residual(made.impedance).to_vector<double>(),
        optimize::dense(static_cast<std::int64_t>(rows.size()), m.size(), std::move(jacobian))};
  };
  return term;
}

}  // namespace

FewLayersAnswer invert_few_layers(const Sounding& sounding, const Invert1dOptions& o) {
  const FewLayers1d& f = o.few_layers;
  const auto layers = static_cast<std::int64_t>(f.count);
  const SkinDepths depths = skin_depths(std::span(&sounding, 1));
  const double lowest = f.lowest_thickness > 0 ? f.lowest_thickness : depths.smallest / 100;
  const double highest = f.highest_thickness > 0 ? f.highest_thickness : 3 * depths.largest;

  std::vector<double> start = f.resistivity, thickness = f.thickness;
  if (start.empty())
    start.assign(at(layers), o.start_resistivity > 0 ? o.start_resistivity : mean_resistivity(sounding));
  if (thickness.empty()) {  // interfaces evenly in the logarithm of depth
    double above = 0;
    for (std::int64_t i = 1; i < layers; ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(layers);
      const double depth = depths.smallest / 3 * std::pow(3 * depths.largest / depths.smallest, share);
      thickness.push_back(depth - above);
      above = depth;
    }
  }
  start.insert(start.end(), thickness.begin(), thickness.end());
  start = logarithms(std::move(start));

  optimize::CeresOptions ceres;
  ceres.max_iterations = o.max_iterations;
  ceres.value_tolerance = 1e-7;  // far below what the errors of the data can tell
  const bool bounded = o.highest_resistivity > 0;
  ceres.lower.assign(at(layers), std::log10(bounded ? o.lowest_resistivity : 1e-3));
  ceres.upper.assign(at(layers), std::log10(bounded ? o.highest_resistivity : 1e6));
  ceres.lower.resize(start.size(), std::log10(lowest));
  ceres.upper.resize(start.size(), std::log10(highest));
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = std::clamp(start[i], ceres.lower[i], ceres.upper[i]);

  Problem problem;
  problem.data = few_layers_data(sounding, layers, o);
  const optimize::Summary found = optimize::minimize_ceres({problem.data}, Tensor(start), ceres);

  FewLayersAnswer answer;
  const std::vector<double> m = found.state.x.to_vector<double>();
  for (std::size_t i = 0; i < m.size(); ++i)
    (i < at(layers) ? answer.resistivity : answer.thickness).push_back(std::pow(10.0, m[i]));
  State& state = answer.summary.state;
  state.model = m;
  state.iteration = found.state.iteration;
  state.values = evaluate(problem, found.state.x);
  const double count = 2 * state.values.misfit / (state.values.rms * state.values.rms);
  for (const optimize::Iteration& row : found.state.history)
    state.history.push_back({-1, static_cast<std::int32_t>(row.iteration), std::sqrt(2 * row.value / count), row.value,
                             0, 0, row.step, row.seconds});
  answer.summary.reason = found.reason;
  answer.summary.message = found.message;

  if (!o.resolution) return answer;
  const Resolution r = resolution(problem, found.state.x, 0, found.state.x.size());
  const optimize::Linearization data = optimize::linearize(problem.data, found.state.x);
  const auto& block = std::get<optimize::BlockMatrix>(data.jacobian).blocks[0];
  std::vector<double> sensitivity(at(layers), 0.0);
  for (std::int64_t i = 0; i < block.rows; ++i)
    for (std::int64_t j = 0; j < layers; ++j)
      sensitivity[at(j)] += std::abs(block.values[at(i * block.columns + j)]) / std::numbers::ln10;
  for (std::int64_t i = 0; i < layers; ++i) {
    answer.error.push_back(r.error[at(i)]);
    for (std::int64_t j = 0; j < layers; ++j) answer.resolution.push_back(r.matrix[at(i * found.state.x.size() + j)]);
  }
  answer.sensitivity = cumulated_sensitivity(sensitivity);
  answer.depth_of_investigation = depth_of_investigation(answer.sensitivity, answer.thickness);
  return answer;
}

}  // namespace terrella::inversion
