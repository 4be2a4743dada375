#include "datasets/pipeline/sample.h"

#include <algorithm>
#include <cstring>

#include "core/backend/backend.h"
#include "core/error.h"
#include "core/graph/node.h"

namespace terrella::datasets {

const Tensor& Sample::at(std::string_view name) const {
  std::string known;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if ((*names)[k] == name) return values[k];
    known += (k ? ", " : "") + (*names)[k];
  }
  fail("a sample has no field '", name, "'; it has ", known.empty() ? "none" : known);
}

Sample make_sample(std::vector<std::pair<std::string, Tensor>> fields) {
  auto names = std::make_shared<std::vector<std::string>>();
  Sample sample;
  for (auto& [name, value] : fields) {
    if (std::find(names->begin(), names->end(), name) != names->end())
      fail("a sample has two fields '", name, "'; rename one");
    names->push_back(std::move(name));
    sample.values.push_back(std::move(value));
  }
  sample.names = std::move(names);
  return sample;
}

const Array& array_of(const Tensor& x) { return x.eval().node()->value; }

Sample row_of(const Sample& stacked, std::int64_t i) {
  Sample sample;
  sample.names = stacked.names;
  sample.values.reserve(stacked.size());
  for (const Tensor& x : stacked.values) {
    Array row = array_of(x);
    row.offset += i * row.strides[0];
    row.shape.erase(0);
    row.strides.erase(0);
    sample.values.push_back(Tensor::from(std::move(row)));
  }
  return sample;
}

Sample stack_samples(const std::vector<Sample>& samples) {
  Sample stacked;
  const Sample& first = samples.front();
  stacked.names = first.names;
  for (const Sample& sample : samples)
    if (sample.names != first.names && *sample.names != *first.names)
      fail("a batch needs the same fields in every sample; (", describe(first), ") is followed by (", describe(sample),
           ")");
  for (std::size_t k = 0; k < first.size(); ++k) {
    const Tensor& x = first.values[k];
    Shape shape = x.shape();
    shape.insert(0, static_cast<std::int64_t>(samples.size()));
    const Array out = default_backend().empty(x.dtype(), shape);
    const std::size_t bytes = static_cast<std::size_t>(x.size()) * size_of(x.dtype());
    auto* to = static_cast<char*>(out.bytes());
    for (const Sample& sample : samples) {
      const Tensor& y = sample.values[k];
      if (y.shape() != x.shape() || y.dtype() != x.dtype())
        fail("a batch needs samples of one shape; '", (*first.names)[k], "' is ", name(x.dtype()), " ", x.shape(),
             " and then ", name(y.dtype()), " ", y.shape());
      const Array& value = array_of(y);
      if (value.contiguous()) {
        std::memcpy(to, value.bytes(), bytes);
      } else {
        const Array packed = row_major(default_backend(), value);
        std::memcpy(to, packed.bytes(), bytes);
      }
      to += bytes;
    }
    stacked.values.push_back(Tensor::from(out));
  }
  return stacked;
}

Sample join_stacks(const std::vector<Sample>& stacks) {
  std::vector<Sample> rows;
  for (const Sample& stack : stacks)
    for (std::int64_t i = 0; i < stack.values.front().size(0); ++i) rows.push_back(row_of(stack, i));
  return stack_samples(rows);
}

std::string describe(const Sample& sample) {
  std::string all;
  for (std::size_t k = 0; k < sample.size(); ++k)
    all += text(k ? ", " : "", (*sample.names)[k], " ", name(sample.values[k].dtype()), " ", sample.values[k].shape());
  return all;
}

}  // namespace terrella::datasets
