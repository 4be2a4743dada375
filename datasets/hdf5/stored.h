// datasets/hdf5/stored.h: arrays in HDF5 files of anybody, read by rows from any thread.
//
// libhdf5 holds one lock for the whole process, so that it only finds where a chunk lies and brings its packed bytes;
// they are unpacked (deflate, shuffle) and converted by our own code, each caller on its own thread. Values without
// chunks are read past libhdf5.
#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/backend/backend.h"
#include "datasets/arrays/elements.h"
#include "datasets/hdf5/handle.h"

namespace terrella::datasets::hdf5 {

enum class Filter : std::uint8_t { shuffle, deflate };

/// How an array lies in its file.
struct Layout {
  std::string name;  ///< "group/array"
  StoredElement element;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> chunk;  ///< empty where values are not cut into chunks
  std::vector<Filter> filters;      ///< in the order in which they were applied
  std::int64_t offset = -1;         ///< of values without chunks; -1 where none were ever written
  std::string compact;              ///< values that stand within the header
  std::string fill;                 ///< one stored element, for what was never written

  std::int64_t rows() const { return shape.empty() ? 1 : shape[0]; }
  std::size_t chunk_bytes() const;
  /// Elements of one row.
  std::int64_t row_size() const;
};

/// A file whose arrays can be read by several threads at once. Values of other types than numbers and truth values,
/// filters other than shuffle and deflate, links other than hard ones and data outside the file are FormatErrors.
class StoredFile {
 public:
  /// Throws FormatError. Let try_stored() look at files of others first.
  explicit StoredFile(const std::string& path);
  ~StoredFile();
  StoredFile(const StoredFile&) = delete;
  StoredFile& operator=(const StoredFile&) = delete;

  const std::string& path() const { return path_; }
  /// All arrays and whatever else is no group, sorted by name.
  std::vector<std::string> names() const;
  /// Throws FormatError where there is no such array, or it is of a kind that is not read.
  const Layout& layout(const std::string& name);
  /// The text of an attribute, empty where there is none; its whole number, `otherwise` where there is none.
  std::string text_of(const std::string& name, const std::string& attribute) const;
  std::int64_t integer_of(const std::string& name, const std::string& attribute, std::int64_t otherwise) const;

  /// Rows [first, first + count) of the parts `inner` of the axes behind the first, row-major as dtype_of(element) into
  /// `into`. Throws FormatError naming file, array and rows where a chunk is damaged.
  void read_rows(const Layout& layout, std::int64_t first, std::int64_t count, std::span<const Range> inner,
                 void* into);
  /// All values.
  Array read(const Layout& layout);
  /// The bytes that each chunk takes; for try_stored, which so walks through the whole index.
  void walk_chunks(const Layout& layout);

 private:
  struct Impl;
  [[noreturn]] void refuse(const std::string& name, const std::string& what) const;
  std::int64_t dataset(const std::string& name) const;
  Layout find_layout(const std::string& name) const;
  void check_links(const std::string& name) const;
  /// The bytes of a chunk as its filters left them, empty where it was never written; `skipped` are filters not used.
  std::string packed(const Layout& layout, const std::vector<std::int64_t>& corner, std::uint32_t& skipped) const;
  void unpack(const Layout& layout, const std::vector<std::int64_t>& corner, std::span<char> into) const;
  std::shared_ptr<const std::string> kept_chunk(const Layout& layout, const std::vector<std::int64_t>& corner);
  void read_chunked(const Layout& layout, std::int64_t first, std::int64_t count, std::span<const Range> inner,
                    char* into);
  void read_flat(const Layout& layout, std::int64_t first, std::int64_t count, std::span<const Range> inner,
                 char* into);

  std::string path_;
  std::unique_ptr<Impl> impl_;
};

/// Opens the files in a child process first (trial.h) and walks through the arrays `names` (all, where empty, that can
/// be read) with their chunks, since libhdf5 1.10 crashes on some damaged files. Throws the FormatError that was met.
void try_stored(const std::vector<std::string>& paths, const std::vector<std::string>& names);

}  // namespace terrella::datasets::hdf5
