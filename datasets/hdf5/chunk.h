// datasets/hdf5/chunk.h: what the filters of HDF5 did to a chunk, undone.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "datasets/hdf5/stored.h"

namespace terrella::datasets::hdf5 {

/// Undoes the filters but for those whose bit is set in `skipped`; `into` gets exactly its size. `element_bytes` is
/// what shuffle worked on. Returns what is wrong with the bytes, empty where nothing is. Any thread.
std::string unpack_chunk(std::string_view packed, std::span<const Filter> filters, std::uint32_t skipped,
                         std::size_t element_bytes, std::span<char> into);

/// Undoes shuffle: first all first bytes of the elements, then all second ones, ... What does not fill an element
/// stands at the end as it is.
void unshuffle(std::string_view shuffled, std::size_t element_bytes, char* into);

}  // namespace terrella::datasets::hdf5
