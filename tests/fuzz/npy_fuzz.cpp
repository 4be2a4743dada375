// Any bytes either are refused with a FormatError or are an array that can be read again.
#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "datasets/arrays/npy.h"

using namespace terrella;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  try {
    const Tensor x = datasets::parse_npy(input, "fuzz.npy");
    with_type(x.dtype(), [&](auto t) {
      if (x.data<decltype(t)>().size() != static_cast<std::size_t>(x.size())) __builtin_trap();
    });
  } catch (const FormatError&) {}
  return 0;
}
