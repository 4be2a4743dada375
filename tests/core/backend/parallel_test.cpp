// Loops over threads.
#include "core/backend/cpu/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace terrella::cpu {
namespace {

TEST(Parallel, LoopInsideAnotherThatFailsLeavesNothingUndone) {
  std::atomic<int> halves{0};
  if (threads() < 2) GTEST_SKIP() << "one core: loops that fail beside each other are NOT TESTED";
  for (int trial = 0; trial < 20; ++trial) {
    std::atomic<bool> inside{false};
    std::atomic<int> thrown{0};
    const auto outer = [&](std::int64_t begin, std::int64_t end) {
      if (inside.exchange(true)) {
        ++thrown;
        throw std::runtime_error("the other half");
      }
      for (int loop = 0; loop < 500; ++loop) {
        std::atomic<std::int64_t> done{0};
        parallel_for(64, 1, [&](std::int64_t b, std::int64_t e) { done += e - b; });
        halves += done != 64;
        if (thrown == 0) std::this_thread::yield();
      }
      EXPECT_EQ(end - begin, 1);
    };
    EXPECT_THROW(parallel_for(2, 1, outer), std::runtime_error);
  }
  EXPECT_EQ(halves, 0);
}

}  // namespace
}  // namespace terrella::cpu
