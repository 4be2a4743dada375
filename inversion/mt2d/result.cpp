#include "inversion/mt2d/result.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace terrella::inversion {
namespace {

using datasets::Observation;
using datasets::QuantityInfo;

constexpr double missing = datasets::not_a_number;

/// Sums of squares of residuals of those rows that were fitted, under an index that `group` gives to a row.
template <class Group>
std::vector<double> rms_by(const Result2d& result, std::size_t groups, const Group& group) {
  const std::vector<std::complex<double>> residual = residuals(result);
  std::vector<double> sum(groups, 0), count(groups, 0);
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const Observation& row = result.data.rows[i];
    if (std::isnan(residual[i].real())) continue;
    const std::size_t g = group(row);
    sum[g] += std::norm(residual[i]);
    count[g] += datasets::info(row.quantity).is_complex ? 2 : 1;
  }
  for (std::size_t g = 0; g < groups; ++g) sum[g] = count[g] > 0 ? std::sqrt(sum[g] / count[g]) : missing;
  return sum;
}

void expect_size(const char* what, std::size_t size, std::size_t expected) {
  if (size != expected) fail("result: ", what, " has ", size, " values instead of ", expected);
}

void expect_optional(const char* what, std::size_t size, std::size_t expected) {
  if (size != 0) expect_size(what, size, expected);
}

void expect_positive(const char* what, const std::vector<double>& resistivity) {
  for (std::size_t i = 0; i < resistivity.size(); ++i)
    if (!(resistivity[i] > 0) || std::isinf(resistivity[i]))
      fail("result: ", what, " of element ", i, " is ", resistivity[i], " ohm m; it must be positive and finite");
}

void validate_model(const SectionModel& model) {
  if (model.rows == 0 || model.columns == 0)
    fail("result: a section of ", model.rows, " rows and ", model.columns, " columns; at least one of each is needed");
  if (model.sea_rows >= model.rows)
    fail("result: a section of ", model.rows, " rows has ", model.sea_rows,
         " rows of sea; there must be earth below it");
  const std::size_t elements = model.rows * model.columns, lines = model.columns + 1;
  expect_size("model.y", model.y.size(), lines);
  expect_size("model.z", model.z.size(), (model.rows + 1) * lines);
  expect_size("model.resistivity", model.resistivity.size(), elements);
  expect_optional("model.resistivity_y", model.resistivity_y.size(), elements);
  expect_optional("model.resistivity_z", model.resistivity_z.size(), elements);
  expect_size("model.cell", model.cell.size(), elements);
  expect_optional("model.log10_resistivity_error", model.log10_resistivity_error.size(), elements);
  expect_optional("model.sensitivity", model.sensitivity.size(), elements);
  expect_optional("model.depth_of_investigation", model.depth_of_investigation.size(), model.columns);
  for (std::size_t i = 0; i < lines; ++i) {
    if (!std::isfinite(model.y[i]) || (i > 0 && !(model.y[i] > model.y[i - 1])))
      fail("result: model.y is ", model.y[i], " m at line ", i, "; it must be finite and ascend");
    for (std::size_t j = 0; j <= model.rows; ++j) {
      const double z = model.z[j * lines + i];
      if (!std::isfinite(z) || (j > 0 && !(z > model.z[(j - 1) * lines + i])))
        fail("result: model.z is ", z, " m at node ", j, " of line ", i, "; it must be finite and increase downwards");
    }
  }
  expect_positive("model.resistivity", model.resistivity);
  expect_positive("model.resistivity_y", model.resistivity_y);
  expect_positive("model.resistivity_z", model.resistivity_z);
  for (std::size_t i = 0; i < elements; ++i)
    if (model.cell[i] < -1) fail("result: model.cell of element ", i, " is ", model.cell[i], "; -1 is the least");
}

}  // namespace

std::vector<std::complex<double>> residuals(const Result2d& result) {
  if (result.predicted.size() != result.data.rows.size())
    fail("residuals: ", result.predicted.size(), " predictions of ", result.data.rows.size(), " rows");
  std::vector<std::complex<double>> residual(result.data.rows.size(), {missing, missing});
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const Observation& row = result.data.rows[i];
    const QuantityInfo& what = datasets::info(row.quantity);
    if (row.masked || !(row.error > 0) || (what.is_complex && !(row.error_imaginary > 0))) continue;
    std::complex<double> difference = result.predicted[i] - row.value;
    if (std::isnan(difference.real()) || (what.is_complex && std::isnan(difference.imag()))) continue;
    if (what.kind == datasets::QuantityKind::phase) difference = std::remainder(difference.real(), 360.0);
    residual[i] = {difference.real() / row.error, what.is_complex ? difference.imag() / row.error_imaginary : 0};
  }
  return residual;
}

std::vector<double> rms_of_sites(const Result2d& result) {
  return rms_by(result, result.data.sites.size(), [](const Observation& row) { return std::size_t{row.site}; });
}

std::vector<double> rms_of_periods(const Result2d& result) {
  const std::vector<double> periods = datasets::periods_of(result.data);
  return rms_by(result, periods.size(), [&](const Observation& row) {
    return static_cast<std::size_t>(std::lower_bound(periods.begin(), periods.end(), row.period) - periods.begin());
  });
}

void validate(const Result2d& result) {
  datasets::validate(result.data);
  validate_model(result.model);
  const std::size_t elements = result.model.rows * result.model.columns;
  expect_size("predicted", result.predicted.size(), result.data.rows.size());
  expect_optional("static_shift", result.static_shift.size(), 2 * result.data.sites.size());
  expect_optional("models", result.models.size(), result.history.size() * elements);
  if (result.ensemble.size() % elements != 0)
    fail("result: ensemble has ", result.ensemble.size(), " values, which are no whole number of sections of ",
         elements, " elements");
  if (!result.truth.empty() && result.truth.size() != elements)
    fail("result: truth has ", result.truth.size(), " values for ", elements, " elements");
}

}  // namespace terrella::inversion
