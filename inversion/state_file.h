// inversion/state_file.h: states of inversions as the named arrays of a checkpoint, to the last bit.
#pragma once
#include <string>
#include <vector>

#include "inversion/checkpoint.h"
#include "inversion/run_keeper.h"

namespace terrella::inversion {

Checkpoint to_checkpoint(const std::vector<Kept>& problems);
/// Throws FormatError naming `path` where an array is missing or has an impossible size.
std::vector<Kept> from_checkpoint(const Checkpoint& checkpoint, const std::string& path);

}  // namespace terrella::inversion
