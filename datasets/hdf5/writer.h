// datasets/hdf5/writer.h: builds an HDF5 file in memory, labelled so that xarray opens it.
#pragma once
#include <complex>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "datasets/hdf5/handle.h"
#include "datasets/hdf5/truth.h"

namespace terrella::datasets::hdf5 {

/// CF attributes of a dataset; empty ones are left out.
struct Labels {
  std::string units;  ///< UDUNITS: "ohm", "s", "degrees_north", "1"
  std::string long_name;
  std::string coordinates;  ///< names of the datasets that locate its values, blank between
};

/// A column of a table of records: numbers, truth values, texts of so many bytes at most (padded with NUL), or
/// references to the objects that stand at these paths of the file.
struct Column {
  struct Texts {
    std::size_t width;
    std::vector<std::string> value;
  };
  struct References {
    std::vector<std::string> path;
  };
  std::string name;
  std::variant<std::vector<double>, std::vector<Truth>, Texts, References> values;
};

/// A group that is being filled. T is double, std::int32_t, std::int64_t, std::uint8_t (also for truth values),
/// std::complex<double> (compound {r, i}) or std::string (UTF-8). Names are not empty, "." or with a '/'; texts hold no
/// NUL bytes: std::invalid_argument. What fails inside libhdf5 is a ResourceError.
class WriteGroup {
 public:
  WriteGroup group(const std::string& name);

  /// Attributes.
  void set(const std::string& name, const std::string& value);
  void set(const std::string& name, std::int64_t value);
  void set(const std::string& name, double value);

  /// A dimension without coordinates.
  void dimension(const std::string& name, std::size_t size);
  /// A dimension whose coordinates are `values`.
  template <class T>
  void dimension(const std::string& name, std::span<const T> values, const Labels& labels = {});
  /// Values over dimensions of this group, the last one running fastest; values.size() must be the product of their
  /// sizes.
  template <class T>
  void write(const std::string& name, std::span<const T> values, const std::vector<std::string>& dimensions,
             const Labels& labels = {});
  /// One row of values without a named dimension.
  template <class T>
  void write(const std::string& name, std::span<const T> values);

  /// Values over a shape of any rank, 0 for a single value, without named dimensions: for h5py rather than netCDF. T is
  /// bool's Truth, std::int32_t, std::int64_t, float, double or a std::complex of these.
  template <class T>
  void write_array(const std::string& name, std::span<const T> values, const std::vector<std::size_t>& shape);

  /// Records, one a row, in a table that other programs may lengthen. std::invalid_argument where columns differ in
  /// length or a text is too long; ResourceError where nothing stands at a path.
  void write_table(const std::string& name, const std::vector<Column>& columns);

  /// An attribute of the dataset `dataset` of this group.
  void set_on(const std::string& dataset, const std::string& name, const std::string& value);
  /// A row of short texts, as numpy stores arrays of bytes: all as long as the longest, padded with NUL.
  void set_on(const std::string& dataset, const std::string& name, const std::vector<std::string>& values);
  void set_on(const std::string& dataset, const std::string& name, std::span<const std::uint8_t> values);

 private:
  friend class Writer;
  WriteGroup(std::int64_t parent, const std::string& name, std::string path);
  template <class T>
  Handle create(const std::string& name, std::span<const T> values, const std::vector<std::size_t>& shape);
  Handle empty_dataset(const std::string& name, std::int64_t type, const std::vector<std::size_t>& shape,
                       std::size_t element_bytes, bool may_compress);

  Handle handle_;
  std::string path_;
  std::map<std::string, std::size_t> dimensions_;
  Handle complex_;  ///< the committed type that netCDF asks for, made at first use
};

/// One file. Holds the lock of libhdf5 while it lives. The same calls give the same bytes: no times, no names of
/// machines are stored.
class Writer {
 public:
  /// kind           what the file holds: "survey", "result", "checkpoint"
  /// format_version of that kind, from 1
  Writer(const std::string& kind, int format_version);
  /// A file of another program's layout: without our attributes and seal.
  Writer();
  ~Writer();
  WriteGroup& root() { return *root_; }
  /// The bytes of the whole file with its seal (datasets/hdf5/seal.h), if it has a kind. To be called once, last.
  std::string finish();

 private:
  std::string kind_;
  Library library_;
  Handle file_;
  std::unique_ptr<WriteGroup> root_;
};

}  // namespace terrella::datasets::hdf5
