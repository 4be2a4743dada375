// Any bytes either are refused with a FormatError or are an archive of arrays, by NumPy or PyTorch. The checksums of
// members are no obstacle worth finding: input that begins with a zero byte is a pickle by itself.
#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "datasets/arrays/npy.h"
#include "datasets/arrays/pickle.h"
#include "datasets/arrays/pytorch.h"

using namespace terrella;
using namespace terrella::datasets;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  try {
    if (input.starts_with('\0')) {
      pickle::follow(input.substr(1), [](const std::string& what) { throw FormatError("fuzz.pkl", 0, what); });
      return 0;
    }
    const ByteSource source = source_of(input, "fuzz.npz");
    const TensorFile file = is_pytorch(zip_members(source)) ? parse_pytorch(source) : parse_npz(source);
    for (const auto& [name, x] : file.tensors)
      with_type(x.dtype(), [&, &value = x](auto t) {
        if (value.data<decltype(t)>().size() != static_cast<std::size_t>(value.size())) __builtin_trap();
      });
  } catch (const FormatError&) {}
  return 0;
}
