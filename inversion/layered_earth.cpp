#include "inversion/layered_earth.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/backend/cpu/parallel.h"
#include "core/error.h"
#include "core/ops.h"
#include "datasets/survey/units.h"
#include "elec/mt1d/impedance.h"
#include "elec/mt1d/impedance_kernel.h"
#include "inversion/misfit/loss.h"
#include "inversion/regularization/roughness.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;

double apparent_resistivity(Complex z, double period) {
  return std::norm(z) * period / (2 * datasets::pi * datasets::mu_0);
}

/// A sounding as the forward operator wants it.
struct Station {
  std::vector<double> frequency;
  ComplexMisfit misfit;
};

std::vector<double> frequencies(const Sounding& sounding) {
  std::vector<double> f;
  for (const double period : sounding.period) f.push_back(1 / period);
  return f;
}

optimize::Loss loss_of(const Invert1dOptions& options) {
  switch (options.loss) {
    case Loss1d::huber:
      return huber();
    case Loss1d::student_t:
      return student_t();
    case Loss1d::squares:
      break;
  }
  return {};
}

optimize::Loss penalty_of(const Invert1dOptions& options) {
  return options.smoothing == Smoothing1d::total_variation ? absolute(options.variation_corner) : optimize::Loss{};
}

/// Residuals of one station and their derivatives by its layers' parameters, [residuals, layers].
void linearize_station(const Station& station, std::span<const double> resistivity, std::span<const double> slope,
                       std::span<const double> thickness, std::vector<double>& jacobian) {
  const std::size_t layers = resistivity.size(), n = station.frequency.size();
  std::vector<Complex> z(n), by_resistivity(n * layers), by_thickness(n * (layers - 1));
  elec::mt1d::impedance_jacobian(
      {1, static_cast<std::int64_t>(layers), static_cast<std::int64_t>(n), resistivity, thickness, station.frequency},
      z, by_resistivity, by_thickness);
  const std::vector<ComplexMisfit::Row> rows = station.misfit.rows(z);
  jacobian.resize(rows.size() * layers);
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < layers; ++j) {
      const Complex derivative = by_resistivity[static_cast<std::size_t>(rows[i].datum) * layers + j];
      jacobian[i * layers + j] = (rows[i].factor * derivative).real() * slope[j];
    }
}

}  // namespace

SkinDepths skin_depths(std::span<const Sounding> soundings) {
  std::vector<double> smallest, largest;
  for (const Sounding& s : soundings) {
    std::vector<double> depth;
    for (std::size_t i = 0; i < s.period.size(); ++i)  // sqrt(2 rho / (w mu_0)) with rho = |Z|^2 / (w mu_0)
      depth.push_back(
          std::sqrt(apparent_resistivity(s.z[i], s.period[i]) * s.period[i] / (datasets::pi * datasets::mu_0)));
    if (depth.empty()) continue;
    const auto [low, high] = std::minmax_element(depth.begin(), depth.end());
    smallest.push_back(*low);
    largest.push_back(*high);
  }
  if (smallest.empty()) fail("skin_depths: no sounding has data");
  std::sort(smallest.begin(), smallest.end());
  std::sort(largest.begin(), largest.end());
  return {smallest[smallest.size() / 10], largest[largest.size() - 1 - largest.size() / 10]};
}

std::vector<double> design_layers(std::span<const Sounding> soundings, const Layers1d& layers) {
  if (!layers.thickness.empty()) return layers.thickness;
  const SkinDepths depths = skin_depths(soundings);
  const double first = layers.first_thickness > 0 ? layers.first_thickness : depths.smallest / 10;
  const double bottom = std::max(1.5 * depths.largest, 2 * first);
  double factor = layers.factor > 0 ? layers.factor : 1.15;
  int above = layers.count - 1;
  const auto depth_of = [&](double f) { return f == 1 ? first * above : first * (std::pow(f, above) - 1) / (f - 1); };
  if (layers.count == 0) {
    above = static_cast<int>(
        std::ceil(factor == 1 ? bottom / first : std::log1p(bottom / first * (factor - 1)) / std::log(factor)));
    if (above > 499)
      fail("invert_1d: ", above, " layers would be needed to reach ", bottom,
           " m; set layers.factor or layers.first_thickness");
  } else if (layers.factor == 0) {  // the factor with which so many layers reach the bottom
    double low = 1, high = 10;
    for (int i = 0; i < 60; ++i) (depth_of((low + high) / 2) < bottom ? low : high) = (low + high) / 2;
    factor = (low + high) / 2;
  }
  std::vector<double> thickness;
  for (int i = 0; i < above; ++i) thickness.push_back(first * std::pow(factor, i));
  return thickness;
}

double mean_resistivity(const Sounding& s) {
  double total = 0;
  for (std::size_t i = 0; i < s.period.size(); ++i) total += std::log(apparent_resistivity(s.z[i], s.period[i]));
  return std::exp(total / static_cast<double>(s.period.size()));
}

Mapping resistivity_mapping(const Invert1dOptions& o) {
  if (o.highest_resistivity == 0) return log10_mapping();
  return compose(log10_mapping(), bounded_mapping(std::log10(o.lowest_resistivity), std::log10(o.highest_resistivity)));
}

