#include "datasets/arrays/stored_array.h"

#include <algorithm>

#include "core/backend/backend.h"
#include "core/ops/shape.h"

namespace terrella::datasets {

std::int64_t count_of(const std::vector<std::int64_t>& shape) {
  constexpr std::int64_t most = std::int64_t{1} << 48;
  if (shape.size() > static_cast<std::size_t>(max_rank)) return -1;
  std::int64_t bound = 1, count = 1;  // the bound holds for the extents beside a 0, too
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent > most || __builtin_mul_overflow(bound, std::max<std::int64_t>(extent, 1), &bound) ||
        bound > most)
      return -1;
    count *= extent;
  }
  return count;
}

Tensor stored_array(StoredElement element, std::string_view stored, const std::vector<std::int64_t>& shape,
                    bool columns_first, const std::function<void(const std::string&)>& refuse) {
  std::vector<std::int64_t> in_memory = shape;
  if (columns_first) std::reverse(in_memory.begin(), in_memory.end());
  const Array array = default_backend().empty(dtype_of(element.element), Shape(in_memory));
  const auto count = static_cast<std::size_t>(array.size());
  if (std::string wrong = convert_elements(element, stored.data(), count, array.bytes()); !wrong.empty()) refuse(wrong);
  const Tensor x = Tensor::from(array);
  return columns_first ? reversed_axes(x) : x;
}

Tensor reversed_axes(const Tensor& x) { return x.rank() < 2 ? x : transpose(x); }

}  // namespace terrella::datasets
