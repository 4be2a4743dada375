// datasets/file/zip.h: members of a ZIP archive, stored or deflated, ZIP64 too.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/file/read_file.h"

namespace terrella::datasets {

/// Bytes that are read where they are wanted; `path` serves messages.
struct ByteSource {
  std::string path;
  std::uint64_t size = 0;
  /// Fills `into` with what stands from `offset` on, which lies within `size`.
  std::function<void(std::uint64_t offset, std::span<char> into)> read;
};
/// Of bytes that outlive it, and of an open file that does.
ByteSource source_of(std::string_view bytes, const std::string& path);
ByteSource source_of(const InputFile& file, const std::string& path);

struct ZipMember {
  std::string name;
  std::uint64_t offset = 0;  ///< of its local header
  std::uint64_t packed = 0, size = 0;
  std::uint32_t crc = 0;
  bool deflated = false;
};

/// Whether the first bytes of a file are those of an archive.
bool is_zip(std::string_view first_bytes);

/// The members, in the order of the archive's directory. Throws FormatError where there is none, it is damaged or of
/// several volumes, a member is encrypted or packed otherwise, claims more than its bytes can hold, or two have one
/// name.
std::vector<ZipMember> zip_members(const ByteSource& source);

/// Where the packed bytes of a member begin.
std::uint64_t zip_data_offset(const ByteSource& source, const ZipMember& member);
/// The content of a member; its CRC is verified. Throws FormatError.
std::string read_zip_member(const ByteSource& source, const ZipMember& member);

}  // namespace terrella::datasets
