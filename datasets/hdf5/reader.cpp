#include "datasets/hdf5/reader.h"

#include <algorithm>
#include <new>

#include "datasets/file/read_file.h"
#include "datasets/hdf5/seal.h"
#include "datasets/hdf5/types.h"

namespace terrella::datasets::hdf5 {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 40;  // of a file; memory ends long before
constexpr std::size_t deflate_ratio = 1032;               // the most that deflate can gain
constexpr int most_dimensions = 8;
constexpr std::size_t longest_name = 1024, longest_text = 64 << 10;
constexpr hssize_t most_texts = 1024;  // of an attribute

}  // namespace

ReadGroup::ReadGroup(std::shared_ptr<const File> file, Handle handle, std::string path)
    : file_(std::move(file)), handle_(std::move(handle)), path_(std::move(path)) {}

void ReadGroup::refuse(const std::string& name, std::string_view what) const {
  throw FormatError(file_->path, 0, terrella::text(path_, name, ": ", what));
}

std::int64_t ReadGroup::must(std::int64_t status, const std::string& name, const char* what) const {
  if (status < 0) refuse(name, what + last_error());
  return status;
}

bool ReadGroup::has(const std::string& name) const { return H5Lexists(handle_.id(), name.c_str(), H5P_DEFAULT) > 0; }

void ReadGroup::check_link(const std::string& name) const {
  if (!has(name)) refuse(name, "is missing");
  H5L_info_t info{};
  must(H5Lget_info(handle_.id(), name.c_str(), &info, H5P_DEFAULT), name, "cannot be opened");
  if (info.type != H5L_TYPE_HARD) refuse(name, "is a soft, external or user-defined link; none are followed");
}

ReadGroup ReadGroup::group(const std::string& name) const {
  check_link(name);
  return {file_, Handle(must(H5Gopen2(handle_.id(), name.c_str(), H5P_DEFAULT), name, "is no group"), H5Gclose),
          path_ + name + "/"};
}

std::vector<std::string> ReadGroup::names() const {
  std::vector<std::string> all;
  const auto keep = [](hid_t, const char* name, const H5L_info_t*, void* into) -> herr_t {
    static_cast<std::vector<std::string>*>(into)->emplace_back(name);
    return 0;
  };
  // In one pass: to ask for each name by its index takes a time that grows with the square of their number.
  must(H5Literate(handle_.id(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, keep, &all), "", "cannot be listed");
  for (const std::string& name : all)
    if (name.size() > longest_name) refuse("", "holds a name that is too long");
  std::sort(all.begin(), all.end());
  return all;
}

ReadGroup::Object ReadGroup::object(const std::string& name) const {
  check_link(name);
  H5O_info_t info{};
  must(H5Oget_info_by_name(handle_.id(), name.c_str(), &info, H5P_DEFAULT), name, "cannot be opened");
  const Kind kind = info.type == H5O_TYPE_GROUP     ? Kind::group
                    : info.type == H5O_TYPE_DATASET ? Kind::dataset
                                                    : Kind::other;
  return {kind, info.addr};
}

std::vector<std::string> ReadGroup::attributes() const {
  std::vector<std::string> all;
  hsize_t next = 0;
  const auto keep = [](hid_t, const char* name, const H5A_info_t*, void* into) -> herr_t {
    static_cast<std::vector<std::string>*>(into)->emplace_back(name);
    return 0;
  };
  must(H5Aiterate2(handle_.id(), H5_INDEX_NAME, H5_ITER_INC, &next, keep, &all), "",
       "has attributes that cannot be read");
  std::sort(all.begin(), all.end());
  return all;
}

Handle ReadGroup::attribute(const std::string& name, std::int64_t type) const {
  const std::string shown = "@" + name;
  if (H5Aexists(handle_.id(), name.c_str()) <= 0) refuse(shown, "is missing");
  Handle found(must(H5Aopen(handle_.id(), name.c_str(), H5P_DEFAULT), shown, "cannot be opened"), H5Aclose);
  const Handle its_type(must(H5Aget_type(found.id()), shown, "has no type"), H5Tclose);
  const Handle space(must(H5Aget_space(found.id()), shown, "has no shape"), H5Sclose);
  if (H5Tequal(its_type.id(), type) <= 0) refuse(shown, "has another type than expected");
  if (H5Sget_simple_extent_type(space.id()) != H5S_SCALAR) refuse(shown, "is not a single value");
  return found;
}

std::string ReadGroup::text(const std::string& name) const {
  const Handle type = string_type(), found = attribute(name, type.id());
  char* value = nullptr;
  must(H5Aread(found.id(), type.id(), &value), "@" + name, "cannot be read");
  const std::unique_ptr<char, int (*)(void*)> owner(value, [](void* memory) { return H5free_memory(memory); });
  return value ? std::string(value) : std::string();
}

std::int64_t ReadGroup::integer(const std::string& name) const {
  std::int64_t value = 0;
  must(H5Aread(attribute(name, H5T_STD_I64LE).id(), H5T_NATIVE_INT64, &value), "@" + name, "cannot be read");
  return value;
}

double ReadGroup::real(const std::string& name) const {
  double value = 0;
  must(H5Aread(attribute(name, H5T_IEEE_F64LE).id(), H5T_NATIVE_DOUBLE, &value), "@" + name, "cannot be read");
  return value;
}

bool ReadGroup::has_attribute(const std::string& name) const { return H5Aexists(handle_.id(), name.c_str()) > 0; }

double ReadGroup::number(const std::string& name) const {
  const std::string shown = "@" + name;
  if (!has_attribute(name)) refuse(shown, "is missing");
  const Handle found(must(H5Aopen(handle_.id(), name.c_str(), H5P_DEFAULT), shown, "cannot be opened"), H5Aclose);
  const Handle type(must(H5Aget_type(found.id()), shown, "has no type"), H5Tclose);
  const Handle space(must(H5Aget_space(found.id()), shown, "has no shape"), H5Sclose);
  const H5T_class_t kind = H5Tget_class(type.id());
  if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || H5Sget_simple_extent_npoints(space.id()) != 1)
    refuse(shown, "is not one number");
  double value = 0;
  must(H5Aread(found.id(), H5T_NATIVE_DOUBLE, &value), shown, "cannot be read");
  return value;
}

