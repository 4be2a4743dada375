#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/number_text.h"
#include "datasets/file/text.h"
#include "datasets/modem/data.h"
#include "datasets/modem/data_kinds.h"

namespace terrella::datasets {
namespace {

using namespace modem;

std::string entry(const ObservationBlock& block, const char* name, const char* otherwise = "") {
  const auto found = block.entries.find(name);
  return found == block.entries.end() ? otherwise : found->second;
}

bool fits(const Observations& observations) {
  std::vector<const DataKind*> kinds_of_blocks;
  for (const ObservationBlock& block : observations.blocks) {
    kinds_of_blocks.push_back(kind_named(block.kind));
    if (!kinds_of_blocks.back()) return false;
    if (kinds_of_blocks.back()->is_impedance && ohm_per_unit(block.units) == 0) return false;
  }
  return std::all_of(observations.rows.begin(), observations.rows.end(), [&](const Observation& row) {
    return component_of(*kinds_of_blocks[row.block], row.quantity) != nullptr;
  });
}

// The type for a quantity among observations that have those quantities.
const DataKind& kind_for(Quantity quantity, const std::vector<Quantity>& all) {
  const auto has = [&](Quantity q) { return std::find(all.begin(), all.end(), q) != all.end(); };
  for (const DataKind& kind : kinds()) {
    if (!component_of(kind, quantity)) continue;
    if (kind.name == std::string_view("Full_Impedance") && !has(Quantity::zxx) && !has(Quantity::zyy)) continue;
    return kind;
  }
  fail("write_modem: ModEM has no data type for ", info(quantity).name);
}

// Observations of other origin in blocks of ModEM's types.
Observations arrange(const Observations& observations) {
  Observations result = observations;
  result.blocks.clear();
  const std::vector<Quantity> all = quantities_of(observations);
  std::vector<const DataKind*> used;
  for (const DataKind& kind : kinds())
    for (const Quantity quantity : all)
      if (&kind_for(quantity, all) == &kind && (used.empty() || used.back() != &kind)) used.push_back(&kind);
  const double orientation = observations.sites.empty() ? 0.0 : observations.sites.front().rotation;
  for (const ObservationSite& site : observations.sites)
    if (site.rotation != orientation || site.channel_azimuth)
      fail("write_modem: site '", site.name, "' has x at ", site.rotation, " degrees, another at ", orientation,
           "; turn them to one azimuth first");
  for (const DataKind* const kind : used) {
    ObservationBlock block;
    block.kind = kind->name;
    block.units = kind->is_impedance ? "[mV/km]/[nT]" : "[]";
    block.orientation = orientation;
    if (!observations.blocks.empty()) block.origin = observations.blocks.front().origin;
    result.blocks.push_back(block);
  }
  for (Observation& row : result.rows)
    row.block =
        static_cast<std::uint16_t>(std::find(used.begin(), used.end(), &kind_for(row.quantity, all)) - used.begin());
  return result;
}

class Writer {
 public:
  explicit Writer(const Observations& observations) : observations_(observations) {}

  std::string text() {
    for (const ObservationSite& site : observations_.sites) check_site(site);
    by_block_.resize(observations_.blocks.size());
    for (const Observation& row : observations_.rows) by_block_[row.block].push_back(&row);
    const auto is_masked = [](const Observation* row) { return row->masked; };
    for (std::size_t i = 0; i < observations_.blocks.size(); ++i) {
      // Where no row has an error, readers take the rows for data without errors: a mask of all cannot be written.
      if (!by_block_[i].empty() && std::all_of(by_block_[i].begin(), by_block_[i].end(), is_masked)) continue;
      write_block(observations_.blocks[i], by_block_[i]);
    }
    if (text_.empty()) fail("write_modem: all data are masked");
    return std::move(text_);
  }

