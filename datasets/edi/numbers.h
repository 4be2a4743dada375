// datasets/edi/numbers.h: the numbers of a block, and the columns made of them.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "datasets/edi/document.h"

namespace terrella::datasets::edi {

/// The numbers of a block in order. Counts that disagree with "//" and tokens that are no numbers are FormatErrors;
/// decimal commas and NaN are repairs.
std::vector<double> numbers_of(const Block& block, Report& report);

/// What the file calls "no value".
struct Empty {
  double value = 1e32;  ///< of EMPTY= in >HEAD; the standard's default
  bool declared = false;
  bool matches(double number) const;
};

/// One number a frequency, NaN where the file says EMPTY.
struct Column {
  std::vector<double> value;
  const Block* block = nullptr;
};

/// The block of that keyword as a column of `size` entries; nullopt where the file has none.
std::optional<Column> find_column(const Document& document, std::string_view keyword, std::size_t size,
                                  const Empty& empty, Report& report);

}  // namespace terrella::datasets::edi
