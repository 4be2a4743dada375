#include "datasets/hdf5/writer.h"

#include <hdf5_hl.h>

#include <algorithm>
#include <numeric>

#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/types.h"

namespace terrella::datasets::hdf5 {
namespace {

constexpr std::size_t chunk_least = 64 << 10, chunk_most = 512 << 10;  // bytes

void check_name(const std::string& name) {
  if (name.empty() || name == "." || name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
    fail("hdf5: '", name, "' cannot name an object");
}

void check_text(const std::string& object, const std::string& value) {
  if (const std::size_t at = value.find('\0'); at != std::string::npos)
    fail("hdf5: ", object, ": the text '", value.c_str(), "' has a NUL byte at position ", at, "; remove it");
}

Handle space_of(const std::vector<std::size_t>& shape) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return {H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose};
}

/// Groups keep their members in the order of writing, as xarray shows them then.
Handle group_properties() {
  Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_link_creation_order(properties.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(properties.id(), false);
  return properties;
}

/// Small datasets stand in one piece; large ones in chunks that halve the slowest dimension first.
Handle dataset_properties(std::vector<std::size_t> shape, std::size_t element_bytes, bool may_compress) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.id(), false);
  const auto bytes = [&] { return std::accumulate(shape.begin(), shape.end(), element_bytes, std::multiplies<>()); };
  if (!may_compress || bytes() < chunk_least) return properties;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    while (bytes() > chunk_most && shape[axis] > 1) shape[axis] = (shape[axis] + 1) / 2;
  const std::vector<hsize_t> chunk(shape.begin(), shape.end());
  H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data());
  H5Pset_shuffle(properties.id());
  H5Pset_deflate(properties.id(), 4);
  return properties;
}

void set_attribute(std::int64_t object, const std::string& path, const std::string& name, std::int64_t type,
                   std::int64_t space, const void* value) {
  const Handle attribute(
      must(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), path + "@" + name), H5Aclose);
  must(H5Awrite(attribute.id(), type, value), path + "@" + name);
}

void set_text(std::int64_t object, const std::string& path, const std::string& name, const std::string& value) {
  check_text(path + "@" + name, value);
  const Handle type = string_type(), space(H5Screate(H5S_SCALAR), H5Sclose);
  const char* text_ = value.c_str();
  set_attribute(object, path, name, type.id(), space.id(), &text_);
}

void set_labels(std::int64_t dataset, const std::string& path, const Labels& labels) {
  if (!labels.units.empty()) set_text(dataset, path, "units", labels.units);
  if (!labels.long_name.empty()) set_text(dataset, path, "long_name", labels.long_name);
  if (!labels.coordinates.empty()) set_text(dataset, path, "coordinates", labels.coordinates);
}

}  // namespace

WriteGroup::WriteGroup(std::int64_t parent, const std::string& name, std::string path) : path_(std::move(path)) {
  handle_ =
      name == "/"
          ? Handle(must(H5Gopen2(parent, "/", H5P_DEFAULT), "/"), H5Gclose)
          : Handle(must(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, group_properties().id(), H5P_DEFAULT), path_),
                   H5Gclose);
}

WriteGroup WriteGroup::group(const std::string& name) {
  check_name(name);
  return WriteGroup(handle_.id(), name, path_ + name + "/");
}

void WriteGroup::set(const std::string& name, const std::string& value) { set_text(handle_.id(), path_, name, value); }

void WriteGroup::set(const std::string& name, std::int64_t value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  set_attribute(handle_.id(), path_, name, H5T_STD_I64LE, space.id(), &value);
}

void WriteGroup::set(const std::string& name, double value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  set_attribute(handle_.id(), path_, name, H5T_IEEE_F64LE, space.id(), &value);
}

void WriteGroup::set_on(const std::string& dataset, const std::string& name, const std::string& value) {
  const Handle object(must(H5Dopen2(handle_.id(), dataset.c_str(), H5P_DEFAULT), path_ + dataset), H5Dclose);
  set_text(object.id(), path_ + dataset, name, value);
}

