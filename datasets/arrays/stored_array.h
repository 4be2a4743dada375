// datasets/arrays/stored_array.h: bytes of a file as a tensor.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "datasets/arrays/elements.h"

namespace terrella::datasets {

/// The product of the extents; -1 where one is negative, there are more than max_rank or the product is beyond what
/// memory can hold.
std::int64_t count_of(const std::vector<std::int64_t>& shape);

/// Values that fill `shape`, of which the first index runs fastest where `columns_first`. `stored` holds just as many
/// bytes. Calls refuse(what), which throws, where a value is none.
Tensor stored_array(StoredElement element, std::string_view stored, const std::vector<std::int64_t>& shape,
                    bool columns_first, const std::function<void(const std::string&)>& refuse);

/// A tensor whose memory holds the axes in reverse order, as the tensor of the right order, without a copy.
Tensor reversed_axes(const Tensor& x);

}  // namespace terrella::datasets
