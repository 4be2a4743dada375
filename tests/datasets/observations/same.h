// tests/datasets/observations/same.h: two sets of observations, datum by datum.
#pragma once
#include <cmath>
#include <string>

#include "core/error.h"
#include "datasets/observations/observations.h"

/// Empty where the two are the same: sites, order, masks, blocks as they stand, numbers within `relative`; else the
/// first difference in words.
inline std::string difference(const terrella::datasets::Observations& a, const terrella::datasets::Observations& b,
                              double relative = 1e-11) {
  using terrella::text;
  const auto differ = [&](double x, double y) {
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) != std::isnan(y);
    return !(std::abs(x - y) <= relative * std::max(std::abs(x), std::abs(y)));
  };
  if (a.sites.size() != b.sites.size()) return text("sites: ", a.sites.size(), " and ", b.sites.size());
  for (std::size_t i = 0; i < a.sites.size(); ++i) {
    const auto &p = a.sites[i], &q = b.sites[i];
    if (p.name != q.name) return text("site ", i, ": '", p.name, "' and '", q.name, "'");
    if (differ(p.latitude, q.latitude) || differ(p.longitude, q.longitude) || differ(p.x, q.x) || differ(p.y, q.y) ||
        differ(p.z, q.z) || differ(p.rotation, q.rotation) || differ(p.tilt, q.tilt))
      return text("site '", p.name, "': another place: ", p.latitude, " ", p.longitude, " ", p.x, " ", p.y, " ", p.z,
                  " ", p.rotation, " and ", q.latitude, " ", q.longitude, " ", q.x, " ", q.y, " ", q.z, " ",
                  q.rotation);
    if (p.channel_azimuth != q.channel_azimuth) return text("site '", p.name, "': other azimuths");
  }
  if (a.blocks.size() != b.blocks.size()) return text("blocks: ", a.blocks.size(), " and ", b.blocks.size());
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    const auto &p = a.blocks[i], &q = b.blocks[i];
    if (p.kind != q.kind || p.header != q.header || p.sign != q.sign || p.units != q.units || p.entries != q.entries)
      return text("block ", i, ": other statements");
    if (differ(p.orientation, q.orientation)) return text("block ", i, ": another orientation");
    for (std::size_t k = 0; k < 3; ++k)
      if (differ(p.origin[k], q.origin[k])) return text("block ", i, ": another origin");
  }
  if (a.rows.size() != b.rows.size()) return text("rows: ", a.rows.size(), " and ", b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    const auto &p = a.rows[i], &q = b.rows[i];
    if (p.site != q.site || p.reference != q.reference || p.block != q.block || p.quantity != q.quantity ||
        p.masked != q.masked || differ(p.period, q.period))
      return text("row ", i, ": another datum");
    const double scale = std::max(std::abs(p.value), std::abs(q.value));
    if (!(std::abs(p.value - q.value) <= relative * scale)) return text("row ", i, ": ", p.value, " and ", q.value);
    if (differ(p.error, q.error) || differ(p.error_imaginary, q.error_imaginary))
      return text("row ", i, ": errors ", p.error, " ", p.error_imaginary, " and ", q.error, " ", q.error_imaginary);
  }
  return "";
}
