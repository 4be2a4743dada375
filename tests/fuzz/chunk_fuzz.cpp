// Any bytes either do not unpack to a chunk, or fill it: first byte which filters, second the size of an element, two
// bytes the size of the chunk, then what stands in the file.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/hdf5/chunk.h"

using namespace terrella::datasets::hdf5;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view packed(reinterpret_cast<const char*>(data + 4), size - 4);
  std::vector<Filter> filters;
  if (data[0] & 1) filters.push_back(Filter::shuffle);
  if (data[0] & 2) filters.push_back(Filter::deflate);
  std::vector<char> chunk(data[2] + 256u * data[3]);
  unpack_chunk(packed, filters, data[0] >> 2, data[1] % 16 + 1u, chunk);
  return 0;
}