 private:
  // ModEM reads rows by Fortran's list-directed rules, where these characters end or repeat a value.
  void check_site(const ObservationSite& site) {
    if (site.name.empty() || site.name.size() > 40 || site.name.find_first_of(" \t\r\n,;/*'\"&!") != std::string::npos)
      fail("write_modem: site '", site.name,
           "': a name has 1 .. 40 characters, none of them a blank or , ; / * ' \" & !");
    if (std::string_view("#>+").find(site.name[0]) != std::string_view::npos)
      fail("write_modem: site '", site.name, "': a name does not begin with # > +");
    if (!names_.insert(site.name).second)
      fail("write_modem: two sites are named '", site.name, "', which ModEM takes for one; rename or merge them");
    if (!std::isfinite(site.y) || (!std::isfinite(site.x) && !is_line()))
      fail("write_modem: site '", site.name, "' has no local coordinates; give an origin, or latitude and longitude");
  }

  // Whether there are 2D types only, for which x means nothing.
  bool is_line() const {
    return std::all_of(observations_.blocks.begin(), observations_.blocks.end(), [](const ObservationBlock& block) {
      return is_two_dimensional(info(kind_named(block.kind)->components[0].quantity).place);
    });
  }

  void line(const std::string& content) {
    text_ += content;
    text_ += '\n';
  }

  void write_block(const ObservationBlock& block, const std::vector<const Observation*>& rows) {
    const DataKind& kind = *kind_named(block.kind);
    const int azimuths = std::atoi(entry(block, "azimuths", "0").c_str());
    if (block.header.empty()) {
      line("# " + (observations_.name.empty() ? std::string("Written by Terrella") : printable(observations_.name)));
      line(std::string("# Period(s) Code GG_Lat GG_Lon X(m) Y(m) Z(m) ") +
           (kind.has_reference ? "Ref_Code Ref_Lat Ref_Lon Ref_X(m) Ref_Y(m) Ref_Z(m) " : "") + "Component " +
           (kind.is_complex ? "Real Imag Error" : "Value Error"));
    }
    for (const std::string& comment : block.header) line(comment.empty() ? "#" : "# " + comment);
    if (const std::string transmitter = entry(block, "transmitter"); !transmitter.empty()) line("+ " + transmitter);
    line("> " + block.kind);
    line("> " + entry(block, "sign", block.sign == "-" ? "exp(-i\\omega t)" : "exp(+i\\omega t)"));
    line("> " + block.units);
    text_ += ">";
    append_fixed(text_, block.orientation, 2, 9);
    text_ += "\n>";
    append_fixed(text_, std::isnan(block.origin[0]) ? 0.0 : block.origin[0], 3, 9);
    append_fixed(text_, std::isnan(block.origin[1]) ? 0.0 : block.origin[1], 3, 9);
    if (!std::isnan(block.origin[2])) append_fixed(text_, block.origin[2], 2, 9);
    std::set<double> periods;
    std::set<std::uint32_t> sites;
    bool any_error = false;
    for (const Observation* const row : rows) {
      periods.insert(row->period);
      sites.insert(row->site);
      any_error = any_error || !std::isnan(row->error);
    }
    // More than there are may have been announced, which a program that counts its memory by it relies on.
    const auto announced = [&](const char* name, std::size_t there) {
      const auto said = static_cast<std::size_t>(std::strtoull(entry(block, name, "0").c_str(), nullptr, 10));
      return std::to_string(rows.empty() ? said : std::max(said, there));
    };
    line("\n> " + announced("periods", periods.size()) + " " + announced("sites", sites.size()));
    for (const Observation* const row : rows) write_row(block, kind, azimuths, *row, any_error);
  }

  void append_place(const ObservationSite& site) {
    text_ += ' ';
    text_ += site.name;
    append_fixed(text_, std::isnan(site.latitude) ? 0.0 : site.latitude, 3, 9);
    append_fixed(text_, std::isnan(site.longitude) ? 0.0 : site.longitude, 3, 9);
    append_fixed(text_, std::isnan(site.x) ? 0.0 : site.x);
    append_fixed(text_, site.y);
    append_fixed(text_, std::isnan(site.z) ? 0.0 : site.z);
  }

