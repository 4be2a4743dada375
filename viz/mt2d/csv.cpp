#include "viz/mt2d/csv.h"

#include <cmath>

#include "datasets/file/atomic_file.h"
#include "viz/mt2d/section_view.h"
#include "viz/table.h"

namespace terrella::viz {
namespace {

constexpr double missing = datasets::not_a_number;

double at(const std::vector<double>& values, std::size_t i) { return values.empty() ? missing : values[i]; }

void fields(Table& table, std::initializer_list<double> values) {
  for (double value : values) table.field(value);
}

}  // namespace

void write_section_csv(const inversion::Result2d& result, const std::string& path) {
  inversion::validate(result);
  const inversion::SectionModel& m = result.model;
  Table table({"row", "column", "y_m", "elevation_m", "depth_m", "y_left_m", "y_right_m", "elevation_top_left_m",
               "elevation_top_right_m", "elevation_bottom_left_m", "elevation_bottom_right_m", "resistivity_ohm_m",
               "resistivity_y_ohm_m", "resistivity_z_ohm_m", "log10_resistivity_error", "sensitivity_per_km2", "cell",
               "within_depth_of_investigation"});
  for (std::size_t row = 0; row < m.rows; ++row)
    for (std::size_t column = 0; column < m.columns; ++column) {
      const std::size_t i = row * m.columns + column;
      const double *const upper = &m.z[row * (m.columns + 1) + column], *const lower = upper + m.columns + 1;
      const SectionPoint middle = middle_of(m, row, column);
      const int within = within_depth_of_investigation(m, row, column);
      fields(table, {double(row), double(column), middle.y, 0.0 - middle.z, middle.z - ground_at(m, middle.y),
                     m.y[column], m.y[column + 1], 0.0 - upper[0], 0.0 - upper[1], 0.0 - lower[0], 0.0 - lower[1],
                     m.resistivity[i], at(m.resistivity_y, i), at(m.resistivity_z, i), at(m.log10_resistivity_error, i),
                     at(m.sensitivity, i), double(m.cell[i]), within < 0 ? missing : double(within)});
      table.end_row();
    }
  datasets::write_file(path, table.bytes());
}

void write_fit_csv(const inversion::Result2d& result, const std::string& path) {
  inversion::validate(result);
  Table table({"site", "y_m", "period_s", "quantity", "unit", "observed_re", "observed_im", "error_re", "error_im",
               "predicted_re", "predicted_im", "residual_re", "residual_im", "fitted"});
  const auto residual = inversion::residuals(result);
  for (std::size_t i = 0; i < result.data.rows.size(); ++i) {
    const datasets::Observation& row = result.data.rows[i];
    const datasets::QuantityInfo& what = datasets::info(row.quantity);
    const auto imaginary = [&](double value) { return what.is_complex ? value : missing; };
    table.field(result.data.sites[row.site].name);
    fields(table, {result.data.sites[row.site].y, row.period});
    table.field(what.name);
    table.field(what.unit);
    fields(table, {row.value.real(), imaginary(row.value.imag()), row.error, imaginary(row.error_imaginary),
                   result.predicted[i].real(), imaginary(result.predicted[i].imag()), residual[i].real(),
                   imaginary(residual[i].imag()), double(!row.masked)});
    table.end_row();
  }
  datasets::write_file(path, table.bytes());
}

void write_sites_csv(const inversion::Result2d& result, const std::string& path) {
  inversion::validate(result);
  Table table({"site", "latitude", "longitude", "y_m", "elevation_m", "rms", "static_shift_te", "static_shift_tm"});
  const std::vector<double> rms = inversion::rms_of_sites(result);
  for (std::size_t s = 0; s < result.data.sites.size(); ++s) {
    const datasets::ObservationSite& site = result.data.sites[s];
    table.field(site.name);
    fields(table, {site.latitude, site.longitude, site.y, 0.0 - site.z, rms[s], at(result.static_shift, 2 * s),
                   at(result.static_shift, 2 * s + 1)});
    table.end_row();
  }
  datasets::write_file(path, table.bytes());
}

void write_history_csv(const inversion::Result2d& result, const std::string& path) {
  Table table({"iteration", "rms", "misfit", "roughness", "lambda", "step", "seconds"});
  for (const inversion::Iteration& i : result.history) {
    fields(table, {double(i.iteration), i.rms, i.misfit, i.regularization, i.lambda, i.step, i.seconds});
    table.end_row();
  }
  datasets::write_file(path, table.bytes());
}

}  // namespace terrella::viz
