// tests/datasets/topography/binary_grids.h: GeoTIFF and netCDF-3 files as bytes, put together here by the standards and
// by no library, so that readers are held against something else than themselves.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace binary_grids {

template <class T>
void put(std::string& out, T value, bool little) {
  unsigned char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  const bool swap = little != (std::endian::native == std::endian::little);
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(bytes[swap ? sizeof(T) - 1 - i : i]);
}

struct Tiff {
  bool little = true;
  int width = 3, height = 2;
  std::vector<double> value = {1, 2, 3, 4, 5, 6};  // row 0 on top
  char sample = 'f';                               // f float32, d float64, s int16, u uint16, i int32, b uint8
  int rows_per_strip = 1;
  int tile = 0;  // edge of square tiles; 0: strips
  std::vector<double> scale = {10, 20, 0};
  std::vector<double> tie = {0, 0, 0, 500000, 4000000, 0};
  std::vector<int> keys = {1024, 1, 1025, 1, 3072, 32611};  // projected, pixel is area, EPSG
  std::string nodata = "-9999";
  int compression = 1, samples_per_pixel = 1, predictor = 1, version = 42;
  std::map<int, std::uint32_t> extra;  // further LONG tags

  void sample_bytes(std::string& out, double v) const {
    switch (sample) {
      case 'f':
        return put(out, static_cast<float>(v), little);
      case 'd':
        return put(out, v, little);
      case 's':
        return put(out, static_cast<std::int16_t>(v), little);
      case 'u':
        return put(out, static_cast<std::uint16_t>(v), little);
      case 'i':
        return put(out, static_cast<std::int32_t>(v), little);
      default:
        return put(out, static_cast<std::uint8_t>(v), little);
    }
  }

  std::string bytes() const {
    std::string out(little ? "II" : "MM");
    put<std::uint16_t>(out, static_cast<std::uint16_t>(version), little);
    put<std::uint32_t>(out, 0, little);  // where the directory stands, set below
    std::vector<std::uint32_t> offset, count;
    const auto pixel = [&](int row, int column) {
      const bool inside = row < height && column < width;
      sample_bytes(out, inside ? value[static_cast<std::size_t>(row * width + column)] : 77);
    };
    if (tile)
      for (int top = 0; top < height; top += tile)
        for (int left = 0; left < width; left += tile) {
          offset.push_back(static_cast<std::uint32_t>(out.size()));
          for (int r = 0; r < tile; ++r)
            for (int c = 0; c < tile; ++c) pixel(top + r, left + c);
          count.push_back(static_cast<std::uint32_t>(out.size()) - offset.back());
        }
    else
      for (int top = 0; top < height; top += rows_per_strip) {
        offset.push_back(static_cast<std::uint32_t>(out.size()));
        for (int r = top; r < std::min(top + rows_per_strip, height); ++r)
          for (int c = 0; c < width; ++c) pixel(r, c);
        count.push_back(static_cast<std::uint32_t>(out.size()) - offset.back());
      }
    struct Entry {
      int type;
      std::uint32_t count;
      std::string data;
    };
    std::map<int, Entry> tags;
    const auto shorts = [&](int tag, const std::vector<int>& v) {
      Entry e{3, static_cast<std::uint32_t>(v.size()), ""};
      for (const int x : v) put<std::uint16_t>(e.data, static_cast<std::uint16_t>(x), little);
      tags[tag] = e;
    };
    const auto longs = [&](int tag, const std::vector<std::uint32_t>& v) {
      Entry e{4, static_cast<std::uint32_t>(v.size()), ""};
      for (const std::uint32_t x : v) put(e.data, x, little);
      tags[tag] = e;
    };
    const auto doubles = [&](int tag, const std::vector<double>& v) {
      Entry e{12, static_cast<std::uint32_t>(v.size()), ""};
      for (const double x : v) put(e.data, x, little);
      tags[tag] = e;
    };
    longs(256, {static_cast<std::uint32_t>(width)});
    longs(257, {static_cast<std::uint32_t>(height)});
    shorts(258, {sample == 'd' ? 64 : sample == 'f' || sample == 'i' ? 32 : sample == 'b' ? 8 : 16});
    shorts(259, {compression});
    shorts(277, {samples_per_pixel});
    shorts(317, {predictor});
    shorts(339, {sample == 'f' || sample == 'd' ? 3 : sample == 'u' || sample == 'b' ? 1 : 2});
    if (tile) {
      shorts(322, {tile});
      shorts(323, {tile});
      longs(324, offset);
      longs(325, count);
    } else {
      longs(278, {static_cast<std::uint32_t>(rows_per_strip)});
      longs(273, offset);
      longs(279, count);
    }
    if (!scale.empty()) doubles(33550, scale);
    if (!tie.empty()) doubles(33922, tie);
    if (!keys.empty()) {
      std::vector<int> directory = {1, 1, 0, static_cast<int>(keys.size() / 2)};
      for (std::size_t i = 0; i < keys.size(); i += 2) directory.insert(directory.end(), {keys[i], 0, 1, keys[i + 1]});
      shorts(34735, directory);
    }
    if (!nodata.empty()) tags[42113] = {2, static_cast<std::uint32_t>(nodata.size() + 1), nodata + '\0'};
    for (const auto& [tag, v] : extra) longs(tag, {v});
    std::string directory;
    if (out.size() % 2) out += '\0';
    const std::size_t start = out.size();
    std::size_t far = start + 2 + 12 * tags.size() + 4;
    std::string behind;
    put<std::uint16_t>(directory, static_cast<std::uint16_t>(tags.size()), little);
    for (const auto& [tag, e] : tags) {
      put<std::uint16_t>(directory, static_cast<std::uint16_t>(tag), little);
      put<std::uint16_t>(directory, static_cast<std::uint16_t>(e.type), little);
      put<std::uint32_t>(directory, e.count, little);
      if (e.data.size() <= 4) {
        directory += e.data + std::string(4 - e.data.size(), '\0');
      } else {
        put<std::uint32_t>(directory, static_cast<std::uint32_t>(far + behind.size()), little);
        behind += e.data;
      }
    }
    put<std::uint32_t>(directory, 0, little);
    out += directory + behind;
    std::string where;
    put<std::uint32_t>(where, static_cast<std::uint32_t>(start), little);
    out.replace(4, 4, where);
    return out;
  }
};