std::string ReadGroup::any_text(const std::string& name) const {
  const std::string shown = "@" + name;
  if (!has_attribute(name)) refuse(shown, "is missing");
  const Handle found(must(H5Aopen(handle_.id(), name.c_str(), H5P_DEFAULT), shown, "cannot be opened"), H5Aclose);
  const Handle type(must(H5Aget_type(found.id()), shown, "has no type"), H5Tclose);
  const Handle space(must(H5Aget_space(found.id()), shown, "has no shape"), H5Sclose);
  if (H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1)
    refuse(shown, "is not one text");
  if (H5Tis_variable_str(type.id()) > 0) {
    char* value = nullptr;
    must(H5Aread(found.id(), type.id(), &value), shown, "cannot be read");
    const std::unique_ptr<char, int (*)(void*)> owner(value, [](void* memory) { return H5free_memory(memory); });
    return value ? std::string(value) : std::string();
  }
  const std::size_t width = H5Tget_size(type.id());
  if (width > longest_text) refuse(shown, "is a text that is too long");
  std::string value(width, '\0');
  must(H5Aread(found.id(), type.id(), value.data()), shown, "cannot be read");
  value.resize(std::min(value.find('\0'), value.size()));
  return value;
}

std::vector<std::string> ReadGroup::texts_on(const std::string& dataset, const std::string& name) const {
  const std::string shown = dataset + "@" + name;
  check_link(dataset);
  const Handle object(must(H5Oopen(handle_.id(), dataset.c_str(), H5P_DEFAULT), dataset, "cannot be opened"), H5Oclose);
  if (H5Aexists(object.id(), name.c_str()) <= 0) return {};
  const Handle found(must(H5Aopen(object.id(), name.c_str(), H5P_DEFAULT), shown, "cannot be opened"), H5Aclose);
  const Handle type(must(H5Aget_type(found.id()), shown, "has no type"), H5Tclose);
  const Handle space(must(H5Aget_space(found.id()), shown, "has no shape"), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space.id());
  if (H5Tget_class(type.id()) != H5T_STRING || count < 0 || count > most_texts) return {};
  const auto n = static_cast<std::size_t>(count);
  std::vector<std::string> values;
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char*> pointers(n, nullptr);
    const auto status = H5Aread(found.id(), type.id(), pointers.data());
    if (status >= 0)
      for (const char* pointer : pointers) values.emplace_back(pointer ? pointer : "");
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, pointers.data());
    must(status, shown, "cannot be read");
    return values;
  }
  const std::size_t width = H5Tget_size(type.id());
  if (width > longest_text) refuse(shown, "holds texts that are too long");
  std::string row(n * width, '\0');
  must(H5Aread(found.id(), type.id(), row.data()), shown, "cannot be read");
  for (std::size_t i = 0; i < n; ++i) {
    std::string value = row.substr(i * width, width);
    value.resize(std::min(value.find('\0'), value.size()));
    values.push_back(std::move(value));
  }
  return values;
}

