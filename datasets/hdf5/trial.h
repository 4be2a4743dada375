// datasets/hdf5/trial.h: runs in a child process first what might crash.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

namespace terrella::datasets::hdf5 {

/// Forks a child that calls `parse`. Throws FormatError about `path` where the child threw one, with its message, and
/// where it crashed or wanted more than a file of `bytes` can need: 2 seconds of processor time and 10 for each
/// megabyte, 256 MiB and 4 KiB for each byte; then this process has not touched the file. If it returns, the caller may
/// call `parse` itself: it starts from the same memory, so it ends the same. The caller holds Library, so that no other
/// thread is within libhdf5 when the child is made. Throws ResourceError where no process can be made.
void try_in_child(const std::string& path, std::size_t bytes, const std::function<void()>& parse);

}  // namespace terrella::datasets::hdf5
