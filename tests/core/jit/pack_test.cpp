// Arenas: slots held at once stand apart, and no more is taken than by the largest first.
#include "core/jit/pack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace terrella::compiler {
namespace {

bool overlap(const Slot& a, const Slot& b) {
  return a.first <= b.last && b.first <= a.last && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/// Largest first into the first place that is free, tried one by one.
std::int64_t largest_first(std::vector<Slot> slots) {
  std::stable_sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) { return a.bytes > b.bytes; });
  std::int64_t arena = 0;
  for (std::size_t s = 0; s < slots.size(); ++s) {
    const auto meets = [&] {
      for (std::size_t other = 0; other < s; ++other)
        if (overlap(slots[s], slots[other])) return true;
      return false;
    };
    while (meets()) slots[s].offset += 64;
    arena = std::max(arena, slots[s].offset + slots[s].bytes);
  }
  return arena;
}

TEST(Pack, SlotsHeldAtOnceStandApart) {
  std::mt19937 random(1);
  std::int64_t ours = 0, first_fit = 0;
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Slot> slots(1 + random() % 40);
    for (Slot& s : slots) {
      s.first = static_cast<std::int32_t>(random() % 30);
      s.last = s.first + static_cast<std::int32_t>(random() % 12);
      s.bytes = 64 * static_cast<std::int64_t>(1 + random() % (trial % 2 ? 20 : 3));
    }
    const std::int64_t arena = pack(slots);
    EXPECT_GE(arena, most_held(slots));
    for (std::size_t a = 0; a < slots.size(); ++a) {
      EXPECT_GE(slots[a].offset, 0);
      EXPECT_LE(slots[a].offset + slots[a].bytes, arena);
      for (std::size_t b = 0; b < a; ++b) ASSERT_FALSE(overlap(slots[a], slots[b])) << trial;
    }
    for (Slot& s : slots) s.offset = 0;
    ours += arena;
    first_fit += largest_first(slots);
  }
  EXPECT_LE(ours, first_fit);
}

TEST(Pack, ValuesOfAGradientTakeWhatIsHeld) {
  constexpr std::int32_t n = 100000;  // read again in the opposite order; quadratic work would take minutes
  std::vector<Slot> slots;
  for (std::int32_t i = 0; i < n; ++i) slots.push_back({i % 3 == 0 ? 128 : 64, i, 2 * n - i, 0});
  for (std::int32_t i = n; i < 2 * n; ++i) slots.push_back({192, i, i + 1, 0});
  EXPECT_EQ(pack(slots), most_held(slots));
}

TEST(Pack, NothingTakesNothing) { EXPECT_EQ(pack({}), 0); }

}  // namespace
}  // namespace terrella::compiler
