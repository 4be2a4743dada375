#include "datasets/ensemble/shard_layout.h"

#include <cstring>
#include <string_view>

#include "core/error.h"
#include "datasets/hdf5/stored.h"

namespace terrella::datasets {
namespace {

using hdf5::Layout;
using hdf5::StoredFile;

constexpr std::string_view samples_group = "samples/", coordinates_group = "coordinates/";

std::string described(DType dtype, const Shape& shape) { return text(name(dtype), " ", shape); }

std::map<std::string, std::string> fields_of(const Sample& sample) {
  std::map<std::string, std::string> fields;
  for (std::size_t k = 0; k < sample.size(); ++k)
    fields[(*sample.names)[k]] = described(sample.values[k].dtype(), sample.values[k].shape());
  return fields;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  return with_type(a.dtype(), [&](auto t) {
    const auto x = a.data<decltype(t)>(), y = b.data<decltype(t)>();
    return x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0;
  });
}

}  // namespace

void SampleLayout::take_from(const std::string& path) {
  StoredFile file(path);
  const std::lock_guard lock(mutex_);
  of_ = path;
  for (const std::string& array : file.names()) {
    if (!array.starts_with(samples_group)) continue;
    const Layout& layout = file.layout(array);
    if (layout.shape.empty()) throw FormatError(path, 0, array + ": has no rows, so it is no field of samples");
    fields_[array.substr(samples_group.size())] =
        described(dtype_of(layout.element.element), Shape({layout.shape.begin() + 1, layout.shape.end()}));
  }
}

void SampleLayout::check(const Sample& sample, std::int64_t index) {
  const std::map<std::string, std::string> fields = fields_of(sample);
  const std::lock_guard lock(mutex_);
  if (of_.empty()) {
    of_ = text("sample ", index);
    fields_ = fields;
  }
  for (const auto& [field, layout] : fields) {
    const auto known = fields_.find(field);
    if (known == fields_.end())
      throw Error(text("ensemble: sample ", index, " has the field '", field, "', which ", of_, " has not"));
    if (known->second != layout)
      throw Error(text("ensemble: field '", field, "' of sample ", index, " is ", layout, ", but ", known->second,
                       " in ", of_));
  }
  for (const auto& [field, layout] : fields_)
    if (!fields.contains(field))
      throw Error(text("ensemble: sample ", index, " lacks the field '", field, "', which ", of_, " has"));
}

void check_coordinates(const std::string& path, const std::map<std::string, Tensor>& coordinates) {
  const auto refuse = [&](const std::string& coordinate) {
    throw Error(text(path, ": the ensemble there was begun with another coordinate '", coordinate,
                     "'; choose another folder, or give the coordinates of then"));
  };
  StoredFile file(path);
  std::map<std::string, Tensor> there;
  for (const std::string& array : file.names())
    if (array.starts_with(coordinates_group))
      there[array.substr(coordinates_group.size())] = Tensor::from(file.read(file.layout(array)));
  for (const auto& [coordinate, x] : coordinates)
    if (!there.contains(coordinate) || !same_bytes(there.at(coordinate), x)) refuse(coordinate);
  for (const auto& [coordinate, x] : there)
    if (!coordinates.contains(coordinate)) refuse(coordinate);
}

}  // namespace terrella::datasets
