// tests/inversion/mt2d/refusal.h: what bad input is told.
#pragma once
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "core/error.h"

namespace terrella::tests {

/// The message of what `work` throws.
template <class Work>
std::string refusal_of(const Work& work) {
  try {
    work();
  } catch (const std::invalid_argument& error) { return error.what(); } catch (const MeshError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

inline void expect(const std::string& message, const char* words) {
  EXPECT_NE(message.find(words), std::string::npos) << message;
}

}  // namespace terrella::tests
