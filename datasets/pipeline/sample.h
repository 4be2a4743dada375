// datasets/pipeline/sample.h: what flows through a pipeline: named tensors, one sample or a batch of them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace terrella::datasets {

/// Tensors with names; the names are shared by all samples of a stage.
struct Sample {
  std::shared_ptr<const std::vector<std::string>> names;
  Tensors values;

  std::size_t size() const { return values.size(); }
  /// Fails naming those that there are.
  const Tensor& at(std::string_view name) const;
};

/// Fails where a name stands twice.
Sample make_sample(std::vector<std::pair<std::string, Tensor>> fields);

/// The evaluated data of a tensor, strided where they are so.
const Array& array_of(const Tensor& x);

/// Element i of the first axis of every field, on the same memory.
Sample row_of(const Sample& stacked, std::int64_t i);

/// Samples one above the other along a new first axis, by one copy. Fails naming the field whose shapes or dtypes
/// differ.
Sample stack_samples(const std::vector<Sample>& samples);

/// Stacked samples, one stack above the other, by one copy. Fails as stack_samples() does.
Sample join_stacks(const std::vector<Sample>& stacks);

/// "x f32 [3, 4], y f64 []".
std::string describe(const Sample& sample);

}  // namespace terrella::datasets
