// tests/fuzz/round_trip.h: the promise of every reader of the formats of inversion codes. Any bytes either are refused
// with a FormatError or give a value that is valid and that its writer either refuses by name or writes so that it is
// read as the same value.
#pragma once
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string_view>

#include "core/error.h"
#include "datasets/model/model.h"
#include "datasets/observations/survey.h"

namespace terrella::datasets::fuzz {

[[noreturn]] inline void broken(const char* promise, const std::string& what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

inline bool differ(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) != std::isnan(b);
  const double scale = std::max(std::abs(a), std::abs(b));
  return scale > 1e-280 && !(std::abs(a - b) <= 1e-9 * scale);
}

// Numbers of the sites that have data, counted among these: most formats have no place for a site of whose data none
// were numbers.
inline std::map<std::uint32_t, std::size_t> sites_with_data(const Observations& observations) {
  std::map<std::uint32_t, std::size_t> sites;
  for (const Observation& row : observations.rows) {
    sites[row.site];
    if (row.reference != Observation::no_site) sites[row.reference];
  }
  std::size_t count = 0;
  for (auto& [site, number] : sites) number = count++;
  return sites;
}

// What two readings of the same text must have alike; numbers to 1e-9, those near the end of double's range aside.
inline std::string difference(const Observations& a, const Observations& b) {
  const auto sites_a = sites_with_data(a), sites_b = sites_with_data(b);
  if (sites_a.size() != sites_b.size()) return "another number of sites";
  if (a.rows.size() != b.rows.size()) return "another number of rows";
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    const Observation &p = a.rows[i], &q = b.rows[i];
    if (p.quantity != q.quantity || sites_a.at(p.site) != sites_b.at(q.site) || p.masked != q.masked)
      return text("row ", i, ": another datum");
    if (differ(p.period, q.period)) return text("row ", i, ": period");
    const double scale = std::max(std::abs(p.value), std::abs(q.value));
    if (scale > 1e-280 && !(std::abs(p.value - q.value) <= 1e-9 * scale)) return text("row ", i, ": value");
    if (!p.masked && differ(p.error, q.error)) return text("row ", i, ": error");
  }
  return "";
}

inline std::string difference(const ResistivityModel& a, const ResistivityModel& b) {
  if (a.mesh.index() != b.mesh.index()) return "another kind of mesh";
  if (a.resistivity.size() != b.resistivity.size()) return "another number of cells";
  for (std::size_t i = 0; i < a.resistivity.size(); ++i)
    if (differ(a.resistivity[i], b.resistivity[i])) return text("cell ", i);
  return "";
}

template <class Parse, class Write>
void check(std::string_view bytes, const Parse& parse, const Write& write, const char* refusal) {
  using Value = decltype(parse(bytes, "fuzz"));
  Value value;
  try {
    value = parse(bytes, "fuzz");
  } catch (const FormatError&) { return; }
  std::string written;
  try {
    validate(value);
    if constexpr (requires { value.rows; }) survey_of(value);
    written = write(value);
  } catch (const FormatError&) {
    return;  // survey_of: a component stands twice, as TE and as Zxy
  } catch (const std::invalid_argument& refused) {
    if (std::string_view(refused.what()).find(refusal) != 0) broken("a value that was read is valid", refused.what());
    return;
  }
  try {
    const std::string found = difference(value, parse(written, "back"));
    if (!found.empty()) broken("what is written is read", found);
  } catch (const FormatError& error) {
    const std::string_view what = error.what();
    for (const char* const close : {"stands twice", "stands in line", "is nothing beside", "does not ascend",
                                    "no positive resistivity", "another place", "another latitude", "not positive"})
      if (what.find(close) != std::string_view::npos) return;
    broken("what is written is read", error.what());
  }
}

}  // namespace terrella::datasets::fuzz
