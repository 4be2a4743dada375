// datasets/hdf5/layout.h: what libhdf5 says about a dataset, checked. The caller holds Library.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "datasets/hdf5/stored.h"

namespace terrella::datasets::hdf5 {

/// The layout of an open dataset in a file of `file_bytes`. Calls refuse(what), which throws, for a type, filter or
/// storage that is not read, and where the shape cannot fit the bytes that are stored.
Layout read_layout(std::int64_t dataset, const std::string& name, std::size_t file_bytes,
                   const std::function<void(const std::string& what)>& refuse);

/// The text of an attribute of the object `name`, of fixed or variable length; empty where there is none.
std::string attribute_text(std::int64_t file, const std::string& name, const std::string& attribute);
/// A whole number likewise.
std::int64_t attribute_integer(std::int64_t file, const std::string& name, const std::string& attribute,
                               std::int64_t otherwise);

}  // namespace terrella::datasets::hdf5
