#include "datasets/pipeline/statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/backend/backend.h"
#include "core/error.h"
#include "datasets/hdf5/seal.h"
#include "datasets/pipeline/stages.h"
#include "datasets/tensor_file.h"

namespace terrella::datasets {
namespace {

constexpr const char* kind = "terrella statistics 1";

/// Of one field, while samples come.
struct Gathered {
  std::string name;
  DType dtype = DType::f64;
  Shape shape, kept;
  std::vector<std::uint32_t> bin;  // of each element of a sample
  std::int64_t per_sample = 1;     // elements of a sample in each bin
  std::int64_t count = 0;          // in each bin so far
  std::vector<double> mean, square, minimum, maximum, sum, deviation;
};

Gathered begin(const std::string& field, const Tensor& x, const std::optional<std::vector<int>>& keep) {
  Gathered g;
  g.name = field;
  g.dtype = x.dtype();
  if (is_complex(g.dtype)) fail("statistics: '", field, "' is complex; map it to real and imaginary parts first");
  g.shape = g.kept = x.shape();
  if (keep) {
    std::vector<bool> own(static_cast<std::size_t>(x.rank()), false);
    for (const int axis : *keep)
      if (axis < x.rank() && axis >= -x.rank()) own[static_cast<std::size_t>(axis < 0 ? axis + x.rank() : axis)] = true;
    for (int k = 0; k < x.rank(); ++k)
      if (!own[static_cast<std::size_t>(k)]) g.kept[k] = 1;
  }
  const std::int64_t n = x.size(), bins = g.kept.size();
  if (n == 0) fail("statistics: '", field, "' has no elements: ", x.shape());
  g.per_sample = n / bins;
  g.bin.resize(static_cast<std::size_t>(n));
  const Shape strides = row_major_strides(g.kept);
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t rest = i, bin = 0;
    for (int k = x.rank(); k-- > 0; rest /= g.shape[k])
      if (g.kept[k] != 1) bin += rest % g.shape[k] * strides[k];
    g.bin[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(bin);
  }
  const auto size = static_cast<std::size_t>(bins);
  for (auto* values : {&g.mean, &g.square, &g.sum, &g.deviation}) values->assign(size, 0);
  g.minimum.assign(size, std::numeric_limits<double>::infinity());
  g.maximum.assign(size, -std::numeric_limits<double>::infinity());
  return g;
}

template <class T>
void gather(Gathered& g, const T* x, std::int64_t sample) {
  const std::size_t n = g.bin.size(), bins = g.mean.size();
  std::fill(g.sum.begin(), g.sum.end(), 0);
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<double>(x[i]);
    if (!std::isfinite(value))
      throw Error(text("statistics: '", g.name, "' of sample ", sample, " holds ", value, " at position ", i,
                       "; filter such samples or mend them"));
    const std::uint32_t b = g.bin[i];
    g.sum[b] += value;
    g.minimum[b] = std::min(g.minimum[b], value);
    g.maximum[b] = std::max(g.maximum[b], value);
  }
  const auto before = static_cast<double>(g.count), more = static_cast<double>(g.per_sample);
  if (g.per_sample > 1) {
    std::fill(g.deviation.begin(), g.deviation.end(), 0);
    for (std::size_t i = 0; i < n; ++i) {
      const double d = static_cast<double>(x[i]) - g.sum[g.bin[i]] / more;
      g.deviation[g.bin[i]] += d * d;
    }
  }
  for (std::size_t b = 0; b < bins; ++b) {
    const double d = g.sum[b] / more - g.mean[b];
    g.mean[b] += d * more / (before + more);
    g.square[b] += d * d * before * more / (before + more) + g.deviation[b];
  }
  g.count += g.per_sample;
}

void gather(Gathered& g, const Tensor& x, std::int64_t sample) {
  if (x.shape() != g.shape || x.dtype() != g.dtype)
    throw Error(text("statistics: '", g.name, "' of sample ", sample, " is ", name(x.dtype()), " ", x.shape(),
                     ", the first was ", name(g.dtype), " ", g.shape));
  with_type(g.dtype, [&](auto t) {
    using T = decltype(t);
    if constexpr (!is_complex(dtype_of<T>)) gather(g, x.data<T>().data(), sample);
  });
}

/// Whether values differ by more than rounding. Their range tells, and not the deviation: that of equal numbers is the
/// rounding of their sums, which grows with their count.
bool varies(double minimum, double maximum) {
  const double rounding = 8 * std::numeric_limits<double>::epsilon();
  return maximum - minimum > rounding * std::max(std::abs(minimum), std::abs(maximum));
}

template <class T, class From>
Tensor scaled(const Tensor& x, const FieldStatistics& s, bool inverse) {
  const Array out = default_backend().empty(dtype_of<T>, x.shape());
  const From* const from = x.data<From>().data();
  T* const to = out.data<T>();
  const auto mean = s.mean.data<double>(), deviation = s.deviation.data<double>();
  const auto apply = [&](std::int64_t i, std::size_t b) {
    const double value = static_cast<double>(from[i]), spread = deviation[b];
    to[i] = static_cast<T>(inverse ? value * spread + mean[b] : spread > 0 ? (value - mean[b]) / spread : 0.0);
  };
  const Shape& kept = s.mean.shape();
  const int extra = x.rank() - kept.rank();  // axes of a batch
  bool fits = extra >= 0;
  Shape sample;
  for (int k = 0; fits && k < kept.rank(); ++k) {
    sample.push_back(x.size(extra + k));
    fits = kept[k] == 1 || kept[k] == sample[k];
  }
  if (!fits) fail("normalize: '", s.name, "' has shape ", x.shape(), ", its statistics ", kept);
  const std::int64_t n = sample.size(), batch = n > 0 ? x.size() / n : 0;
  std::vector<std::size_t> bin(static_cast<std::size_t>(n), 0);
  const Shape strides = row_major_strides(kept);
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t rest = i;
    for (int k = kept.rank(); k-- > 0; rest /= sample[k])
      if (kept[k] != 1) bin[static_cast<std::size_t>(i)] += static_cast<std::size_t>(rest % sample[k] * strides[k]);
  }
  for (std::int64_t row = 0; row < batch; ++row)
    for (std::int64_t i = 0; i < n; ++i) apply(row * n + i, bin[static_cast<std::size_t>(i)]);
  return Tensor::from(out);
}

