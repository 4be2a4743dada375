// core/told_exception.h: exceptions that one process throws and another one throws again.
#pragma once
#include <exception>
#include <string>

#include "core/bytes.h"

namespace terrella {

/// Kind and words. Kinds are those of core/error.h, std::invalid_argument, std::bad_alloc (told as a ResourceError) and
/// Interruption; others are told as Error.
Bytes told(const std::exception_ptr& thrown);

/// The same kind, the words behind `prefix`.
[[noreturn]] void throw_told(const Bytes& told, const std::string& prefix);

}  // namespace terrella
