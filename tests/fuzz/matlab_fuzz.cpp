// Any bytes either are refused with a FormatError or are arrays of MATLAB.
#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "datasets/arrays/matlab.h"

using namespace terrella;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& [name, x] : datasets::parse_matlab_5(input, "fuzz.mat").tensors)
      with_type(x.dtype(), [&, &value = x](auto t) {
        if (value.data<decltype(t)>().size() != static_cast<std::size_t>(value.size())) __builtin_trap();
      });
  } catch (const FormatError&) {}
  return 0;
}