std::int64_t count_of_text(const std::map<std::string, std::string>& metadata, const std::string& key,
                           const std::string& path) {
  const auto found = metadata.find(key);
  std::int64_t count = 0;
  if (found == metadata.end()) throw FormatError(path, 0, "is no file of statistics: " + key + " is missing");
  const std::string& word = found->second;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count);
  if (error != std::errc{} || end != word.data() + word.size() || count < 1)
    throw FormatError(path, 0, "is no file of statistics: " + key + " is no count");
  return count;
}

void check_axes(const Sample& sample, const std::vector<int>& keep) {
  for (const int axis : keep)
    if (std::none_of(sample.values.begin(), sample.values.end(),
                     [&](const Tensor& x) { return axis < x.rank() && axis >= -x.rank(); }))
      fail("statistics: keep names axis ", axis, ", which no field of a sample has: ", describe(sample));
}

}  // namespace

Statistics statistics(const Dataset& dataset, const StatisticsOptions& options) {
  Iteration iteration(dataset);
  std::vector<Gathered> fields;
  Statistics result;
  result.recipe = hdf5::sha256(dataset.recipe);
  for (Sample sample; iteration.next(sample); ++result.samples) {
    if (result.samples == 0) {
      if (options.keep) check_axes(sample, *options.keep);
      for (std::size_t k = 0; k < sample.size(); ++k)
        fields.push_back(begin((*sample.names)[k], sample.values[k], options.keep));
    }
    for (Gathered& g : fields) gather(g, sample.at(g.name), result.samples);
  }
  if (result.samples == 0) throw Error("statistics: the dataset has no samples");
  for (Gathered& g : fields) {
    for (std::size_t b = 0; b < g.square.size(); ++b)
      g.square[b] = varies(g.minimum[b], g.maximum[b]) ? std::sqrt(g.square[b] / static_cast<double>(g.count)) : 0;
    result.fields.push_back({g.name, Tensor::from(g.mean, g.kept), Tensor::from(g.square, g.kept),
                             Tensor::from(g.minimum, g.kept), Tensor::from(g.maximum, g.kept), g.count});
  }
  return result;
}