void WriteGroup::set_on(const std::string& dataset, const std::string& name, std::span<const std::uint8_t> values) {
  const Handle object(must(H5Dopen2(handle_.id(), dataset.c_str(), H5P_DEFAULT), path_ + dataset), H5Dclose);
  const Handle space = space_of({values.size()});
  set_attribute(object.id(), path_ + dataset, name, H5T_STD_U8LE, space.id(), values.data());
}

void WriteGroup::set_on(const std::string& dataset, const std::string& name, const std::vector<std::string>& values) {
  const Handle object(must(H5Dopen2(handle_.id(), dataset.c_str(), H5P_DEFAULT), path_ + dataset), H5Dclose);
  std::size_t width = 1;
  for (const std::string& value : values) width = std::max(width, value.size());
  std::string row;
  for (const std::string& value : values) {
    check_text(path_ + dataset + "@" + name, value);
    row += value;
    row.append(width - value.size(), '\0');
  }
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose), space = space_of({values.size()});
  H5Tset_size(type.id(), width);
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  set_attribute(object.id(), path_ + dataset, name, type.id(), space.id(), row.data());
}

void WriteGroup::dimension(const std::string& name, std::size_t size) {
  check_name(name);
  const Handle space = space_of({size}), properties = dataset_properties({size}, 4, false);
  const Handle scale(must(H5Dcreate2(handle_.id(), name.c_str(), H5T_IEEE_F32BE, space.id(), H5P_DEFAULT,
                                     properties.id(), H5P_DEFAULT),
                          path_ + name),
                     H5Dclose);
  // The name by which netCDF knows a scale that holds no coordinates; the size stands in its last ten columns.
  std::string digits = std::to_string(size);
  digits.insert(0, digits.size() < 10 ? 10 - digits.size() : 0, ' ');
  must(H5DSset_scale(scale.id(), ("This is a netCDF dimension but not a netCDF variable." + digits).c_str()),
       path_ + name);
  dimensions_[name] = size;
}

Handle WriteGroup::empty_dataset(const std::string& name, std::int64_t type, const std::vector<std::size_t>& shape,
                                 std::size_t element_bytes, bool may_compress) {
  const Handle space = space_of(shape), properties = dataset_properties(shape, element_bytes, may_compress);
  return {must(H5Dcreate2(handle_.id(), name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
               path_ + name),
          H5Dclose};
}

template <class T>
Handle WriteGroup::create(const std::string& name, std::span<const T> values, const std::vector<std::size_t>& shape) {
  check_name(name);
  constexpr bool is_text = std::is_same_v<T, std::string>;
  const std::string object = path_ + name;
  Handle type = file_type<T>();
  if constexpr (std::is_same_v<T, std::complex<double>>) {
    if (complex_.id() < 0) {
      complex_ = file_type<T>();
      must(H5Tcommit2(handle_.id(), "complex128", complex_.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
           path_ + "complex128");
    }
    type = Handle(H5Topen2(handle_.id(), "complex128", H5P_DEFAULT), H5Tclose);
  }
  Handle dataset = empty_dataset(name, type.id(), shape, sizeof(T), !is_text);
  if (values.empty()) return dataset;
  if constexpr (is_text) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) {
      check_text(object, value);
      pointers.push_back(value.c_str());
    }
    must(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), object);
  } else {
    must(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), object);
  }
  return dataset;
}

template <class T>
void WriteGroup::dimension(const std::string& name, std::span<const T> values, const Labels& labels) {
  const Handle dataset = create(name, values, {values.size()});
  must(H5DSset_scale(dataset.id(), name.c_str()), path_ + name);
  set_labels(dataset.id(), path_ + name, labels);
  dimensions_[name] = values.size();
}

