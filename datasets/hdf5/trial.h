// datasets/hdf5/trial.h: runs in a child process first what might crash.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

namespace terrella::datasets::hdf5 {

/// Forks a child that calls `parse`, whatever it returns or throws. Throws FormatError about `path` where the child
/// crashed or took longer than a minute and a second for each megabyte of `bytes`; then the caller must not do the same
/// itself. If it returns, the caller may: it starts from the same memory, so it ends the same. The caller holds
/// Library, so that no other thread is within libhdf5 when the child is made. Throws ResourceError where no process can
/// be made.
void try_in_child(const std::string& path, std::size_t bytes, const std::function<void()>& parse);

}  // namespace terrella::datasets::hdf5