std::string statistics_path(const std::string& path) { return path + ".statistics.safetensors"; }

void save_statistics(const Statistics& statistics, const std::string& path) {
  TensorFile file;
  file.metadata = {{"kind", kind}, {"samples", std::to_string(statistics.samples)}, {"recipe", statistics.recipe}};
  for (std::size_t k = 0; k < statistics.fields.size(); ++k) {
    const FieldStatistics& s = statistics.fields[k];
    file.tensors.emplace(s.name + "/mean", s.mean);
    file.tensors.emplace(s.name + "/deviation", s.deviation);
    file.tensors.emplace(s.name + "/minimum", s.minimum);
    file.tensors.emplace(s.name + "/maximum", s.maximum);
    file.metadata["count/" + s.name] = std::to_string(s.count);
    file.metadata["field/" + std::to_string(k)] = s.name;
  }
  save_tensors(file, path);
}

Statistics load_statistics(const std::string& path) {
  const TensorFile file = load_tensors(path);
  const auto found = file.metadata.find("kind");
  if (found == file.metadata.end() || found->second != kind) throw FormatError(path, 0, "is no file of statistics");
  Statistics result;
  result.samples = count_of_text(file.metadata, "samples", path);
  if (const auto recipe = file.metadata.find("recipe"); recipe != file.metadata.end()) result.recipe = recipe->second;
  for (std::size_t k = 0;; ++k) {
    const auto field = file.metadata.find("field/" + std::to_string(k));
    if (field == file.metadata.end()) break;
    FieldStatistics s;
    s.name = field->second;
    s.count = count_of_text(file.metadata, "count/" + s.name, path);
    const auto tensor = [&](const std::string& what) {
      const auto at = file.tensors.find(s.name + "/" + what);
      if (at == file.tensors.end() || at->second.dtype() != DType::f64 ||
          (s.mean.rank() > 0 && what != "mean" && at->second.shape() != s.mean.shape()))
        throw FormatError(path, 0,
                          "is no file of statistics: " + s.name + "/" + what + " is missing or of another shape");
      return at->second;
    };
    s.mean = tensor("mean");
    s.deviation = tensor("deviation");
    s.minimum = tensor("minimum");
    s.maximum = tensor("maximum");
    result.fields.push_back(std::move(s));
  }
  return result;
}

Sample normalized(const Sample& sample, const Statistics& statistics, bool inverse) {
  Sample result = sample;
  for (const FieldStatistics& s : statistics.fields)
    for (std::size_t k = 0; k < sample.size(); ++k) {
      if ((*sample.names)[k] != s.name) continue;
      const Tensor& x = sample.values[k];
      result.values[k] = with_type(x.dtype(), [&](auto t) -> Tensor {
        using T = decltype(t);
        if constexpr (std::is_same_v<T, float>)
          return scaled<float, float>(x, s, inverse);
        else if constexpr (!is_complex(dtype_of<T>))
          return scaled<double, T>(x, s, inverse);
        else
          fail("normalize: '", s.name, "' is complex");
      });
    }
  return result;
}

Dataset normalize(const Dataset& dataset, const Statistics& statistics, int threads) {
  std::string key;
  for (const FieldStatistics& s : statistics.fields) {
    key += s.name + " ";
    for (const Tensor* x : {&s.mean, &s.deviation}) {
      const auto values = x->data<double>();
      key.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    }
  }
  return map(
      dataset, [statistics](const Sample& sample) { return normalized(sample, statistics); }, threads,
      "normalize(" + hdf5::sha256(key).substr(0, 16) + ")");
}

}  // namespace terrella::datasets
