#include "datasets/hdf5/seal.h"

#include <openssl/evp.h>

#include <array>

#include "core/error.h"

namespace terrella::datasets::hdf5 {
namespace {

constexpr std::string_view magic = "Terrella HDF5 file, seal ";
constexpr std::string_view version = "1\n";
constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";

std::string seal(std::string_view image) {
  std::string block = text(magic, version, "bytes ", image.size(), "\nsha256 ", sha256(image), "\n");
  block.resize(seal_bytes, '\0');
  return block;
}

/// HDF5 looks for its signature at 0, 512, 1024, 2048, ...
bool is_hdf5(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); at = at == 0 ? 512 : 2 * at)
    if (bytes.substr(at).starts_with(signature)) return true;
  return false;
}

}  // namespace

std::string sealed(std::string_view image) {
  std::string bytes = seal(image);
  bytes.append(image);
  return bytes;
}

bool has_seal(std::string_view first_bytes) { return first_bytes.starts_with(magic); }

std::string_view unsealed(const std::string& path, std::string_view bytes) {
  if (!has_seal(bytes)) {
    if (bytes.empty()) throw FormatError(path, 0, "is empty");
    if (is_hdf5(bytes)) throw FormatError(path, 0, "is an HDF5 file, but not one written by Terrella");
    throw FormatError(path, 0, "is not an HDF5 file written by Terrella");
  }
  const std::string_view rest = bytes.substr(magic.size());
  if (rest.size() >= 2 && !rest.starts_with(version) && rest[0] >= '1' && rest[0] <= '9')
    throw FormatError(path, 0, text("was sealed by a newer Terrella (seal ", rest.substr(0, std::min(rest.find('\n'), std::size_t{8})),
                                    ", known here: 1); read it with that version"));
  const std::string_view image = bytes.substr(std::min(seal_bytes, bytes.size()));
  const std::string expected = seal(image);
  if (bytes.substr(0, seal_bytes) == expected) return image;

  const auto line_of = [](std::string_view block) {  // "bytes N"
    const std::size_t from = std::min(block.find("bytes "), block.size());
    return block.substr(from, std::min(block.find('\n', from), block.size()) - from);
  };
  const std::string_view said = line_of(bytes.substr(0, std::min(seal_bytes, bytes.size())));
  if (bytes.size() < seal_bytes || said != line_of(expected))
    throw FormatError(path, 0, text("is truncated or damaged: its seal says '", said.substr(0, 32), "', but ", image.size(),
                                    " bytes follow; take an undamaged copy"));
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
