#include "datasets/hdf5/tensors.h"

#include <cstring>
#include <set>

#include "core/backend/backend.h"
#include "core/error.h"
#include "datasets/file/atomic_file.h"
#include "datasets/file/text.h"
#include "datasets/hdf5/reader.h"
#include "datasets/hdf5/writer.h"

namespace terrella::datasets {
namespace {

constexpr int newest_format = 1;
constexpr int most_groups = 32;  // below one another
const std::string kind = "tensors", group_name = "tensors";

/// A tensor as it comes from the file. Its memory is plain: the child process that reads first (hdf5/trial.h) must not
/// wait for the lock of an allocator that another thread held when it was made.
struct Plain {
  std::string name;
  DType dtype = DType::f64;
  Shape shape;
  std::string bytes;
};

void write_tensor(const std::string& name, const Tensor& x, hdf5::WriteGroup& group) {
  const std::vector<std::size_t> shape(x.shape().begin(), x.shape().end());
  with_type(x.dtype(), [&](auto t) {
    using T = typename hdf5::Stored<decltype(t)>::type;
    const auto values = x.data<decltype(t)>();
    group.write_array(name, std::span<const T>(reinterpret_cast<const T*>(values.data()), values.size()), shape);
  });
}

using Items = std::map<std::string, Tensor>;

/// Tensors whose names share the first `prefix` bytes, which name the group. They stand together, since names are
/// sorted.
void write_group(const TensorFile& file, Items::const_iterator item, Items::const_iterator end, std::size_t prefix,
                 int depth, hdf5::WriteGroup& group) {
  while (item != end) {
    const std::string& name = item->first;
    const std::size_t slash = name.find('/', prefix);
    const std::string part = name.substr(prefix, slash - prefix);
    if (part.empty() || part == "." || part.find('\0') != part.npos || !is_utf8(part))
      fail("hdf5: '", printable(part), "' in the name '", printable(name),
           "' cannot name an object; choose another name");
    if (slash == name.npos) {
      write_tensor(part, item->second, group);
      ++item;
      continue;
    }
    const std::string head = name.substr(0, slash);
    if (file.tensors.contains(head))
      fail("hdf5: '", printable(head), "' is the name of a tensor and, in '", printable(name),
           "', of a group; rename one");
    if (depth == most_groups)
      fail("hdf5: '", printable(name), "' goes more than ", most_groups, " groups deep; choose a shorter name");
    auto last = item;
    while (last != end && last->first.compare(0, slash + 1, name, 0, slash + 1) == 0) ++last;
    hdf5::WriteGroup within = group.group(part);
    write_group(file, item, last, slash + 1, depth + 1, within);
    item = last;
  }
}

class Collector {
 public:
  void collect(const hdf5::ReadGroup& group, const std::string& prefix, int depth) {
    for (const std::string& name : group.names()) {
      if (name.empty() || name == "." || name.find('/') != name.npos || !is_utf8(name))
        group.refuse(printable(name), "is a name that no tensor can have");
      const hdf5::ReadGroup::Object object = group.object(name);
      if (!seen_.insert(object.address).second) group.refuse(name, "is the same object as another");
      if (object.kind == hdf5::ReadGroup::Kind::dataset) {
        read(group, name, prefix + name);
      } else if (object.kind == hdf5::ReadGroup::Kind::group) {
        if (depth == most_groups) group.refuse(name, text("goes more than ", most_groups, " groups deep"));
        collect(group.group(name), prefix + name + "/", depth + 1);
      } else {
        group.refuse(name, "is neither a group nor a dataset");
      }
    }
  }
  std::vector<Plain> take() { return std::move(all_); }