  void write_row(const ObservationBlock& block, const DataKind& kind, int azimuths, const Observation& row,
                 bool any_error) {
    const ObservationSite& site = observations_.sites[row.site];
    append_scientific(text_, row.period);
    append_place(site);
    if (kind.has_reference) append_place(observations_.sites[row.reference]);
    text_ += ' ';
    text_ += component_of(kind, row.quantity)->name;
    std::complex<double> value = is_less_one(row.quantity) ? row.value - 1.0 : row.value;
    double error =
        row.error == row.error_imaginary ? row.error : std::hypot(row.error, row.error_imaginary) / std::numbers::sqrt2;
    if (kind.is_impedance) {
      const double factor = ohm_per_unit(block.units);
      value /= factor;
      error /= factor;
    }
    to_scale_of_file(block, row, value, error);
    append_scientific(text_, value.real());
    if (kind.is_complex) append_scientific(text_, block.sign == "-" ? -value.imag() : value.imag());
    if (row.masked || std::isnan(error)) {
      if (!row.masked && any_error)
        fail("write_modem: ", info(row.quantity).name, " of site '", site.name, "', period ", row.period,
             " s has no error, which others have; set an error floor or mask it");
      text_ += "  ";
      text_ += entry(block, "no error", "2.000000E+15");
    } else {
      append_scientific(text_, error);
    }
    if (azimuths > 0) append_azimuths(block, site, azimuths);
    text_ += '\n';
  }

  void append_azimuths(const ObservationBlock& block, const ObservationSite& site, int count) {
    const std::array<double, 4> azimuth = site.channel_azimuth.value_or(
        std::array<double, 4>{site.rotation, site.rotation + 90, site.rotation, site.rotation + 90});
    for (int i = 0; i < count && i < 4; ++i)
      append_fixed(text_, azimuth[static_cast<std::size_t>(i)] - block.orientation);
  }

  static void to_scale_of_file(const ObservationBlock& block, const Observation& row, std::complex<double>& value,
                               double& error) {
    const QuantityInfo& what = info(row.quantity);
    if (what.kind == QuantityKind::phase) {
      double degrees = value.real();
      if (row.quantity == Quantity::phase_yx && entry(block, "phase of zyx") != "-180 .. -90") degrees += 180;
      value = entry(block, "phase sign", block.sign.c_str()) == "-" ? -degrees : degrees;
    } else if (what.kind == QuantityKind::log10_apparent_resistivity ||
               what.kind == QuantityKind::apparent_resistivity) {
      const std::string scale = entry(block, "resistivity", "linear");
      const bool log10 = what.kind == QuantityKind::log10_apparent_resistivity;
      const double log_value = log10 ? value.real() : std::log10(value.real());
      const double log_error = log10 ? error : error / value.real() * std::numbers::log10e;
      if (scale == "linear" && log10) {
        value = std::pow(10.0, log_value);
        error = log_error * std::numbers::ln10 * value.real();
      } else if (scale != "linear") {
        const double per = scale == "ln" ? std::numbers::ln10 : 1.0;
        value = log_value * per;
        error = log_error * per;
      }
    }
  }

  const Observations& observations_;
  std::vector<std::vector<const Observation*>> by_block_;
  std::set<std::string> names_;
  std::string text_;
};

}  // namespace

std::string modem_data_text(const Observations& observations) {
  validate(observations);
  expect_local_fields(observations, "write_modem");
  if (observations.blocks.empty()) fail("write_modem: there are no observations");
  return fits(observations) ? Writer(observations).text() : Writer(arrange(observations)).text();
}

void write_modem_data(const Observations& observations, const std::string& path) {
  write_file(path, modem_data_text(observations));
}

}  // namespace terrella::datasets
