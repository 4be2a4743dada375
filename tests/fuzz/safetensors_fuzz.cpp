// Any bytes either are refused with a FormatError or give tensors that can be written and read again, bit by bit.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "core/error.h"
#include "datasets/safetensors/safetensors.h"
#include "tests/datasets/tensor_example.h"

using namespace terrella;
using namespace terrella::datasets;

namespace {

[[noreturn]] void broken(const char* promise, const std::string& what) {
  std::cerr << promise << ": " << what << "\n";
  std::abort();
}

/// A file with `json` for its header, so that the fuzzer need not find its length; the values are the rest after
/// "\n\n".
std::string with_header(std::string_view input) {
  const std::size_t end = std::min(input.find("\n\n"), input.size());
  const std::string_view values = input.substr(std::min(end + 2, input.size()));
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(end >> (8 * i) & 255);
  bytes += input.substr(0, end);
  return bytes += values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string bytes = input.starts_with('{') ? with_header(input) : std::string(input);
  TensorFile file;
  try {
    file = parse_safetensors(bytes, "fuzz.safetensors");
  } catch (const FormatError&) { return 0; }
  std::string written;
  try {
    written = safetensors_bytes(file);
  } catch (const std::invalid_argument& refused) { broken("what was read can be written", refused.what()); }
  try {
    if (const std::string what = tests::difference(parse_safetensors(written, "back.safetensors"), file); !what.empty())
      broken("what was written comes back", what);
  } catch (const FormatError& error) { broken("what was written can be read", error.what()); }
  return 0;
}
