#include "inversion/misfit/complex_misfit.h"

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/ops.h"

namespace terrella::inversion {
namespace {

using Complex = std::complex<double>;
constexpr double degree = std::numbers::pi / 180;

bool is_known(const Complex& z) { return std::isfinite(z.real()) && std::isfinite(z.imag()); }

/// Which data have both a value and an error. Errors that are there must be positive.
std::vector<std::int64_t> used(const char* misfit, const std::vector<Complex>& observed,
                               const std::vector<double>& error) {
  if (error.size() != observed.size()) fail(misfit, ": ", observed.size(), " data but ", error.size(), " errors");
  std::vector<std::int64_t> index;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (!is_known(observed[i]) || std::isnan(error[i])) continue;
    if (!(error[i] > 0) || std::isinf(error[i]))
      fail(misfit, ": the error of datum ", i, " is ", error[i], "; errors must be positive, set an error floor");
    index.push_back(static_cast<std::int64_t>(i));
  }
  return index;
}

template <class T>
std::vector<T> pick(const std::vector<T>& values, const std::vector<std::int64_t>& index) {
  std::vector<T> picked;
  for (const std::int64_t i : index) picked.push_back(values[static_cast<std::size_t>(i)]);
  return picked;
}

Tensor index_of(const std::vector<std::int64_t>& index) {
  return Tensor::from(index, {static_cast<std::int64_t>(index.size())});
}

}  // namespace

ComplexMisfit impedance_misfit(const std::vector<Complex>& observed, const std::vector<double>& error) {
  const std::vector<std::int64_t> index = used("impedance_misfit", observed, error);
  const std::vector<double> sigma = pick(error, index);
  const Tensor data(pick(observed, index)), scale(sigma), places = index_of(index);
  const auto residual = [=](const Tensor& z) {
    const Tensor difference = (gather(z, places) - data) / scale;
    return concatenate({real(difference), imag(difference)});
  };
  const auto rows = [=](std::span<const Complex>) {
    std::vector<ComplexMisfit::Row> all;
    for (std::size_t i = 0; i < index.size(); ++i) all.push_back({index[i], 1 / sigma[i]});
    for (std::size_t i = 0; i < index.size(); ++i) all.push_back({index[i], Complex(0, -1 / sigma[i])});
    return all;
  };
  return {"impedance", 2 * static_cast<std::int64_t>(index.size()), residual, rows};
}

namespace {

/// Residuals of the size, a function of z and of what was observed, and then of the phase. `factor` is how the size
/// changes with z: by Re(factor dz).
ComplexMisfit size_phase_misfit(const char* name, const std::vector<Complex>& observed,
                                const std::vector<double>& size_error, const std::vector<double>& phase_error,
                                Tensor (*size)(const Tensor& z, const Tensor& observed),
                                Complex (*factor)(Complex z, Complex observed)) {
  const std::vector<std::int64_t> sizes = used(name, observed, size_error), phases = used(name, observed, phase_error);
  const std::vector<double> size_sigma = pick(size_error, sizes), phase_sigma = pick(phase_error, phases);
  const std::vector<Complex> data = pick(observed, sizes);
  const Tensor size_places = index_of(sizes), phase_places = index_of(phases);
  const Tensor size_observed(data), phase_observed(pick(observed, phases));
  const Tensor size_scale(size_sigma), phase_scale(phase_sigma);
  const auto residual = [=](const Tensor& z) {
    const Tensor ratio = gather(z, phase_places) / phase_observed;  // its angle is the difference, wrapped
    return concatenate({size(gather(z, size_places), size_observed) / size_scale, arg(ratio) / degree / phase_scale});
  };
  const auto rows = [=](std::span<const Complex> z) {
    std::vector<ComplexMisfit::Row> all;
    for (std::size_t i = 0; i < sizes.size(); ++i)
      all.push_back({sizes[i], factor(z[static_cast<std::size_t>(sizes[i])], data[i]) / size_sigma[i]});
    for (std::size_t i = 0; i < phases.size(); ++i)
      all.push_back({phases[i], Complex(0, -1 / (degree * phase_sigma[i])) / z[static_cast<std::size_t>(phases[i])]});
    return all;
  };
  return {name, static_cast<std::int64_t>(sizes.size() + phases.size()), residual, rows};
}

}  // namespace

ComplexMisfit log_phase_misfit(const std::vector<Complex>& observed, const std::vector<double>& log10_error,
                               const std::vector<double>& phase_error) {
  return size_phase_misfit(
      "log_phase_misfit", observed, log10_error, phase_error,
      [](const Tensor& z, const Tensor& data) { return 2 * log10(abs(z)) - 2 * log10(abs(data)); },
      [](Complex z, Complex) { return 2 / std::numbers::ln10 / z; });
}

ComplexMisfit power_phase_misfit(const std::vector<Complex>& observed, const std::vector<double>& relative_error,
                                 const std::vector<double>& phase_error) {
  return size_phase_misfit(
      "power_phase_misfit", observed, relative_error, phase_error,
      [](const Tensor& z, const Tensor& data) { return square(abs(z / data)) - 1; },
      [](Complex z, Complex data) { return 2.0 * std::conj(z) / std::norm(data); });
}

}  // namespace terrella::inversion