template <class T>
void WriteGroup::write(const std::string& name, std::span<const T> values, const std::vector<std::string>& dimensions,
                       const Labels& labels) {
  std::vector<std::size_t> shape;
  for (const std::string& dimension : dimensions) {
    const auto known = dimensions_.find(dimension);
    if (known == dimensions_.end()) fail("hdf5: ", path_, name, ": the group has no dimension '", dimension, "'");
    shape.push_back(known->second);
  }
  const std::size_t size = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  if (size != values.size()) fail("hdf5: ", path_, name, ": ", values.size(), " values for dimensions of ", size);
  const Handle dataset = create(name, values, shape);
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
    const Handle scale(must(H5Dopen2(handle_.id(), dimensions[axis].c_str(), H5P_DEFAULT), path_ + dimensions[axis]),
                       H5Dclose);
    must(H5DSattach_scale(dataset.id(), scale.id(), static_cast<unsigned>(axis)), path_ + name);
  }
  set_labels(dataset.id(), path_ + name, labels);
}

template <class T>
void WriteGroup::write(const std::string& name, std::span<const T> values) {
  create(name, values, {values.size()});
}

template <class T>
void WriteGroup::write_array(const std::string& name, std::span<const T> values,
                             const std::vector<std::size_t>& shape) {
  check_name(name);
  const std::size_t size = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  if (size != values.size()) fail("hdf5: ", path_, name, ": ", values.size(), " values for a shape of ", size);
  const Handle type = file_type<T>(), dataset = empty_dataset(name, type.id(), shape, sizeof(T), true);
  if (!values.empty())
    must(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), path_ + name);
}

#define INSTANTIATE_ARRAY(T) \
  template void WriteGroup::write_array<T>(const std::string&, std::span<const T>, const std::vector<std::size_t>&);
INSTANTIATE_ARRAY(Truth)
INSTANTIATE_ARRAY(std::int32_t)
INSTANTIATE_ARRAY(std::int64_t)
INSTANTIATE_ARRAY(float)
INSTANTIATE_ARRAY(double)
INSTANTIATE_ARRAY(std::complex<float>)
INSTANTIATE_ARRAY(std::complex<double>)
#undef INSTANTIATE_ARRAY

#define INSTANTIATE(T)                                                                                        \
  template void WriteGroup::dimension<T>(const std::string&, std::span<const T>, const Labels&);              \
  template void WriteGroup::write<T>(const std::string&, std::span<const T>, const std::vector<std::string>&, \
                                     const Labels&);                                                          \
  template void WriteGroup::write<T>(const std::string&, std::span<const T>);
INSTANTIATE(double)
INSTANTIATE(std::int32_t)
INSTANTIATE(std::int64_t)
INSTANTIATE(std::uint8_t)
INSTANTIATE(std::complex<double>)
INSTANTIATE(std::string)
#undef INSTANTIATE

Writer::Writer() {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose), creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_fapl_core(access.id(), 1 << 20, false);
  H5Pset_link_creation_order(creation.id(), H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_obj_track_times(creation.id(), false);
  file_ =
      Handle(must(H5Fcreate(unique_name().c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "the file"), H5Fclose);
  root_.reset(new WriteGroup(file_.id(), "/", "/"));
}

Writer::Writer(const std::string& kind, int format_version) : Writer() {
  kind_ = kind;
  root_->set("kind", kind);
  root_->set("format_version", std::int64_t{format_version});
  root_->set("terrella_version", std::string(TERRELLA_VERSION));
}

Writer::~Writer() = default;

std::string Writer::finish() {
  root_.reset();
  must(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL), "the file");
  std::string image(static_cast<std::size_t>(must(H5Fget_file_image(file_.id(), nullptr, 0), "the file")), '\0');
  must(H5Fget_file_image(file_.id(), image.data(), image.size()), "the file");
  return kind_.empty() ? image : sealed(kind_, image);
}

}  // namespace terrella::datasets::hdf5
