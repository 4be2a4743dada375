// datasets/hdf5/seal.h: the first 512 bytes of our HDF5 files, which are checked before libhdf5 sees anything.
//
// HDF5 leaves a "user block" at the start of a file to whoever writes it, and every HDF5 program skips it. Ours says in
// plain text how many bytes follow and their SHA-256, so that a truncated, damaged or foreign file is refused without
// being parsed: libhdf5 1.10 has known faults on damaged files. The seal is no signature; who forges it on purpose gets
// as far as hdf5::Reader, which bounds and verifies whatever it reads.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace terrella::datasets::hdf5 {

inline constexpr std::size_t seal_bytes = 512;

/// The seal followed by the HDF5 image. `kind` is a word: "survey", "result", "checkpoint".
std::string sealed(const std::string& kind, std::string_view image);

struct Unsealed {
  std::string kind;        ///< as the seal says; not covered by the SHA-256, compare it with what the image says
  std::string_view image;  ///< the HDF5 file proper
};

/// Throws FormatError that tells foreign, newer, truncated and damaged files apart.
Unsealed unsealed(const std::string& path, std::string_view bytes);

/// Whether the first bytes of a file are those of a sealed one; of this kind, where one is given.
bool has_seal(std::string_view first_bytes, std::string_view kind = {});

/// Whether the first bytes of a file, at least 1024 of them, are those of an HDF5 file, sealed or not.
bool is_hdf5(std::string_view first_bytes);

/// SHA-256 of the bytes, 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace terrella::datasets::hdf5
