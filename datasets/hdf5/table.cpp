#include <hdf5.h>

#include <cstring>

#include "core/error.h"
#include "datasets/hdf5/types.h"
#include "datasets/hdf5/writer.h"

namespace terrella::datasets::hdf5 {
namespace {

/// A column as it stands in the records: its type, and the bytes of one row after the other.
struct Packed {
  Handle type;
  std::size_t width;
  std::string bytes;
  std::size_t rows() const { return bytes.size() / width; }
};

template <class T>
Packed packed_numbers(const std::vector<T>& values) {
  Packed packed{file_type<T>(), sizeof(T), std::string(values.size() * sizeof(T), '\0')};
  if (!values.empty()) std::memcpy(packed.bytes.data(), values.data(), packed.bytes.size());
  return packed;
}

Packed packed_texts(const Column::Texts& texts, const std::string& object) {
  Packed packed{Handle(H5Tcopy(H5T_C_S1), H5Tclose), texts.width, {}};
  H5Tset_size(packed.type.id(), texts.width);
  H5Tset_strpad(packed.type.id(), H5T_STR_NULLPAD);
  for (const std::string& value : texts.value) {
    if (value.size() > texts.width || value.find('\0') != std::string::npos)
      fail("hdf5: ", object, ": the text '", value.c_str(), "' does not fit into ", texts.width, " bytes");
    packed.bytes += value;
    packed.bytes.append(texts.width - value.size(), '\0');
  }
  return packed;
}

Packed packed_references(const Column::References& references, std::int64_t group) {
  Packed packed{Handle(H5Tcopy(H5T_STD_REF_OBJ), H5Tclose), sizeof(hobj_ref_t), {}};
  for (const std::string& path : references.path) {
    hobj_ref_t reference{};
    must(H5Rcreate(&reference, group, path.c_str(), H5R_OBJECT, -1), "a reference to " + path);
    packed.bytes.append(reinterpret_cast<const char*>(&reference), sizeof reference);
  }
  return packed;
}

}  // namespace

void WriteGroup::write_table(const std::string& name, const std::vector<Column>& columns) {
  const std::string object = path_ + name;
  if (columns.empty()) fail("hdf5: ", object, ": a table without columns");
  std::vector<Packed> packed;
  std::size_t width = 0;
  for (const Column& column : columns) {
    const std::string where = object + "/" + column.name;
    packed.push_back(std::visit(
        [&]<class V>(const V& values) {
          if constexpr (std::is_same_v<V, Column::Texts>)
            return packed_texts(values, where);
          else if constexpr (std::is_same_v<V, Column::References>)
            return packed_references(values, handle_.id());
          else
            return packed_numbers(values);
        },
        column.values));
    if (packed.back().rows() != packed.front().rows())
      fail("hdf5: ", where, " has ", packed.back().rows(), " rows, ", columns[0].name, " has ", packed[0].rows());
    width += packed.back().width;
  }
  const Handle type(H5Tcreate(H5T_COMPOUND, width), H5Tclose);
  const std::size_t rows = packed.front().rows();
  std::string records(rows * width, '\0');
  std::size_t at = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    must(H5Tinsert(type.id(), columns[c].name.c_str(), at, packed[c].type.id()), object);
    for (std::size_t row = 0; row < rows; ++row)
      std::memcpy(&records[row * width + at], &packed[c].bytes[row * packed[c].width], packed[c].width);
    at += packed[c].width;
  }
  const hsize_t size = rows, unlimited = H5S_UNLIMITED, chunk = 64;
  const Handle space(H5Screate_simple(1, &size, &unlimited), H5Sclose),
      properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.id(), false);
  H5Pset_chunk(properties.id(), 1, &chunk);
  const Handle dataset(
      must(H5Dcreate2(handle_.id(), name.c_str(), type.id(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
           object),
      H5Dclose);
  if (rows > 0) must(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, records.data()), object);
}

}  // namespace terrella::datasets::hdf5