 private:
  void read(const hdf5::ReadGroup& group, const std::string& name, std::string full) {
    Plain& plain = all_.emplace_back();
    plain.name = std::move(full);
    plain.dtype = dtype_of(group, name);
    const std::vector<std::size_t> extents = group.extents(name);
    if (extents.size() > static_cast<std::size_t>(max_rank))
      group.refuse(name, text("has ", extents.size(), " axes; a tensor has at most ", max_rank));
    std::size_t count = 1;
    for (const std::size_t extent : extents) {
      constexpr std::size_t most = std::size_t{1} << 56;  // as check_extents has it
      if (extent > most || __builtin_mul_overflow(count, extent, &count) || count > most)
        group.refuse(name, "has a shape of more elements than memory can hold");
      plain.shape.push_back(static_cast<std::int64_t>(extent));
    }
    plain.bytes.resize(count * size_of(plain.dtype));
    with_type(plain.dtype, [&](auto t) {
      using T = typename hdf5::Stored<decltype(t)>::type;
      group.read_into(name, std::span<T>(reinterpret_cast<T*>(plain.bytes.data()), count));
    });
    if (plain.dtype == DType::boolean &&
        plain.bytes.find_first_not_of(std::string_view("\0\1", 2)) != std::string::npos)
      group.refuse(name, "holds truth values that are neither 0 nor 1");
  }
  static DType dtype_of(const hdf5::ReadGroup& group, const std::string& name) {
    for (int i = 0; i < dtype_count; ++i) {
      const auto dtype = static_cast<DType>(i);
      if (with_type(dtype, [&](auto t) { return group.holds<typename hdf5::Stored<decltype(t)>::type>(name); }))
        return dtype;
    }
    group.refuse(name, "is of a type that Terrella does not write for tensors");
  }

  std::vector<Plain> all_;
  std::set<std::uint64_t> seen_;
};

std::map<std::string, std::string> metadata_of(const hdf5::ReadGroup& group) {
  std::map<std::string, std::string> metadata;
  for (const std::string& key : group.attributes()) {
    std::string value = group.text(key);
    if (key.empty() || !is_utf8(key) || !is_utf8(value)) group.refuse("@" + printable(key), "is empty or not UTF-8");
    metadata.emplace(key, std::move(value));
  }
  return metadata;
}

hdf5::ReadGroup group_of(const hdf5::Reader& reader) {
  reader.expect(kind, newest_format);
  return reader.root().group(group_name);
}

Tensor tensor_of(const Plain& plain) {
  const Array array = default_backend().empty(plain.dtype, plain.shape);
  if (!plain.bytes.empty()) std::memcpy(array.bytes(), plain.bytes.data(), plain.bytes.size());
  return Tensor::from(array);
}

}  // namespace

std::string hdf5_bytes(const TensorFile& file) {
  for (const auto& [name, x] : file.tensors) x.eval();  // not under the lock of libhdf5
  hdf5::Writer writer(kind, newest_format);
  hdf5::WriteGroup group = writer.root().group(group_name);
  for (const auto& [key, value] : file.metadata) {
    if (key.empty() || key.find('\0') != key.npos || !is_utf8(key) || !is_utf8(value))
      fail("hdf5: the metadata '", printable(key),
           "' have an empty key or a text that is not UTF-8 or holds a NUL byte");
    group.set(key, value);
  }
  write_group(file, file.tensors.begin(), file.tensors.end(), 0, 0, group);
  return writer.finish();
}

void write_hdf5(const TensorFile& file, const std::string& path) { write_file(path, hdf5_bytes(file)); }

TensorFile read_hdf5_tensors(const std::string& path, std::string_view bytes) {
  auto [metadata, all] = hdf5::read_sealed(path, bytes, [](const hdf5::Reader& reader) {
    const hdf5::ReadGroup group = group_of(reader);
    Collector collector;
    collector.collect(group, "", 0);
    return std::pair(metadata_of(group), collector.take());
  });
  TensorFile file;
  file.metadata = std::move(metadata);
  for (Plain& plain : all) {
    file.tensors.emplace(plain.name, tensor_of(plain));
    plain.bytes = {};
  }
  return file;
}

TensorFile read_hdf5_tensors(const std::string& path) { return read_hdf5_tensors(path, hdf5::load_sealed(path)); }

std::map<std::string, std::string> read_hdf5_metadata(const std::string& path) {
  return hdf5::read_sealed(path, [](const hdf5::Reader& reader) { return metadata_of(group_of(reader)); });
}

}  // namespace terrella::datasets
