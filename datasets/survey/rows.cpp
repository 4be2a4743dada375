#include "datasets/survey/rows.h"

#include <type_traits>

namespace terrella::datasets {

void keep_rows(Site& site, const std::vector<std::size_t>& rows) {
  for_each_row_array(site, [&](auto& values) {
    if (values.empty()) return;
    std::remove_reference_t<decltype(values)> kept;
    kept.reserve(rows.size());
    for (const std::size_t row : rows) kept.push_back(values[row]);
    values = std::move(kept);
  });
}

void clear_rows(Site& site) {
  for_each_row_array(site, [](auto& values) { values.clear(); });
}

}  // namespace terrella::datasets
