// datasets/hdf5/reader.h: reads files of hdf5::Writer; whatever is not as it was written there is a FormatError.
#pragma once
#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/hdf5/handle.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/trial.h"
#include "datasets/hdf5/truth.h"

namespace terrella::datasets::hdf5 {

/// A group of an open file. T as in WriteGroup. Links other than hard ones, data outside the file, virtual datasets,
/// filters other than shuffle, deflate and fletcher32, other types, ranks or sizes than asked for throw FormatError
/// naming file and object, before memory is taken for the values.
class ReadGroup {
 public:
  bool has(const std::string& name) const;
  ReadGroup group(const std::string& name) const;
  /// Names of the members, sorted.
  std::vector<std::string> names() const;

  /// What a member is, and its place in the file: two names of one object have the same.
  enum class Kind { group, dataset, other };
  struct Object {
    Kind kind;
    std::uint64_t address;
  };
  Object object(const std::string& name) const;
  /// Names of the attributes of the group, sorted.
  std::vector<std::string> attributes() const;

  /// Attributes.
  std::string text(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  double real(const std::string& name) const;

  /// For files of others. Whether there is an attribute of that name; one number of any type of number; one text of any
  /// length and padding.
  bool has_attribute(const std::string& name) const;
  double number(const std::string& name) const;
  std::string any_text(const std::string& name) const;
  /// A row of texts that is an attribute of a dataset; none where there is no such attribute or it is no row of texts.
  std::vector<std::string> texts_on(const std::string& dataset, const std::string& name) const;

  /// Length of a dataset with one dimension.
  std::size_t size(const std::string& name) const;
  /// All values; the shape must be this one.
  template <class T>
  std::vector<T> read(const std::string& name, const std::vector<std::size_t>& shape) const;
  /// One row of values, whatever its length.
  template <class T>
  std::vector<T> read(const std::string& name) const;

  /// For datasets of any rank and of the types of WriteGroup::write_array.
  template <class T>
  bool holds(const std::string& name) const;
  /// Extents, none for a single value; as many values fit the bytes stored for them.
  std::vector<std::size_t> extents(const std::string& name) const;
  /// All values, as many as the extents say.
  template <class T>
  void read_into(const std::string& name, std::span<T> values) const;

  /// Throws FormatError about an object of this group: what a caller finds wrong with the values.
  [[noreturn]] void refuse(const std::string& name, std::string_view what) const;

 private:
  friend class Reader;
  struct File {
    std::string path;
    std::size_t bytes;
  };
  ReadGroup(std::shared_ptr<const File> file, Handle handle, std::string path);
  std::int64_t must(std::int64_t status, const std::string& name, const char* what) const;
  void check_link(const std::string& name) const;
  Handle open(const std::string& name) const;
  Handle attribute(const std::string& name, std::int64_t type) const;
  std::vector<std::size_t> shape(std::int64_t dataset, const std::string& name) const;

  std::shared_ptr<const File> file_;
  Handle handle_;
  std::string path_;
};

/// One file. Holds the lock of libhdf5 while it lives. Made by read_sealed.
class Reader {
 public:
  /// `path` serves messages.
  Reader(const std::string& path, const Unsealed& file);
  /// The same of an HDF5 file that others wrote, from its first byte on. Has no kind. Made by read_foreign.
  Reader(const std::string& path, std::string_view image);
  const ReadGroup& root() const { return *root_; }
  /// "survey", "result" or "checkpoint"
  const std::string& kind() const { return kind_; }
  /// Throws FormatError where the file holds another kind, or a format newer than `newest`.
  void expect(const std::string& kind, int newest) const;

 private:
  Library library_;
  std::string path_;
  Handle file_;
  std::unique_ptr<ReadGroup> root_;
  std::string kind_;
};

/// The bytes of the file at `path`; only the first are read where it is none of ours, which unsealed() will say.
std::string load_sealed(const std::string& path);

/// parse(reader) of a file of ours, where `parse` reads all that it needs and returns a value. The seal is verified
/// before libhdf5 sees the file, and a child process parses it before this one does (trial.h), since a forged seal must
/// not crash us either: libhdf5 1.10 crashes on about one of 75 files in which a few bytes were altered and the seal
/// renewed. Throws FormatError where the file is none of ours or is damaged, ResourceError where memory is short.
template <class Parse>
auto read_sealed(const std::string& path, std::string_view bytes, const Parse& parse) {
  const Library alone;
  const Unsealed file = unsealed(path, bytes);
  try_in_child(path, file.image.size(), [&] {
    parse(Reader(path, file));
    give_memory_back();  // some damage shows only then
  });
  return parse(Reader(path, file));
}

/// parse(reader) of an HDF5 file that others wrote, likewise tried in a child process first.
template <class Parse>
auto read_foreign(const std::string& path, std::string_view bytes, const Parse& parse) {
  const Library alone;
  try_in_child(path, bytes.size(), [&] {
    parse(Reader(path, bytes));
    give_memory_back();
  });
  return parse(Reader(path, bytes));
}

template <class Parse>
auto read_sealed(const std::string& path, const Parse& parse) {
  return read_sealed(path, load_sealed(path), parse);
}

}  // namespace terrella::datasets::hdf5
