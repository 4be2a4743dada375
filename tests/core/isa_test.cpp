#include "core/backend/cpu/isa.h"

#include <gtest/gtest.h>

#include <string>

TEST(Isa, IsOneOfTheBuiltOnes) {
  const std::string name = terrella::cpu::name(terrella::cpu::isa());
  EXPECT_TRUE(name == "baseline" || name == "avx2" || name == "avx512") << name;
}
