#include "viz/picture.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "viz/job.h"
#include "viz/renderer.h"

namespace terrella::viz {
namespace {

constexpr std::size_t sites_a_sheet = 30;

std::string fixed(double value, int digits) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

void check_size(const char* function, int width, int height) {
  for (int size : {width, height})
    if (size < 400 || size > 8000)
      fail(function, ": a picture of ", width, " x ", height, " pixels; both from 400 to 8000");
}

const char* compass(double azimuth) {
  static const char* const names[] = {"N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
                                      "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"};
  return names[std::lround(std::fmod(azimuth + 360, 360) / 22.5) % 16];
}

/// "RMS 1.02" or "RMS 0.9-1.3, median 1.0" of the finite ones; empty where there is none.
std::string rms_text(std::vector<double> rms) {
  std::erase_if(rms, [](double value) { return !std::isfinite(value); });
  if (rms.empty()) return "";
  std::sort(rms.begin(), rms.end());
  if (rms.size() == 1) return "RMS " + fixed(rms[0], 2);
  return "RMS " + fixed(rms.front(), 2) + " to " + fixed(rms.back(), 2) + ", median " + fixed(rms[rms.size() / 2], 2);
}

/// One site that sees far deeper than the others must not squeeze them into the top of the picture, and neither must
/// the longest periods: below half the length of the line there are no two sites to tell what lies between them.
double automatic_depth_limit(const Section& section) {
  std::vector<double> depths;
  for (const SectionSite& site : section.sites)
    if (site.depth_of_investigation > 0 && std::isfinite(site.depth_of_investigation))
      depths.push_back(site.depth_of_investigation);
  if (depths.empty()) return section.depth_edges.back();
  std::sort(depths.begin(), depths.end());
  const double seen = std::min(1.5 * depths.back(), 2 * depths[depths.size() / 2]);
  const double length = section.distance_edges.back() - section.distance_edges.front();
  return section.columns() > 2 && std::isfinite(section.azimuth) ? std::min(seen, length / 2) : seen;
}

/// Limits at 1 or 3 times a power of ten around the central 96 % (by area) of what the data see.
ColorLimits automatic_limits(const Section& section, double depth_limit) {
  std::vector<std::pair<double, double>> weighted;  // log10 resistivity, area
  double total = 0;
  for (std::size_t column = 0; column < section.columns(); ++column) {
    const double depth = section.sites[column].depth_of_investigation;
    const double limit = depth > 0 ? std::min(depth, depth_limit) : depth_limit;
    for (std::size_t layer = 0; layer < section.layers() && section.depth_edges[layer] < limit; ++layer) {
      const double value = section.at(layer, column);
      if (!(value > 0) || std::isinf(value)) continue;
      const double area = (std::min(section.depth_edges[layer + 1], limit) - section.depth_edges[layer]) *
                          (section.distance_edges[column + 1] - section.distance_edges[column]);
      weighted.emplace_back(std::log10(value), area);
      total += area;
    }
  }
  if (weighted.empty()) return {};
  std::sort(weighted.begin(), weighted.end());
  double low = weighted.front().first, high = weighted.back().first, sum = 0;
  for (const auto& [value, area] : weighted) {
    if (sum <= 0.02 * total) low = value;
    if (sum <= 0.98 * total) high = value;
    sum += area;
  }
  const auto round_to_half = [](double value, bool up) {
    const double half = std::log10(3.0), whole = std::floor(value + (up ? -1e-9 : 1e-9)), part = value - whole;
    if (up) return part <= half + 1e-9 ? whole + half : whole + 1;
    return part >= half - 1e-9 ? whole + half : whole;
  };
  double minimum = round_to_half(low, false), maximum = round_to_half(high, true);
  if (maximum - minimum < 1.4) minimum = std::floor(minimum), maximum = std::ceil(maximum);
  if (maximum - minimum < 1.4) minimum -= 1, maximum += 1;
  return {std::pow(10, minimum), std::pow(10, maximum)};
}

std::vector<std::size_t> chosen_sites(const inversion::Result& result, const std::vector<std::string>& names) {
  std::vector<std::size_t> chosen;
  if (names.empty())
    for (std::size_t i = 0; i < result.fits.size(); ++i) chosen.push_back(i);
  for (const std::string& name : names) {
    const auto found =
        std::find_if(result.fits.begin(), result.fits.end(), [&](const auto& fit) { return fit.site == name; });
    if (found == result.fits.end()) {
      std::string known;
      for (const auto& fit : result.fits) known += (known.empty() ? "" : ", ") + fit.site;
      fail("plot_response: no site '", name, "' in the result, which has: ", known.empty() ? "none" : known);
    }
    chosen.push_back(found - result.fits.begin());
  }
  if (chosen.empty()) fail("plot_response: the result has no fits; there is nothing to show");
  return chosen;
}

int sheet_columns(int count) {
  for (int columns : {1, 2, 3, 4, 5})
    if (count <= columns * columns) return columns;
  return 6;
}

Staircase staircase(const inversion::LayeredModel& model, std::size_t site) {
  if (model.resistivity.size() != model.sites * model.layers ||
      model.thickness.size() != model.sites * (model.layers - 1) ||
      (!model.depth_of_investigation.empty() && model.depth_of_investigation.size() != model.sites))
    fail("plot_response: a model of ", model.sites, " sites and ", model.layers, " layers has ",
         model.resistivity.size(), " resistivities, ", model.thickness.size(), " thicknesses, ",
         model.depth_of_investigation.size(), " depths");
  Staircase result;
  const auto layers = std::ptrdiff_t(model.layers), s = std::ptrdiff_t(site);
  result.resistivity.assign(model.resistivity.begin() + s * layers, model.resistivity.begin() + (s + 1) * layers);
  result.thickness.assign(model.thickness.begin() + s * (layers - 1), model.thickness.begin() + (s + 1) * (layers - 1));
  result.depth_of_investigation =
      model.depth_of_investigation.empty() ? datasets::not_a_number : model.depth_of_investigation[site];
  return result;
}

}  // namespace

std::string numbered_path(const std::string& path, std::size_t sheet) {
  if (sheet == 0) return path;
  const std::filesystem::path p(path);
  return (p.parent_path() / (p.stem().string() + "-" + std::to_string(sheet + 1) + p.extension().string())).string();
}

std::string plot_section(const inversion::Result& result, const std::string& path, const SectionOptions& options) {
  check_size("plot_section", options.width, options.height);
  SectionPicture picture;
  picture.section = make_section(result);
  picture.width = options.width;
  picture.height = options.height;
  picture.show_depth_of_investigation = options.show_depth_of_investigation;
  if (options.depth_limit < 0 || !std::isfinite(options.depth_limit))
    fail("plot_section: depth_limit ", options.depth_limit, " m; it must be positive, or 0 to be chosen");
  picture.depth_limit = options.depth_limit > 0 ? options.depth_limit : automatic_depth_limit(picture.section);
  picture.limits = automatic_limits(picture.section, picture.depth_limit);
  if (options.minimum_resistivity != 0) picture.limits.minimum = options.minimum_resistivity;
  if (options.maximum_resistivity != 0) picture.limits.maximum = options.maximum_resistivity;
  if (!(picture.limits.minimum > 0) || !(picture.limits.maximum > picture.limits.minimum) ||
      std::isinf(picture.limits.maximum))
    fail("plot_section: colours from ", picture.limits.minimum, " to ", picture.limits.maximum,
         " ohm m; the limits must be positive and ascend");

  const Section& section = picture.section;
  picture.title = !options.title.empty() ? options.title : !section.name.empty() ? section.name : "Resistivity section";
  picture.subtitle = text("Layered models below ", section.columns(), section.columns() == 1 ? " site" : " sites");
  if (std::isfinite(section.azimuth)) {
    picture.subtitle += text(", profile towards N ", std::lround(std::fmod(section.azimuth + 360, 360)), "\u00B0 E");
    picture.right_end = compass(section.azimuth);
    picture.left_end = compass(section.azimuth + 180);
  }
  std::vector<double> rms;
  bool seen = false;
  for (const SectionSite& site : section.sites) {
    rms.push_back(site.rms);
    seen = seen || site.depth_of_investigation < picture.depth_limit;
  }
  if (const std::string fit = rms_text(rms); !fit.empty()) picture.subtitle += ", " + fit;
  if (options.show_depth_of_investigation && seen)
    picture.notes.push_back("Hatched: below the depth of investigation (dashed).");
  const auto unknown = std::count_if(section.sites.begin(), section.sites.end(),
                                     [](const SectionSite& site) { return std::isnan(site.depth_of_investigation); });
  if (options.show_depth_of_investigation && unknown > 0)
    picture.notes.push_back(
        text("Depth of investigation not known at ", unknown, " of ", section.columns(), " sites."));
  if (std::any_of(section.resistivity.begin(), section.resistivity.end(), [](double value) { return !(value > 0); }))
    picture.notes.push_back("Grey cells: no resistivity.");
  for (std::string note : section.notes) {
    note[0] = char(std::toupper(static_cast<unsigned char>(note[0])));
    picture.notes.push_back(note + ".");
  }
  datasets::write_file(path, render(to_json(Job(picture)), {"section.png"}, true, options.timeout_seconds)[0]);
  return path;
}

std::vector<std::string> plot_response(const inversion::Result& result, const std::string& path,
                                       const ResponseOptions& options) {
  const std::vector<std::size_t> chosen = chosen_sites(result, options.sites);
  std::vector<std::string> paths, pictures;
  const std::size_t sheets = (chosen.size() + sites_a_sheet - 1) / sites_a_sheet;
  for (std::size_t sheet = 0; sheet < sheets; ++sheet) {
    ResponsePicture picture;
    const std::size_t first = sheet * sites_a_sheet, last = std::min(first + sites_a_sheet, chosen.size());
    std::vector<double> rms;
    bool negated = false;
    for (std::size_t i = first; i < last; ++i) {
      Sounding& sounding = picture.soundings.emplace_back(make_sounding(result.fits[chosen[i]]));
      if (turn_third_quadrant(sounding)) negated = true;
      rms.push_back(sounding.rms);
    }
    const bool single = chosen.size() == 1;
    if (single && result.model.sites == result.fits.size() && result.model.layers > 0)
      picture.models.push_back(staircase(result.model, chosen[0]));
    if (!picture.models.empty() && std::isfinite(picture.models[0].depth_of_investigation))
      picture.notes.push_back("Grey: below the depth of investigation (dashed).");
    const int count = int(last - first);
    picture.columns = sheet_columns(count);
    const int rows = (count + picture.columns - 1) / picture.columns;
    picture.width = options.width > 0 ? options.width : single ? 1600 : std::max(1000, 130 + 300 * picture.columns);
    picture.height = options.height > 0 ? options.height : single ? 900 : 220 + 330 * rows;
    check_size("plot_response", picture.width, picture.height);
    const std::string& name = single ? picture.soundings[0].site : result.survey.name;
    picture.title = !options.title.empty() ? options.title : !name.empty() ? name : "Sounding curves";
    if (sheets > 1) picture.title += text(" (", sheet + 1, " of ", sheets, ")");
    picture.subtitle = "Data with standard errors (blue), response of the model (red)";
    if (const std::string fit = rms_text(rms); !fit.empty()) picture.subtitle += "; " + fit;
    if (negated) picture.notes.push_back("Phases in the third quadrant (Zyx) are those of \u2212Z.");
    pictures.push_back(render(to_json(Job(picture)), {"response.png"}, true, options.timeout_seconds)[0]);
    paths.push_back(numbered_path(path, sheet));
  }
  for (std::size_t sheet = 0; sheet < sheets; ++sheet) datasets::write_file(paths[sheet], pictures[sheet]);
  return paths;
}

std::vector<std::string> write_vtk(const inversion::Result& result, const std::string& stem, double timeout_seconds) {
  const std::string base = stem.ends_with(".vtr") ? stem.substr(0, stem.size() - 4) : stem;
  if (base.empty() || base.back() == '/') fail("write_vtk: '", stem, "' names no file");
  const std::vector<std::string> files =
      render(to_json(Job(VtkFiles{make_section(result)})), {"section.vtr", "sites.vtp"}, false, timeout_seconds);
  const std::vector<std::string> paths{base + ".vtr", base + "-sites.vtp"};
  for (std::size_t i = 0; i < 2; ++i) datasets::write_file(paths[i], files[i]);
  return paths;
}

}  // namespace terrella::viz
