// Grids in classic netCDF files: COARDS/CF (a variable of two dimensions, each with a variable of the same name that
// holds its nodes; GMT 4 and later, ETOPO, xarray), and GMT 3 (one row of values with x_range, y_range, dimension).
#include <algorithm>
#include <cmath>
#include <optional>

#include "datasets/topography/netcdf3.h"
#include "datasets/topography/topography.h"

namespace terrella::datasets {
namespace {

using netcdf3::Attribute;
using netcdf3::File;
using netcdf3::Variable;

const Variable* find_variable(const File& file, std::string_view name) {
  const auto found =
      std::find_if(file.variables.begin(), file.variables.end(), [&](const Variable& v) { return v.name == name; });
  return found == file.variables.end() ? nullptr : &*found;
}

std::optional<double> number_attribute(const std::vector<Attribute>& attributes, std::string_view name) {
  const Attribute* const found = netcdf3::find(attributes, name);
  if (!found || found->values.empty()) return std::nullopt;
  return found->values.front();
}

std::string text_attribute(const std::vector<Attribute>& attributes, std::string_view name) {
  const Attribute* const found = netcdf3::find(attributes, name);
  return found ? found->text : "";
}

// What lies outside is missing. Of the stored values, unless its type is a wider one than theirs (NetCDF User's Guide).
struct ValidRange {
  double least = -INFINITY, most = INFINITY;
  bool of_unpacked = false;
};

ValidRange valid_range(const Variable& variable) {
  ValidRange valid;
  const auto take = [&](const char* name, std::size_t count) -> const std::vector<double>* {
    const Attribute* const found = netcdf3::find(variable.attributes, name);
    if (!found || found->values.size() != count) return nullptr;
    valid.of_unpacked = valid.of_unpacked || found->type > variable.type;
    return &found->values;
  };
  if (const auto* const range = take("valid_range", 2)) {
    valid.least = range->front();
    valid.most = range->back();
    return valid;
  }
  if (const auto* const least = take("valid_min", 1)) valid.least = least->front();
  if (const auto* const most = take("valid_max", 1)) valid.most = most->front();
  return valid;
}

// value = stored * factor + offset, as CF packs numbers.
struct Packing {
  double factor = 1, offset = 0;
};

Packing packing_of(const Variable& variable, const Report& report) {
  const Packing packing{number_attribute(variable.attributes, "scale_factor").value_or(1),
                        number_attribute(variable.attributes, "add_offset").value_or(0)};
  if (!std::isfinite(packing.factor) || packing.factor == 0 || !std::isfinite(packing.offset))
    report.error(0, "variable '", variable.name, "': scale_factor ", packing.factor, " or add_offset ", packing.offset,
                 " is unusable");
  if (upper(text_attribute(variable.attributes, "_Unsigned")) == "TRUE")
    report.error(0, "variable '", variable.name, "' is _Unsigned, which is not read; write it as short or float");
  return packing;
}

std::vector<double> nodes_of(std::string_view bytes, const File& file, const Variable& axis, const Report& report) {
  const auto [factor, offset] = packing_of(axis, report);
  std::vector<double> nodes = netcdf3::read_values(bytes, file, axis, report);
  for (double& node : nodes) node = node * factor + offset;
  return nodes;
}

// Heights in m: missing values become NaN, then scale and offset apply, then the unit.
std::vector<double> heights_of(std::string_view bytes, const File& file, const Variable& variable,
                               const Report& report) {
  std::vector<double> values = netcdf3::read_values(bytes, file, variable, report);
  const auto fill = number_attribute(variable.attributes, "_FillValue");
  const auto missing = number_attribute(variable.attributes, "missing_value");
  const auto [scale, offset] = packing_of(variable, report);
  const ValidRange valid = valid_range(variable);
  const auto is_valid = [&, scale = scale, offset = offset](double value) {
    if (valid.of_unpacked) value = value * scale + offset;
    return !(value < valid.least) && !(value > valid.most);
  };
  const std::string units = upper(text_attribute(variable.attributes, "units"));
  double metres = 1;
  if (units == "KM" || units == "KILOMETERS" || units == "KILOMETRES")
    metres = 1000;
  else if (units == "FT" || units == "FEET" || units == "FOOT")
    metres = 0.3048;
  else if (!units.empty() && units != "M" && units != "METERS" && units != "METRES" && units != "METER" &&
           units != "METRE" && units != "USER_Z_UNIT" && units != "Z")
    report.error(0, "variable '", variable.name, "' has the unit '", text_attribute(variable.attributes, "units"),
                 "'; heights are read in m, km and ft");
  if (const Attribute* const positive = netcdf3::find(variable.attributes, "positive"))
    if (upper(positive->text) == "DOWN") metres = -metres;
  // A fill value that was not stated: the one that netCDF itself writes.
  const double own_fill = variable.type == 1   ? -127
                          : variable.type == 3 ? -32767
                          : variable.type == 4 ? -2147483647.0
                                               : 9.9692099683868690e+36;
  for (double& value : values) {
    if ((fill && is_no_data(value, *fill)) || (missing && is_no_data(value, *missing)) ||
        (!fill && is_no_data(value, own_fill)) || !is_valid(value))
      value = not_a_number;
    else
      value = (value * scale + offset) * metres;
    if (std::isinf(value)) report.error(0, "variable '", variable.name, "' holds an infinite height");
  }
  return values;
}

// 'E' and 'N' for degrees_east, degreeE, degrees_N and their like, else 0.
char direction_of(const Variable& axis) {
  std::string units = upper(text_attribute(axis.attributes, "units"));
  if (!units.starts_with("DEGREE")) return 0;
  units.erase(0, units.starts_with("DEGREES") ? 7 : 6);
  if (units.starts_with("_")) units.erase(0, 1);
  return units == "E" || units == "EAST" ? 'E' : units == "N" || units == "NORTH" ? 'N' : char{0};
}

// The two axes of a grid variable; y comes first in the file unless the axes say otherwise.
struct Axes {
  const Variable* y = nullptr;
  const Variable* x = nullptr;
  bool transposed = false;
};

bool is_x(const Variable& axis) {
  const std::string name = upper(axis.name);
  return upper(text_attribute(axis.attributes, "axis")) == "X" || name.starts_with("LON") || name == "X" ||
         name == "EASTING" || direction_of(axis) == 'E';
}

bool is_y(const Variable& axis) {
  const std::string name = upper(axis.name);
  return upper(text_attribute(axis.attributes, "axis")) == "Y" || name.starts_with("LAT") || name == "Y" ||
         name == "NORTHING" || direction_of(axis) == 'N';
}

std::optional<Axes> axes_of(const File& file, const Variable& variable) {
  if (variable.dimension.size() != 2 || variable.type == 2) return std::nullopt;
  const Variable* const slow = find_variable(file, file.dimensions[variable.dimension[0]].name);
  const Variable* const fast = find_variable(file, file.dimensions[variable.dimension[1]].name);
  if (!slow || !fast || slow == fast || slow->dimension.size() != 1 || fast->dimension.size() != 1) return std::nullopt;
  if (slow->dimension[0] != variable.dimension[0] || fast->dimension[0] != variable.dimension[1]) return std::nullopt;
  if (is_x(*slow) && is_y(*fast)) return Axes{fast, slow, true};
  return Axes{slow, fast, false};
}

// Brings rows and columns to ascending order.
void sort_axes(Topography& t) {
  const std::size_t nx = t.x.size(), ny = t.y.size();
  if (nx > 1 && t.x.front() > t.x.back()) {
    std::reverse(t.x.begin(), t.x.end());
    for (std::size_t j = 0; j < ny; ++j)
      std::reverse(t.elevation.begin() + static_cast<std::ptrdiff_t>(j * nx),
                   t.elevation.begin() + static_cast<std::ptrdiff_t>((j + 1) * nx));
  }
  if (ny > 1 && t.y.front() > t.y.back()) {
    std::reverse(t.y.begin(), t.y.end());
    for (std::size_t j = 0; j < ny / 2; ++j)
      std::swap_ranges(t.elevation.begin() + static_cast<std::ptrdiff_t>(j * nx),
                       t.elevation.begin() + static_cast<std::ptrdiff_t>((j + 1) * nx),
                       t.elevation.begin() + static_cast<std::ptrdiff_t>((ny - 1 - j) * nx));
  }
}

std::string crs_of(const File& file, const Variable& variable, const Report& report) {
  const std::string mapping = text_attribute(variable.attributes, "grid_mapping");
  if (mapping.empty()) return "";
  const Variable* const found = find_variable(file, mapping);
  if (!found) return "";
  for (const char* key : {"crs_wkt", "spatial_ref"}) {
    std::string wkt = text_attribute(found->attributes, key);
    if (wkt.empty()) continue;
    try {
      crs_name(wkt);
    } catch (const std::invalid_argument& error) { report.error(0, "variable '", mapping, "': ", error.what()); }
    return wkt;
  }
  return "";
}

Topography coards(std::string_view bytes, const File& file, const Variable& variable, const Axes& axes,
                  const Report& report) {
  Topography t;
  t.x = nodes_of(bytes, file, *axes.x, report);
  t.y = nodes_of(bytes, file, *axes.y, report);
  t.elevation = heights_of(bytes, file, variable, report);
  if (axes.transposed) {
    std::vector<double> rows(t.elevation.size());
    for (std::size_t i = 0; i < t.x.size(); ++i)
      for (std::size_t j = 0; j < t.y.size(); ++j) rows[j * t.x.size() + i] = t.elevation[i * t.y.size() + j];
    t.elevation = std::move(rows);
  }
  t.crs = crs_of(file, variable, report);
  if (t.crs.empty() && direction_of(*axes.x) == 'E' && direction_of(*axes.y) == 'N') t.crs = wgs84;
  sort_axes(t);
  return t;
}

// GMT 3: z(xysize) by rows from north to south; node_offset 1 means that ranges are those of the cells' outer edges.
Topography gmt3(std::string_view bytes, const File& file, const Report& report) {
  const auto values_of = [&](const char* name, std::size_t count) {
    const Variable* const variable = find_variable(file, name);
    if (!variable) report.error(0, "variable '", name, "' of a GMT 3 grid is missing");
    std::vector<double> values = netcdf3::read_values(bytes, file, *variable, report);
    if (values.size() != count) report.error(0, "variable '", name, "' holds ", values.size(), " numbers, not ", count);
    return values;
  };
  const std::vector<double> x_range = values_of("x_range", 2), y_range = values_of("y_range", 2),
                            dimension = values_of("dimension", 2);
  const Variable& z = *find_variable(file, "z");
  Topography t;
  const double cells = number_attribute(z.attributes, "node_offset").value_or(0);
  t.elevation = heights_of(bytes, file, z, report);
  const auto nodes = [&](const std::vector<double>& range, double count, std::vector<double>& axis) {
    if (!(count >= 1 && count <= static_cast<double>(t.elevation.size())) || count != std::floor(count))
      report.error(0, "dimension ", count, " of a grid of ", t.elevation.size(), " values");
    if (!(range[1] > range[0])) report.error(0, "the range ", range[0], " .. ", range[1], " is empty");
    if (cells == 0 && count < 2) report.error(0, "a single node has no range");
    const double step = (range[1] - range[0]) / (cells == 0 ? count - 1 : count);
    for (double i = 0; i < count; ++i) axis.push_back(range[0] + step * (cells == 0 ? i : i + 0.5));
  };
  nodes(x_range, dimension[0], t.x);
  nodes(y_range, dimension[1], t.y);
  if (t.x.size() * t.y.size() != t.elevation.size())
    report.error(0, "dimension ", t.x.size(), " by ", t.y.size(), " does not fit ", t.elevation.size(), " values");
  std::reverse(t.y.begin(), t.y.end());
  sort_axes(t);
  const Variable *const x = find_variable(file, "x_range"), *const y = find_variable(file, "y_range");
  const std::string x_unit = upper(text_attribute(x->attributes, "units")),
                    y_unit = upper(text_attribute(y->attributes, "units"));
  if (x_unit.find("DEGREE") != std::string::npos && y_unit.find("DEGREE") != std::string::npos) t.crs = wgs84;
  return t;
}

}  // namespace

bool looks_like_netcdf3(std::string_view bytes) {
  return bytes.size() >= 4 && bytes.starts_with("CDF") && (bytes[3] == 1 || bytes[3] == 2 || bytes[3] == 5);
}

Topography parse_netcdf3_grid(std::string_view bytes, const std::string& path, const TopographyOptions& options) {
  const Report report(path);
  const File file = netcdf3::read_header(bytes, report);
  const Variable* const z = find_variable(file, "z");
  if (z && z->dimension.size() == 1 && find_variable(file, "x_range")) return gmt3(bytes, file, report);
  const Variable* chosen = nullptr;
  Axes axes;
  std::string names;
  std::size_t grids = 0;
  for (const Variable& variable : file.variables) {
    const auto found = axes_of(file, variable);
    if (!found) continue;
    ++grids;
    names += (names.empty() ? "'" : ", '") + variable.name + "'";
    if (options.variable.empty() ? chosen != nullptr : variable.name != options.variable) continue;
    chosen = &variable;
    axes = *found;
  }
  if (!chosen && !options.variable.empty() && grids > 0)
    report.error(0, "holds no grid '", options.variable, "' but ", names);
  if (!chosen) report.error(0, "holds no grid: no variable of two dimensions that have coordinates");
  if (options.variable.empty() && grids > 1)
    report.error(0, "holds several grids: ", names, "; name one by the option `variable`");
  return coards(bytes, file, *chosen, axes, report);
}

}  // namespace terrella::datasets