Handle ReadGroup::open(const std::string& name) const {
  check_link(name);
  Handle dataset(must(H5Dopen2(handle_.id(), name.c_str(), H5P_DEFAULT), name, "is no dataset"), H5Dclose);
  const Handle properties(must(H5Dget_create_plist(dataset.id()), name, "cannot be opened"), H5Pclose);
  const H5D_layout_t layout = H5Pget_layout(properties.id());
  if (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) refuse(name, "has a layout that Terrella does not write");
  if (H5Pget_external_count(properties.id()) != 0) refuse(name, "keeps its data in another file; none is opened");
  const int filters = H5Pget_nfilters(properties.id());
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties.id(), static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
    // H5Dread, by which all is read here, compares the sums of fletcher32.
    if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_FLETCHER32)
      refuse(name, "is packed with a filter other than shuffle, deflate and fletcher32");
  }
  return dataset;
}

std::vector<std::size_t> ReadGroup::shape(std::int64_t dataset, const std::string& name) const {
  const Handle space(must(H5Dget_space(dataset), name, "has no shape"), H5Sclose);
  if (H5Sget_simple_extent_type(space.id()) != H5S_SIMPLE) refuse(name, "is not an array");
  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 1 || rank > most_dimensions) refuse(name, terrella::text("has ", rank, " dimensions"));
  hsize_t sizes[most_dimensions] = {};
  must(H5Sget_simple_extent_dims(space.id(), sizes, nullptr), name, "has no shape");
  // Bounds every size that a caller may use before the values are looked at: a dimension without coordinates stores
  // nothing, but what is counted by it does.
  for (int i = 0; i < rank; ++i)
    if (sizes[i] > file_->bytes * deflate_ratio)
      refuse(name, terrella::text("claims ", sizes[i], " entries in a file of ", file_->bytes, " bytes"));
  return {sizes, sizes + rank};
}

std::size_t ReadGroup::size(const std::string& name) const {
  const Handle dataset = open(name);
  const std::vector<std::size_t> found = shape(dataset.id(), name);
  if (found.size() != 1) refuse(name, "has more than one dimension");
  return found[0];
}

template <class T>
std::vector<T> ReadGroup::read(const std::string& name, const std::vector<std::size_t>& expected) const {
  const Handle dataset = open(name), type = file_type<T>();
  const Handle its_type(must(H5Dget_type(dataset.id()), name, "has no type"), H5Tclose);
  if (H5Tequal(its_type.id(), type.id()) <= 0) refuse(name, "has another type than expected");
  const auto shown = [](const std::vector<std::size_t>& sizes) {
    std::string out;
    for (const std::size_t size : sizes) out += (out.empty() ? "[" : ", ") + std::to_string(size);
    return out + "]";
  };
  const std::vector<std::size_t> found = shape(dataset.id(), name);
  if (found != expected) refuse(name, terrella::text("has shape ", shown(found), " instead of ", shown(expected)));

  constexpr bool is_text = std::is_same_v<T, std::string>;
  constexpr std::size_t element = is_text ? 16 : sizeof(T);  // a text is stored as length and place
  const std::size_t stored = std::min<std::size_t>(H5Dget_storage_size(dataset.id()), file_->bytes);
  std::size_t count = 1;
  for (const std::size_t size : found)
    if (__builtin_mul_overflow(count, size, &count)) refuse(name, "is too large");
  if (count == 0) return {};
  if (count > stored * deflate_ratio / element)
    refuse(name, terrella::text("claims ", count, " values in ", stored, " bytes"));

  if constexpr (is_text) {
    const Handle space(H5Dget_space(dataset.id()), H5Sclose);
    hsize_t bytes = 0;
    must(H5Dvlen_get_buf_size(dataset.id(), type.id(), space.id(), &bytes), name, "cannot be read");
    if (bytes > file_->bytes + count) refuse(name, "claims more text than the file holds");
    std::vector<char*> pointers(count, nullptr);
    const auto status = H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data());
    std::vector<std::string> values;
    if (status >= 0)
      for (const char* pointer : pointers) values.emplace_back(pointer ? pointer : "");
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, pointers.data());
    must(status, name, "cannot be read");
    return values;
  } else {
    std::vector<T> values(count);
    must(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), name, "cannot be read");
    return values;
  }
}

template <class T>
std::vector<T> ReadGroup::read(const std::string& name) const {
  return read<T>(name, {size(name)});
}

template <class T>
bool ReadGroup::holds(const std::string& name) const {
  const Handle dataset = open(name), type = file_type<T>();
  const Handle its_type(must(H5Dget_type(dataset.id()), name, "has no type"), H5Tclose);
  return H5Tequal(its_type.id(), type.id()) > 0;
}

