#include "datasets/hdf5/seal.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "core/error.h"

namespace terrella::datasets::hdf5 {
namespace {

constexpr std::string_view magic = "Terrella HDF5 file, seal ";
constexpr std::string_view version = "1\n";
constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";

std::string seal(std::string_view kind, std::string_view image) {
  std::string block = text(magic, version, "kind ", kind, "\nbytes ", image.size(), "\nsha256 ", sha256(image), "\n");
  block.resize(seal_bytes, '\0');
  return block;
}

/// The rest of the line of a seal that begins with `field`, at most 32 bytes.
std::string_view line_of(std::string_view block, std::string_view field) {
  const std::size_t at = block.find(field);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = block.substr(at + field.size());
  return rest.substr(0, std::min(rest.find('\n'), std::size_t{32}));
}

}  // namespace

bool is_hdf5(std::string_view bytes) {
  // HDF5 looks for its signature at 0, 512, 1024, 2048, ...
  for (std::size_t at = 0; at < bytes.size(); at = at == 0 ? 512 : 2 * at)
    if (bytes.substr(at).starts_with(signature)) return true;
  return false;
}

std::string sealed(const std::string& kind, std::string_view image) {
  std::string bytes = seal(kind, image);
  bytes.append(image);
  return bytes;
}

bool has_seal(std::string_view bytes, std::string_view kind) {
  return bytes.starts_with(magic) && (kind.empty() || line_of(bytes.substr(0, seal_bytes), "\nkind ") == kind);
}

Unsealed unsealed(const std::string& path, std::string_view bytes) {
  if (!has_seal(bytes)) {
    if (bytes.empty()) throw FormatError(path, 0, "is empty");
    if (is_hdf5(bytes)) throw FormatError(path, 0, "is an HDF5 file, but not one written by Terrella");
    throw FormatError(path, 0, "is not an HDF5 file written by Terrella");
  }
  const std::string_view rest = bytes.substr(magic.size());
  if (!rest.starts_with(version) && !rest.empty() && rest[0] >= '1' && rest[0] <= '9')
    throw FormatError(path, 0,
                      text("was sealed by a newer Terrella (seal ", line_of(bytes, magic),
                           ", known here: ", version.substr(0, 1), "); read it with that version"));
  const std::string_view block = bytes.substr(0, seal_bytes), image = bytes.substr(block.size());
  const std::string kind(line_of(block, "\nkind "));
  if (block == seal(kind, image)) return {kind, image};

  const std::string_view size = line_of(block, "\nbytes ");
  if (size != std::to_string(image.size()))
    throw FormatError(path, 0,
                      text("is truncated or damaged: its seal speaks of ", size.empty() ? "no" : size, " bytes, but ",
                           image.size(), " follow; take an undamaged copy"));
  throw FormatError(path, 0,
                    "is damaged, or was changed by another program: its content differs from its SHA-256; take an "
                    "undamaged copy");
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw ResourceError("sha256: OpenSSL failed");
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

}  // namespace terrella::datasets::hdf5
