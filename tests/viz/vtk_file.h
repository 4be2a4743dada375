// tests/viz/vtk_file.h: the arrays of VTK's XML files, read by pugixml, a base64 decoder and zlib.
#pragma once
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <pugixml.hpp>
#include <string>
#include <vector>

namespace terrella::viz::example {

inline std::string base64(std::string_view text) {
  static const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string::npos) continue;
    bits = bits << 6 | unsigned(value);
    if ((count += 6) >= 8) bytes += char(bits >> (count -= 8) & 0xFF);
  }
  return bytes;
}

/// The bytes of a compressed inline DataArray: a header of 32-bit words (blocks, size of a block, size of the last,
/// compressed sizes ...), encoded on its own, then the blocks.
inline std::string content(const pugi::xml_node& array) {
  std::string text = array.text().get();
  std::erase_if(text, [](char c) { return std::isspace(static_cast<unsigned char>(c)); });
  const auto words = [](const std::string& bytes) {
    std::vector<std::uint32_t> result(bytes.size() / 4);
    std::memcpy(result.data(), bytes.data(), result.size() * 4);
    return result;
  };
  const std::uint32_t blocks = words(base64(std::string_view(text).substr(0, 16)))[0];
  const std::size_t header = 4 * ((4 * (3 + blocks) + 2) / 3);  // letters
  const std::vector<std::uint32_t> sizes = words(base64(std::string_view(text).substr(0, header)));
  const std::string packed = base64(std::string_view(text).substr(header));
  std::string bytes;
  std::size_t at = 0;
  for (std::uint32_t block = 0; block < blocks; ++block) {
    const bool partial = block + 1 == blocks && sizes[2] != 0;
    std::string plain(partial ? sizes[2] : sizes[1], '\0');
    uLongf size = plain.size();
    EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                         reinterpret_cast<const Bytef*>(packed.data()) + at, sizes[3 + block]),
              Z_OK);
    bytes += plain;
    at += sizes[3 + block];
  }
  return bytes;
}

inline std::vector<double> numbers(const pugi::xml_node& array) {
  EXPECT_STREQ(array.attribute("type").value(), "Float64") << array.attribute("Name").value();
  const std::string bytes = content(array);
  std::vector<double> result(bytes.size() / 8);
  std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

inline pugi::xml_node named(const pugi::xml_node& parent, const char* name) {
  return parent.find_child_by_attribute("Name", name);
}

}  // namespace terrella::viz::example
