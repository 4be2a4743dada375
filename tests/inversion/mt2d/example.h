// tests/inversion/mt2d/example.h: a two-dimensional result with every oddity that its file must carry, and comparison
// to the last bit.
#pragma once
#include <string>

#include "inversion/mt2d/result.h"
#include "tests/datasets/hdf5/example.h"

namespace terrella::tests {

inline inversion::Result2d odd_result_2d() {
  using datasets::Quantity;
  constexpr double nan = datasets::not_a_number;
  inversion::Result2d r;
  r.data.name = "Profil Ä – 測線";
  r.data.sites.resize(3);
  r.data.sites[0] = {"pb01", -30.25, 139.5, 0, -1000, -120.5, 12, 3, {}};
  r.data.sites[1] = {"東京", nan, nan, nan, 500, 80, 0, 0, {{1, 2, nan, 4}}};
  r.data.sites[2] = {"", 0, 0, -0.0, 2500, 1e-300, 0, 0, {}};
  r.data.blocks.resize(2);
  r.data.blocks[0] = {"TE",        {"first", "", "third: naïve"}, "-", "[mV/km]/[nT]", 12.5,
                      {nan, 1, 2}, {{"b", "1"}, {"a", ""}}};
  const auto row = [&](double period, std::complex<double> value, double error, std::uint32_t site, Quantity quantity) {
    r.data.rows.push_back({period, value, error, error, site, datasets::Observation::no_site, 0, quantity, false});
  };
  row(0.1, {1e-3, 2e-3}, 1e-4, 0, Quantity::zxy);
  row(10, {-2e-4, -0.0}, 1e-5, 0, Quantity::zyx);
  r.data.rows.back().error_imaginary = 2e-5;
  row(10, 179, 2, 1, Quantity::phase_tm);
  row(1e4, 1.5, 0.1, 1, Quantity::log10_rho_te);
  row(0.1, 40, nan, 2, Quantity::rho_tm);
  r.data.rows.back().masked = true;
  row(0.1, {1, 0.5}, 0.1, 2, Quantity::magnetic_xx);
  r.data.rows.back().reference = 0;
  r.data.rows.back().block = 1;
  r.data.floors = {{{Quantity::zxy, Quantity::zyx}, 0, 0.05, false}, {{}, 0.02, 0, true}};
  r.data.provenance = {"line/*.edi", "occam2d", "ohm", "-", "WinGLink", {{3, "order", "sorted"}}, {"rotate 30"}};
  r.predicted = {{1.1e-3, 2e-3}, {-2e-4, 2e-5}, {-179, 0}, {1.3, 0}, {nan, nan}, {1, 0.4}};
  r.static_shift = {0.1, -0.1, 0, nan, 0.2, 1e-300};
  r.model.rows = 2, r.model.columns = 3, r.model.sea_rows = 1;
  r.model.y = {-2000, 0, 1000, 4000};
  r.model.z = {-120, 0, 80, 0, 100, 150, 300, 280, 1000, 1000.5, 1001, 1002};
  r.model.resistivity = {1, 10, 1e5, 0.1, 0.3, 7};
  r.model.cell = {0, 0, 1, 2, -1, 3};
  r.model.log10_resistivity_error = {1, 2, 3, 4, nan, 6};
  r.model.sensitivity = {7, 2, 0.1, nan, 1, 1e-300};
  r.model.depth_of_investigation = {500, nan, 900};
  for (int i = 0; i < 2; ++i) r.history.push_back({-1, i, 1.0 / (i + 1), 2.5 * i, 1e-9 * i, 1e3, 0.5, 0.25 * i});
  for (int i = 0; i < 12; ++i) r.models.push_back(0.1 * i - 1.0 / (i + 3));
  r.trials = {{1e3, 20, 0.1, 2.5}, {100, nan, 0.3, 1.5}};
  for (int i = 0; i < 18; ++i) r.ensemble.push_back(1.0 / (i + 3));
  for (int i = 0; i < 6; ++i) r.truth.push_back(0.5 * i);
  r.rms = 1.25;
  r.lambda = 0.5;
  r.stopped = "target reached";
  r.converged = true;
  r.azimuth = 101.5;
  r.choices = {"strike N 12° E: principal axes of the phase tensor", ""};
  r.config = "[invert_2d]\ntarget_rms = 1.0  # naïve\n";
  r.versions = {{"terrella", "0.1.0"}, {"instruction set", "avx2"}};
  return r;
}

/// The first part in which they differ; empty where they are the same.
inline std::string difference(const datasets::Observations& a, const datasets::Observations& b) {
  if (a.name != b.name) return "name of the data";
  if (a.sites.size() != b.sites.size()) return "sites";
  for (std::size_t i = 0; i < a.sites.size(); ++i) {
    const auto &p = a.sites[i], &q = b.sites[i];
    if (p.name != q.name || p.channel_azimuth.has_value() != q.channel_azimuth.has_value() ||
        (p.channel_azimuth && !same_bits(*p.channel_azimuth, *q.channel_azimuth)))
      return "site " + p.name;
    for (auto member : {&datasets::ObservationSite::latitude, &datasets::ObservationSite::longitude,
                        &datasets::ObservationSite::x, &datasets::ObservationSite::y, &datasets::ObservationSite::z,
                        &datasets::ObservationSite::rotation, &datasets::ObservationSite::tilt})
      if (!same_bits(p.*member, q.*member)) return "place of site " + p.name;
  }
  if (a.rows.size() != b.rows.size()) return "rows";
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    const auto &p = a.rows[i], &q = b.rows[i];
    if (!same_bits(p.period, q.period) || !same_bits(p.value, q.value) || !same_bits(p.error, q.error) ||
        !same_bits(p.error_imaginary, q.error_imaginary) || p.site != q.site || p.reference != q.reference ||
        p.block != q.block || p.quantity != q.quantity || p.masked != q.masked)
      return "row " + std::to_string(i);
  }
  if (a.blocks.size() != b.blocks.size() || a.floors.size() != b.floors.size()) return "blocks or floors";
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    const auto &p = a.blocks[i], &q = b.blocks[i];
    if (p.kind != q.kind || p.header != q.header || p.sign != q.sign || p.units != q.units || p.entries != q.entries ||
        !same_bits(p.orientation, q.orientation) || !same_bits(p.origin, q.origin))
      return "block " + std::to_string(i);
  }
  for (std::size_t i = 0; i < a.floors.size(); ++i) {
    const auto &p = a.floors[i], &q = b.floors[i];
    if (p.quantities != q.quantities || !same_bits(p.absolute, q.absolute) || !same_bits(p.relative, q.relative) ||
        p.geometric != q.geometric)
      return "floor " + std::to_string(i);
  }
  return a.provenance == b.provenance ? "" : "provenance";
}

