// datasets/hdf5/truth.h: a truth value as h5py stores it, an enumeration of FALSE and TRUE in one byte.
#pragma once
#include <cstdint>

namespace terrella::datasets::hdf5 {

enum class Truth : std::int8_t { no = 0, yes = 1 };

}  // namespace terrella::datasets::hdf5