// netCDF-3: dims, attributes and variables in the order of the format specification; all big-endian, padded to 4 bytes.
struct Netcdf {
  struct Variable {
    std::string name;
    std::vector<int> dimension;
    int type = 6;  // 1 byte, 3 short, 4 int, 5 float, 6 double
    std::vector<double> value;
    std::map<std::string, std::string> text;
    std::map<std::string, double> number;
  };
  int version = 1;
  std::vector<std::pair<std::string, std::uint32_t>> dimensions;  // 0: unlimited
  std::uint32_t records = 0;
  std::vector<Variable> variables;

  static void big(std::string& out, std::uint32_t v) { put(out, v, false); }
  static void name(std::string& out, const std::string& s) {
    big(out, static_cast<std::uint32_t>(s.size()));
    out += s;
    while (out.size() % 4) out += '\0';
  }
  static std::string data_of(const Variable& v) {
    std::string out;
    for (const double x : v.value) switch (v.type) {
        case 1:
          put(out, static_cast<std::int8_t>(x), false);
          break;
        case 3:
          put(out, static_cast<std::int16_t>(x), false);
          break;
        case 4:
          put(out, static_cast<std::int32_t>(x), false);
          break;
        case 5:
          put(out, static_cast<float>(x), false);
          break;
        default:
          put(out, x, false);
      }
    while (out.size() % 4) out += '\0';
    return out;
  }
  std::string header(std::uint64_t data_starts) const {
    std::string out = "CDF";
    out += static_cast<char>(version);
    big(out, records);
    big(out, dimensions.empty() ? 0 : 10);
    big(out, static_cast<std::uint32_t>(dimensions.size()));
    for (const auto& [n, length] : dimensions) name(out, n), big(out, length);
    big(out, 0), big(out, 0);  // no global attributes
    big(out, variables.empty() ? 0 : 11);
    big(out, static_cast<std::uint32_t>(variables.size()));
    for (const Variable& v : variables) {
      name(out, v.name);
      big(out, static_cast<std::uint32_t>(v.dimension.size()));
      for (const int d : v.dimension) big(out, static_cast<std::uint32_t>(d));
      const std::size_t attributes = v.text.size() + v.number.size();
      big(out, attributes ? 12 : 0);
      big(out, static_cast<std::uint32_t>(attributes));
      for (const auto& [n, value] : v.text) { name(out, n), big(out, 2), name(out, value); }
      for (const auto& [n, value] : v.number) { name(out, n), big(out, 6), big(out, 1), put(out, value, false); }
      big(out, static_cast<std::uint32_t>(v.type));
      const std::string data = data_of(v);
      big(out, static_cast<std::uint32_t>(data.size()));
      if (version == 1)
        big(out, static_cast<std::uint32_t>(data_starts));
      else
        put<std::uint64_t>(out, data_starts, false);
      data_starts += data.size();
    }
    return out;
  }
  std::string bytes() const {
    std::string out = header(header(0).size());
    for (const Variable& v : variables) out += data_of(v);
    return out;
  }
};

// 3 longitudes, 2 latitudes from north to south, heights 1 .. 6 by rows.
inline Netcdf coards() {
  Netcdf file;
  file.dimensions = {{"lat", 2}, {"lon", 3}};
  file.variables = {{"lat", {0}, 6, {51, 50}, {{"units", "degrees_north"}}, {}},
                    {"lon", {1}, 6, {10, 11, 12}, {{"units", "degrees_east"}}, {}},
                    {"z", {0, 1}, 3, {1, 2, 3, 4, -32768, 6}, {{"units", "m"}}, {{"_FillValue", -32768}}}};
  return file;
}

// GMT 3: values by rows from north to south.
inline Netcdf gmt3() {
  Netcdf file;
  file.dimensions = {{"side", 2}, {"xysize", 6}};
  file.variables = {
      {"x_range", {0}, 6, {10, 12}, {{"units", "degrees"}}, {}},
      {"y_range", {0}, 6, {50, 51}, {{"units", "degrees"}}, {}},
      {"z_range", {0}, 6, {1, 6}, {{"units", "m"}}, {}},
      {"spacing", {0}, 6, {1, 1}, {}, {}},
      {"dimension", {0}, 4, {3, 2}, {}, {}},
      {"z", {1}, 5, {1, 2, 3, 4, 5, 6}, {}, {{"scale_factor", 10}, {"add_offset", 1}, {"node_offset", 0}}}};
  return file;
}

}  // namespace binary_grids
