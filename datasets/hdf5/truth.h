// datasets/hdf5/truth.h: a truth value as h5py stores it, an enumeration of FALSE and TRUE in one byte.
#pragma once
#include <cstdint>

namespace terrella::datasets::hdf5 {

enum class Truth : std::int8_t { no = 0, yes = 1 };

/// What stands in the file for a number in memory.
template <class T>
struct Stored {
  using type = T;
};
template <>
struct Stored<bool> {
  using type = Truth;
};

}  // namespace terrella::datasets::hdf5