inline std::string difference(const inversion::Result2d& a, const inversion::Result2d& b) {
  if (const std::string data = difference(a.data, b.data); !data.empty()) return data;
  if (!same_bits(a.predicted, b.predicted)) return "predicted";
  if (!same_bits(a.static_shift, b.static_shift)) return "static_shift";
  const inversion::SectionModel &m = a.model, &n = b.model;
  if (m.rows != n.rows || m.columns != n.columns || m.sea_rows != n.sea_rows || m.cell != n.cell) return "model";
  using Model = inversion::SectionModel;
  for (auto member : {&Model::y, &Model::z, &Model::resistivity, &Model::resistivity_y, &Model::resistivity_z,
                      &Model::log10_resistivity_error, &Model::sensitivity, &Model::depth_of_investigation})
    if (!same_bits(m.*member, n.*member)) return "arrays of the model";
  if (a.history != b.history) return "history";
  if (!same_bits(a.models, b.models)) return "models";
  if (a.trials.size() != b.trials.size()) return "trials";
  for (std::size_t i = 0; i < a.trials.size(); ++i)
    for (auto member : {&inversion::LambdaTrial::lambda, &inversion::LambdaTrial::misfit,
                        &inversion::LambdaTrial::regularization, &inversion::LambdaTrial::rms})
      if (!same_bits(a.trials[i].*member, b.trials[i].*member)) return "trials";
  if (!same_bits(a.ensemble, b.ensemble)) return "ensemble";
  if (!same_bits(a.truth, b.truth)) return "truth";
  if (!same_bits(a.rms, b.rms) || !same_bits(a.lambda, b.lambda) || a.stopped != b.stopped ||
      a.converged != b.converged || !same_bits(a.azimuth, b.azimuth))
    return "how it ended";
  if (a.choices != b.choices) return "choices";
  if (a.config != b.config) return "config";
  return a.versions == b.versions ? "" : "versions";
}

}  // namespace terrella::tests