ComplexMisfit misfit_of(const Sounding& s, const Invert1dOptions& options) {
  if (options.parametrization == Parametrization1d::impedance) return impedance_misfit(s.z, s.z_error);
  std::vector<double> log_error = s.log10_rho_error, angle_error = s.phase_error;
  for (std::size_t i = angle_error.size(); i < s.z.size(); ++i) {  // none or all are given
    log_error.push_back(log10_rho_error(s.z[i], s.z_error[i]));
    angle_error.push_back(phase_error(s.z[i], s.z_error[i]));
  }
  if (options.parametrization == Parametrization1d::rho_phase) return log_phase_misfit(s.z, log_error, angle_error);
  for (double& error : log_error) error *= std::numbers::ln10;  // of the logarithm to that relative to rho_a
  return power_phase_misfit(s.z, log_error, angle_error);
}

optimize::Term layered_data(std::vector<Sounding> soundings, std::vector<double> thickness, const Mapping& mapping,
                            const Invert1dOptions& options) {
  const auto layers = static_cast<std::int64_t>(thickness.size() + 1);
  const auto count = static_cast<std::int64_t>(soundings.size());
  std::vector<Station> stations;
  for (const Sounding& s : soundings) stations.push_back({frequencies(s), misfit_of(s, options)});

  optimize::Term term;
  term.name = "data";
  term.loss = loss_of(options);
  term.residual = [=, h = Tensor(thickness)](const Tensor& m) {
    const Tensor resistivity = reshape(mapping.property(m), {count, layers});
    Tensors parts;
    for (std::int64_t i = 0; i < count; ++i) {
      const Station& station = stations[static_cast<std::size_t>(i)];
      parts.push_back(station.misfit.residual(elec::impedance_1d(resistivity[i], h, Tensor(station.frequency))));
    }
    return parts.size() == 1 ? parts[0] : concatenate(parts);
  };
  term.linearize = [=, residual = term.residual](const Tensor& m) {
    const Jvp map = jvp(function(mapping.property), {m}, {ones_like(m)});  // by element, so this is the diagonal
    const auto resistivity = map.value[0].data<double>(), slope = map.tangent[0].data<double>();
    optimize::BlockMatrix jacobian{0, count * layers, {}};
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t rows = stations[static_cast<std::size_t>(i)].misfit.residuals;
      jacobian.blocks.push_back({jacobian.rows, i * layers, rows, layers, {}});
      jacobian.rows += rows;
    }
    cpu::parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i * layers), n = static_cast<std::size_t>(layers);
        linearize_station(stations[static_cast<std::size_t>(i)], resistivity.subspan(at, n), slope.subspan(at, n),
                          thickness, jacobian.blocks[static_cast<std::size_t>(i)].values);
      }
    });
    return optimize::Linearization{residual(m).to_vector<double>(), std::move(jacobian)};
  };
  return term;
}

Problem layered_problem(const std::vector<Sounding>& soundings, const std::vector<double>& thickness,
                        const Invert1dOptions& o, const std::vector<double>& start) {
  const Mapping mapping = resistivity_mapping(o);
  const auto columns = static_cast<std::int64_t>(soundings.size()),
             layers = static_cast<std::int64_t>(thickness.size() + 1);
  Problem problem;
  problem.data = layered_data(soundings, thickness, mapping, o);
  problem.model.push_back(linear_term("vertical smoothness",
                                      o.smoothing == Smoothing1d::second_difference ? second_difference(layers, columns)
                                                                                    : first_difference(layers, columns),
                                      {}, penalty_of(o)));
  if (o.lateral > 0 && columns > 1) {
    std::vector<double> latitude, longitude;
    for (const Sounding& s : soundings) {
      latitude.push_back(s.latitude);
      longitude.push_back(s.longitude);
    }
    problem.model.push_back(linear_term(
        "lateral smoothness", lateral_difference(layers, columns, line_neighbours(latitude, longitude, o.lateral)), {},
        penalty_of(o)));
  }
  if (o.reference_weight > 0) {
    std::vector<double> reference = start;
    if (!o.reference_model.empty()) {
      const auto one = mapping.parameters(Tensor(o.reference_model)).to_vector<double>();
      reference.clear();
      for (std::int64_t i = 0; i < columns; ++i) reference.insert(reference.end(), one.begin(), one.end());
    }
    problem.model.push_back(
        linear_term("reference model", identity(layers * columns), reference, {}, o.reference_weight));
  }
  return problem;
}

std::vector<double> start_parameters(std::span<const Sounding> soundings, std::size_t layers,
                                     const Invert1dOptions& o) {
  std::vector<double> resistivity;
  for (const Sounding& s : soundings) {
    if (!o.start_model.empty()) {
      resistivity.insert(resistivity.end(), o.start_model.begin(), o.start_model.end());
    } else {
      resistivity.resize(resistivity.size() + layers,
                         o.start_resistivity > 0 ? o.start_resistivity : mean_resistivity(s));
    }
  }
  return resistivity_mapping(o).parameters(Tensor(resistivity)).to_vector<double>();
}

}  // namespace terrella::inversion