std::vector<std::size_t> ReadGroup::extents(const std::string& name) const {
  const Handle dataset = open(name), space(must(H5Dget_space(dataset.id()), name, "has no shape"), H5Sclose);
  const Handle type(must(H5Dget_type(dataset.id()), name, "has no type"), H5Tclose);
  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (H5Sget_simple_extent_type(space.id()) == H5S_NULL || rank < 0 || rank > H5S_MAX_RANK)
    refuse(name, "has no shape");
  hsize_t sizes[H5S_MAX_RANK] = {};
  must(H5Sget_simple_extent_dims(space.id(), sizes, nullptr), name, "has no shape");
  const std::size_t element = H5Tget_size(type.id());
  const std::size_t stored = std::min<std::size_t>(H5Dget_storage_size(dataset.id()), file_->bytes);
  std::size_t count = 1;
  for (int i = 0; i < rank; ++i)
    if (__builtin_mul_overflow(count, sizes[i], &count)) refuse(name, "is too large");
  if (count > 0 && (element == 0 || count > stored * deflate_ratio / element))
    refuse(name, terrella::text("claims ", count, " values in ", stored, " bytes"));
  return {sizes, sizes + rank};
}

template <class T>
void ReadGroup::read_into(const std::string& name, std::span<T> values) const {
  if (!holds<T>(name)) refuse(name, "has another type than expected");
  std::size_t count = 1;
  for (const std::size_t size : extents(name)) count *= size;
  if (count != values.size()) refuse(name, "has another size than expected");
  if (values.empty()) return;
  const Handle dataset = open(name), type = file_type<T>();
  must(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), name, "cannot be read");
}

#define INSTANTIATE_ARRAY(T)                                   \
  template bool ReadGroup::holds<T>(const std::string&) const; \
  template void ReadGroup::read_into<T>(const std::string&, std::span<T>) const;
INSTANTIATE_ARRAY(Truth)
INSTANTIATE_ARRAY(std::int32_t)
INSTANTIATE_ARRAY(std::int64_t)
INSTANTIATE_ARRAY(float)
INSTANTIATE_ARRAY(double)
INSTANTIATE_ARRAY(std::complex<float>)
INSTANTIATE_ARRAY(std::complex<double>)
#undef INSTANTIATE_ARRAY

#define INSTANTIATE(T)                                                                                   \
  template std::vector<T> ReadGroup::read<T>(const std::string&, const std::vector<std::size_t>&) const; \
  template std::vector<T> ReadGroup::read<T>(const std::string&) const;
INSTANTIATE(double)
INSTANTIATE(std::int32_t)
INSTANTIATE(std::int64_t)
INSTANTIATE(std::uint8_t)
INSTANTIATE(std::complex<double>)
INSTANTIATE(std::string)
#undef INSTANTIATE

std::string load_sealed(const std::string& path) {
  try {
    const std::string start = read_start(path, 1 << 20);
    return has_seal(start) ? datasets::read_file(path, most_bytes) : start;
  } catch (const std::bad_alloc&) { throw ResourceError(path + ": memory is too short to read it"); }
}

Reader::Reader(const std::string& path, std::string_view image) : path_(path) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access.id(), 1 << 20, false);
  // libhdf5 copies the image before it looks at it and never writes to ours.
  H5Pset_file_image(access.id(), const_cast<char*>(image.data()), image.size());
  file_ = Handle(H5Fopen(unique_name().c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
  if (file_.id() < 0) throw FormatError(path_, 0, "cannot be opened by libhdf5" + last_error());
  auto shared = std::make_shared<ReadGroup::File>(ReadGroup::File{path_, image.size()});
  Handle group(H5Gopen2(file_.id(), "/", H5P_DEFAULT), H5Gclose);
  if (group.id() < 0) throw FormatError(path_, 0, "has no root group" + last_error());
  root_.reset(new ReadGroup(std::move(shared), std::move(group), "/"));
}

Reader::Reader(const std::string& path, const Unsealed& file) : Reader(path, file.image) {
  kind_ = root_->text("kind");
  if (kind_ != file.kind)
    throw FormatError(path_, 0, terrella::text("is damaged: sealed as '", file.kind, "', but holds a ", kind_));
}

void Reader::expect(const std::string& kind, int newest) const {
  if (kind_ != kind) throw FormatError(path_, 0, terrella::text("holds a ", kind_, ", not a ", kind));
  const std::int64_t version = root_->integer("format_version");
  if (version < 1) throw FormatError(path_, 0, terrella::text("has the impossible format version ", version));
  if (version > newest)
    throw FormatError(path_, 0,
                      terrella::text("holds a ", kind, " of format version ", version, ", written by Terrella ",
                                     root_->text("terrella_version"), "; this Terrella ", TERRELLA_VERSION,
                                     " reads up to ", newest, ": update it"));
}

}  // namespace terrella::datasets::hdf5
