#include "datasets/file/zip.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <set>

#include "core/error.h"
#include "datasets/file/text.h"

namespace terrella::datasets {
namespace {

// APPNOTE.TXT of PKWARE, version 6.3: the records at the end, then the directory, then a local header a member.
constexpr std::string_view local_magic("PK\3\4", 4), entry_magic("PK\1\2", 4), end_magic("PK\5\6", 4),
    locator64_magic("PK\6\7", 4), end64_magic("PK\6\6", 4);
constexpr std::uint64_t end_bytes = 22, entry_bytes = 46, local_bytes = 30, locator64_bytes = 20, end64_bytes = 56;
constexpr std::uint64_t longest_comment = 65535, deflate_ratio = 1032, most_members = 1 << 20;
constexpr std::uint32_t all_ones = 0xFFFFFFFF;

[[noreturn]] void refuse(const ByteSource& source, const std::string& what) {
  throw FormatError(source.path, 0, "ZIP archive: " + what);
}

template <class Word>
Word word(std::string_view bytes, std::size_t at) {
  Word value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
std::uint16_t short_at(std::string_view bytes, std::size_t at) { return word<std::uint16_t>(bytes, at); }
std::uint32_t long_at(std::string_view bytes, std::size_t at) { return word<std::uint32_t>(bytes, at); }
std::uint64_t quad_at(std::string_view bytes, std::size_t at) { return word<std::uint64_t>(bytes, at); }

std::string fetch(const ByteSource& source, std::uint64_t offset, std::uint64_t bytes, const char* what) {
  if (offset > source.size || bytes > source.size - offset)
    refuse(source, text(what, " lies beyond the end of the file; it was cut off or is damaged"));
  std::string all(bytes, '\0');
  source.read(offset, all);
  return all;
}

struct Directory {
  std::uint64_t offset = 0, bytes = 0, entries = 0;
};

Directory find_directory(const ByteSource& source) {
  const std::uint64_t tail_bytes = std::min(source.size, end_bytes + longest_comment);
  const std::string tail = fetch(source, source.size - tail_bytes, tail_bytes, "the end");
  for (std::size_t at = tail.rfind(end_magic); at != std::string::npos;
       at = at == 0 ? std::string::npos : tail.rfind(end_magic, at - 1)) {
    if (tail.size() - at < end_bytes || tail.size() - at - end_bytes != short_at(tail, at + 20)) continue;
    const std::string_view end = std::string_view(tail).substr(at);
    Directory found{long_at(end, 16), long_at(end, 12), short_at(end, 10)};
    if (short_at(end, 4) != short_at(end, 6)) refuse(source, "is one of several volumes; join them");
    const std::uint64_t end_offset = source.size - tail_bytes + at;
    if (found.entries != 0xFFFF && found.bytes != all_ones && found.offset != all_ones) return found;
    if (end_offset < locator64_bytes) refuse(source, "has a damaged end");
    const std::string locator = fetch(source, end_offset - locator64_bytes, locator64_bytes, "the ZIP64 locator");
    if (!locator.starts_with(locator64_magic)) return found;  // as large as that, but without ZIP64
    const std::string end64 = fetch(source, quad_at(locator, 8), end64_bytes, "the ZIP64 end");
    if (!end64.starts_with(end64_magic)) refuse(source, "has a damaged ZIP64 end");
    return {quad_at(end64, 48), quad_at(end64, 40), quad_at(end64, 32)};
  }
  refuse(source, "has no directory at its end; it was cut off");
}

/// Sizes and offset of more than 32 bits, which stand in an extra field.
void widen(const ByteSource& source, std::string_view extra, ZipMember& member, bool size, bool packed, bool offset) {
  while (extra.size() >= 4) {
    const std::size_t bytes = short_at(extra, 2);
    if (bytes > extra.size() - 4) break;
    if (short_at(extra, 0) == 1) {
      std::string_view rest = extra.substr(4, bytes);
      const auto take = [&](bool wanted, std::uint64_t& value) {
        if (!wanted) return;
        if (rest.size() < 8) refuse(source, text("'", printable(member.name), "' has a damaged ZIP64 field"));
        value = quad_at(rest, 0);
        rest.remove_prefix(8);
      };
      take(size, member.size);
      take(packed, member.packed);
      take(offset, member.offset);
      return;
    }
    extra.remove_prefix(4 + bytes);
  }
  if (size || packed || offset) refuse(source, text("'", printable(member.name), "' lacks its ZIP64 field"));
}

}  // namespace

ByteSource source_of(std::string_view bytes, const std::string& path) {
  return {path, bytes.size(), [bytes](std::uint64_t offset, std::span<char> into) {
            std::memcpy(into.data(), bytes.data() + offset, into.size());
          }};
}

ByteSource source_of(const InputFile& file, const std::string& path) {
  return {path, file.size(), [&file, path](std::uint64_t offset, std::span<char> into) {
            if (file.read(offset, into) != into.size()) throw FormatError(path, 0, "became shorter while it was read");
          }};
}

bool is_zip(std::string_view first_bytes) {
  return first_bytes.starts_with(local_magic) || first_bytes.starts_with(end_magic);
}

std::vector<ZipMember> zip_members(const ByteSource& source) {
  const Directory directory = find_directory(source);
  if (directory.entries > most_members || directory.entries > directory.bytes / entry_bytes)
    refuse(source, text("claims ", directory.entries, " members in a directory of ", directory.bytes, " bytes"));
  const std::string bytes = fetch(source, directory.offset, directory.bytes, "the directory");
  std::string_view rest = bytes;
  std::vector<ZipMember> members;
  std::set<std::string> names;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (rest.size() < entry_bytes || !rest.starts_with(entry_magic)) refuse(source, "has a damaged directory");
    const std::size_t name_bytes = short_at(rest, 28), extra_bytes = short_at(rest, 30),
                      comment_bytes = short_at(rest, 32);
    if (rest.size() - entry_bytes < name_bytes + extra_bytes + comment_bytes) refuse(source, "has a damaged directory");
    ZipMember member;
    member.name = rest.substr(entry_bytes, name_bytes);
    const std::string shown = "'" + printable(member.name) + "'";
    member.crc = long_at(rest, 16);
    member.packed = long_at(rest, 20);
    member.size = long_at(rest, 24);
    member.offset = long_at(rest, 42);
    widen(source, rest.substr(entry_bytes + name_bytes, extra_bytes), member, member.size == all_ones,
          member.packed == all_ones, member.offset == all_ones);
    if (short_at(rest, 8) & 1) refuse(source, shown + " is encrypted");
    const int method = short_at(rest, 10);
    if (method != 0 && method != 8)
      refuse(source, text(shown, " is packed by method ", method, "; stored and deflated members are read"));
    member.deflated = method == 8;
    if (member.packed > source.size || (method == 0 && member.packed != member.size) ||
        member.size > member.packed * deflate_ratio + 64)
      refuse(source, text(shown, " claims ", member.size, " bytes from ", member.packed));
    if (!names.insert(member.name).second) refuse(source, "has two members " + shown);
    members.push_back(std::move(member));
    rest.remove_prefix(entry_bytes + name_bytes + extra_bytes + comment_bytes);
  }
  return members;
}

std::uint64_t zip_data_offset(const ByteSource& source, const ZipMember& member) {
  const std::string local = fetch(source, member.offset, local_bytes, "a member");
  if (!local.starts_with(local_magic)) refuse(source, text("'", printable(member.name), "' has a damaged header"));
  return member.offset + local_bytes + short_at(local, 26) + short_at(local, 28);
}

std::string read_zip_member(const ByteSource& source, const ZipMember& member) {
  std::string bytes = fetch(source, zip_data_offset(source, member), member.packed, "a member");
  const std::string shown = "'" + printable(member.name) + "'";
  if (member.deflated) {
    std::string content(member.size, '\0');
    const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decompressor(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (!decompressor) throw std::bad_alloc();
    if (libdeflate_deflate_decompress(decompressor.get(), bytes.data(), bytes.size(), content.data(), content.size(),
                                      nullptr) != LIBDEFLATE_SUCCESS)
      refuse(source, text(shown, " does not unpack to ", member.size, " bytes; it is damaged"));
    bytes = std::move(content);
  }
  if (libdeflate_crc32(0, bytes.data(), bytes.size()) != member.crc)
    refuse(source, shown + " is damaged: its bytes differ from their CRC");
  return bytes;
}

}  // namespace terrella::datasets
