#include "datasets/file/file_name.h"

#include <fmt/format.h>

#include <cstdint>

namespace terrella::datasets {
namespace {

/// FNV-1a, 64 bit.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

}  // namespace

std::string file_name_of(std::string_view name) {
  constexpr std::string_view harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+";
  constexpr std::size_t most = 100;
  std::string out;
  for (const char c : name) {
    const bool leading = out.empty() && (c == '.' || c == '-');  // hidden files; words that look like options
    if (harmless.find(c) != std::string_view::npos && !leading)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  if (out.empty()) return "unnamed";
  if (out.size() > most) out = fmt::format("{}~{:016x}", out.substr(0, most - 17), hash_of(name));
  return out;
}

}  // namespace terrella::datasets
